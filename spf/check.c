/* check.c - the check_host() machine: frames, terms, the two charges, and the driver at the end.
 *
 * Read it downwards: what ends things (frames and verdicts), then the steps in the order of
 * "spf/machine.h". Decisions where RFC 7208 leaves room:
 *   - A target-name that is no domain name (section 4.8: an empty label, one over 63 octets) makes
 *     "a", "mx", "ptr" and "exists"
 *     not match. The term is charged; nothing was asked, so no look-up was void. For "include" and
 *     "redirect" it is permerror,
 *     and so is a single label, for which section 4.3 would say "none".
 *   - A term is charged before it runs: the eleventh is permerror at once. Void look-ups of a
 *     charged term count, the TXT of
 *     includes and redirects too: the third is permerror at once, wherever it happens. The first
 *     TXT and "exp" are free.
 *   - The hosts of an "mx" are judged by preference, then name. Behind a host that matches neither
 *     errors nor voids count.
 *   - When the row's time is up the verdict is temperror (section 4.6.4), in "ptr" too, which
 *     forgives every other DNS error. */
#include "spf/machine.h"

#include <string.h>

const struct spf_limits spf_limits_of_rfc = {
	.lookup_terms = 10, .void_lookups = 2, .mx_names = 10, .ptr_names = 10
};

/* EXPLANATION_MEMORY_BYTES is what a compiled explanation may take; nobody waits with more.
 * TERM_MAX_BYTES is what `matched` shows of a term. */
enum {
	EXPLANATION_CHUNK_BYTES = 1024,
	EXPLANATION_MEMORY_BYTES = 16 << 10,
	TERM_MAX_BYTES = 1000,
	KEEP_BYTES = 8192
};

static void event(struct spf_check *c, struct spf_event event)
{
	const struct spf_frame *f = check_top(c);
	event.depth = c->n_frames - 1;
	event.domain = &f->domain;
	event.lookups = c->result.lookups;
	event.void_lookups += c->result.void_lookups;
	c->request->observer->event(c->request->observer, &event);
}

static void term_event(struct spf_check *c, enum spf_event_kind kind, const struct dname *target)
{
	if (c->request->observer)
		event(c,
		        (struct spf_event){ .kind = kind,
		                .text = check_top(c)->term,
		                .text_size = check_top(c)->term_size,
		                .target = target });
}

/* ---- frames and verdicts ---- */

/* "include:_spf.example.com > ip4:192.0.2.0/24". A row may wait with it for long, and a term may
 * have 64 KB. */
static void write_matched(struct spf_check *c)
{
	struct textbuf *out = &c->result.matched;
	textbuf_reset(out);
	for (unsigned i = 0; i < c->n_frames; i++) {
		const struct spf_frame *f = &c->frames[i];
		if (f->term_size == 0)
			continue;
		if (out->size > 0)
			textbuf_put(out, " > ", 3);
		bool is_long = f->term_size > TERM_MAX_BYTES;
		textbuf_put(out, f->term, is_long ? TERM_MAX_BYTES : f->term_size);
		if (is_long)
			textbuf_put(out, "...", 3);
	}
}

static enum turn finish(struct spf_check *c, enum spf_verdict verdict)
{
	c->result.verdict = verdict;
	c->explaining = true;
	c->charging = false;
	bool explain = verdict == SPF_FAIL && c->request->explain && check_top(c)->record->has_exp;
	return check_go(c, explain ? STEP_EXPLAIN : STEP_END);
}

static void pop_to(struct spf_check *c, unsigned n_frames)
{
	while (c->n_frames > n_frames)
		answer_unref(c->frames[--c->n_frames].answer);
}

static enum turn no_match(struct spf_check *c);

/* The frame on top has its verdict. That of a redirect is the verdict of the frame that it took
 * over, but for "none" (section 6.1). That of an include decides about the directive of the frame
 * below (section 5.2):
 *
 *     check_host() of the target     the "include"
 *     pass                           matches
 *     fail, softfail, neutral        does not match
 *     temperror                      returns temperror
 *     permerror, none                returns permerror
 *
 * A match or an error is then the verdict of the frame below, and so on down. */
