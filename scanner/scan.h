/* scan.h - many rows in, as many rows out: opens input and output, runs the pipeline between them,
 * tells how it went. */
#ifndef SCANNER_SCAN_H
#define SCANNER_SCAN_H

#include "base/json.h"
#include "results/note.h"
#include "scanner/options.h"

/* What a command makes a scan of. */
struct scan_job {
	const char *command; /* its name, which stands in the output's note and in the manifest */
	const struct options *options;
	/* Add the options that decide rows to a note, and all of them to the manifest. */
	void (*put_note)(struct note *note, const struct options *options);
	void (*put_json)(struct json *j, const struct options *options);
};

/* Runs it; the exit status (base/exit_status.h). Call from the main thread, once: it takes the
 * signals. */
int scan_run(const struct scan_job *job);

#endif
