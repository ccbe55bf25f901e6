/* test_answer_line.c - an answer as a line: every octet, every status, and what is refused. */
#include "dns/answer_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#define TIME "2026-11-23T07:30:34Z"

static const struct answer_line plain = { .row = 12 };

static struct dname name_of(const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	return name;
}

static void begin(struct answer_builder *b, const char *qname, enum rrtype type)
{
	const struct dname name = name_of(qname);
	answer_builder_begin(b, &name, type);
}

static struct textbuf printed(const struct answer_line *line, const struct answer *a)
{
	struct answer_line_parts parts;
	struct textbuf text = { 0 };
	answer_line_print(&text, line, a, &parts);
	assert_false(text.failed);
	return text;
}

/* The block of the answer is the same, octet by octet; so are the members that a line has. */
static void assert_same(const struct answer *a, const struct answer *b)
{
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->dnssec, b->dnssec);
	assert_int_equal(a->type, b->type);
	assert_int_equal(a->n_records, b->n_records);
	assert_int_equal(a->ttl_s, b->ttl_s);
	assert_int_equal(a->canonical_at, b->canonical_at);
	assert_int_equal(a->canonical_size, b->canonical_size);
	assert_int_equal(a->size_bytes, b->size_bytes);
	assert_memory_equal(a + 1, b + 1, a->size_bytes - sizeof *a);
}

/* Builds the builder's answer, and takes it through a line. `expected` NULL: any line. */
static void round_trip(struct answer_builder *b, const char *expected)
{
	struct answer_builder again = { 0 };
	struct answer_line line;
	struct answer *a = answer_build(b);
	assert_non_null(a);
	struct textbuf text = printed(&plain, a);
	if (expected)
		assert_string_equal(textbuf_text(&text), expected);
	assert_null(answer_line_parse(&again, &line, text.bytes, text.size));
	assert_int_equal(line.row, plain.row);
	struct answer *back = answer_build(&again);
	assert_non_null(back);
	assert_same(a, back);
	answer_unref(a);
	answer_unref(back);
	textbuf_fini(&text);
	answer_builder_fini(&again);
}

static void each_type_has_its_form(void **state)
{
	(void)state;
	struct answer_builder b = { 0 };
	struct dname host = name_of("mx1.example.com"), root = { .size = 1 };
	begin(&b, "Example.COM", RRTYPE_A);
	b.ttl_s = 300;
	answer_builder_add(&b, "\300\0\2\2", 4, 0);
	answer_builder_add(&b, "\300\0\2\1", 4, 0);
	round_trip(&b, "12\t\t300\t\tA\texample.com\tok\tinsecure\t\t\t192.0.2.1\t192.0.2.2");
	begin(&b, "example.com", RRTYPE_AAAA);
	answer_builder_add(&b, "\0\0\0\0\0\0\0\0\0\0\377\377\300\0\2\1", 16, 0);
	answer_builder_add(&b, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16, 0);
	round_trip(&b,
	        "12\t\t0\t\tAAAA\texample.com\tok\tinsecure\t\t\t::ffff:192.0.2.1\t2001:db8::1");
	begin(&b, "example.com", RRTYPE_MX);
	answer_builder_add(&b, host.wire, host.size, 20);
	answer_builder_add(&b, root.wire, root.size, 0);
	round_trip(&b, "12\t\t0\t\tMX\texample.com\tok\tinsecure\t\t\t0 .\t20 mx1.example.com");
	begin(&b, "1.2.0.192.in-addr.arpa", RRTYPE_PTR);
	answer_builder_add(&b, host.wire, host.size, 0);
	round_trip(&b, "12\t\t0\t\tPTR\t1.2.0.192.in-addr.arpa\tok\tinsecure\t\t\tmx1.example.com");
	begin(&b, "example.com", RRTYPE_TXT);
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\16v=spf1 \"\\\t-all", 15));
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"", 1));
	round_trip(&b,
	        "12\t\t0\t\tTXT\texample.com\tok\tinsecure\t\t\t\"v=spf1 "
	        "\\\"\\\\\\009-all\"\t\"\"");
	answer_builder_fini(&b);
}

