/* hostaddr.c - a domain's own addresses. */
#include "checks/hostaddr.h"

static enum probe_turn step_judge(struct probe *probe, const struct probe_answers *got)
{
	struct hostaddr *p = (struct hostaddr *)probe;
	p->a = answer_ref(got->by_slot[0]);
	p->aaaa = answer_ref(got->by_slot[1]);
	p->match = match_join(match_answer(p->a, &p->ip), match_answer(p->aaaa, &p->ip));
	p->done = true;
	return PROBE_DONE;
}

static enum probe_turn step_start(struct probe *probe, const struct probe_answers *got)
{
	struct hostaddr *p = (struct hostaddr *)probe;
	(void)got;
	probe_ask(probe, &p->domain, RRTYPE_A);
	probe_ask(probe, &p->domain, RRTYPE_AAAA);
	probe->step = step_judge;
	return PROBE_ASK;
}

void hostaddr_begin(struct hostaddr *p, const struct dname *domain, const struct ipaddr *ip,
        struct asker *asker)
{
	p->domain = *domain;
	p->ip = *ip;
	p->done = false;
	p->a = p->aaaa = NULL;
	p->match = MATCH_UNASKED;
	probe_begin(&p->probe, step_start, asker);
}

void hostaddr_fini(struct hostaddr *p)
{
	probe_fini(&p->probe);
	answer_unref(p->a);
	answer_unref(p->aaaa);
	p->a = p->aaaa = NULL;
}

enum a_state hostaddr_state(const struct hostaddr *p)
{
	if (!answer_is_definite(p->a) || !answer_is_definite(p->aaaa))
		return A_TEMPERROR;
	if (!answer_is_void(p->a) || !answer_is_void(p->aaaa))
		return A_OK;
	return answer_is_no_such_name(p->a) && answer_is_no_such_name(p->aaaa) ? A_NXDOMAIN
	                                                                       : A_NONE;
}

const char *a_state_text(enum a_state state)
{
	static const char *const texts[] = { "", "ok", "none", "nxdomain", "temperror" };
	return texts[state];
}
