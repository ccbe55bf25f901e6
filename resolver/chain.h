/* chain.h - (private to resolver/) follows CNAMEs whose targets were left out of the answer.
 *
 * A full resolver follows CNAMEs and sends the whole chain. An authoritative server, or a simple
 * forwarder, may send the CNAME alone and say nothing of its target. RFC 2308 section 2.2.1 lets a
 * name server call that "no data", but here it would turn a record that exists into none.
 *
 * So an engine marks such an answer (answer.h: is_half). The same flight then asks for the target,
 * until a whole answer comes. That answer is built as the answer to the first question, and it is
 * cached and delivered as such. Pure; one thread. */
#ifndef RESOLVER_CHAIN_H
#define RESOLVER_CHAIN_H

#include "dns/answer.h"

/* At most so many targets are asked for; libunbound has the same limit. */
#define CHAIN_TARGETS_MAX 11

struct chain {
	struct dname name; /* the target that is asked for now */
	uint32_t ttl_s;    /* the smallest of the links so far */
	bool insecure;     /* one of them was not validated */
	uint8_t n_targets;
};

enum chain_step { CHAIN_GOES_ON, CHAIN_TOO_LONG, CHAIN_NO_MEMORY };

/* Goes on to the target of a half answer. `qname` is the name of the question. The first step
 * allocates *chain; the caller gives it to free(). CHAIN_TOO_LONG also means a loop. */
enum chain_step chain_extend(
        struct chain **chain, const struct answer *half, const struct dname *qname);

/* Makes the last answer that of the whole chain: its TTL is the smallest of all links, and it is
 * secure only if all links are (RFC 4035 section 4.3). Does nothing when `chain` is NULL. */
void chain_join(const struct chain *chain, struct answer *last);

#endif
