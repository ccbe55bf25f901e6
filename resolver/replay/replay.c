/* replay.c - a line becomes an answer, which is kept with the rows for which it holds.
 *
 * What is kept stands in a table of lines of 64 octets, two slots each: a hit reads one, as in the
 * resolver's cache. The bytes of all that is kept are in the account of that cache, which keeps
 * nothing itself. */
#include "resolver/replay/replay.h"

#include "dns/answer_line.h"
#include "resolver/dispatcher.h"
#include "resolver/recorded.h"
#include "resolver/resolver.h"

#include <stdio.h>
#include <stdlib.h>

/* A slot for so many octets of answers: most are larger, and a table that is mostly empty has few
 * answers that put each other out. */
enum { ANSWER_BYTES = 128, WAYS = 2, LINES_LEAST = 64 };

/* More than that is slower, since the processor's caches are small, and a line is soon an answer
 * again. */
#define KEPT_MAX_BYTES ((size_t)32 << 20)

struct replay_slot {
	uint64_t hash;
	const struct answer *answer; /* NULL: free */
	uint64_t first_row, end_row; /* for which it holds */
};

struct replay_slots {
	_Alignas(64) struct replay_slot ways[WAYS];
};

struct replay {
	struct engine engine; /* first */
	const struct recorded *source;
	void *reader;
	struct answer_builder builder;
	struct replay_slots *slots;
	size_t slot_mask, hand, limit_bytes;
};

/* ---- what is kept ---- */

static bool is_for(const struct answer *a, const struct question *q)
{
	return a->type == q->type && answer_qname_size(a) == q->size &&
	        !memcmp(answer_qname_wire(a), q->bytes, q->size);
}

static void slot_drop(struct replay_slot *s)
{
	if (!s->answer)
		return;
	answer_set_kept(s->answer, false);
	answer_unref(s->answer);
	*s = (struct replay_slot){ 0 };
}

static struct replay_slots *slots_of(const struct replay *r, uint64_t hash)
{
	return &r->slots[hash & r->slot_mask];
}

static const struct answer *find_kept(
        const struct replay *r, const struct question *q, uint64_t row)
{
	struct replay_slots *slots = slots_of(r, q->hash);
	for (unsigned i = 0; i < WAYS; i++) {
		const struct replay_slot *s = &slots->ways[i];
		if (s->answer && s->hash == q->hash && row >= s->first_row && row < s->end_row &&
		        is_for(s->answer, q))
			return answer_ref(s->answer);
	}
	return NULL;
}

static size_t kept_bytes(const struct replay *r)
{
	return r->engine.dispatcher->cache->account.kept_bytes;
}

static bool make_room(struct replay *r, size_t bytes)
{
	if (bytes > r->limit_bytes)
		return false;
	for (size_t n = 0; n <= r->slot_mask && kept_bytes(r) + bytes > r->limit_bytes; n++) {
		struct replay_slots *slots = &r->slots[r->hand++ & r->slot_mask];
		for (unsigned i = 0; i < WAYS; i++)
			slot_drop(&slots->ways[i]);
	}
	return true;
}

/* The newest comes first, and the oldest goes. */
static void keep(struct replay *r, const struct replay_slot *slot)
{
	answer_enter(slot->answer, &r->engine.dispatcher->cache->account);
	if (!make_room(r, answer_bytes(slot->answer)))
		return;
	struct replay_slots *slots = slots_of(r, slot->hash);
	slot_drop(&slots->ways[WAYS - 1]);
	for (unsigned i = WAYS - 1; i > 0; i--)
		slots->ways[i] = slots->ways[i - 1];
	slots->ways[0] = *slot;
	answer_ref(slot->answer);
	answer_set_kept(slot->answer, true);
}

/* ---- from a line ---- */

static uint8_t upstream_of(const struct replay *r, const struct answer_line *line)
{
	const struct upstreams *u = &r->source->upstreams;
	for (unsigned i = 0; i < u->n; i++)
		if (u->list[i].port == line->upstream_port &&
		        ipaddr_equal(&u->list[i].ip, &line->upstream))
			return (uint8_t)(i + 1);
	return 0;
}

/* NULL: out of memory, or the record cannot be read. */
static struct answer *read_line(struct replay *r, uint64_t at)
{
	struct answer_line line;
	size_t size;
	const char *text = r->source->text->line(r->reader, at, &size);
	/* it was good when the record was loaded, and a changed file gives no line */
	if (!text || answer_line_parse(&r->builder, &line, text, size))
		return NULL;
	r->builder.upstream = upstream_of(r, &line);
	struct answer *a = answer_build(&r->builder);
	if (a)
		a->received_s = (uint32_t)line.received_s;
	return a;
}

