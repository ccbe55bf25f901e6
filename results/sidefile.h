/* sidefile.h - a file beside an output, with text that belongs to its rows, and which is in step
 * with it: `--record` is one.
 *
 * It is block gzip, and its own checkpoint as an output is. Its members have the same marks
 * (io/bgzf.h): fingerprint and run are the output's, and n_rows says how many rows of the output
 * are covered when the member ends; 0 says that more text of the same rows follows. A side file has
 * such a member wherever a member of the output ends, so --resume can cut both to the same row. Its
 * first member has a note of its own, `kind=record`, and the text that stands at its head.
 *
 * The text of a row is written, and brought to the disk, before the row. So a side file covers
 * every row that its output has, whatever killed the scan. After a power failure between two syncs
 * it may cover fewer; then it is refused.
 *
 * A row's text is lines. A line may say which question it answers; then it is left out when it says
 * the same as the line that was written last for this question, as far as that is remembered.
 *
 * Errors are told here. The main thread opens it; then it is the collector's until its threads have
 * ended. */
#ifndef RESULTS_SIDEFILE_H
#define RESULTS_SIDEFILE_H

#include "base/textbuf.h"
#include "io/bgzf.h"
#include "results/resume.h"

#include <stdbool.h>
#include <stdint.h>

struct sidefile;

/* ---- the lines of a row, before they are written ---- */

/* What a line answers. Lines of one question that say the same have the same `content`. */
struct sidefile_key {
	uint64_t question; /* a hash */
	uint64_t content;  /* a hash of question and answer; 0: the line is written in any case */
};

/* Appends a line, without its line end, to the lines of a row. Any thread that owns the buffer. */
void sidefile_add_line(
        struct textbuf *lines, const struct sidefile_key *key, const char *text, size_t size);

struct sidefile_line {
	struct sidefile_key key;
	const char *text; /* in the lines */
	size_t size;
};

/* The line of a row's lines that stands at *at, which is 0 at first and moves to the next one.
 * False: there is none. */
bool sidefile_next_line(const char *lines, size_t size, size_t *at, struct sidefile_line *line);

/* ---- the file ---- */

/* Opens and locks the file, and changes nothing in it. `kind` names the option and the file's kind,
 * "record", and outlives it, as `path` does. EXIT_DONE, or the exit status after telling why. */
int sidefile_open(struct sidefile **out, const char *path, const char *kind);
/* Takes NULL. False after telling the user that it could not be closed. */
bool sidefile_close(struct sidefile *s);

/* False after telling the user that the file holds something, and is not overwritten.
 * `has_overwrite`: there is an option for that. */
bool sidefile_may_begin(const struct sidefile *s, bool has_overwrite);

/* --resume: finds where the rows that the output keeps end. EXIT_DONE, or the exit status after
 * telling the user why this file is none that can be gone on with, and what to do. `output` is the
 * output's path. */
int sidefile_resume(
        struct sidefile *s, const char *output, const struct resumption *r, uint64_t fingerprint);

/* Cuts it to what is kept. One that is begun anew gets its first member, with `head`, which is on
 * the disk afterwards. `mark` has fingerprint and run of the members to come. */
bool sidefile_begin(struct sidefile *s, const struct bgzf_checkpoint *mark, int level,
        const char *head, size_t head_size);

/* The lines of the output's next row, which sidefile_add_line() made. */
void sidefile_put_row(struct sidefile *s, const char *lines, size_t size);
/* A member of the output ends behind so many rows, all that were put since the last one. */
void sidefile_end_member(struct sidefile *s, uint32_t n_rows);
/* Writes what was put. False after telling the user why not. */
bool sidefile_write(struct sidefile *s);
/* Brings it to the disk. False after telling the user. */
bool sidefile_sync(struct sidefile *s);
/* The end-of-file member: every row of the output is covered. Brings it to the disk. */
bool sidefile_end(struct sidefile *s);

#endif