static enum turn frame_return(struct spf_check *c, enum spf_verdict verdict)
{
	for (;;) {
		unsigned base = c->n_frames - 1;
		while (c->frames[base].is_redirect)
			base--;
		if (verdict == SPF_NONE && base < c->n_frames - 1) {
			verdict = SPF_PERMERROR;
			c->result.problem = SPF_PROBLEM_REDIRECT_NONE;
		}
		if (base == 0)
			return finish(c, verdict);
		if (c->request->observer)
			event(c,
			        (struct spf_event){ .kind = SPF_EVENT_RETURN, .verdict = verdict });
		pop_to(c, base);
		const struct spf_frame *f = check_top(c);
		switch (verdict) {
		case SPF_PASS:
			verdict = f->record->directives[f->at].on_match;
			term_event(c, SPF_EVENT_MATCH, NULL);
			break;
		case SPF_NONE:
			verdict = SPF_PERMERROR;
			c->result.problem = SPF_PROBLEM_INCLUDE_NONE;
			break;
		case SPF_TEMPERROR:
		case SPF_PERMERROR:
			break;
		default:
			return no_match(c);
		}
	}
}

static enum turn give_up(struct spf_check *c, enum spf_verdict verdict, enum spf_problem problem)
{
	c->result.problem = problem;
	write_matched(c);
	return frame_return(c, verdict);
}

static enum turn give_up_for(struct spf_check *c, const struct answer *failed)
{
	c->result.failed = answer_ref(failed);
	return give_up(c, SPF_TEMPERROR,
	        failed->status == ANSWER_CANCELLED ? SPF_PROBLEM_DEADLINE : SPF_PROBLEM_DNS_ERROR);
}

/* Starts check_host() for an include or a redirect. A domain of size 0 is for STEP_FETCH to refuse.
 */
static enum turn frame_push(struct spf_check *c, const struct dname *domain, bool is_redirect)
{
	if (c->n_frames == SPF_FRAMES_MAX)
		return give_up(c, SPF_PERMERROR, SPF_PROBLEM_LOOKUP_LIMIT);
	struct spf_frame *f = &c->frames[c->n_frames++];
	f->domain = *domain;
	f->answer = NULL;
	f->record = NULL;
	f->at = f->term_size = 0;
	f->is_redirect = is_redirect;
	return check_go(c, STEP_FETCH);
}

static enum turn match(struct spf_check *c)
{
	const struct spf_frame *f = check_top(c);
	term_event(c, SPF_EVENT_MATCH, NULL);
	write_matched(c);
	return frame_return(c, f->record->directives[f->at].on_match);
}

/* Section 4.7. */
static enum turn end_by_default(struct spf_check *c)
{
	textbuf_reset(&c->result.matched);
	return frame_return(c, SPF_NEUTRAL);
}

static enum turn no_match(struct spf_check *c)
{
	term_event(c, SPF_EVENT_NO_MATCH, NULL);
	if (check_top(c)->at++ == check_top(c)->record->n_directives)
		return end_by_default(
		        c); /* a redirect that cannot be followed, RFC 8616 section 4 */
	return check_go(c, STEP_TERM);
}

static enum turn match_if(struct spf_check *c, bool matches)
{
	return matches ? match(c) : no_match(c);
}

/* ---- charges, questions and answers ---- */

/* The one place that charges terms; false when this is one too many. */
static bool charge_lookup(struct spf_check *c)
{
	if (c->result.lookups >= c->limits->lookup_terms)
		return false;
	c->result.lookups++;
	return true;
}

/* The one place that charges void look-ups. The first that is too many ends the check: of several
 * at once ("ptr" used again) those behind it are not counted. */
bool check_charge_voids(struct spf_check *c, unsigned n)
{
	if (!c->charging)
		return true;
	unsigned most = c->limits->void_lookups + 1, sum = c->result.void_lookups + n;
	c->result.void_lookups = sum < most ? sum : most;
	if (sum < most)
		return true;
	give_up(c, SPF_PERMERROR, SPF_PROBLEM_VOID_LIMIT);
	return false;
}

