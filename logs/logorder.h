/* logorder.h - which files are read, in which order, and from which year on: by the first time
 * stamps in them.
 *
 * A folder stands for the files of a Maildir in it (new/ and cur/), in the order of their names,
 * which begin with the time. One thread. */
#ifndef LOGS_LOGORDER_H
#define LOGS_LOGORDER_H

#include "base/textbuf.h"
#include "input/typed.h"
#include "maillog/logformat.h"

#include <limits.h>

#define LOGORDER_NO_INPUT UINT_MAX

struct logorder_file {
	const char *path; /* as it was named, or owned */
	unsigned input;   /* which of the paths it is; LOGORDER_NO_INPUT: one of a folder */
	bool is_pipe, is_owned;
	int year;       /* of its first stamp; 0: it has none, or one with a year */
	int64_t time_s; /* of its first stamp; without one, when it was written */
};

struct logorder {
	struct logorder_file *files;
	unsigned n, capacity;
	struct textbuf
	        years; /* "2025,2026": of each file; one where all have it; "" without need */
};

struct logorder_wish {
	const struct log_format *format;
	unsigned year;       /* --year, or 0 */
	const char *years;   /* of an earlier run, or NULL */
	const char *command; /* for messages: "scan --log auto" */
	struct {
		struct logtext text; /* what a pipe began with */
		unsigned at;         /* which file that is */
	} pipe;
};

/* The files that the paths name. False after telling the user: a file that is there twice would
 * count twice. */
bool logorder_list(struct logorder *o, char **paths, unsigned n_paths, bool *is_wrong);
/* Their order and years. False after telling the user: each file is looked at, and none is left
 * to be skipped line by line because it is compressed in another way, or counts twice because NAME
 * and NAME.gz begin with the same text. */
bool logorder_settle(struct logorder *o, const struct logorder_wish *wish, bool *is_wrong);
/* Takes a zeroed one. */
void logorder_fini(struct logorder *o);

/* A text that begins so is none that we read: true after telling the user. Octets of value 0 at its
 * very beginning are no matter: a log has them that was cut while its writer went on. */
bool logorder_is_foreign(const struct typed_file *file, struct logtext begin);
/* The format that knows most lines of a text. NULL: none knows any. */
const struct log_format *logorder_guess(struct logtext text);

#endif
