/* groups.c - groups by key, and reasons by group and text; what is added waits until there are
 * several, because a key that is looked for alone waits for the memory. */
#include "report/groups.h"

#include "base/hash.h"
#include "report/keyindex.h"
#include "report/middle.h"
#include "report/waiting.h"

#include <stdlib.h>

/* How many groups, and texts of reasons, are found without a look-up. */
enum { NONE = KEYINDEX_NONE, RECENT = 64, RECENT_TEXTS = 256 };

/* The first reason stands in the group, as most have one alone. */
struct entry {
	uint64_t counts[GROUP_COUNTS];
	uint64_t reason_count;
	size_t key_at, name_at, reason_at;
	uint32_t key_size, name_size, reason_size;
	uint32_t best; /* of the other reasons, the one that is more frequent than any; or NONE */
};

/* Another one. */
struct reason {
	uint64_t count;
	size_t at;
	uint32_t size, group;
};

/* Where a text lies already. */
struct place {
	size_t at;
	uint32_t size;
};

struct groups {
	size_t memory_bytes;
	struct keyindex by_key, by_reason;
	struct entry *entries;
	struct reason *reasons;
	uint32_t n, capacity, n_reasons, reasons_capacity;
	struct textbuf texts;
	uint32_t recent[RECENT]; /* groups, or NONE */
	struct place recent_texts[RECENT_TEXTS];
	struct waiting_list waiting;
	uint32_t *order; /* once sorted */
	uint32_t n_order;
	uint64_t n_dropped, n_dropped_messages;
};

/* ---- memory ---- */

/* What it takes to add what waits, or to drop half of it. */
static size_t needed_bytes(const struct groups *g)
{
	size_t half = g->texts.size / 2 + g->n * (sizeof(uint32_t) + sizeof(uint64_t));
	return g->n * sizeof *g->entries + g->n_reasons * sizeof *g->reasons + g->texts.size +
	        half + keyindex_bytes_to_reserve(&g->by_key, g->waiting.n) +
	        keyindex_bytes_to_reserve(&g->by_reason, g->waiting.n);
}

/* What is not written to yet takes no memory. */
static bool grow(void *list, uint32_t *capacity, uint32_t n, size_t size)
{
	if (n <= *capacity)
		return true;
	uint32_t to = *capacity ? *capacity * 2 : 1024;
	void *old, *bigger;
	memcpy(&old, list, sizeof old);
	bigger = reallocarray(old, to, size);
	if (!bigger)
		return false;
	memcpy(list, &bigger, sizeof bigger);
	*capacity = to;
	return true;
}

static bool make_room(struct groups *g)
{
	return grow(&g->entries, &g->capacity, g->n + g->waiting.n, sizeof *g->entries) &&
	        grow(&g->reasons, &g->reasons_capacity, g->n_reasons + g->waiting.n,
	                sizeof *g->reasons) &&
	        keyindex_reserve(&g->by_key, g->waiting.n) &&
	        keyindex_reserve(&g->by_reason, g->waiting.n);
}

static void forget_recent(struct groups *g)
{
	memset(g->recent, 0xff, sizeof g->recent);
	memset(g->recent_texts, 0, sizeof g->recent_texts);
}

struct groups *groups_new(size_t memory_bytes)
{
	struct groups *g = calloc(1, sizeof *g);
	if (!g)
		return NULL;
	g->memory_bytes = memory_bytes;
	forget_recent(g);
	return g;
}

void groups_free(struct groups *g)
{
	if (!g)
		return;
	keyindex_fini(&g->by_key);
	keyindex_fini(&g->by_reason);
	free(g->entries);
	free(g->reasons);
	free(g->order);
	waiting_fini(&g->waiting);
	textbuf_fini(&g->texts);
	free(g);
}

/* ---- texts ---- */

static bool same(const struct textbuf *texts, size_t at, size_t size, struct csv_field text)
{
	return size == text.size && (!size || !memcmp(texts->bytes + at, text.text, size));
}

static size_t put(struct textbuf *texts, struct csv_field text)
{
	size_t at = texts->size;
	textbuf_put(texts, text.text, text.size);
	return at;
}

