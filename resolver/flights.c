/* flights.c - a chained hash table that doubles, with a free list. */
#include "resolver/flights.h"

#include <stdlib.h>

#define FLIGHTS_BUCKETS_MIN 1024

bool flights_init(struct flights *fs)
{
	*fs = (struct flights){ .buckets = calloc(FLIGHTS_BUCKETS_MIN, sizeof *fs->buckets),
		.n_buckets = FLIGHTS_BUCKETS_MIN };
	return fs->buckets;
}

void flights_fini(struct flights *fs)
{
	while (fs->free_list) {
		struct flight *f = fs->free_list;
		fs->free_list = f->next;
		free(f);
	}
	free(fs->buckets);
	*fs = (struct flights){ 0 };
}

/* By the name's hash: all types of a name are in one bucket. */
static struct flight **bucket_of(const struct flights *fs, uint64_t name_hash)
{
	return &fs->buckets[name_hash & (fs->n_buckets - 1)];
}

static bool has_name(const struct flight *f, const struct question *q)
{
	return f->name_hash == q->name_hash && f->qname.size == q->size &&
	        memcmp(f->qname.wire, q->bytes, q->size) == 0;
}

struct flight *flights_find(const struct flights *fs, const struct question *q)
{
	struct flight *f = *bucket_of(fs, q->name_hash);
	while (f && !(f->hash == q->hash && f->type == q->type && has_name(f, q)))
		f = f->next_in_bucket;
	return f;
}

struct flight *flights_find_leader(const struct flights *fs, const struct question *q)
{
	struct flight *f = *bucket_of(fs, q->name_hash);
	while (f && !(f->leads && has_name(f, q)))
		f = f->next_in_bucket;
	return f;
}

static void bucket_push(const struct flights *fs, struct flight *f)
{
	struct flight **bucket = bucket_of(fs, f->name_hash);
	f->next_in_bucket = *bucket;
	*bucket = f;
}

/* When memory is short the table stays as it is, with longer chains. */
static void buckets_double(struct flights *fs)
{
	struct flights larger = { .buckets = calloc(2 * fs->n_buckets, sizeof *fs->buckets),
		.n_buckets = 2 * fs->n_buckets };
	if (!larger.buckets)
		return;
	for (size_t i = 0; i < fs->n_buckets; i++) {
		while (fs->buckets[i]) {
			struct flight *f = fs->buckets[i];
			fs->buckets[i] = f->next_in_bucket;
			bucket_push(&larger, f);
		}
	}
	free(fs->buckets);
	fs->buckets = larger.buckets;
	fs->n_buckets = larger.n_buckets;
}

struct flight *flights_get(struct flights *fs, const struct question *q)
{
	struct flight *f = fs->free_list;
	if (f)
		fs->free_list = f->next;
	else if (!(f = malloc(sizeof *f)))
		return NULL;
	*f = (struct flight){
		.type = (enum rrtype)q->type,
		.hash = q->hash,
		.name_hash = q->name_hash,
		.qname.size = (uint8_t)q->size,
	};
	flight_list_init(&f->followers);
	memcpy(f->qname.wire, q->bytes, q->size);
	if (fs->count++ == fs->n_buckets)
		buckets_double(fs);
	bucket_push(fs, f);
	return f;
}

void flights_remove(struct flights *fs, struct flight *f)
{
	struct flight **at = bucket_of(fs, f->name_hash);
	while (*at != f)
		at = &(*at)->next_in_bucket;
	*at = f->next_in_bucket;
	fs->count--;
}

void flights_put(struct flights *fs, struct flight *f)
{
	f->next = fs->free_list;
	fs->free_list = f;
}
