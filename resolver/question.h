/* question.h - (private to resolver/) a question as the key of the cache and of the flights: the
 * name in lower case, the type, and the hash of both. It is made from the hash of the name, so that
 * questions about one name can be told to belong together.
 *
 * It is made once for each resolver_ask(), in the caller's memory. This is the hot path of a scan
 * whose answers are cached. */
#ifndef RESOLVER_QUESTION_H
#define RESOLVER_QUESTION_H

#include "dns/answer.h"
#include "base/hash.h"

#include <string.h>

struct question {
	uint64_t hash, name_hash;
	uint16_t size; /* of the name */
	uint16_t type;
	uint8_t bytes[DNAME_MAX_BYTES];
};

/* Of a question about a name with this hash. */
static inline uint64_t question_hash(uint64_t name_hash, uint16_t type)
{
	return name_hash + type * UINT64_C(0x9e3779b97f4a7c15);
}

/* `qname` may be in any case. */
static inline void question_name(struct question *q, const struct dname *qname)
{
	q->size = qname->size;
	/* length octets are under 64 and letters above, so length octets need no care */
	for (size_t i = 0; i < qname->size; i++)
		q->bytes[i] =
		        (uint8_t)(qname->wire[i] | ((uint8_t)(qname->wire[i] - 'A') < 26 ? 32 : 0));
	q->name_hash = hash_bytes(q->bytes, q->size);
}

static inline void question_of(struct question *q, const struct dname *qname, enum rrtype type)
{
	question_name(q, qname);
	q->type = (uint16_t)type;
	q->hash = question_hash(q->name_hash, q->type);
}

#endif
