/* test_genericname.c - which names hold an address, and which only resemble it. */
#include "tests/cmocka_first.h"

#include "checks/genericname.h"

#include <string.h>

static const struct {
	const char *ip, *name;
	bool is_generic;
} cases[] = {
	{ "203.0.113.5", "203-0-113-5.dsl.example.net", true },
	{ "203.0.113.5", "203.0.113.5.example.net", true },
	{ "203.0.113.5", "host-5-113-0-203.example.net", true },
	{ "203.0.113.5", "5.113.0.203.dyn.example.net", true },
	{ "203.0.113.5", "ip203_0_113_5.example.net", true },
	{ "203.0.113.5", "203-000-113-005.example.net", true },
	{ "203.0.113.5", "203000113005.example.net", true },
	{ "203.0.113.5", "005113000203.example.net", true },
	{ "203.0.113.5", "pcb007105.dip0.example.net", true },
	{ "203.0.113.5", "PCB007105.DIP0.example.net", true },
	{ "203.0.113.5", "p057100cb.dip0.example.net", true },
	{ "203.0.113.5", "pool-1-203-0-113-5.example.net", true },
	{ "203.0.113.5", "mail.example.net", false },
	{ "203.0.113.5", "dyn-113-5.pool.example.net", false },
	{ "203.0.113.5", "203-0-113-6.example.net", false },
	{ "203.0.113.5", "203-0-113-55.example.net", false },
	{ "203.0.113.5", "1203-0-113-5.example.net", false },
	{ "203.0.113.5", "203x0x113x5.example.net", false },
	{ "203.0.113.5", "203--0-113-5.example.net", false },
	{ "203.0.113.5", "0-203-113-5.example.net", false },
	{ "203.0.113.5", "203-0-113-0005.example.net", false },
	{ "203.0.113.5", "", false },
	{ "2001:db8::1:25", "20010db8000000000000000000010025.example.net", true },
	{ "2001:db8::1:25", "2001-0db8-0000-0000-0000-0000-0001-0025.example.net", true },
	{ "2001:db8::1:25", "2001-db8--1-25.example.net", true },
	{ "2001:db8::1:25",
	        "5.2.0.0.1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.example.net",
	        true },
	{ "2001:db8::1:25", "2001-db8--1-26.example.net", false },
	{ "2001:db8::1:25", "mx25.example.net", false },
	{ "2001:db8::1:25", "1-25.example.net", false },
};

static void names(void **state)
{
	(void)state;
	for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct ipaddr ip;
		struct dname name;
		assert_int_equal(ipaddr_parse(&ip, cases[i].ip, strlen(cases[i].ip)), ERROR_NONE);
		dname_parse(&name, cases[i].name, strlen(cases[i].name));
		if (genericname_holds(&name, &ip) != cases[i].is_generic)
			fail_msg("%s of %s", cases[i].name, cases[i].ip);
	}
}

/* A label's length octet, 48 to 57 here, is no digit. */
static void lengths_are_no_digits(void **state)
{
	const struct ipaddr ip = ipaddr_of_4((const uint8_t[]){ 1, 2, 3, 4 });
	char text[] = "1.2.3.4xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.net";
	struct dname name;
	(void)state;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	assert_true(genericname_holds(&name, &ip));
	text[1] = 'x';
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	assert_false(genericname_holds(&name, &ip));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(lengths_are_no_digits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
