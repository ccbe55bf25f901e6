/* recorded.c - an in-place radix sort by the highest bits of the hash, then each bucket by hash
 * and place. In place, since a record of a million domains has some 8 million lines. */
#include "resolver/recorded.h"

#include "resolver/question.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_LINES = 1024, LINES_PER_BUCKET = 8, BUCKET_BITS_MAX = 24, SMALL = 24 };

bool recorded_index_add(struct recorded_index *index, uint64_t hash, uint64_t row, uint64_t at)
{
	if (index->n == index->capacity) {
		size_t capacity = index->n ? index->n + index->n / 2 : FIRST_LINES;
		struct recorded_line *lines =
		        reallocarray(index->lines, capacity, sizeof *index->lines);
		if (!lines || index->n >= UINT32_MAX)
			return false;
		index->lines = lines;
		index->capacity = capacity;
	}
	index->lines[index->n++] = (struct recorded_line){ hash, row, at };
	return true;
}

void recorded_index_fini(struct recorded_index *index)
{
	free(index->lines);
	free(index->buckets);
	*index = (struct recorded_index){ 0 };
}

static size_t bucket_of(const struct recorded_index *index, uint64_t hash)
{
	return (size_t)(hash >> (64 - index->bucket_bits));
}

/* Where each bucket begins, in buckets[bucket]. */
static void count(struct recorded_index *index, size_t n_buckets)
{
	for (size_t i = 0; i < index->n; i++)
		index->buckets[bucket_of(index, index->lines[i].hash) + 1]++;
	for (size_t b = 0; b < n_buckets; b++)
		index->buckets[b + 1] += index->buckets[b];
}

/* Moves each line into its bucket: what stands in the place of a line is carried on to its own
 * bucket, until the line comes that belongs there. `next` is the first place of each bucket that is
 * not settled. */
static void permute(struct recorded_index *index, uint32_t *next, size_t n_buckets)
{
	for (size_t b = 0; b < n_buckets; b++)
		while (next[b] < index->buckets[b + 1]) {
			struct recorded_line line = index->lines[next[b]];
			for (size_t to; (to = bucket_of(index, line.hash)) != b;) {
				struct recorded_line *place = &index->lines[next[to]++];
				struct recorded_line other = *place;
				*place = line;
				line = other;
			}
			index->lines[next[b]++] = line;
		}
}

static int compare(const void *left, const void *right)
{
	const struct recorded_line *a = left, *b = right;
	if (a->hash != b->hash)
		return a->hash < b->hash ? -1 : 1;
	return a->at < b->at ? -1 : a->at > b->at;
}

static void sort_few(struct recorded_line *lines, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct recorded_line line = lines[i];
		size_t to = i;
		for (; to > 0 && compare(&lines[to - 1], &line) > 0; to--)
			lines[to] = lines[to - 1];
		lines[to] = line;
	}
}

bool recorded_index_sort(struct recorded_index *index)
{
	if (!index->n)
		return true; /* then there are no lines to point to, either */
	index->bucket_bits = 1;
	while (index->bucket_bits < BUCKET_BITS_MAX &&
	        index->n >> index->bucket_bits > LINES_PER_BUCKET)
		index->bucket_bits++;
	const size_t n_buckets = (size_t)1 << index->bucket_bits;
	index->buckets = calloc(n_buckets + 1, sizeof *index->buckets);
	uint32_t *next = malloc(n_buckets * sizeof *next);
	if (!index->buckets || !next) {
		free(next);
		return false;
	}
	count(index, n_buckets);
	memcpy(next, index->buckets, n_buckets * sizeof *next);
	permute(index, next, n_buckets);
	free(next);
	for (size_t b = 0; b < n_buckets; b++) {
		struct recorded_line *lines = index->lines + index->buckets[b];
		size_t n = index->buckets[b + 1] - index->buckets[b];
		if (n <= SMALL)
			sort_few(lines, n);
		else
			qsort(lines, n, sizeof *lines, compare);
	}
	return true;
}

/* The first of `n` lines whose hash is not below `hash`. */
static size_t first_of_hash(const struct recorded_line *lines, size_t n, uint64_t hash)
{
	size_t from = 0;
	while (from < n) {
		size_t middle = from + (n - from) / 2;
		if (lines[middle].hash < hash)
			from = middle + 1;
		else
			n = middle;
	}
	return from;
}

/* How many of `n` lines are of rows up to `row`. */
static size_t count_up_to(const struct recorded_line *lines, size_t n, uint64_t row)
{
	size_t from = 0;
	while (from < n) {
		size_t middle = from + (n - from) / 2;
		if (lines[middle].row <= row)
			from = middle + 1;
		else
			n = middle;
	}
	return from;
}

struct recorded_lines recorded_index_find(
        const struct recorded_index *index, uint64_t hash, uint64_t row)
{
	if (!index->n)
		return (struct recorded_lines){ 0 };
	const size_t b = bucket_of(index, hash);
	const struct recorded_line *lines = index->lines + index->buckets[b];
	const size_t n = index->buckets[b + 1] - index->buckets[b];
	const size_t first = first_of_hash(lines, n, hash);
	/* all ones has no hash above it */
	const size_t end = hash == UINT64_MAX ? n : first_of_hash(lines, n, hash + 1);
	struct recorded_lines found = { .lines = lines + first, .n = end - first };
	const size_t n_before = count_up_to(found.lines, found.n, row);
	found.chosen = n_before ? n_before - 1 : 0;
	return found;
}

bool recorded_add(
        struct recorded *r, const struct dname *qname, enum rrtype type, uint64_t row, uint64_t at)
{
	struct question q;
	question_of(&q, qname, type);
	return recorded_index_add(&r->index, q.hash, row, at);
}
