/* population.h - some thousand mail domains as a script and as input rows, for the micro-benchmarks: what generate.py makes for
 * NSD, smaller and in memory. The same number of domains gives the same bytes. */
#ifndef BENCH_POPULATION_H
#define BENCH_POPULATION_H

#include "base/textbuf.h"
#include "io/csv.h"
#include "resolver/script.h"

struct population {
	struct script *script;
	struct textbuf text;        /* a header row and one row for each domain: "domain,ip" */
	struct csv_record *records; /* the rows, pointing into it */
	unsigned n_rows;
};

/* False: no memory; fini cleans up either way. */
bool population_init(struct population *p, unsigned n_domains);
void population_fini(struct population *p);

#endif