/* Few reasons are those of most groups: the text lies there once for all that follow soon. */
static size_t put_reason(struct groups *g, struct textbuf *texts, struct csv_field text)
{
	struct place *p = &g->recent_texts[hash_bytes(text.text, text.size) % RECENT_TEXTS];
	if (!p->size || !same(texts, p->at, p->size, text))
		*p = (struct place){ put(texts, text), (uint32_t)text.size };
	return p->at;
}

static struct csv_field text_at(const struct groups *g, size_t at, size_t size)
{
	return (struct csv_field){ size ? g->texts.bytes + at : "", size };
}

/* ---- dropping ---- */

/* At most so many messages has a group that is dropped. */
static bool find_limit(const struct groups *g, uint64_t *limit)
{
	uint64_t *numbers = malloc(g->n * sizeof *numbers);
	if (!numbers)
		return false;
	for (uint32_t i = 0; i < g->n; i++)
		numbers[i] = g->entries[i].counts[GROUP_MESSAGES];
	*limit = middle_of(numbers, g->n);
	free(numbers);
	return true;
}

/* Groups that are as large as the limit go until half of them are gone. `kept` maps a group to its
 * new place. */
static void keep_large(struct groups *g, struct textbuf *texts, uint32_t *kept, uint64_t limit)
{
	uint32_t n = 0, may_drop = g->n / 2 + 1;
	for (uint32_t i = 0; i < g->n; i++) {
		struct entry *e = &g->entries[i];
		kept[i] = NONE;
		if (e->counts[GROUP_MESSAGES] <= limit && may_drop) {
			may_drop--;
			g->n_dropped++;
			g->n_dropped_messages += e->counts[GROUP_MESSAGES];
			continue;
		}
		e->key_at = put(texts, text_at(g, e->key_at, e->key_size));
		e->name_at = put(texts, text_at(g, e->name_at, e->name_size));
		if (e->reason_size)
			e->reason_at =
			        put_reason(g, texts, text_at(g, e->reason_at, e->reason_size));
		kept[i] = n;
		g->entries[n++] = *e;
	}
	g->n = n;
}

static uint32_t reason_hash(uint32_t group, struct csv_field text)
{
	return (uint32_t)((hash_bytes(text.text, text.size) +
	                          group * UINT64_C(0x9e3779b97f4a7c15)) >>
	        32);
}

/* The index of reasons is made anew: the place of the group is in the hash. */
static bool keep_reasons(struct groups *g, struct textbuf *texts, const uint32_t *kept)
{
	uint32_t n = 0;
	keyindex_fini(&g->by_reason);
	for (uint32_t i = 0; i < g->n; i++)
		g->entries[i].best = NONE;
	for (uint32_t i = 0; i < g->n_reasons; i++) {
		struct reason r = g->reasons[i];
		struct csv_field text = text_at(g, r.at, r.size);
		if (kept[r.group] == NONE)
			continue;
		r.group = kept[r.group];
		r.at = put_reason(g, texts, text);
		struct entry *e = &g->entries[r.group];
		if (r.count > (e->best == NONE ? e->reason_count : g->reasons[e->best].count))
			e->best = n;
		if (!keyindex_reserve(&g->by_reason, 1))
			return false;
		uint32_t hash = reason_hash(r.group, text);
		size_t at = keyindex_begin(&g->by_reason, hash);
		while (keyindex_next(&g->by_reason, hash, &at) != NONE)
			;
		keyindex_put(&g->by_reason, hash, at, n);
		g->reasons[n++] = r;
	}
	g->n_reasons = n;
	return true;
}

static bool drop_small(struct groups *g)
{
	struct textbuf texts = { 0 };
	uint64_t limit;
	uint32_t *kept = malloc(g->n * sizeof *kept);
	bool good = kept && find_limit(g, &limit);
	if (good) {
		forget_recent(g);
		keep_large(g, &texts, kept, limit);
		keyindex_keep(&g->by_key, kept);
		good = keep_reasons(g, &texts, kept) && !texts.failed;
		textbuf_fini(&g->texts);
		g->texts = texts;
	}
	free(kept);
	return good;
}

/* ---- adding ---- */