static void note_dnssec(struct spf_check *c, const struct answer *answer)
{
	if (c->explaining)
		return;
	if (!c->looked)
		c->result.dnssec = ANSWER_SECURE;
	c->looked = true;
	if (answer->status == ANSWER_BOGUS || answer->dnssec == ANSWER_DNSSEC_BOGUS)
		c->result.dnssec = ANSWER_DNSSEC_BOGUS;
	else if (answer->dnssec == ANSWER_INSECURE && c->result.dnssec == ANSWER_SECURE)
		c->result.dnssec = ANSWER_INSECURE;
}

const struct answer *check_look(struct spf_check *c, unsigned slot)
{
	const struct answer *answer = c->got->by_slot[slot];
	note_dnssec(c, answer);
	if (c->request->observer)
		event(c,
		        (struct spf_event){ .kind = SPF_EVENT_LOOKUP,
		                .answer = answer,
		                .void_lookups = c->charging && answer_is_void(answer) });
	if (answer->status == ANSWER_CANCELLED && !c->explaining) {
		give_up_for(c, answer);
		return NULL;
	}
	return !answer_is_void(answer) || check_charge_voids(c, 1) ? answer : NULL;
}

/* The same where a DNS error is temperror. */
static const struct answer *look_definite(struct spf_check *c, unsigned slot)
{
	const struct answer *answer = check_look(c, slot);
	if (!answer || answer_is_definite(answer))
		return answer;
	give_up_for(c, answer);
	return NULL;
}

bool check_has_client(
        const struct spf_check *c, const struct answer *addresses, unsigned prefix_bits)
{
	for (unsigned i = 0; i < addresses->n_records; i++) {
		struct ipaddr address = answer_address(addresses, i);
		if (ipaddr_in_prefix(&c->request->ip, &address, prefix_bits))
			return true;
	}
	return false;
}

/* ---- the steps ---- */

/* Section 4.3, for the domain asked for and those of includes and redirects alike. */
static enum turn step_fetch(struct spf_check *c)
{
	const struct dname *domain = &check_top(c)->domain;
	if (domain->size > 0 && dname_label_count(domain) > 1) {
		probe_ask(&c->probe, domain, RRTYPE_TXT);
		return check_wait(c, STEP_SELECT);
	}
	if (c->n_frames == 1)
		return give_up(c, SPF_NONE, SPF_PROBLEM_BAD_DOMAIN);
	return give_up(c, SPF_PERMERROR, SPF_PROBLEM_BAD_TARGET);
}

/* The record that the result tells of is that of the domain asked for. */
static void keep_record(
        struct spf_check *c, const struct answer *answer, const struct spf_record *record)
{
	c->result.record_answer = answer_ref(answer);
	c->result.record = record->text;
	c->result.record_size = record->text_size;
}

/* Sections 4.4 and 4.5. */
static enum turn step_select(struct spf_check *c)
{
	struct spf_frame *f = check_top(c);
	const struct answer *answer = look_definite(c, 0);
	if (!answer)
		return GO;
	c->charging = true;
	const struct spf_record *record = spf_record_of_answer(answer);
	if (!record)
		return give_up(c, SPF_TEMPERROR, SPF_PROBLEM_MEMORY);
	if (c->n_frames == 1)
		keep_record(c, answer, record);
	if (c->request->observer)
		event(c,
		        (struct spf_event){ .kind = SPF_EVENT_RECORD,
		                .text = record->text,
		                .text_size = record->text_size });
	if (record->outcome != SPF_NEUTRAL)
		return give_up(c, record->outcome, record->problem);
	f->answer = answer_ref(answer);
	f->record = record;
	return check_go(c, STEP_TERM);
}

/* Takes up a term that looks things up. */
static enum turn begin_lookup(struct spf_check *c)
{
	if (charge_lookup(c))
		return check_go(c, STEP_TARGET);
	term_event(c, SPF_EVENT_TERM, NULL);
	return give_up(c, SPF_PERMERROR, SPF_PROBLEM_LOOKUP_LIMIT);
}

