/* The small controllers of one upstream and one question, each by itself: rtt.h, pacing.h, loss.h,
 * patience.h, retry_budget.h, silent_names.h; how the window of congestion.h grows, and what is no
 * queue; the timeout of a query by TCP; the rate of an upstream. */
#include "base/hash.h"
#include "resolver/forward/congestion.h"
#include "resolver/forward/loss.h"
#include "resolver/forward/pacing.h"
#include "resolver/forward/patience.h"
#include "resolver/forward/retry_budget.h"
#include "resolver/forward/rtt.h"
#include "resolver/forward/silent_names.h"
#include "resolver/forward/upstream.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define MS CLOCK_NS_PER_MS
#define S CLOCK_NS_PER_S

/* RFC 6298 section 2, by hand: 200 ms, then 280 ms. */
static void rtt_follows_the_rfc(void **state)
{
	(void)state;
	struct rtt r = { 0 };
	assert_int_equal(rtt_timeout_ns(&r, 0, 2 * S), 500 * MS);
	rtt_note(&r, 200 * MS);
	assert_int_equal(r.srtt_ns, 200 * MS);
	assert_int_equal(rtt_timeout_ns(&r, 0, 2 * S), 600 * MS);
	rtt_note(&r, 280 * MS);
	assert_int_equal(r.srtt_ns, 210 * MS);
	assert_int_equal(r.rttvar_ns, 95 * MS);
	assert_int_equal(rtt_timeout_ns(&r, 1, 4 * S), 1180 * MS);
	assert_int_equal(rtt_timeout_ns(&r, 2, 4 * S), 2 * S);
	assert_int_equal(rtt_timeout_ns(&r, 255, 4 * S), 2 * S);
	assert_int_equal(rtt_timeout_ns(&r, 255, 1 * S), 590 * MS); /* one trip is longer */
	assert_int_equal(rtt_timeout_ns(&r, 0, 100 * MS), 100 * MS);
	for (int i = 0; i < 100; i++)
		rtt_note(&r, 0);
	assert_int_equal(rtt_timeout_ns(&r, 0, 2 * S), 300 * MS);
}

static void pacing_loses_nothing_and_gathers_little(void **state)
{
	(void)state;
	struct pacing p = { .per_s = 3 };
	assert_int_equal(pacing_room(&p, 10), 0);
	unsigned n = 0;
	for (unsigned ms = 0; ms < 10000; ms += 10) {
		pacing_fill(&p, 10 * MS, 1);
		for (; pacing_room(&p, 1); n++)
			pacing_spend(&p);
	}
	assert_in_range(n, 29, 30);
	pacing_fill(&p, 3600 * S, 1);
	assert_int_equal(pacing_room(&p, 10), 1);
	for (int i = 0; i < 4; i++)
		pacing_spend(&p);
	pacing_fill(&p, S, 1);
	assert_int_equal(pacing_room(&p, 10), 0);
	struct pacing none = { 0 };
	pacing_spend(&none);
	assert_int_equal(pacing_room(&none, 10), 10);
}

static const struct congestion_limits wide = { .window_max = 20000, .pace_min_per_s = 100 };

/* A second of full cohorts at an upstream that answers `per_s` in all: `base_ns` after they were
 * sent, and what they wait for each other. */
