/* test_answer.c - packing, order, duplicates and the reference count. */
#include "dns/answer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

static struct dname name_of(const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	return name;
}

static struct answer_builder begun(const char *qname, enum rrtype type)
{
	struct answer_builder b = { 0 };
	const struct dname name = name_of(qname);
	answer_builder_begin(&b, &name, type);
	return b;
}

static struct answer *built(struct answer_builder *b)
{
	struct answer *a = answer_build(b);
	assert_non_null(a);
	answer_builder_fini(b);
	return a;
}

static void add_name(struct answer_builder *b, const char *text, uint16_t preference)
{
	const struct dname name = name_of(text);
	answer_builder_add(b, name.wire, name.size, preference);
}

static void assert_target(const struct answer *a, unsigned i, const char *text)
{
	char buffer[DNAME_TEXT_BYTES];
	struct dname target;
	answer_target(a, i, &target);
	assert_string_equal(dname_text(&target, buffer), text);
}

static void the_block_holds_what_was_asked(void **state)
{
	(void)state;
	char text[DNAME_TEXT_BYTES];
	struct dname name;
	struct answer_builder b = begun("WWW.Example.com", RRTYPE_A);
	b.canonical = name_of("Host.Example.NET");
	b.dnssec = ANSWER_SECURE;
	b.attempts = 1000;
	b.upstream = 64;
	b.ttl_s = 300;
	answer_builder_add(&b, "\300\0\2\1", 4, 7);
	struct answer *a = built(&b);
	assert_int_equal(a->status, ANSWER_OK);
	assert_int_equal(a->dnssec, ANSWER_SECURE);
	assert_int_equal(a->attempts, 255);
	assert_int_equal(a->upstream, 64);
	assert_int_equal(a->received_s, 0);
	assert_int_equal(a->ttl_s, 300);
	assert_int_equal(a->type, RRTYPE_A);
	assert_int_equal(a->n_records, 1);
	assert_int_equal(a->n_references, 1);
	assert_int_equal(a->records[0].preference, 0);
	answer_qname(a, &name);
	assert_string_equal(dname_text(&name, text), "www.example.com");
	answer_canonical(a, &name);
	assert_string_equal(dname_text(&name, text), "host.example.net");
	assert_string_equal(answer_cause(a), "");
	const struct ipaddr ip = answer_address(a, 0);
	assert_string_equal(ipaddr_text(&ip, text), "192.0.2.1");
	answer_unref(a);
}

static void without_a_chain_the_canonical_name_is_the_qname(void **state)
{
	(void)state;
	struct dname qname, canonical;
	struct answer_builder b = begun("Example.com", RRTYPE_TXT);
	struct answer *a = built(&b);
	answer_qname(a, &qname);
	answer_canonical(a, &canonical);
	assert_int_equal(qname.size, 13);
	assert_memory_equal(qname.wire, "\7example\3com", 13);
	assert_true(dname_equal(&qname, &canonical));
	assert_int_equal(a->status, ANSWER_NODATA);
	assert_true(answer_is_void(a));
	answer_unref(a);
}

