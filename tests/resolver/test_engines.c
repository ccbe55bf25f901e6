/* test_engines.c - resolver/engines.h: which engine serves which wish, and what each one declares.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "resolver/engines.h"
#include "resolver/forward/forward.h"
#include "resolver/recursive/recursive.h"
#include "resolver/replay/replay.h"

static void the_choice_is_by_wishes(void **state)
{
	(void)state;
	assert_ptr_equal(engines_choose(0), &recursive_engine);
	assert_ptr_equal(engines_choose(ENGINE_DNSSEC), &recursive_engine);
	assert_ptr_equal(engines_choose(ENGINE_UPSTREAMS), &forward_engine);
	assert_ptr_equal(
	        engines_choose(ENGINE_UPSTREAMS | ENGINE_DNSSEC), &recursive_forward_engine);
	assert_ptr_equal(engines_choose(ENGINE_REPLAY), &replay_engine);
	assert_ptr_equal(engines_choose(ENGINE_REPLAY | ENGINE_DNSSEC), &replay_engine);
	assert_null(engines_choose(ENGINE_REPLAY | ENGINE_UPSTREAMS)); /* it asks nobody */
	assert_null(engines_choose(1u << 31));                         /* nobody serves that */
}

/* Users see how the DNS is asked, not which code does it. */
static void names_are_those_of_the_manifest(void **state)
{
	(void)state;
	assert_string_equal(recursive_engine.name, "recursive");
	assert_string_equal(forward_engine.name, "forward");
	assert_string_equal(recursive_forward_engine.name, "forward");
	assert_string_equal(replay_engine.name, "replay");
	assert_non_null(engines_library_version("libunbound"));
	assert_null(engines_library_version("libnothing"));
}

static void descriptors_depend_on_upstreams_where_sockets_do(void **state)
{
	(void)state;
	assert_int_equal(engine_fds(&forward_engine.fds_usual, 3), 219);
	assert_int_equal(engine_fds(&forward_engine.fds_least, 3), 6);
	assert_int_equal(engine_fds(&recursive_forward_engine.fds_usual, 3), 64);
	assert_int_equal(engine_fds(&recursive_engine.fds_least, 0), 14);
}

static void a_question_has_time_for_its_tries(void **state)
{
	(void)state;
	assert_int_equal(engine_question_ms(&forward_engine, 2000, 3), 10000);
	assert_int_equal(engine_question_ms(&recursive_forward_engine, 500, 0), 1000);
	assert_int_equal(engine_question_ms(&recursive_engine, 2000, 3), 20000); /* the least */
	assert_int_equal(engine_question_ms(&recursive_engine, 10000, 3), 40000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_choice_is_by_wishes),
		cmocka_unit_test(names_are_those_of_the_manifest),
		cmocka_unit_test(descriptors_depend_on_upstreams_where_sockets_do),
		cmocka_unit_test(a_question_has_time_for_its_tries),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
