/* manifest.h - a scan as JSON (--summary): its numbers, the SHA-256 of its inputs and its output,
 * the options, the versions, and the runs that wrote it. docs/output.md describes every member.
 * Main thread. */
#ifndef RESULTS_MANIFEST_H
#define RESULTS_MANIFEST_H

#include "base/digest.h"
#include "base/json.h"
#include "io/sink.h"
#include "results/resume.h"
#include "results/tally.h"

#include <stdbool.h>
#include <stdint.h>

/* What the manifest says. It owns nothing. */
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
	/* of the whole output, with what earlier runs wrote */
	uint64_t rows_read, rows, bytes_written;
	uint64_t rows_before;          /* written by earlier runs */
	const struct tally *tally;     /* of all rows */
	const struct resume_run *runs; /* the earlier runs */
	unsigned n_runs;
	double wall_s, cpu_s;
	uint64_t peak_memory_bytes;
	/* These add the members that other modules know. */
	void (*put_questions)(struct json *j, const void *questions);
	const void *questions;
	void (*put_options)(struct json *j, const void *options);
	const void *options;
	void (*put_versions)(struct json *j);
	/* `merge`: a member more, last. NULL: none */
	void (*put_parts)(struct json *j, const void *parts);
	const void *parts;
};

/* Appends it. Out of memory: out->failed. */
void manifest_put(struct textbuf *out, const struct manifest *m);

/* Replaces what is in the sink, which stays the caller's. False after telling the user why it
 * cannot be written. */
bool manifest_write(const struct manifest *m, struct sink *sink);

#endif
