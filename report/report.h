/* report.h - results, added up: groups, totals, what would be lost if SPF were enforced, and what
 * the log said then against what SPF says now.
 *
 *     report_init(), report_read() for each file, report_finish(), reportprint.h, report_fini()
 *
 * A table has one kind of groups. A page (page/page.h) has several, and histograms, of one pass.
 *
 * A row of `extract --unique` counts as many messages as its column `count` says. Rows of clients
 * that only connected are no messages. One thread. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include "maillog/stamp.h"
#include "report/groups.h"
#include "report/histogram.h"
#include "report/rowkeys.h"

/* Words of SPF: those of RFC 7208 section 2.6, and behind them none of these. */
enum { REPORT_WORDS = 8 };

struct report {
	struct result_files files;
	struct groups *groups[REPORT_BYS]; /* NULL: not wanted */
	struct rowkeys rowkeys;
	unsigned with_reason; /* a set as `wanted` */
	uint64_t totals[GROUP_COUNTS];
	uint64_t n_rows, n_connects;
	/* of a page */
	bool has_histograms;
	struct histogram lookups; /* terms that look something up; one with the limit has 11 */
	struct histogram pass_v4; /* IPv4 addresses that a policy lets pass */
	struct histogram times;   /* of the answers */
	/* of the messages that were not rejected then */
	uint64_t n_accepted, n_lost, n_unknown, n_would_fail;
	struct groups *lost; /* by domain; NULL: of a page, which does not show them */
	/* [what the log says][what SPF says now]: report_word(); only rows with both */
	uint64_t then[REPORT_WORDS][REPORT_WORDS], n_then, n_then_differs;
	/* messages that are older than their answers by more than a week, and by how much at most
	 */
	uint64_t n_old;
	int64_t oldest_s;
	struct logclock clock;
	struct textbuf reason, lost_key;
	bool lacked_memory;
};

const char *report_word(unsigned i);

/* Groups by each of `wanted`, a set of 1 << enum report_by. `for_page`: histograms, too. False: out
 * of memory, or no list of public suffixes where providers are wanted (then
 * report_lacks_suffixes()). report_fini() follows either way. */
bool report_init(struct report *r, unsigned wanted, bool for_page, size_t memory_bytes);
bool report_lacks_suffixes(const struct report *r, unsigned wanted);
void report_fini(struct report *r);

/* As resultfile_read(). */
enum error report_read(struct report *r, const char *path, char *why, size_t why_size);
/* Sorts the groups; of a page the largest alone. False: out of memory. */
bool report_finish(struct report *r);

#endif
