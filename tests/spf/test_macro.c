/* test_macro.c - macro-strings: the examples of RFC 7208 section 7.4, the grammar's edges, and the
 * making of target-names. */
#include "spf/macro.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct fixture {
	struct arena arena;
	char room[4096];
	struct ipaddr ip;
	struct macro_session session;
};

static void fixture_begin(struct fixture *f, const char *ip)
{
	arena_init(&f->arena, 512, 0);
	assert_int_equal(ipaddr_parse(&f->ip, ip, strlen(ip)), ERROR_NONE);
	f->session = (struct macro_session){
		.ip = &f->ip,
		.local_part = "strong-bad",
		.local_part_size = 10,
		.sender_domain = "email.example.com",
		.sender_domain_size = 17,
		.helo = "mx.example.org",
		.helo_size = 14,
		.domain = "email.example.com",
		.domain_size = 17,
		.validated = "mx.example.org",
		.validated_size = 14,
		.receiver = "unknown",
		.time_s = 1234567890,
	};
}

static void fixture_end(struct fixture *f)
{
	arena_fini(&f->arena);
}

static const char *expand_as(struct fixture *f, const char *text, enum macro_grammar grammar)
{
	struct macro_string m;
	size_t error_at;
	if (!macro_compile(&m, text, strlen(text), grammar, &f->arena, &error_at))
		fail_msg("%s: syntax error at %zu", text, error_at);
	f->room[sizeof f->room - 1] = '\0';
	bool is_cut;
	size_t size = macro_expand(f->room, sizeof f->room - 1, &m, &f->session, &is_cut);
	assert_false(is_cut);
	return f->room + sizeof f->room - 1 - size;
}

struct pair {
	const char *text, *expansion;
};

static void expect_pairs(struct fixture *f, const struct pair *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++)
		assert_string_equal(
		        expand_as(f, pairs[i].text, MACRO_EXPLAIN_STRING), pairs[i].expansion);
}

#define EXPECT_PAIRS(f, pairs) expect_pairs(f, pairs, sizeof pairs / sizeof *pairs)

/* Section 7.4, all of it. */
static void test_examples_of_the_rfc(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
		{ "%{s}", "strong-bad@email.example.com" },
		{ "%{o}", "email.example.com" },
		{ "%{d}", "email.example.com" },
		{ "%{d4}", "email.example.com" },
		{ "%{d3}", "email.example.com" },
		{ "%{d2}", "example.com" },
		{ "%{d1}", "com" },
		{ "%{dr}", "com.example.email" },
		{ "%{d2r}", "example.email" },
		{ "%{l}", "strong-bad" },
		{ "%{l-}", "strong.bad" },
		{ "%{lr}", "strong-bad" },
		{ "%{lr-}", "bad.strong" },
		{ "%{l1r-}", "strong" },
		{ "%{ir}.%{v}._spf.%{d2}", "3.2.0.192.in-addr._spf.example.com" },
		{ "%{lr-}.lp._spf.%{d2}", "bad.strong.lp._spf.example.com" },
		{ "%{lr-}.lp.%{ir}.%{v}._spf.%{d2}",
		        "bad.strong.lp.3.2.0.192.in-addr._spf.example.com" },
		{ "%{ir}.%{v}.%{l1r-}.lp._spf.%{d2}",
		        "3.2.0.192.in-addr.strong.lp._spf.example.com" },
		{ "%{d2}.trusted-domains.example.net", "example.com.trusted-domains.example.net" },
	};
	struct fixture f;
	fixture_begin(&f, "192.0.2.3");
	EXPECT_PAIRS(&f, pairs);
	fixture_end(&f);
	fixture_begin(&f, "2001:db8::cb01");
	assert_string_equal(expand_as(&f, "%{ir}.%{v}._spf.%{d2}", MACRO_DOMAIN_SPEC),
	        "1.0.b.c.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6._spf.example."
	        "com");
	assert_string_equal(expand_as(&f, "%{c} %{v}", MACRO_EXPLAIN_STRING), "2001:db8::cb01 ip6");
	fixture_end(&f);
}

