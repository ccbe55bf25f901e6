/* test_collector.c - packed batches into the output: in the order of the input whatever the order
 * in which they come, behind the header row, up to the first row that is missing. The collector
 * runs in the test's thread, when all that it will get is there. */
#include "tests/made_file.h"

#include "base/hash.h"
#include "io/members.h"
#include "results/sidefile.h"
#include "scanner/collector.h"

#include <signal.h>

enum { LANES = 2, BATCHES = 4, BATCH_ROWS = 16, ROWS = 3 };

static struct layout layout = {
	.n_columns = 1, .domain = 0, .header = { .bytes = "domain", .size = 6, .capacity = 6 }
};

struct world {
	struct made_file file;
	struct options options;
	struct inputs inputs;
	struct note note;
	struct column_set columns;
	struct format format;
	struct resumption resumption;
	struct batch batches[BATCHES];
	struct batch_packer packer;
	struct sink *sink;
	struct exchange x;
};

static void begin(struct world *w, bool compress, uint64_t keep_bytes)
{
	hash_init();
	*w = (struct world){ .file = made_text("before"), .options.compression_level = 1 };
	textbuf_put_text(note_add(&w->note, NOTE_OPTION, "checks", "spf"), "spf");
	assert_true(columns_add_name(&w->columns, (struct csv_field){ "spf", 3 }));
	assert_true(format_init(&w->format, &w->note, &layout, NULL, &w->columns));
	assert_true(exchange_init(&w->x, LANES, BATCHES, BATCH_ROWS));
	assert_int_equal(sink_open(&w->sink, w->file.path), ERROR_NONE);
	assert_int_equal(sink_cut(w->sink, keep_bytes), ERROR_NONE);
	w->resumption.keep_bytes = keep_bytes;
	w->x.options = &w->options;
	w->x.inputs = &w->inputs;
	w->x.sink = w->sink;
	w->x.format = &w->format;
	w->x.resumption = &w->resumption;
	w->x.compress = compress;
	w->x.mark = (struct bgzf_checkpoint){ .fingerprint = w->format.fingerprint, .run = 1000 };
	w->packer =
	        (struct batch_packer){ .z = bgzf_new(1), .as_text = !compress, .mark = w->x.mark };
	for (unsigned i = 0; i < BATCHES; i++)
		assert_true(batch_init(&w->batches[i], BATCH_ROWS, LANES));
}

/* A batch of ROWS rows, from a lane; every other one is left to the collector to pack. `skipped`:
 * the row in it without output; -1: none. */
static void push(struct world *w, unsigned sequence, unsigned lane, int skipped)
{
	struct batch *b = &w->batches[sequence];
	uint64_t first_row = 1 + w->resumption.n_rows + sequence * ROWS;
	batch_begin(b, sequence, first_row);
	for (unsigned i = 0; i < ROWS; i++)
		assert_true(batch_add(b, &(struct input_row){ .number = first_row + i }, 0));
	batch_seal(b);
	for (unsigned i = 0; i < ROWS; i++) {
		size_t at = b->out[0].text.size;
		if ((int)i != skipped)
			textbuf_printf(&b->out[0].text, "%llu,x,pass\n",
			        (unsigned long long)(first_row + i));
		batch_finish_row(b, i, 0, at, (int)i == skipped);
	}
	if (sequence % 2)
		atomic_fetch_add(&w->x.n_unpacked, 1);
	else
		assert_true(batch_pack(b, &w->packer));
	ring_push(w->x.lanes[lane].out, b);
	atomic_fetch_add(&w->x.n_fed, 1);
}

/* As push(), with a line of a side file for each row. */
static void push_with_side(struct world *w, unsigned sequence, const char *const lines[ROWS])
{
	struct batch *b = &w->batches[sequence];
	assert_true(batch_add_side(b, SIDE_RECORD));
	batch_begin(b, sequence, 1 + sequence * ROWS);
	for (unsigned i = 0; i < ROWS; i++)
		assert_true(batch_add(b, &(struct input_row){ .number = i + 1 }, i % LANES));
	batch_seal(b);
	for (unsigned k = 0; k < ROWS; k++) {
		unsigned i = ROWS - 1 - k, lane = i % LANES; /* they end in any order */
		struct textbuf *side = batch_side_text(b, SIDE_RECORD, lane);
		size_t at = b->out[lane].text.size, side_at = side->size;
		textbuf_printf(&b->out[lane].text, "%u,x,pass\n", sequence * ROWS + i + 1);
		sidefile_add_line(side, &(struct sidefile_key){ 0, 0 }, lines[i], strlen(lines[i]));
		batch_end_side_row(b, SIDE_RECORD, i, lane, side_at);
		batch_finish_row(b, i, lane, at, false);
	}
	assert_true(batch_pack(b, &w->packer));
	atomic_fetch_add(&w->x.held_bytes, (int64_t)(b->packed.size + batch_side_bytes(b)));
	ring_push(w->x.lanes[0].out, b);
	atomic_fetch_add(&w->x.n_fed, 1);
}

