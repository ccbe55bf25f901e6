/* textout.h - a text that is written to a file: plain, or block gzip without a note.
 *
 * For what is written in one go and cannot be resumed: pairs of `extract`, tables of `report`.
 * Appends go into `text`; textout_flush() writes what is a member's worth. Failures are kept, and
 * told by textout_close(). Single thread. */
#ifndef IO_TEXTOUT_H
#define IO_TEXTOUT_H

#include "base/error.h"
#include "base/textbuf.h"

#include <stdbool.h>

struct textout;

/* Opens the file, "-" is standard output, and changes nothing in it before the first flush.
 * ERROR_SYSTEM with errno, ERROR_NOMEM. *found_bytes: what it holds already. */
enum error textout_open(
        struct textout **out, const char *path, bool as_gzip, int level, uint64_t *found_bytes);
/* Where the text goes, as long as the file is open. */
struct textbuf *textout_text(struct textout *t);
/* Writes as much as fills a member; all of it when `all`. False: a write failed, or there was no
 * memory; then nothing more is written. */
bool textout_flush(struct textout *t, bool all);
/* Closes and frees it, and leaves the file as it is. Takes NULL. */
void textout_drop(struct textout *t);
/* Closes and frees it, and leaves nothing of it: a file that was made or begun is removed. */
void textout_abandon(struct textout *t);
/* Writes what is left, syncs, closes, frees. NULL: all is in the file; else why not, valid until
 * the next call of any function that fails. Takes NULL. */
const char *textout_close(struct textout *t);

#endif
