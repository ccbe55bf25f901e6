/* questions.h - the questions of a probe that does not know beforehand what it will ask: a list
 * without repetition, asked in waves of PROBE_FANOUT_MAX, with the answers that came.
 *
 * Whoever sees an answer may add more; they are asked behind those that are there. The list is
 * bounded. Out of memory: `failed`. All in the thread of the asker. */
#ifndef CHECKS_QUESTIONS_H
#define CHECKS_QUESTIONS_H

#include "base/arena.h"
#include "dns/probe.h"

enum { QUESTIONS_NO_TAG = UINT16_MAX };

struct question {
	const uint8_t *name; /* wire form, lower case; the list's */
	uint8_t size;
	uint16_t type;
	uint16_t tag; /* the owner's; QUESTIONS_NO_TAG at first */
	uint32_t key;
	const struct answer *answer; /* a reference; NULL: not here yet */
};

/* Zeroed before its first begin. */
struct questions {
	struct question *at;
	unsigned n, n_taken, max;
	bool is_full; /* one was refused, since there were `max` */
	bool failed;
	unsigned capacity;
	struct arena memory; /* of the names; the owner may use it, too */
};

/* Empties it. At most `max` questions. */
void questions_begin(struct questions *q, unsigned max);
/* Gives the answers back; keeps the memory of an ordinary list. */
void questions_reset(struct questions *q);
/* Gives all memory back. Takes a zeroed one. */
void questions_fini(struct questions *q);

/* Its number, also when it is there already; -1: is_full or failed. `name` is in lower case. */
int questions_add(struct questions *q, const struct dname *name, enum rrtype type);
/* Its number; -1: it is not there. */
int questions_find(const struct questions *q, const uint8_t *name, size_t size, enum rrtype type);
/* Its answer; NULL: there is none. */
const struct answer *questions_answer(
        const struct questions *q, const uint8_t *name, size_t size, enum rrtype type);

/* For the step of the probe: takes the answers of the last wave, telling `see` of each, which may
 * be NULL; then asks the next wave. False: nothing is left to ask. */
bool questions_step(struct questions *q, struct probe *probe, const struct probe_answers *got,
        void (*see)(void *owner, unsigned number, const struct answer *answer), void *owner);

#endif
