/* test_closing.c - what a scan tells at its end: printed and read back, added up, and refused when
 * an octet of it is another one. */
#include "tests/cmocka_first.h"

#include "results/closing.h"

#include <string.h>

static struct closing some(void)
{
	struct closing c = { .input_rows = 1000,
		.has_hash = true,
		.input_hash = 0x0123456789abcdef,
		.started_ms = 50,
		.ended_ms = 90,
		.wall_ms = 40,
		.cpu_ms = 7,
		.peak_memory_bytes = 300 };
	closing_add_count(&c, "questions", false, 12);
	closing_add_count(&c, "busiest_second", true, 5);
	return c;
}

static void there_and_back(void **state)
{
	(void)state;
	static const char json[] = "{\n  \"rows\": 3\n\n}";
	struct textbuf text = { 0 };
	struct closing before = some(), after;
	before.summary = (struct csv_field){ json, strlen(json) };
	closing_put(&text, &before);
	assert_true(closing_parse(&after, text.bytes, text.size));
	assert_int_equal(after.input_rows, 1000);
	assert_true(after.has_hash && after.input_hash == before.input_hash);
	assert_int_equal(after.started_ms, 50);
	assert_int_equal(after.ended_ms, 90);
	assert_int_equal(after.wall_ms, 40);
	assert_int_equal(after.cpu_ms, 7);
	assert_int_equal(after.peak_memory_bytes, 300);
	assert_int_equal(after.n_counts, 2);
	assert_string_equal(after.counts[1].name, "busiest_second");
	assert_true(after.counts[1].is_peak && !after.counts[0].is_peak);
	assert_true(csv_field_is(after.summary, json));
	/* any octet that is another one */
	for (size_t i = 0; i < text.size; i++) {
		text.bytes[i] ^= 1;
		if (closing_parse(&after, text.bytes, text.size))
			fail_msg("octet %zu may be another one", i);
		text.bytes[i] ^= 1;
		assert_false(closing_parse(&after, text.bytes, i));
	}
	textbuf_fini(&text);
}

static void without_more(void **state)
{
	(void)state;
	struct textbuf text = { 0 };
	struct closing before = { .input_rows = 1 }, after;
	closing_put(&text, &before);
	assert_true(closing_parse(&after, text.bytes, text.size));
	assert_false(after.has_hash);
	assert_int_equal(after.n_counts, 0);
	assert_int_equal(after.summary.size, 0);
	textbuf_fini(&text);
	assert_false(closing_parse(&after, NULL, 0));
}

/* A summary that no member has room for is left out, and all else is there. */
static void a_long_summary(void **state)
{
	(void)state;
	static char json[BGZF_TEXT_MAX_BYTES];
	struct textbuf text = { 0 };
	struct closing before = some(), after;
	memset(json, 'x', sizeof json);
	before.summary = (struct csv_field){ json, sizeof json };
	closing_put(&text, &before);
	assert_true(text.size < BGZF_TEXT_MAX_BYTES);
	assert_true(closing_parse(&after, text.bytes, text.size));
	assert_int_equal(after.summary.size, 0);
	assert_int_equal(after.input_rows, 1000);
	textbuf_fini(&text);
}

static void sums(void **state)
{
	(void)state;
	struct closing sum = { 0 }, a = some(), b = some();
	b.started_ms = 20;
	b.ended_ms = 60;
	b.wall_ms = 41;
	b.counts[1].value = 4;
	closing_add_count(&b, "late", false, 3);
	closing_sum(&sum, &a);
	closing_sum(&sum, &b);
	assert_int_equal(sum.started_ms, 20);
	assert_int_equal(sum.ended_ms, 90);
	assert_int_equal(sum.wall_ms, 41);
	assert_int_equal(sum.cpu_ms, 14);
	assert_int_equal(sum.peak_memory_bytes, 300);
	assert_int_equal(sum.n_counts, 3);
	assert_int_equal(sum.counts[0].value, 24);
	assert_int_equal(sum.counts[1].value, 5);
	assert_int_equal(sum.counts[2].value, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(there_and_back),
		cmocka_unit_test(without_more),
		cmocka_unit_test(a_long_summary),
		cmocka_unit_test(sums),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