static void test_letters_and_escapes(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "%%%_%-", "% %20" },
		{ "a%%b%_c%-d", "a%b c%20d" },
		{ "%{h}|%{p}|%{r}|%{t}|%{c}|%{i}",
		        "mx.example.org|mx.example.org|unknown|1234567890|192.0.2.3|192.0.2.3" },
		{ "%{S}", "strong-bad%40email.example.com" },
		{ "%{D2R}", "example.email" },
		{ "%{i2r.}", "0.192" },
	};
	struct fixture f;
	fixture_begin(&f, "192.0.2.3");
	EXPECT_PAIRS(&f, pairs);
	f.session.local_part = "~jack&jill=up-a_b3.c\xc3\xa9 ";
	f.session.local_part_size = strlen(f.session.local_part);
	assert_string_equal(
	        expand_as(&f, "%{L}", MACRO_EXPLAIN_STRING), "~jack%26jill%3Dup-a_b3.c%C3%A9%20");
	assert_string_equal(expand_as(&f, "x%{L1r=}y", MACRO_EXPLAIN_STRING), "x~jack%26jilly");
	fixture_end(&f);
}

/* Section 7.3: empty parts are parts, at both ends and in the middle; only the given delimiters
 * split. */
static void test_splitting(void **state)
{
	(void)state;
	static const struct pair pairs[] = {
		{ "%{l}", "-a--b.c+d-" },
		{ "%{l-}", ".a..b.c+d." },
		{ "%{lr-}", ".b.c+d..a." },
		{ "%{l1-}", "" },
		{ "%{l2-}", "b.c+d." },
		{ "%{l3-}", ".b.c+d." },
		{ "%{l4-}", "a..b.c+d." },
		{ "%{l5-}", ".a..b.c+d." },
		{ "%{l2r-}", "a." },
		{ "%{l.}", "-a--b.c+d-" },
		{ "%{l1.}", "c+d-" },
		{ "%{l1+-}", "" },
		{ "%{l2+-}", "d." },
		{ "%{lr.+-}", ".d.c.b..a." },
		{ "%{l--++..--++}", ".a..b.c.d." },
		{ "%{l,/_=}", "-a--b.c+d-" },
		{ "%{l127}", "-a--b.c+d-" },
		{ "%{l128}", "-a--b.c+d-" },
		{ "%{l99999999999999999999999999}", "-a--b.c+d-" },
		{ "%{l01}", "c+d-" },
		{ "%{l65536r}", "c+d-.-a--b" },
	};
	struct fixture f;
	fixture_begin(&f, "192.0.2.3");
	f.session.local_part = "-a--b.c+d-";
	f.session.local_part_size = strlen(f.session.local_part);
	EXPECT_PAIRS(&f, pairs);
	f.session.local_part = "";
	f.session.local_part_size = 0;
	assert_string_equal(expand_as(&f, "[%{l1r-}]", MACRO_EXPLAIN_STRING), "[]");
	fixture_end(&f);
}

static void expect_error(const char *text, size_t size, enum macro_grammar grammar, size_t where)
{
	struct arena arena;
	struct macro_string m;
	size_t error_at;
	arena_init(&arena, 512, 0);
	if (macro_compile(&m, text, size, grammar, &arena, &error_at))
		fail_msg("%s: no syntax error", text);
	assert_false(arena.overflow);
	if (error_at != where)
		fail_msg("%s: error at %zu, wanted %zu", text, error_at, where);
	arena_fini(&arena);
}

static void test_syntax_errors(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		enum macro_grammar grammar;
		size_t error_at;
	} table[] = {
		{ "%", MACRO_STRING, 1 },
		{ "ab%", MACRO_STRING, 3 },
		{ "%a", MACRO_STRING, 1 },
		{ "%(ir).example.com", MACRO_DOMAIN_SPEC, 1 },
		{ "%{", MACRO_STRING, 2 },
		{ "%{}", MACRO_STRING, 2 },
		{ "%{d", MACRO_STRING, 3 },
		{ "%{d2", MACRO_STRING, 4 },
		{ "%{x}", MACRO_STRING, 2 },
		{ "%{a}.example.com", MACRO_DOMAIN_SPEC, 2 },
		{ "%{d0}", MACRO_STRING, 3 },
		{ "%{d000r}", MACRO_STRING, 3 },
		{ "%{dr2}", MACRO_STRING, 4 },
		{ "%{drr}", MACRO_STRING, 4 },
		{ "%{d-r}", MACRO_STRING, 4 },
		{ "%{d-2}", MACRO_STRING, 4 },
		{ "%{d@}", MACRO_STRING, 3 },
		{ "%{d }", MACRO_STRING, 3 },
		{ "a b", MACRO_STRING, 1 },
		{ "a\tb", MACRO_EXPLAIN_STRING, 1 },
		{ "a\x7f", MACRO_EXPLAIN_STRING, 1 },
		{ "a\xc3\xa9", MACRO_EXPLAIN_STRING, 1 },
		{ "%{c}.example.com", MACRO_DOMAIN_SPEC, 2 },
		{ "%{r}.example.com", MACRO_DOMAIN_SPEC, 2 },
		{ "%{T}.example.com", MACRO_DOMAIN_SPEC, 2 },
	};
	for (size_t i = 0; i < sizeof table / sizeof *table; i++)
		expect_error(
		        table[i].text, strlen(table[i].text), table[i].grammar, table[i].error_at);
	expect_error("%{\0}", 4, MACRO_STRING, 2);
	expect_error("%{d\0}", 5, MACRO_STRING, 3);
	expect_error("a\0b", 3, MACRO_EXPLAIN_STRING, 1);
	expect_error("%\0", 2, MACRO_STRING, 1);
}

