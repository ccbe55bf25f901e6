/* test_wire.c - dns/wire.h: packets put together by hand, the honest and the hostile. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/clock.h"
#include "tests/resolver/packet.h"
#include "dns/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The decoder gets an exact copy on the heap, so that the address sanitizer sees a read past the
 * end. */
static const struct answer *decoded_bytes(
        const uint8_t *bytes, size_t size, const char *name, enum rrtype type)
{
	struct answer_builder b = { 0 };
	struct dname qname;
	uint8_t *copy = malloc(size ? size : 1);
	if (size)
		memcpy(copy, bytes, size);
	assert_int_equal(dname_parse(&qname, name, strlen(name)), ERROR_NONE);
	answer_builder_begin(&b, &qname, type);
	const bool believed = wire_decode(&b, copy, size);
	assert_int_equal(believed, b.status != ANSWER_MALFORMED);
	assert_true(believed || b.cause[0]);
	const struct answer *a = answer_build(&b);
	assert_non_null(a);
	answer_builder_fini(&b);
	free(copy);
	return a;
}

static const struct answer *decoded(const struct packet *p, const char *name, enum rrtype type)
{
	return decoded_bytes(p->bytes, p->size, name, type);
}

static void expect(const struct packet *p, const char *name, enum rrtype type,
        enum answer_status status, unsigned n_records, uint32_t ttl_s)
{
	const struct answer *a = decoded(p, name, type);
	if (a->status != status || a->n_records != n_records || a->ttl_s != ttl_s)
		fail_msg("%s, %u records, ttl %u: %s",
		        answer_status_text((enum answer_status)a->status), a->n_records, a->ttl_s,
		        answer_cause(a));
	answer_unref(a);
}

static void expect_malformed(
        const struct packet *p, const char *name, enum rrtype type, const char *cause)
{
	const struct answer *a = decoded(p, name, type);
	assert_string_equal(answer_status_text((enum answer_status)a->status), "malformed");
	assert_string_equal(answer_cause(a), cause);
	assert_int_equal(a->n_records, 0);
	answer_unref(a);
}

static struct packet p;

static void every_type_is_read(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	packet_put_a(&p, "EXAMPLE.com", 300, 2);
	packet_put_a(&p, "example.com", 200, 1);
	expect(&p, "Example.Com", RRTYPE_A, ANSWER_OK, 2, 200);

	static const uint8_t six[16] = { 0x20, 1, 0x0d, 0xb8 };
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_AAAA);
	packet_put_pointer(&p, QNAME_AT);
	packet_put_rr(&p, ANSWER_SECTION, RRTYPE_AAAA, CLASS_IN, 5, six, 16);
	expect(&p, "example.com", RRTYPE_AAAA, ANSWER_OK, 1, 5);

	packet_begin(&p, RESPONSE, "example.com", RRTYPE_TXT);
	packet_put_pointer(&p, QNAME_AT);
	packet_put_rr(&p, ANSWER_SECTION, RRTYPE_TXT, CLASS_IN, 5, "\3abc\0\2de", 8);
	const struct answer *a = decoded(&p, "example.com", RRTYPE_TXT);
	assert_int_equal(a->records[0].rdata_size, 5);
	assert_memory_equal(answer_rdata(a, 0), "abcde", 5);
	answer_unref(a);

	packet_begin(&p, RESPONSE, "example.com", RRTYPE_MX);
	packet_put_pointer(&p, QNAME_AT);
	packet_put_rr(&p, ANSWER_SECTION, RRTYPE_MX, CLASS_IN, 5, "\1\2\2MX\xc0\x0c", 7);
	a = decoded(&p, "example.com", RRTYPE_MX);
	struct dname target;
	char text[DNAME_TEXT_BYTES];
	answer_target(a, 0, &target);
	assert_string_equal(dname_text(&target, text), "mx.example.com");
	assert_int_equal(a->records[0].preference, 258);
	answer_unref(a);

	packet_begin(&p, RESPONSE, "1.2.0.192.in-addr.arpa", RRTYPE_PTR);
	packet_put_pointer(&p, QNAME_AT);
	packet_put_name_rr(&p, RRTYPE_PTR, 5, "host.example.com");
	expect(&p, "1.2.0.192.in-addr.arpa", RRTYPE_PTR, ANSWER_OK, 1, 5);

	packet_begin(&p, RESPONSE, "example.com", RRTYPE_CNAME);
	packet_put_cname(&p, "example.com", 5, "other.example.com");
	expect(&p, "example.com", RRTYPE_CNAME, ANSWER_OK, 1, 5);
}

