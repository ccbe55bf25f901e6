/* test_feeder.c - rows of the input into batches, and batches into lanes: every row once, in order,
 * rows of one domain to one worker, and nothing more once the scan is being stopped. */
#include "tests/made_file.h"

#include "base/hash.h"
#include "scanner/feeder.h"

enum { LANES = 4, BATCHES = 256, BATCH_ROWS = 16, ROWS_MAX = BATCHES * BATCH_ROWS };

struct world {
	struct made_file file;
	char *path;
	struct inputs inputs;
	struct resumption resumption;
	struct batch batches[BATCHES];
	struct exchange x;
};

static void begin(struct world *w, const char *text)
{
	static const volatile bool never;
	*w = (struct world){ .file = made_text(text) };
	w->path = w->file.path;
	struct inputs_config config = { .paths = &w->path, .n_paths = 1 };
	assert_true(inputs_open(&w->inputs, &config, &never));
	assert_true(exchange_init(&w->x, LANES, BATCHES, BATCH_ROWS));
	w->x.inputs = &w->inputs;
	w->x.resumption = &w->resumption;
	for (unsigned i = 0; i < BATCHES; i++) {
		assert_true(batch_init(&w->batches[i], BATCH_ROWS, LANES));
		ring_push(w->x.spare, &w->batches[i]);
	}
}

static void end(struct world *w)
{
	for (unsigned i = 0; i < BATCHES; i++)
		batch_fini(&w->batches[i]);
	exchange_fini(&w->x);
	inputs_close(&w->inputs);
	made_close(&w->file);
}

/* What the lanes were given: for each row of the input, to whom; gives how many there are. */
static unsigned collect(struct world *w, int to[ROWS_MAX])
{
	unsigned n = 0;
	for (unsigned i = 0; i < ROWS_MAX; i++)
		to[i] = -1;
	for (unsigned lane = 0; lane < LANES; lane++) {
		uint64_t sequence = 0, before = n;
		for (struct batch *b; (b = ring_pop(w->x.lanes[lane].in)) != NULL;) {
			assert_true(b->sequence >= sequence);
			sequence = b->sequence + 1;
			assert_int_equal(atomic_load(&b->n_left), b->n_rows);
			for (uint32_t i = b->slices[lane].first; i != BATCH_NO_ROW;
			        i = b->rows[i].next, n++) {
				uint64_t number = b->rows[i].number;
				assert_int_equal(number, b->first_row + i);
				assert_int_equal(to[number - 1], -1);
				to[number - 1] = (int)lane;
			}
		}
		assert_int_equal(w->x.lanes[lane].n_given, n - before);
		assert_true(atomic_load(&w->x.lanes[lane].feeding_over));
	}
	assert_true(atomic_load(&w->x.fed_all));
	return n;
}

/* Rows of ten domains, written in two ways. */
static void rows_of_one_domain_go_together(void **state)
{
	enum { ROWS = 100, DOMAINS = 10 };
	(void)state;
	struct textbuf text = { 0 };
	struct world w;
	int to[ROWS_MAX];
	unsigned used = 0;
	textbuf_put_text(&text, "domain,ip\n");
	for (unsigned i = 0; i < ROWS; i++)
		textbuf_printf(&text, i % 3 ? "d%u.example,192.0.2.1\n" : "\"D%u.EXAMPLE\",x\n",
		        i % DOMAINS);
	begin(&w, textbuf_text(&text));
	feeder_run(&w.x);
	assert_int_equal(atomic_load(&w.x.n_fed), (ROWS + BATCH_ROWS - 1) / BATCH_ROWS);
	assert_int_equal(collect(&w, to), ROWS);
	for (unsigned i = 0; i < ROWS; i++) {
		assert_int_equal(to[i], to[i % DOMAINS]);
		used |= 1u << to[i];
	}
	assert_true(used & (used - 1)); /* more than one worker has something to do */
	end(&w);
	textbuf_fini(&text);
}

/* Without a domain the sender's, without one the address. */
static void what_a_row_is_shared_out_by(void **state)
{
	(void)state;
	struct textbuf text = { 0 };
	struct world w;
	int to[ROWS_MAX];
	textbuf_put_text(&text, "domain,sender,ip\n");
	for (unsigned i = 0; i < 20; i++)
		textbuf_printf(&text,
		        "d%u.example,x,y\n,a@b@d%u.example,y\n,d%u.example,y\n,,d%u.example\n", i,
		        i, i, i);
	begin(&w, textbuf_text(&text));
	feeder_run(&w.x);
	assert_int_equal(collect(&w, to), 80);
	for (unsigned i = 0; i < 80; i++)
		assert_int_equal(to[i], to[i / 4 * 4]);
	end(&w);
	textbuf_fini(&text);
}

/* Half the window's rows: a worker with so many more to begin than another gives a bucket up. */
enum { IMBALANCE = ROWS_MAX / 2 };

static void put_rows_of(struct textbuf *text, unsigned domain, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		textbuf_printf(text, "d%u.example\n", domain);
}

