/* attempts.c - a chained hash table over blocks of attempts. Ids are random, so they spread
 * themselves. The channel is mixed in so that equal ids of many sockets fall into different
 * buckets. */
#include "resolver/forward/attempts.h"

#include <stdlib.h>

enum { BLOCK_ATTEMPTS = 256, ID_TRIES = 64 };

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

bool attempts_init(struct attempts *as, size_t expected)
{
	unsigned bits = 8;
	while (bits < 20 && (size_t)1 << bits < 2 * expected)
		bits++;
	as->n_buckets = (size_t)1 << bits;
	as->shift = 32 - bits;
	as->buckets = calloc(as->n_buckets, sizeof(struct attempt *));
	return as->buckets && add_block(as);
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
	as->free_list = NULL;
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
	struct attempt *a = as->free_list, **bucket = bucket_of(as, channel, id);
	as->free_list = a->next;
	*a = (struct attempt){ .channel = channel, .id = id, .next_in_bucket = *bucket };
	*bucket = a;
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
