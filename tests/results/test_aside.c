/* test_aside.c - of what an output holds behind damage, all members with whole rows are kept, octet
 * for octet; what a crash leaves is not; and all else is kept as it stands. */
#include "tests/results/made.h"

#include "base/hash.h"
#include "results/aside.h"

#include <stdlib.h>
#include <unistd.h>

enum { N_ROWS = 5 };

struct world {
	struct note note;
	struct made_file input;
	struct inputs inputs;
	struct format format;
	struct made_output output;
	size_t ends[N_ROWS + 1]; /* of the header, and of the member with each row */
};

static void begin(struct world *w)
{
	hash_init();
	*w = (struct world){ .input = made_text("domain,ip\na.example,192.0.2.1\n") };
	char *path = w->input.path;
	struct inputs_config config = { .paths = &path, .n_paths = 1 };
	assert_true(inputs_open(&w->inputs, &config, NULL));
	made_note(&w->note);
	assert_true(format_init(&w->format, &w->note, &w->inputs.layout, NULL, NULL));
	w->output = made_output(&w->format, 3);
	w->ends[0] = w->output.bytes.size;
	for (unsigned i = 1; i <= N_ROWS; i++) {
		struct textbuf text = { 0 };
		made_row(&text, i, "a.example,192.0.2.1", "pass");
		made_member(&w->output, textbuf_text(&text), 1);
		textbuf_fini(&text);
		w->ends[i] = w->output.bytes.size;
	}
	bgzf_put_eof(&w->output.bytes);
}

static void end(struct world *w)
{
	made_output_fini(&w->output);
	format_fini(&w->format);
	note_fini(&w->note);
	inputs_close(&w->inputs);
	made_close(&w->input);
}

/* The file beside the output, which is removed. bytes NULL: there is none. */
static struct textbuf take_kept(const char *path, const char *suffix)
{
	char name[300], buffer[1 << 16];
	struct textbuf bytes = { 0 };
	snprintf(name, sizeof name, "%s.kept-1%s", path, suffix);
	FILE *file = fopen(name, "rb");
	if (!file)
		return bytes;
	textbuf_put(&bytes, "", 0);
	for (size_t n; (n = fread(buffer, 1, sizeof buffer, file)) > 0;)
		textbuf_put(&bytes, buffer, n);
	fclose(file);
	assert_int_equal(unlink(name), 0);
	return bytes;
}

/* What is kept of an output, from `from` on: members in `rows`, or all of it. */
static void expect(struct world *w, size_t from, const struct textbuf *rows, bool all)
{
	char path[] = "/tmp/spfsweep-test-XXXXXX";
	int fd = mkstemp(path);
	size_t size = w->output.bytes.size;
	assert_true(fd >= 0 && write(fd, w->output.bytes.bytes, size) == (ssize_t)size);
	close(fd);
	assert_true(aside_keep(path, from, w->ends[0], &w->format));
	struct textbuf kept = take_kept(path, ".gz"), raw = take_kept(path, "");
	assert_int_equal(kept.size, rows->size);
	if (rows->size)
		assert_memory_equal(kept.bytes, rows->bytes, rows->size);
	assert_int_equal(raw.size, all ? size - from : 0);
	if (all)
		assert_memory_equal(raw.bytes, w->output.bytes.bytes + from, raw.size);
	textbuf_fini(&kept);
	textbuf_fini(&raw);
	unlink(path);
}

/* The header and the members of the rows whose bits are set. */
static struct textbuf members_of(const struct world *w, unsigned rows)
{
	struct textbuf out = { 0 };
	if (rows)
		textbuf_put(&out, w->output.bytes.bytes, w->ends[0]);
	for (unsigned i = 1; i <= N_ROWS; i++)
		if (rows >> i & 1)
			textbuf_put(&out, w->output.bytes.bytes + w->ends[i - 1],
			        w->ends[i] - w->ends[i - 1]);
	return out;
}

/* In the magic, in the size, in the checkpoint, in the data. */
static void one_damaged_octet(void **state)
{
	(void)state;
	struct world w;
	begin(&w);
	const size_t second = w.ends[1];
	const size_t places[] = { 0, 1, 3, 10, 16, 17, 70, w.ends[2] - second - 1 };
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		struct textbuf rows = members_of(&w, 1u << 3 | 1u << 4 | 1u << 5);
		w.output.bytes.bytes[second + places[i]] ^= 4;
		expect(&w, second, &rows, false);
		w.output.bytes.bytes[second + places[i]] ^= 4;
		textbuf_fini(&rows);
	}
	end(&w);
}

/* The rows of a member whose checkpoint alone is damaged are whole, too. */
static void a_damaged_checkpoint(void **state)
{
	(void)state;
	struct world w;
	begin(&w);
	w.output.bytes.bytes[w.ends[1] + 30] ^= 4;
	struct textbuf rows = members_of(&w, 1u << 2 | 1u << 3 | 1u << 4 | 1u << 5);
	expect(&w, w.ends[1], &rows, false);
	textbuf_fini(&rows);
	end(&w);
}

static void several_damaged_members(void **state)
{
	(void)state;
	struct world w;
	begin(&w);
	w.output.bytes.bytes[w.ends[1] + 2] ^= 4;
	w.output.bytes.bytes[w.ends[4] - 3] ^= 4;
	struct textbuf rows = members_of(&w, 1u << 3 | 1u << 5);
	expect(&w, w.ends[1], &rows, false);
	textbuf_fini(&rows);
	end(&w);
}

/* A torn member, zeros, nothing; and a damaged last member. */
static void what_a_crash_leaves(void **state)
{
	(void)state;
	const struct textbuf none = { 0 };
	struct world w;
	begin(&w);
	for (size_t size = w.ends[4]; size < w.ends[5]; size += 3) {
		w.output.bytes.size = size;
		expect(&w, w.ends[4], &none, false);
	}
	end(&w);
	begin(&w);
	w.output.bytes.bytes[w.ends[5] - 3] ^= 4;
	expect(&w, w.ends[4], &none, false);
	memset(w.output.bytes.bytes + w.ends[4], 0, w.output.bytes.size - w.ends[4]);
	expect(&w, w.ends[4], &none, false);
	end(&w);
}

static void what_somebody_appended(void **state)
{
	(void)state;
	const struct textbuf none = { 0 };
	struct world w, other;
	begin(&w);
	size_t size = w.output.bytes.size;
	textbuf_put_text(&w.output.bytes, "precious\n");
	expect(&w, size, &none, true);
	w.output.bytes.size = size;
	/* an output of other columns: none of its rows are ours */
	begin(&other);
	other.output.bytes.size = 0;
	other.output.mark.fingerprint++;
	made_member(&other.output, "1,x\n", 1);
	textbuf_put(&w.output.bytes, other.output.bytes.bytes, other.output.bytes.size);
	expect(&w, size, &none, true);
	end(&other);
	end(&w);
}

static void where_nothing_can_be_kept(void **state)
{
	(void)state;
	struct world w;
	begin(&w);
	struct made_file file = made_file(w.output.bytes.bytes, w.output.bytes.size);
	/* of a file in memory nothing can be beside it: so it is told, and nothing may be cut */
	assert_false(aside_keep(file.path, w.ends[1], w.ends[0], &w.format));
	made_close(&file);
	end(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_damaged_octet),
		cmocka_unit_test(a_damaged_checkpoint),
		cmocka_unit_test(several_damaged_members),
		cmocka_unit_test(what_a_crash_leaves),
		cmocka_unit_test(what_somebody_appended),
		cmocka_unit_test(where_nothing_can_be_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
