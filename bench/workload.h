/* workload.h - some thousand mail domains as a script and as input rows, for the micro-benchmarks.
 * The same number of domains gives the same bytes. */
#ifndef BENCH_WORKLOAD_H
#define BENCH_WORKLOAD_H

#include "base/textbuf.h"
#include "io/csv.h"
#include "resolver/scripted/script.h"

struct workload {
	struct script *script;
	struct textbuf text;        /* a header row and one row for each domain: "domain,ip" */
	struct csv_record *records; /* the rows, pointing into it */
	unsigned n_rows;
};

/* False: no memory; fini cleans up either way. */
bool workload_init(struct workload *p, unsigned n_domains);
void workload_fini(struct workload *p);

#endif
