/* test_script.c - resolver/scripted/script.h: the text format line by line, and what a server with
 * such a zone would say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/hash.h"
#include "resolver/scripted/script.h"

#include <stdio.h>
#include <string.h>

static const char zone[] = "# a comment\n"
                           "\n"
                           "example.com A 192.0.2.2\r\n"
                           "Example.COM A 192.0.2.1\n"
                           "example.com AAAA 2001:db8::1\n"
                           "example.com MX 20 mx2.example.com\n"
                           "example.com MX 10 MX1.example.com\n"
                           "null.example.com MX 0 .\n"
                           "example.com\tTXT  \"v=spf1 \" \"-all\"\n"
                           "example.com TXT \"second \\\"quoted\\\" \\\\ \\195\\164\"\n"
                           "twice.example.com TXT \"ab\" \"c\"\n"
                           "twice.example.com TXT \"a\" \"bc\"\n"
                           "a.b.c.example.com A 192.0.2.3\n"
                           "*.wild.example.com A 192.0.2.4\n"
                           "deep.sub.wild.example.com A 192.0.2.5\n"
                           "alias.example.com CNAME hop.example.com\n"
                           "hop.example.com CNAME example.com\n"
                           "dangling.example.com CNAME nowhere.example.com\n"
                           "loop1.example.com CNAME loop2.example.com\n"
                           "loop2.example.com CNAME loop1.example.com\n"
                           "a\\ b.example.com A 192.0.2.6\n"
                           "foo:bar/baz.example.com TXT \"odd\"\n"
                           "nul\\000.example.com A 192.0.2.7\n"
                           "fail.example.com TXT !SERVFAIL\n"
                           "fail.example.com A !refused\n"
                           "fail.example.com AAAA !BOGUS\n"
                           "slow.example.com TXT ~250 \"one\"\n"
                           "slow.example.com TXT ~100 \"two\"\n"
                           "slowalias.example.com CNAME ~50 slow.example.com\n"
                           "late.example.com A ~9 !UNRESOLVED\n"
                           "mostly.example.com * !TIMEOUT\n"
                           "mostly.example.com A 192.0.2.8\n";

static struct script *parsed(const char *text)
{
	struct script *s;
	char why[128] = "";
	assert_int_equal(script_parse(&s, text, strlen(text), why, sizeof why), ERROR_NONE);
	return s;
}

static struct answer *find(
        const struct script *s, const char *name, enum rrtype type, unsigned *delay_ms)
{
	struct dname qname;
	assert_int_equal(dname_parse(&qname, name, strlen(name)), ERROR_NONE);
	unsigned ignored;
	struct answer *a = script_find(s, &qname, type, delay_ms ? delay_ms : &ignored);
	assert_non_null(a);
	return a;
}

static void expect(const struct script *s, const char *name, enum rrtype type,
        enum answer_status status, unsigned n_records)
{
	struct answer *a = find(s, name, type, NULL);
	assert_string_equal(
	        answer_status_text((enum answer_status)a->status), answer_status_text(status));
	assert_int_equal(a->n_records, n_records);
	answer_unref(a);
}

static void expect_text(const struct answer *a, unsigned i, const char *text)
{
	assert_int_equal(a->records[i].rdata_size, strlen(text));
	assert_memory_equal(answer_rdata(a, i), text, strlen(text));
}

static void records_are_found(void **state)
{
	(void)state;
	struct script *s = parsed(zone);
	char text[DNAME_TEXT_BYTES];
	struct dname target;

	expect(s, "example.com", RRTYPE_A, ANSWER_OK, 2);
	expect(s, "EXAMPLE.com", RRTYPE_AAAA, ANSWER_OK, 1);
	expect(s, "example.com", RRTYPE_PTR, ANSWER_NODATA, 0);

	struct answer *a = find(s, "example.com", RRTYPE_MX, NULL);
	assert_int_equal(a->n_records, 2);
	assert_int_equal(a->records[0].preference, 10);
	answer_target(a, 0, &target);
	assert_string_equal(dname_text(&target, text), "mx1.example.com");
	answer_unref(a);

	a = find(s, "null.example.com", RRTYPE_MX, NULL);
	answer_target(a, 0, &target);
	assert_int_equal(target.size, 1);
	answer_unref(a);

	a = find(s, "example.com", RRTYPE_TXT, NULL);
	assert_int_equal(a->n_records, 2);
	expect_text(a, 0, "v=spf1 -all");
	expect_text(a, 1, "second \"quoted\" \\ \303\244");
	answer_unref(a);
	script_free(s);
}

/* Two TXT records that read the same once joined are still two. */
static void texts_keep_their_strings(void **state)
{
	(void)state;
	struct script *s = parsed(zone);
	expect(s, "twice.example.com", RRTYPE_TXT, ANSWER_OK, 2);
	script_free(s);

	char text[1200] = "long TXT \"";
	size_t head = strlen(text);
	memset(text + head, 'x', 1000);
	strncat(text, "\"\n", 3);
	s = parsed(text);
	struct answer *a = find(s, "long", RRTYPE_TXT, NULL);
	assert_int_equal(a->records[0].rdata_size, 1000);
	answer_unref(a);
	script_free(s);
}

