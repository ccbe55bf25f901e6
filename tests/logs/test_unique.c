/* test_unique.c - groups of events, also in a table that is too small: counts add up. */
#include "tests/cmocka_first.h"

#include "base/hash.h"
#include "logs/unique.h"

#include <stdio.h>
#include <stdlib.h>

static struct mail_event event(const char *ip, const char *sender, const char *helo, int64_t time_s)
{
	return (struct mail_event){ .kind = MAIL_MESSAGE,
		.has_time = true,
		.time_s = time_s,
		.client = LOGTEXT("mx.example"),
		.ip = { ip, strlen(ip) },
		.helo = { helo, strlen(helo) },
		.sender = { sender, strlen(sender) },
		.has_sender = true };
}

static void groups(void **state)
{
	(void)state;
	struct unique *u = unique_new(1 << 20, PAIRS_SENDER_DOMAIN, NULL);
	struct textbuf out = { 0 };
	struct mail_event events[] = {
		event("192.0.2.1", "a@B.example", "h", 100),
		event("192.0.2.1", "b@b.example.", "h", 50),
		event("192.0.2.1", "a@b.example", "other", 70),
		event("192.0.2.1", "", "h", 80),
		event("192.0.2.1", "\"a@x,y\"@b.example", "h", 90),
	};
	assert_non_null(u);
	events[4].kind = MAIL_REJECT;
	for (size_t i = 0; i < sizeof events / sizeof events[0]; i++)
		assert_true(unique_add(u, &events[i]));
	assert_int_equal(unique_count(u), 3);
	unique_put(u, &out);
	assert_string_equal(textbuf_text(&out),
	        "1970-01-01T00:00:50Z,1970-01-01T00:01:40Z,3,1,mx.example,192.0.2.1,h,b.example\n"
	        "1970-01-01T00:01:10Z,1970-01-01T00:01:10Z,1,0,mx.example,192.0.2.1,other,b.example"
	        "\n"
	        "1970-01-01T00:01:20Z,1970-01-01T00:01:20Z,1,0,mx.example,192.0.2.1,h,<>\n");
	assert_int_equal(unique_count(u), 0);
	textbuf_fini(&out);
	unique_free(u);
}

static void counts_add_up_when_full(void **state)
{
	(void)state;
	enum { EVENTS = 50000 };
	struct unique *u = unique_new(200000, PAIRS_SENDER_DOMAIN, NULL);
	struct textbuf out = { 0 };
	unsigned n_full = 0;
	assert_non_null(u);
	for (unsigned i = 0; i < EVENTS; i++) {
		char sender[32];
		snprintf(sender, sizeof sender, "a@d%u.example", i * 7919 % 5000);
		struct mail_event e = event("192.0.2.1", sender, "h", i);
		if (unique_add(u, &e))
			continue;
		n_full++;
		unique_put(u, &out);
		assert_true(unique_add(u, &e));
	}
	unique_put(u, &out);
	assert_true(n_full > 1);
	char *at = out.bytes, *end = out.bytes + out.size;
	uint64_t sum = 0;
	while (at < end) {
		const char *third = strchr(strchr(at, ',') + 1, ',') + 1;
		sum += strtoull(third, NULL, 10);
		at = (char *)memchr(at, '\n', (size_t)(end - at)) + 1;
	}
	assert_int_equal(sum, EVENTS);
	textbuf_fini(&out);
	unique_free(u);
}

/* The hash depends on key, local-part and domain, not on the letter case of the domain. */
static void hashed(void **state)
{
	(void)state;
	static const struct pairs_key key = { "0123456789abcdef", 16 },
	                              other = { "1123456789abcdef", 16 };
	struct mail_event events[] = { event("192.0.2.1", "a@b.example", "", 0),
		event("192.0.2.1", "a@B.example.", "", 0), event("192.0.2.1", "b@b.example", "", 0),
		event("192.0.2.1", "a@c.example", "", 0) };
	struct textbuf text[5] = { { 0 } };
	for (size_t i = 0; i < 4; i++)
		pairs_put_sender(&text[i], &events[i], PAIRS_SENDER_HASHED, &key);
	pairs_put_sender(&text[4], &events[0], PAIRS_SENDER_HASHED, &other);
	assert_int_equal(text[0].size, 32 + strlen("@b.example"));
	assert_string_equal(textbuf_text(&text[0]), textbuf_text(&text[1]));
	for (size_t i = 2; i < 5; i++)
		assert_memory_not_equal(text[0].bytes, text[i].bytes, 32);
	for (size_t i = 0; i < 5; i++)
		textbuf_fini(&text[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups),
		cmocka_unit_test(counts_add_up_when_full),
		cmocka_unit_test(hashed),
	};
	hash_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
