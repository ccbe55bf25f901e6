/* scannote.h - the note of a scan: what decides its rows besides the input and the DNS.
 * docs/output.md describes the lines. Main thread. */
#ifndef SCANNER_SCANNOTE_H
#define SCANNER_SCANNOTE_H

#include "logs/logfiles.h"
#include "scanner/job.h"

/* The line with the years that the lines of mail logs are taken to be of: logfiles_years(). */
#define SCANNOTE_YEAR "year"

struct scannote {
	const struct scan_job *job;
	const struct options *options; /* as they are used */
	const struct layout *layout;
	struct logfiles *logs;     /* NULL without --log */
	const char *replay_digest; /* "" without --replay */
};

/* Adds all lines. Out of memory: a value fails. */
void scannote_write(struct note *note, const struct scannote *of);

#endif
