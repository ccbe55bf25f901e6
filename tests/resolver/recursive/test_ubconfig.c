/* test_ubconfig.c - what libunbound is told in each of its roles. */
#include "tests/cmocka_first.h"

#include "resolver/recursive/ubconfig.h"

#include <string.h>

static bool says(const struct resolver_config *config, const char *line)
{
	struct textbuf text = { 0 };
	ubconfig_print(&text, config);
	bool found = strstr(textbuf_text(&text), line) != NULL;
	textbuf_fini(&text);
	return found;
}

/* Over the open Internet a stranger's NS record may name any address. */
static void servers_that_are_never_asked(void **state)
{
	(void)state;
	static const char *const lines[] = { "do-not-query-localhost: yes",
		"do-not-query-address: 127.0.0.0/8", "do-not-query-address: 10.0.0.0/8",
		"do-not-query-address: fc00::/7", "do-not-query-address: 192.0.2.0/24" };
	const struct resolver_upstream upstream = { .port = 53,
		.ip = { .family = IPFAMILY_4, .bytes = { 127, 0, 0, 1 } } };
	struct resolver_config open = { .n_workers = 1, .max_in_flight = 1 }, own = open,
	                       forwarding = open;
	own.unbound_config = "/a/test/bed.conf";
	forwarding.upstreams = &upstream;
	forwarding.n_upstreams = 1;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		assert_true(says(&open, lines[i]));
		assert_false(says(&own, lines[i]));
		assert_false(says(&forwarding, lines[i]));
	}
	assert_true(says(&own, "do-not-query-localhost: no"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(servers_that_are_never_asked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
