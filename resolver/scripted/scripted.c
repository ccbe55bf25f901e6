/* scripted.c - answers wait in a heap until their time has come.
 *
 * An answer is looked up when its flight starts. The flight finishes in the first turn() at or
 * after its due time, never inside start(): a delay of 0 still takes one pump, as a network would.
 * The heap is binary, sorted by due time and then by order of starting. A flight's `ticket` is its
 * place in the heap, counted from 1. A question that the script leaves without an answer is not in
 * the heap: it never finishes. */
#include "resolver/scripted/scripted.h"

#include "base/clock.h"
#include "resolver/dispatcher.h"
#include "resolver/resolver.h"
#include "resolver/scripted/script.h"

#include <stdio.h>
#include <stdlib.h>

struct due {
	uint64_t at_ns, order;
	struct flight *flight;
	const struct answer *answer;
};

struct scripted {
	struct engine engine; /* first */
	const struct script *script;
	struct due *heap; /* [0] is the next one */
	size_t n_heap, heap_capacity;
	uint64_t n_started;
	struct answer_builder builder;
};

static bool due_before(const struct due *a, const struct due *b)
{
	return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->order < b->order;
}

static void heap_set(struct scripted *s, size_t at, const struct due *d)
{
	s->heap[at] = *d;
	d->flight->ticket = (void *)(uintptr_t)(at + 1);
}

/* Puts `d` where it belongs, beginning the search at the hole `at`. */
static void heap_settle(struct scripted *s, size_t at, const struct due *d)
{
	for (; at > 0 && due_before(d, &s->heap[(at - 1) / 2]); at = (at - 1) / 2)
		heap_set(s, at, &s->heap[(at - 1) / 2]);
	for (size_t child; (child = 2 * at + 1) < s->n_heap; at = child) {
		if (child + 1 < s->n_heap && due_before(&s->heap[child + 1], &s->heap[child]))
			child++;
		if (!due_before(&s->heap[child], d))
			break;
		heap_set(s, at, &s->heap[child]);
	}
	heap_set(s, at, d);
}

static struct due heap_take(struct scripted *s, size_t at)
{
	struct due taken = s->heap[at];
	struct due last = s->heap[--s->n_heap];
	if (at < s->n_heap)
		heap_settle(s, at, &last);
	taken.flight->ticket = NULL;
	return taken;
}

static bool heap_has_room(struct scripted *s)
{
	if (s->n_heap < s->heap_capacity)
		return true;
	size_t n = s->heap_capacity ? 2 * s->heap_capacity : 256;
	struct due *heap = realloc(s->heap, n * sizeof *heap);
	if (!heap)
		return false;
	s->heap = heap;
	s->heap_capacity = n;
	return true;
}

static void scripted_start(struct engine *e, struct flight *f, uint64_t now_ns)
{
	struct scripted *s = (struct scripted *)e;
	unsigned delay_ms = 0;
	flight_begin_answer(f, &s->builder);
	const struct answer *answer =
	        heap_has_room(s) ? script_answer(s->script, &s->builder, &delay_ms) : NULL;
	if (!answer) {
		dispatcher_finish(e->dispatcher, f, NULL);
		return;
	}
	if (answer->status == ANSWER_TIMEOUT) {
		answer_unref(answer);
		return;
	}
	struct due d = { .at_ns = now_ns + delay_ms * CLOCK_NS_PER_MS,
		.order = s->n_started++,
		.flight = f,
		.answer = answer };
	s->n_heap++;
	heap_settle(s, s->n_heap - 1, &d);
}

static void scripted_abandon(struct engine *e, struct flight *f)
{
	struct scripted *s = (struct scripted *)e;
	if (f->ticket)
		answer_unref(heap_take(s, (uintptr_t)f->ticket - 1).answer);
}

static void scripted_turn(struct engine *e, uint64_t now_ns)
{
	struct scripted *s = (struct scripted *)e;
	while (s->n_heap && s->heap[0].at_ns <= now_ns) {
		struct due d = heap_take(s, 0);
		dispatcher_finish(e->dispatcher, d.flight, d.answer);
	}
}

static void scripted_free(struct engine *e)
{
	struct scripted *s = (struct scripted *)e;
	for (size_t i = 0; i < s->n_heap; i++)
		answer_unref(s->heap[i].answer);
	free(s->heap);
	answer_builder_fini(&s->builder);
	free(s);
}

static enum error scripted_new(struct engine **out, const struct resolver_config *config,
        struct dispatcher *dispatcher, struct loop *loop, char *why, size_t why_size)
{
	(void)loop;
	*out = NULL;
	if (!config->source) {
		snprintf(why, why_size, "the scripted resolver needs a script");
		return ERROR_EMPTY;
	}
	struct scripted *s = calloc(1, sizeof *s);
	if (!s) {
		snprintf(why, why_size, "%s", error_text(ERROR_NOMEM));
		return ERROR_NOMEM;
	}
	s->engine = (struct engine){ .type = &scripted_engine, .dispatcher = dispatcher };
	s->script = config->source;
	*out = &s->engine;
	return ERROR_NONE;
}

const struct engine_type scripted_engine = {
	.name = "scripted",
	.new = scripted_new,
	.free = scripted_free,
	.start = scripted_start,
	.abandon = scripted_abandon,
	.turn = scripted_turn,
};
