/* logfiles.h - mail log files as one sequence of events, or of rows.
 *
 *     logfiles_open()    finds the format and the order of the files, by their first lines
 *     logfiles_reader()  gives the rows one by one (input/inputs.h); or
 *     logfiles_run()     gives every event to a function
 *     logfiles_tell()    says what was read, and what was left out
 *
 * Files are read in the order of their first time stamps, so a set of rotated files may be named in
 * any order. A pipe stays where it was named, and so do files among which there is one.
 *
 * Stamps of RFC 3164 have no year. A file's first stamp is taken for the last such day before the
 * file was last written; a pipe's for the last one before now; --year says it for the first file,
 * and moves the others along. The years that were taken are a text, logfiles_years(), which the
 * note of a scan keeps: with it the same files give the same rows in any later year.
 *
 * The same files and options give the same rows. Every failure is told to the user where it
 * happens. One thread. */
#ifndef LOGS_LOGFILES_H
#define LOGS_LOGFILES_H

#include "dns/netset.h"
#include "input/inputs.h"
#include "logs/pairs.h"
#include "maillog/formats.h"

struct logfiles;

struct logfiles_config {
	char **paths; /* n_paths of them, at least one; the caller's */
	unsigned n_paths;
	const char *format; /* a name of the table, "auto" */
	unsigned year;      /* --year; 0: by the files' times */
	const char *years; /* what logfiles_years() said when the scan began; NULL: it begins now */
	bool has_since, has_until;
	int64_t since_s, until_s; /* rows from then on, and before then */
	bool wants_connects, wants_digests;
	const struct netset *trusted; /* own relays; NULL: none */
	enum pairs_sender sender;
	struct pairs_key key;
	const char *command; /* for messages: "scan --log auto" */
};

/* NULL after telling the user why; *is_wrong tells a mistake of the command line from a failure. */
struct logfiles *logfiles_open(const struct logfiles_config *config, bool *is_wrong);
/* Takes NULL. */
void logfiles_close(struct logfiles *l);

/* The rows. It is the logfiles' own. */
struct input_reader *logfiles_reader(struct logfiles *l);
/* Reads all, and hands over each event that is in range. False: take() did not want more, a file
 * broke, or *stop. */
bool logfiles_run(struct logfiles *l, bool (*take)(void *arg, const struct mail_event *event),
        void *arg, const volatile bool *stop);

bool logfiles_has_pipe(const struct logfiles *l);
const struct log_format *logfiles_format(const struct logfiles *l);
const char *logfiles_years(struct logfiles *l);
uint64_t logfiles_count(const struct logfiles *l, enum log_count count);
/* One line on what is going to be read, and, at the end, a few on what was. */
void logfiles_tell_begin(const struct logfiles *l);
void logfiles_tell(const struct logfiles *l);

/* A value of --since or --until: a date, or a time stamp, local time where it names no zone. False:
 * it is none. */
bool logfiles_parse_time(int64_t *time_s, const char *text);

#endif
