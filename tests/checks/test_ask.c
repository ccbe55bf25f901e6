/* test_ask.c - checks/ask.h: names of rows at the edge of what a name may be, and lists that are
 * printed and read again. What users may type is in tests/blackbox/test_ask.py. */
#include "tests/cmocka_first.h"

#include "checks/ask.h"

#include <stdio.h>
#include <string.h>

static struct dname name_of(const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	return name;
}

static struct asks list_of(const char *text)
{
	struct asks asks;
	char why[ASK_WHY_BYTES] = "";
	if (!asks_parse(&asks, text, strlen(text), why))
		fail_msg("%s: %s", text, why);
	return asks;
}

/* "": not asked; "!": no name. */
static void expect(const char *ask, const struct ask_subject *subject, const char *expected)
{
	struct asks asks = list_of(ask);
	struct dname name;
	char text[DNAME_TEXT_BYTES];
	switch (ask_name_of(&name, &asks.list[0], subject)) {
	case ASK_NAME_OK:
		assert_string_equal(dname_text(&name, text), expected);
		break;
	case ASK_NAME_LACKS:
		assert_string_equal("", expected);
		break;
	case ASK_NAME_BAD:
		assert_string_equal("!", expected);
		break;
	}
}

static void names(void **state)
{
	(void)state;
	struct ask_subject s = { .domain = name_of("D.test"), .helo = name_of("h.test") };
	expect("TXT:_dmarc.{domain}", &s, "_dmarc.d.test");
	expect("TXT:{domain}.", &s, "d.test");
	expect("A:a{domain}b.{helo}", &s, "ad.testb.h.test");
	expect("A:{sender.domain}", &s, "");
	expect("A:{domain}.{ip}", &s, "");
	s.ip = ipaddr_of_4((const uint8_t *)"\300\0\2\202");
	expect("A:{ip}.x", &s, "192.0.2.130.x");
	expect("A:{ip.rev}.x", &s, "130.2.0.192.x");
	expect("PTR:{ip.arpa}", &s, "130.2.0.192.in-addr.arpa");
}

/* Labels may hold any octet, also the dot and what a template gives a meaning. */
static void octets_of_labels(void **state)
{
	(void)state;
	struct ask_subject s = { .domain = { .size = 6, .wire = { 4, '.', '{', 0, '}', 0 } } };
	expect("A:x.{domain}", &s, "x.\\.{\\000}");
}

static void the_root(void **state)
{
	(void)state;
	struct ask_subject s = { .domain = name_of(".") };
	expect("A:_x.{domain}", &s, "_x");
	expect("NS:{domain}", &s, ".");
	expect("A:{domain}.x", &s, "!");
}

static void lengths(void **state)
{
	(void)state;
	char label[64], text[256];
	memset(label, 'a', 63);
	label[63] = 0;
	struct ask_subject s = { .domain = name_of(label) };
	expect("A:{domain}", &s, label);
	expect("A:x{domain}", &s, "!");
	expect("A:{domain}x", &s, "!");
	/* 3 * 64 + 59 + the root: 252 octets */
	snprintf(text, sizeof text, "%s.%s.%s.%.58s", label, label, label, label);
	s.domain = name_of(text);
	assert_int_equal(s.domain.size, 252);
	snprintf(text, sizeof text, "xy.%s.%s.%s.%.58s", label, label, label, label);
	expect("A:xy.{domain}", &s, text);
	expect("A:xyz.{domain}", &s, "!");
	snprintf(text, sizeof text, "%s.%s.%s.%.58s.xy", label, label, label, label);
	expect("A:{domain}.xy", &s, text);
	expect("A:{domain}.xyz", &s, "!");
}

static void lists(void **state)
{
	(void)state;
	static const char canonical[] =
	        "ask_txt__dmarc=TXT:_dmarc.{domain} X=TYPE65:{helo}.{ip.rev}";
	struct asks asks = list_of("txt:_DMARC.{Domain} X=type65:{HELO}.{ip.rev}");
	struct textbuf text = { 0 };
	asks_print(&text, &asks);
	assert_string_equal(textbuf_text(&text), canonical);
	struct asks again = list_of(textbuf_text(&text));
	assert_memory_equal(&again.list, &asks.list, 2 * sizeof again.list[0]);
	assert_false(ask_needs_ip(&asks.list[0]));
	assert_true(ask_needs_name(&asks.list[0]));
	assert_true(ask_needs_ip(&asks.list[1]) && ask_needs_name(&asks.list[1]));
	textbuf_fini(&text);
	asks = list_of("");
	assert_int_equal(asks.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names),
		cmocka_unit_test(octets_of_labels),
		cmocka_unit_test(the_root),
		cmocka_unit_test(lengths),
		cmocka_unit_test(lists),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