/* A chain in any order of RRs, amid what is none of it. */
static void chains_are_followed(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE, "a.example.com", RRTYPE_A);
	packet_put_a(&p, "d.example.com", 100, 1);
	packet_put_cname(&p, "c.example.com", 90, "D.example.com");
	packet_put_cname(&p, "unrelated.example.com", 1, "d.example.com");
	packet_put_cname(&p, "b.example.com", 80, "c.example.com");
	packet_put_name(&p, "a.example.com");
	packet_put_rr(&p, ANSWER_SECTION, TYPE_DNAME, CLASS_IN, 1, "\0", 1);
	packet_put_cname(&p, "A.example.com", 95, "b.EXAMPLE.com");
	packet_put_a(&p, "a.example.com", 1, 9); /* beside a CNAME: no part of the answer */
	expect(&p, "a.example.com", RRTYPE_A, ANSWER_OK, 1, 80);
	const struct answer *a = decoded(&p, "a.example.com", RRTYPE_A);
	struct dname name;
	char text[DNAME_TEXT_BYTES];
	answer_canonical(a, &name);
	assert_string_equal(dname_text(&name, text), "d.example.com");
	answer_unref(a);

	packet_begin(&p, RESPONSE | 3, "a.example.com", RRTYPE_A);
	packet_put_cname(&p, "a.example.com", 50, "gone.example.com");
	packet_put_soa(&p, 900, 60);
	expect(&p, "a.example.com", RRTYPE_A, ANSWER_NXDOMAIN, 0, 50);

	packet_begin(&p, RESPONSE, "a.example.com", RRTYPE_MX);
	packet_put_cname(&p, "a.example.com", 500, "b.example.com");
	packet_put_soa(&p, 900, 60);
	expect(&p, "a.example.com", RRTYPE_MX, ANSWER_NODATA, 0, 60);
}

static void chains_end(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE, "a", RRTYPE_A);
	packet_put_cname(&p, "a", 5, "b");
	packet_put_cname(&p, "b", 5, "a");
	expect(&p, "a", RRTYPE_A, ANSWER_SERVFAIL, 0, 0);

	for (unsigned links = WIRE_CNAME_MAX - 1; links <= WIRE_CNAME_MAX + 1; links++) {
		packet_begin(&p, RESPONSE, "n0", RRTYPE_A);
		char from[16], to[16];
		for (unsigned i = 0; i < links; i++) {
			snprintf(from, sizeof from, "n%u", i);
			snprintf(to, sizeof to, "n%u", i + 1);
			packet_put_cname(&p, from, 5, to);
		}
		packet_put_a(&p, to, 5, 1);
		const bool too_long = links > WIRE_CNAME_MAX;
		expect(&p, "n0", RRTYPE_A, too_long ? ANSWER_SERVFAIL : ANSWER_OK, !too_long,
		        too_long ? 0 : 5);
	}
}

static void expect_half(const char *target, uint32_t ttl_s)
{
	const struct answer *a = decoded(&p, "a.example.com", RRTYPE_TXT);
	struct dname name;
	char text[DNAME_TEXT_BYTES];
	assert_true(a->is_half);
	assert_int_equal(a->ttl_s, ttl_s);
	answer_canonical(a, &name);
	assert_string_equal(dname_text(&name, text), target);
	answer_unref(a);
}

/* A CNAME whose target the message does not know says nothing about the target. */
static void half_chains_are_marked(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE, "a.example.com", RRTYPE_TXT);
	packet_put_cname(&p, "a.example.com", 50, "b.example.com");
	packet_put_cname(&p, "b.example.com", 40, "c.example.net");
	expect_half("c.example.net", 40);
	packet_put_soa(&p, 900, 60); /* example.com's: of another zone than the target */
	expect_half("c.example.net", 40);

	packet_begin(&p, RESPONSE, "a.example.com", RRTYPE_TXT);
	packet_put_cname(&p, "a.example.com", 50, "b.example.com");
	packet_put_name(&p, "example.com");
	packet_put_rr(&p, AUTHORITY_SECTION, TYPE_NS, CLASS_IN, 50, "\0", 1);
	expect_half("b.example.com", 50);

	packet_put_soa(&p, 900, 60);
	const struct answer *a = decoded(&p, "a.example.com", RRTYPE_TXT);
	assert_false(a->is_half);
	assert_int_equal(a->status, ANSWER_NODATA);
	answer_unref(a);
}

