/* test_wire_dname.c - DNAMEs whose CNAME was left out (RFC 6672 sections 2.2 and 5.3.1). */
#include "tests/cmocka_first.h"

#include "dns/wire.h"
#include "tests/resolver/packet.h"

#include <string.h>

static struct packet p;

static void put_dname(const char *owner, uint32_t ttl_s, const char *target)
{
	packet_put_name(&p, owner);
	packet_put_name_rr(&p, TYPE_DNAME, ttl_s, target);
}

static const struct answer *decoded(const char *name)
{
	struct answer_builder b = { 0 };
	struct dname qname;
	assert_int_equal(dname_parse(&qname, name, strlen(name)), ERROR_NONE);
	answer_builder_begin(&b, &qname, RRTYPE_A);
	wire_decode(&b, p.bytes, p.size);
	const struct answer *a = answer_build(&b);
	assert_non_null(a);
	answer_builder_fini(&b);
	return a;
}

static void expect(const char *name, enum answer_status status, unsigned n_records, bool is_half,
        const char *canonical)
{
	const struct answer *a = decoded(name);
	struct dname end;
	char text[DNAME_TEXT_BYTES];
	answer_canonical(a, &end);
	assert_int_equal(a->status, status);
	assert_int_equal(a->n_records, n_records);
	assert_int_equal(a->is_half, is_half);
	assert_string_equal(dname_text(&end, text), canonical);
	answer_unref(a);
}

static void the_name_is_made(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE, "www.a.example", RRTYPE_A);
	put_dname("A.example", 50, "b.example");
	packet_put_a(&p, "www.b.example", 80, 1);
	expect("www.a.example", ANSWER_OK, 1, false, "www.b.example");

	/* two in a row, the second one before the first, and a CNAME at the end */
	packet_begin(&p, RESPONSE, "x.y.a.example", RRTYPE_A);
	put_dname("y.b.example", 50, "c.test");
	put_dname("a.example", 50, "b.example");
	packet_put_cname(&p, "x.c.test", 50, "end.test");
	packet_put_a(&p, "end.test", 80, 1);
	expect("x.y.a.example", ANSWER_OK, 1, false, "end.test");

	/* of the target nothing is said: it is asked for */
	packet_begin(&p, RESPONSE, "www.a.example", RRTYPE_A);
	put_dname("a.example", 50, "b.example");
	expect("www.a.example", ANSWER_NODATA, 0, true, "www.b.example");
}

static void others_lead_nowhere(void **state)
{
	(void)state;
	packet_begin(&p, RESPONSE, "a.example", RRTYPE_A);
	put_dname("a.example", 50, "b.example"); /* only what is below its owner */
	put_dname("other.example", 50, "b.example");
	packet_put_a(&p, "a.example", 80, 1);
	expect("a.example", ANSWER_OK, 1, false, "a.example");

	/* a label's end is no parent */
	packet_begin(&p, RESPONSE, "xa.example", RRTYPE_A);
	put_dname("a.example", 50, "b.example");
	packet_put_a(&p, "xa.example", 80, 1);
	expect("xa.example", ANSWER_OK, 1, false, "xa.example");
}

static void it_ends(void **state)
{
	(void)state;
	static const char long_target[] =
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa."
	        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
	packet_begin(&p, RESPONSE, "www.a.example", RRTYPE_A);
	put_dname("a.example", 50, long_target);
	expect("www.a.example", ANSWER_SERVFAIL, 0, false, "www.a.example");

	packet_begin(&p, RESPONSE, "www.a.example", RRTYPE_A);
	put_dname("a.example", 50, "b.example");
	put_dname("b.example", 50, "a.example");
	const struct answer *a = decoded("www.a.example");
	assert_int_equal(a->status, ANSWER_SERVFAIL);
	answer_unref(a);

	packet_begin(&p, RESPONSE, "www.a.example", RRTYPE_A);
	packet_put_name(&p, "a.example");
	packet_put_rr(&p, ANSWER_SECTION, TYPE_DNAME, 1, 50, "\5x", 2);
	a = decoded("www.a.example");
	assert_int_equal(a->status, ANSWER_MALFORMED);
	assert_string_equal(answer_cause(a), "bad DNAME record");
	answer_unref(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_name_is_made),
		cmocka_unit_test(others_lead_nowhere),
		cmocka_unit_test(it_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
