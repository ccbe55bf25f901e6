/* test_clientnames.c - which names of a PTR rrset are validated, what they cost, and which one is
 * %{p} (RFC 7208 sections 5.5, 7.3). */
#include "spf/clientnames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

static const struct ipaddr client = { .family = IPFAMILY_4, .bytes = { 192, 0, 2, 3 } };

static struct dname name_of(const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	return name;
}

/* The names in sorted order, as answers have them; NULL ends them. */
static struct answer *ptr_of(const char *const *names)
{
	struct answer_builder b = { 0 };
	const struct dname qname = name_of("3.2.0.192.in-addr.arpa");
	answer_builder_begin(&b, &qname, RRTYPE_PTR);
	for (; *names; names++) {
		const struct dname name = name_of(*names);
		answer_builder_add(&b, name.wire, name.size, 0);
	}
	struct answer *a = answer_build(&b);
	assert_non_null(a);
	answer_builder_fini(&b);
	return a;
}

static void take_address(struct clientnames *names, unsigned i, const char *rdata)
{
	struct answer_builder b = { 0 };
	const struct dname qname = name_of("host.example");
	answer_builder_begin(&b, &qname, RRTYPE_A);
	if (rdata)
		answer_builder_add(&b, rdata, 4, 0);
	struct answer *a = answer_build(&b);
	assert_non_null(a);
	clientnames_take_addresses(names, i, a, &client);
	answer_unref(a);
	answer_builder_fini(&b);
}

static void take_failure(struct clientnames *names, unsigned i)
{
	const struct dname qname = name_of("host.example");
	struct answer *a = answer_of_failure(&qname, RRTYPE_A, ANSWER_SERVFAIL, NULL);
	assert_non_null(a);
	clientnames_take_addresses(names, i, a, &client);
	answer_unref(a);
}

static void begin(
        struct clientnames *names, const char *const *texts, unsigned max, unsigned wanted)
{
	struct answer *ptr = ptr_of(texts);
	assert_int_equal(clientnames_take_ptr(names, ptr, max), wanted);
	answer_unref(ptr);
}

static void expect_best(const struct clientnames *names, const char *domain, const char *wanted)
{
	char text[DNAME_TEXT_BYTES];
	const struct dname name = name_of(domain);
	struct dname best;
	if (!wanted) {
		assert_false(clientnames_best(names, &name, &best));
		return;
	}
	assert_true(clientnames_best(names, &name, &best));
	assert_string_equal(dname_text(&best, text), wanted);
}

static bool within(const struct clientnames *names, const char *domain)
{
	const struct dname name = name_of(domain);
	return clientnames_any_within(names, &name);
}

/* Only names with the client's address count. One without any is no void look-up: the client owns
 * it. */
static void test_validation(void **state)
{
	static const char *const texts[] = { "a.example.com", "b.example.net", "c.example.org",
		"d.example.org", NULL };
	struct clientnames names = { 0 };
	(void)state;
	begin(&names, texts, 10, 4);
	take_address(&names, 0, "\300\0\2\4");
	take_address(&names, 1, "\300\0\2\3");
	take_address(&names, 2, NULL);
	take_failure(&names, 3);
	assert_int_equal(names.n_validated, 1);
	assert_false(names.is_void);
	assert_true(within(&names, "example.net"));
	assert_true(within(&names, "B.example.NET"));
	assert_false(within(&names, "example.com"));
	assert_false(within(&names, "example.org"));
	expect_best(&names, "example.com", "b.example.net");
	clientnames_reset(&names);
	assert_null(names.ptr);
	assert_int_equal(names.n_validated, 0);
	assert_false(within(&names, "example.net"));
}

static void test_best(void **state)
{
	static const char *const texts[] = { "a.example.net", "b.example.com", "c.example.com",
		"example.com", NULL };
	struct clientnames names = { 0 };
	(void)state;
	begin(&names, texts, 10, 4);
	for (unsigned i = 0; i < 4; i++)
		take_address(&names, i, "\300\0\2\3");
	expect_best(&names, "example.com", "example.com");
	expect_best(&names, "com", "b.example.com");
	expect_best(&names, "c.example.com", "c.example.com");
	expect_best(&names, "example.org", "a.example.net");
	clientnames_reset(&names);
}

static void test_nothing(void **state)
{
	static const char *const none[] = { NULL };
	struct clientnames names = { 0 };
	(void)state;
	expect_best(&names, "example.com", NULL);
	begin(&names, none, 10, 0);
	assert_true(names.is_void);
	assert_null(names.ptr);
	const struct dname qname = name_of("3.2.0.192.in-addr.arpa");
	struct answer *failed = answer_of_failure(&qname, RRTYPE_PTR, ANSWER_TIMEOUT, NULL);
	assert_int_equal(clientnames_take_ptr(&names, failed, 10), 0);
	assert_false(names.is_void);
	answer_unref(failed);
	expect_best(&names, "example.com", NULL);
	clientnames_reset(&names);
}

static void test_limit(void **state)
{
	static const char *const texts[] = { "a.example", "b.example", "c.example", NULL };
	struct clientnames names = { 0 };
	(void)state;
	begin(&names, texts, 2, 2);
	clientnames_reset(&names);
	begin(&names, texts, 3, 3);
	clientnames_reset(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_validation),
		cmocka_unit_test(test_best),
		cmocka_unit_test(test_nothing),
		cmocka_unit_test(test_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
