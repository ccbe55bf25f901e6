/* What counts as the answer to a question: the response bit, the same name in the case that was
 * sent, type and class. */
#include "resolver/forward/question_match.h"

#include "dns/wire.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#define BITS 0x8000000000000a35ull

struct message {
	uint8_t octets[WIRE_QUERY_MAX_BYTES];
	size_t size;
	struct dname qname;
};

/* A query turned into a response. */
static struct message response(const char *name, uint64_t bits)
{
	struct message m = { 0 };
	assert_int_equal(dname_parse(&m.qname, name, strlen(name)), 0);
	m.size = wire_encode_query(m.octets, 1, &m.qname, RRTYPE_TXT, 1232, false);
	question_match_mix_case(m.octets + QUESTION_MATCH_HEADER_BYTES, m.qname.size, bits);
	m.octets[2] |= 0x80;
	return m;
}

static enum question_match check(const struct message *m, uint64_t bits)
{
	return question_match(m->octets, m->size, &m->qname, RRTYPE_TXT, bits);
}

static void the_same_question(void **state)
{
	(void)state;
	struct message m = response("mail.example.com", 0);
	assert_int_equal(check(&m, 0), QUESTION_MATCH);
	m.octets[QUESTION_MATCH_HEADER_BYTES + 1] = 'M';
	assert_int_equal(check(&m, 0), QUESTION_MATCH);
	assert_int_equal(
	        question_match(m.octets, m.size, &m.qname, RRTYPE_A, 0), QUESTION_MATCH_NONE);
}

static void another_one(void **state)
{
	(void)state;
	static const struct {
		size_t at;
		uint8_t octet;
	} changes[] = {
		{ 2, 0x01 },
		{ 5, 0 },
		{ 5, 2 },
		{ QUESTION_MATCH_HEADER_BYTES, 3 },
		{ QUESTION_MATCH_HEADER_BYTES + 1, 'n' },
		{ QUESTION_MATCH_HEADER_BYTES, 0xc0 },
		{ QUESTION_MATCH_HEADER_BYTES + 19, 1 },
		{ QUESTION_MATCH_HEADER_BYTES + 21, 3 },
	};
	for (size_t i = 0; i < sizeof changes / sizeof changes[0]; i++) {
		struct message m = response("mail.example.com", 0);
		m.octets[changes[i].at] = changes[i].octet;
		assert_int_equal(check(&m, 0), QUESTION_MATCH_NONE);
	}
}

static void every_size(void **state)
{
	(void)state;
	struct message m = response("mail.example.com", 0);
	size_t question_ends = QUESTION_MATCH_HEADER_BYTES + m.qname.size + 4u;
	for (size_t size = 0; size < m.size; size++)
		assert_int_equal(question_match(m.octets, size, &m.qname, RRTYPE_TXT, 0),
		        size < question_ends ? QUESTION_MATCH_NONE : QUESTION_MATCH);
}

static void mixed_case_must_come_back(void **state)
{
	(void)state;
	struct message m = response("mail-17.example.com", BITS),
	               lower = response("mail-17.example.com", 0);
	assert_memory_not_equal(m.octets + QUESTION_MATCH_HEADER_BYTES,
	        lower.octets + QUESTION_MATCH_HEADER_BYTES, m.qname.size);
	assert_int_equal(check(&m, BITS), QUESTION_MATCH);
	assert_int_equal(check(&m, 0), QUESTION_MATCH);
	assert_int_equal(check(&m, BITS ^ 2), QUESTION_MATCH_NONE);
	assert_int_equal(check(&lower, BITS), QUESTION_MATCH_NONE);
}

static void an_error_without_a_question(void **state)
{
	(void)state;
	struct message m = response("example.com", 0);
	m.octets[3] = 1;
	m.octets[5] = 0;
	m.size = QUESTION_MATCH_HEADER_BYTES;
	assert_int_equal(check(&m, 0), QUESTION_MATCH_EMPTY);
	m.octets[3] = 2;
	assert_int_equal(check(&m, 0), QUESTION_MATCH_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_question),
		cmocka_unit_test(another_one),
		cmocka_unit_test(every_size),
		cmocka_unit_test(mixed_case_must_come_back),
		cmocka_unit_test(an_error_without_a_question),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
