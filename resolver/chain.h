/* chain.h - (private to resolver/) a question on its way along CNAMEs whose targets were left out
 * of the answer.
 *
 * A full resolver follows CNAMEs and sends the whole chain. An authoritative server as upstream, or
 * a lazy forwarder, sends the CNAME alone and says nothing of its target; a name server may call
 * that "no data" (RFC 2308 section 2.2.1), but for us it would turn a record that is there into
 * none. So an engine marks such an answer (answer.h: is_half), and the same flight asks for the
 * target, again and again, until a whole answer comes: that one is built as the answer to the
 * question that was asked at first, and so it is cached and told. */
#ifndef RESOLVER_CHAIN_H
#define RESOLVER_CHAIN_H

#include "dns/answer.h"

/* So many targets are asked for, one after the other; libunbound gives up after as many. */
#define CHAIN_TARGETS_MAX 11

struct chain {
	struct dname name; /* that is asked now */
	uint32_t ttl_s;    /* the smallest of the links behind us */
	bool insecure;     /* one of them was not validated */
	uint8_t n_targets;
};

enum chain_step { CHAIN_GOES_ON, CHAIN_TOO_LONG, CHAIN_NO_MEMORY };

/* Goes on to where a half answer leads. The first step makes the chain; free() it. `qname` is the
 * question's own name. */
enum chain_step chain_extend(
        struct chain **chain, const struct answer *half, const struct dname *qname);

/* Makes the last answer that of the whole chain: its time to live and its security are the least of
 * all links. Takes NULL for the chain. */
void chain_join(const struct chain *chain, struct answer *last);

#endif
