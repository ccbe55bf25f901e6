/* pieces.h - the hot pieces of the program, each as a loop that micro.c can time. */
#ifndef BENCH_PIECES_H
#define BENCH_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pieces;

struct piece {
	const char *name;
	const char *operation; /* what one of them is */
	/* Does it n times. What it computes goes into p->sum, so that no compiler can leave it out.
	 */
	void (*run)(struct pieces *p, uint64_t n);
	size_t (*bytes)(const struct pieces
	                *p); /* octets that one operation works through; NULL: not counted */
	bool two_threads;    /* timed by the clock instead of by the thread's own CPU time */
};

extern const struct piece pieces_table[];
extern const size_t pieces_count;

/* Everything that the loops need, made once: workloads, warm caches, texts. Ends the program when
 * it cannot be made, or when rows of the workloads do not get verdicts. `n_wide`: the domains of
 * the workload that no processor cache holds. */
struct pieces *pieces_new(unsigned n_wide);
void pieces_free(struct pieces *p);

#endif
