/* provenance.h - what an output says of itself at its two ends: the note, how many rows there are,
 * whether the scan that wrote it ended, and what it told of itself then.
 *
 * What lies between is not looked at. Plain CSV, and files that are compressed again, say nothing.
 * Single thread. */
#ifndef RESULTS_PROVENANCE_H
#define RESULTS_PROVENANCE_H

#include "results/closing.h"

struct provenance {
	bool is_ours;     /* block gzip with a note of ours */
	bool is_complete; /* its end-of-file member is there */
	uint64_t n_rows;  /* the number of its last row */
	bool has_closing;
	struct closing closing; /* points into closing_text */
	struct textbuf note, closing_text;
};

/* Reads a file; one that cannot be read, and what is no regular file, is not ours. What there was
 * no memory for is missing. provenance_fini() follows. */
void provenance_read(struct provenance *p, const char *path);
/* Takes a zeroed one. */
void provenance_fini(struct provenance *p);

#endif
