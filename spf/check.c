/* check.c - the steps of check_host() that judge a record, and the driver at the end. Sections are
 * those of RFC 7208. */
#include "spf/check.h"

#include "spf/explain.h"
#include "spf/frame.h"
#include "spf/lookup.h"

const struct spf_limits spf_limits_of_rfc = {
	.lookup_terms = 10, .void_lookups = 2, .mx_names = 10, .ptr_names = 10
};

enum {
	EXPLANATION_CHUNK_BYTES = 1024,
	EXPLANATION_MEMORY_BYTES = 16 << 10, /* a compiled explanation; more: there is none */
	KEEP_BYTES = 8192,                   /* of a text buffer, between two checks */
	FRAMES_KEPT = 3                      /* a record, an include, and one of its own */
};

/* ---- the steps ---- */

/* Section 4.3, for the domain asked for and for those of includes and redirects. See
 * docs/spf-decisions.md, "Single labels". */
static enum turn step_fetch(struct spf_check *c)
{
	const struct dname *domain = &machine_top(c)->domain;
	if (domain->size > 0 && dname_label_count(domain) > 1) {
		probe_ask(&c->probe, domain, RRTYPE_TXT);
		return machine_wait(c, STEP_SELECT);
	}
	if (c->n_frames == 1)
		return frame_give_up(c, SPF_NONE, SPF_PROBLEM_BAD_DOMAIN);
	return frame_give_up(c, SPF_PERMERROR, SPF_PROBLEM_BAD_TARGET);
}

/* Only of the domain asked for. */
static void keep_record(
        struct spf_check *c, const struct answer *answer, const struct spf_record *record)
{
	c->result.record_answer = answer_ref(answer);
	c->result.record = record->text;
	c->result.record_size = record->text_size;
}

/* The record is sound, and there is nobody to hold it against. */
static enum turn end_without_client(struct spf_check *c)
{
	c->result.undecided = true;
	c->result.verdict = SPF_NEUTRAL;
	return machine_go(c, STEP_END);
}

/* Sections 4.4 and 4.5. */
static enum turn step_select(struct spf_check *c)
{
	struct spf_frame *f = machine_top(c);
	const struct answer *answer = lookup_definite(c, 0);
	if (!answer)
		return GO;
	c->charging = true;
	const struct spf_record *record = spf_record_of_answer(answer);
	if (!record)
		return frame_give_up(c, SPF_TEMPERROR, SPF_PROBLEM_MEMORY);
	if (c->n_frames == 1)
		keep_record(c, answer, record);
	machine_tell(c,
	        (struct spf_event){ .kind = SPF_EVENT_RECORD,
	                .text = record->text,
	                .text_size = record->text_size });
	if (record->outcome != SPF_NEUTRAL)
		return frame_give_up(c, record->outcome, record->problem);
	if (c->request->ip.family == IPFAMILY_NONE)
		return end_without_client(c);
	f->answer = answer_ref(answer);
	f->record = record;
	return machine_go(c, STEP_TERM);
}

/* A term that looks things up. See docs/spf-decisions.md, "Charging terms". */
static enum turn begin_lookup(struct spf_check *c)
{
	if (lookup_charge_term(c))
		return machine_go(c, STEP_TARGET);
	machine_tell_term(c, SPF_EVENT_TERM, NULL);
	return frame_give_up(c, SPF_PERMERROR, SPF_PROBLEM_LOOKUP_LIMIT);
}

/* "all", "ip4", "ip6". */
static enum turn judge_at_once(struct spf_check *c, const struct spf_directive *d)
{
	const struct ipaddr *ip = &c->request->ip;
	unsigned prefix_bits = d->mechanism == SPF_IP4 ? d->prefix_4 : d->prefix_6;
	machine_tell_term(c, SPF_EVENT_TERM, NULL);
	if (d->mechanism == SPF_ALL)
		return frame_match(c);
	clientrange_compare(&c->result.clients, ip, &d->network, prefix_bits);
	return frame_match_if(c, ipaddr_in_prefix(ip, &d->network, prefix_bits));
}

/* Sections 4.6.2, 4.7, 6.1. */
static enum turn step_term(struct spf_check *c)
{
	struct spf_frame *f = machine_top(c);
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
		return frame_end_by_default(c);
	f->term = f->record->redirect_text;
	f->term_size = f->record->redirect_text_size;
	return begin_lookup(c);
}

static enum turn ask(
        struct spf_check *c, const struct dname *target, enum rrtype type, enum check_step step)
{
	probe_ask(&c->probe, target, type);
	return machine_wait(c, step);
}

/* `d` NULL: the redirect. `target` of size 0: see docs/spf-decisions.md, "Target-names that are no
 * domain name". */
static enum turn ask_for_term(
        struct spf_check *c, const struct spf_directive *d, const struct dname *target)
{
	if (!c->announced)
		machine_tell_term(c, SPF_EVENT_TERM, target->size > 0 ? target : NULL);
	c->announced = true;
	if (!d || d->mechanism == SPF_INCLUDE)
		return frame_push(c, target, !d);
	if (target->size == 0)
		return frame_no_match(c);
	switch (d->mechanism) {
	case SPF_EXISTS:
		return ask(c, target, RRTYPE_A, STEP_EXISTS); /* A for every client: section 5.7 */
	case SPF_MX:
		return ask(c, target, RRTYPE_MX, STEP_MX);
	case SPF_PTR:
		return c->names_ready ? frame_match_if(c, clientnames_any_within(&c->names, target))
		                      : lookup_names(c, STEP_TARGET);
	default:
		return ask(c, target, lookup_address_type(c), STEP_ADDRESS);
	}
}

