/* Whole scans in virtual time, through the controllers of the forward engine: bad names cost only
 * themselves, and what the way does to all is found out.
 *
 * Every run is the same. `test_resolver_forward_simulation N` runs N random scenarios in place of a
 * few, `-v` prints each, and `-kNUMBER` gives the hash another key (silent_names.h has a table). */
#include "world.h"

#include "base/hash.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static unsigned n_random = 40;
static bool is_verbose;
static unsigned key;

static struct world_result run(const struct scenario *s)
{
	struct world_result r;
	world_run(s, &r);
	if (!is_verbose)
		return r;
	printf("trip %u lost %u%% limit %u/s service %u us, stall %u ms: wall %u ms, sent %u, "
	       "answered %u, lost at most %u%%%s\n",
	        s->way.trip_ms, s->way.lost_percent, s->way.answers_per_s, s->way.service_us,
	        s->stall_ms, r.wall_ms, r.n_sent, r.n_answered, r.lost_percent_most,
	        r.died ? ", died" : "");
	for (unsigned k = 0; k < CROWDS_MAX; k++)
		if (r.crowds[k].n_rows)
			printf("    behaviour %u %u: rows %u failed %u p99 %u most %u ms, sent "
			       "%u\n",
			        s->crowds[k].behaviour, s->crowds[k].arg, r.crowds[k].n_rows,
			        r.crowds[k].n_failed, r.crowds[k].p99_ms, r.crowds[k].most_ms,
			        r.crowds[k].most_sent);
	return r;
}

static const struct scenario bad_names[] = {
	{ .crowds = { { 20000, WELL, 0 }, { 400, SILENT, 0 } } },
	{ .crowds = { { 20000, WELL, 0 }, { 1000, SILENT, 0 } } },
	{ .crowds = { { 20000, WELL, 0 }, { 400, LOSSY, 30 } } },
	{ .crowds = { { 20000, WELL, 0 }, { 400, LOSSY, 50 } } },
	{ .crowds = { { 20000, WELL, 0 }, { 400, LOSSY, 70 } } },
	{ .crowds = { { 20000, WELL, 0 }, { 400, SLOW, 3000 } } },
	{ .crowds = { { 20000, WELL, 0 }, { 400, DELAYED, 9000 } } },
	{ .crowds = { { 20000, WELL, 0 }, { 400, JITTERY, 3000 } } },
	{ .crowds = { { 20000, WELL, 0 }, { 400, SILENT, 0 }, { 400, LOSSY, 70 } } },
	{ .crowds = { { 20000, WELL, 0 }, { 400, LOSSY, 70 }, { 400, JITTERY, 3000 } } },
	{ .crowds = { { 20000, WELL, 0 }, { 400, SLOW, 3000 }, { 400, LOSSY, 50 } } },
	{ .crowds = { { 20000, WELL, 0 }, { 400, SILENT, 0 }, { 400, LOSSY, 70 },
	          { 400, DELAYED, 9000 } } },
};

/* At an upstream that answers everything else at once. */
static void bad_names_cost_only_themselves(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof bad_names / sizeof bad_names[0]; i++) {
		struct world_result r = run(&bad_names[i]);
		assert_int_equal(r.crowds[0].n_failed, 0);
		assert_in_range(r.crowds[0].p99_ms, 0, 2000);
		assert_in_range(r.wall_ms, 0, 40000);
		assert_int_equal(r.lost_percent_most, 0);
		assert_false(r.died);
		/* Ten, and half again: when nothing but lossy names is left, what comes so late
		 * may look like a queue, and their patience grows with it (16 of 10, with 4 of 300
		 * keys). */
		for (unsigned k = 0; k < CROWDS_MAX; k++)
			assert_in_range(r.crowds[k].most_sent, 0, 20);
	}
}

/* Of five questions at 70 %, ten transmissions each, 13 % of the rows miss one. */
static void a_lossy_name_is_asked_often_enough(void **state)
{
	(void)state;
	struct scenario s = { .crowds = { { 20000, WELL, 0 }, { 1000, LOSSY, 70 } } };
	struct world_result r = run(&s);
	assert_in_range(r.crowds[1].n_failed, 0, 1000 * 17 / 100);
	assert_in_range(r.wall_ms, 0, 25000);
}

/* A way that loses is no name's fault: nobody fails. */
static void a_lossy_way_costs_time_and_no_answer(void **state)
{
	(void)state;
	for (unsigned percent = 1; percent <= 30; percent += 7) {
		struct scenario s = { .way = { .trip_ms = 20, .lost_percent = percent },
			.crowds = { { 5000, WELL, 0 } } };
		struct world_result r = run(&s);
		/* ten transmissions of 25 000 questions at 30 % */
		assert_in_range(r.crowds[0].n_failed, 0, 1);
		assert_in_range(r.wall_ms, 0, percent < 10 ? 10000 : 200000);
	}
}

/* The window is wide after some round trips, though silent names make each cohort wait for a
 * retransmission timeout. Five questions one after the other take five trips. */
static void distance_costs_some_round_trips(void **state)
{
	(void)state;
	static const unsigned trips_ms[] = { 20, 50, 200 };
	for (size_t i = 0; i < sizeof trips_ms / sizeof trips_ms[0]; i++) {
		struct scenario s = { .way = { .trip_ms = trips_ms[i] },
			.max_in_flight = 20000,
			.crowds = { { 20000, WELL, 0 }, { 400, SILENT, 0 } } };
		struct world_result r = run(&s);
		assert_int_equal(r.crowds[0].n_failed, 0);
		assert_in_range(r.crowds[0].last_ms, 0, 25 * trips_ms[i]);
	}
}

