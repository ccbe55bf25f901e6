/* What is asked of an upstream, and how patiently: round trip, window, death; each in
 * simulated time. */
#include "resolver/forward/upstream.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MS CLOCK_NS_PER_MS
#define START (1000 * CLOCK_NS_PER_S)

static struct upstream fresh(unsigned max_in_flight, unsigned queries_per_s)
{
	struct upstream u;
	upstream_init(&u,
	        &(struct upstream_limits){ .timeout_ms = 2000,
	                .congestion = { .window_max = max_in_flight },
	                .queries_per_s = queries_per_s },
	        START);
	return u;
}

static void patience_follows_the_round_trip(void **state)
{
	(void)state;
	struct upstream u = fresh(100, 0);
	assert_int_equal(upstream_timeout_ns(&u, 0), 500 * MS);
	assert_int_equal(upstream_timeout_ns(&u, 1), 1000 * MS);
	assert_int_equal(upstream_timeout_ns(&u, 2), 1000 * MS);
	assert_int_equal(upstream_timeout_ns(&u, 200), 1000 * MS);
	upstream_sent(&u, true);
	upstream_answered(&u, START, true, true, START + 200 * MS); /* srtt 200, rttvar 100 */
	assert_int_equal(upstream_timeout_ns(&u, 0), 600 * MS);
	upstream_sent(&u, true);
	upstream_answered(&u, START, true, true, START + 280 * MS); /* srtt 210, rttvar 95 */
	assert_int_equal(u.rtt.srtt_ns, 210 * MS);
	assert_int_equal(u.rtt.rttvar_ns, 95 * MS);
	for (int i = 0; i < 100; i++) {
		upstream_sent(&u, true);
		upstream_answered(&u, START, true, true, START + MS);
	}
	assert_int_equal(upstream_timeout_ns(&u, 0), 300 * MS);
	assert_int_equal(upstream_timeout_ns(&u, 1), 600 * MS);
}

static void a_short_timeout_wins(void **state)
{
	(void)state;
	struct upstream u;
	upstream_init(&u,
	        &(struct upstream_limits){ .timeout_ms = 100, .congestion = { .window_max = 10 } },
	        START);
	assert_int_equal(upstream_timeout_ns(&u, 0), 100 * MS);
}

static void the_window_is_kept(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	assert_int_equal(upstream_room(&u), 16); /* until something came from it */
	upstream_sent(&u, true);
	upstream_answered(&u, START, true, true, START + MS);
	unsigned room = upstream_room(&u);
	assert_int_equal(room, 256);
	for (unsigned i = 0; i < room; i++)
		upstream_sent(&u, true);
	assert_int_equal(upstream_room(&u), 0);
	upstream_dropped(&u, true, START);
	assert_int_equal(upstream_room(&u), 1);
	upstream_overdue(&u, START, true, START + MS);
	assert_int_equal(upstream_room(&u), 2);
	struct upstream small = fresh(5, 0);
	assert_int_equal(upstream_room(&small), 5);
}

/* A network in steps of a millisecond: `trip_ms` there and back, a share lost, and no more than
 * `answers_per_s`. Lost queries are asked again after their patience, and then somebody else
 * answers them. */
struct network {
	unsigned trip_ms, answers_per_s, lost_percent, silent_percent;
	unsigned known_late_s; /* what is lost is known so much later than its patience, since its
	                          repeat waited in line */
};

enum { STEPS = 4000 };

struct outcome {
	unsigned n_answered, n_lost;
};

/* What becomes of the queries of one millisecond, by the millisecond in which it does. */
struct step {
	unsigned n_arriving, n_expiring, n_silent;
	uint64_t sent_ns; /* of those that expire */
};

static struct step steps[STEPS];

static void send_one(struct upstream *u, const struct network *n, unsigned ms, double *tokens)
{
	bool lost = (unsigned)rand() % 100 < n->lost_percent || (n->answers_per_s && *tokens < 1);
	bool silent = !lost && (unsigned)rand() % 100 < n->silent_percent;
	*tokens -= lost ? 0 : 1;
	upstream_sent(u, true);
	if (!lost && !silent) {
		steps[(ms + (n->trip_ms ? n->trip_ms : 1)) % STEPS].n_arriving++;
		return;
	}
	struct step *expires = &steps[(ms + upstream_timeout_ns(u, 0) / MS) % STEPS];
	expires->n_expiring += lost;
	expires->n_silent += silent;
	expires->sent_ns = u->turned_ns;
}