/* RFC 2308 section 2.1: name servers without an SOA send us elsewhere; that is not "no data". */
static void a_referral_is_a_failure(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE, "a.example.com", RRTYPE_TXT);
	packet_put_name(&p, "com");
	packet_put_rr(&p, AUTHORITY_SECTION, TYPE_NS, CLASS_IN, 50, "\0", 1);
	expect(&p, "a.example.com", RRTYPE_TXT, ANSWER_SERVFAIL, 0, 0);
	packet_put_soa(&p, 900, 60);
	expect(&p, "a.example.com", RRTYPE_TXT, ANSWER_NODATA, 0, 60);
}

static void nothing_is_told_apart(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	expect(&p, "example.com", RRTYPE_A, ANSWER_NODATA, 0,
	        0); /* no SOA: no time to live (RFC 2308 section 5) */
	packet_put_soa(&p, 30, 900);
	expect(&p, "example.com", RRTYPE_A, ANSWER_NODATA, 0, 30);
	packet_begin(&p, RESPONSE | 3, "example.com", RRTYPE_A);
	packet_put_soa(&p, 900, 40);
	expect(&p, "example.com", RRTYPE_A, ANSWER_NXDOMAIN, 0, 40);
	packet_begin(&p, RESPONSE | 5, "example.com", RRTYPE_A);
	expect(&p, "example.com", RRTYPE_A, ANSWER_REFUSED, 0, 0);
	packet_begin(&p, RESPONSE | 2, "example.com", RRTYPE_A);
	packet_put_a(&p, "example.com", 5, 1);
	expect(&p, "example.com", RRTYPE_A, ANSWER_SERVFAIL, 0, 0);
}

/* Only with NXDOMAIN, and only by the owner of the SOA. */
static void what_the_root_says_is_told_apart(void **state)
{
	(void)state;
	static const struct {
		unsigned rcode;
		const char *zone; /* NULL: no SOA */
		bool is_of_root;
	} cases[] = {
		{ 3, ".", true },
		{ 3, "com", false },
		{ 3, "example.com", false },
		{ 3, NULL, false },
		{ 0, ".", false },
		{ 2, ".", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		packet_begin(&p, RESPONSE | cases[i].rcode, "a.example.com", RRTYPE_A);
		if (cases[i].zone)
			packet_put_soa_of(&p, cases[i].zone, 900, 60);
		const struct answer *a = decoded(&p, "a.example.com", RRTYPE_A);
		assert_int_equal(a->is_of_root, cases[i].is_of_root);
		answer_unref(a);
	}
	/* a pointer to a root label is the root, too */
	packet_begin(&p, RESPONSE | 3, "a", RRTYPE_A);
	packet_put_pointer(&p, QNAME_AT + 2);
	packet_put_rr(&p, AUTHORITY_SECTION, RRTYPE_SOA, CLASS_IN, 9, "0123456789012345678901", 22);
	const struct answer *a = decoded(&p, "a", RRTYPE_A);
	assert_true(a->is_of_root);
	answer_unref(a);
}

static void other_rcodes_are_named(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE | 4, "example.com", RRTYPE_A);
	const struct answer *a = decoded(&p, "example.com", RRTYPE_A);
	assert_int_equal(a->status, ANSWER_SERVFAIL);
	assert_string_equal(answer_cause(a), "rcode NOTIMP");
	answer_unref(a);
	/* BADVERS is 16: its upper bits are in the OPT, beside an RCODE of 0 in the header. */
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	packet_put_name(&p, ".");
	packet_put_rr(&p, ADDITIONAL_SECTION, TYPE_OPT, 1232, 0x01000000, "", 0);
	a = decoded(&p, "example.com", RRTYPE_A);
	assert_int_equal(a->status, ANSWER_SERVFAIL);
	assert_string_equal(answer_cause(a), "rcode BADVERS");
	answer_unref(a);
	packet_begin(&p, RESPONSE | 1, "example.com", RRTYPE_A);
	packet_put_name(&p, ".");
	packet_put_rr(&p, ADDITIONAL_SECTION, TYPE_OPT, 1232, 0xff000000, "", 0);
	a = decoded(&p, "example.com", RRTYPE_A);
	assert_string_equal(answer_cause(a), "rcode 4081");
	answer_unref(a);
}

