/* test_affinity.c - resolver/forward/affinity.h: which names go to one upstream. */
#include "resolver/forward/affinity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static uint64_t of(const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	return affinity_of_name(&name);
}

static void names_of_a_domain_belong_together(void **state)
{
	(void)state;
	assert_true(of("example.com") == of("_spf.example.com"));
	assert_true(of("example.com") == of("a.b.c.d.example.com"));
	assert_true(of("example.co.uk") == of("mail.example.co.uk"));
	assert_true(of("abc.com") == of("www.abc.com"));
	assert_true(of("8.1.0.10.in-addr.arpa") == of("7.2.0.10.in-addr.arpa"));
	assert_true(of("f.e.0.0.8.b.d.0.1.0.0.2.ip6.arpa") == of("1.0.0.8.b.d.0.1.0.0.2.ip6.arpa"));
}

static void others_do_not(void **state)
{
	(void)state;
	assert_true(of("example.com") != of("example.net"));
	assert_true(of("a.co.uk") != of("b.co.uk"));
	assert_true(of("1.1.1.10.in-addr.arpa") != of("1.1.2.10.in-addr.arpa"));
	assert_true(of("0.8.b.d.0.1.0.0.2.ip6.arpa") != of("0.9.b.d.0.1.0.0.2.ip6.arpa"));
}

/* Names with few labels, or none. */
static void short_names(void **state)
{
	(void)state;
	assert_true(of(".") != of("com"));
	assert_true(of("com") != of("uk"));
	assert_true(of("co.uk") != of("uk"));
	assert_true(of("10.in-addr.arpa") != of("11.in-addr.arpa"));
	assert_true(of("in-addr.arpa") != of("arpa"));
}

/* Three upstreams get a third each; without the third its names alone move. */
static void names_are_spread_and_stay(void **state)
{
	(void)state;
	uint64_t upstreams[3];
	unsigned n[3] = { 0 };
	for (uint8_t i = 0; i < 3; i++) {
		struct ipaddr ip = { .family = IPFAMILY_4, .bytes = { 127, 0, 0, i } };
		upstreams[i] = affinity_of_upstream(&ip, 53);
	}
	for (unsigned d = 0; d < 3000; d++) {
		char text[32];
		snprintf(text, sizeof text, "d%u.example", d);
		unsigned best = 0, best_of_two = 0;
		uint64_t key = of(text);
		for (unsigned i = 1; i < 3; i++) {
			uint64_t weight = affinity_weight(key, upstreams[i]);
			if (weight > affinity_weight(key, upstreams[best]))
				best = i;
			if (i < 2 && weight > affinity_weight(key, upstreams[best_of_two]))
				best_of_two = i;
		}
		n[best]++;
		assert_true(best == 2 || best == best_of_two);
	}
	for (unsigned i = 0; i < 3; i++)
		assert_in_range(n[i], 900, 1100);
}

/* Shards on other machines must agree. */
static void the_key_is_the_same_for_ever(void **state)
{
	(void)state;
	struct ipaddr ip = { .family = IPFAMILY_4, .bytes = { 192, 0, 2, 1 } };
	assert_int_equal(affinity_weight(of("example.com"), affinity_of_upstream(&ip, 53)),
	        0x13ebde47cb2ccb5c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_a_domain_belong_together),
		cmocka_unit_test(others_do_not),
		cmocka_unit_test(short_names),
		cmocka_unit_test(names_are_spread_and_stay),
		cmocka_unit_test(the_key_is_the_same_for_ever),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