/* A worker that begins nothing is left with its rows, and another gets its next domain. */
static void a_worker_far_behind(void **state)
{
	(void)state;
	struct textbuf text = { 0 };
	struct world w;
	int to[ROWS_MAX];
	textbuf_put_text(&text, "domain\n");
	put_rows_of(&text, 1, 10);
	begin(&w, textbuf_text(&text));
	feeder_run(&w.x);
	collect(&w, to);
	unsigned usual = (unsigned)to[0];
	end(&w);
	begin(&w, textbuf_text(&text));
	tally_add(&w.x.lanes[usual].n_given, IMBALANCE);
	feeder_run(&w.x);
	w.x.lanes[usual].n_given -= IMBALANCE;
	assert_int_equal(collect(&w, to), 10);
	for (unsigned i = 0; i < 10; i++)
		assert_true(to[i] >= 0 && (unsigned)to[i] != usual);
	end(&w);
	textbuf_fini(&text);
}

/* Only one domain moves with each batch. */
static void domains_move_one_by_one(void **state)
{
	enum { DOMAINS = 64 };
	(void)state;
	struct textbuf text = { 0 };
	struct world w;
	int usual[ROWS_MAX], to[ROWS_MAX];
	unsigned n_moved = 0;
	textbuf_put_text(&text, "domain\n");
	for (unsigned i = 0; i < DOMAINS; i++)
		put_rows_of(&text, i, 1);
	begin(&w, textbuf_text(&text));
	feeder_run(&w.x);
	collect(&w, usual);
	end(&w);
	begin(&w, textbuf_text(&text));
	tally_add(&w.x.lanes[0].n_given, 2 * IMBALANCE);
	feeder_run(&w.x);
	w.x.lanes[0].n_given -= 2 * IMBALANCE;
	assert_int_equal(collect(&w, to), DOMAINS);
	for (unsigned i = 0; i < DOMAINS; i++) {
		n_moved += to[i] != usual[i];
		assert_true(to[i] == usual[i] || usual[i] == 0);
	}
	assert_in_range(n_moved, 1, DOMAINS / BATCH_ROWS);
	end(&w);
	textbuf_fini(&text);
}

/* Its rows are shared out by pair: every worker has some, and each pair has one worker. */
static void a_busy_domain(void **state)
{
	enum { ROWS = ROWS_MAX / 2, CLIENTS = 200, SURELY_BUSY = 1500 };
	(void)state;
	struct textbuf text = { 0 };
	struct world w;
	int to[ROWS_MAX];
	unsigned n_of_lane[LANES] = { 0 };
	textbuf_put_text(&text, "domain,ip\n");
	for (unsigned i = 0; i < ROWS; i++)
		textbuf_printf(&text, "busy.example,192.0.2.%u\nd%u.example,192.0.2.1\n",
		        i % CLIENTS, i % 50);
	begin(&w, textbuf_text(&text));
	w.x.has_memo = true;
	w.x.batch_rows = ROWS_MAX; /* nobody is far behind */
	feeder_run(&w.x);
	assert_int_equal(collect(&w, to), 2 * ROWS);
	for (unsigned i = SURELY_BUSY; i < ROWS; i++) {
		n_of_lane[to[2 * i]]++;
		assert_int_equal(to[2 * i], to[2 * (i - CLIENTS)]);
	}
	for (unsigned lane = 0; lane < LANES; lane++)
		assert_true(n_of_lane[lane] > 10);
	for (unsigned i = 50; i < ROWS; i++)
		assert_int_equal(to[2 * i + 1], to[2 * (i - 50) + 1]);
	end(&w);
	textbuf_fini(&text);
}

/* The members of the output count on from the rows that it holds. */
static void behind_a_resumed_output(void **state)
{
	static const volatile bool never;
	(void)state;
	struct world w;
	struct input_row row;
	begin(&w, "domain\na\nb\nc\n");
	assert_true(inputs_next(&w.inputs, &row, &never));
	w.resumption.n_rows = 1;
	feeder_run(&w.x);
	const struct batch *used = &w.batches[BATCHES - 1]; /* that was made last */
	assert_int_equal(used->first_row, 2);
	assert_int_equal(used->rows[0].number, 2);
	assert_int_equal(used->n_rows, 2);
	end(&w);
}

static void stopped(void **state)
{
	(void)state;
	struct world w;
	int to[ROWS_MAX];
	begin(&w, "domain\na\nb\n");
	atomic_store(&w.x.stopping, true);
	feeder_run(&w.x);
	assert_int_equal(collect(&w, to), 0);
	assert_int_equal(atomic_load(&w.x.n_fed), 0);
	assert_int_equal(w.inputs.n_rows, 0); /* nor read */
	end(&w);
}

static int set_up(void **state)
{
	(void)state;
	return hash_init(), 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_of_one_domain_go_together),
		cmocka_unit_test(what_a_row_is_shared_out_by),
		cmocka_unit_test(a_worker_far_behind),
		cmocka_unit_test(domains_move_one_by_one),
		cmocka_unit_test(a_busy_domain),
		cmocka_unit_test(behind_a_resumed_output),
		cmocka_unit_test(stopped),
	};
	return cmocka_run_group_tests(tests, set_up, NULL);
}
