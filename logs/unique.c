/* unique.c - a table of groups by the hash of their row's text, which is also what is compared. */
#include "logs/unique.h"

#include "base/hash.h"
#include "io/csv.h"

#include <stdlib.h>

enum { NONE = UINT32_MAX };

struct group {
	uint64_t hash, count, rejects;
	int64_t first_s, last_s; /* without a time: first_s is over last_s */
	size_t text_at;
	uint32_t key_size, client_size; /* "ip,helo,sender", and the client's name */
	uint32_t next;
};

struct unique {
	enum pairs_sender sender;
	const struct pairs_key *key;
	size_t memory_bytes;
	struct group *groups;
	uint32_t *buckets;
	uint32_t n, capacity; /* as many buckets as groups, a power of two */
	struct textbuf texts, row, client;
};

/* Of the memory so much for groups; the rest for their texts. */
static uint32_t capacity_for(size_t memory_bytes)
{
	uint32_t capacity = 1024;
	while (capacity < 1u << 30 &&
	        2 * (size_t)capacity * (sizeof(struct group) + sizeof(uint32_t)) <=
	                memory_bytes / 2)
		capacity *= 2;
	return capacity;
}

struct unique *unique_new(
        size_t memory_bytes, enum pairs_sender sender, const struct pairs_key *key)
{
	struct unique *u = calloc(1, sizeof *u);
	if (!u)
		return NULL;
	u->sender = sender;
	u->key = key;
	u->capacity = capacity_for(memory_bytes);
	u->memory_bytes = memory_bytes / 2;
	u->groups = malloc(u->capacity * sizeof *u->groups);
	u->buckets = malloc(u->capacity * sizeof *u->buckets);
	if (u->groups && u->buckets) {
		memset(u->buckets, 0xff, u->capacity * sizeof *u->buckets);
		return u;
	}
	unique_free(u);
	return NULL;
}

void unique_free(struct unique *u)
{
	if (!u)
		return;
	free(u->groups);
	free(u->buckets);
	textbuf_fini(&u->texts);
	textbuf_fini(&u->row);
	textbuf_fini(&u->client);
	free(u);
}

const char *unique_header(enum pairs_sender sender)
{
	static const char *const headers[] = {
		[PAIRS_SENDER] = "first,last,count,rejects,client,ip,helo,sender",
		[PAIRS_SENDER_HASHED] = "first,last,count,rejects,client,ip,helo,sender_hashed",
		[PAIRS_SENDER_DOMAIN] = "first,last,count,rejects,client,ip,helo,sender_domain",
	};
	return headers[sender];
}

static void put_field(struct textbuf *out, struct logtext text)
{
	if (text.size)
		csv_put_field(out, text.at, text.size);
}

/* Into u->row: what makes the group. */
static void write_key(struct unique *u, const struct mail_event *event)
{
	textbuf_reset(&u->row);
	put_field(&u->row, event->ip);
	textbuf_put_char(&u->row, ',');
	put_field(&u->row, event->helo);
	textbuf_put_char(&u->row, ',');
	pairs_put_sender(&u->row, event, u->sender, u->key);
	textbuf_reset(&u->client);
	put_field(&u->client, event->client);
}

static struct group *find(const struct unique *u, uint64_t hash)
{
	for (uint32_t i = u->buckets[hash & (u->capacity - 1)]; i != NONE; i = u->groups[i].next) {
		struct group *g = &u->groups[i];
		if (g->hash == hash && g->key_size == u->row.size &&
		        !memcmp(u->texts.bytes + g->text_at, u->row.bytes, u->row.size))
			return g;
	}
	return NULL;
}

static struct group *begin_group(struct unique *u, uint64_t hash)
{
	if (u->n == u->capacity || u->texts.size + u->row.size + u->client.size > u->memory_bytes)
		return NULL;
	struct group *g = &u->groups[u->n];
	uint32_t *bucket = &u->buckets[hash & (u->capacity - 1)];
	*g = (struct group){ .hash = hash,
		.first_s = INT64_MAX,
		.last_s = INT64_MIN,
		.text_at = u->texts.size,
		.key_size = (uint32_t)u->row.size,
		.client_size = (uint32_t)u->client.size,
		.next = *bucket };
	textbuf_put(&u->texts, u->row.bytes, u->row.size);
	textbuf_put(&u->texts, u->client.bytes, u->client.size);
	if (u->texts.failed)
		return NULL;
	*bucket = u->n++;
	return g;
}

bool unique_add(struct unique *u, const struct mail_event *event)
{
	write_key(u, event);
	if (u->row.failed || u->client.failed)
		return false;
	uint64_t hash = hash_bytes(u->row.bytes, u->row.size);
	struct group *g = find(u, hash);
	if (!g && !(g = begin_group(u, hash)))
		return false;
	g->count++;
	g->rejects += event->kind == MAIL_REJECT;
	if (event->has_time && event->time_s < g->first_s)
		g->first_s = event->time_s;
	if (event->has_time && event->time_s > g->last_s)
		g->last_s = event->time_s;
	return true;
}

uint64_t unique_count(const struct unique *u)
{
	return u->n;
}

static void put_time(struct textbuf *out, const struct group *g, int64_t time_s)
{
	char text[STAMP_TEXT_BYTES];
	if (g->first_s <= g->last_s) {
		stamp_print(text, time_s);
		textbuf_put_text(out, text);
	}
	textbuf_put_char(out, ',');
}

void unique_put(struct unique *u, struct textbuf *out)
{
	for (uint32_t i = 0; i < u->n; i++) {
		const struct group *g = &u->groups[i];
		const char *text = u->texts.bytes + g->text_at;
		put_time(out, g, g->first_s);
		put_time(out, g, g->last_s);
		textbuf_put_u64(out, g->count);
		textbuf_put_char(out, ',');
		textbuf_put_u64(out, g->rejects);
		textbuf_put_char(out, ',');
		textbuf_put(out, text + g->key_size, g->client_size);
		textbuf_put_char(out, ',');
		textbuf_put(out, text, g->key_size);
		textbuf_put_char(out, '\n');
	}
	u->n = 0;
	textbuf_reset(&u->texts);
	memset(u->buckets, 0xff, u->capacity * sizeof *u->buckets);
}
