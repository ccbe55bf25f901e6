/* facts.h - what the checks of a row came to, in few octets, by subject: what problems and counts
 * read of them, and what rows with that subject have in common.
 *
 *     address   hangs on the client's address alone
 *     domain    on the domain and the family of the client's address. Whether that is one of the
 *               domain's addresses is no fact.
 *     policy    SPF of the domain, for clients of a range: spf/clientrange.h
 *
 * Pure; any thread. */
#ifndef RESULTS_FACTS_H
#define RESULTS_FACTS_H

#include "checks/hostaddr.h"
#include "checks/iprev.h"
#include "checks/mailhosts.h"
#include "spf/request.h"

#include <stdbool.h>
#include <stdint.h>

enum subject { SUBJECT_ADDRESS, SUBJECT_DOMAIN, SUBJECT_POLICY, SUBJECTS };

/* One answer about the domain says that the name exists; one says that it does not. */
struct existence {
	bool is_told, is_denied;
};

/* Zeroed: nothing was checked. */
struct facts {
	struct address_facts {
		uint8_t iprev; /* enum iprev_verdict */
	} address;
	struct domain_facts {
		uint8_t a_state, mx_state; /* enum a_state, enum mx_state */
		bool mx_no_address, mx_not_public;
		struct existence name;
	} domain;
	struct policy_facts {
		bool is_checked, is_undecided;
		uint8_t verdict, problem; /* enum spf_verdict, enum spf_problem */
		struct existence name;
	} policy;
};

/* Of checks that are done. NULL: it did not run. */
struct facts facts_of(const struct iprev *iprev, const struct hostaddr *address,
        const struct mailhosts *mailhosts, const struct spf_result *spf);

/* Those of one subject out of others. */
void facts_copy(struct facts *to, const struct facts *from, enum subject subject);

/* The domain's answer, which may be NULL, says whether the name exists. A failure says nothing. */
void existence_take(struct existence *name, const struct answer *answer);

#endif
