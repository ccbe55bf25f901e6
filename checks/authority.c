/* authority.c - check_host() for sets of addresses: the steps of spf/check.c, in its order. */
#include "checks/authority.h"

#include "checks/lives.h"

#include <stdlib.h>
#include <string.h>

enum { PIECES_LEAST = 32 };

/* What an include lets pass, until its directive says what that means. */
struct passed {
	struct live spent; /* its set is empty */
	struct addrset_range range;
	uint32_t path;
};

struct evaluation {
	struct authority *a;
	const struct policy *p;
	const struct spf_limits *limits;
	struct authority_family *out;
	enum rrtype type;
	struct addrset matched; /* scratch */
	struct passed *passed;  /* of all open includes */
	size_t n_passed, passed_capacity;
};

/* One check_host(). */
struct frame {
	struct lives *live;
	struct lives parked; /* of an include: what did not pass */
	bool nested;         /* it is an include's */
	uint32_t above;      /* the path to it */
	uint32_t path;       /* of the term at hand; 0: nobody needed it yet */
	const char *term;
	size_t term_size;
	unsigned mechanism;
};

/* False: out of memory. */
static bool grow(struct evaluation *e, void *list, size_t *capacity, size_t n, size_t size)
{
	void **at = list;
	if (n < *capacity)
		return true;
	size_t wanted = *capacity ? *capacity * 2 : PIECES_LEAST;
	void *bigger = reallocarray(*at, wanted, size);
	e->a->failed |= !bigger;
	if (!bigger)
		return false;
	*at = bigger;
	*capacity = wanted;
	return true;
}

/* ---- results ---- */

static uint32_t path_add(struct evaluation *e, const struct frame *f)
{
	struct authority *a = e->a;
	size_t capacity = a->paths_capacity;
	if (!grow(e, &a->paths, &capacity, a->n_paths, sizeof *a->paths))
		return 0;
	a->paths_capacity = (uint32_t)capacity;
	const unsigned above = f->above ? a->paths[f->above].mechanism : AUTHORITY_REDIRECT;
	a->paths[a->n_paths] = (struct authority_path){ .term = f->term,
		.term_size = (uint32_t)f->term_size,
		.above = f->above,
		.mechanism = (uint8_t)(above == AUTHORITY_REDIRECT ? f->mechanism : above) };
	return a->n_paths++;
}

static uint32_t path_of(struct evaluation *e, struct frame *f)
{
	if (!f->path && f->term)
		f->path = path_add(e, f);
	return f->path;
}

static void put_piece(struct evaluation *e, struct addrset_range range, unsigned verdict,
        uint32_t path, bool depends)
{
	struct authority_family *out = e->out;
	if (grow(e, &out->at, &out->capacity, out->n, sizeof *out->at))
		out->at[out->n++] =
		        (struct authority_piece){ range, path, (uint8_t)verdict, depends };
}

/* A result for good: an error, or one of the domain itself. */
static void finish(struct evaluation *e, const struct addrset *set, const struct live *spent,
        unsigned verdict, uint32_t path)
{
	for (size_t i = 0; i < set->n; i++)
		put_piece(e, set->at[i], verdict, path, spent->depends);
	e->a->failed |= set->failed;
}

static void finish_all(struct evaluation *e, struct frame *f, unsigned verdict)
{
	for (; f->live->n; lives_remove(f->live, f->live->n - 1)) {
		const struct live *live = &f->live->at[f->live->n - 1];
		finish(e, &live->set, live, verdict, path_of(e, f));
	}
}

static void pass(
        struct evaluation *e, struct frame *f, const struct addrset *set, const struct live *spent)
{
	const uint32_t path = path_of(e, f);
	for (size_t i = 0; i < set->n; i++)
		if (grow(e, &e->passed, &e->passed_capacity, e->n_passed, sizeof *e->passed))
			e->passed[e->n_passed++] = (struct passed){
				.spent = { spent->lookups, spent->voids, spent->depends, { 0 } },
				.range = set->at[i],
				.path = path
			};
	e->a->failed |= set->failed;
}

/* A directive matches these addresses. The set is the caller's, and may be emptied. */
static void settle(struct evaluation *e, struct frame *f, struct addrset *set,
        const struct live *spent, unsigned on_match)
{
	if (!f->nested) {
		finish(e, set, spent, on_match, path_of(e, f));
	} else if (on_match == SPF_PASS) {
		pass(e, f, set, spent);
	} else {
		struct live parked = { spent->lookups, spent->voids, spent->depends, *set };
		lives_add(&f->parked, &parked);
		*set = parked.set;
	}
}

