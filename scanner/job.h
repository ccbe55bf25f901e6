/* job.h - what a command makes a scan of. */
#ifndef SCANNER_JOB_H
#define SCANNER_JOB_H

#include "base/json.h"
#include "results/note.h"
#include "scanner/options.h"

struct scan_job {
	const char *command; /* its name, which stands in the output's note and in the manifest */
	const struct options *options;
	/* Add the options that decide rows to a note, and all of them to the manifest. */
	void (*put_note)(struct note *note, const struct options *options);
	void (*put_json)(struct json *j, const struct options *options);
};

#endif
