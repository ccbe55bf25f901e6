/* facts.c - from the checks' results. */
#include "results/facts.h"

void existence_take(struct existence *name, const struct answer *answer)
{
	if (!answer || !answer_is_definite(answer))
		return;
	if (answer_is_no_such_name(answer))
		name->is_denied = true;
	else
		name->is_told = true;
}

static struct domain_facts of_domain(
        const struct hostaddr *address, const struct mailhosts *mailhosts)
{
	struct domain_facts domain = { 0 };
	if (address) {
		domain.a_state = (uint8_t)hostaddr_state(address);
		existence_take(&domain.name, address->a);
		existence_take(&domain.name, address->aaaa);
	}
	if (mailhosts) {
		domain.mx_state = (uint8_t)mailhosts->state;
		domain.mx_no_address = mailhosts->no_address;
		domain.mx_not_public = mailhosts->not_public;
		existence_take(&domain.name, mailhosts->mx);
	}
	return domain;
}

static struct policy_facts of_policy(const struct spf_result *spf)
{
	struct policy_facts policy = {
		.is_checked = true,
		.is_undecided = spf->undecided,
		.verdict = (uint8_t)spf->verdict,
		.problem = (uint8_t)spf->problem,
	};
	existence_take(&policy.name, spf->record_answer);
	return policy;
}

struct facts facts_of(const struct iprev *iprev, const struct hostaddr *address,
        const struct mailhosts *mailhosts, const struct spf_result *spf)
{
	return (struct facts){
		.address.iprev = iprev ? (uint8_t)iprev->verdict : IPREV_NONE,
		.domain = of_domain(address, mailhosts),
		.policy = spf ? of_policy(spf) : (struct policy_facts){ 0 },
	};
}

void facts_copy(struct facts *to, const struct facts *from, enum subject subject)
{
	if (subject == SUBJECT_ADDRESS)
		to->address = from->address;
	else if (subject == SUBJECT_DOMAIN)
		to->domain = from->domain;
	else
		to->policy = from->policy;
}