static void settle_all(struct evaluation *e, struct frame *f, unsigned on_match)
{
	for (; f->live->n; lives_remove(f->live, f->live->n - 1)) {
		struct live *live = &f->live->at[f->live->n - 1];
		settle(e, f, &live->set, live, on_match);
	}
}

static void match_range(
        struct evaluation *e, struct frame *f, struct addrset_range range, unsigned on_match)
{
	for (unsigned i = f->live->n; i-- > 0;) {
		struct live *live = &f->live->at[i];
		e->matched.n = 0;
		addrset_cut(&live->set, range, &e->matched);
		e->a->failed |= live->set.failed || e->matched.failed;
		if (e->matched.n)
			settle(e, f, &e->matched, live, on_match);
		if (!live->set.n)
			lives_remove(f->live, i);
	}
}

/* ---- charges and answers (section 4.6.4) ---- */

static void charge_term(struct evaluation *e, struct frame *f)
{
	for (unsigned i = f->live->n; i-- > 0;) {
		struct live *live = &f->live->at[i];
		if (live->lookups < e->limits->lookup_terms) {
			live->lookups++;
			continue;
		}
		finish(e, &live->set, live, SPF_PERMERROR, path_of(e, f));
		lives_remove(f->live, i);
	}
}

static void charge_void(struct evaluation *e, struct frame *f)
{
	for (unsigned i = f->live->n; i-- > 0;) {
		struct live *live = &f->live->at[i];
		if (live->voids++ < e->limits->void_lookups)
			continue;
		finish(e, &live->set, live, SPF_PERMERROR, path_of(e, f));
		lives_remove(f->live, i);
	}
}

/* False: it ended everything. A void one is charged. */
static bool is_usable(struct evaluation *e, struct frame *f, const struct answer *answer)
{
	if (!answer)
		finish_all(e, f, AUTHORITY_UNKNOWN);
	else if (!answer_is_definite(answer))
		finish_all(e, f, SPF_TEMPERROR);
	else if (answer_is_void(answer))
		charge_void(e, f);
	return f->live->n > 0;
}

/* ---- terms ---- */

static void match_addresses(struct evaluation *e, struct frame *f, const struct answer *answer,
        const struct spf_directive *d)
{
	const unsigned bits = e->type == RRTYPE_AAAA ? d->prefix_6 : d->prefix_4;
	for (unsigned i = 0; i < answer->n_records && f->live->n; i++) {
		struct ipaddr ip = answer_address(answer, i);
		match_range(e, f, addrset_range_of(&ip, bits), d->on_match);
	}
}

static void run_a(
        struct evaluation *e, struct frame *f, const struct spf_directive *d, uint16_t link)
{
	const struct question *q = &e->p->questions.at[link];
	const struct answer *answer = e->type == RRTYPE_A
	        ? q->answer
	        : questions_answer(&e->p->questions, q->name, q->size, RRTYPE_AAAA);
	if (is_usable(e, f, answer))
		match_addresses(e, f, answer, d);
}

static void run_exists(
        struct evaluation *e, struct frame *f, const struct spf_directive *d, uint16_t link)
{
	const struct answer *answer = e->p->questions.at[link].answer;
	if (is_usable(e, f, answer) && answer->n_records)
		settle_all(e, f, d->on_match);
}

static void run_mx(
        struct evaluation *e, struct frame *f, const struct spf_directive *d, uint16_t link)
{
	const struct answer *mx = e->p->questions.at[link].answer;
	if (!is_usable(e, f, mx))
		return;
	if (mx->n_records > e->limits->mx_names) {
		finish_all(e, f, SPF_PERMERROR);
		return;
	}
	for (unsigned i = 0; i < mx->n_records && f->live->n; i++) {
		struct dname host;
		answer_target(mx, i, &host);
		if (!dname_label_count(&host))
			continue;
		const struct answer *answer =
		        questions_answer(&e->p->questions, host.wire, host.size, e->type);
		if (is_usable(e, f, answer))
			match_addresses(e, f, answer, d);
	}
}

/* The client or the sender decides. Sets that were followed apart may have become the same. */
static void run_dependent(struct frame *f)
{
	struct lives joined = { 0 };
	for (unsigned i = 0; i < f->live->n; i++) {
		f->live->at[i].depends = true;
		lives_add(&joined, &f->live->at[i]);
	}
	joined.failed |= f->live->failed;
	lives_fini(f->live);
	*f->live = joined;
}

