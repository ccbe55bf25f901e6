/* shuffle.h - the window of --shuffle-window: batches that the feeder keeps until there are enough
 * rows to mix the order in which they are begun.
 *
 * Neighbours in a list are often of one operator; begun one after the other, all of them ask its
 * servers at the same time. The rows stay in their batches, so the output stays in order and
 * --resume knows nothing of it; only the links by which a worker goes from row to row change. The
 * order is drawn from the number of the window's first row alone, so it is the same in each run.
 *
 * A window is at most as many rows as the user said, half of all batches (the others go on
 * meanwhile, so the feeder never waits for itself), and 32 MiB of input. The feeder's. */
#ifndef SCANNER_SHUFFLE_H
#define SCANNER_SHUFFLE_H

#include "scanner/batch.h"

struct shuffle {
	unsigned window_rows; /* 0: nothing is mixed, and each batch is a window */
	struct batch **batches;
	unsigned n_batches, max_batches;
	uint64_t n_rows;
	size_t input_bytes;
	struct shuffle_place *places; /* of window_rows rows */
};

/* For windows of so many rows, when there are `n_batches` in all. False: out of memory. */
bool shuffle_init(struct shuffle *s, unsigned window_rows, unsigned n_batches);
/* Takes a zeroed one. It must hold no batch. */
void shuffle_fini(struct shuffle *s);

/* True when the batch that is being filled is the window's last, and full. */
bool shuffle_is_full(const struct shuffle *s, const struct batch *filling);
/* Adds a batch that was filled. */
void shuffle_add(struct shuffle *s, struct batch *batch);
/* Links the rows of the window anew, for each worker. The list of worker `w` begins in heads[w] at
 * the first row of its slice there; NULL: it has none. Each batch is the caller's to hand over. */
void shuffle_link(struct shuffle *s, unsigned n_workers, struct batch **heads);
/* Forgets the batches: they were handed over. */
void shuffle_reset(struct shuffle *s);

#endif