/* Whether the term matches depends on it, and so does the verdict: no term before it matched. */
static enum turn end_without_local_part(struct spf_check *c)
{
	c->result.undecided = true;
	return frame_give_up(c, SPF_PERMERROR, SPF_PROBLEM_NEEDS_LOCAL_PART);
}

static enum turn step_target(struct spf_check *c)
{
	const struct spf_frame *f = machine_top(c);
	const struct spf_directive *d =
	        f->at < f->record->n_directives ? &f->record->directives[f->at] : NULL;
	if (d && !d->has_domain)
		return ask_for_term(c, d, &f->domain);
	const struct macro_string *m = d ? &d->domain : &f->record->redirect;
	const struct session session = machine_session(c, m);
	if (session_hides(&session, m))
		return end_without_local_part(c);
	if (macro_string_uses(m, 'p') && !c->names_ready)
		return lookup_names(c, STEP_TARGET);
	if (session_is_non_ascii(&session, m)) {
		machine_tell_term(c, SPF_EVENT_TERM, NULL);
		return frame_no_match(c);
	}
	session_expand_domain(&session, &c->target, m);
	return ask_for_term(c, d, &c->target);
}

static bool slot_has_client(struct spf_check *c, const struct answer *addresses)
{
	const struct spf_frame *f = machine_top(c);
	const struct spf_directive *d = &f->record->directives[f->at];
	const struct ipaddr *ip = &c->request->ip;
	struct clientrange *clients = &c->result.clients, outside = *clients;
	unsigned prefix_bits = ip->family == IPFAMILY_6 ? d->prefix_6 : d->prefix_4;
	for (unsigned i = 0; i < addresses->n_records; i++) {
		const struct ipaddr network = answer_address(addresses, i);
		if (ipaddr_in_prefix(ip, &network, prefix_bits)) {
			clientrange_compare(clients, ip, &network, prefix_bits);
			return true;
		}
		clientrange_compare(&outside, ip, &network, prefix_bits);
	}
	*clients = outside;
	return false;
}

static enum turn step_address(struct spf_check *c)
{
	const struct answer *addresses = lookup_definite(c, 0);
	return addresses ? frame_match_if(c, slot_has_client(c, addresses)) : GO;
}

static enum turn step_exists(struct spf_check *c)
{
	const struct answer *addresses = lookup_definite(c, 0);
	return addresses ? frame_match_if(c, addresses->n_records > 0) : GO;
}

/* Section 5.4. See docs/spf-decisions.md, "Hosts of mx". */
static enum turn step_mx(struct spf_check *c)
{
	const struct answer *hosts = lookup_definite(c, 0);
	if (!hosts)
		return GO;
	if (hosts->n_records > c->limits->mx_names)
		return frame_give_up(c, SPF_PERMERROR, SPF_PROBLEM_MX_LIMIT);
	unsigned n_asked = 0;
	for (unsigned i = 0; i < hosts->n_records; i++) {
		struct dname host;
		answer_target(hosts, i, &host);
		if (dname_label_count(&host) == 0)
			continue;
		probe_ask(&c->probe, &host, lookup_address_type(c));
		n_asked++;
	}
	return n_asked > 0 ? machine_wait(c, STEP_MX_ADDRESS) : frame_no_match(c);
}

/* In the order of the MX answer, whatever order the addresses came in. */
static enum turn step_mx_address(struct spf_check *c)
{
	for (unsigned i = 0; i < c->got->count; i++) {
		const struct answer *addresses = lookup_definite(c, i);
		if (!addresses)
			return GO;
		if (slot_has_client(c, addresses))
			return frame_match(c);
	}
	return frame_no_match(c);
}

static enum turn step_end(struct spf_check *c)
{
	frame_pop_to(c, 0);
	clientnames_reset(&c->names);
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
		[STEP_NAMES] = lookup_step_names,
		[STEP_NAMES_ADDRESS] = lookup_step_names_address,
		[STEP_EXPLAIN] = explain_step_ask,
		[STEP_EXPLAIN_TEXT] = explain_step_compile,
		[STEP_EXPLAIN_EXPAND] = explain_step_expand,
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
	clientrange_all(&r->clients);
}

void spf_check_release(struct spf_check *check)
{
	probe_fini(&check->probe);
	step_end(check);
	answer_unref(check->result.record_answer);
	answer_unref(check->result.failed);
	reset_result(&check->result);
	arena_reset(&check->memory);
	frames_shrink(check, FRAMES_KEPT);
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
	check->names_ready = false;
	frame_push(check, &request->domain, false);
}

void spf_check_fini(struct spf_check *check)
{
	spf_check_release(check);
	textbuf_fini(&check->result.matched);
	textbuf_fini(&check->result.explanation);
	arena_fini(&check->memory);
	frames_shrink(check, 0);
	*check = (struct spf_check){ .n_frames = 0 };
}
