/* test_dname.c - names at the limits of RFC 1035 section 3.1, and case folded as in a slow
 * reference. */
#include "dns/dname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "dns/ipaddr.h"

#include <string.h>

static struct dname name_of(const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	return name;
}

static void assert_prints(const struct dname *name, const char *text)
{
	char buffer[DNAME_TEXT_BYTES];
	struct textbuf b = { 0 };
	assert_string_equal(dname_text(name, buffer), text);
	dname_print(&b, name);
	assert_string_equal(textbuf_text(&b), text);
	textbuf_fini(&b);
}

static void parse_splits_at_dots(void **state)
{
	(void)state;
	static const struct {
		const char *text, *wire;
		unsigned size, n_labels;
	} cases[] = {
		{ "example.com", "\7example\3com", 13, 2 },
		{ "example.com.", "\7example\3com", 13, 2 },
		{ "a", "\1a", 3, 1 },
		{ "a.", "\1a", 3, 1 },
		{ ".", "", 1, 0 },
		{ "_spf.A.b", "\4_spf\1A\1b", 10, 3 },
		{ "a b.c", "\3a b\1c", 7, 2 },
		{ "a\\.b", "\2a\\\1b", 6, 2 },
		{ "x\\046y", "\6x\\046y", 8, 1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct dname name = name_of(cases[i].text);
		assert_int_equal(name.size, cases[i].size);
		assert_memory_equal(name.wire, cases[i].wire, name.size);
		assert_int_equal(dname_label_count(&name), cases[i].n_labels);
	}
}

static void parse_tells_what_is_wrong(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum error err;
	} cases[] = {
		{ "", ERROR_EMPTY },
		{ "..", ERROR_LABEL_EMPTY },
		{ "a..b", ERROR_LABEL_EMPTY },
		{ ".a", ERROR_LABEL_EMPTY },
		{ "a..", ERROR_LABEL_EMPTY },
		{ "...", ERROR_LABEL_EMPTY },
		{ ".a.", ERROR_LABEL_EMPTY },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dname name = { .size = 77 };
		assert_int_equal(
		        dname_parse(&name, cases[i].text, strlen(cases[i].text)), cases[i].err);
		assert_int_equal(name.size, 0);
	}
}

static void a_nul_is_an_octet_like_others(void **state)
{
	(void)state;
	struct dname name;
	assert_int_equal(dname_parse(&name, "a\0b.c", 5), ERROR_NONE);
	assert_int_equal(name.size, 7);
	assert_memory_equal(name.wire, "\3a\0b\1c", 7);
	assert_prints(&name, "a\\000b.c");
}

/* `n` octets with a dot after every `label_size` of them. */
static size_t text_fill(char *text, size_t n, size_t label_size)
{
	for (size_t i = 0; i < n; i++)
		text[i] = i % (label_size + 1) == label_size ? '.' : 'x';
	return n;
}

static void a_label_has_63_octets_at_most(void **state)
{
	(void)state;
	char text[400];
	struct dname name;
	memset(text, 'x', sizeof(text));
	assert_int_equal(dname_parse(&name, text, 63), ERROR_NONE);
	assert_int_equal(name.size, 65);
	assert_int_equal(dname_parse(&name, text, 64), ERROR_LABEL_LONG);
	text[64] = '.';
	assert_int_equal(dname_parse(&name, text, 65), ERROR_LABEL_LONG);
	assert_int_equal(dname_parse(&name, text, 66), ERROR_LABEL_LONG);
	text[64] = 'x';
	text[63] = '.';
	assert_int_equal(dname_parse(&name, text, 64), ERROR_NONE);
	assert_int_equal(dname_parse(&name, text, 127), ERROR_NONE);
	assert_int_equal(dname_parse(&name, text, 128), ERROR_LABEL_LONG);
	/* So long that both limits are passed. */
	assert_int_equal(dname_parse(&name, text, sizeof(text)), ERROR_LABEL_LONG);
	memset(text, '.', sizeof(text));
	assert_int_equal(dname_parse(&name, text, sizeof(text)), ERROR_LABEL_EMPTY);
}

