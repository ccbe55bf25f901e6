/* test_expansion.c - a row with a network becomes the rows of its addresses; what is none stays. */
#include "input/expansion.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct csv_record record_of(const char *text)
{
	return (struct csv_record){
		.text = text, .size = strlen(text), .plain = !strpbrk(text, "\"\r")
	};
}

/* All rows, a line each; "" when it is no network. */
static void assert_rows(const char *row, int column, const char *wanted)
{
	struct expansion e = { .n_left = 0 };
	struct csv_record record = record_of(row);
	struct textbuf got = { 0 };
	bool begun = expansion_begin(&e, &record, column);
	assert_int_equal(begun, *wanted != 0);
	while (e.n_left) {
		assert_true(expansion_next(&e, &record));
		textbuf_put(&got, record.text, record.size);
		textbuf_put_char(&got, '\n');
	}
	assert_string_equal(textbuf_text(&got), wanted);
	expansion_fini(&e);
	textbuf_fini(&got);
}

static void networks(void **state)
{
	(void)state;
	assert_rows("a.b,192.0.2.254/31", 1, "a.b,192.0.2.254\na.b,192.0.2.255\n");
	assert_rows("192.0.2.7/32,a.b", 0, "192.0.2.7,a.b\n");
	assert_rows("a,10.0.255.255/32,", 1, "a,10.0.255.255,\n");
	assert_rows("x, 192.0.2.0/31 ,\"c, \"\"d\"\"\"", 1,
	        "x,192.0.2.0,\"c, \"\"d\"\"\"\nx,192.0.2.1,\"c, \"\"d\"\"\"\n");
	assert_rows("2001:db8::ffff:0/127", 0, "2001:db8::ffff:0\n2001:db8::ffff:1\n");
}

static void what_is_no_network_stays(void **state)
{
	(void)state;
	static const char *const rows[] = { "a,192.0.2.1", "a,192.0.2.1/24", "a,192.0.2.0/33",
		"a,10.0.0.0/15", "a,2001:db8::/111", "a,/24", "a,x/y", "a/24", "",
		"a,,192.0.2.0/24" };
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_rows(rows[i], 1, "");
	assert_rows("192.0.2.0/24", -1, "");
}

static void the_largest_one_is_whole(void **state)
{
	(void)state;
	struct expansion e = { .n_left = 0 };
	struct csv_record record = record_of("a,10.1.0.0/16");
	unsigned n = 0;
	assert_true(expansion_begin(&e, &record, 1));
	for (; e.n_left; n++)
		assert_true(expansion_next(&e, &record));
	assert_int_equal(n, EXPANSION_MAX);
	assert_memory_equal(record.text, "a,10.1.255.255", record.size);
	expansion_fini(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(networks),
		cmocka_unit_test(what_is_no_network_stays),
		cmocka_unit_test(the_largest_one_is_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