static void names_exist_or_do_not(void **state)
{
	(void)state;
	struct script *s = parsed(zone);
	expect(s, "b.c.example.com", RRTYPE_A, ANSWER_NODATA, 0);
	expect(s, "com", RRTYPE_A, ANSWER_NODATA, 0);
	expect(s, ".", RRTYPE_A, ANSWER_NODATA, 0);
	expect(s, "x.b.c.example.com", RRTYPE_A, ANSWER_NXDOMAIN, 0);
	expect(s, "example.org", RRTYPE_A, ANSWER_NXDOMAIN, 0);
	expect(s, "any.wild.example.com", RRTYPE_A, ANSWER_OK, 1);
	expect(s, "any.more.wild.example.com", RRTYPE_A, ANSWER_OK, 1);
	expect(s, "any.wild.example.com", RRTYPE_TXT, ANSWER_NODATA, 0);
	expect(s, "wild.example.com", RRTYPE_A, ANSWER_NODATA, 0);
	/* RFC 4592 section 2.2.1: a name that exists stops the wildcard, for itself and below. */
	expect(s, "sub.wild.example.com", RRTYPE_A, ANSWER_NODATA, 0);
	expect(s, "x.sub.wild.example.com", RRTYPE_A, ANSWER_NXDOMAIN, 0);
	script_free(s);
}

static void aliases_are_followed(void **state)
{
	(void)state;
	struct script *s = parsed(zone);
	char text[DNAME_TEXT_BYTES];
	struct dname name;
	struct answer *a = find(s, "alias.example.com", RRTYPE_A, NULL);
	assert_int_equal(a->n_records, 2);
	answer_canonical(a, &name);
	assert_string_equal(dname_text(&name, text), "example.com");
	answer_qname(a, &name);
	assert_string_equal(dname_text(&name, text), "alias.example.com");
	answer_unref(a);

	expect(s, "alias.example.com", RRTYPE_CNAME, ANSWER_OK, 1);
	expect(s, "dangling.example.com", RRTYPE_A, ANSWER_NXDOMAIN, 0);
	expect(s, "loop1.example.com", RRTYPE_A, ANSWER_SERVFAIL, 0);
	script_free(s);
}

static void odd_names_are_names(void **state)
{
	(void)state;
	struct script *s = parsed(zone);
	expect(s, "a b.example.com", RRTYPE_A, ANSWER_OK, 1);
	expect(s, "foo:bar/baz.example.com", RRTYPE_TXT, ANSWER_OK, 1);
	struct dname nul;
	assert_int_equal(dname_parse(&nul, "nul\0.example.com", 16), ERROR_NONE);
	unsigned delay_ms;
	struct answer *a = script_find(s, &nul, RRTYPE_A, &delay_ms);
	assert_int_equal(a->status, ANSWER_OK);
	answer_unref(a);
	script_free(s);
}

