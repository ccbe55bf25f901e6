/* groups.c - two tables: groups by key, and reasons by group and text. */
#include "report/groups.h"

#include "base/hash.h"
#include "base/textbuf.h"

#include <stdlib.h>

enum { NONE = UINT32_MAX, FIRST_ENTRIES = 1024 };

struct entry {
	uint64_t hash;
	uint64_t counts[GROUP_COUNTS];
	size_t key_at, name_at;
	uint32_t key_size, name_size;
	uint32_t best; /* reason */
	uint32_t next;
};

struct reason {
	uint64_t hash, count;
	size_t at;
	uint32_t size, group, next;
};

/* One of the two tables: entries of a size, and chains of them. */
struct table {
	uint32_t *buckets;
	uint32_t n, capacity;
};

struct groups {
	size_t memory_bytes;
	struct table by_key, by_reason;
	struct entry *entries;
	struct reason *reasons;
	struct textbuf texts;
	uint32_t *order; /* once sorted */
	uint32_t last;   /* that was added to: neighbours in a file are often alike */
	uint64_t n_dropped, n_dropped_messages;
};

const char *group_count_name(enum group_count count)
{
	static const char *const names[] = { "messages", "rejects", "pass", "fail", "softfail",
		"neutral", "none", "permerror", "temperror", "no_verdict", "rdns_bad" };
	return names[count];
}

/* ---- memory ---- */

static bool grow_buckets(struct table *t)
{
	free(t->buckets);
	t->buckets = malloc(t->capacity * sizeof *t->buckets);
	if (t->buckets)
		memset(t->buckets, 0xff, t->capacity * sizeof *t->buckets);
	return t->buckets;
}

static uint32_t *bucket_of(const struct table *t, uint64_t hash)
{
	return &t->buckets[hash & (t->capacity - 1)];
}

static bool link_entries(struct groups *g)
{
	if (!grow_buckets(&g->by_key))
		return false;
	for (uint32_t i = 0; i < g->by_key.n; i++) {
		uint32_t *bucket = bucket_of(&g->by_key, g->entries[i].hash);
		g->entries[i].next = *bucket;
		*bucket = i;
	}
	return true;
}

static bool link_reasons(struct groups *g)
{
	if (!grow_buckets(&g->by_reason))
		return false;
	for (uint32_t i = 0; i < g->by_reason.n; i++) {
		uint32_t *bucket = bucket_of(&g->by_reason, g->reasons[i].hash);
		g->reasons[i].next = *bucket;
		*bucket = i;
	}
	return true;
}

static bool make_room(struct groups *g)
{
	if (g->by_key.n == g->by_key.capacity) {
		g->by_key.capacity = g->by_key.capacity ? 2 * g->by_key.capacity : FIRST_ENTRIES;
		struct entry *entries =
		        reallocarray(g->entries, g->by_key.capacity, sizeof *entries);
		if (!entries)
			return false;
		g->entries = entries;
		if (!link_entries(g))
			return false;
	}
	if (g->by_reason.n == g->by_reason.capacity) {
		g->by_reason.capacity =
		        g->by_reason.capacity ? 2 * g->by_reason.capacity : FIRST_ENTRIES;
		struct reason *reasons =
		        reallocarray(g->reasons, g->by_reason.capacity, sizeof *reasons);
		if (!reasons)
			return false;
		g->reasons = reasons;
		if (!link_reasons(g))
			return false;
	}
	return true;
}

static size_t used_bytes(const struct groups *g)
{
	return g->by_key.n * (sizeof *g->entries + sizeof *g->by_key.buckets) +
	        g->by_reason.n * (sizeof *g->reasons + sizeof *g->by_reason.buckets) +
	        g->texts.size;
}

struct groups *groups_new(size_t memory_bytes)
{
	struct groups *g = calloc(1, sizeof *g);
	if (!g)
		return NULL;
	g->memory_bytes = memory_bytes;
	g->last = NONE;
	if (make_room(g))
		return g;
	groups_free(g);
	return NULL;
}

void groups_free(struct groups *g)
{
	if (!g)
		return;
	free(g->by_key.buckets);
	free(g->by_reason.buckets);
	free(g->entries);
	free(g->reasons);
	free(g->order);
	textbuf_fini(&g->texts);
	free(g);
}

/* ---- dropping ---- */

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return (x > y) - (x < y);
}

