/* summary.h - a scan in numbers: for people on standard error, for programs as JSON (--summary; members are documented in docs/output.md). */
#ifndef SCANNER_SUMMARY_H
#define SCANNER_SUMMARY_H

#include "scanner/pipeline.h"

struct summary {
	const struct options *options;
	struct tally tally;
	struct resolver_counters counters;
	uint64_t rows_read, rows_written, bytes_written;
	uint64_t started_ms, ended_ms; /* wall clock */
	double wall_s, cpu_s;
	uint64_t peak_memory_bytes;
	bool complete;                 /* every input row was written */
	int exit_status;
};

/* Gathers the numbers of a pipeline that has run. */
void summary_init(struct summary *s, const struct pipeline *p, uint64_t started_ms, uint64_t started_ns);

void summary_tell(const struct summary *s);
/* False after telling the user why it cannot be written. */
bool summary_write(const struct summary *s, const char *path);

#endif
