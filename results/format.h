/* format.h - the format of one output: its columns, its note, and the marks of its members.
 *
 *     a new output          the columns and the note of this version: format_init()
 *     one that is resumed   the columns, the note and the version that it was begun with:
 *                           format_adopt()
 *     one of `retry`        the columns of the output that is retried
 *
 * The lines of the note that are read here:
 *
 *     input_columns=N   so many columns behind `row` are the input's; ours follow
 *     domain, ip, sender, helo   which column is which; `retry` reads them
 *     delimiter         what separated the input's columns; `retry` keeps it
 *     shard=K/N         the rows are a part of the input; `row` grows, with gaps; `retry` keeps it
 *
 * Made in the main thread, const while the scan's threads run. */
#ifndef RESULTS_FORMAT_H
#define RESULTS_FORMAT_H

#include "results/note.h"
#include "results/results.h"

#include <stdbool.h>
#include <stdint.h>

struct format {
	const struct note *ours;     /* the note of this scan; the caller's */
	const struct layout *layout; /* the caller's */
	unsigned version;            /* of its members (io/bgzf.h) */
	struct results results;      /* the input's columns, and ours */
	struct textbuf note;         /* the text that stands in the first member */
	struct textbuf header;       /* the header row, with its line end */
	uint64_t fingerprint;        /* of note and header; stands in every member */
};

/* The format of a new output. `columns` NULL: those of this version and of `asks`, which outlives
 * it; NULL: none. False: out of memory. */
bool format_init(struct format *f, const struct note *ours, const struct layout *layout,
        const struct asks *asks, const struct column_set *columns);
/* Takes a zeroed one. */
void format_fini(struct format *f);

/* What a note says of the rows behind it. It is needed to read their header row. */
struct format_told {
	int n_input;        /* how many columns are the input's, or RESULTS_UNTOLD */
	struct shard shard; /* of the input; count 0: all of it */
	bool is_sample;     /* --sample: rows of the input are in no output */
	bool has_gaps;      /* `row` grows, but not always by one */
	/* Which of the input's columns is what, from 0 or COLUMN_NONE. */
	bool has_columns;
	int columns[ROLE_COUNT];
	char delimiter; /* of the input; 0: a comma */
};
struct format_told format_told_by(const char *note, size_t size);

/* A longer note is refused: the header row must have room beside it in the first member. */
#define FORMAT_NOTE_MAX_BYTES (16u << 10)

/* Takes over the format of an output that exists: the version of its members, the text of its note
 * and its header row with its line end. False: it cannot be resumed, for the reason in `why`; then
 * *f is unchanged. */
bool format_adopt(struct format *f, unsigned version, const char *note, size_t note_size,
        const char *header, size_t header_size, char *why, size_t why_size);

/* True when a member with this note and fingerprint can be the first one of an output of this scan.
 * For a member that is torn, so that its header row is not known. */
bool format_may_begin(
        const struct format *f, const char *note, size_t note_size, uint64_t fingerprint);

/* What stands in every member of an output with this note and this header row. False: out of
 * memory. */
bool format_fingerprint(uint64_t *fingerprint, const char *note, size_t note_size,
        const char *header, size_t header_size);

/* True when this is the fingerprint of an output with this note and this header row. */
bool format_is_of(uint64_t fingerprint, const char *note, size_t note_size, const char *header,
        size_t header_size);

#endif