/* "all", "ip4", "ip6". */
static enum turn judge_at_once(struct spf_check *c, const struct spf_directive *d)
{
	term_event(c, SPF_EVENT_TERM, NULL);
	if (d->mechanism == SPF_ALL)
		return match(c);
	return match_if(c,
	        ipaddr_in_prefix(&c->request->ip, &d->network,
	                d->mechanism == SPF_IP4 ? d->prefix_4 : d->prefix_6));
}

/* Sections 4.6.2, 4.7, 6.1. */
static enum turn step_term(struct spf_check *c)
{
	struct spf_frame *f = check_top(c);
	c->names_ready = c->announced = false;
	if (f->at < f->record->n_directives) {
		const struct spf_directive *d = &f->record->directives[f->at];
		f->term = d->text;
		f->term_size = d->text_size;
		bool asks = d->mechanism != SPF_ALL && d->mechanism != SPF_IP4 &&
		        d->mechanism != SPF_IP6;
		return asks ? begin_lookup(c) : judge_at_once(c, d);
	}
	if (!f->record->has_redirect)
		return end_by_default(c);
	f->term = f->record->redirect_text;
	f->term_size = f->record->redirect_text_size;
	return begin_lookup(c);
}

static enum turn ask(
        struct spf_check *c, const struct dname *target, enum rrtype type, enum check_step step)
{
	probe_ask(&c->probe, target, type);
	return check_wait(c, step);
}

/* `d` NULL: the redirect. `target` of size 0: it is no domain name. */
static enum turn ask_for_term(
        struct spf_check *c, const struct spf_directive *d, const struct dname *target)
{
	if (!c->announced)
		term_event(c, SPF_EVENT_TERM, target->size > 0 ? target : NULL);
	c->announced = true;
	if (!d || d->mechanism == SPF_INCLUDE)
		return frame_push(c, target, !d);
	if (target->size == 0)
		return no_match(c);
	switch (d->mechanism) {
	case SPF_EXISTS:
		return ask(c, target, RRTYPE_A, STEP_EXISTS); /* A for every client: section 5.7 */
	case SPF_MX:
		return ask(c, target, RRTYPE_MX, STEP_MX);
	case SPF_PTR:
		return c->names_ready ? match_if(c, clientnames_any_within(c, target))
		                      : clientnames_find(c, STEP_TARGET);
	default:
		return ask(c, target, check_address_type(c), STEP_ADDRESS);
	}
}

static enum turn step_target(struct spf_check *c)
{
	const struct spf_frame *f = check_top(c);
	const struct spf_directive *d =
	        f->at < f->record->n_directives ? &f->record->directives[f->at] : NULL;
	if (d && !d->has_domain)
		return ask_for_term(c, d, &f->domain);
	const struct macro_string *m = d ? &d->domain : &f->record->redirect;
	if (macro_string_uses(m, 'p') && !c->names_ready)
		return clientnames_find(c, STEP_TARGET);
	if (session_is_unspeakable(c, m)) {
		term_event(c, SPF_EVENT_TERM, NULL);
		return no_match(c);
	}
	session_expand_domain(c, &c->target, m);
	return ask_for_term(c, d, &c->target);
}

static bool slot_has_client(struct spf_check *c, const struct answer *addresses)
{
	const struct spf_frame *f = check_top(c);
	const struct spf_directive *d = &f->record->directives[f->at];
	return check_has_client(
	        c, addresses, c->request->ip.family == IPFAMILY_6 ? d->prefix_6 : d->prefix_4);
}

static enum turn step_address(struct spf_check *c)
{
	const struct answer *addresses = look_definite(c, 0);
	return addresses ? match_if(c, slot_has_client(c, addresses)) : GO;
}

static enum turn step_exists(struct spf_check *c)
{
	const struct answer *addresses = look_definite(c, 0);
	return addresses ? match_if(c, addresses->n_records > 0) : GO;
}

