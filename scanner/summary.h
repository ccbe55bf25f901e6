/* summary.h - a scan in numbers: for people on standard error, for programs as the manifest
 * (results/manifest.h). Main thread, when the scan has ended. */
#ifndef SCANNER_SUMMARY_H
#define SCANNER_SUMMARY_H

#include "logs/logfiles.h"
#include "results/closing.h"
#include "results/manifest.h"
#include "scanner/exchange.h"
#include "resolver/rewriting.h"
#include "scanner/job.h"

/* What --log read. */
struct summary_log {
	const char *format; /* its name; NULL: no log was read */
	uint64_t counts[LOG_COUNTS];
};

/* What a scan leaves to the sweep behind it: both are told as one. */
struct summary_past {
	struct options options; /* as they were used; what they point to outlives both */
	uint64_t started_ms, started_ns;
	struct resolver_counters counters;
	struct upstream_counters *upstreams; /* as many as the options name; owned */
	struct tally tally;
	struct summary_log log;
	char (*input_digests)[DIGEST_TEXT_BYTES]; /* one for each input, or NULL; owned */
};

struct summary {
	const struct scan_job *job;
	const struct exchange *exchange;
	const struct options *options;     /* of a sweep: those of the scan before it */
	const struct rewriting *rewriting; /* set by the caller */
	struct summary_log log;
	struct tally tally;
	struct resolver_counters counters;
	/* of the whole output, with what earlier runs wrote */
	uint64_t rows_read, rows_written, bytes_written;
	uint64_t rows_before;          /* written by earlier runs */
	uint64_t started_ms, ended_ms; /* wall clock */
	uint64_t started_ns;           /* as clock_now_ns() */
	double wall_s, cpu_s;
	uint64_t peak_memory_bytes;
	bool complete; /* every input row was written */
	int exit_status;
};

/* Gathers the numbers of a scan that has ended. `n_bytes` is the size of its output. The caller
 * sets `rewriting`, `complete` and `exit_status`. The arguments outlive the summary. What a sweep
 * asked is added to what the scan before it did (scan_job.past); so are their times. */
void summary_init(struct summary *s, const struct scan_job *job, const struct exchange *x,
        uint64_t started_ms, uint64_t started_ns, uint64_t n_bytes);

/* The log that the scan read. */
void summary_set_log(struct summary *s, const struct logfiles *logs);

/* Keeps what a sweep needs of a scan. False: out of memory; then *past is empty. */
bool summary_past_init(struct summary_past *past, const struct summary *s);
/* Takes a zeroed one. */
void summary_past_fini(struct summary_past *past);

/* Appends the closing of the output (results/closing.h). `told` is that of the output that `retry`
 * reads, whose input is the one that counts; zeros: none. Any thread, when every row is written. */
void summary_put_closing(const struct summary *s, const struct closing *told, struct textbuf *out);

/* Prints it on standard error. */
void summary_tell(const struct summary *s);

/* The same as a manifest, which points into the summary. `output` is the digest of the output, or
 * NULL. */
struct manifest summary_manifest(const struct summary *s, const struct digest *output);

#endif
