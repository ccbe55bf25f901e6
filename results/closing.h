/* closing.h - what a scan tells of itself at its end: how many rows its input had, which input that
 * was, what it cost, and its summary. `merge` proves with it that shards belong together, and adds
 * them up.
 *
 * It is text of lines "name=value" as a note is (note.h), in the note of one more member, which
 * stands before the end-of-file member and holds no row. Behind an empty line stands the summary as
 * JSON. The first line has a hash of all behind it, since no checksum of the member covers it. An
 * output that is gone on with loses it and gets another one. Outputs of 0.1.0 have none.
 *
 * Pure. Unknown lines are passed over: later versions may add some. */
#ifndef RESULTS_CLOSING_H
#define RESULTS_CLOSING_H

#include "base/textbuf.h"
#include "io/csv.h"
#include "io/members.h"

#include <stdbool.h>
#include <stdint.h>

enum { CLOSING_COUNTS_MAX = 32, CLOSING_NAME_BYTES = 32 };

/* A count of the run that ended the output, as the summary names it. Of several outputs it is the
 * sum, or the largest. */
struct closing_count {
	char name[CLOSING_NAME_BYTES];
	bool is_peak;
	uint64_t value;
};

struct closing {
	uint64_t input_rows;  /* data rows of the whole input */
	bool has_rows;        /* the next member is told */
	uint64_t output_rows; /* of the output that it ends */
	bool has_hash;        /* with --shard */
	uint64_t input_hash;  /* shard_filter_hash() */
	uint64_t started_ms, ended_ms, wall_ms, cpu_ms, peak_memory_bytes;
	struct closing_count counts[CLOSING_COUNTS_MAX];
	unsigned n_counts;
	struct csv_field summary; /* JSON; not owned. Empty: it was too long */
};

/* Adds a count. More than CLOSING_COUNTS_MAX are a bug (an assertion). */
void closing_add_count(struct closing *c, const char *name, bool is_peak, uint64_t value);

/* Appends the text. The summary is left out where a member has no room for it. */
void closing_put(struct textbuf *out, const struct closing *c);

/* Reads a text back; c->summary points into it. False: it is damaged, or none. */
bool closing_parse(struct closing *c, const char *text, size_t size);

/* True for the member that has one. The first member of a file has its note and is none. */
bool closing_is_in(const struct member *member);

/* Adds up what two outputs cost: sums, peaks, the first start and the last end. The input's rows
 * and the summary stay those of `sum`. A count that `sum` lacks is added, while there is room. */
void closing_sum(struct closing *sum, const struct closing *more);

#endif
