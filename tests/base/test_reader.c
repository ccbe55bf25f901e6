/* test_reader.c - a cursor that fails once and for good. */
#include "base/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void reads_network_order(void **state)
{
	(void)state;
	const uint8_t bytes[] = { 0xff, 0x12, 0x34, 0x89, 0xab, 0xcd, 0xef, 0x7f };
	struct reader r = reader_of(bytes, sizeof(bytes));
	assert_int_equal(reader_u8(&r), 0xff);
	assert_int_equal(reader_u16(&r), 0x1234);
	assert_true(reader_u32(&r) == 0x89abcdefu);
	assert_int_equal(reader_left(&r), 1);
	assert_ptr_equal(reader_bytes(&r, 1), bytes + 7);
	assert_true(reader_ok(&r));
}

static void an_error_stays(void **state)
{
	(void)state;
	const uint8_t bytes[] = { 1, 2, 3 };
	struct reader r = reader_of(bytes, sizeof(bytes));
	assert_true(reader_u32(&r) == 0);
	assert_false(reader_ok(&r));
	/* There would be a byte, but order is lost. */
	assert_int_equal(reader_u8(&r), 0);
	assert_null(reader_bytes(&r, 0));
}

static void the_end_is_no_error_until_passed(void **state)
{
	(void)state;
	struct reader r = reader_of("ab", 2);
	assert_int_equal(reader_u16(&r), 0x6162);
	assert_true(reader_ok(&r));
	assert_non_null(reader_bytes(&r, 0));
	assert_null(reader_bytes(&r, SIZE_MAX));
	assert_false(reader_ok(&r));
}

static void no_bytes_may_be_null(void **state)
{
	(void)state;
	struct reader r = reader_of(NULL, 0);
	assert_int_equal(reader_left(&r), 0);
	assert_true(reader_ok(&r));
	assert_int_equal(reader_u8(&r), 0);
	assert_false(reader_ok(&r));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_network_order),
		cmocka_unit_test(an_error_stays),
		cmocka_unit_test(no_bytes_may_be_null),
		cmocka_unit_test(the_end_is_no_error_until_passed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
