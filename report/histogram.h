/* histogram.h - how many rows have which number: counts by bins, in fixed memory.
 *
 *     linear       0, 1, 2, ... each with a bin of its own; the last bin has all that is larger
 *     logarithmic  0; 1; 2 and 3; 4 to 7; ... a bin for each power of two
 *     time         bins of 1, 10 or 60 seconds, ... as few as hold all times; they begin at
 *                  multiples of their width since 1970 (UTC)
 *
 * Zeroed but for its kind, it may be used. Pure. */
#ifndef REPORT_HISTOGRAM_H
#define REPORT_HISTOGRAM_H

#include <stdint.h>

enum histogram_kind { HISTOGRAM_LINEAR, HISTOGRAM_LOG, HISTOGRAM_TIME };

enum { HISTOGRAM_BINS = 48, HISTOGRAM_LINEAR_BINS = 26, HISTOGRAM_LOG_BINS = 34 };

struct histogram {
	enum histogram_kind kind;
	uint64_t counts[HISTOGRAM_BINS];
	uint64_t n;           /* in all bins */
	uint64_t least, most; /* of the numbers; when n > 0 */
	/* of time: the width is rung `rung` of a ladder; bin i begins at (first + i) * width */
	unsigned rung;
	uint64_t first;
};

/* Counts `n` rows that have the number. */
void histogram_add(struct histogram *h, uint64_t number, uint64_t n);

/* How many bins there are up to the last one that is not empty. */
unsigned histogram_bins(const struct histogram *h);
/* The least number of a bin, and the largest; UINT64_MAX: there is no limit. */
uint64_t histogram_from(const struct histogram *h, unsigned bin);
uint64_t histogram_to(const struct histogram *h, unsigned bin);
/* How many rows have more than `number`, which is the largest of a bin. */
uint64_t histogram_over(const struct histogram *h, uint64_t number);
/* The bin that the middle row lies in, with rows by number. */
unsigned histogram_middle(const struct histogram *h);

#endif
