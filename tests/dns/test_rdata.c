/* test_rdata.c - dns/rdata.h: rdata of each form, read and printed; rdata that does not follow its
 * type is refused. */
#include "tests/cmocka_first.h"

#include "dns/rdata.h"

#include <stdlib.h>
#include <string.h>

static struct answer_builder begun(const char *type)
{
	struct answer_builder b = { 0 };
	struct dname qname;
	enum rrtype number;
	assert_true(rrtype_parse(&number, type, strlen(type)));
	assert_int_equal(dname_parse(&qname, "example.com", 11), ERROR_NONE);
	answer_builder_begin(&b, &qname, number);
	return b;
}

/* Reads it from an exact copy on the heap. False: refused. */
static bool add(struct answer_builder *b, const char *wire, size_t size)
{
	uint8_t room[RDATA_ROOM_BYTES], *copy = malloc(size ? size : 1);
	size_t rdata_size;
	memcpy(copy, wire, size);
	const uint8_t *rdata = rdata_read(room, b->type, reader_of(copy, size), &rdata_size);
	if (rdata)
		answer_builder_add(b, rdata, rdata_size, 0);
	free(copy);
	return rdata;
}

#define WIRE(octets) octets, sizeof octets - 1

static const struct {
	const char *type, *wire;
	size_t size;
	const char *text;
} cases[] = {
	{ "A", WIRE("\300\0\2\1"), "192.0.2.1" },
	{ "AAAA", WIRE("\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1"), "2001:db8::1" },
	{ "NS", WIRE("\2NS\1x\0"), "ns.x." },
	{ "CNAME", WIRE("\0"), "." },
	{ "NS", WIRE("\3a;.\0"), "a\\059\\.." },
	{ "SOA", WIRE("\1n\0\1H\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\377\377\377\377"),
	        "n. h. 1 2 3 4 4294967295" },
	{ "SRV", WIRE("\0\1\0\2\1\273\1T\0"), "1 2 443 t." },
	{ "NAPTR", WIRE("\0\1\0\2\1u\0\2\"\\\1R\0"), "1 2 \"u\" \"\" \"\\\"\\\\\" r." },
	{ "RP", WIRE("\1m\0\1t\0"), "m. t." },
	{ "HINFO", WIRE("\0\2a;"), "\"\" \"a\\059\"" },
	{ "SPF", WIRE("\1a\1b"), "\"a\" \"b\"" },
	{ "SPF", WIRE(""), "\"\"" },
	{ "DS", WIRE("\0\1\10\2\253\315"), "1 8 2 ABCD" },
	{ "DS", WIRE("\0\1\10\2"), "1 8 2" },
	{ "TLSA", WIRE("\3\1\1\0"), "3 1 1 00" },
	{ "SSHFP", WIRE("\4\2\377"), "4 2 FF" },
	{ "DNSKEY", WIRE("\1\1\3\15\1"), "257 3 13 AQ==" },
	{ "DNSKEY", WIRE("\1\1\3\15\1\2"), "257 3 13 AQI=" },
	{ "DNSKEY", WIRE("\1\1\3\15\1\2\3"), "257 3 13 AQID" },
	{ "OPENPGPKEY", WIRE("\377\377\377"), "////" },
	{ "CAA", WIRE("\200\5issueca; a\1\377"), "128 issue \"ca\\059 a\\001\\255\"" },
	{ "CAA", WIRE("\0\5iodef"), "0 iodef \"\"" },
	{ "URI", WIRE("\0\1\0\2http"), "1 2 \"http\"" },
	{ "TYPE65", WIRE("\300\0\2\1"), "\\# 4 C0000201" },
	{ "TYPE65", WIRE(""), "\\# 0" },
};

static void each_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct answer_builder b = begun(cases[i].type);
		struct textbuf text = { 0 };
		if (!add(&b, cases[i].wire, cases[i].size))
			fail_msg("%s is refused: %s", cases[i].type, cases[i].text);
		const struct answer *a = answer_build(&b);
		assert_non_null(a);
		rdata_print(&text, a, 0);
		assert_string_equal(textbuf_text(&text), cases[i].text);
		answer_unref(a);
		answer_builder_fini(&b);
		textbuf_fini(&text);
	}
}

