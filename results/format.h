/* format.h - the form of one output: its columns, what decides its rows, and how its members are
 * marked.
 *
 * A new output has the columns of this version and our note. An output that is gone on with, or
 * tried again, keeps the form that it was begun with: format_adopt(). Made in the main thread,
 * const while the scan's threads run. */
#ifndef RESULTS_FORMAT_H
#define RESULTS_FORMAT_H

#include "results/note.h"
#include "results/results.h"

#include <stdbool.h>
#include <stdint.h>

struct format {
	const struct note *ours; /* what decides the rows of this scan; the caller's */
	const struct layout *layout;
	unsigned version;       /* of its members (io/bgzf.h) */
	struct results results; /* the input's columns, and ours */
	struct textbuf note;    /* the text that stands in the first member */
	struct textbuf header;  /* the header row, with its line end */
	uint64_t fingerprint;   /* of both; stands in every member */
};

/* The form of a new output; `columns` NULL: those of this version. False without memory. */
bool format_init(struct format *f, const struct note *ours, const struct layout *layout,
        const struct column_set *columns);
/* Takes a zeroed one. */
void format_fini(struct format *f);

/* What a note says of the rows behind it, for whoever has yet to read their header row. */
struct format_told {
	int n_input;   /* how many columns are the input's, or RESULTS_UNTOLD */
	bool has_gaps; /* a shard of the input: `row` grows, not always by one */
};
struct format_told format_told_by(const char *note, size_t size);

/* A longer note is refused: the header row must have room beside it in the first member. */
#define FORMAT_NOTE_MAX_BYTES (16u << 10)

/* Takes over the form of an output that is there: the text of its note, the version of its members
 * and its header row, with its line end. False: it is not to be gone on with, for the reason in
 * `why`; then *f is as it was. */
bool format_adopt(struct format *f, unsigned version, const char *note, size_t note_size,
        const char *header, size_t header_size, char *why, size_t why_size);

/* True when a member with this note and fingerprint can be the first one of an output of this scan:
 * for one that is torn before the end of its header row. */
bool format_may_begin(
        const struct format *f, const char *note, size_t note_size, uint64_t fingerprint);

/* True when this is the fingerprint of an output with this note and this header row. */
bool format_is_of(uint64_t fingerprint, const char *note, size_t note_size, const char *header,
        size_t header_size);

#endif
