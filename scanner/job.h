/* job.h - what a command tells a scan: its name, its options, and how these are printed. The option
 * table is the command line's, a floor above; so the scan gets functions. */
#ifndef SCANNER_JOB_H
#define SCANNER_JOB_H

#include "base/json.h"
#include "results/note.h"
#include "scanner/options.h"

struct summary_past;

/* All is the caller's and outlives the scan. */
struct scan_job {
	const char *command; /* its name, for the output's note and the manifest */
	const struct options *options;
	/* Adds a line to the note for each option that decides rows. */
	void (*put_note)(struct note *note, const struct options *options);
	/* Adds all options to the manifest. */
	void (*put_json)(struct json *j, const struct options *options);

	/* A sweep (sweep.h): the scan whose output is swept, to which all that is told belongs.
	 * NULL: none, and the members below mean nothing. */
	const struct summary_past *past;
	/* Puts the output, which is complete and closed, in the place of that scan's. False after
	 * telling the user why not. */
	bool (*put_in_place)(void *arg);
	void *put_in_place_arg;
};

#endif