static uint64_t full_for_a_second(
        struct congestion *c, uint64_t now_ns, uint64_t base_ns, uint64_t per_s)
{
	const struct votes none = { 0 };
	uint64_t ends_ns = now_ns + S;
	while (now_ns < ends_ns) {
		uint64_t queue_ns = c->window * S / per_s;
		uint64_t trip_ns = base_ns > queue_ns ? base_ns : queue_ns;
		unsigned window = c->window, n_cohort = (unsigned)(window * 60 * MS / trip_ns);
		n_cohort = n_cohort > window ? n_cohort : window;
		uint64_t sent_ns = now_ns;
		for (unsigned i = 0; i < window; i++)
			congestion_sent(c, true, sent_ns);
		for (unsigned i = window; i < n_cohort; i++) {
			congestion_left(c, true, sent_ns);
			congestion_sent(c, true, sent_ns);
		}
		for (unsigned i = 0; i < n_cohort; i++)
			congestion_answered(c, sent_ns, trip_ns, false);
		for (unsigned i = 0; i < window; i++)
			congestion_left(c, true, sent_ns);
		now_ns += n_cohort * trip_ns / window;
		now_ns = now_ns > sent_ns + 60 * MS ? now_ns : sent_ns + 60 * MS;
		const struct trip_times times = { trip_ns, 2 * trip_ns, 300 * MS };
		congestion_turn(c, &times, &none, now_ns);
		congestion_turn(c, &times, &none, now_ns);
	}
	return now_ns;
}

/* Near: 100 000 a second are answered with any window. Far: each needs 50 ms. */
static void a_window_grows_while_that_brings_answers(void **state)
{
	(void)state;
	struct congestion near, far;
	uint64_t near_ns = 100 * S, far_ns = 100 * S;
	congestion_init(&near, &wide, near_ns);
	congestion_init(&far, &wide, far_ns);
	near.trip_base_ns = MS / 10;
	far.trip_base_ns = 50 * MS;
	for (int i = 0; i < 10; i++) {
		near_ns = full_for_a_second(&near, near_ns, MS / 10, 100000);
		far_ns = full_for_a_second(&far, far_ns, 50 * MS, 1000000);
	}
	assert_in_range(near.window, 256, 512);
	assert_int_equal(far.window, 20000);
}

/* `n` questions, all in flight at once, each answered after `trip_ns`: late, as those are that took
 * longer than their timeout. */
static void answer_late(struct congestion *c, unsigned n, uint64_t trip_ns, uint64_t *now_ns)
{
	const uint64_t sent_ns = *now_ns;
	const struct trip_times times = { trip_ns, 2 * trip_ns, 2 * S };
	for (unsigned i = 0; i < n; i++)
		congestion_sent(c, true, sent_ns);
	for (unsigned i = 0; i < n; i++)
		congestion_overdue(c, true, sent_ns);
	for (; *now_ns < sent_ns + trip_ns; *now_ns += trip_ns / 12)
		congestion_turn(c, &times, &(struct votes){ 0 }, *now_ns);
	for (unsigned i = 0; i < n; i++)
		congestion_answered(c, sent_ns, trip_ns, true);
}

/* Names of slow servers are left when the others are done: then all answers take long. */
static void slow_names_that_are_left_are_no_queue(void **state)
{
	(void)state;
	struct congestion c;
	const struct votes none = { 0 };
	const struct trip_times times = { MS, 2 * MS, 100 * MS };
	uint64_t now_ns = S;
	congestion_init(&c, &wide, now_ns);
	for (int i = 0; i < 400; i++, now_ns += MS) {
		const unsigned n = c.window;
		for (unsigned k = 0; k < n; k++)
			congestion_sent(&c, true, now_ns);
		for (unsigned k = 0; k < n; k++) {
			congestion_left(&c, true, now_ns);
			congestion_answered(&c, now_ns, MS, true);
		}
		congestion_turn(&c, &times, &none, now_ns + MS);
	}
	const unsigned window = c.window;
	assert_true(window > 1000);
	for (int i = 0; i < 10; i++) {
		answer_late(&c, 40, 3 * S, &now_ns);
		assert_int_equal(c.window, window);
		assert_int_equal(c.pace.per_s, 0);
		assert_int_equal(c.queue_ns, 0);
	}
}

/* The same of an upstream that was never quicker. */
static void all_that_is_slow_is_a_queue(void **state)
{
	(void)state;
	struct congestion c;
	uint64_t now_ns = S;
	congestion_init(&c, &wide, now_ns);
	answer_late(&c, 1, MS, &now_ns);
	answer_late(&c, 40, 3 * S, &now_ns);
	assert_int_equal(c.queue_ns, 3 * S - MS);
	assert_in_range(c.window, 8, 64);
}

