/* test_rate.c - resolver/rate.h: in no second more than the rate, and nearly all of it. */
#include "resolver/rate.h"
#include "tests/cmocka_first.h"

#define START_NS (1234567 * CLOCK_NS_PER_S + 777)

enum { TURNS_MAX = 40000 };

/* What was sent at each turn. */
struct scene {
	struct rate rate;
	uint64_t now_ns, n_sent;
	size_t n_turns;
	struct {
		uint64_t at_ns, n;
	} turns[TURNS_MAX];
};

static struct scene scene;

static void begin(unsigned queries_per_s)
{
	scene.n_turns = scene.n_sent = 0;
	scene.now_ns = START_NS;
	rate_init(&scene.rate, queries_per_s);
	rate_fill(&scene.rate, START_NS, false);
}

/* A turn in which as many are sent as may be, of `n` that wait. */
static uint64_t turn(uint64_t after_ns, uint64_t n)
{
	scene.now_ns += after_ns;
	rate_fill(&scene.rate, scene.now_ns, n > 0);
	uint64_t room = rate_room(&scene.rate, n);
	rate_spend(&scene.rate, room);
	assert_true(scene.n_turns < TURNS_MAX);
	scene.turns[scene.n_turns].at_ns = scene.now_ns;
	scene.turns[scene.n_turns++].n = room;
	scene.n_sent += room;
	return room;
}

/* The most in any second, not only in those of a clock. */
static uint64_t most_in_a_second(void)
{
	uint64_t most = 0, n = 0;
	size_t first = 0;
	for (size_t i = 0; i < scene.n_turns; i++) {
		n += scene.turns[i].n;
		while (scene.turns[i].at_ns - scene.turns[first].at_ns >= CLOCK_NS_PER_S)
			n -= scene.turns[first++].n;
		most = n > most ? n : most;
	}
	return most;
}

static const unsigned rates[] = { 1, 2, 3, 7, 10, 50, 333, 1000, 2000, 12345, 1000000 };

#define FOR_EACH_RATE(r)                                                                           \
	for (const unsigned *r = rates; r < rates + sizeof rates / sizeof rates[0]; r++)

/* Turns that come every 333 us to 10 ms, for 10 s in which questions always wait. */
static void the_rate_holds_and_is_used(void **state)
{
	(void)state;
	static const uint64_t steps_us[] = { 333, 1000, 1001, 3700, 10000 };
	FOR_EACH_RATE(r)
	{
		for (size_t k = 0; k < sizeof steps_us / sizeof steps_us[0]; k++) {
			begin(*r);
			while (scene.now_ns < START_NS + 10 * CLOCK_NS_PER_S)
				turn(steps_us[k] * 1000, UINT64_MAX);
			assert_true(most_in_a_second() <= *r);
			assert_true(scene.n_sent + 1 >= (uint64_t)*r * 10 * 98 / 100);
		}
	}
}

/* Idle times fill the bucket; late turns come after up to 0.3 s. */
static void bursts_and_late_turns_pass_no_more(void **state)
{
	(void)state;
	FOR_EACH_RATE(r)
	{
		begin(*r);
		uint32_t random = 1;
		while (scene.n_turns < 20000) {
			random = random * 1103515245 + 12345;
			uint64_t n = random >> 16 & 3 ? UINT64_MAX : 0;
			bool is_late = (random >> 18 & 31) == 0;
			turn((random >> 8) % (is_late ? 300000000 : 3000000), n);
		}
		assert_true(most_in_a_second() <= *r);
	}
}

/* A full bucket at the start leaves a gap at the end of its second, and not of every one. */
static void a_burst_is_not_repeated(void **state)
{
	(void)state;
	begin(2000);
	assert_int_equal(turn(0, UINT64_MAX), 200);
	for (int ms = 1; ms <= 1000; ms++)
		turn(CLOCK_NS_PER_MS, UINT64_MAX);
	assert_int_equal(scene.n_sent, 2000);
	for (int ms = 0; ms < 10000; ms++)
		assert_true(turn(CLOCK_NS_PER_MS, UINT64_MAX) <= 3);
	assert_true(scene.n_sent >= 2000 * 11 * 99 / 100);
}

static void repetitions_count_and_do_not_wait(void **state)
{
	(void)state;
	begin(100);
	assert_int_equal(turn(0, 5), 5);
	rate_spend(&scene.rate, 120);
	assert_int_equal(turn(999 * CLOCK_NS_PER_MS, 50), 0);
	assert_int_equal(turn(2 * CLOCK_NS_PER_MS, 50), 1); /* it was full until now */
}

static void what_was_not_sent_is_given_back(void **state)
{
	(void)state;
	begin(10);
	for (int i = 0; i < 10; i++)
		assert_int_equal(turn(90 * CLOCK_NS_PER_MS + CLOCK_NS_PER_MS * (i ? 10 : 0), 1), 1);
	assert_int_equal(rate_room(&scene.rate, 1), 0);
	rate_refund(&scene.rate);
	assert_int_equal(rate_room(&scene.rate, 2), 1);
	rate_spend(&scene.rate, 1);
	assert_int_equal(turn(50 * CLOCK_NS_PER_MS, 1), 0);
}

static void zero_is_no_limit(void **state)
{
	(void)state;
	begin(0);
	assert_int_equal(turn(0, 1000000), 1000000);
	assert_int_equal(turn(0, 1000000), 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rate_holds_and_is_used),
		cmocka_unit_test(bursts_and_late_turns_pass_no_more),
		cmocka_unit_test(a_burst_is_not_repeated),
		cmocka_unit_test(repetitions_count_and_do_not_wait),
		cmocka_unit_test(what_was_not_sent_is_given_back),
		cmocka_unit_test(zero_is_no_limit),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