/* domain-end = ( "." toplabel [ "." ] ) / macro-expand */
static void test_domain_end(void **state)
{
	(void)state;
	static const char *const good[] = { "a.b", "example.com", "example.com.",
		"_spf.example.com", ".com", "..com", "a..com", "%{d}", "%{d}.com", "%{d2}.com.",
		"com%{d}", "a%%", "a%_", "a%-", "foo:bar/baz.example.com", "a.1b", "a.b1", "a.1-2",
		"a.xn--zckzah", "a.b-c.", "a.x--y", "!#$&'()*+,-./:;<=>?@[]^_`{|}~.com",
		"%{l/.-}.com", "a%{d}", "%%.com" };
	static const struct {
		const char *text;
		size_t error_at;
	} bad[] = {
		{ "", 0 },
		{ "museum", 0 },
		{ "museum.", 0 },
		{ ".", 0 },
		{ "a..", 2 },
		{ "a.", 0 },
		{ "a.123", 2 },
		{ "1.2.3.4", 6 },
		{ "a.-b", 2 },
		{ "a.b-", 2 },
		{ "a.b_c", 2 },
		{ "a.b:80", 2 },
		{ "a.com/24", 2 },
		{ "%{d}com", 4 },
		{ "%{d}.", 4 },
		{ "%{d}.1", 5 },
		{ "%{d}-", 4 },
		{ "%%com", 2 },
		{ "a.com%", 6 },
		{ "a.b..", 4 },
		{ "a.-", 2 },
	};
	struct fixture f;
	fixture_begin(&f, "192.0.2.3");
	for (size_t i = 0; i < sizeof good / sizeof *good; i++)
		expand_as(&f, good[i], MACRO_DOMAIN_SPEC);
	fixture_end(&f);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		expect_error(bad[i].text, strlen(bad[i].text), MACRO_DOMAIN_SPEC, bad[i].error_at);
}

static void test_uses(void **state)
{
	(void)state;
	struct fixture f;
	struct macro_string m;
	size_t error_at;
	fixture_begin(&f, "192.0.2.3");
	assert_true(
	        macro_compile(&m, "%{P2r}.%%p.com", 14, MACRO_DOMAIN_SPEC, &f.arena, &error_at));
	assert_true(macro_string_uses(&m, 'p'));
	assert_false(macro_string_uses(&m, 'd'));
	fixture_end(&f);
}

static enum error target_of(struct fixture *f, const char *text, struct dname *name)
{
	struct macro_string m;
	size_t error_at;
	assert_true(macro_compile(&m, text, strlen(text), MACRO_DOMAIN_SPEC, &f->arena, &error_at));
	return macro_expand_domain(name, &m, &f->session);
}

/* `size` octets: labels of 9 octets with a dot behind each. */
static void fill_labels(char *text, size_t size)
{
	memset(text, 'x', size);
	for (size_t i = 9; i < size; i += 10)
		text[i] = '.';
	text[size] = '\0';
}

static void expect_target(const char *domain, size_t kept)
{
	struct fixture f;
	struct dname name, wanted;
	fixture_begin(&f, "192.0.2.3");
	f.session.domain = domain;
	f.session.domain_size = strlen(domain);
	assert_int_equal(target_of(&f, "%{d}", &name), ERROR_NONE);
	assert_int_equal(dname_parse(&wanted, domain + strlen(domain) - kept, kept), ERROR_NONE);
	assert_true(dname_equal(&name, &wanted));
	fixture_end(&f);
}

/* Section 7.3: at most 253 characters, whole labels go from the left; a final dot is none of them.
 */
static void test_truncation(void **state)
{
	(void)state;
	char text[400];
	fill_labels(text, 253);
	expect_target(text, 253);
	fill_labels(text, 254);
	expect_target(text, 244);
	fill_labels(text, 263);
	expect_target(text, 253);
	fill_labels(text, 399);
	expect_target(text, 249);
	fill_labels(text, 253);
	text[253] = '.';
	text[254] = '\0';
	expect_target(text, 254);
}

