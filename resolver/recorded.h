/* recorded.h - a record (docs/record.md) as the replay engine sees it: which line answers a
 * question of a row, and where the lines stand. Whoever loads the record makes it; it is the
 * engine's `source`.
 *
 * A record has a line where the answer to a question differs from the one before (results/
 * sidefile.h). So the answer that row R was given is the last line of the question at R or before
 * it; and where the question was never asked so early, the first one behind. Of a line its row and
 * its place are kept: 24 octets with the hash of its question, by which they are sorted, in buckets
 * of some eight. So a look-up reads two or three lines of the processor's cache.
 *
 * Two questions may have one hash: the engine compares the question of the line that it reads.
 * Filled by one thread; then const, and read by any. */
#ifndef RESOLVER_RECORDED_H
#define RESOLVER_RECORDED_H

#include "dns/dname.h"
#include "dns/rrtype.h"
#include "resolver/upstreams.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct recorded_line {
	uint64_t hash; /* of the question (resolver/question.h) */
	uint64_t row;
	uint64_t at; /* its place in the file; grows from line to line */
};

struct recorded_index {
	struct recorded_line *lines;
	size_t n, capacity;
	uint32_t *buckets; /* where each begins; one more, for the end */
	unsigned bucket_bits;
};

/* Lines come in the order of the file, and rows never go back: recorded_add() is for that. False:
 * out of memory, or more than 2^32 lines. The index is zeroed before the first one. */
bool recorded_index_add(struct recorded_index *index, uint64_t hash, uint64_t row, uint64_t at);
/* After the last one, before the first look-up. False: out of memory. */
bool recorded_index_sort(struct recorded_index *index);
/* Takes a zeroed one. */
void recorded_index_fini(struct recorded_index *index);

/* The lines of one hash, and among them the one for the row. */
struct recorded_lines {
	const struct recorded_line *lines;
	size_t n; /* 0: there is none */
	size_t chosen;
};
struct recorded_lines recorded_index_find(
        const struct recorded_index *index, uint64_t hash, uint64_t row);

/* Where the lines stand. Const, shared by the threads. */
struct recorded_text {
	/* A reader for one thread; NULL: out of memory. The other two take it. */
	void *(*reader_new)(const struct recorded_text *text);
	void (*reader_free)(void *reader);
	/* The line at a place; valid until the reader's next call. NULL: it cannot be read, which
	 * was told, and the run must end. */
	const char *(*line)(void *reader, uint64_t at, size_t *size);
};

struct recorded {
	struct recorded_index index;
	const struct recorded_text *text;
	struct upstreams
	        upstreams; /* that answered, for answer->upstream; as many as there is room */
};

/* As recorded_index_add(), of the line of a question. */
bool recorded_add(
        struct recorded *r, const struct dname *qname, enum rrtype type, uint64_t row, uint64_t at);

#endif