/* Runs the collector, and gives what is in the file then. */
static struct textbuf collect(struct world *w)
{
	struct textbuf bytes = { 0 };
	atomic_store(&w->x.fed_all, true);
	collector_main(&w->x);
	assert_int_equal(ring_count(w->x.spare), atomic_load(&w->x.n_fed));
	assert_int_equal(atomic_load(&w->x.n_unpacked), 0);
	assert_int_equal(sink_close(w->sink), ERROR_NONE);
	ssize_t n = pread(w->file.fd, textbuf_reserve(&bytes, 8192), 8192, 0);
	assert_true(n >= 0);
	textbuf_advance(&bytes, (size_t)n);
	return bytes;
}

static void end(struct world *w)
{
	for (unsigned i = 0; i < BATCHES; i++)
		batch_fini(&w->batches[i]);
	batch_packer_fini(&w->packer);
	exchange_fini(&w->x);
	format_fini(&w->format);
	note_fini(&w->note);
	made_close(&w->file);
}

static void expect_text(struct world *w, const char *text, uint64_t n_rows, bool is_whole)
{
	struct textbuf bytes = collect(w);
	assert_string_equal(textbuf_text(&bytes), text);
	assert_int_equal(atomic_load(&w->x.n_written_rows), n_rows);
	assert_int_equal(w->x.is_whole, is_whole);
	textbuf_fini(&bytes);
	end(w);
}

static void in_order(void **state)
{
	(void)state;
	struct world w;
	begin(&w, false, 0);
	push(&w, 2, 0, -1);
	push(&w, 1, 1, -1);
	push(&w, 0, 0, -1);
	expect_text(&w,
	        "row,domain,spf\n1,x,pass\n2,x,pass\n3,x,pass\n4,x,pass\n5,x,pass\n6,x,pass\n"
	        "7,x,pass\n8,x,pass\n9,x,pass\n",
	        9, true);
}

static void no_rows(void **state)
{
	(void)state;
	struct world w;
	begin(&w, false, 0);
	expect_text(&w, "row,domain,spf\n", 0, true);
}

/* Nothing behind a row that is missing, also not what is there. */
static void up_to_a_skipped_row(void **state)
{
	(void)state;
	struct world w;
	begin(&w, false, 0);
	push(&w, 0, 0, -1);
	push(&w, 1, 0, 1);
	push(&w, 2, 0, -1);
	expect_text(&w, "row,domain,spf\n1,x,pass\n2,x,pass\n3,x,pass\n4,x,pass\n", 4, false);
}

static void behind_what_is_kept(void **state)
{
	(void)state;
	struct world w;
	begin(&w, false, strlen("before"));
	w.resumption.n_rows = 100;
	push(&w, 0, 0, -1);
	expect_text(&w, "before101,x,pass\n102,x,pass\n103,x,pass\n", 103, true);
}

/* The members that were written: their texts, and whether the end-of-file member is the last. */
static bool unpack(struct textbuf *text, const struct textbuf *bytes, const struct world *w)
{
	struct made_file file = made_file(bytes->bytes, bytes->size);
	struct members *m;
	struct member member;
	bool is_eof = false;
	uint64_t n_rows = 0;
	assert_int_equal(members_open(&m, file.path), ERROR_NONE);
	while (!members_next(m, &member)) {
		assert_false(is_eof);
		is_eof = member.is_eof;
		textbuf_put(text, member.text, member.text_size);
		if (is_eof)
			continue;
		assert_true(member.has_checkpoint);
		assert_int_equal(member.checkpoint.fingerprint, w->format.fingerprint);
		assert_int_equal(member.checkpoint.first_row, n_rows + 1);
		assert_int_equal(member.checkpoint.note_size, member.at ? 0 : w->format.note.size);
		n_rows += member.checkpoint.n_rows;
	}
	assert_int_equal(members_at(m), bytes->size);
	members_close(m);
	made_close(&file);
	return is_eof;
}