static struct outcome simulate(struct upstream *u, const struct network *n, unsigned seconds)
{
	struct outcome last = { 0 };
	const uint64_t begun_ns = u->turned_ns, trip_ns = (n->trip_ms ? n->trip_ms : 1) * MS;
	double tokens = 0;
	memset(steps, 0, sizeof steps);
	srand(1);
	for (unsigned ms = 0; ms < seconds * 1000; ms++) {
		uint64_t now_ns = begun_ns + ms * MS;
		bool is_last = ms >= (seconds - 1) * 1000;
		struct step *s = &steps[ms % STEPS];
		upstream_turn(u, now_ns);
		for (; s->n_arriving; s->n_arriving--, last.n_answered += is_last)
			upstream_answered(u, now_ns - trip_ns, true, true, now_ns);
		for (; s->n_expiring; s->n_expiring--, last.n_lost += is_last) {
			upstream_overdue(u, s->sent_ns, true, now_ns);
			upstream_lost(u, s->sent_ns - n->known_late_s * CLOCK_NS_PER_S);
		}
		for (; s->n_silent; s->n_silent--)
			upstream_overdue(u, s->sent_ns, true, now_ns);
		tokens += n->answers_per_s / 1000.0;
		tokens = tokens < 20 ? tokens : 20;
		for (unsigned room = upstream_room(u); room; room--)
			send_one(u, n, ms, &tokens);
	}
	for (unsigned ms = seconds * 1000; ms < seconds * 1000 + STEPS; ms++) {
		struct step *s = &steps[ms % STEPS];
		for (; s->n_arriving; s->n_arriving--)
			upstream_dropped(u, true, begun_ns + ms * MS - trip_ns);
		for (unsigned k = s->n_expiring + s->n_silent; k; k--)
			upstream_dropped(u, true, s->sent_ns);
	}
	return last;
}

static void a_limited_upstream_is_found_out(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	struct outcome last =
	        simulate(&u, &(struct network){ .trip_ms = 1, .answers_per_s = 2000 }, 10);
	assert_in_range(last.n_answered, 1950, 2000);
	assert_in_range(last.n_lost * 100 / (last.n_answered + last.n_lost), 0, 15);
	assert_false(upstream_is_dead(&u));
}

/* It answers one query after the other, `answer_ms` each: in a queue that is as long as the window
 * lets it be. */
static void a_queue_is_kept_short(void **state)
{
	(void)state;
	enum { ANSWER_MS = 10 };
	static uint64_t sent_ns[1000];
	unsigned first = 0, n = 0;
	uint64_t trip_ms = 0;
	struct upstream u = fresh(1000, 0);
	for (unsigned ms = 1; ms < 60000; ms++) {
		uint64_t now_ns = START + ms * MS;
		upstream_turn(&u, now_ns);
		if (ms % ANSWER_MS == 0 && n) {
			trip_ms = (now_ns - sent_ns[first]) / MS;
			upstream_answered(&u, sent_ns[first], true, true, now_ns);
			first = (first + 1) % 1000;
			n--;
		}
		for (unsigned room = upstream_room(&u); room; room--, n++) {
			upstream_sent(&u, true);
			sent_ns[(first + n) % 1000] = now_ns;
		}
	}
	assert_in_range(u.congestion.window, 8, 64);
	assert_in_range(trip_ms, ANSWER_MS, 600);
}

/* A way that becomes longer for good looks like a queue, until the smallest window has changed
 * nothing. */
static void a_longer_way_is_no_queue(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	simulate(&u, &(struct network){ .trip_ms = 10 }, 20);
	assert_int_equal(u.congestion.window, 1000);
	simulate(&u, &(struct network){ .trip_ms = 250 }, 60);
	assert_int_equal(u.congestion.window, 1000);
}

/* One answer in two hundred comes from a cache near by, all others from far away: no queue, though
 * the smallest window may have been tried once. */