static void an_extended_error_is_told_of_failures_only(void **state)
{
	(void)state;
	static const uint8_t ede[] = { 0, 15, 0, 6, 0, 22, 'd', 'o', 'w', 'n' };
	for (unsigned rcode = 0; rcode <= 5; rcode++) {
		packet_begin(&p, RESPONSE | rcode, "example.com", RRTYPE_A);
		packet_put_name(&p, ".");
		packet_put_rr(&p, ADDITIONAL_SECTION, TYPE_OPT, 1232, 0, ede, sizeof ede);
		const struct answer *a = decoded(&p, "example.com", RRTYPE_A);
		assert_string_equal(answer_cause(a),
		        rcode == 0 || rcode == 3 ? ""
		                : rcode == 4
		                ? "rcode NOTIMP, the upstream says: No Reachable Authority (down)"
		                : rcode == 1
		                ? "rcode FORMERR, the upstream says: No Reachable Authority (down)"
		                : "the upstream says: No Reachable Authority (down)");
		answer_unref(a);
	}
}

static void other_classes_and_high_ttls(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	packet_put_name(&p, "example.com");
	packet_put_rr(&p, ANSWER_SECTION, RRTYPE_A, CLASS_CH, 5, "abcd", 4);
	expect_malformed(&p, "example.com", RRTYPE_A, "a record of another class");
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	packet_put_a(&p, "example.com", 0x80000000, 1); /* RFC 2181 section 8: 0 */
	expect(&p, "example.com", RRTYPE_A, ANSWER_OK, 1, 0);
}

static void bad_records_of_the_type_spoil_the_answer(void **state)
{
	(void)state;
	static const struct {
		enum rrtype type;
		const char *rdata;
		size_t size;
	} bad[] = {
		{ RRTYPE_A, "abc", 3 },
		{ RRTYPE_A, "abcde", 5 },
		{ RRTYPE_A, "", 0 },
		{ RRTYPE_AAAA, "abcd", 4 },
		{ RRTYPE_TXT, "\4abc", 4 },
		{ RRTYPE_MX, "\0", 1 },
		{ RRTYPE_MX, "\0\1", 2 },
		{ RRTYPE_MX, "\0\1\1x", 4 },
		{ RRTYPE_MX, "\0\1\1x\0y", 6 },
		{ RRTYPE_PTR, "", 0 },
		{ RRTYPE_PTR, "\1x\0\0", 4 },
		{ RRTYPE_PTR, "\1x\xc0", 3 },
		{ RRTYPE_PTR, "\x40x", 2 },
		{ RRTYPE_PTR, "\xc0\x00", 2 },
		{ RRTYPE_PTR, "\xff\xff", 2 },
	};
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
		packet_begin(&p, RESPONSE, "example.com", bad[i].type);
		packet_put_pointer(&p, QNAME_AT);
		packet_put_rr(
		        &p, ANSWER_SECTION, bad[i].type, CLASS_IN, 5, bad[i].rdata, bad[i].size);
		expect_malformed(
		        &p, "example.com", bad[i].type, "bad record of the type that was asked");
	}
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	packet_put_pointer(&p, QNAME_AT);
	packet_put_rr(&p, ANSWER_SECTION, RRTYPE_CNAME, CLASS_IN, 5, "\5x", 2);
	expect_malformed(&p, "example.com", RRTYPE_A, "bad CNAME record");
}

static void what_is_no_answer_to_the_question(void **state)
{
	(void)state;
	packet_begin(&p, 0x0100, "example.com", RRTYPE_A);
	expect_malformed(&p, "example.com", RRTYPE_A, "not a response");
	packet_begin(&p, RESPONSE | 0x2800, "example.com", RRTYPE_A);
	expect_malformed(&p, "example.com", RRTYPE_A, "not an answer to a query");
	packet_begin(&p, RESPONSE | TRUNCATED, "example.com", RRTYPE_A);
	expect_malformed(&p, "example.com", RRTYPE_A, "truncated");
	packet_begin(&p, RESPONSE, "example.org", RRTYPE_A);
	expect_malformed(&p, "example.com", RRTYPE_A, "answers another question");
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_TXT);
	expect_malformed(&p, "example.com", RRTYPE_A, "answers another question");
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	p.bytes[p.size - 1] = CLASS_CH;
	expect_malformed(&p, "example.com", RRTYPE_A, "answers another question");
	for (unsigned n = 0; n <= 2; n += 2) {
		packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
		p.bytes[5] = (uint8_t)n;
		expect_malformed(&p, "example.com", RRTYPE_A, "not one question");
	}
}