/* Section 5.4; no implicit MX. The null MX of RFC 7505 names no host. */
static enum turn step_mx(struct spf_check *c)
{
	const struct answer *hosts = look_definite(c, 0);
	if (!hosts)
		return GO;
	if (hosts->n_records > c->limits->mx_names)
		return give_up(c, SPF_PERMERROR, SPF_PROBLEM_MX_LIMIT);
	unsigned n_asked = 0;
	for (unsigned i = 0; i < hosts->n_records; i++) {
		struct dname host;
		answer_target(hosts, i, &host);
		if (dname_label_count(&host) == 0)
			continue;
		probe_ask(&c->probe, &host, check_address_type(c));
		n_asked++;
	}
	return n_asked > 0 ? check_wait(c, STEP_MX_ADDRESS) : no_match(c);
}

/* In the hosts' order, whatever order the answers came in. */
static enum turn step_mx_address(struct spf_check *c)
{
	for (unsigned i = 0; i < c->got->count; i++) {
		const struct answer *addresses = look_definite(c, i);
		if (!addresses)
			return GO;
		if (slot_has_client(c, addresses))
			return match(c);
	}
	return no_match(c);
}

static enum turn step_end(struct spf_check *c)
{
	pop_to(c, 0);
	answer_unref(c->names);
	c->names = NULL;
	return DONE;
}

/* ---- the driver ---- */

static enum probe_turn check_step(struct probe *probe, const struct probe_answers *got)
{
	static enum turn (*const steps[])(struct spf_check *) = {
		[STEP_FETCH] = step_fetch,
		[STEP_SELECT] = step_select,
		[STEP_TERM] = step_term,
		[STEP_TARGET] = step_target,
		[STEP_ADDRESS] = step_address,
		[STEP_EXISTS] = step_exists,
		[STEP_MX] = step_mx,
		[STEP_MX_ADDRESS] = step_mx_address,
		[STEP_NAMES] = clientnames_ask_addresses,
		[STEP_NAMES_ADDRESS] = clientnames_validate,
		[STEP_EXPLAIN] = explain_ask,
		[STEP_EXPLAIN_TEXT] = explain_compile,
		[STEP_EXPLAIN_EXPAND] = explain_expand,
		[STEP_END] = step_end,
	};
	struct spf_check *c = (struct spf_check *)probe;
	enum turn turn;
	c->got = got;
	do
		turn = steps[c->step](c);
	while (turn == GO);
	c->got = NULL;
	return turn == WAIT ? PROBE_ASK : PROBE_DONE;
}

static void reset_result(struct spf_result *r)
{
	textbuf_shrink(&r->matched, KEEP_BYTES);
	textbuf_shrink(&r->explanation, KEEP_BYTES);
	*r = (struct spf_result){
		.matched = r->matched, .explanation = r->explanation, .record = ""
	};
}

/* What a check holds of others: its frames' answers, and those in its result. */
void spf_check_release(struct spf_check *check)
{
	probe_fini(&check->probe);
	step_end(check);
	answer_unref(check->result.record_answer);
	answer_unref(check->result.failed);
	reset_result(&check->result);
	arena_reset(&check->memory);
}

void spf_check_begin(struct spf_check *check, const struct spf_request *request,
        const struct spf_limits *limits, struct asker *asker)
{
	spf_check_release(check);
	probe_begin(&check->probe, check_step, asker);
	if (check->memory.chunk_bytes == 0)
		arena_init(&check->memory, EXPLANATION_CHUNK_BYTES, EXPLANATION_MEMORY_BYTES);
	check->request = request;
	check->limits = limits;
	check->charging = check->explaining = check->looked = false;
	check->names_known = check->names_ready = false;
	check->names_voids = check->n_validated = 0;
	frame_push(check, &request->domain, false);
}

void spf_check_fini(struct spf_check *check)
{
	spf_check_release(check);
	textbuf_fini(&check->result.matched);
	textbuf_fini(&check->result.explanation);
	arena_fini(&check->memory);
	*check = (struct spf_check){ .n_frames = 0 };
}