static void few_votes_prove_nothing(void **state)
{
	(void)state;
	assert_false(loss_is_too_much(&(struct votes){ 0, 0 }));
	assert_false(loss_is_too_much(&(struct votes){ 3, 1 }));
	assert_false(loss_is_too_much(&(struct votes){ 900, 100 }));
	assert_false(loss_is_too_much(&(struct votes){ 880, 120 }));
	assert_true(loss_is_too_much(&(struct votes){ 870, 130 }));
	assert_true(loss_is_too_much(&(struct votes){ 0, 2 }));
	assert_false(loss_exceeds(&(struct votes){ 870, 130 }, 20));
}

static void the_stretch_is_the_square_of_what_is_needed(void **state)
{
	(void)state;
	assert_int_equal(loss_stretch_percent(&(struct votes){ 950, 50 }), 100);
	assert_int_equal(loss_stretch_percent(&(struct votes){ 500, 500 }), 400);
	assert_int_equal(loss_stretch_percent(&(struct votes){ 100, 900 }), 2000);
	assert_int_equal(loss_stretch_percent(&(struct votes){ 0, 100 }), 2000);
}

/* Names of which much is lost are asked among many good ones. Their losses are known later than the
 * good ones' answers, when nothing else is heard any more. */
static void late_votes_count_for_the_time_of_their_queries(void **state)
{
	(void)state;
	struct loss l = { 0 };
	for (unsigned i = 0; i < 1000; i++)
		loss_note(&l, 100 * S, false);
	for (unsigned i = 0; i < 50; i++)
		loss_note(&l, 100 * S, true);
	loss_turn(&l, 105 * S, S);
	assert_int_equal(l.lately.n_answered, 1000);
	assert_int_equal(l.lately.n_lost, 50);
	loss_turn(&l, 1000 * S, S); /* nothing was asked since */
	assert_int_equal(l.lately.n_answered, 1000);
}

static void the_latest_queries_are_left_out(void **state)
{
	(void)state;
	struct loss l = { 0 };
	for (unsigned i = 0; i < 100; i++) {
		loss_note(&l, 100 * S, i % 2);
		loss_note(&l, 102 * S, false);
	}
	loss_turn(&l, 102 * S, S);
	assert_int_equal(l.lately.n_lost, 50);
	assert_int_equal(l.lately.n_answered, 50);
	struct loss young = { 0 }; /* it is all there is */
	loss_note(&young, 102 * S, true);
	loss_turn(&young, 102 * S, S);
	assert_int_equal(young.lately.n_lost, 1);
}

static void patience_is_absolute(void **state)
{
	(void)state;
	const struct patience_limits limits = { .n_transmissions = 7, .time_ns = 10 * S };
	struct patience p = { .begun_ns = 100 * S };
	assert_true(patience_lasts(&p, &limits, 100, 110 * S - 1));
	assert_false(patience_lasts(&p, &limits, 100, 110 * S));
	assert_true(patience_lasts(&p, &limits, 200, 120 * S - 1));
	assert_false(patience_lasts(&p, &limits, 200, 120 * S));
	for (unsigned i = 0; i < 7; i++) {
		assert_true(patience_lasts(&p, &limits, 100, 100 * S));
		patience_lose(&p);
	}
	assert_false(patience_lasts(&p, &limits, 100, 100 * S));
	assert_true(patience_lasts(&p, &limits, 101, 100 * S));
	for (unsigned i = 0; i < 1000; i++)
		patience_lose(&p);
	assert_int_equal(p.n_lost, UINT8_MAX);
}

