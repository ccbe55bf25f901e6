/* test_verdicts.c - the ranges of a domain: found by client, each until its time; the newest stay.
 */
#include "tests/cmocka_first.h"

#include "scanner/verdicts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const uint64_t key[2] = { 1, 2 };

static struct ipaddr client(unsigned n)
{
	struct ipaddr ip = { .family = IPFAMILY_4, .bytes = { 192, 0 } };
	ip.bytes[2] = (uint8_t)(n >> 8);
	ip.bytes[3] = (uint8_t)n;
	return ip;
}

static void add(struct memo *m, unsigned n, const char *text, uint32_t expires_s, uint32_t now_s)
{
	struct verdict v = { .facts.verdict = (uint8_t)n,
		.expires_s = expires_s,
		.size = (uint16_t)strlen(text),
		.text = text };
	const struct ipaddr ip = client(n);
	clientrange_all(&v.clients);
	clientrange_compare(&v.clients, &ip, &ip, 32);
	verdicts_add(m, key, &v, now_s);
}

static bool has(struct memo *m, unsigned n, const char *text, uint32_t now_s)
{
	struct verdict found;
	uint32_t expires_s;
	const struct ipaddr ip = client(n);
	const void *entry = memo_find(m, key, now_s, &expires_s);
	if (!entry || !verdicts_find(entry, &ip, now_s, &found))
		return false;
	assert_true(found.expires_s > now_s && expires_s >= found.expires_s);
	assert_int_equal(found.facts.verdict, (uint8_t)n);
	assert_int_equal(found.size, strlen(text));
	assert_memory_equal(found.text, text, found.size);
	return true;
}

static void each_until_its_time(void **state)
{
	(void)state;
	struct memo *m = memo_new(1 << 20);
	assert_non_null(m);
	add(m, 1, "one", 110, 100);
	add(m, 2, "two", 120, 100);
	add(m, 3, "two", 115, 100);
	add(m, 4, "", 130, 100);
	assert_true(has(m, 1, "one", 109) && has(m, 2, "two", 109) && has(m, 3, "two", 109));
	assert_true(has(m, 4, "", 109));
	assert_false(has(m, 5, "", 109));
	assert_true(!has(m, 1, "one", 110) && has(m, 2, "two", 110));
	add(m, 5, "five", 140, 118); /* the others move */
	assert_true(!has(m, 3, "two", 118) && has(m, 2, "two", 118) && has(m, 5, "five", 118));
	assert_true(has(m, 4, "", 129) && !has(m, 4, "", 130));
	assert_int_equal(memo_entries(m), 1);
	memo_free(m);
}

/* Many ranges and long texts: what does not fit gives way, the oldest first. */
static void the_newest_stay(void **state)
{
	(void)state;
	char text[600];
	struct memo *m = memo_new(1 << 20);
	for (unsigned i = 1; i <= 200; i++) {
		snprintf(text, sizeof text, "%u", i);
		add(m, i, text, 200, 100);
		assert_true(has(m, i, text, 100) && memo_entries(m) == 1);
	}
	assert_false(has(m, 1, "1", 100));
	assert_true(has(m, 199, "199", 100) && has(m, 190, "190", 100));
	for (unsigned i = 301; i <= 330; i++) {
		memset(text, 'a' + (int)(i % 26), sizeof text);
		text[sizeof text - 1] = 0;
		add(m, i, text, 200, 100);
		assert_true(has(m, i, text, 100));
	}
	memo_free(m);
}

/* Of the text of a row that is too long, nothing is kept; what was there stays or goes. */
static void a_long_text_is_not_kept(void **state)
{
	(void)state;
	char text[MEMO_MAX_BYTES];
	struct memo *m = memo_new(1 << 20);
	memset(text, 'x', sizeof text);
	text[sizeof text - 1] = 0;
	add(m, 1, text, 200, 100);
	assert_false(has(m, 1, text, 100));
	add(m, 2, "two", 200, 100);
	add(m, 1, text, 200, 100);
	assert_true(has(m, 2, "two", 100) && !has(m, 1, text, 100));
	memo_free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_until_its_time),
		cmocka_unit_test(the_newest_stay),
		cmocka_unit_test(a_long_text_is_not_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