static void faults_and_delays(void **state)
{
	(void)state;
	struct script *s = parsed(zone);
	expect(s, "fail.example.com", RRTYPE_TXT, ANSWER_SERVFAIL, 0);
	expect(s, "fail.example.com", RRTYPE_A, ANSWER_REFUSED, 0);
	expect(s, "fail.example.com", RRTYPE_MX, ANSWER_NODATA, 0);
	expect(s, "mostly.example.com", RRTYPE_A, ANSWER_OK, 1);
	expect(s, "mostly.example.com", RRTYPE_TXT, ANSWER_TIMEOUT, 0);
	struct answer *bogus = find(s, "fail.example.com", RRTYPE_AAAA, NULL);
	assert_int_equal(bogus->dnssec, ANSWER_DNSSEC_BOGUS);
	answer_unref(bogus);

	unsigned delay_ms = 0;
	answer_unref(find(s, "slow.example.com", RRTYPE_TXT, &delay_ms));
	assert_int_equal(delay_ms, 250);
	answer_unref(find(s, "slowalias.example.com", RRTYPE_TXT, &delay_ms));
	assert_int_equal(delay_ms, 300);
	answer_unref(find(s, "late.example.com", RRTYPE_A, &delay_ms));
	assert_int_equal(delay_ms, 9);
	answer_unref(find(s, "example.com", RRTYPE_A, &delay_ms));
	assert_int_equal(delay_ms, 0);
	script_free(s);
}

static void the_table_grows(void **state)
{
	(void)state;
	struct textbuf text;
	textbuf_init(&text, 0);
	for (int i = 0; i < 5000; i++)
		textbuf_printf(&text, "h%d.example.com A 10.0.%d.%d\n", i, i / 256, i % 256);
	struct script *s = parsed(textbuf_text(&text));
	textbuf_fini(&text);
	for (int i = 0; i < 5000; i++) {
		char name[32];
		snprintf(name, sizeof name, "h%d.example.com", i);
		struct answer *a = find(s, name, RRTYPE_A, NULL);
		const uint8_t octets[4] = { 10, 0, (uint8_t)(i / 256), (uint8_t)(i % 256) };
		assert_memory_equal(answer_rdata(a, 0), octets, 4);
		answer_unref(a);
	}
	script_free(s);
}

static void errors_name_the_line(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"x",
		"x A",
		"x A 1.2.3",
		"x A 192.0.2.1 more",
		"x AAAA 192.0.2.1",
		"x MX mx",
		"x MX 65536 mx",
		"x NAPTR y",
		"x TXT",
		"x TXT word",
		"x TXT \"open",
		"x TXT \"a\"b\"",
		"x..y A 192.0.2.1",
		"x A !NOSUCH",
		"x * 192.0.2.1",
		"x A ~ 192.0.2.1",
		"x A ~x 192.0.2.1",
		"x A !TIMEOUT y",
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		char text[128], why[128] = "";
		snprintf(text, sizeof text, "ok A 192.0.2.1\n\n%s\nok A 192.0.2.1\n", bad[i]);
		struct script *s;
		assert_int_not_equal(
		        script_parse(&s, text, strlen(text), why, sizeof why), ERROR_NONE);
		assert_null(s);
		assert_memory_equal(why, "line 3: ", 8);
	}
}

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_are_found),
		cmocka_unit_test(texts_keep_their_strings),
		cmocka_unit_test(names_exist_or_do_not),
		cmocka_unit_test(aliases_are_followed),
		cmocka_unit_test(odd_names_are_names),
		cmocka_unit_test(faults_and_delays),
		cmocka_unit_test(the_table_grows),
		cmocka_unit_test(errors_name_the_line),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