static void run_node(
        struct evaluation *e, unsigned node, uint32_t above, bool nested, struct lives *live);

static int compare_passed(const void *a, const void *b)
{
	const struct passed *x = a, *y = b;
	return x->range.first < y->range.first ? -1 : x->range.first > y->range.first;
}

/* What the include let pass did not pass here, since the directive is no "+include". */
static void park_passed(struct evaluation *e, struct frame *f, size_t from)
{
	if (e->n_passed == from)
		return;
	qsort(e->passed + from, e->n_passed - from, sizeof *e->passed, compare_passed);
	for (size_t i = from; i < e->n_passed; i++) {
		struct live one = e->passed[i].spent;
		addrset_append(&one.set, e->passed[i].range);
		lives_add(&f->parked, &one);
		addrset_fini(&one.set);
	}
	e->n_passed = from;
}

/* Section 5.2. */
static void run_include(
        struct evaluation *e, struct frame *f, const struct spf_directive *d, uint16_t link)
{
	const size_t from = e->n_passed;
	run_node(e, link, path_of(e, f), true, f->live);
	if (!f->nested) {
		for (size_t i = from; i < e->n_passed; i++)
			put_piece(e, e->passed[i].range, d->on_match, e->passed[i].path,
			        e->passed[i].spent.depends);
		e->n_passed = from;
	} else if (d->on_match != SPF_PASS) {
		park_passed(e, f, from);
	}
}

static void run_lookup(
        struct evaluation *e, struct frame *f, const struct spf_directive *d, uint16_t link)
{
	charge_term(e, f);
	if (!f->live->n)
		return;
	if (link == POLICY_LINK_DEPENDS || link == POLICY_LINK_PTR)
		run_dependent(f);
	else if (link == POLICY_LINK_CUT)
		finish_all(e, f, AUTHORITY_UNKNOWN);
	else if (link == POLICY_LINK_BAD && d->mechanism == SPF_INCLUDE)
		finish_all(e, f, SPF_PERMERROR);
	else if (link == POLICY_LINK_BAD)
		return; /* no match: section 4.8 */
	else if (d->mechanism == SPF_INCLUDE)
		run_include(e, f, d, link);
	else if (d->mechanism == SPF_A)
		run_a(e, f, d, link);
	else if (d->mechanism == SPF_MX)
		run_mx(e, f, d, link);
	else
		run_exists(e, f, d, link);
}

static void run_directive(
        struct evaluation *e, struct frame *f, const struct spf_directive *d, uint16_t link)
{
	f->path = 0;
	f->term = d->text;
	f->term_size = d->text_size;
	f->mechanism = d->mechanism;
	if (d->mechanism == SPF_ALL)
		settle_all(e, f, d->on_match);
	else if (d->mechanism == SPF_IP4 && e->type == RRTYPE_A)
		match_range(e, f, addrset_range_of(&d->network, d->prefix_4), d->on_match);
	else if (d->mechanism == SPF_IP6 && e->type == RRTYPE_AAAA)
		match_range(e, f, addrset_range_of(&d->network, d->prefix_6), d->on_match);
	else if (d->mechanism != SPF_IP4 && d->mechanism != SPF_IP6)
		run_lookup(e, f, d, link);
}

/* The node's record is sound and there, or everything has ended. The first look-up of all is not
 * charged. */
static bool begin_record(struct evaluation *e, struct frame *f, unsigned node, bool is_target)
{
	const struct policy_node *n = &e->p->nodes[node];
	const struct answer *answer = policy_answer(e->p, node);
	if (is_target && !is_usable(e, f, answer))
		return false;
	if (!is_target && answer && !answer_is_definite(answer))
		finish_all(e, f, SPF_TEMPERROR);
	else if (!n->record)
		finish_all(e, f, AUTHORITY_UNKNOWN);
	else if (n->record->outcome == SPF_NONE)
		finish_all(e, f, is_target ? SPF_PERMERROR : SPF_NONE);
	else if (n->record->outcome != SPF_NEUTRAL)
		finish_all(e, f, SPF_PERMERROR);
	else if (!n->links)
		finish_all(e, f, AUTHORITY_UNKNOWN); /* out of memory */
	return f->live->n > 0;
}

