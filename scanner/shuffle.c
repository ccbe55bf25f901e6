/* shuffle.c - a window of batches, whose rows are linked in another order. */
#include "scanner/shuffle.h"

#include <stdlib.h>

enum { WINDOW_INPUT_BYTES = 32 << 20 };

struct shuffle_place {
	uint32_t batch, row;
};

bool shuffle_init(struct shuffle *s, unsigned window_rows, unsigned n_batches)
{
	*s = (struct shuffle){ .window_rows = window_rows,
		.max_batches = window_rows && n_batches >= 4 ? n_batches / 2 : 1 };
	s->batches = calloc(s->max_batches, sizeof *s->batches);
	s->places = window_rows ? calloc(window_rows, sizeof *s->places) : NULL;
	return s->batches && (s->places || !window_rows);
}

void shuffle_fini(struct shuffle *s)
{
	free(s->batches);
	free(s->places);
	*s = (struct shuffle){ 0 };
}

bool shuffle_is_full(const struct shuffle *s, const struct batch *filling)
{
	if (s->window_rows && s->n_rows + filling->n_rows >= s->window_rows)
		return true;
	return batch_is_full(filling) &&
	        (s->n_batches + 1 >= s->max_batches ||
	                s->input_bytes + filling->input.size >= WINDOW_INPUT_BYTES);
}

void shuffle_add(struct shuffle *s, struct batch *batch)
{
	s->batches[s->n_batches++] = batch;
	s->n_rows += batch->n_rows;
	s->input_bytes += batch->input.size;
}

void shuffle_reset(struct shuffle *s)
{
	s->n_batches = 0;
	s->n_rows = s->input_bytes = 0;
}

/* splitmix64: the next number of a sequence that its seed decides. */
static uint64_t next_number(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* Fisher and Yates: every order is as likely as any other. */
static void mix(struct shuffle_place *places, uint64_t n, uint64_t seed)
{
	for (uint64_t i = n; i > 1; i--) {
		uint64_t k = next_number(&seed) % i;
		struct shuffle_place place = places[k];
		places[k] = places[i - 1];
		places[i - 1] = place;
	}
}

/* Puts the row before those of its worker that are linked already. */
static void link_first(struct batch *batch, uint32_t index, struct batch **heads)
{
	struct batch_row *row = &batch->rows[index];
	struct batch *head = heads[row->worker];
	row->next_batch = head;
	row->next = head ? head->slices[row->worker].first : BATCH_NO_ROW;
	batch->slices[row->worker].first = index;
	heads[row->worker] = batch;
}

void shuffle_link(struct shuffle *s, unsigned n_workers, struct batch **heads)
{
	uint64_t n = 0;
	for (unsigned w = 0; w < n_workers; w++)
		heads[w] = s->window_rows                ? NULL
		        : s->batches[0]->slices[w].count ? s->batches[0]
		                                         : NULL;
	if (!s->window_rows)
		return; /* a batch's own links are those of its order */
	for (uint32_t b = 0; b < s->n_batches; b++)
		for (uint32_t row = 0; row < s->batches[b]->n_rows; row++)
			s->places[n++] = (struct shuffle_place){ b, row };
	mix(s->places, n, s->batches[0]->first_row);
	for (uint64_t i = 0; i < n; i++)
		link_first(s->batches[s->places[i].batch], s->places[i].row, heads);
}
