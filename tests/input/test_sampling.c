/* test_sampling.c - which rows are in a sample: stable, by domain, about as many as were wanted;
 * another seed gives another one. */
#include "tests/cmocka_first.h"

#include "input/sampling.h"

#include <stdio.h>
#include <string.h>

enum { N = 20000 };

static bool takes(struct sampling *s, int column, const char *text)
{
	const struct layout layout = { .n_columns = 2, .domain = column };
	struct csv_record record = { .text = text, .size = strlen(text) };
	return sampling_takes(s, &layout, &record);
}

static unsigned sample(struct sampling *s, bool *is_in)
{
	unsigned n = 0;
	for (unsigned i = 0; i < N; i++) {
		char text[64];
		snprintf(text, sizeof text, "%u,d%u.example", i, i);
		n += is_in[i] = takes(s, 1, text);
	}
	return n;
}

static void test_a_share(void **state)
{
	(void)state;
	static bool first[N], again[N], other[N];
	struct sampling s = { .share = sampling_share(1, 10), .seed = 7 };
	struct sampling t = { .share = sampling_share(1, 10), .seed = 8 };
	const unsigned n = sample(&s, first);
	assert_in_range(n, N / 10 - 200, N / 10 + 200); /* over four standard deviations */
	assert_int_equal(sample(&s, again), n);
	assert_memory_equal(first, again, sizeof first);
	unsigned both = 0;
	sample(&t, other);
	for (unsigned i = 0; i < N; i++)
		both += first[i] && other[i];
	assert_in_range(both, N / 100 - 70, N / 100 + 70); /* they are independent */
	textbuf_fini(&s.scratch);
	textbuf_fini(&t.scratch);
}

/* A larger share holds a smaller one. */
static void test_shares_are_nested(void **state)
{
	(void)state;
	static bool small[N], large[N];
	struct sampling s = { .share = sampling_share(1, 100) };
	struct sampling l = { .share = sampling_share(50, 100) };
	assert_true(sample(&s, small) < sample(&l, large));
	for (unsigned i = 0; i < N; i++)
		assert_true(large[i] || !small[i]);
	textbuf_fini(&s.scratch);
	textbuf_fini(&l.scratch);
}

/* What the row says beside the domain, its letter case and blanks do not matter. */
static void test_the_domain_decides(void **state)
{
	(void)state;
	struct sampling s = { .share = sampling_share(1, 2) };
	for (unsigned i = 0; i < 200; i++) {
		char plain[64], other[64];
		snprintf(plain, sizeof plain, "1,d%u.example", i);
		snprintf(other, sizeof other, "77,\" D%u.Example \"", i);
		assert_int_equal(takes(&s, 1, plain), takes(&s, 1, other));
		snprintf(other, sizeof other, "d%u.example", i);
		assert_int_equal(takes(&s, 1, plain), takes(&s, COLUMN_NONE, other));
	}
	textbuf_fini(&s.scratch);
}

static void test_all(void **state)
{
	(void)state;
	struct sampling s = { .share = sampling_share(10, 10) };
	assert_int_equal(s.share, 0);
	assert_true(takes(&s, 1, "1,any.example"));
	assert_int_equal(sampling_share(1, 2), 1u << 31);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_share),
		cmocka_unit_test(test_shares_are_nested),
		cmocka_unit_test(test_the_domain_decides),
		cmocka_unit_test(test_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