static void a_limit_is_found_out(void **state)
{
	(void)state;
	static const struct way ways[] = {
		{ .trip_ms = 1, .answers_per_s = 2000 },
		{ .trip_ms = 1, .answers_per_s = 300 },
		{ .trip_ms = 50, .answers_per_s = 300 },
		{ .trip_ms = 1, .answers_per_s = 100 },
		{ .trip_ms = 1, .service_us = 10000, .queue_max = 270 },
		{ .trip_ms = 1, .service_us = 30000, .queue_max = 270 },
		{ .trip_ms = 1, .service_us = 1000, .queue_max = 1000 },
	};
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		unsigned per_s = ways[i].answers_per_s ? ways[i].answers_per_s
		                                       : 1000000 / ways[i].service_us;
		struct scenario s = { .way = ways[i], .crowds = { { per_s * 6, WELL, 0 } } };
		struct world_result r = run(&s);
		assert_int_equal(r.crowds[0].n_failed, 0);
		assert_in_range(r.wall_ms, 0, 30000 * 3 / 2);
	}
}

/* A server that takes 250 datagrams at once, and drops the others: they must not be asked again and
 * again. In vain are those of the slow start. */
static void a_short_buffer_is_not_overfilled(void **state)
{
	(void)state;
	static const struct way ways[] = {
		{ .trip_ms = 0, .service_us = 25, .queue_max = 250 },
		{ .trip_ms = 1, .service_us = 100, .queue_max = 250 },
		{ .trip_ms = 20, .service_us = 25, .queue_max = 250 },
	};
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		struct scenario s = { .way = ways[i],
			.max_in_flight = 20000,
			.crowds = { { 20000, WELL, 0 }, { 200, SILENT, 0 } } };
		struct world_result r = run(&s);
		unsigned best_ms = ways[i].service_us * 101000 / 1000;
		assert_int_equal(r.crowds[0].n_failed, 0);
		assert_in_range(r.crowds[0].last_ms, 0, best_ms * 2);
		assert_in_range(r.crowds[0].p99_ms, 0, 1500);
		assert_in_range(r.n_sent, 0, r.n_answered * 5 / 4 + 200 * 4 * 10);
	}
}

/* A recursor that has nothing in its cache asks others for every name: they all take long, and that
 * is no queue. Less at once would make it slower, and no answer quicker. */
static void a_cold_recursor_is_no_queue(void **state)
{
	(void)state;
	static const unsigned each_ms[] = { 300, 500, 800, 1200 };
	for (size_t i = 0; i < sizeof each_ms / sizeof each_ms[0]; i++) {
		struct scenario s = { .way = { .trip_ms = 1 },
			.crowds = { { 12000, COLD, each_ms[i] }, { 100, WELL, 0 } } };
		struct world_result r = run(&s);
		assert_int_equal(r.crowds[0].n_failed, 0);
		assert_in_range(r.wall_ms, 0, 50 * each_ms[i] + 2000);
	}
}

/* A starved engine is no lossy way. */
static void time_in_which_the_loop_does_not_run(void **state)
{
	(void)state;
	struct scenario s = {
		.stall_ms = 15, .way = { .trip_ms = 1 }, .crowds = { { 20000, WELL, 0 } }
	};
	struct world_result r = run(&s);
	assert_int_equal(r.crowds[0].n_failed, 0);
	assert_int_equal(r.lost_percent_most, 0);
	assert_in_range(r.n_sent, 100000, 101000);
}

static uint32_t dice = 1;

static unsigned roll(unsigned n)
{
	dice = dice * 1664525 + 1013904223;
	return (dice >> 8) % n;
}

static void random_scenarios(void **state)
{
	(void)state;
	static const unsigned trips_ms[] = { 0, 1, 20, 50, 200 };
	for (unsigned i = 0; i < n_random; i++) {
		struct scenario s = { .seed = i + 1, .way = { .trip_ms = trips_ms[roll(5)] } };
		s.crowds[0] = (struct crowd){ 2000 + roll(4000), WELL, 0 };
		for (unsigned k = 1; k < CROWDS_MAX; k++) {
			enum behaviour b = 1 + roll(5);
			s.crowds[k] = (struct crowd){ roll(120), b,
				b == LOSSY ? 10 + roll(80) : roll(5000) };
		}
		struct world_result r = run(&s);
		assert_int_equal(r.crowds[0].n_failed, 0);
		assert_in_range(r.crowds[0].p99_ms, 0, 3000);
		assert_in_range(r.wall_ms, 0, 45000);
		assert_false(r.died);
	}
}

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-v"))
			is_verbose = true;
		else if (!strncmp(argv[i], "-k", 2))
			key = (unsigned)strtoul(argv[i] + 2, NULL, 10);
		else
			n_random = (unsigned)strtoul(argv[i], NULL, 10);
	}
	hash_init_with(key);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bad_names_cost_only_themselves),
		cmocka_unit_test(a_lossy_name_is_asked_often_enough),
		cmocka_unit_test(a_lossy_way_costs_time_and_no_answer),
		cmocka_unit_test(distance_costs_some_round_trips),
		cmocka_unit_test(a_limit_is_found_out),
		cmocka_unit_test(a_short_buffer_is_not_overfilled),
		cmocka_unit_test(a_cold_recursor_is_no_queue),
		cmocka_unit_test(time_in_which_the_loop_does_not_run),
		cmocka_unit_test(random_scenarios),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
