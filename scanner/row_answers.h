/* row_answers.h - the answers that one row was given, until it ends.
 *
 * Within a row a question is asked once, and its answer holds to the row's end, whatever its TTL:
 * a row whose checks saw different answers to one question would contradict itself. All in the
 * thread of the row. */
#ifndef SCANNER_ROW_ANSWERS_H
#define SCANNER_ROW_ANSWERS_H

#include "dns/answer.h"

#include <stdbool.h>

/* Zeroed: empty. */
struct row_answers {
	unsigned n, capacity;
	const struct answer **at; /* references, in the order in which they came */
	uint32_t *keys;           /* of their questions: most others differ in it */
	uint32_t *expires_s;      /* struct resolver_waiter */
};

/* The answer to a question that the row has asked before, and until when it is good; NULL: it has
 * not. The caller takes its own reference. */
const struct answer *row_answers_find(const struct row_answers *answers, const struct dname *qname,
        enum rrtype type, uint32_t *expires_s);

/* Takes a reference. Of two answers to one question, which checks that asked at the same time may
 * get, the first is kept. False: out of memory, and the answer is not there. */
bool row_answers_add(struct row_answers *answers, const struct answer *answer, uint32_t expires_s);

/* Gives the references back, and memory over that of an ordinary row. */
void row_answers_reset(struct row_answers *answers);

/* Not before row_answers_reset(). */
void row_answers_fini(struct row_answers *answers);

#endif