/* No directive matched. The node that the redirect leads to, or -1: that was all. */
static int redirect_of(struct evaluation *e, struct frame *f, const struct policy_node *n)
{
	const struct spf_record *r = n->record;
	const uint16_t link = n->links[r->n_directives];
	f->path = 0;
	f->term = NULL;
	if (!f->live->n)
		return -1;
	if (!r->has_redirect) {
		if (!f->nested)
			finish_all(e, f, SPF_NEUTRAL);
		return -1;
	}
	f->term = r->redirect_text;
	f->term_size = r->redirect_text_size;
	f->mechanism = AUTHORITY_REDIRECT;
	charge_term(e, f);
	if (link < POLICY_LINK_FIRST)
		return f->live->n ? link : -1;
	finish_all(e, f, link == POLICY_LINK_BAD ? SPF_PERMERROR : AUTHORITY_UNKNOWN);
	return -1;
}

/* check_host() of a node for all that is in `live`. Of an include what did not pass stays there. */
static void run_node(
        struct evaluation *e, unsigned node, uint32_t above, bool nested, struct lives *live)
{
	struct frame f = { .live = live, .nested = nested, .above = above, .path = above };
	int next = (int)node;
	bool is_target = nested;
	while (next >= 0 && begin_record(e, &f, (unsigned)next, is_target)) {
		const struct policy_node *n = &e->p->nodes[next];
		for (size_t i = 0; i < n->record->n_directives && live->n; i++)
			run_directive(e, &f, &n->record->directives[i], n->links[i]);
		next = redirect_of(e, &f, n);
		is_target = true;
		if (next >= 0)
			f.above = f.path = path_of(e, &f);
	}
	for (unsigned i = 0; i < f.parked.n; i++)
		lives_add(live, &f.parked.at[i]);
	e->a->failed |= f.parked.failed || live->failed;
	lives_fini(&f.parked);
}

/* ---- all of it ---- */

static int compare_pieces(const void *a, const void *b)
{
	const struct authority_piece *x = a, *y = b;
	return x->range.first < y->range.first ? -1 : x->range.first > y->range.first;
}

/* Most policies have few, and qsort() takes memory for so large ones. */
static void order_pieces(struct authority_family *f)
{
	enum { FEW = 24 };
	if (f->n > FEW) {
		qsort(f->at, f->n, sizeof *f->at, compare_pieces);
		return;
	}
	for (size_t i = 1; i < f->n; i++) {
		const struct authority_piece piece = f->at[i];
		size_t to = i;
		for (; to && f->at[to - 1].range.first > piece.range.first; to--)
			f->at[to] = f->at[to - 1];
		f->at[to] = piece;
	}
}

/* Pieces side by side with one result are one. */
static void sort_pieces(struct authority_family *f)
{
	size_t n = 0;
	order_pieces(f);
	for (size_t i = 0; i < f->n; i++) {
		struct authority_piece *last = n ? &f->at[n - 1] : NULL;
		if (last && last->path == f->at[i].path && last->verdict == f->at[i].verdict &&
		        last->depends == f->at[i].depends)
			last->range.last = f->at[i].range.last;
		else
			f->at[n++] = f->at[i];
	}
	f->n = n;
}

static void evaluate(struct evaluation *e, struct authority_family *out, enum rrtype type)
{
	struct lives all = { 0 };
	struct live everybody = { 0 };
	e->out = out;
	e->type = type;
	*out = (struct authority_family){
		.width = type == RRTYPE_A ? 32 : 128, .at = out->at, .capacity = out->capacity
	};
	struct ipaddr zero = { .family = type == RRTYPE_A ? IPFAMILY_4 : IPFAMILY_6 };
	addrset_append(&everybody.set, addrset_range_of(&zero, 0));
	lives_add(&all, &everybody);
	run_node(e, 0, 0, false, &all);
	e->a->failed |= all.failed;
	lives_fini(&all);
	addrset_fini(&everybody.set);
	if (!e->a->failed)
		sort_pieces(out);
}

void authority_make(struct authority *a, const struct policy *p, const struct spf_limits *limits)
{
	struct evaluation e = { .a = a, .p = p, .limits = limits };
	struct frame none = { .term = "" };
	a->failed = p->failed;
	a->n_paths = 0;
	a->v4.n = a->v6.n = 0;
	if (a->failed || !p->n_nodes)
		return;
	path_add(&e, &none);
	if (!a->failed)
		evaluate(&e, &a->v4, RRTYPE_A);
	if (!a->failed)
		evaluate(&e, &a->v6, RRTYPE_AAAA);
	addrset_fini(&e.matched);
	free(e.passed);
}
