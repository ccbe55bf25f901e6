/* test_replay.c - the replay engine under a resolver, over lines in memory: each row gets its own
 * answer, and keeps getting it; nothing is asked. */
#include "tests/cmocka_first.h"

#include "base/hash.h"
#include "dns/answer_line.h"
#include "resolver/question.h"
#include "resolver/recorded.h"
#include "resolver/replay/replay.h"
#include "resolver/resolver.h"

#include <stdio.h>
#include <string.h>

/* Places are numbers of lines. */
static const char *const *record;
static unsigned n_read, n_record;

static void *reader_new(const struct recorded_text *text)
{
	return (void *)text;
}

static void reader_free(void *reader)
{
	(void)reader;
}

/* Lines behind the end cannot be read: the file was changed. */
static const char *line(void *reader, uint64_t at, size_t *size)
{
	(void)reader;
	n_read++;
	*size = at < n_record ? strlen(record[at]) : 0;
	return at < n_record ? record[at] : NULL;
}

static const struct recorded_text in_memory = { reader_new, reader_free, line };

struct world {
	struct recorded recorded;
	struct resolver *resolver;
};

static struct dname name_of(const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	return name;
}

static void open_with(struct world *w, const char *const *lines, unsigned n, size_t cache_bytes)
{
	struct answer_builder b = { 0 };
	char why[256];
	*w = (struct world){ .recorded.text = &in_memory };
	record = lines;
	n_record = n;
	n_read = 0;
	for (unsigned i = 0; i < n; i++) {
		struct answer_line at;
		assert_null(answer_line_parse(&b, &at, lines[i], strlen(lines[i])));
		assert_true(recorded_add(&w->recorded, &b.qname, b.type, at.row, i));
		if (at.upstream.family != IPFAMILY_NONE)
			w->recorded.upstreams.list[w->recorded.upstreams.n++] =
			        (struct resolver_upstream){ at.upstream, at.upstream_port };
	}
	answer_builder_fini(&b);
	assert_true(recorded_index_sort(&w->recorded.index));
	const struct resolver_config config = { .engine = &replay_engine,
		.source = &w->recorded,
		.cache_bytes = cache_bytes,
		.max_in_flight = 10 };
	assert_int_equal(resolver_new(&w->resolver, &config, NULL, why, sizeof why), ERROR_NONE);
}

static void close_world(struct world *w)
{
	struct resolver_counters c;
	resolver_counters(w->resolver, &c);
	assert_int_equal(c.queries_sent, 0);
	assert_int_equal(c.questions, c.replayed + c.not_recorded);
	resolver_free(w->resolver);
	recorded_index_fini(&w->recorded.index);
}

static const struct answer *ask(struct world *w, const char *name, enum rrtype type, uint64_t row)
{
	const struct dname qname = name_of(name);
	struct resolver_waiter waiter = { .row = row };
	const struct answer *a = resolver_ask(w->resolver, &waiter, &qname, type);
	assert_non_null(a);
	return a;
}

/* The first address of the row's answer. */
static void expect_address(struct world *w, uint64_t row, const char *address)
{
	char text[IPADDR_TEXT_BYTES];
	const struct answer *a = ask(w, "Turns.example", RRTYPE_A, row);
	assert_int_equal(a->status, ANSWER_OK);
	const struct ipaddr ip = answer_address(a, 0);
	assert_string_equal(ipaddr_text(&ip, text), address);
	answer_unref(a);
}

#define A(row, address) #row "\t\t0\t\tA\tturns.example\tok\tinsecure\t\t\t" address
#define AN(i) "1\t\t0\t\tA\tn" #i ".example\tok\tinsecure\t\t\t192.0.2." #i

static const char *const turning[] = { A(5, "192.0.2.5"), A(7, "192.0.2.7"), A(7, "192.0.2.8"),
	A(20, "192.0.2.20") };
enum { TURNING = sizeof turning / sizeof turning[0] };

/* In any order of the rows, with room for answers and without. */
static void each_row_gets_the_answer_that_was_its_own(void **state)
{
	(void)state;
	for (size_t cache_bytes = 0; cache_bytes <= 1 << 20; cache_bytes += 1 << 20) {
		struct world w;
		open_with(&w, turning, TURNING, cache_bytes);
		for (unsigned turn = 0; turn < 3; turn++) {
			expect_address(&w, 6, "192.0.2.5");
			expect_address(&w, 1, "192.0.2.5"); /* the first one behind it */
			expect_address(&w, 5, "192.0.2.5");
			expect_address(&w, 20, "192.0.2.20");
			expect_address(&w, 19, "192.0.2.8");
			expect_address(&w, 7, "192.0.2.8"); /* of two of one row the later */
			expect_address(&w, UINT64_MAX, "192.0.2.20");
		}
		close_world(&w);
	}
}