static void cached_answers_before_a_long_way_are_no_queue(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	static uint64_t arriving[1000];
	u.congestion.window = 8;
	u.congestion.starting = false;
	unsigned n = 0;
	for (unsigned ms = 1; ms < 120000; ms++) {
		uint64_t now_ns = START + ms * MS;
		upstream_turn(&u, now_ns);
		for (; arriving[ms % 1000]; arriving[ms % 1000]--)
			upstream_answered(&u, now_ns - 400 * MS, true, true, now_ns);
		for (unsigned room = upstream_room(&u); room; room--) {
			upstream_sent(&u, true);
			if (++n % 200 == 0)
				upstream_answered(&u, now_ns - MS, true, true, now_ns);
			else
				arriving[(ms + 400) % 1000]++;
		}
	}
	assert_int_equal(u.congestion.window, 1000);
}

/* Where much is lost at random, asking less does not help: it is found out, and there is no pace.
 */
static void random_losses_do_not_stop_a_scan(void **state)
{
	(void)state;
	for (unsigned percent = 20; percent <= 60; percent += 20) {
		struct upstream u = fresh(1000, 0);
		struct outcome last = simulate(
		        &u, &(struct network){ .trip_ms = 20, .lost_percent = percent }, 60);
		assert_true(last.n_answered > 1000);
		assert_in_range(u.congestion.tolerance.percent, percent, percent + 20);
	}
}

/* After losses a pace is raised again, also where two of five queries are for names that are
 * silent. */
static void losses_that_end_are_forgotten(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	simulate(&u, &(struct network){ .trip_ms = 20, .answers_per_s = 20 }, 60);
	assert_in_range(u.congestion.pace.per_s, 1, 40);
	simulate(&u, &(struct network){ .trip_ms = 20, .silent_percent = 40 }, 240);
	assert_true(u.congestion.pace.per_s > 500 || !u.congestion.pace.per_s);
}

/* Losses that are known when the cohort of their queries is long judged: the pace must not grow as
 * if there were none. */
static void losses_that_are_known_late_hold_the_pace_down(void **state)
{
	(void)state;
	struct upstream u;
	upstream_init(&u,
	        &(struct upstream_limits){ .timeout_ms = 2000,
	                .congestion = { .window_max = 1000, .pace_min_per_s = 10 } },
	        START);
	simulate(&u, &(struct network){ .trip_ms = 1, .answers_per_s = 20 }, 30);
	simulate(
	        &u, &(struct network){ .trip_ms = 1, .answers_per_s = 20, .known_late_s = 2 }, 120);
	assert_in_range(u.congestion.pace.per_s, 10, 40);
}

/* Slow names among quick ones are no queue. */
static void slow_names_do_not_shrink_it(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	for (unsigned ms = 0; ms < 5000; ms++) {
		uint64_t now_ns = START + ms * MS;
		upstream_turn(&u, now_ns);
		upstream_sent(&u, true);
		upstream_answered(
		        &u, ms % 10 ? now_ns - 900 * MS : now_ns - MS, true, true, now_ns);
	}
	assert_int_equal(u.congestion.window, 256);
}

/* Most queries are lost: a question has more transmissions, and repeats wait for the pace, which
 * goes no lower than it may. */
static void where_most_is_lost_a_question_has_more_time(void **state)
{
	(void)state;
	struct upstream u;
	upstream_init(&u,
	        &(struct upstream_limits){ .timeout_ms = 2000,
	                .congestion = { .window_max = 1000, .pace_min_per_s = 50 } },
	        START);
	assert_int_equal(upstream_stretch_percent(&u), 100);
	assert_true(upstream_may_repeat(&u));
	simulate(&u, &(struct network){ .trip_ms = 1, .answers_per_s = 5 }, 20);
	assert_in_range(upstream_stretch_percent(&u), 1500, 2000);
	assert_int_equal(u.congestion.pace.per_s, 50);
	while (upstream_may_repeat(&u))
		upstream_sent(&u, false);
	assert_int_equal(upstream_room(&u), 0);
	u.liveness.state = LIVENESS_DEAD; /* then it has that pace in any case */
	u.congestion.pace = (struct pacing){ 0 };
	assert_false(upstream_may_repeat(&u));
	upstream_turn(&u, u.turned_ns + 100 * MS);
	for (unsigned i = 0; i < 5; i++) {
		assert_true(upstream_may_repeat(&u));
		upstream_sent(&u, false);
	}
	assert_false(upstream_may_repeat(&u));
}

static void a_lossy_line_does_not_shrink_the_window(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	simulate(&u, &(struct network){ .trip_ms = 200, .lost_percent = 5 }, 20);
	assert_int_equal(u.congestion.window, 1000);
}