static void compressed(void **state)
{
	(void)state;
	for (unsigned is_stopped = 0; is_stopped < 2; is_stopped++) {
		struct world w;
		struct textbuf text = { 0 };
		begin(&w, true, 0);
		push(&w, 1, 0, -1);
		push(&w, 0, 1, -1);
		atomic_store(&w.x.stopping, is_stopped);
		struct textbuf bytes = collect(&w);
		assert_int_equal(unpack(&text, &bytes, &w), !is_stopped);
		assert_int_equal(w.x.is_whole, !is_stopped);
		assert_string_equal(textbuf_text(&text),
		        "row,domain,spf\n1,x,pass\n2,x,pass\n3,x,pass\n4,x,pass\n5,x,pass\n6,x,"
		        "pass\n");
		textbuf_fini(&bytes);
		textbuf_fini(&text);
		end(&w);
	}
}

/* An input that broke: its rows are there, and the output does not say that it is complete. */
static void of_an_input_that_broke(void **state)
{
	(void)state;
	struct world w;
	struct textbuf text = { 0 };
	begin(&w, true, 0);
	push(&w, 0, 0, -1);
	w.inputs.broke = true;
	struct textbuf bytes = collect(&w);
	assert_false(unpack(&text, &bytes, &w));
	assert_int_equal(atomic_load(&w.x.n_written_rows), ROWS);
	assert_false(w.x.is_whole);
	textbuf_fini(&bytes);
	textbuf_fini(&text);
	end(&w);
}

/* The members of both files end behind the same rows, and those of the side file come first. */
static void a_side_file_is_in_step(void **state)
{
	(void)state;
	static const char *const first[ROWS] = { "1 a", "2 b", "3 c" };
	static const char *const second[ROWS] = { "4 d", "5 e", "6 f" };
	struct made_file side = made_text("");
	struct sides sides = { 0 };
	struct world w;
	begin(&w, true, 0);
	assert_int_equal(sidefile_open(&sides.at[SIDE_RECORD], side.path, "record"), 0);
	w.x.sides = &sides;
	w.x.mark.first_row = 1;
	assert_true(sides_begin(&sides, &w.x.mark, 1));
	push_with_side(&w, 1, second);
	push_with_side(&w, 0, first);
	struct textbuf bytes = collect(&w), told = { 0 };
	assert_int_equal(atomic_load(&w.x.held_bytes), 0);
	assert_true(sides_close(&sides));
	struct members *m;
	struct member member;
	assert_int_equal(members_open(&m, side.path), ERROR_NONE);
	while (!members_next(m, &member)) {
		if (member.has_checkpoint)
			textbuf_printf(&told, "[%u+%u]", (unsigned)member.checkpoint.first_row,
			        member.checkpoint.n_rows);
		textbuf_put(&told, member.text, member.text_size);
	}
	members_close(m);
	assert_string_equal(textbuf_text(&told), "[1+0][1+3]1 a\n2 b\n3 c\n[4+3]4 d\n5 e\n6 f\n");
	assert_true(member.is_eof);
	textbuf_fini(&told);
	textbuf_fini(&bytes);
	made_close(&side);
	end(&w);
}

/* Nobody takes its text any more: no row is written whose text it lacks. */
static void a_side_file_that_fails_ends_the_output(void **state)
{
	(void)state;
	static const char *const lines[ROWS] = { "1 a", "2 b", "3 c" };
	struct sides sides = { 0 };
	struct world w;
	int ends[2];
	char path[32];
	begin(&w, false, 0);
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof path, "/proc/self/fd/%d", ends[1]);
	assert_int_equal(sidefile_open(&sides.at[SIDE_RECORD], path, "record"), 0);
	w.x.sides = &sides;
	assert_true(sides_begin(&sides, &w.x.mark, 1));
	close(ends[0]);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGUSR1, SIG_IGN); /* a failure ends a blocking read of the main thread */
	push_with_side(&w, 0, lines);
	struct textbuf bytes = collect(&w);
	assert_string_equal(textbuf_text(&bytes), "row,domain,spf\n");
	assert_false(w.x.is_whole);
	assert_true(atomic_load(&w.x.failed));
	assert_int_equal(atomic_load(&w.x.held_bytes), 0);
	assert_true(sides_close(&sides));
	close(ends[1]);
	textbuf_fini(&bytes);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_order),
		cmocka_unit_test(no_rows),
		cmocka_unit_test(up_to_a_skipped_row),
		cmocka_unit_test(behind_what_is_kept),
		cmocka_unit_test(compressed),
		cmocka_unit_test(of_an_input_that_broke),
		cmocka_unit_test(a_side_file_is_in_step),
		cmocka_unit_test(a_side_file_that_fails_ends_the_output),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
