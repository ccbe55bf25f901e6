/* question.h - (private to resolver/) a question as the key of the cache and of the flights: the
 * name in lower case, the type behind it, and the hash of both.
 *
 * Made once for each resolver_ask(), in the caller's memory, from the name's own octets: this is
 * the hot path of a warm cache. */
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

static inline void question_of(struct question *q, const struct dname *qname, enum rrtype type)
{
	q->size = qname->size;
	q->type = (uint16_t)type;
	/* Length octets are under 64, letters over it: the whole name can be put in lower case
	 * blindly. */
	for (size_t i = 0; i < qname->size; i++)
		q->bytes[i] =
		        (uint8_t)(qname->wire[i] | ((uint8_t)(qname->wire[i] - 'A') < 26 ? 32 : 0));
	memcpy(q->bytes + q->size, &q->type, sizeof q->type);
	q->hash = hash_bytes(q->bytes, q->size + sizeof q->type);
}

#endif
