/* summary.h - a scan in numbers, told on standard error at its end; manifest.h writes them for
 * programs. */
#ifndef SCANNER_SUMMARY_H
#define SCANNER_SUMMARY_H

#include "scanner/pipeline.h"

struct summary {
	const struct pipeline *pipeline;
	const struct options *options;
	struct tally tally;
	struct resolver_counters counters;
	uint64_t rows_read, rows_written, bytes_written; /* with those before a resumed scan's */
	uint64_t rows_before;
	uint64_t started_ms, ended_ms; /* wall clock */
	double wall_s, cpu_s;
	uint64_t peak_memory_bytes;
	bool complete; /* every input row was written */
	int exit_status;
};

/* Gathers the numbers of a pipeline that has run. `n_bytes` is the size of its output. */
void summary_init(struct summary *s, const struct pipeline *p, uint64_t started_ms,
        uint64_t started_ns, uint64_t n_bytes);

void summary_tell(const struct summary *s);

#endif
