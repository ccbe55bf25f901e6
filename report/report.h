/* report.h - results, added up: groups, totals, what would be lost if SPF were enforced, and what
 * the log said then against what SPF says now.
 *
 *     report_init(), report_read() for each file, report_finish(), reportprint.h, report_fini()
 *
 * A row of `extract --unique` counts as many messages as its column `count` says. Rows of clients
 * that only connected are no messages. One thread. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "maillog/stamp.h"
#include "report/groups.h"
#include "report/provider.h"
#include "report/resultfile.h"

/* What groups are made by, in the order of report_by_text(). */
enum report_by {
	REPORT_BY_DOMAIN,
	REPORT_BY_CLIENT,
	REPORT_BY_NETWORK,
	REPORT_BY_HELO,
	REPORT_BY_PROBLEM,
	REPORT_BY_PROVIDER,
	REPORT_BYS
};

/* Words of SPF: those of RFC 7208 section 2.6, and behind them none of these. */
enum { REPORT_WORDS = 8 };

struct report {
	enum report_by by;
	struct result_where where;
	struct groups *groups;
	struct provider *provider; /* NULL: not needed */
	uint64_t totals[GROUP_COUNTS];
	uint64_t n_rows, n_connects;
	/* of the messages that were not rejected then */
	uint64_t n_accepted, n_lost, n_unknown, n_would_fail;
	struct groups *lost; /* by domain */
	/* [what the log says][what SPF says now]: report_word(); only rows with both */
	uint64_t then[REPORT_WORDS][REPORT_WORDS], n_then, n_then_differs;
	/* messages that are older than their answers by more than a week, and by how much at most
	 */
	uint64_t n_old;
	int64_t oldest_s;
	struct logclock clock;
	struct textbuf key, reason;
	bool lacked_memory;
};

/* The word of --by: "domain". NULL behind the last. */
const char *report_by_text(unsigned by);
const char *report_word(unsigned i);

/* False: out of memory, or no list of public suffixes where providers are wanted. report_fini()
 * follows either way. */
bool report_init(struct report *r, enum report_by by, size_t memory_bytes);
void report_fini(struct report *r);

/* As resultfile_read(). */
enum error report_read(struct report *r, const char *path, char *why, size_t why_size);
/* Sorts the groups. */
void report_finish(struct report *r);

#endif
