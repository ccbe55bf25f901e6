/* question.h - (private to resolver/) a question as the key of the cache and of the flights: the
 * name in lower case, the type, and the hash of both.
 *
 * It is made once for each resolver_ask(), in the caller's memory. This is the hot path of a scan
 * whose answers are cached. The name is hashed alone and the type is added to that, so what is
 * known of a name whatever the type (QUESTION_ANY_TYPE) is found without hashing again. */
#ifndef RESOLVER_QUESTION_H
#define RESOLVER_QUESTION_H

#include "dns/answer.h"
#include "base/hash.h"

#include <stdbool.h>
#include <string.h>

/* The type of a question that stands for all types of its name. */
#define QUESTION_ANY_TYPE 0

struct question {
	uint64_t hash;
	uint16_t size; /* of the name */
	uint16_t type;
	uint8_t bytes[DNAME_MAX_BYTES]; /* of the name */
	uint64_t name_hash;             /* not beside `hash`: written in one go, both come later */
};

/* The odd factor moves each type of a name to another place of a table. */
static inline uint64_t question_hash_of(uint64_t name_hash, uint16_t type)
{
	return name_hash + type * UINT64_C(0x9e3779b97f4a7c15);
}

/* Sets the hashes; the name and the type are there. */
static inline void question_hash(struct question *q)
{
	q->name_hash = hash_bytes(q->bytes, q->size);
	q->hash = question_hash_of(q->name_hash, q->type);
}

/* `qname` may be in any case. */
static inline void question_of(struct question *q, const struct dname *qname, enum rrtype type)
{
	q->size = qname->size;
	q->type = (uint16_t)type;
	/* length octets are under 64 and letters above, so length octets need no care */
	for (size_t i = 0; i < qname->size; i++)
		q->bytes[i] =
		        (uint8_t)(qname->wire[i] | ((uint8_t)(qname->wire[i] - 'A') < 26 ? 32 : 0));
	question_hash(q);
}

/* The question's name, in lower case. */
static inline void question_name(const struct question *q, struct dname *name)
{
	name->size = (uint8_t)q->size;
	memcpy(name->wire, q->bytes, q->size);
}

/* The name's top-level domain, whatever the type: its last label. False for a name of one label,
 * and for the root. */
static inline bool question_of_top(struct question *top, const struct question *q)
{
	size_t at = 0, next = 0;
	while (next + 1 < q->size) {
		at = next;
		next += q->bytes[at] + 1u;
	}
	if (at == 0)
		return false;
	top->size = (uint16_t)(q->size - at);
	top->type = QUESTION_ANY_TYPE;
	memcpy(top->bytes, q->bytes + at, top->size);
	question_hash(top);
	return true;
}

#endif