/* At most so many messages has a group that is dropped. */
static bool find_limit(const struct groups *g, uint64_t *limit)
{
	uint64_t *numbers = malloc(g->by_key.n * sizeof *numbers);
	if (!numbers)
		return false;
	for (uint32_t i = 0; i < g->by_key.n; i++)
		numbers[i] = g->entries[i].counts[GROUP_MESSAGES];
	qsort(numbers, g->by_key.n, sizeof *numbers, by_number);
	*limit = numbers[g->by_key.n / 2];
	free(numbers);
	return true;
}

static size_t keep_text(struct textbuf *texts, const struct groups *g, size_t at, size_t size)
{
	size_t to = texts->size;
	textbuf_put(texts, g->texts.bytes + at, size);
	return to;
}

/* Groups that are as large as the limit go until half of them are gone. `kept` maps a group to its
 * new place. */
static void keep_large(struct groups *g, struct textbuf *texts, uint32_t *kept, uint64_t limit)
{
	uint32_t n = 0, may_drop = g->by_key.n / 2 + 1;
	for (uint32_t i = 0; i < g->by_key.n; i++) {
		struct entry *e = &g->entries[i];
		kept[i] = NONE;
		if (e->counts[GROUP_MESSAGES] <= limit && may_drop) {
			may_drop--;
			g->n_dropped++;
			g->n_dropped_messages += e->counts[GROUP_MESSAGES];
			continue;
		}
		e->key_at = keep_text(texts, g, e->key_at, e->key_size);
		e->name_at = keep_text(texts, g, e->name_at, e->name_size);
		kept[i] = n;
		g->entries[n++] = *e;
	}
	g->by_key.n = n;
}

static void keep_reasons(struct groups *g, struct textbuf *texts, const uint32_t *kept)
{
	uint32_t n = 0;
	for (uint32_t i = 0; i < g->by_key.n; i++)
		g->entries[i].best = NONE;
	for (uint32_t i = 0; i < g->by_reason.n; i++) {
		struct reason r = g->reasons[i];
		if (kept[r.group] == NONE)
			continue;
		r.group = kept[r.group];
		r.at = keep_text(texts, g, r.at, r.size);
		uint32_t *best = &g->entries[r.group].best;
		if (*best == NONE || g->reasons[*best].count < r.count)
			*best = n;
		g->reasons[n++] = r;
	}
	g->by_reason.n = n;
}

/* The hash of a reason has the group's place in it. */
static uint64_t reason_hash(uint32_t group, struct csv_field text)
{
	return hash_bytes(text.text, text.size) + group * UINT64_C(0x9e3779b97f4a7c15);
}

static bool drop_small(struct groups *g)
{
	struct textbuf texts = { 0 };
	uint64_t limit;
	uint32_t *kept = malloc(g->by_key.n * sizeof *kept);
	if (!kept || !find_limit(g, &limit)) {
		free(kept);
		return false;
	}
	keep_large(g, &texts, kept, limit);
	keep_reasons(g, &texts, kept);
	free(kept);
	g->last = NONE;
	textbuf_fini(&g->texts);
	g->texts = texts;
	for (uint32_t i = 0; i < g->by_reason.n; i++) {
		struct reason *r = &g->reasons[i];
		r->hash = reason_hash(
		        r->group, (struct csv_field){ g->texts.bytes + r->at, r->size });
	}
	return !texts.failed && link_entries(g) && link_reasons(g);
}

/* ---- adding ---- */

static bool same(const struct groups *g, size_t at, size_t size, struct csv_field text)
{
	return size == text.size && (!size || !memcmp(g->texts.bytes + at, text.text, size));
}

static uint32_t find_entry(const struct groups *g, uint64_t hash, struct csv_field key)
{
	uint32_t i = *bucket_of(&g->by_key, hash);
	while (i != NONE &&
	        (g->entries[i].hash != hash ||
	                !same(g, g->entries[i].key_at, g->entries[i].key_size, key)))
		i = g->entries[i].next;
	return i;
}

static uint32_t add_entry(struct groups *g, uint64_t hash, struct csv_field key)
{
	uint32_t i = g->by_key.n++, *bucket = bucket_of(&g->by_key, hash);
	g->entries[i] = (struct entry){ .hash = hash,
		.key_at = g->texts.size,
		.key_size = (uint32_t)key.size,
		.best = NONE,
		.next = *bucket };
	*bucket = i;
	textbuf_put(&g->texts, key.text, key.size);
	return i;
}