static void failures_are_asked_again_after_1_and_6_s(void **state)
{
	(void)state;
	struct patience_limits limits = { .n_transmissions = 7, .time_ns = 10 * S, .n_retries = 3 };
	struct patience p = { .begun_ns = 100 * S };
	assert_int_equal(patience_again_ns(&p, &limits, 100 * S), 101 * S);
	p.n_again++;
	assert_int_equal(patience_again_ns(&p, &limits, 101 * S), 106 * S);
	assert_int_equal(patience_again_ns(&p, &limits, 105 * S), 0); /* no time is left */
	p.begun_ns = 200 * S; /* it was held meanwhile: what failed before that has passed */
	assert_int_equal(patience_again_ns(&p, &limits, 101 * S), 106 * S);
	p.begun_ns = 100 * S;
	limits.n_retries = 1;
	assert_int_equal(patience_again_ns(&p, &limits, 101 * S), 0);
	limits.n_retries = 100;
	p.n_again++;
	assert_int_equal(patience_again_ns(&p, &limits, 101 * S), 0);
}

static void retransmissions_take_as_much_as_new_questions(void **state)
{
	(void)state;
	struct retry_budget b = { 0 };
	assert_false(retry_budget_has(&b));
	retry_budget_spend(&b);
	assert_false(retry_budget_has(&b));
	for (unsigned i = 0; i < 1000; i++)
		retry_budget_earn(&b, false);
	unsigned n = 0;
	for (; retry_budget_has(&b); n++)
		retry_budget_spend(&b);
	assert_int_equal(n, RETRY_BUDGET_MAX);
}

/* An upstream with a pace, where always something new and something old could be sent. Gives how
 * many new questions were sent in ten seconds. */
static unsigned new_questions_sent(unsigned per_s, unsigned n_waiting)
{
	const struct upstream_limits limits = { .timeout_ms = 2000,
		.congestion = { .window_max = 20000 } };
	struct upstream u;
	unsigned n_new = 0;
	upstream_init(&u, &limits, S);
	u.congestion.pace.per_s = per_s;
	for (unsigned ms = 0; ms < 10000; ms++) {
		uint64_t now_ns = S + ms * MS;
		upstream_turn(&u, now_ns);
		upstream_note_waiting(&u, n_waiting);
		while (upstream_may_repeat(&u)) {
			bool is_new = upstream_room(&u) > 0 && !retry_budget_has(&u.retries);
			upstream_sent(&u, is_new);
			upstream_dropped(&u, is_new, now_ns);
			n_new += is_new;
		}
	}
	return n_new;
}

/* However much waits to be sent again: without new ones the pace would never change. */
static void new_questions_have_their_share_of_the_pace(void **state)
{
	(void)state;
	assert_in_range(new_questions_sent(800, 800), 3900, 4100);
	assert_in_range(new_questions_sent(800, 801), 950, 1050);
	assert_in_range(new_questions_sent(800, 1000000), 950, 1050);
}

/* A way that loses half, with as many retransmissions in flight as there are. */
static void retransmissions_leave_half_of_the_window(void **state)
{
	(void)state;
	const struct upstream_limits limits = { .timeout_ms = 2000,
		.congestion = { .window_max = 1000 } };
	struct upstream u;
	upstream_init(&u, &limits, S);
	for (unsigned i = 0; i < 200; i++) {
		upstream_sent(&u, true);
		if (i % 2)
			upstream_answered(&u, S, true, true, S + MS);
		else
			upstream_overdue(&u, S, true, S + 300 * MS);
		if (i % 2 == 0)
			upstream_lost(&u, S);
	}
	upstream_turn(&u, S + 20 * MS);
	assert_true(loss_is_too_much(&u.loss.lately));
	for (unsigned i = 0; i < 10000; i++)
		upstream_sent(&u, false);
	assert_int_equal(upstream_room(&u), u.congestion.window / 2);
}

static struct dname name_of(const char *text)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	return name;
}

static bool has(const struct silent_names *s, const char *text)
{
	struct dname name = name_of(text);
	return silent_names_has(s, &name);
}

