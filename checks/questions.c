/* questions.c - few questions, told apart by a key of 32 bits. */
#include "checks/questions.h"

#include <stdlib.h>
#include <string.h>

/* Ordinary lists need no more, and a list keeps no more for the next. */
enum { ARENA_BYTES = 4096, LEAST = 32, KEPT = 128 };

/* Eight octets at a time; whoever builds names that collide makes a list of at most `max` slow. */
static uint32_t key_of(const uint8_t *name, size_t size, enum rrtype type)
{
	uint64_t key = (uint64_t)type << 8 ^ size;
	for (size_t i = 0; i < size; i += sizeof key) {
		uint64_t part = 0;
		memcpy(&part, name + i, size - i < sizeof part ? size - i : sizeof part);
		key = (key ^ part) * 0x9e3779b97f4a7c15u;
		key ^= key >> 32;
	}
	return (uint32_t)key;
}

static int find(
        const struct questions *q, const uint8_t *name, size_t size, enum rrtype type, uint32_t key)
{
	for (unsigned i = 0; i < q->n; i++) {
		const struct question *at = &q->at[i];
		if (at->key == key && at->type == type && at->size == size &&
		        !memcmp(at->name, name, size))
			return (int)i;
	}
	return -1;
}

int questions_find(const struct questions *q, const uint8_t *name, size_t size, enum rrtype type)
{
	return find(q, name, size, type, key_of(name, size, type));
}

static bool has_room(struct questions *q)
{
	if (q->n < q->capacity)
		return true;
	unsigned capacity = q->capacity ? q->capacity * 2 : LEAST;
	struct question *at = reallocarray(q->at, capacity, sizeof *at);
	if (!at)
		return false;
	q->at = at;
	q->capacity = capacity;
	return true;
}

int questions_add(struct questions *q, const struct dname *name, enum rrtype type)
{
	const uint32_t key = key_of(name->wire, name->size, type);
	int known = find(q, name->wire, name->size, type, key);
	if (known >= 0)
		return known;
	if (q->n == q->max) {
		q->is_full = true;
		return -1;
	}
	uint8_t *copy = arena_alloc(&q->memory, name->size);
	if (!copy || !has_room(q)) {
		q->failed = true;
		return -1;
	}
	memcpy(copy, name->wire, name->size);
	q->at[q->n] = (struct question){ .name = copy,
		.size = name->size,
		.type = (uint16_t)type,
		.tag = QUESTIONS_NO_TAG,
		.key = key };
	return (int)q->n++;
}

const struct answer *questions_answer(
        const struct questions *q, const uint8_t *name, size_t size, enum rrtype type)
{
	int i = questions_find(q, name, size, type);
	return i < 0 ? NULL : q->at[i].answer;
}

bool questions_step(struct questions *q, struct probe *probe, const struct probe_answers *got,
        void (*see)(void *owner, unsigned number, const struct answer *answer), void *owner)
{
	for (unsigned i = 0; i < got->count; i++) {
		const unsigned number = q->n_taken++;
		q->at[number].answer = answer_ref(got->by_slot[i]);
		if (see)
			see(owner, number, got->by_slot[i]);
	}
	for (unsigned i = 0; i < PROBE_FANOUT_MAX && q->n_taken + i < q->n; i++) {
		const struct question *at = &q->at[q->n_taken + i];
		struct dname name; /* not cleared: it is large */
		name.size = at->size;
		memcpy(name.wire, at->name, at->size);
		probe_ask(probe, &name, (enum rrtype)at->type);
	}
	return q->n_taken < q->n;
}

void questions_begin(struct questions *q, unsigned max)
{
	questions_reset(q);
	if (q->memory.chunk_bytes == 0)
		arena_init(&q->memory, ARENA_BYTES, 0);
	q->max = max;
}

void questions_reset(struct questions *q)
{
	for (unsigned i = 0; i < q->n; i++)
		answer_unref(q->at[i].answer);
	if (q->capacity > KEPT) {
		free(q->at);
		q->at = NULL;
		q->capacity = 0;
	}
	q->n = q->n_taken = 0;
	q->is_full = q->failed = false;
	if (q->memory.chunk_bytes)
		arena_reset(&q->memory);
}

void questions_fini(struct questions *q)
{
	questions_reset(q);
	free(q->at);
	arena_fini(&q->memory);
	*q = (struct questions){ .n = 0 };
}
