/* job.h - what a command tells a scan: its name, its options, and how these are printed. The option
 * table is the command line's, a floor above; so the scan gets functions. */
#ifndef SCANNER_JOB_H
#define SCANNER_JOB_H

#include "base/json.h"
#include "results/note.h"
#include "scanner/options.h"

/* All is the caller's and outlives the scan. */
struct scan_job {
	const char *command; /* its name, for the output's note and the manifest */
	const struct options *options;
	/* Adds a line to the note for each option that decides rows. */
	void (*put_note)(struct note *note, const struct options *options);
	/* Adds all options to the manifest. */
	void (*put_json)(struct json *j, const struct options *options);
};

#endif
