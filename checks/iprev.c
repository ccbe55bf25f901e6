/* iprev.c - forward-confirmed reverse DNS: START -> PTR -> addresses of the names. */
#include "checks/iprev.h"

static enum probe_turn finish(struct iprev *p, enum iprev_verdict verdict)
{
	p->verdict = verdict;
	return PROBE_DONE;
}

static enum probe_turn step_addresses(struct probe *probe, const struct probe_answers *got)
{
	struct iprev *p = (struct iprev *)probe;
	bool any_failed = false;
	for (unsigned i = 0; i < got->count; i++) {
		if (answer_has_address(got->by_slot[i], &p->ip, ipaddr_width(&p->ip))) {
			p->confirmed = i;
			return finish(p, IPREV_PASS);
		}
		any_failed |= !answer_is_definite(got->by_slot[i]);
	}
	return finish(p, any_failed ? IPREV_TEMPERROR : IPREV_FAIL);
}

static enum probe_turn step_names(struct probe *probe, const struct probe_answers *got)
{
	struct iprev *p = (struct iprev *)probe;
	const struct answer *names = got->by_slot[0];
	p->names = answer_ref(names);
	if (!answer_is_definite(names))
		return finish(p, IPREV_TEMPERROR);
	if (answer_is_void(names))
		return finish(p, IPREV_PERMERROR);
	for (unsigned i = 0; i < names->n_records && i < IPREV_NAMES_MAX; i++) {
		struct dname name;
		answer_target(names, i, &name);
		probe_ask(probe, &name, p->ip.family == IPFAMILY_4 ? RRTYPE_A : RRTYPE_AAAA);
	}
	probe->step = step_addresses;
	return PROBE_ASK;
}

static enum probe_turn step_start(struct probe *probe, const struct probe_answers *got)
{
	struct iprev *p = (struct iprev *)probe;
	struct dname reverse;
	(void)got;
	dname_of_reverse(&reverse, &p->ip);
	probe_ask(probe, &reverse, RRTYPE_PTR);
	probe->step = step_names;
	return PROBE_ASK;
}

void iprev_begin(struct iprev *p, const struct ipaddr *ip, struct asker *asker)
{
	p->ip = *ip;
	p->verdict = IPREV_NONE;
	p->names = NULL;
	p->confirmed = 0;
	probe_begin(&p->probe, step_start, asker);
}

void iprev_fini(struct iprev *p)
{
	probe_fini(&p->probe);
	answer_unref(p->names);
	p->names = NULL;
}

const char *iprev_verdict_text(enum iprev_verdict verdict)
{
	static const char *const texts[IPREV_VERDICT_COUNT] = { "", "pass", "fail", "temperror",
		"permerror" };
	return verdict < IPREV_VERDICT_COUNT ? texts[verdict] : "";
}
