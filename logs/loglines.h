/* loglines.h - the lines of one log file, out of a source.
 *
 * A line ends at LF; CRs before it, and octets of value 0 with which it begins, are no part of it.
 * Of a line over LOGLINES_MAX_BYTES so much is given, and the rest is passed over. A last line
 * without LF is a line of a file, not of a pipe that a signal ends. Single thread. */
#ifndef LOGS_LOGLINES_H
#define LOGS_LOGLINES_H

#include "io/source.h"
#include "maillog/logtext.h"

enum { LOGLINES_MAX_BYTES = 64 << 10 };

struct loglines {
	struct source *source; /* the caller's */
	char *buffer;          /* owned */
	size_t at, end;
	bool is_skipping; /* the rest of a line that was too long */
};

/* False: out of memory. For a source that nothing was read of. */
bool loglines_init(struct loglines *l, struct source *source);
/* Takes a zeroed one. */
void loglines_fini(struct loglines *l);

/* The next line, valid until the next call. False at the end, on an error of the source, or at
 * *stop. */
bool loglines_next(
        struct loglines *l, struct logtext *line, bool *is_long, const volatile bool *stop);
/* The text of the next lines, as much as is buffered: a whole buffer of a file, of a pipe at least
 * one line. Empty at the end. */
struct logtext loglines_peek(struct loglines *l, const volatile bool *stop);
/* Passes over the text that is buffered. */
void loglines_drop(struct loglines *l);
/* True when loglines_next() would have to wait for a pipe, and sometimes when it need not. */
bool loglines_would_block(struct loglines *l);
/* True when all was given out, and it is known that no more comes. */
bool loglines_ended(const struct loglines *l);

#endif