/* Of --ask: all that has no form of its own. */
static void other_types_are_octets(void **state)
{
	(void)state;
	struct answer_builder b = { 0 };
	struct dname host = name_of("ns1.example.com");
	begin(&b, "example.com", RRTYPE_NS);
	answer_builder_add(&b, host.wire, host.size, 0);
	round_trip(&b,
	        "12\t\t0\t\tNS\texample.com\tok\tinsecure\t\t\t"
	        "\\# 17 036E7331076578616D706C6503636F6D00");
	begin(&b, "example.com", (enum rrtype)65280);
	answer_builder_add(&b, "", 0, 0);
	answer_builder_add(&b, "\0\377", 2, 0);
	round_trip(&b, "12\t\t0\t\tTYPE65280\texample.com\tok\tinsecure\t\t\t\\# 0\t\\# 2 00FF");
	answer_builder_fini(&b);
}

static void every_octet_of_a_text_comes_back(void **state)
{
	(void)state;
	static uint8_t text[65535];
	struct answer_builder b = { 0 };
	for (size_t i = 0; i < sizeof text; i++)
		text[i] = (uint8_t)(i * 7 + i / 256);
	begin(&b, "example.com", RRTYPE_TXT);
	answer_builder_add(&b, text, sizeof text, 0);
	round_trip(&b, NULL);
	answer_builder_fini(&b);
}

/* Their strings begin elsewhere, so they are two records, and two SPF records are permerror. */
static void equal_texts_stay_two(void **state)
{
	(void)state;
	struct answer_builder b = { 0 };
	begin(&b, "example.com", RRTYPE_TXT);
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\3a-b", 4));
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\1a\2-b", 5));
	round_trip(&b, "12\t\t0\t\tTXT\texample.com\tok\tinsecure\t\t\t\"a-b\"\t\"a\" \"-b\"");
	answer_builder_fini(&b);
}

static void every_status_comes_back(void **state)
{
	(void)state;
	struct answer_builder b = { 0 };
	for (unsigned i = ANSWER_NODATA; i < ANSWER_STATUS_COUNT; i++)
		for (unsigned dnssec = 0; dnssec < 3; dnssec++) {
			begin(&b, "example.com", RRTYPE_TXT);
			b.status = (enum answer_status)i;
			b.dnssec = (enum answer_dnssec)dnssec;
			memcpy(b.cause, "why \t\\ \377", 9);
			round_trip(&b, NULL);
		}
	memset(b.cause, 'x', sizeof b.cause); /* the longest */
	b.status = ANSWER_SERVFAIL;
	round_trip(&b, NULL);
	answer_builder_fini(&b);
}

/* Whether the name that was asked exists is told by it. */
static void the_end_of_the_aliases_comes_back(void **state)
{
	(void)state;
	struct answer_builder b = { 0 };
	begin(&b, "example.com", RRTYPE_A);
	b.status = ANSWER_NXDOMAIN;
	b.canonical = name_of("Gone.example");
	round_trip(&b, "12\t\t0\t\tA\texample.com\tnxdomain\tinsecure\tgone.example\t");
	begin(&b, "example.com", RRTYPE_A);
	b.status = ANSWER_NXDOMAIN;
	round_trip(&b, "12\t\t0\t\tA\texample.com\tnxdomain\tinsecure\t\t");
	answer_builder_fini(&b);
}

static void who_answered_and_when_stand_before_the_question(void **state)
{
	(void)state;
	static const char text[] =
	        "7\t" TIME "\t60\t2001:db8::1#5353\tA\texample\tnodata\tsecure\t\t";
	struct answer_builder b = { 0 };
	struct answer_line line;
	struct answer_line_parts parts;
	struct textbuf out = { 0 };
	assert_null(answer_line_parse(&b, &line, text, sizeof text - 1));
	struct answer *a = answer_build(&b);
	assert_int_equal(line.received_s, 1795419034);
	assert_int_equal(line.upstream_port, 5353);
	textbuf_put_text(&out, "before\n");
	answer_line_print(&out, &line, a, &parts);
	assert_string_equal(textbuf_text(&out) + 7, text);
	assert_string_equal(out.bytes + parts.question_at, "A\texample\tnodata\tsecure\t\t");
	assert_string_equal(out.bytes + parts.status_at, "nodata\tsecure\t\t");
	answer_unref(a);
	textbuf_fini(&out);
	answer_builder_fini(&b);
}

