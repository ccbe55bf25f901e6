/* question.h - (private to resolver/) a question as the key of the cache and of the flights: the
 * name in lower case, the type behind it, and the hash of both.
 *
 * It is made once for each resolver_ask(), in the caller's memory. This is the hot path of a scan
 * whose answers are cached. */
#ifndef RESOLVER_QUESTION_H
#define RESOLVER_QUESTION_H

#include "dns/answer.h"
#include "base/hash.h"

#include <string.h>

struct question {
	uint64_t hash;
	uint16_t size; /* of the name */
	uint16_t type;
	uint8_t bytes[DNAME_MAX_BYTES + 2];
};

/* `qname` may be in any case. */
static inline void question_of(struct question *q, const struct dname *qname, enum rrtype type)
{
	q->size = qname->size;
	q->type = (uint16_t)type;
	/* length octets are under 64 and letters above, so length octets need no care */
	for (size_t i = 0; i < qname->size; i++)
		q->bytes[i] =
		        (uint8_t)(qname->wire[i] | ((uint8_t)(qname->wire[i] - 'A') < 26 ? 32 : 0));
	memcpy(q->bytes + q->size, &q->type, sizeof q->type);
	q->hash = hash_bytes(q->bytes, q->size + sizeof q->type);
}

#endif