static const struct {
	const char *type, *wire;
	size_t size;
} wrong[] = {
	{ "A", WIRE("\1\2\3") },
	{ "AAAA", WIRE("\1\2\3\4") },
	{ "NS", WIRE("") },
	{ "NS", WIRE("\1a") },
	{ "NS", WIRE("\1a\0\0") },
	{ "NS", WIRE("\300\0") },
	{ "SOA", WIRE("\1n\0\1h\0\0\0\0\1") },
	{ "SRV", WIRE("\0\1\0\2\1\273") },
	{ "SRV", WIRE("\0\1\0\2\1") },
	{ "NAPTR", WIRE("\0\1\0\2\5u") },
	{ "HINFO", WIRE("\1a") },
	{ "HINFO", WIRE("\1a\1b\1c") },
	{ "SPF", WIRE("\2a") },
	{ "DS", WIRE("\0\1\10") },
	{ "CAA", WIRE("\0\0x") },
	{ "CAA", WIRE("\0\2a-") },
	{ "CAA", WIRE("\0\5iss") },
	{ "URI", WIRE("\0\1\0") },
	{ "OPENPGPKEY", WIRE("") }, /* nothing would be printed */
	{ "DNSKEY", WIRE("\1\1\3\15") },
};

static void what_does_not_follow_its_type(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
		struct answer_builder b = begun(wrong[i].type);
		if (add(&b, wrong[i].wire, wrong[i].size))
			fail_msg("case %zu, %s, is taken", i, wrong[i].type);
		answer_builder_fini(&b);
	}
}

/* Names may point anywhere before them, and come to 255 octets each. */
static void the_longest_with_a_name_has_room(void **state)
{
	(void)state;
	struct answer_builder b = begun("NAPTR");
	struct textbuf wire = { 0 };
	static const char label[] =
	        "\77aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	textbuf_put(&wire, "\0\1\0\2", 4);
	for (unsigned i = 0; i < 3; i++) {
		textbuf_put_char(&wire, '\377');
		for (unsigned k = 0; k < 255; k++)
			textbuf_put_char(&wire, 's');
	}
	for (unsigned i = 0; i < 3; i++)
		textbuf_put(&wire, label, 64);
	textbuf_put_char(&wire, 61);
	textbuf_put(&wire, label + 1, 61);
	textbuf_put_char(&wire, '\0');
	assert_int_equal(wire.size, RDATA_ROOM_BYTES);
	assert_true(add(&b, wire.bytes, wire.size));
	textbuf_fini(&wire);
	answer_builder_fini(&b);
}

static const struct answer *of_txt(const char *const *wire, unsigned n)
{
	struct answer_builder b = begun("TXT");
	for (unsigned i = 0; i < n; i++)
		assert_true(answer_builder_add_txt(&b, (const uint8_t *)wire[i], strlen(wire[i])));
	const struct answer *a = answer_build(&b);
	assert_non_null(a);
	answer_builder_fini(&b);
	return a;
}

/* Whatever the packet's order; equal texts by their strings. */
static void txt_is_sorted(void **state)
{
	(void)state;
	static const char *const orders[2][4] = { { "\2ab", "\1a\1b", "\1b", "\1a" },
		{ "\1b", "\1a", "\1a\1b", "\2ab" } };
	for (unsigned i = 0; i < 2; i++) {
		const struct answer *a = of_txt(orders[i], 4);
		struct textbuf text = { 0 };
		assert_true(rdata_print_all(&text, a, ";", 20));
		assert_string_equal(textbuf_text(&text), "\"a\";\"a\" \"b\";\"ab\";\"b\"");
		textbuf_reset(&text);
		textbuf_put_text(&text, "before");
		assert_false(rdata_print_all(&text, a, ";", 19));
		assert_string_equal(textbuf_text(&text), "before");
		textbuf_fini(&text);
		answer_unref(a);
	}
}

/* One whose strings are not known is cut at 255. */
static void txt_without_strings(void **state)
{
	(void)state;
	struct answer_builder b = begun("TXT");
	char joined[300];
	memset(joined, 'x', sizeof joined);
	answer_builder_add(&b, joined, sizeof joined, 0);
	const struct answer *a = answer_build(&b);
	struct textbuf text = { 0 };
	rdata_print(&text, a, 0);
	assert_int_equal(text.size, 300 + 5);
	assert_memory_equal(textbuf_text(&text) + 256, "\" \"", 3);
	textbuf_fini(&text);
	answer_unref(a);
	answer_builder_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_form),
		cmocka_unit_test(what_does_not_follow_its_type),
		cmocka_unit_test(the_longest_with_a_name_has_room),
		cmocka_unit_test(txt_is_sorted),
		cmocka_unit_test(txt_without_strings),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
