/* test_shuffle.c - windows of --shuffle-window: each row of each worker once, in another order that
 * is the same in each run, and no window larger than it may be. */
#include "tests/cmocka_first.h"

#include "scanner/shuffle.h"

#include <string.h>

enum { BATCHES = 8, BATCH_ROWS = 16, WORKERS = 3, ROWS = 100 };

struct world {
	struct batch batches[BATCHES];
	struct shuffle shuffle;
	struct batch *heads[WORKERS];
};

static void begin(struct world *w, unsigned window_rows)
{
	*w = (struct world){ 0 };
	for (unsigned i = 0; i < BATCHES; i++)
		assert_true(batch_init(&w->batches[i], BATCH_ROWS, WORKERS));
	assert_true(shuffle_init(&w->shuffle, window_rows, BATCHES));
}

static void end(struct world *w)
{
	for (unsigned i = 0; i < BATCHES; i++)
		batch_fini(&w->batches[i]);
	shuffle_fini(&w->shuffle);
}

/* Fills the window with rows from `first` on; gives how many it took. The third of four rows are
 * the last worker's, so one worker's list has gaps; worker 1 gets none. */
static unsigned fill(struct world *w, uint64_t first, unsigned n)
{
	unsigned rows = 0;
	for (unsigned i = 0; i < BATCHES; i++) {
		struct batch *b = &w->batches[i];
		batch_begin(b, i, first + rows);
		for (bool full = false; !full && rows < n; rows++) {
			struct input_row row = { .number = first + rows,
				.record = { .text = "d.example", .size = 9 } };
			assert_true(batch_add(b, &row, rows % 4 == 2 ? WORKERS - 1 : 0));
			if (shuffle_is_full(&w->shuffle, b)) {
				shuffle_add(&w->shuffle, b);
				return rows + 1;
			}
			full = batch_is_full(b);
		}
		shuffle_add(&w->shuffle, b);
		if (rows == n)
			return rows;
	}
	return rows;
}

/* The numbers of a worker's rows, in its order. */
static unsigned list_of(struct world *w, unsigned worker, uint64_t numbers[])
{
	unsigned n = 0;
	struct batch *b = w->heads[worker];
	for (uint32_t row = b ? b->slices[worker].first : BATCH_NO_ROW; row != BATCH_NO_ROW;) {
		assert_int_equal(b->rows[row].worker, worker);
		numbers[n++] = b->rows[row].number;
		struct batch *next = b->rows[row].next_batch;
		row = b->rows[row].next;
		b = next;
	}
	return n;
}

static unsigned n_in_order(const uint64_t numbers[], unsigned n)
{
	unsigned in_order = 0;
	for (unsigned i = 1; i < n; i++)
		in_order += numbers[i] == numbers[i - 1] + 1;
	return in_order;
}

static void each_row_once_in_another_order(void **state)
{
	struct world w;
	uint64_t numbers[ROWS], again[ROWS];
	bool seen[ROWS + 1] = { false };
	(void)state;
	begin(&w, 50);
	assert_int_equal(fill(&w, 1, ROWS), 50);
	shuffle_link(&w.shuffle, WORKERS, w.heads);
	assert_null(w.heads[1]);
	unsigned n = list_of(&w, 0, numbers), more = list_of(&w, 2, numbers + n);
	assert_int_equal(n + more, 50);
	assert_int_equal(more, 12);
	for (unsigned i = 0; i < 50; i++) {
		assert_true(numbers[i] >= 1 && numbers[i] <= 50 && !seen[numbers[i]]);
		seen[numbers[i]] = true;
	}
	assert_true(n_in_order(numbers, n) < 6);
	shuffle_reset(&w.shuffle);
	end(&w);
	begin(&w, 50);
	fill(&w, 1, ROWS);
	shuffle_link(&w.shuffle, WORKERS, w.heads);
	assert_int_equal(list_of(&w, 0, again), n);
	assert_memory_equal(again, numbers, n * sizeof again[0]);
	end(&w);
}

static void windows_differ(void **state)
{
	struct world w;
	uint64_t first[ROWS], second[ROWS];
	unsigned n_same = 0;
	(void)state;
	begin(&w, 48);
	fill(&w, 1, 48);
	shuffle_link(&w.shuffle, WORKERS, w.heads);
	unsigned n = list_of(&w, 0, first);
	shuffle_reset(&w.shuffle);
	fill(&w, 49, 48);
	shuffle_link(&w.shuffle, WORKERS, w.heads);
	assert_int_equal(list_of(&w, 0, second), n);
	for (unsigned i = 0; i < n; i++)
		n_same += second[i] == first[i] + 48;
	assert_true(n_same < n / 2);
	end(&w);
}

/* The other half of the batches goes on while the feeder waits for one. */
static void a_window_is_half_of_all_batches_at_most(void **state)
{
	struct world w;
	(void)state;
	begin(&w, 1000);
	assert_int_equal(fill(&w, 1, ROWS), BATCHES / 2 * BATCH_ROWS);
	end(&w);
}

static void without_a_window_nothing_is_mixed(void **state)
{
	struct world w;
	uint64_t numbers[ROWS];
	(void)state;
	begin(&w, 0);
	assert_int_equal(fill(&w, 1, ROWS), BATCH_ROWS);
	shuffle_link(&w.shuffle, WORKERS, w.heads);
	assert_ptr_equal(w.heads[0], &w.batches[0]);
	assert_null(w.heads[1]);
	unsigned n = list_of(&w, 0, numbers);
	assert_int_equal(n, 12);
	for (unsigned i = 1; i < n; i++)
		assert_true(numbers[i] > numbers[i - 1]);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_once_in_another_order),
		cmocka_unit_test(windows_differ),
		cmocka_unit_test(a_window_is_half_of_all_batches_at_most),
		cmocka_unit_test(without_a_window_nothing_is_mixed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