static void a_name_has_255_octets_at_most(void **state)
{
	(void)state;
	char text[400];
	struct dname name;
	static const size_t label_sizes[] = { 1, 2, 7, 31, 62, 63 };
	for (size_t i = 0; i < sizeof(label_sizes) / sizeof(label_sizes[0]); i++) {
		for (size_t n = 245; n < 300; n++) {
			text_fill(text, n, label_sizes[i]);
			const bool dot_at_end = text[n - 1] == '.';
			const size_t wire_size = n + (dot_at_end ? 1 : 2);
			const enum error err = dname_parse(&name, text, n);
			assert_int_equal(err, wire_size <= 255 ? ERROR_NONE : ERROR_NAME_LONG);
			assert_int_equal(name.size, err ? 0 : wire_size);
		}
	}
}

static void the_longest_name_prints_whole(void **state)
{
	(void)state;
	char text[DNAME_TEXT_BYTES];
	char in[253];
	struct dname name;
	memset(in, 0xff, sizeof(in));
	for (size_t i = 63; i < sizeof(in); i += 64)
		in[i] = '.';
	assert_int_equal(dname_parse(&name, in, sizeof(in)), ERROR_NONE);
	assert_int_equal(name.size, 255);
	dname_text(&name, text);
	assert_int_equal(strlen(text), 250 * 4 + 3);
	assert_string_equal(text + strlen(text) - 8, "\\255\\255");
}

