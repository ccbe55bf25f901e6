/* lookup.c - the look-ups of a check: the two charges, a look at an answer, and the steps that find
 * the client's names. */
#include "spf/lookup.h"

#include "spf/frame.h"

bool lookup_charge_term(struct spf_check *c)
{
	if (c->result.lookups >= c->limits->lookup_terms)
		return false;
	c->result.lookups++;
	return true;
}

/* False: one too many, and the check has given up. See docs/spf-decisions.md, "Void look-ups". */
static bool charge_void(struct spf_check *c)
{
	if (++c->result.void_lookups <= c->limits->void_lookups)
		return true;
	frame_give_up(c, SPF_PERMERROR, SPF_PROBLEM_VOID_LIMIT);
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

/* No failure of the DNS, where RFC 7208 would pass over one: we did not wait, or did not ask. */
static bool is_ours(const struct answer *answer)
{
	return answer->status == ANSWER_CANCELLED || answer->status == ANSWER_EXCLUDED;
}

static const struct answer *look_at(struct spf_check *c, unsigned slot, bool charge)
{
	const struct answer *answer = c->got->by_slot[slot];
	bool is_charged = charge && c->charging && answer_is_void(answer);
	note_dnssec(c, answer);
	machine_tell(c,
	        (struct spf_event){
	                .kind = SPF_EVENT_LOOKUP, .answer = answer, .void_lookups = is_charged });
	if (is_ours(answer) && !c->explaining) {
		frame_give_up_for(c, answer);
		return NULL;
	}
	return !is_charged || charge_void(c) ? answer : NULL;
}

const struct answer *lookup_answer(struct spf_check *c, unsigned slot)
{
	return look_at(c, slot, true);
}

const struct answer *lookup_definite(struct spf_check *c, unsigned slot)
{
	const struct answer *answer = lookup_answer(c, slot);
	if (!answer || answer_is_definite(answer))
		return answer;
	frame_give_up_for(c, answer);
	return NULL;
}

/* ---- the client's names ---- */

enum turn lookup_names(struct spf_check *c, enum check_step step)
{
	c->result.looks_at |= SPF_LOOKS_CLIENT;
	if (c->names.known) {
		c->names_ready = true;
		c->step = step; /* before the charge, which may give up */
		if (c->names.is_void && c->charging)
			charge_void(c);
		return GO;
	}
	struct dname reverse;
	dname_of_reverse(&reverse, &c->request->ip);
	probe_ask(&c->probe, &reverse, RRTYPE_PTR);
	c->names_step = step;
	return machine_wait(c, STEP_NAMES);
}

static enum turn names_are_known(struct spf_check *c)
{
	c->names.known = c->names_ready = true;
	return machine_go(c, c->names_step);
}

/* A DNS error gives no names and is no error of the check. See docs/spf-decisions.md, "Names of
 * ptr". */
enum turn lookup_step_names(struct spf_check *c)
{
	const struct answer *ptr = lookup_answer(c, 0);
	if (!ptr)
		return GO;
	unsigned n = clientnames_take_ptr(&c->names, ptr, c->limits->ptr_names);
	for (unsigned i = 0; i < n; i++) {
		struct dname name;
		answer_target(ptr, i, &name);
		probe_ask(&c->probe, &name, lookup_address_type(c));
	}
	return n > 0 ? machine_wait(c, STEP_NAMES_ADDRESS) : names_are_known(c);
}

/* A DNS error skips the name. Its owner is the client, so nothing is charged to the publisher. See
 * docs/spf-decisions.md, "Void look-ups of ptr". */
enum turn lookup_step_names_address(struct spf_check *c)
{
	for (unsigned i = 0; i < c->got->count; i++) {
		const struct answer *addresses = look_at(c, i, false);
		if (!addresses)
			return GO;
		clientnames_take_addresses(&c->names, i, addresses, &c->request->ip);
	}
	return names_are_known(c);
}