static void addresses_are_sorted_and_single(void **state)
{
	(void)state;
	struct answer_builder b = begun("example.com", RRTYPE_A);
	answer_builder_add(&b, "\12\0\0\3", 4, 0);
	answer_builder_add(&b, "\377\0\0\1", 4, 0);
	answer_builder_add(&b, "\12\0\0\1", 4, 0);
	answer_builder_add(&b, "\12\0\0\3", 4, 0);
	struct answer *a = built(&b);
	assert_int_equal(a->n_records, 3);
	assert_memory_equal(answer_rdata(a, 0), "\12\0\0\1", 4);
	assert_memory_equal(answer_rdata(a, 1), "\12\0\0\3", 4);
	assert_memory_equal(answer_rdata(a, 2), "\377\0\0\1", 4);
	answer_unref(a);

	b = begun("example.com", RRTYPE_AAAA);
	answer_builder_add(&b, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\2", 16, 0);
	answer_builder_add(&b, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1", 16, 0);
	a = built(&b);
	const struct ipaddr ip = answer_address(a, 0);
	char text[IPADDR_TEXT_BYTES];
	assert_string_equal(ipaddr_text(&ip, text), "2001:db8::1");
	answer_unref(a);
}

static bool has(const struct answer *a, const char *text, unsigned prefix_bits)
{
	struct ipaddr ip;
	assert_int_equal(ipaddr_parse(&ip, text, strlen(text)), ERROR_NONE);
	return answer_has_address(a, &ip, prefix_bits);
}

static void an_address_is_found_by_its_prefix(void **state)
{
	(void)state;
	struct answer_builder b = begun("example.com", RRTYPE_A);
	answer_builder_add(&b, "\12\0\0\1", 4, 0);
	answer_builder_add(&b, "\12\0\1\1", 4, 0);
	struct answer *a = built(&b);
	assert_true(has(a, "10.0.0.1", 32));
	assert_true(has(a, "10.0.1.1", 32));
	assert_false(has(a, "10.0.0.2", 32));
	assert_true(has(a, "10.0.0.2", 24));
	assert_false(has(a, "10.0.2.1", 24));
	assert_true(has(a, "192.0.2.1", 0));
	assert_false(has(a, "::", 0));
	answer_unref(a);

	/* a mapped address in an AAAA is IPv6, that of a client is IPv4 */
	b = begun("example.com", RRTYPE_AAAA);
	answer_builder_add(&b, "\0\0\0\0\0\0\0\0\0\0\377\377\12\0\0\1", 16, 0);
	a = built(&b);
	assert_false(has(a, "::ffff:10.0.0.1", 32));
	assert_false(has(a, "10.0.0.1", 0));
	answer_unref(a);

	b = begun("example.com", RRTYPE_A);
	a = built(&b);
	assert_false(has(a, "10.0.0.1", 0));
	answer_unref(a);
}

static void mx_is_by_preference_then_name(void **state)
{
	(void)state;
	struct answer_builder b = begun("example.com", RRTYPE_MX);
	add_name(&b, "mx2.example.com", 20);
	add_name(&b, "MX1.example.com", 300);
	add_name(&b, "b.example.com", 10);
	add_name(&b, "A.example.com", 10);
	add_name(&b, "a.EXAMPLE.com", 10); /* the same record, but for case */
	add_name(&b, "a.example.com", 20);
	struct answer *a = built(&b);
	static const struct {
		unsigned preference;
		const char *target;
	} expected[] = { { 10, "a.example.com" }, { 10, "b.example.com" }, { 20, "a.example.com" },
		{ 20, "mx2.example.com" }, { 300, "mx1.example.com" } };
	assert_int_equal(a->n_records, 5);
	for (unsigned i = 0; i < 5; i++) {
		assert_int_equal(a->records[i].preference, expected[i].preference);
		assert_target(a, i, expected[i].target);
	}
	answer_unref(a);
}

static void null_mx_is_a_record(void **state)
{
	(void)state;
	struct answer_builder b = begun("example.com", RRTYPE_MX);
	add_name(&b, ".", 0);
	struct answer *a = built(&b);
	assert_int_equal(a->n_records, 1);
	assert_target(a, 0, ".");
	answer_unref(a);
}

static void ptr_is_by_name_and_ignores_preference(void **state)
{
	(void)state;
	struct answer_builder b = begun("1.2.0.192.in-addr.arpa", RRTYPE_PTR);
	add_name(&b, "b.example", 1);
	add_name(&b, "A.example", 2);
	add_name(&b, "a.example", 3);
	struct answer *a = built(&b);
	assert_int_equal(a->n_records, 2);
	assert_target(a, 0, "a.example");
	assert_target(a, 1, "b.example");
	assert_int_equal(a->records[1].preference, 0);
	answer_unref(a);
}

static void assert_txt(const struct answer *a, unsigned i, const char *text)
{
	assert_int_equal(a->records[i].rdata_size, strlen(text));
	assert_memory_equal(answer_rdata(a, i), text, strlen(text));
}

static void assert_strings(const struct answer *a, unsigned i, unsigned n, const char *sizes)
{
	const uint8_t *found;
	assert_int_equal(answer_strings(a, i, &found), n);
	assert_memory_equal(found, sizes, n);
}

static void txt_is_joined_in_the_order_of_the_packet(void **state)
{
	(void)state;
	struct answer_builder b = begun("example.com", RRTYPE_TXT);
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\7v=spf1 \4-all", 13));
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\1b", 2));
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\1a", 2));
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\0", 1));
	answer_builder_add(&b, "joined", 6, 9);
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\1b", 2)); /* again */
	struct answer *a = built(&b);
	assert_int_equal(a->n_records, 5);
	assert_txt(a, 0, "v=spf1 -all");
	assert_txt(a, 1, "b");
	assert_txt(a, 2, "a");
	assert_txt(a, 3, "");
	assert_txt(a, 4, "joined");
	assert_strings(a, 0, 2, "\7\4");
	assert_strings(a, 1, 1, "\1");
	assert_strings(a, 3, 1, "\0");
	assert_strings(a, 4, 0, ""); /* added as text: not known */
	answer_unref(a);
}

/* RFC 7208 section 4.5: two records are a permerror; they are two when their character-strings
 * differ. */
static void txt_that_only_reads_the_same_is_two_records(void **state)
{
	(void)state;
	struct answer_builder b = begun("example.com", RRTYPE_TXT);
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\2ab\1c", 5));
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\1a\2bc", 5));
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\3abc", 4));
	assert_true(answer_builder_add_txt(&b, (const uint8_t *)"\2ab\1c", 5));
	struct answer *a = built(&b);
	assert_int_equal(a->n_records, 3);
	for (unsigned i = 0; i < 3; i++)
		assert_txt(a, i, "abc");
	assert_strings(a, 0, 2, "\2\1");
	assert_strings(a, 1, 2, "\1\2");
	assert_strings(a, 2, 1, "\3");
	answer_unref(a);
}

static void cut_txt_is_refused_and_adds_nothing(void **state)
{
	(void)state;
	struct answer_builder b = begun("example.com", RRTYPE_TXT);
	assert_false(answer_builder_add_txt(&b, (const uint8_t *)"\3ab", 3));
	assert_false(answer_builder_add_txt(&b, (const uint8_t *)"\1a\1", 3));
	assert_false(answer_builder_add_txt(&b, (const uint8_t *)"\xff", 1));
	struct answer *a = built(&b);
	assert_int_equal(a->n_records, 0);
	answer_unref(a);
}

static void the_longest_txt_fits(void **state)
{
	(void)state;
	static uint8_t rdata[65535];
	size_t joined = 0;
	for (size_t at = 0; at < sizeof(rdata); at += 256) {
		const size_t left = sizeof(rdata) - at - 1;
		rdata[at] = (uint8_t)(left < 255 ? left : 255);
		joined += rdata[at];
	}
	struct answer_builder b = begun("example.com", RRTYPE_TXT);
	assert_true(answer_builder_add_txt(&b, rdata, sizeof(rdata)));
	memset(rdata, 0, sizeof(rdata));
	assert_true(answer_builder_add_txt(&b, rdata, sizeof(rdata)));
	struct answer *a = built(&b);
	assert_int_equal(a->n_records, 2);
	assert_int_equal(a->records[0].rdata_size, joined);
	assert_int_equal(a->records[1].rdata_size, 0);
	answer_unref(a);
}

static void at_most_65535_records_are_kept(void **state)
{
	(void)state;
	struct answer_builder b = begun("example.com", RRTYPE_A);
	for (uint32_t i = 0; i < 65600; i++) {
		const uint8_t rdata[4] = { 10, (uint8_t)(i >> 16), (uint8_t)(i >> 8), (uint8_t)i };
		answer_builder_add(&b, rdata, 4, 0);
	}
	struct answer *a = built(&b);
	assert_int_equal(a->n_records, 65535);
	assert_memory_equal(answer_rdata(a, 65534), "\12\0\377\376", 4);
	answer_unref(a);
}

static void a_builder_is_used_again(void **state)
{
	(void)state;
	struct answer_builder b = begun("first.example", RRTYPE_A);
	answer_builder_add(&b, "\1\2\3\4", 4, 0);
	b.attempts = 3;
	b.ttl_s = 60;
	memcpy(b.cause, "old", 4);
	struct answer *first = answer_build(&b);
	const struct dname qname = name_of("second.example");
	answer_builder_begin(&b, &qname, RRTYPE_TXT);
	b.status = ANSWER_NXDOMAIN;
	struct answer *second = answer_build(&b);
	answer_builder_fini(&b);
	answer_builder_fini(&b);
	assert_true(first && second);
	assert_int_equal(second->status, ANSWER_NXDOMAIN);
	assert_int_equal(second->n_records, 0);
	assert_int_equal(second->attempts, 0);
	assert_int_equal(second->ttl_s, 0);
	assert_string_equal(answer_cause(second), "");
	assert_string_equal(answer_cause(first), "old");
	assert_int_equal(first->n_records, 1);
	answer_unref(first);
	answer_unref(second);
}

static void no_memory_gives_null(void **state)
{
	(void)state;
	struct answer_builder b = begun("example.com", RRTYPE_A);
	answer_builder_add(&b, "\1\2\3\4", 4, 0);
	b.rdata.failed = true;
	assert_null(answer_build(&b));
	const struct dname qname = name_of("example.com");
	answer_builder_begin(&b, &qname, RRTYPE_A);
	struct answer *a = built(&b);
	answer_unref(a);
}

static void failures_carry_their_cause(void **state)
{
	(void)state;
	const struct dname qname = name_of("Example.com");
	struct answer *a = answer_of_failure(
	        &qname, RRTYPE_MX, ANSWER_BOGUS, "validation failure <example.com.>");
	assert_non_null(a);
	assert_int_equal(a->status, ANSWER_BOGUS);
	assert_int_equal(a->type, RRTYPE_MX);
	assert_false(answer_is_definite(a) || answer_is_void(a));
	assert_string_equal(answer_cause(a), "validation failure <example.com.>");
	answer_unref(a);

	char long_cause[1000];
	memset(long_cause, 'c', sizeof(long_cause) - 1);
	long_cause[sizeof(long_cause) - 1] = '\0';
	a = answer_of_failure(&qname, RRTYPE_A, ANSWER_TIMEOUT, long_cause);
	assert_non_null(a);
	assert_int_equal(strlen(answer_cause(a)), 255);
	answer_unref(a);

	a = answer_of_failure(&qname, RRTYPE_A, ANSWER_TIMEOUT, NULL);
	assert_non_null(a);
	assert_string_equal(answer_cause(a), "");
	answer_unref(a);
}

static void every_status_has_its_word(void **state)
{
	(void)state;
	for (int i = 0; i < ANSWER_STATUS_COUNT; i++) {
		const struct answer a = { .status = (uint8_t)i };
		assert_int_equal(answer_is_definite(&a),
		        i == ANSWER_OK || i == ANSWER_NODATA || i == ANSWER_NXDOMAIN);
		assert_int_equal(answer_is_void(&a), i == ANSWER_NODATA || i == ANSWER_NXDOMAIN);
		for (int j = 0; j < i; j++)
			assert_string_not_equal(answer_status_text((enum answer_status)i),
			        answer_status_text((enum answer_status)j));
	}
	assert_string_equal(answer_status_text(ANSWER_NXDOMAIN), "nxdomain");
}

struct counted {
	struct answer_attachment attachment;
	int *n_freed;
};

static void counted_free(struct answer_attachment *attachment)
{
	++*((struct counted *)attachment)->n_freed;
	free(attachment);
}

static void the_last_reference_takes_the_attachment_along(void **state)
{
	(void)state;
	int n_freed = 0;
	const struct dname qname = name_of("example.com");
	const struct answer *a = answer_of_failure(&qname, RRTYPE_TXT, ANSWER_NXDOMAIN, NULL);
	struct counted *c = malloc(sizeof(*c));
	assert_true(a && c);
	*c = (struct counted){ .attachment = { .free = counted_free, .size_bytes = sizeof(*c) },
		.n_freed = &n_freed };
	answer_attach(a, &c->attachment);
	assert_ptr_equal(a->attachment, &c->attachment);
	assert_ptr_equal(answer_ref(a), a);
	answer_unref(a);
	assert_int_equal(n_freed, 0);
	answer_unref(a);
	assert_int_equal(n_freed, 1);
	assert_null(answer_ref(NULL));
	answer_unref(NULL);
}

static struct answer *nxdomain_of(
        const char *name, const char *canonical, bool is_of_root, enum answer_status status)
{
	struct answer_builder b = { 0 };
	const struct dname qname = name_of(name);
	answer_builder_begin(&b, &qname, RRTYPE_TXT);
	b.status = status;
	b.canonical = name_of(canonical);
	b.is_of_root = is_of_root;
	b.dnssec = ANSWER_SECURE;
	b.ttl_s = 77;
	b.upstream = 3;
	struct answer *a = answer_build(&b);
	assert_non_null(a);
	answer_builder_fini(&b);
	a->received_s = 1000;
	return a;
}

static void an_nxdomain_reaches_as_far_as_it_may(void **state)
{
	(void)state;
	static const struct {
		const char *name, *canonical;
		bool is_of_root;
		enum answer_status status;
		bool no_such_name, no_such_top;
	} cases[] = {
		{ "a.dead", "a.dead", true, ANSWER_NXDOMAIN, true, false },
		{ "dead", "dead", true, ANSWER_NXDOMAIN, true, true },
		{ "dead", "dead", false, ANSWER_NXDOMAIN, true, false },
		{ ".", ".", true, ANSWER_NXDOMAIN, true, false },
		{ "arpa", "arpa", true, ANSWER_NXDOMAIN, true, false },
		{ "arpb", "arpb", true, ANSWER_NXDOMAIN, true, true },
		{ "alias", "dead", true, ANSWER_NXDOMAIN, false, false },
		{ "a.dead", "a.dead", false, ANSWER_NODATA, false, false },
		{ "a.dead", "a.dead", false, ANSWER_SERVFAIL, false, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		const struct answer *a = nxdomain_of(
		        cases[i].name, cases[i].canonical, cases[i].is_of_root, cases[i].status);
		assert_int_equal(answer_is_no_such_name(a), cases[i].no_such_name);
		assert_int_equal(answer_is_no_such_top(a), cases[i].no_such_top);
		answer_unref(a);
	}
}

static void what_is_derived_says_so(void **state)
{
	(void)state;
	struct slab slab;
	slab_init(&slab);
	const struct answer *a = nxdomain_of("dead", "dead", true, ANSWER_NXDOMAIN);
	const struct dname name = name_of("x.dead");
	const struct answer *d = answer_derive(a, &name, RRTYPE_MX, &slab);
	assert_non_null(d);
	answer_unref(a);
	struct dname qname;
	answer_qname(d, &qname);
	assert_true(dname_equal(&qname, &name));
	assert_int_equal(d->status, ANSWER_NXDOMAIN);
	assert_int_equal(d->type, RRTYPE_MX);
	assert_int_equal(d->ttl_s, 77);
	assert_int_equal(d->dnssec, ANSWER_SECURE);
	assert_int_equal(d->upstream, 3);
	assert_int_equal(d->received_s, 1000);
	assert_true(d->is_derived && answer_is_no_such_name(d));
	assert_false(answer_is_no_such_top(d));
	answer_unref(d);
	slab_fini(&slab);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_block_holds_what_was_asked),
		cmocka_unit_test(without_a_chain_the_canonical_name_is_the_qname),
		cmocka_unit_test(addresses_are_sorted_and_single),
		cmocka_unit_test(an_address_is_found_by_its_prefix),
		cmocka_unit_test(mx_is_by_preference_then_name),
		cmocka_unit_test(null_mx_is_a_record),
		cmocka_unit_test(ptr_is_by_name_and_ignores_preference),
		cmocka_unit_test(txt_is_joined_in_the_order_of_the_packet),
		cmocka_unit_test(txt_that_only_reads_the_same_is_two_records),
		cmocka_unit_test(cut_txt_is_refused_and_adds_nothing),
		cmocka_unit_test(the_longest_txt_fits),
		cmocka_unit_test(at_most_65535_records_are_kept),
		cmocka_unit_test(a_builder_is_used_again),
		cmocka_unit_test(no_memory_gives_null),
		cmocka_unit_test(failures_carry_their_cause),
		cmocka_unit_test(every_status_has_its_word),
		cmocka_unit_test(the_last_reference_takes_the_attachment_along),
		cmocka_unit_test(an_nxdomain_reaches_as_far_as_it_may),
		cmocka_unit_test(what_is_derived_says_so),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