static void decode_takes_exactly_one_name(void **state)
{
	(void)state;
	static const struct {
		const char *wire;
		size_t size;
		bool good;
	} cases[] = {
		{ "\0", 1, true },
		{ "\1a\0", 3, true },
		{ "\1.\0", 3, true },
		{ "", 0, false },
		{ "\1a", 2, false },
		{ "\1a\0\0", 4, false },
		{ "\1a\0\1b\0", 6, false },
		{ "\xc0\x0c", 2, false },
		{ "\1a\xc0\x0c", 4, false },
		{ "\x40", 1, false },
		{ "\5abc\0", 5, false },
		{ "\2ab", 3, false },
		{ "\3ab", 4, false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct dname name = { .size = 77 };
		assert_int_equal(dname_decode(&name, (const uint8_t *)cases[i].wire, cases[i].size),
		        cases[i].good);
		assert_int_equal(name.size, cases[i].good ? cases[i].size : 0);
	}
}

static void decode_stops_at_255(void **state)
{
	(void)state;
	uint8_t wire[257] = { 0 };
	struct dname name;
	for (size_t i = 0; i < 254; i += 2)
		wire[i] = 1;
	assert_true(dname_decode(&name, wire, 255));
	assert_int_equal(dname_label_count(&name), 127);
	wire[254] = 1;
	assert_false(dname_decode(&name, wire, 257));
}

static void special_octets_are_escaped(void **state)
{
	(void)state;
	struct dname name;
	assert_true(dname_decode(&name, (const uint8_t *)"\3a.b\1c", 7));
	assert_prints(&name, "a\\.b.c");
	name = name_of("back\\slash.x");
	assert_prints(&name, "back\\\\slash.x");
	name = name_of("a b;c\"(d).\x80\x7f");
	assert_prints(&name, "a\\032b\\059c\\034\\040d\\041.\\128\\127");
	name = name_of("foo:bar/baz.!#$%&'*+,-<=>?@[]^_`{|}~.Z");
	assert_prints(&name, "foo:bar/baz.!#$%&'*+,-<=>?@[]^_`{|}~.Z");
	name = name_of(".");
	assert_prints(&name, ".");
	assert_prints(&(struct dname){ .size = 0 }, "");
}

static void reverse_names(void **state)
{
	(void)state;
	struct ipaddr ip;
	struct dname name, parsed;
	assert_int_equal(ipaddr_parse(&ip, "192.0.2.107", 11), ERROR_NONE);
	dname_of_reverse(&name, &ip);
	assert_prints(&name, "107.2.0.192.in-addr.arpa");
	assert_int_equal(ipaddr_parse(&ip, "2001:db8::567:89ab", 18), ERROR_NONE);
	dname_of_reverse(&name, &ip);
	/* The example of RFC 3596 section 2.5 has other digits; the order is its. */
	assert_prints(
	        &name, "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa");
	assert_true(dname_decode(&parsed, name.wire, name.size));
	dname_of_reverse(&name, &(struct ipaddr){ .family = IPFAMILY_NONE });
	assert_int_equal(name.size, 0);
}

static uint8_t slow_lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* Every octet value at every distance from both ends, over all sizes at which the eight-octet steps
 * change. */
static void folding_agrees_with_the_slow_way(void **state)
{
	(void)state;
	for (size_t label = 1; label <= 40; label++) {
		for (unsigned value = 0; value < 256; value++) {
			struct dname name = { .size = (uint8_t)(label + 2) }, lower, other;
			name.wire[0] = (uint8_t)label;
			for (size_t i = 1; i <= label; i++)
				name.wire[i] = (uint8_t)(value + i * 7);
			lower = other = name;
			for (size_t i = 0; i < name.size; i++)
				lower.wire[i] = slow_lower(name.wire[i]);
			assert_true(dname_equal(&name, &lower));
			assert_int_equal(dname_compare(&name, &lower), 0);
			dname_lower(&other);
			assert_memory_equal(other.wire, lower.wire, name.size);
			for (size_t i = 1; i <= label; i++) {
				other = name;
				other.wire[i] ^= 0x20;
				const bool same =
				        slow_lower(other.wire[i]) == slow_lower(name.wire[i]);
				assert_int_equal(dname_equal(&name, &other), same);
				assert_int_equal(dname_compare(&name, &other) == 0, same);
			}
		}
	}
}

static void lower_leaves_lengths_and_the_rest_alone(void **state)
{
	(void)state;
	struct dname name;
	char text[253];
	memset(text, 'Q', sizeof(text));
	for (size_t i = 63; i < sizeof(text); i += 64)
		text[i] = '.';
	assert_int_equal(dname_parse(&name, text, sizeof(text)), ERROR_NONE);
	dname_lower(&name);
	for (size_t i = 0; i < 254; i++)
		assert_int_equal(name.wire[i], i % 64 ? 'q' : i == 192 ? 61 : 63);
	name = (struct dname){ .size = 10, .wire = "\10ABCDEFGH\0ABCDEFGH" };
	dname_lower(&name);
	assert_memory_equal(name.wire, "\10abcdefgh\0ABCDEFGH", 19);
}

static void equality_is_by_labels(void **state)
{
	(void)state;
	const struct dname a = name_of("www.Example.COM"), b = name_of("WWW.example.com."),
	                   c = name_of("www.example.co");
	struct dname dotted;
	assert_true(dname_equal(&a, &b));
	assert_false(dname_equal(&a, &c));
	assert_true(dname_decode(&dotted, (const uint8_t *)"\13www.example\3com", 17));
	assert_int_equal(dotted.size, a.size);
	assert_false(dname_equal(&a, &dotted));
	assert_int_not_equal(dname_compare(&a, &dotted), 0);
}

static void within_is_label_by_label(void **state)
{
	(void)state;
	static const struct {
		const char *name, *parent;
		bool within;
	} cases[] = {
		{ "mail.example.com", "EXAMPLE.com", true },
		{ "example.com", "example.com", true },
		{ "mail.bad-example.com", "example.com", false },
		{ "example.com", "mail.example.com", false },
		{ "example.com", ".", true },
		{ ".", ".", true },
		{ ".", "com", false },
		{ "example.org", "com", false },
		{ "a.b.c.d.e.f", "c.d.e.f", true },
		{ "a.b.c.d.e.f", "b.d.e.f", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct dname name = name_of(cases[i].name), parent = name_of(cases[i].parent);
		assert_int_equal(dname_is_within(&name, &parent), cases[i].within);
	}
	/* Octets that look like the tail, inside one label: "x\3com" + root against "com". */
	struct dname sly;
	const struct dname com = name_of("com"), none = { .size = 0 };
	assert_true(dname_decode(&sly, (const uint8_t *)"\5x\3com", 7));
	assert_false(dname_is_within(&sly, &com));
	assert_false(dname_is_within(&com, &none));
	assert_false(dname_is_within(&none, &com));
}

static void order_is_by_text(void **state)
{
	(void)state;
	static const char *const ordered[] = { ".", "a", "a!b", "a-b.c", "a.a", "a.b", "A.B.c",
		"a0", "aa", "B", "b.a", "mx1.example.com", "mx10.example.com", "mx2.example.com" };
	const size_t n = sizeof(ordered) / sizeof(ordered[0]);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			const struct dname a = name_of(ordered[i]), b = name_of(ordered[j]);
			const int sign = dname_compare(&a, &b);
			assert_int_equal((sign > 0) - (sign < 0), (i > j) - (i < j));
		}
	}
	const struct dname none = { .size = 0 }, root = name_of(".");
	assert_true(dname_compare(&none, &root) < 0);
	assert_int_equal(dname_compare(&none, &none), 0);
	struct dname dotted;
	const struct dname plain = name_of("a.b");
	assert_true(dname_decode(&dotted, (const uint8_t *)"\3a.b", 5));
	assert_int_equal(dname_compare(&plain, &dotted), -dname_compare(&dotted, &plain));
	assert_int_not_equal(dname_compare(&plain, &dotted), 0);
}