static void lying_counts(void **state)
{
	(void)state;
	for (size_t section = ANSWER_SECTION; section <= ADDITIONAL_SECTION; section += 2) {
		packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
		packet_put_a(&p, "example.com", 5, 1);
		packet_count_up(&p, section);
		expect_malformed(&p, "example.com", RRTYPE_A, "ends inside a record");
		p.bytes[section] = p.bytes[section + 1] = 0xff;
		expect_malformed(&p, "example.com", RRTYPE_A, "ends inside a record");
	}
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	packet_put_a(&p, "example.com", 5, 1);
	p.bytes[p.size - 5] = 200; /* RDLENGTH */
	expect_malformed(&p, "example.com", RRTYPE_A, "ends inside a record");
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	packet_put_a(&p, "example.com", 5, 1);
	packet_put(&p, "trailing", 8);
	expect_malformed(&p, "example.com", RRTYPE_A, "octets behind the last record");
}

/* Pointers to themselves, forward, into the header, in a circle, and in very long chains. */
static void hostile_pointers(void **state)
{
	(void)state;
	static const char *const owners[] = { "self", "forward", "header", "end" };
	for (size_t i = 0; i < sizeof owners / sizeof owners[0]; i++) {
		packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
		const size_t targets[] = { p.size, p.size + 2, 4, 0x3fff };
		packet_put_pointer(&p, targets[i]);
		packet_put_rr(&p, ANSWER_SECTION, RRTYPE_A, CLASS_IN, 5, "abcd", 4);
		expect_malformed(&p, "example.com", RRTYPE_A, "bad owner name");
	}
	/* A label, then a pointer back to that label: it leads backwards, and yet for ever. */
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	const size_t loop_at = p.size;
	packet_put(&p, "\1x", 2);
	packet_put_pointer(&p, loop_at);
	packet_put_rr(&p, ANSWER_SECTION, RRTYPE_A, CLASS_IN, 5, "abcd", 4);
	expect_malformed(&p, "example.com", RRTYPE_A, "bad owner name");

	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	p.bytes[QNAME_AT] = 0xc0;
	p.bytes[QNAME_AT + 1] = QNAME_AT;
	expect_malformed(&p, "example.com", RRTYPE_A, "bad name in the question");
}

/* 16 KB of pointers, each to the one before, and RRs that enter at its end; and a chain of CNAMEs
 * that stands upside down. Fast, or quadratic. */
static void work_stays_linear(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE, "example.com", RRTYPE_A);
	packet_put_name(&p, ".");
	static uint8_t pointers[16000];
	const size_t at = p.size + 10;
	for (size_t i = 0; i < sizeof pointers; i += 2) {
		const size_t target = i ? at + i - 2 : QNAME_AT;
		pointers[i] = (uint8_t)(0xc0 | target >> 8);
		pointers[i + 1] = (uint8_t)target;
	}
	packet_put_rr(&p, ANSWER_SECTION, 999, CLASS_IN, 5, pointers, sizeof pointers);
	const size_t last = p.size - 2;
	while (p.size + 16 < sizeof p.bytes) {
		packet_put_pointer(&p, last);
		packet_put_rr(&p, ANSWER_SECTION, RRTYPE_A, CLASS_IN, 5, "abcd", 4);
	}
	const uint64_t begin_ns = clock_cpu_ns();
	expect_malformed(&p, "example.com", RRTYPE_A, "bad owner name");

	packet_begin(&p, RESPONSE, "n0", RRTYPE_A);
	for (unsigned i = 2500; i-- > 0;) {
		char from[16], to[16];
		snprintf(from, sizeof from, "n%u", i);
		snprintf(to, sizeof to, "n%u", i + 1);
		packet_put_cname(&p, from, 5, to);
	}
	expect(&p, "n0", RRTYPE_A, ANSWER_SERVFAIL, 0, 0);

	packet_begin(&p, RESPONSE, "example.com", RRTYPE_MX);
	unsigned n = 0;
	for (; n < 3500; n++) {
		const uint8_t rdata[] = { (uint8_t)(n >> 8), (uint8_t)n, 1, 'x', 0xc0, QNAME_AT };
		packet_put_pointer(&p, QNAME_AT);
		packet_put_rr(&p, ANSWER_SECTION, RRTYPE_MX, CLASS_IN, 5, rdata, sizeof rdata);
	}
	expect(&p, "example.com", RRTYPE_MX, ANSWER_OK, n, 5);
	assert_true(clock_cpu_ns() - begin_ns < CLOCK_NS_PER_S);
}

