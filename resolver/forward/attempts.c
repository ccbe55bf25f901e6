/* attempts.c - a chained hash table over blocks of attempts. Ids are random, so they spread
 * themselves. The channel is mixed in so that equal ids of many sockets fall into different
 * buckets. The table doubles as attempts come: each answer reads it at random, and one for all that
 * may ever be out would not stay in the processor's caches. */
#include "resolver/forward/attempts.h"

#include <stdlib.h>

enum { BLOCK_ATTEMPTS = 256, ID_TRIES = 64, BITS_LEAST = 8, BITS_MAX = 20 };

/* A block's first attempt links the blocks. */
static bool add_block(struct attempts *as)
{
	struct attempt *block = calloc(BLOCK_ATTEMPTS, sizeof *block);
	if (!block)
		return false;
	block->next = as->blocks;
	as->blocks = block;
	for (size_t i = 1; i < BLOCK_ATTEMPTS; i++) {
		block[i].next = as->free_list;
		as->free_list = &block[i];
	}
	return true;
}

static struct attempt **bucket_of(const struct attempts *as, struct channel channel, uint16_t id)
{
	uint32_t key =
	        (uint32_t)id ^ (uint32_t)channel.port << 13 ^ (uint32_t)channel.upstream << 17;
	return &as->buckets[(key * 0x9E3779B1u) >> as->shift];
}

static void bucket_push(struct attempt **bucket, struct attempt *a)
{
	a->next_in_bucket = *bucket;
	*bucket = a;
}

/* Two buckets for each attempt. False: out of memory, and nothing has changed. */
static bool set_buckets(struct attempts *as, unsigned bits)
{
	struct attempts larger = {
		.buckets = calloc((size_t)1 << bits, sizeof *larger.buckets),
		.n_buckets = (size_t)1 << bits,
		.shift = 32 - bits,
	};
	if (!larger.buckets)
		return false;
	for (size_t i = 0; i < as->n_buckets; i++)
		for (struct attempt *a = as->buckets[i], *next; a; a = next) {
			next = a->next_in_bucket;
			bucket_push(bucket_of(&larger, a->channel, a->id), a);
		}
	free(as->buckets);
	as->buckets = larger.buckets;
	as->n_buckets = larger.n_buckets;
	as->shift = larger.shift;
	return true;
}

bool attempts_init(struct attempts *as)
{
	return set_buckets(as, BITS_LEAST) && add_block(as);
}

void attempts_fini(struct attempts *as)
{
	while (as->blocks) {
		struct attempt *block = as->blocks;
		as->blocks = block->next;
		free(block);
	}
	free(as->buckets);
	as->buckets = NULL;
	as->n_buckets = 0;
	as->free_list = NULL;
}

/* When memory is short the table stays as it is, with longer chains. */
static void make_room(struct attempts *as)
{
	const unsigned bits = 32 - as->shift;
	if (2 * as->count >= as->n_buckets && bits < BITS_MAX)
		set_buckets(as, bits + 1);
}

static bool is_at(const struct attempt *a, struct channel channel, uint16_t id)
{
	return a->id == id && a->channel.port == channel.port &&
	        a->channel.upstream == channel.upstream;
}

struct attempt *attempts_find(const struct attempts *as, struct channel channel, uint16_t id)
{
	struct attempt *a = *bucket_of(as, channel, id);
	while (a && !is_at(a, channel, id))
		a = a->next_in_bucket;
	return a;
}

static bool find_free_id(struct attempts *as, struct channel channel, uint16_t *id)
{
	for (int i = 0; i < ID_TRIES; i++) {
		*id = entropy_u16(&as->entropy);
		if (!attempts_find(as, channel, *id))
			return true;
	}
	return false;
}

struct attempt *attempts_get(struct attempts *as, struct channel channel)
{
	uint16_t id;
	if (!find_free_id(as, channel, &id) || (!as->free_list && !add_block(as)))
		return NULL;
	struct attempt *a = as->free_list;
	as->free_list = a->next;
	*a = (struct attempt){ .channel = channel, .id = id };
	make_room(as);
	bucket_push(bucket_of(as, channel, id), a);
	as->count++;
	return a;
}

void attempts_put(struct attempts *as, struct attempt *a)
{
	struct attempt **link = bucket_of(as, a->channel, a->id);
	while (*link != a)
		link = &(*link)->next_in_bucket;
	*link = a->next_in_bucket;
	a->next = as->free_list;
	as->free_list = a;
	as->count--;
}

void attempts_each(const struct attempts *as, struct channel channel,
        void (*visit)(void *arg, struct attempt *a), void *arg)
{
	for (size_t i = 0; i < as->n_buckets; i++)
		for (struct attempt *a = as->buckets[i]; a; a = a->next_in_bucket)
			if (a->channel.port == channel.port &&
			        a->channel.upstream == channel.upstream)
				visit(arg, a);
}
