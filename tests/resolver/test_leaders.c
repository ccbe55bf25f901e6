/* test_leaders.c - resolver/leaders.h: who waits for whom, and until when. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "resolver/leaders.h"

enum { WAIT_NS = 100 };

static struct leaders l;
static struct flight_list released;

/* Lists point into flights, so these are set up where they stay. */
static void begin(struct flight *flights, size_t n)
{
	leaders_init(&l, WAIT_NS);
	flight_list_init(&released);
	for (size_t i = 0; i < n; i++) {
		flights[i] = (struct flight){ .state = FLIGHT_QUEUED, .leads = true };
		flight_list_init(&flights[i].followers);
	}
}

static void send(struct flight *f, uint64_t now_ns)
{
	f->state = FLIGHT_STARTED;
	leaders_sent(&l, f, now_ns);
}

static void expect_released(struct flight *const *flights, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(released.first, flights[i]);
		assert_null(flights[i]->leader);
		flight_list_remove(&released, flights[i]);
	}
	assert_null(released.first);
}

static void followers_go_on_in_order(void **state)
{
	(void)state;
	struct flight f[4];
	begin(f, 4);
	for (int i = 1; i < 4; i++) {
		leaders_follow(&f[i], &f[0]);
		assert_int_equal(f[i].state, FLIGHT_FOLLOWING);
		assert_ptr_equal(f[i].leader, &f[0]);
	}
	leaders_leave(&f[2]);
	assert_null(f[2].leader);
	leaders_end(&l, &f[0], &released);
	assert_false(f[0].leads);
	expect_released((struct flight *[]){ &f[1], &f[3] }, 2);
	leaders_end(&l, &f[0], &released); /* nobody follows */
	assert_null(released.first);
}

/* Time runs from when the leader is with the engine, whoever follows it when. */
static void a_leader_leads_for_a_while(void **state)
{
	(void)state;
	struct flight f[4];
	begin(f, 4);
	leaders_follow(&f[1], &f[0]);
	assert_null(leaders_next_expired(&l, 10 * WAIT_NS)); /* it is queued */
	send(&f[0], 1000);
	send(&f[2], 1050);
	leaders_follow(&f[3], &f[2]);
	assert_null(leaders_next_expired(&l, 1000 + WAIT_NS - 1));
	assert_ptr_equal(leaders_next_expired(&l, 1000 + WAIT_NS), &f[0]);
	leaders_end(&l, &f[0], &released);
	expect_released((struct flight *[]){ &f[1] }, 1);
	assert_null(leaders_next_expired(&l, 1050 + WAIT_NS - 1));
	assert_ptr_equal(leaders_next_expired(&l, 1050 + WAIT_NS), &f[2]);
	leaders_end(&l, &f[2], &released);
	expect_released((struct flight *[]){ &f[3] }, 1);
	assert_null(l.first);
}

/* Nobody follows a flight that does not lead, however long it takes. */
static void who_does_not_lead_is_not_watched(void **state)
{
	(void)state;
	struct flight f[1];
	begin(f, 1);
	f[0].leads = false;
	send(&f[0], 1000);
	assert_null(leaders_next_expired(&l, 1000 + WAIT_NS));
}

/* A leader that is sent again, for the target of a CNAME, has no more time than the others. */
static void being_sent_again_gives_no_time(void **state)
{
	(void)state;
	struct flight f[1];
	begin(f, 1);
	send(&f[0], 1000);
	send(&f[0], 1050);
	assert_ptr_equal(leaders_next_expired(&l, 1000 + WAIT_NS), &f[0]);
}

/* While our own limits keep the leader back, its followers wait as well. */
static void a_leader_that_is_held_leads_on(void **state)
{
	(void)state;
	struct flight f[3];
	begin(f, 3);
	send(&f[0], 0);
	send(&f[1], 2);
	leaders_follow(&f[2], &f[0]);
	f[0].state = FLIGHT_HELD;
	f[0].stops_clock = true;
	assert_ptr_equal(leaders_next_expired(&l, 2 + WAIT_NS), &f[1]);
	leaders_end(&l, &f[1], &released);
	assert_null(leaders_next_expired(&l, 1 + 2 * WAIT_NS));
	f[0].state = FLIGHT_STARTED;
	assert_ptr_equal(leaders_next_expired(&l, 2 + 2 * WAIT_NS), &f[0]);
	leaders_end(&l, &f[0], &released);
	expect_released((struct flight *[]){ &f[2] }, 1);
}

/* An engine that ends a question by itself holds it, too: the name is slow, and we are not. */
static void a_slow_leader_is_not_held_back(void **state)
{
	(void)state;
	struct flight f[2];
	begin(f, 2);
	send(&f[0], 0);
	leaders_follow(&f[1], &f[0]);
	f[0].state = FLIGHT_HELD;
	assert_null(leaders_next_expired(&l, WAIT_NS - 1));
	assert_ptr_equal(leaders_next_expired(&l, WAIT_NS), &f[0]);
	leaders_end(&l, &f[0], &released);
	expect_released((struct flight *[]){ &f[1] }, 1);
}

/* Its answer will be long in coming: nobody waits for that. Others lead on. */
static void a_leader_that_failed_leads_no_longer(void **state)
{
	(void)state;
	struct flight f[4];
	begin(f, 4);
	send(&f[0], 5);
	send(&f[1], 6);
	leaders_follow(&f[2], &f[1]);
	leaders_follow(&f[3], &f[0]);
	leaders_failed(&l, &f[1], 7);
	f[1].state = FLIGHT_HELD;
	assert_ptr_equal(leaders_next_expired(&l, 7), &f[1]);
	leaders_end(&l, &f[1], &released);
	assert_null(leaders_next_expired(&l, 7));
	expect_released((struct flight *[]){ &f[2] }, 1);
	leaders_failed(&l, &f[1], 7); /* which does not lead */
	assert_null(leaders_next_expired(&l, 4 + WAIT_NS));
	assert_ptr_equal(leaders_next_expired(&l, 5 + WAIT_NS), &f[0]);
	leaders_end(&l, &f[0], &released);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(followers_go_on_in_order),
		cmocka_unit_test(a_leader_leads_for_a_while),
		cmocka_unit_test(who_does_not_lead_is_not_watched),
		cmocka_unit_test(being_sent_again_gives_no_time),
		cmocka_unit_test(a_leader_that_is_held_leads_on),
		cmocka_unit_test(a_slow_leader_is_not_held_back),
		cmocka_unit_test(a_leader_that_failed_leads_no_longer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