static void a_window_that_is_not_filled_does_not_grow(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	for (unsigned ms = 0; ms < 5000; ms++) {
		upstream_turn(&u, START + ms * MS);
		upstream_sent(&u, true);
		upstream_answered(&u, START + ms * MS, true, true, START + ms * MS + 100);
	}
	assert_int_equal(u.congestion.window, 256);
}

static void silent_names_do_not_shrink_it(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	unsigned before = u.congestion.window;
	for (unsigned ms = 0; ms < 5000; ms++) {
		uint64_t now_ns = START + ms * MS;
		upstream_turn(&u, now_ns);
		upstream_sent(&u, true);
		if (ms % 2)
			upstream_answered(&u, now_ns, true, true, now_ns);
		else
			upstream_overdue(&u, now_ns, true, now_ns);
	}
	assert_true(u.congestion.window >= before);
	assert_false(upstream_is_dead(&u));
}

static void goes_silent(struct upstream *u, uint64_t from_ns, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		upstream_sent(u, true);
		upstream_overdue(u, from_ns, true, from_ns + 2100 * MS);
	}
}

/* It is silent, and so are its probes. Gives when it was taken for dead. */
static uint64_t dies(struct upstream *u, uint64_t from_ns)
{
	uint64_t now_ns = from_ns + 2100 * MS;
	for (unsigned i = 0; i < 2; i++, now_ns += 250 * MS) {
		assert_false(upstream_is_dead(u));
		assert_true(liveness_wants_probe(&u->liveness, now_ns));
		liveness_probed(&u->liveness, now_ns);
	}
	upstream_turn(u, now_ns - 1);
	assert_false(upstream_is_dead(u));
	upstream_turn(u, now_ns);
	assert_true(upstream_is_dead(u));
	return now_ns;
}

static void death_probes_and_revival(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	goes_silent(&u, START, 15);
	assert_false(liveness_wants_probe(&u.liveness, START + 2100 * MS));
	goes_silent(&u, START, 1);
	assert_true(upstream_room(&u) > 0);
	uint64_t now_ns = dies(&u, START), wait_ns = 250 * MS;
	assert_int_equal(upstream_room(&u), 0);
	for (int i = 0; i < 8; i++) {
		assert_true(liveness_wants_probe(&u.liveness, now_ns));
		liveness_probed(&u.liveness, now_ns);
		assert_false(liveness_wants_probe(&u.liveness, now_ns + wait_ns - 1));
		now_ns += wait_ns;
		wait_ns = 2 * wait_ns < 4000 * MS ? 2 * wait_ns : 4000 * MS;
	}
	upstream_lives(&u, now_ns);
	assert_false(upstream_is_dead(&u));
	assert_int_equal(upstream_room(&u), 256);
}

/* Only names are silent: a probe is answered. */
static void a_suspect_that_answers_a_probe_lives(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	goes_silent(&u, START, 100);
	liveness_probed(&u.liveness, START + 2100 * MS);
	upstream_lives(&u, START + 2200 * MS);
	upstream_turn(&u, START + 5000 * MS);
	assert_false(upstream_is_dead(&u));
	assert_false(liveness_wants_probe(&u.liveness, START + 5000 * MS));
}

static void an_answer_in_time_keeps_it_alive(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	goes_silent(&u, START, 15);
	upstream_answered_late(&u, START, true, START + 2200 * MS);
	goes_silent(&u, START, 100); /* sent before that answer: they say nothing */
	assert_false(upstream_is_dead(&u));
}

/* Of one that answers a tenth, sixteen silent queries are what is to be expected; many more are
 * not, and how long it was dead is not what is usual. */
static void silence_is_told_by_what_is_usual(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	uint64_t now_ns = START;
	for (unsigned i = 0; i < 400; i++, now_ns += 100 * MS) {
		upstream_sent(&u, true);
		if (i % 10)
			upstream_overdue(&u, now_ns - 2000 * MS, true, now_ns);
		else
			upstream_answered(&u, now_ns, true, true, now_ns);
	}
	for (unsigned life = 0; life < 2; life++) {
		upstream_lives(&u, now_ns);
		goes_silent(&u, now_ns, 100);
		assert_false(liveness_wants_probe(&u.liveness, now_ns + 2100 * MS));
		goes_silent(&u, now_ns, 100);
		now_ns = dies(&u, now_ns);
		goes_silent(&u, now_ns, 1000);
		now_ns += 5000 * MS;
	}
}