static void add_other_reason(struct groups *g, uint32_t group, struct csv_field text, uint64_t n)
{
	uint32_t hash = reason_hash(group, text), i;
	size_t at = keyindex_begin(&g->by_reason, hash);
	do
		i = keyindex_next(&g->by_reason, hash, &at);
	while (i != NONE &&
	        (g->reasons[i].group != group ||
	                !same(&g->texts, g->reasons[i].at, g->reasons[i].size, text)));
	if (i == NONE) {
		i = g->n_reasons++;
		keyindex_put(&g->by_reason, hash, at, i);
		g->reasons[i] = (struct reason){ 0, put_reason(g, &g->texts, text),
			(uint32_t)text.size, group };
	}
	g->reasons[i].count += n;
	struct entry *e = &g->entries[group];
	if (g->reasons[i].count > (e->best == NONE ? e->reason_count : g->reasons[e->best].count))
		e->best = i;
}

static void add_reason(struct groups *g, uint32_t group, struct csv_field text, uint64_t n)
{
	struct entry *e = &g->entries[group];
	if (!e->reason_size) {
		e->reason_at = put_reason(g, &g->texts, text);
		e->reason_size = (uint32_t)text.size;
	} else if (!same(&g->texts, e->reason_at, e->reason_size, text)) {
		add_other_reason(g, group, text, n);
		return;
	}
	e->reason_count += n;
	if (e->best != NONE && e->reason_count > g->reasons[e->best].count)
		e->best = NONE;
}

static void add_to(struct groups *g, uint32_t group, struct csv_field name,
        const uint64_t counts[GROUP_COUNTS], struct csv_field reason)
{
	struct entry *e = &g->entries[group];
	for (unsigned k = 0; k < GROUP_COUNTS; k++)
		e->counts[k] += counts[k];
	if (!e->name_size && name.size) {
		e->name_at = put(&g->texts, name);
		e->name_size = (uint32_t)name.size;
	}
	if (reason.size)
		add_reason(g, group, reason, counts[GROUP_MESSAGES]);
}

static uint32_t hash_of(struct csv_field key)
{
	return (uint32_t)(hash_bytes(key.text, key.size) >> 32);
}

static uint32_t find(const struct groups *g, uint32_t hash, struct csv_field key, size_t *at)
{
	uint32_t i;
	*at = keyindex_begin(&g->by_key, hash);
	do
		i = keyindex_next(&g->by_key, hash, at);
	while (i != NONE && !same(&g->texts, g->entries[i].key_at, g->entries[i].key_size, key));
	return i;
}

static uint32_t find_or_add(struct groups *g, uint32_t hash, struct csv_field key)
{
	size_t at;
	uint32_t i = find(g, hash, key, &at);
	if (i != NONE)
		return i;
	i = g->n++;
	keyindex_put(&g->by_key, hash, at, i);
	g->entries[i] = (struct entry){
		.key_at = put(&g->texts, key), .key_size = (uint32_t)key.size, .best = NONE
	};
	return i;
}

/* The memory is asked for all slots, then for all groups, then for their keys. */
static void fetch_ahead(const struct groups *g)
{
	const struct waiting *list = g->waiting.items;
	uint32_t places[WAITING_MAX];
	for (unsigned k = 0; k < g->waiting.n; k++)
		__builtin_prefetch(&g->by_key.slots[keyindex_begin(&g->by_key, list[k].hash)]);
	for (unsigned k = 0; k < g->waiting.n; k++) {
		size_t at = keyindex_begin(&g->by_key, list[k].hash);
		places[k] = keyindex_next(&g->by_key, list[k].hash, &at);
		if (places[k] == NONE)
			continue;
		const char *e = (const char *)&g->entries[places[k]];
		__builtin_prefetch(e, 1);
		__builtin_prefetch(e + sizeof(struct entry) / 2, 1);
		__builtin_prefetch(e + sizeof(struct entry) - 1, 1);
	}
	for (unsigned k = 0; k < g->waiting.n; k++)
		if (places[k] != NONE)
			__builtin_prefetch(g->texts.bytes + g->entries[places[k]].key_at);
}

static unsigned recent_of(struct csv_field key)
{
	unsigned char first = (unsigned char)key.text[0];
	unsigned char last = (unsigned char)key.text[key.size - 1];
	return (unsigned)(key.size + 5u * first + 11u * last) % RECENT;
}