/* The answer of one of the lines of a hash. NULL without `*failed`: it is another question's. */
static const struct answer *try_line(struct replay *r, const struct recorded_lines *lines, size_t i,
        const struct question *q, bool *failed)
{
	struct answer *a = read_line(r, lines->lines[i].at);
	*failed = !a;
	if (a && is_for(a, q))
		return a;
	answer_unref(a);
	return NULL;
}

/* Lines of other questions have the same hash: the last one of ours up to the chosen, or the first
 * behind it. */
static const struct answer *search(struct replay *r, const struct recorded_lines *lines,
        const struct question *q, bool *failed)
{
	const struct answer *a = NULL;
	for (size_t i = lines->chosen; i > 0 && !a && !*failed; i--)
		a = try_line(r, lines, i - 1, q, failed);
	for (size_t i = lines->chosen + 1; i < lines->n && !a && !*failed; i++)
		a = try_line(r, lines, i, q, failed);
	return a;
}

static struct replay_slot slot_of(
        const struct recorded_lines *lines, const struct question *q, const struct answer *a)
{
	const size_t i = lines->chosen;
	return (struct replay_slot){ .hash = q->hash,
		.answer = a,
		.first_row = i ? lines->lines[i].row : 0,
		.end_row = i + 1 < lines->n ? lines->lines[i + 1].row : UINT64_MAX };
}

static const struct answer *not_recorded(const struct question *q)
{
	struct dname qname = { .size = (uint8_t)q->size };
	memcpy(qname.wire, q->bytes, q->size);
	return answer_of_failure(&qname, (enum rrtype)q->type, ANSWER_NOT_RECORDED, NULL);
}

static const struct answer *replay_answer(struct engine *e, const struct question *q, uint64_t row)
{
	struct replay *r = (struct replay *)e;
	const struct answer *a = find_kept(r, q, row);
	if (a)
		return a;
	const struct recorded_lines lines = recorded_index_find(&r->source->index, q->hash, row);
	if (!lines.n)
		return not_recorded(q);
	bool failed;
	a = try_line(r, &lines, lines.chosen, q, &failed);
	if (a) {
		const struct replay_slot slot = slot_of(&lines, q, a);
		keep(r, &slot);
		return a;
	}
	a = failed ? NULL : search(r, &lines, q, &failed);
	return a || failed ? a : not_recorded(q);
}

/* ---- life ---- */

static void replay_free(struct engine *e)
{
	struct replay *r = (struct replay *)e;
	for (size_t i = 0; r->slots && i <= r->slot_mask; i++)
		for (unsigned way = 0; way < WAYS; way++)
			slot_drop(&r->slots[i].ways[way]);
	free(r->slots);
	if (r->reader)
		r->source->text->reader_free(r->reader);
	answer_builder_fini(&r->builder);
	free(r);
}

static bool slots_init(struct replay *r, size_t cache_bytes)
{
	/* the index takes memory, too */
	r->limit_bytes = cache_bytes / 2 < KEPT_MAX_BYTES ? cache_bytes / 2 : KEPT_MAX_BYTES;
	size_t n = LINES_LEAST;
	while (n * WAYS * ANSWER_BYTES < r->limit_bytes)
		n *= 2;
	r->slot_mask = n - 1;
	r->slots = aligned_alloc(_Alignof(struct replay_slots), n * sizeof *r->slots);
	if (r->slots)
		memset(r->slots, 0, n * sizeof *r->slots);
	return r->slots != NULL;
}

static enum error replay_new(struct engine **out, const struct resolver_config *config,
        struct dispatcher *dispatcher, struct loop *loop, char *why, size_t why_size)
{
	(void)loop;
	*out = NULL;
	struct replay *r = config->source ? calloc(1, sizeof *r) : NULL;
	if (r) {
		r->engine = (struct engine){ .type = &replay_engine, .dispatcher = dispatcher };
		r->source = config->source;
		r->reader = r->source->text->reader_new(r->source->text);
		r->builder.slab = dispatcher->slab;
		if (r->reader && slots_init(r, config->cache_bytes)) {
			*out = &r->engine;
			return ERROR_NONE;
		}
		replay_free(&r->engine);
	}
	const enum error err = config->source ? ERROR_NOMEM : ERROR_EMPTY;
	snprintf(why, why_size, "%s", config->source ? error_text(err) : "no record to replay");
	return err;
}

const struct engine_type replay_engine = {
	.name = "replay",
	.needs = ENGINE_REPLAY,
	.can = ENGINE_DNSSEC, /* the record has the states; nothing is validated again */
	.worker_mib = 48,
	.flight_kib = 1,
	.in_flight_preset = 1000,
	.new = replay_new,
	.free = replay_free,
	.answer = replay_answer,
};