static void a_late_answer_revives(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	goes_silent(&u, START, 16);
	dies(&u, START);
	upstream_answered_late(&u, START, true, START + 5000 * MS);
	assert_false(upstream_is_dead(&u));
}

/* It answers 20 a second, goes away, and comes back as one that answers everything. */
static void a_pace_of_before_grows_again(void **state)
{
	(void)state;
	struct upstream u;
	upstream_init(&u,
	        &(struct upstream_limits){ .timeout_ms = 2000,
	                .congestion = { .window_max = 1000, .pace_min_per_s = 10 } },
	        START);
	simulate(&u, &(struct network){ .trip_ms = 1, .answers_per_s = 20 }, 30);
	uint64_t pace_per_s = u.congestion.pace.per_s, from_ns = u.turned_ns + MS;
	assert_in_range(pace_per_s, 10, 40);
	goes_silent(&u, from_ns, 1000);
	dies(&u, from_ns);
	upstream_turn(&u, from_ns + 9000 * MS);
	upstream_lives(&u, from_ns + 9000 * MS);
	assert_in_range(u.congestion.pace.per_s, pace_per_s / 2, pace_per_s * 2);
	simulate(&u, &(struct network){ .trip_ms = 1 }, 60);
	assert_true(u.congestion.pace.per_s > 1000);
}

/* What is sent while it is away is not lost, though its question is answered later, by whomever. */
static void what_is_sent_while_it_is_away_is_not_lost(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	goes_silent(&u, START, 16);
	uint64_t died_ns = dies(&u, START);
	upstream_lives(&u, died_ns + 5000 * MS);
	for (unsigned i = 0; i < 100; i++)
		upstream_lost(&u, died_ns + i * 25 * MS);
	upstream_turn(&u, died_ns + 5000 * MS);
	assert_int_equal(upstream_stretch_percent(&u), 100);
	for (unsigned i = 0; i < 100; i++)
		upstream_lost(&u, died_ns + 5000 * MS + i);
	upstream_turn(&u, died_ns + 7000 * MS);
	assert_int_equal(upstream_stretch_percent(&u), 2000);
}

static void nothing_listens(void **state)
{
	(void)state;
	struct upstream u = fresh(1000, 0);
	upstream_unreachable(&u, START);
	assert_true(upstream_is_dead(&u));
	u = fresh(1000, 0);
	upstream_sent(&u, true);
	upstream_answered(&u, START, true, true, START + MS);
	upstream_unreachable(&u, START + 50 * MS);
	assert_false(upstream_is_dead(&u));
	upstream_unreachable(&u, START + 200 * MS);
	assert_true(upstream_is_dead(&u));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(patience_follows_the_round_trip),
		cmocka_unit_test(a_short_timeout_wins),
		cmocka_unit_test(the_window_is_kept),
		cmocka_unit_test(a_limited_upstream_is_found_out),
		cmocka_unit_test(a_queue_is_kept_short),
		cmocka_unit_test(a_longer_way_is_no_queue),
		cmocka_unit_test(cached_answers_before_a_long_way_are_no_queue),
		cmocka_unit_test(losses_that_end_are_forgotten),
		cmocka_unit_test(losses_that_are_known_late_hold_the_pace_down),
		cmocka_unit_test(silence_is_told_by_what_is_usual),
		cmocka_unit_test(a_pace_of_before_grows_again),
		cmocka_unit_test(what_is_sent_while_it_is_away_is_not_lost),
		cmocka_unit_test(slow_names_do_not_shrink_it),
		cmocka_unit_test(where_most_is_lost_a_question_has_more_time),
		cmocka_unit_test(random_losses_do_not_stop_a_scan),
		cmocka_unit_test(a_lossy_line_does_not_shrink_the_window),
		cmocka_unit_test(a_window_that_is_not_filled_does_not_grow),
		cmocka_unit_test(silent_names_do_not_shrink_it),
		cmocka_unit_test(death_probes_and_revival),
		cmocka_unit_test(a_suspect_that_answers_a_probe_lives),
		cmocka_unit_test(an_answer_in_time_keeps_it_alive),
		cmocka_unit_test(a_late_answer_revives),
		cmocka_unit_test(nothing_listens),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
