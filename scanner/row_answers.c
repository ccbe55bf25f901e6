/* row_answers.c - arrays side by side: a look-up compares the keys, which stand together, and
 * reads an answer only when its key is equal. */
#include "scanner/row_answers.h"

#include <stdlib.h>

/* An ordinary row asks some ten questions. */
enum { CAPACITY_LEAST = 16, CAPACITY_KEPT = 64 };

struct question {
	const uint8_t *wire; /* the qname */
	size_t size;
	unsigned type;
};

/* The same for names that differ in case. */
static uint32_t key_of(struct question q)
{
	const uint32_t lower = 0x20;
	return q.type << 24 ^ (uint32_t)q.size << 16 ^ (q.wire[q.size / 2] | lower) << 8 ^
	        (q.wire[q.size / 3] | lower);
}

static struct question question_of(const struct answer *a)
{
	return (struct question){ answer_qname_wire(a), answer_qname_size(a), a->type };
}

static bool is_same(struct question a, struct question b)
{
	return a.type == b.type && a.size == b.size && dname_equal_folded(a.wire, b.wire, a.size);
}

/* Its place; answers->n: it is not there. */
static unsigned find(const struct row_answers *answers, struct question question, uint32_t key)
{
	unsigned i = 0;
	while (i < answers->n &&
	        (answers->keys[i] != key || !is_same(question_of(answers->at[i]), question)))
		i++;
	return i;
}

const struct answer *row_answers_find(const struct row_answers *answers, const struct dname *qname,
        enum rrtype type, uint32_t *expires_s)
{
	struct question question = { qname->wire, qname->size, type };
	unsigned i = find(answers, question, key_of(question));
	if (i == answers->n)
		return NULL;
	*expires_s = answers->expires_s[i];
	return answers->at[i];
}

static bool has_room(struct row_answers *answers)
{
	if (answers->n < answers->capacity)
		return true;
	unsigned capacity = answers->capacity ? answers->capacity * 2 : CAPACITY_LEAST;
	const struct answer **at = realloc(answers->at, capacity * sizeof *at);
	if (!at)
		return false;
	answers->at = at;
	uint32_t *keys = realloc(answers->keys, capacity * sizeof *keys);
	if (!keys)
		return false;
	answers->keys = keys;
	uint32_t *expires_s = realloc(answers->expires_s, capacity * sizeof *expires_s);
	if (!expires_s)
		return false;
	answers->expires_s = expires_s;
	answers->capacity = capacity;
	return true;
}

bool row_answers_add(struct row_answers *answers, const struct answer *answer, uint32_t expires_s)
{
	struct question question = question_of(answer);
	uint32_t key = key_of(question);
	if (find(answers, question, key) < answers->n)
		return true;
	if (!has_room(answers))
		return false;
	answers->keys[answers->n] = key;
	answers->expires_s[answers->n] = expires_s;
	answers->at[answers->n++] = answer_ref(answer);
	return true;
}

void row_answers_reset(struct row_answers *answers)
{
	while (answers->n > 0)
		answer_unref(answers->at[--answers->n]);
	if (answers->capacity > CAPACITY_KEPT)
		row_answers_fini(answers);
}

void row_answers_fini(struct row_answers *answers)
{
	free(answers->at);
	free(answers->keys);
	free(answers->expires_s);
	*answers = (struct row_answers){ 0 };
}
