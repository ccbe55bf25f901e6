/* logformat.h - what a log format is: a reader that is given lines and makes events of them.
 *
 * A format is one constant value and one file. It has no I/O and reads no clock; what it must
 * remember from line to line is its state, whose size does not grow with the log. formats.h is the
 * table of them; docs/logs.md shows how one is added. A reader belongs to one thread. */
#ifndef MAILLOG_LOGFORMAT_H
#define MAILLOG_LOGFORMAT_H

#include "maillog/event.h"

struct log_format {
	const char *name;    /* of --log */
	const char *summary; /* one line for people */
	/* True for a line that hardly any other format has: --log auto counts them. */
	bool (*knows)(struct logtext line);
	/* When the line was written, for the order of files. False: it does not say. */
	bool (*stamp)(struct logtext line, struct stamp *stamp);
	/* The state of a reader. NULL: out of memory. */
	void *(*open)(void);
	/* A line without its line end. Out of memory: out->failed. */
	void (*line)(void *state, struct logtext line, struct log_out *out);
	/* A file has ended; the next one may go on with it, or not. NULL: that means nothing. */
	void (*end_file)(void *state, struct log_out *out);
	/* The last file has ended: counts what is left open. NULL: nothing can be. */
	void (*end)(void *state, struct log_out *out);
	/* Takes NULL. */
	void (*close)(void *state);
	/* Each message is a file of a folder (Maildir), and a message's time is its own. */
	bool is_mailbox;
};

#endif
