/* manifest.h - a scan as JSON (--summary): its numbers, the SHA-256 of its inputs and its output,
 * the options, the versions, and the runs that wrote it. docs/output.md has every member. */
#ifndef RESULTS_MANIFEST_H
#define RESULTS_MANIFEST_H

#include "base/digest.h"
#include "base/json.h"
#include "io/sink.h"
#include "results/resume.h"
#include "results/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* All that it says; whoever made the scan fills it. Nothing is owned. */
struct manifest {
	const char *command, *version;
	bool complete;
	int exit_status;
	uint64_t started_ms, ended_ms; /* wall clock */
	char **inputs;
	unsigned n_inputs;
	char (*input_digests)[DIGEST_TEXT_BYTES]; /* of each, "" where there is none; or NULL */
	const char *output;
	const struct digest *output_digest; /* NULL: there is none */
	uint64_t rows_read, rows, rows_before,
	        bytes_written; /* with those before a resumed scan's */
	const struct tally *tally;
	const struct resume_run *runs; /* those before this one */
	unsigned n_runs;
	double wall_s, cpu_s;
	uint64_t peak_memory_bytes;
	/* What others know: members put by them, in place. */
	void (*put_questions)(struct json *j, const void *counters);
	const void *counters;
	void (*put_options)(struct json *j, const void *options);
	const void *options;
	void (*put_versions)(struct json *j);
};

/* Empties the sink first, which stays the caller's. False after telling the user why it cannot be
 * written. */
bool manifest_write(const struct manifest *m, struct sink *sink);

#endif
