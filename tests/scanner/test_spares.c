/* test_spares.c - buffers that are used again: the one put last first; few, and none that is large.
 */
#include "tests/cmocka_first.h"

#include "scanner/spares.h"

static struct textbuf filled(size_t size)
{
	struct textbuf b = { 0 };
	assert_non_null(textbuf_reserve(&b, size));
	textbuf_put_text(&b, "text");
	return b;
}

static void the_last_one_comes_first(void **state)
{
	struct spares s;
	(void)state;
	assert_true(spares_init(&s, 2));
	struct textbuf a = filled(100), b = filled(200), next = { 0 };
	const char *of_a = a.bytes, *of_b = b.bytes;
	spares_put(&s, &a);
	spares_put(&s, &b);
	assert_null(a.bytes);
	spares_take(&s, &next);
	assert_ptr_equal(next.bytes, of_b);
	assert_int_equal(next.size, 0);
	textbuf_fini(&next);
	spares_take(&s, &next);
	assert_ptr_equal(next.bytes, of_a);
	textbuf_fini(&next);
	spares_take(&s, &next);
	assert_null(next.bytes);
	spares_fini(&s);
}

static void few_are_kept_and_none_that_is_large(void **state)
{
	struct spares s;
	(void)state;
	assert_true(spares_init(&s, 1));
	struct textbuf none = { 0 }, large = filled(SPARES_BUFFER_MAX_BYTES + 1), a = filled(100),
	               b = filled(100);
	b.failed = true;
	spares_put(&s, &none);
	spares_put(&s, &large);
	assert_int_equal(s.n, 0);
	assert_null(large.bytes);
	spares_put(&s, &a);
	spares_put(&s, &b);
	assert_int_equal(s.n, 1);
	assert_null(b.bytes);
	assert_false(b.failed);
	spares_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_last_one_comes_first),
		cmocka_unit_test(few_are_kept_and_none_that_is_large),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
