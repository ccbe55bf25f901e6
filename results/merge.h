/* merge.h - `spfsweep merge`: finished outputs into one.
 *
 *     shards       all K/N of one N, each once, of one input and with the same options: their rows
 *                  in the order of `row`, each from 1 to the input's last exactly once; of a
 *                  sample, which leaves rows out, none twice and as many as each shard had
 *     with append  whole outputs of different inputs, with the same options and header row: one
 *                  behind the other, with new numbers
 *
 * Everything else is refused, with the file and the reason. What results is as a scan of the whole
 * would have written it, but for the time columns, and can be resumed and retried. One row of each
 * file is in memory, and some blocks. Main thread. */
#ifndef RESULTS_MERGE_H
#define RESULTS_MERGE_H

#include "results/note.h"
#include "results/part.h"
#include "results/rowfile.h"
#include "results/tally.h"

struct merge {
	struct part *parts;
	unsigned n_parts;
	struct part **order; /* of shards by K; else as they were given */
	bool append;
	const struct note *presets; /* what a line that a note lacks means; the caller's */
	struct textbuf note;        /* of the output */
	struct tally tally;
	struct closing sum; /* what the parts cost */
	uint64_t n_rows;    /* written */
	uint64_t last_row;  /* of shards: the number of the row written last */
	struct textbuf row; /* with append: one with its new number */
};

/* Opens the files, and checks that they belong together. EXIT_DONE, or a status after telling the
 * user. merge_fini() follows in any case. */
int merge_open(
        struct merge *m, char **paths, unsigned n_paths, bool append, const struct note *presets);
/* Takes a zeroed one. */
void merge_fini(struct merge *m);

/* Writes the output. EXIT_DONE, or a status after telling the user: then what was written is no
 * output. `level` as rowfile_begin() takes it. */
int merge_write(struct merge *m, struct sink *sink, int level, uint64_t run);

#endif
