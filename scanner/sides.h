/* sides.h - the side files of one scan (results/sidefile.h), as a list: which there are, and what
 * the collector does with all of them.
 *
 *     worker      puts the text of a finished row into its batch (batch_side_text())
 *     collector   writes a batch's text before its rows, and syncs it before them
 *
 * The main thread opens, resumes and closes them; the collector does the rest. Errors are told. */
#ifndef SCANNER_SIDES_H
#define SCANNER_SIDES_H

#include "results/sidefile.h"
#include "scanner/batch.h"
#include "scanner/options.h"

struct sides {
	struct sidefile *at[SIDE_COUNT];  /* NULL: not wanted */
	struct textbuf heads[SIDE_COUNT]; /* the text at the head of a new one */
};

/* The path of a side file; NULL: it is not wanted. */
const char *sides_path(const struct options *options, enum side side);
/* The option that names it, without the dashes. Lives for ever. */
const char *sides_option(enum side side);

/* The line of an output's note that has its path. Lives for ever. */
const char *sides_note(enum side side);

/* Opens those that are wanted. With --resume they are to be gone on with: format and resumption are
 * those of the output, which was read. EXIT_DONE, or the exit status after telling why. */
int sides_open(struct sides *s, const struct options *options, const struct resumption *r,
        uint64_t fingerprint);
/* Takes a zeroed one. False after telling what could not be closed. */
bool sides_close(struct sides *s);

/* ---- the collector's ---- */

/* Cuts them, or begins them anew. False: nothing may be written. */
bool sides_begin(struct sides *s, const struct bgzf_checkpoint *mark, int level);
/* Writes the text of a packed batch. False: none of its rows may be written. */
bool sides_write(struct sides *s, const struct batch *batch);
bool sides_sync(struct sides *s);
/* Every row is there. */
bool sides_end(struct sides *s);

#endif
