/* test_shard.c - which rows are of a shard: a contract, so the values stand here literally. They
 * are those of Python's zlib.crc32(). */
#include "tests/cmocka_first.h"

#include "input/shard.h"

#include <string.h>

static const struct layout full = { .n_columns = 4, .domain = 0, .ip = 1, .sender = 2, .helo = 3 };

static void words(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		bool good;
		unsigned index, count;
	} cases[] = {
		{ "0/1", true, 0, 1 },
		{ "3/8", true, 3, 8 },
		{ "99999/100000", true, 99999, 100000 },
		{ "8/8", false, 0, 0 },
		{ "0/0", false, 0, 0 },
		{ "0/100001", false, 0, 0 },
		{ "", false, 0, 0 },
		{ "3", false, 0, 0 },
		{ "/8", false, 0, 0 },
		{ "3/", false, 0, 0 },
		{ "03/8", false, 0, 0 },
		{ "3/8 ", false, 0, 0 },
		{ "-1/8", false, 0, 0 },
		{ "1/2/3", false, 0, 0 },
		{ "18446744073709551617/18446744073709551618", false, 0, 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct shard s = { 7, 9 };
		struct textbuf text = { 0 };
		assert_int_equal(
		        shard_parse(&s, cases[i].text, strlen(cases[i].text)), cases[i].good);
		if (cases[i].good) {
			assert_int_equal(s.index, cases[i].index);
			assert_int_equal(s.count, cases[i].count);
			shard_print(&text, &s);
			assert_string_equal(textbuf_text(&text), cases[i].text);
		} else {
			assert_int_equal(s.count, 9); /* unchanged */
		}
		textbuf_fini(&text);
	}
}

/* The shard of 1000 that takes a row. */
static unsigned shard_of(const char *row)
{
	struct csv_record record = { .text = row, .size = strlen(row), .plain = true };
	unsigned found = 0, n = 0;
	for (unsigned k = 0; k < 1000; k++) {
		struct shard_filter *f = shard_filter_new(&(struct shard){ k, 1000 });
		bool takes = false;
		assert_non_null(f);
		assert_int_equal(shard_filter_take(f, &full, &record, &takes), ERROR_NONE);
		if (takes) {
			found = k;
			n++;
		}
		shard_filter_free(f);
	}
	assert_int_equal(n, 1);
	return found;
}

/* crc32(b"example.com") is 3069857465, of b"xn--bcher-kva.example" 2011978806, of b"192.0.2.1"
 * 3680567351, of b"2001:db8::1" 11841294, of nothing 0. */
static void rows(void **state)
{
	(void)state;
	static const struct {
		const char *row;
		unsigned shard;
	} cases[] = {
		{ "example.com,192.0.2.1,,", 465 },
		{ " Example.COM. ,,,", 465 },
		{ ",192.0.2.1,u@example.com,mx.example.net", 465 },
		{ ",192.0.2.9,,example.com", 465 },
		{ "b\303\274cher.example,192.0.2.1,,", 806 },
		{ "xn--bcher-kva.example,,,", 806 },
		{ ",192.0.2.1,,", 351 },
		{ ",::ffff:192.0.2.1,,", 351 },
		{ "bad..name,192.0.2.1,,", 351 },
		{ ",2001:DB8:0::1,,", 294 },
		{ ",,,", 0 },
		{ "bad..name,300.1.1.1,,", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		if (shard_of(cases[i].row) != cases[i].shard)
			fail_msg("'%s' is of shard %u, not %u", cases[i].row,
			        shard_of(cases[i].row), cases[i].shard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words),
		cmocka_unit_test(rows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
