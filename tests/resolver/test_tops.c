/* test_tops.c - resolver/tops.h: places, who keeps one, who loses it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "resolver/flight.h"
#include "resolver/tops.h"

#include <stdio.h>

/* The top-level domain of a name below it. */
static void top_question(struct question *top, const char *text)
{
	struct dname name;
	struct question q;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	question_of(&q, &name, RRTYPE_MX);
	assert_true(question_of_top(top, &q));
}

static void a_name_has_one_last_label(void **state)
{
	(void)state;
	struct question a, b;
	struct dname name;
	top_question(&a, "x.example.COM");
	top_question(&b, "com.com");
	assert_int_equal(a.size, 5);
	assert_memory_equal(a.bytes, "\3com", 5);
	assert_int_equal(a.hash, b.hash);
	assert_int_equal(a.name_hash, b.name_hash);
	static const char *const none[] = { "com", "." };
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(dname_parse(&name, none[i], strlen(none[i])), ERROR_NONE);
		question_of(&b, &name, RRTYPE_MX);
		assert_false(question_of_top(&a, &b));
	}
}

static void a_place_is_found_again(void **state)
{
	(void)state;
	struct tops t;
	struct question com, net;
	assert_true(tops_init(&t));
	top_question(&com, "a.com-like");
	top_question(&net, "a.net-like");
	struct top *top = tops_get(&t, &com);
	assert_int_equal(top->state, TOP_UNKNOWN);
	assert_null(top->leader);
	top->state = TOP_EXISTS;
	assert_int_equal(tops_get(&t, &net)->state, TOP_UNKNOWN);
	top_question(&com, "b.Com-Like");
	assert_ptr_equal(tops_get(&t, &com), top);
	assert_int_equal(top->state, TOP_EXISTS);
	tops_fini(&t);
	tops_fini(&t);
}

/* However many strangers make up: the table keeps its size, and those that are led stay. */
static void what_is_led_stays(void **state)
{
	(void)state;
	enum { LED = 50, MANY = 100000 };
	struct tops t;
	struct flight leader = { 0 };
	struct top *led[LED];
	unsigned n_known = 0;
	char name[64];
	struct question q;
	assert_true(tops_init(&t));
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "x.top%u", i);
		top_question(&q, name);
		struct top *top = tops_get(&t, &q);
		if (!top)
			continue; /* all places of its set are led */
		top->state = TOP_OPEN;
		if (i < LED) {
			top->leader = &leader;
			led[i] = top;
		}
	}
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(name, sizeof name, "x.top%u", i);
		top_question(&q, name);
		struct top *top = tops_get(&t, &q);
		if (i < LED)
			assert_ptr_equal(top, led[i]);
		n_known += top && top->state == TOP_OPEN;
	}
	assert_in_range(n_known, LED, 4096);
	tops_fini(&t);
}

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_has_one_last_label),
		cmocka_unit_test(a_place_is_found_again),
		cmocka_unit_test(what_is_led_stays),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
