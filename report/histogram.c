/* histogram.c - three ways from a number to a bin. */
#include "report/histogram.h"

#include <stdbool.h>
#include <string.h>

/* Each is a multiple of the one before, so bins can be joined. */
static const uint64_t widths_s[] = { 1, 10, 60, 600, 3600, 21600, 86400, 864000, 8640000, 86400000,
	864000000, UINT64_C(8640000000) };
enum { RUNGS = sizeof widths_s / sizeof widths_s[0] };

/* Room for a number in front of the first bin or behind the last is made by wider bins. */
static void widen(struct histogram *h)
{
	uint64_t times = widths_s[h->rung + 1] / widths_s[h->rung], first = h->first / times;
	uint64_t joined[HISTOGRAM_BINS] = { 0 };
	for (unsigned i = 0; i < HISTOGRAM_BINS; i++)
		if (h->counts[i])
			joined[(h->first + i) / times - first] += h->counts[i];
	memcpy(h->counts, joined, sizeof joined);
	h->first = first;
	h->rung++;
}

/* Bins before the first one that is not empty are given away. */
static void shift(struct histogram *h, uint64_t first)
{
	uint64_t moved[HISTOGRAM_BINS] = { 0 };
	for (unsigned i = 0; i < HISTOGRAM_BINS; i++)
		if (h->counts[i])
			moved[h->first + i - first] = h->counts[i];
	memcpy(h->counts, moved, sizeof moved);
	h->first = first;
}

static unsigned time_bin(struct histogram *h, uint64_t number)
{
	uint64_t least = number < h->least ? number : h->least;
	uint64_t most = number > h->most ? number : h->most;
	if (!h->n) {
		least = most = number;
		h->first = number;
	}
	while (h->rung + 1 < RUNGS &&
	        most / widths_s[h->rung] - least / widths_s[h->rung] >= HISTOGRAM_BINS)
		widen(h);
	if (least / widths_s[h->rung] != h->first)
		shift(h, least / widths_s[h->rung]);
	uint64_t bin = number / widths_s[h->rung] - h->first;
	return bin < HISTOGRAM_BINS ? (unsigned)bin : HISTOGRAM_BINS - 1;
}

static unsigned log_bin(uint64_t number)
{
	unsigned bin = number ? 64 - (unsigned)__builtin_clzll(number) : 0;
	return bin < HISTOGRAM_LOG_BINS ? bin : HISTOGRAM_LOG_BINS - 1;
}

void histogram_add(struct histogram *h, uint64_t number, uint64_t n)
{
	unsigned bin = h->kind == HISTOGRAM_TIME ? time_bin(h, number)
	        : h->kind == HISTOGRAM_LOG       ? log_bin(number)
	        : number < HISTOGRAM_LINEAR_BINS ? (unsigned)number
	                                         : HISTOGRAM_LINEAR_BINS - 1;
	if (!h->n || number < h->least)
		h->least = number;
	if (!h->n || number > h->most)
		h->most = number;
	h->counts[bin] += n;
	h->n += n;
}

unsigned histogram_bins(const struct histogram *h)
{
	unsigned n = HISTOGRAM_BINS;
	while (n && !h->counts[n - 1])
		n--;
	return n;
}

uint64_t histogram_from(const struct histogram *h, unsigned bin)
{
	if (h->kind == HISTOGRAM_TIME)
		return (h->first + bin) * widths_s[h->rung];
	if (h->kind == HISTOGRAM_LOG)
		return bin ? UINT64_C(1) << (bin - 1) : 0;
	return bin;
}

uint64_t histogram_to(const struct histogram *h, unsigned bin)
{
	if (h->kind == HISTOGRAM_TIME)
		return histogram_from(h, bin + 1) - 1;
	bool is_last = bin + 1 ==
	        (h->kind == HISTOGRAM_LOG ? (unsigned)HISTOGRAM_LOG_BINS
	                                  : (unsigned)HISTOGRAM_LINEAR_BINS);
	return is_last ? UINT64_MAX : histogram_from(h, bin + 1) - 1;
}

uint64_t histogram_over(const struct histogram *h, uint64_t number)
{
	uint64_t n = 0;
	for (unsigned i = 0; i < histogram_bins(h); i++)
		if (histogram_from(h, i) > number)
			n += h->counts[i];
	return n;
}

unsigned histogram_middle(const struct histogram *h)
{
	uint64_t before = 0;
	unsigned i = 0, n = histogram_bins(h);
	for (; i + 1 < n; i++) {
		before += h->counts[i];
		if (before >= h->n - h->n / 2)
			break;
	}
	return i;
}