static bool add_waiting(struct groups *g)
{
	if (!g->waiting.n)
		return true;
	if (g->n > 1 && needed_bytes(g) > g->memory_bytes && !drop_small(g))
		return false;
	if (!make_room(g))
		return false;
	fetch_ahead(g);
	for (unsigned k = 0; k < g->waiting.n; k++) {
		const struct waiting *w = &g->waiting.items[k];
		struct csv_field key = waiting_key(&g->waiting, w);
		uint32_t i = find_or_add(g, w->hash, key);
		add_to(g, i, waiting_name(&g->waiting, w), w->counts,
		        waiting_reason(&g->waiting, w));
		if (key.size)
			g->recent[recent_of(key)] = i;
	}
	waiting_reset(&g->waiting);
	return !g->texts.failed;
}

/* Its groups stand beside each other in a file, or are few. */
static uint32_t find_recent(const struct groups *g, struct csv_field key)
{
	uint32_t i = key.size ? g->recent[recent_of(key)] : NONE;
	if (i == NONE || !same(&g->texts, g->entries[i].key_at, g->entries[i].key_size, key))
		return NONE;
	return i;
}

bool groups_add(struct groups *g, struct csv_field key, struct csv_field name,
        const uint64_t counts[GROUP_COUNTS], struct csv_field reason)
{
	uint32_t i = find_recent(g, key);
	if (i != NONE && g->n_reasons < g->reasons_capacity && keyindex_reserve(&g->by_reason, 1)) {
		add_to(g, i, name, counts, reason);
		return !g->texts.failed;
	}
	if (!waiting_push(&g->waiting, hash_of(key), key, name, counts, reason))
		return false;
	return g->waiting.n < WAITING_MAX || add_waiting(g);
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

/* A heap whose root is the last of those that are wanted. */
static void sink(struct groups *g, uint32_t i, uint32_t n)
{
	uint32_t child, *o = g->order;
	while ((child = 2 * i + 1) < n) {
		if (child + 1 < n && by_messages(&o[child], &o[child + 1], g) < 0)
			child++;
		if (by_messages(&o[i], &o[child], g) >= 0)
			return;
		uint32_t upper = o[i];
		o[i] = o[child];
		o[child] = upper;
		i = child;
	}
}

/* Only the largest of all are sorted: a heap of them takes one look at each other one. */
bool groups_sort(struct groups *g, uint32_t top)
{
	bool good = add_waiting(g);
	uint32_t n = !top || top > g->n ? g->n : top;
	g->order = good ? malloc((n + 1) * sizeof *g->order) : NULL;
	if (!g->order)
		return false;
	g->n_order = n;
	for (uint32_t i = 0; i < n; i++)
		g->order[i] = i;
	for (uint32_t i = n < g->n ? n / 2 : 0; i-- > 0;)
		sink(g, i, n);
	for (uint32_t i = n; i < g->n; i++)
		if (by_messages(&i, &g->order[0], g) < 0) {
			g->order[0] = i;
			sink(g, 0, n);
		}
	qsort_r(g->order, n, sizeof *g->order, by_messages, g);
	return true;
}

static void give(const struct groups *g, uint32_t i, struct group *group)
{
	const struct entry *e = &g->entries[i];
	*group = (struct group){ .key = text_at(g, e->key_at, e->key_size),
		.name = text_at(g, e->name_at, e->name_size),
		.reason = text_at(g, e->reason_at, e->reason_size),
		.reason_count = e->reason_count };
	memcpy(group->counts, e->counts, sizeof e->counts);
	if (e->best != NONE) {
		const struct reason *r = &g->reasons[e->best];
		group->reason = text_at(g, r->at, r->size);
		group->reason_count = r->count;
	}
}

bool groups_at(const struct groups *g, uint64_t i, struct group *group)
{
	if (!g->order || i >= g->n_order)
		return false;
	give(g, g->order[i], group);
	return true;
}

bool groups_find(const struct groups *g, struct csv_field key, struct group *group)
{
	size_t at;
	uint32_t i = g->n ? find(g, hash_of(key), key, &at) : NONE;
	if (i != NONE)
		give(g, i, group);
	return i != NONE;
}

uint64_t groups_count(const struct groups *g)
{
	return g->n;
}

uint64_t groups_dropped(const struct groups *g, uint64_t *messages)
{
	*messages = g->n_dropped_messages;
	return g->n_dropped;
}