static void a_line_is_read_once_for_all_its_rows(void **state)
{
	(void)state;
	struct world w;
	open_with(&w, turning, TURNING, 1 << 20);
	for (uint64_t row = 8; row < 20; row++)
		expect_address(&w, row, "192.0.2.8");
	assert_int_equal(n_read, 1);
	/* the same answer: what a probe attaches to it is found again */
	const struct answer *a = ask(&w, "turns.example", RRTYPE_A, 8),
	                    *b = ask(&w, "turns.example", RRTYPE_A, 19);
	assert_ptr_equal(a, b);
	answer_unref(a);
	answer_unref(b);
	close_world(&w);
}

static void what_is_not_there_is_not_recorded(void **state)
{
	(void)state;
	struct world w;
	char text[DNAME_TEXT_BYTES];
	struct dname name;
	open_with(&w, turning, TURNING, 1 << 20);
	const struct answer *a = ask(&w, "turns.example", RRTYPE_AAAA, 7),
	                    *b = ask(&w, "Other.example", RRTYPE_A, 7);
	assert_int_equal(a->status, ANSWER_NOT_RECORDED);
	assert_int_equal(b->status, ANSWER_NOT_RECORDED);
	assert_false(answer_is_definite(b));
	answer_qname(b, &name);
	assert_string_equal(dname_text(&name, text), "other.example");
	struct resolver_counters c;
	resolver_counters(w.resolver, &c);
	assert_int_equal(c.not_recorded, 2);
	answer_unref(a);
	answer_unref(b);
	close_world(&w);
}

/* Another question's line under the same hash, before and behind ours. */
static void a_hash_of_two_questions_mixes_nothing_up(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"2\t\t0\t\tA\tturns.example\tok\tinsecure\t\t\t192.0.2.2",
		"4\t\t0\t\tA\tother.example\tok\tinsecure\t\t\t192.0.2.4",
		"6\t\t0\t\tA\tturns.example\tok\tinsecure\t\t\t192.0.2.6",
		"8\t\t0\t\tA\tother.example\tok\tinsecure\t\t\t192.0.2.8"
	};
	struct world w;
	const struct dname name = name_of("turns.example");
	struct question q;
	open_with(&w, lines, 4, 1 << 20);
	/* all under the hash of one of them */
	recorded_index_fini(&w.recorded.index);
	question_of(&q, &name, RRTYPE_A);
	for (unsigned i = 0; i < 4; i++)
		assert_true(recorded_index_add(&w.recorded.index, q.hash, 2 + 2 * i, i));
	assert_true(recorded_index_sort(&w.recorded.index));
	for (unsigned turn = 0; turn < 2; turn++) {
		expect_address(&w, 1, "192.0.2.2");
		expect_address(&w, 5, "192.0.2.2");
		expect_address(&w, 6, "192.0.2.6");
		expect_address(&w, 9, "192.0.2.6");
	}
	close_world(&w);
}

static void who_answered_and_when_come_along(void **state)
{
	(void)state;
	static const char *const lines[] = {
		"1\t2026-11-23T07:30:34Z\t60\t192.0.2.53#5353\tTXT\tx."
		"example\tservfail\tinsecure\t\t"
		"why",
	};
	struct world w;
	open_with(&w, lines, 1, 1 << 20);
	const struct answer *a = ask(&w, "x.example", RRTYPE_TXT, 1);
	assert_int_equal(a->status, ANSWER_SERVFAIL);
	assert_string_equal(answer_cause(a), "why");
	assert_int_equal(a->received_s, 1795419034);
	assert_int_equal(a->upstream, 1);
	answer_unref(a);
	close_world(&w);
}

/* What is kept stays within the limit, and what went is read again. */
static void little_memory_costs_reading_only(void **state)
{
	(void)state;
	static const char *const lines[] = { AN(1), AN(2), AN(3), AN(4), AN(5), AN(6), AN(7),
		AN(8) };
	struct world w;
	open_with(&w, lines, 8, 600);
	for (unsigned i = 0; i < 800; i++) {
		char name[16];
		snprintf(name, sizeof name, "n%u.example", i % 8 + 1);
		const struct answer *a = ask(&w, name, RRTYPE_A, 1);
		assert_int_equal(answer_address(a, 0).bytes[3], i % 8 + 1);
		answer_unref(a);
		assert_int_equal(resolver_memory_bytes(w.resolver), 0);
	}
	assert_true(n_read > 100);
	close_world(&w);
}

static void a_record_that_cannot_be_read_is_no_answer(void **state)
{
	(void)state;
	struct world w;
	open_with(&w, turning, TURNING, 1 << 20);
	n_record = 0;
	const struct answer *a = ask(&w, "turns.example", RRTYPE_A, 7);
	assert_false(answer_is_definite(a));
	assert_true(resolver_lacked_memory(w.resolver));
	answer_unref(a);
	resolver_free(w.resolver);
	recorded_index_fini(&w.recorded.index);
}

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_gets_the_answer_that_was_its_own),
		cmocka_unit_test(a_line_is_read_once_for_all_its_rows),
		cmocka_unit_test(what_is_not_there_is_not_recorded),
		cmocka_unit_test(a_hash_of_two_questions_mixes_nothing_up),
		cmocka_unit_test(who_answered_and_when_come_along),
		cmocka_unit_test(little_memory_costs_reading_only),
		cmocka_unit_test(a_record_that_cannot_be_read_is_no_answer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
