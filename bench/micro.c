/* micro.c - nanoseconds per operation of the hot pieces of the program, each alone: for finding out
 * what a change did, not for promising anything about scans.
 *
 * Each piece is repeated until one repetition takes long enough to be timed, then repeated some
 * more; the median counts, and the smallest stands beside it: on a busy machine the two lie apart,
 * and then neither is to be trusted. Time is the thread's own CPU time, but for pieces of two
 * threads. */
#include "base/clock.h"
#include "base/hash.h"
#include "bench/pieces.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { REPETITIONS = 15, WIDE_DOMAINS = 50000, QUICK_DOMAINS = 200 };
#define REPETITION_NS (20 * CLOCK_NS_PER_MS)

struct timing {
	double median_ns, smallest_ns, bytes;
};

static uint64_t now(const struct piece *piece)
{
	struct timespec t;
	clock_gettime(piece->two_threads ? CLOCK_MONOTONIC : CLOCK_THREAD_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * CLOCK_NS_PER_S + (uint64_t)t.tv_nsec;
}

static uint64_t time_once(const struct piece *piece, struct pieces *p, uint64_t n)
{
	uint64_t begun = now(piece);
	piece->run(p, n);
	return now(piece) - begun;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static struct timing time_piece(const struct piece *piece, struct pieces *p, bool quick)
{
	double times[REPETITIONS];
	unsigned repetitions = quick ? 1 : REPETITIONS;
	uint64_t n = 64;
	while (time_once(piece, p, n) < REPETITION_NS && !quick)
		n *= 2;
	for (unsigned i = 0; i < repetitions; i++)
		times[i] = (double)time_once(piece, p, n) / (double)n;
	qsort(times, repetitions, sizeof times[0], by_value);
	double bytes = piece->bytes ? (double)piece->bytes(p) : 0;
	return (struct timing){
		.median_ns = times[repetitions / 2], .smallest_ns = times[0], .bytes = bytes
	};
}

static void tell(const struct piece *piece, const struct timing *t)
{
	printf("%-20s %12.1f %12.1f", piece->name, t->median_ns, t->smallest_ns);
	if (t->bytes > 0 && t->median_ns > 0)
		printf(" %8.0f", t->bytes / t->median_ns * 1e3);
	else
		printf(" %8s", "");
	printf("  %s\n", piece->operation);
}

static void tell_json(const struct piece *piece, const struct timing *t, bool last)
{
	printf("  {\"piece\": \"%s\", \"operation\": \"%s\", \"median_ns\": %.2f, ", piece->name,
	        piece->operation, t->median_ns);
	printf("\"smallest_ns\": %.2f, \"bytes\": %.0f}%s\n", t->smallest_ns, t->bytes,
	        last ? "" : ",");
}

static bool is_wanted(const struct piece *piece, int n, char **words)
{
	for (int i = 0; i < n; i++)
		if (strstr(piece->name, words[i]))
			return true;
	return n == 0;
}

static void run_pieces(struct pieces *p, bool json, bool quick, int n, char **words)
{
	if (json)
		printf("[\n");
	else
		printf("%-20s %12s %12s %8s  %s\n", "", "median ns", "smallest ns", "MB/s",
		        "one operation is a");
	size_t last = 0;
	for (size_t i = 0; i < pieces_count; i++)
		if (is_wanted(&pieces_table[i], n, words))
			last = i;
	for (size_t i = 0; i < pieces_count; i++) {
		if (!is_wanted(&pieces_table[i], n, words))
			continue;
		struct timing t = time_piece(&pieces_table[i], p, quick);
		if (json)
			tell_json(&pieces_table[i], &t, i == last);
		else
			tell(&pieces_table[i], &t);
		fflush(stdout);
	}
	if (json)
		printf("]\n");
}

int main(int argc, char **argv)
{
	bool json = false, quick = false;
	int at = 1;
	for (; at < argc && argv[at][0] == '-'; at++) {
		json |= !strcmp(argv[at], "--json");
		quick |= !strcmp(argv[at], "--quick");
		if (strcmp(argv[at], "--json") && strcmp(argv[at], "--quick")) {
			fputs("usage: micro [--json] [--quick] [PART-OF-A-NAME...]\n"
			      "--quick runs each piece a few times, to see that it runs\n",
			        stderr);
			return 2;
		}
	}
	hash_init();
	struct pieces *p = pieces_new(quick ? QUICK_DOMAINS : WIDE_DOMAINS);
	run_pieces(p, json, quick, argc - at, argv + at);
	pieces_free(p);
	return 0;
}