static void silent_names_and_those_below(void **state)
{
	(void)state;
	static struct silent_names s;
	struct dname name = name_of("dead.example");
	assert_false(has(&s, "dead.example"));
	silent_names_note(&s, &name);
	assert_true(has(&s, "dead.example"));
	assert_true(has(&s, "_spf.mx.dead.example"));
	assert_false(has(&s, "example"));
	assert_false(has(&s, "live.example"));
	assert_false(has(&s, "xdead.example"));
	name = name_of("com");
	silent_names_note(&s, &name);
	assert_false(has(&s, "example.com"));
	name = (struct dname){ .size = 1 };
	silent_names_note(&s, &name);
	assert_false(has(&s, "example"));
}

/* Names that answer after seconds make the timeout of all long, but not that of a query that has a
 * TCP connection of its own. */
static void slow_names_do_not_hold_a_connection(void **state)
{
	(void)state;
	struct upstream u;
	upstream_init(&u,
	        &(struct upstream_limits){
	                .timeout_ms = 2000, .congestion = { .window_max = 100 } },
	        S);
	assert_int_equal(upstream_timeout_alone_ns(&u, 0), 500 * MS);
	for (unsigned ms = 1; ms < 3000; ms += 100) {
		upstream_sent(&u, true);
		upstream_answered(&u, S, true, true, S + MS);
		upstream_sent(&u, true);
		upstream_answered(&u, S, true, true, S + ms * MS);
	}
	assert_int_equal(upstream_timeout_ns(&u, 0), 2000 * MS);
	assert_int_equal(upstream_timeout_alone_ns(&u, 0), 300 * MS);
	assert_int_equal(upstream_timeout_alone_ns(&u, 5), 1000 * MS);
}

static struct upstream of_rate(unsigned queries_per_s)
{
	const struct upstream_limits limits = { .timeout_ms = 2000,
		.queries_per_s = queries_per_s,
		.congestion = { .window_max = 1000 } };
	struct upstream u;
	upstream_init(&u, &limits, S);
	return u;
}

static void the_rate_is_kept(void **state)
{
	(void)state;
	struct upstream u = of_rate(200);
	unsigned n_sent = 0;
	for (unsigned ms = 0; ms < 10000; ms++) {
		upstream_turn(&u, S + ms * MS);
		for (unsigned room = upstream_room(&u); room; room--, n_sent++) {
			upstream_sent(&u, true);
			upstream_answered(&u, S + ms * MS, true, true, S + ms * MS);
		}
	}
	assert_in_range(n_sent, 1980, 2020);
}

static void repeats_go_into_debt(void **state)
{
	(void)state;
	struct upstream u = of_rate(10);
	for (int i = 0; i < 21; i++)
		upstream_sent(&u, true);
	upstream_answered(&u, S, true, true, S + MS);
	upstream_turn(&u, S + S);
	assert_int_equal(upstream_room(&u), 0);
	upstream_turn(&u, S + 2 * S);
	upstream_turn(&u, S + 3 * S);
	assert_int_equal(upstream_room(&u), 1);
}

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rtt_follows_the_rfc),
		cmocka_unit_test(pacing_loses_nothing_and_gathers_little),
		cmocka_unit_test(a_window_grows_while_that_brings_answers),
		cmocka_unit_test(slow_names_that_are_left_are_no_queue),
		cmocka_unit_test(all_that_is_slow_is_a_queue),
		cmocka_unit_test(few_votes_prove_nothing),
		cmocka_unit_test(the_stretch_is_the_square_of_what_is_needed),
		cmocka_unit_test(late_votes_count_for_the_time_of_their_queries),
		cmocka_unit_test(the_latest_queries_are_left_out),
		cmocka_unit_test(patience_is_absolute),
		cmocka_unit_test(failures_are_asked_again_after_1_and_6_s),
		cmocka_unit_test(retransmissions_take_as_much_as_new_questions),
		cmocka_unit_test(new_questions_have_their_share_of_the_pace),
		cmocka_unit_test(retransmissions_leave_half_of_the_window),
		cmocka_unit_test(silent_names_and_those_below),
		cmocka_unit_test(slow_names_do_not_hold_a_connection),
		cmocka_unit_test(the_rate_is_kept),
		cmocka_unit_test(repeats_go_into_debt),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