static void what_is_printed_is_parsed_again(void **state)
{
	(void)state;
	for (unsigned first = 0; first < 256; first++) {
		/* labels of one octet each, all octets in turn, and the longest name */
		struct dname name = { .size = DNAME_MAX_BYTES }, again;
		for (unsigned i = 0; i < DNAME_MAX_BYTES - 1; i += 2) {
			name.wire[i] = 1;
			name.wire[i + 1] = (uint8_t)(first + i / 2);
		}
		name.wire[DNAME_MAX_BYTES - 1] = 0;
		char text[DNAME_TEXT_BYTES];
		dname_text(&name, text);
		assert_int_equal(dname_parse_escaped(&again, text, strlen(text)), ERROR_NONE);
		assert_int_equal(again.size, name.size);
		assert_memory_equal(again.wire, name.wire, name.size);
		memcpy(text + strlen(text), ".", 2);
		assert_int_equal(dname_parse_escaped(&again, text, strlen(text)), ERROR_NONE);
		assert_int_equal(again.size, name.size);
	}
}

static void escapes_are_read_as_in_a_master_file(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum error err;
		const char *wire;
		size_t size;
	} cases[] = {
		{ "a\\.b.c", ERROR_NONE, "\3a.b\1c", 7 },
		{ "\\065\\x", ERROR_NONE, "\2Ax", 4 },
		{ "a.\\046.", ERROR_NONE, "\1a\1.", 5 },
		{ ".", ERROR_NONE, "", 1 },
		{ "", ERROR_EMPTY, "", 0 },
		{ "a\\", ERROR_SYNTAX, "", 0 },
		{ "a\\25", ERROR_SYNTAX, "", 0 },
		{ "a\\2x5", ERROR_SYNTAX, "", 0 },
		{ "a\\256", ERROR_SYNTAX, "", 0 },
		{ "\\097..b", ERROR_LABEL_EMPTY, "", 0 },
		{ ".\\097", ERROR_LABEL_EMPTY, "", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct dname name;
		assert_int_equal(dname_parse_escaped(&name, cases[i].text, strlen(cases[i].text)),
		        cases[i].err);
		assert_int_equal(name.size, cases[i].size);
		assert_memory_equal(name.wire, cases[i].wire, cases[i].size);
	}
	struct dname name;
	char text[4 * 256];
	for (unsigned i = 0; i < 64; i++)
		memcpy(text + 4 * (size_t)i, "\\001", 4);
	assert_int_equal(dname_parse_escaped(&name, text, 4 * 63), ERROR_NONE);
	assert_int_equal(dname_parse_escaped(&name, text, 4 * 64), ERROR_LABEL_LONG);
	for (size_t i = 0; i < 128; i++)
		memcpy(text + 5 * i, "\\001.", 5);
	assert_int_equal(dname_parse_escaped(&name, text, 127 * 5 - 1), ERROR_NONE);
	assert_int_equal(name.size, 255);
	assert_int_equal(dname_parse_escaped(&name, text, 128 * 5 - 1), ERROR_NAME_LONG);
	assert_int_equal(name.size, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_splits_at_dots),
		cmocka_unit_test(parse_tells_what_is_wrong),
		cmocka_unit_test(a_nul_is_an_octet_like_others),
		cmocka_unit_test(a_label_has_63_octets_at_most),
		cmocka_unit_test(a_name_has_255_octets_at_most),
		cmocka_unit_test(the_longest_name_prints_whole),
		cmocka_unit_test(decode_takes_exactly_one_name),
		cmocka_unit_test(decode_stops_at_255),
		cmocka_unit_test(special_octets_are_escaped),
		cmocka_unit_test(reverse_names),
		cmocka_unit_test(folding_agrees_with_the_slow_way),
		cmocka_unit_test(lower_leaves_lengths_and_the_rest_alone),
		cmocka_unit_test(equality_is_by_labels),
		cmocka_unit_test(within_is_label_by_label),
		cmocka_unit_test(order_is_by_text),
		cmocka_unit_test(what_is_printed_is_parsed_again),
		cmocka_unit_test(escapes_are_read_as_in_a_master_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
