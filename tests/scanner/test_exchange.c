/* test_exchange.c - what the threads of a scan share: lanes that know their backlog, a stop that
 * everybody hears, a failure that is told once. */
#include "tests/cmocka_first.h"

#include "scanner/exchange.h"

#include <poll.h>
#include <signal.h>

static volatile sig_atomic_t n_nudges;

static void on_nudge(int number)
{
	(void)number;
	n_nudges++;
}

static int take_signal(void **state)
{
	(void)state;
	struct sigaction action = { .sa_handler = on_nudge };
	return sigaction(SIGUSR1, &action, NULL);
}

enum { LANES = 3 };

static struct resumption resumption;

static void begin(struct exchange *x)
{
	n_nudges = 0;
	resumption = (struct resumption){ .n_rows = 100 };
	assert_true(exchange_init(x, LANES, 4, 16));
	x->resumption = &resumption;
	doorbell_arm(&x->feeder_bell);
	for (unsigned i = 0; i < LANES; i++)
		doorbell_arm(&x->lanes[i].bell);
}

static bool is_rung(const struct doorbell *bell)
{
	struct pollfd fd = { .fd = doorbell_fd(bell), .events = POLLIN };
	return poll(&fd, 1, 0) == 1;
}

static bool all_are_rung(const struct exchange *x)
{
	bool rung = is_rung(&x->feeder_bell);
	for (unsigned i = 0; i < LANES; i++)
		rung = rung && is_rung(&x->lanes[i].bell);
	return rung;
}

static void as_it_begins(void **state)
{
	(void)state;
	struct exchange x;
	begin(&x);
	assert_int_equal(x.n_lanes, LANES);
	assert_false(atomic_load(&x.stopping) || atomic_load(&x.failed) || x.stop_reading);
	assert_false(is_rung(&x.feeder_bell));
	assert_int_equal(exchange_rows_fed(&x), 100);
	assert_int_equal((uintptr_t)x.lanes % _Alignof(struct lane), 0);
	exchange_fini(&x);
}

static void lanes(void **state)
{
	(void)state;
	struct exchange x;
	begin(&x);
	tally_add(&x.lanes[0].n_given, 7);
	tally_add(&x.lanes[2].n_given, 5);
	tally_add(&x.lanes[2].n_begun, 3);
	assert_int_equal(lane_backlog(&x.lanes[0]), 7);
	assert_int_equal(lane_backlog(&x.lanes[1]), 0);
	assert_int_equal(lane_backlog(&x.lanes[2]), 2);
	assert_int_equal(exchange_rows_fed(&x), 112);
	exchange_fini(&x);
}

/* In the signal handler of the main thread: what its blocking reads look at is set. */
static void stopped_by_a_signal(void **state)
{
	(void)state;
	struct exchange x;
	begin(&x);
	exchange_stop(&x, true);
	assert_true(atomic_load(&x.stopping) && x.stop_reading);
	assert_true(all_are_rung(&x));
	assert_int_equal(n_nudges, 0);
	exchange_fini(&x);
}

/* By another thread: the main thread gets a signal. Who fails first may tell why. */
static void failed_once(void **state)
{
	(void)state;
	struct exchange x;
	begin(&x);
	assert_true(exchange_fail(&x));
	assert_true(atomic_load(&x.stopping) && atomic_load(&x.failed));
	assert_true(all_are_rung(&x));
	assert_int_equal(n_nudges, 1);
	assert_false(exchange_fail(&x));
	assert_false(exchange_fail(&x));
	assert_int_equal(n_nudges, 1);
	exchange_fini(&x);
}

/* While the scan is being stopped and the main thread still reads. */
static void nudged(void **state)
{
	(void)state;
	struct exchange x;
	begin(&x);
	exchange_nudge(&x);
	assert_int_equal(n_nudges, 0);
	atomic_store(&x.stopping, true);
	exchange_nudge(&x);
	exchange_nudge(&x);
	assert_int_equal(n_nudges, 2);
	atomic_store(&x.fed_all, true);
	exchange_nudge(&x);
	assert_int_equal(n_nudges, 2);
	exchange_fini(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_it_begins),
		cmocka_unit_test(lanes),
		cmocka_unit_test(stopped_by_a_signal),
		cmocka_unit_test(failed_once),
		cmocka_unit_test(nudged),
	};
	return cmocka_run_group_tests(tests, take_signal, NULL);
}