static uint32_t find_or_add_entry(struct groups *g, struct csv_field key)
{
	uint64_t hash = hash_bytes(key.text, key.size);
	uint32_t i = find_entry(g, hash, key);
	return i != NONE ? i : add_entry(g, hash, key);
}

static void add_reason(struct groups *g, uint32_t group, struct csv_field text, uint64_t n)
{
	uint64_t hash = reason_hash(group, text);
	uint32_t *bucket = bucket_of(&g->by_reason, hash), i = *bucket;
	while (i != NONE &&
	        (g->reasons[i].group != group || g->reasons[i].hash != hash ||
	                !same(g, g->reasons[i].at, g->reasons[i].size, text)))
		i = g->reasons[i].next;
	if (i == NONE) {
		i = g->by_reason.n++;
		g->reasons[i] = (struct reason){ .hash = hash,
			.at = g->texts.size,
			.size = (uint32_t)text.size,
			.group = group,
			.next = *bucket };
		*bucket = i;
		textbuf_put(&g->texts, text.text, text.size);
	}
	g->reasons[i].count += n;
	uint32_t *best = &g->entries[group].best;
	if (*best == NONE || g->reasons[*best].count < g->reasons[i].count)
		*best = i;
}

bool groups_add(struct groups *g, struct csv_field key, struct csv_field name,
        const uint64_t counts[GROUP_COUNTS], struct csv_field reason)
{
	if (used_bytes(g) > g->memory_bytes && g->by_key.n > 1 && !drop_small(g))
		return false;
	if (!make_room(g))
		return false;
	uint32_t i = g->last;
	if (i == NONE || !same(g, g->entries[i].key_at, g->entries[i].key_size, key))
		i = find_or_add_entry(g, key);
	g->last = i;
	struct entry *e = &g->entries[i];
	if (!e->name_size && name.size) {
		e->name_at = g->texts.size;
		e->name_size = (uint32_t)name.size;
		textbuf_put(&g->texts, name.text, name.size);
	}
	for (unsigned k = 0; k < GROUP_COUNTS; k++)
		e->counts[k] += counts[k];
	if (reason.size)
		add_reason(g, i, reason, counts[GROUP_MESSAGES]);
	return !g->texts.failed;
}

/* ---- order ---- */

static int by_messages(const void *a, const void *b, void *of)
{
	const struct groups *g = of;
	const struct entry *x = &g->entries[*(const uint32_t *)a];
	const struct entry *y = &g->entries[*(const uint32_t *)b];
	uint64_t m = x->counts[GROUP_MESSAGES], n = y->counts[GROUP_MESSAGES];
	if (m != n)
		return m < n ? 1 : -1;
	size_t size = x->key_size < y->key_size ? x->key_size : y->key_size;
	int order = size ? memcmp(g->texts.bytes + x->key_at, g->texts.bytes + y->key_at, size) : 0;
	return order ? order : (x->key_size > y->key_size) - (x->key_size < y->key_size);
}

void groups_sort(struct groups *g)
{
	g->order = reallocarray(g->order, g->by_key.n + 1, sizeof *g->order);
	for (uint32_t i = 0; g->order && i < g->by_key.n; i++)
		g->order[i] = i;
	if (g->order)
		qsort_r(g->order, g->by_key.n, sizeof *g->order, by_messages, g);
}

static struct csv_field text_at(const struct groups *g, size_t at, size_t size)
{
	return (struct csv_field){ size ? g->texts.bytes + at : "", size };
}

bool groups_at(const struct groups *g, uint64_t i, struct group *group)
{
	if (!g->order || i >= g->by_key.n)
		return false;
	const struct entry *e = &g->entries[g->order[i]];
	*group = (struct group){ .key = text_at(g, e->key_at, e->key_size),
		.name = text_at(g, e->name_at, e->name_size),
		.reason = { "", 0 } };
	memcpy(group->counts, e->counts, sizeof e->counts);
	if (e->best != NONE) {
		const struct reason *r = &g->reasons[e->best];
		group->reason = text_at(g, r->at, r->size);
		group->reason_count = r->count;
	}
	return true;
}

uint64_t groups_count(const struct groups *g)
{
	return g->by_key.n;
}

uint64_t groups_dropped(const struct groups *g, uint64_t *messages)
{
	*messages = g->n_dropped_messages;
	return g->n_dropped;
}