static void test_bad_target_names(void **state)
{
	(void)state;
	static const struct {
		const char *helo;
		enum error err;
	} table[] = {
		{ "", ERROR_EMPTY },
		{ "a..example.com", ERROR_LABEL_EMPTY },
		{ ".example.com", ERROR_LABEL_EMPTY },
		{ "example.com..", ERROR_LABEL_EMPTY },
		{ "a123456789012345678901234567890123456789012345678901234567890123.example.com",
		        ERROR_LABEL_LONG },
	};
	struct fixture f;
	struct dname name;
	char long_label[301];
	fixture_begin(&f, "192.0.2.3");
	for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
		f.session.helo = table[i].helo;
		f.session.helo_size = strlen(table[i].helo);
		assert_int_equal(target_of(&f, "%{h}", &name), table[i].err);
		assert_int_equal(name.size, 0);
	}
	memset(long_label, 'a', 300);
	f.session.helo = long_label;
	f.session.helo_size = 300;
	assert_int_equal(target_of(&f, "%{h}", &name), ERROR_LABEL_LONG);
	assert_int_equal(target_of(&f, "%{h}.example.com", &name),
	        ERROR_NONE); /* cut off as a whole label */
	assert_int_equal(dname_label_count(&name), 2);
	fixture_end(&f);
}

/* Whatever the room, it gets the end of the text, and nothing is said to be cut that is not. */
static void expect_tails(struct fixture *f, const char *text)
{
	struct macro_string m;
	size_t error_at;
	const char *whole = expand_as(f, text, MACRO_EXPLAIN_STRING);
	char room[128];
	assert_true(
	        macro_compile(&m, text, strlen(text), MACRO_EXPLAIN_STRING, &f->arena, &error_at));
	assert_in_range(strlen(whole), 1, sizeof room - 1);
	for (size_t bytes = 0; bytes <= sizeof room; bytes++) {
		bool is_cut;
		size_t size = macro_expand(room, bytes, &m, &f->session, &is_cut);
		assert_int_equal(is_cut, strlen(whole) > bytes);
		assert_int_equal(size, is_cut ? bytes : strlen(whole));
		if (memcmp(room + bytes - size, whole + strlen(whole) - size, size) != 0)
			fail_msg("%s in %zu octets", text, bytes);
	}
}

static void test_rooms(void **state)
{
	(void)state;
	static const char *const texts[] = { "%{s}", "%{S}%{S}",
		"0123456789012345678901234567890123456789", "%{i}%{ir}%{i}%{i}%{i}", "%{d1r}x%{D2}",
		"%{LR-}", "%{s3r-.}|%{o2}", "a%{l1r+}%%" };
	struct fixture f;
	fixture_begin(&f, "192.0.2.3");
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		expect_tails(&f, texts[i]);
	fixture_end(&f);
}

/* Macros of megabytes: the name is their end, and the dot that it is cut at may be as far to the
 * left as it can be. */
static void test_endless_macros(void **state)
{
	(void)state;
	static char text[40000], local_part[100000];
	struct fixture f;
	struct dname name;
	fixture_begin(&f, "192.0.2.3");
	memset(local_part, 'a', sizeof local_part);
	f.session.local_part = local_part;
	f.session.local_part_size = sizeof local_part;
	for (size_t i = 0; i < sizeof text - 20; i += 4)
		memcpy(text + i, "%{l}", 4);
	memcpy(text + sizeof text - 20, ".%{d}", 6);
	assert_int_equal(target_of(&f, text, &name), ERROR_NONE);
	assert_int_equal(name.size, 19); /* email.example.com */
	assert_int_equal(target_of(&f, "%{lr}", &name), ERROR_LABEL_LONG);
	fill_labels(local_part, sizeof local_part - 1);
	assert_int_equal(target_of(&f, "%{l}.x%{l}.%{d}", &name), ERROR_NONE);
	assert_in_range(name.size, 244, 255);
	assert_int_equal(target_of(&f, "%{l1r}.%{d}", &name), ERROR_NONE);
	assert_int_equal(name.size, 29); /* xxxxxxxxx.email.example.com */
	fixture_end(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples_of_the_rfc),
		cmocka_unit_test(test_letters_and_escapes),
		cmocka_unit_test(test_splitting),
		cmocka_unit_test(test_syntax_errors),
		cmocka_unit_test(test_domain_end),
		cmocka_unit_test(test_uses),
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_bad_target_names),
		cmocka_unit_test(test_rooms),
		cmocka_unit_test(test_endless_macros),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