static void what_is_no_line_is_refused(void **state)
{
	(void)state;
	static const char *const wrong[] = {
		"",
		"1",
		"x\t\t0\t\tA\texample\tnodata\tinsecure\t\t",
		"0\t\t0\t\tA\texample\tnodata\tinsecure\t\t",
		"01\t\t0\t\tA\texample\tnodata\tinsecure\t\t",
		"18446744073709551616\t\t0\t\tA\texample\tnodata\tinsecure\t\t",
		"1\tyesterday\t0\t\tA\texample\tnodata\tinsecure\t\t",
		"1\t\t4294967296\t\tA\texample\tnodata\tinsecure\t\t",
		"1\t\t0\t192.0.2.1\tA\texample\tnodata\tinsecure\t\t",
		"1\t\t0\t192.0.2.1#65536\tA\texample\tnodata\tinsecure\t\t",
		"1\t\t0\t192.0.2#53\tA\texample\tnodata\tinsecure\t\t",
		"1\t\t0\t\tANY\texample\tnodata\tinsecure\t\t",
		"1\t\t0\t\ttxt\texample\tnodata\tinsecure\t\t",
		"1\t\t0\t\tTYPE16\texample\tnodata\tinsecure\t\t",
		"1\t\t0\t\tNS\texample\tok\tinsecure\t\t\t\\# 2 0000",
		"1\t\t0\t\tNS\texample\tok\tinsecure\t\t\tns1.example",
		"1\t\t0\t\tTXT\texample\tok\tinsecure\t\t\t\"a\" ",
		"1\t\t0\t\tTXT\texample\tok\tinsecure\t\t\t\"a\"\"b\"",
		"1\t\t0\t\tA\t\tnodata\tinsecure\t\t",
		"1\t\t0\t\tA\ta..b\tnodata\tinsecure\t\t",
		"1\t\t0\t\tA\texample\tNODATA\tinsecure\t\t",
		"1\t\t0\t\tA\texample\tnodata\t\t\t",
		"1\t\t0\t\tA\texample\tnodata\tinsecure\ta..b\t",
		"1\t\t0\t\tA\texample\tnodata\tinsecure\t\ta\\",
		"1\t\t0\t\tA\texample\tnodata\tinsecure\t\ta\\000b",
		"1\t\t0\t\tA\texample\tnodata\tinsecure\t",
		"1\t\t0\t\tA\texample\tok\tinsecure\t\t",
		"1\t\t0\t\tA\texample\tok\tinsecure\t\t\t",
		"1\t\t0\t\tA\texample\tok\tinsecure\t\t\t2001:db8::1",
		"1\t\t0\t\tMX\texample\tok\tinsecure\t\t\tmx.example",
		"1\t\t0\t\tMX\texample\tok\tinsecure\t\t\t65536 mx.example",
		"1\t\t0\t\tTXT\texample\tok\tinsecure\t\t\tv=spf1",
		"1\t\t0\t\tTXT\texample\tok\tinsecure\t\t\t\"",
		"1\t\t0\t\tTXT\texample\tok\tinsecure\t\t\t\"a\"b\"",
		"1\t\t0\t\tTXT\texample\tok\tinsecure\t\t\t\"a\\\"",
		"1\t\t0\t\tTXT\texample\tok\tinsecure\t\t\t\"\\300\"",
	};
	struct answer_builder b = { 0 };
	struct answer_line line;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		if (!answer_line_parse(&b, &line, wrong[i], strlen(wrong[i])))
			fail_msg("taken: %s", wrong[i]);
	answer_builder_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_type_has_its_form),
		cmocka_unit_test(other_types_are_octets),
		cmocka_unit_test(every_octet_of_a_text_comes_back),
		cmocka_unit_test(equal_texts_stay_two),
		cmocka_unit_test(every_status_comes_back),
		cmocka_unit_test(the_end_of_the_aliases_comes_back),
		cmocka_unit_test(who_answered_and_when_stand_before_the_question),
		cmocka_unit_test(what_is_no_line_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