/* A message cut anywhere is malformed, never half an answer; and no single wrong octet leads a read
 * out of it. */
static void cut_and_flipped_everywhere(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE, "a.example.com", RRTYPE_MX);
	packet_put_cname(&p, "a.example.com", 5, "b.example.com");
	packet_put_name(&p, "b.example.com");
	packet_put_rr(&p, ANSWER_SECTION, RRTYPE_MX, CLASS_IN, 5, "\0\1\2mx\xc0\x0c", 7);
	packet_put_soa(&p, 5, 5);
	packet_put_name(&p, ".");
	packet_put_rr(&p, ADDITIONAL_SECTION, TYPE_OPT, 1232, 0, "", 0);
	expect(&p, "a.example.com", RRTYPE_MX, ANSWER_OK, 1, 5);
	for (size_t size = 0; size < p.size; size++) {
		const struct answer *a = decoded_bytes(p.bytes, size, "a.example.com", RRTYPE_MX);
		assert_int_equal(a->status, ANSWER_MALFORMED);
		answer_unref(a);
	}
	for (size_t i = 0; i < p.size; i++) {
		const uint8_t before = p.bytes[i];
		for (unsigned value = 0; value < 256; value++) {
			p.bytes[i] = (uint8_t)value;
			answer_unref(decoded(&p, "a.example.com", RRTYPE_MX));
		}
		p.bytes[i] = before;
	}
}

static void queries_are_as_the_standards_say(void **state)
{
	(void)state;
	uint8_t packet[WIRE_QUERY_MAX_BYTES];
	struct dname name;
	assert_int_equal(dname_parse(&name, "a.Example", 9), ERROR_NONE);
	static const uint8_t plain[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\0\1a\7Example\0\0\x10\0\1";
	assert_int_equal(
	        wire_encode_query(packet, 0x1234, &name, RRTYPE_TXT, 0, false), sizeof plain - 1);
	assert_memory_equal(packet, plain, sizeof plain - 1);
	static const uint8_t edns[] = "\x12\x34\x01\0\0\1\0\0\0\0\0\1\1a\7Example\0\0\x10\0\1\0\0"
	                              "\x29\x04\xd0\0\0\x80\0\0\0";
	assert_int_equal(
	        wire_encode_query(packet, 0x1234, &name, RRTYPE_TXT, 1232, true), sizeof edns - 1);
	assert_memory_equal(packet, edns, sizeof edns - 1);
	char longest[254];
	memset(longest, 'x', sizeof longest);
	longest[63] = longest[127] = longest[191] = '.';
	assert_int_equal(dname_parse(&name, longest, 253), ERROR_NONE);
	assert_int_equal(
	        wire_encode_query(packet, 0, &name, RRTYPE_A, 1232, false), WIRE_QUERY_MAX_BYTES);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_is_read),
		cmocka_unit_test(chains_are_followed),
		cmocka_unit_test(chains_end),
		cmocka_unit_test(half_chains_are_marked),
		cmocka_unit_test(a_referral_is_a_failure),
		cmocka_unit_test(nothing_is_told_apart),
		cmocka_unit_test(what_the_root_says_is_told_apart),
		cmocka_unit_test(other_rcodes_are_named),
		cmocka_unit_test(an_extended_error_is_told_of_failures_only),
		cmocka_unit_test(other_classes_and_high_ttls),
		cmocka_unit_test(bad_records_of_the_type_spoil_the_answer),
		cmocka_unit_test(what_is_no_answer_to_the_question),
		cmocka_unit_test(lying_counts),
		cmocka_unit_test(hostile_pointers),
		cmocka_unit_test(work_stays_linear),
		cmocka_unit_test(cut_and_flipped_everywhere),
		cmocka_unit_test(queries_are_as_the_standards_say),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
