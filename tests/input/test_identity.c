/* test_identity.c - input rows into what the checks take: which field is whose, what is bad input
 * and why. */
#include "tests/cmocka_first.h"

#include "input/identity.h"

#include <string.h>

static const struct layout full = { .n_columns = 4, .domain = 0, .ip = 1, .sender = 2, .helo = 3 };
static const struct layout pair = {
	.n_columns = 2, .domain = 0, .ip = 1, .sender = COLUMN_NONE, .helo = COLUMN_NONE
};

struct expectation {
	const struct layout *layout;
	const char *row;
	const char *domain; /* "" none usable */
	const char *ip;     /* "" none usable */
	const char *local_part, *sender_domain;
	const char *error; /* how it begins; "" for a good row */
};

static const struct expectation cases[] = {
	{ &pair, "example.com,192.0.2.1", "example.com", "192.0.2.1", "", "", "" },
	{ &pair, " Example.COM. , [192.0.2.1] ", "Example.COM", "192.0.2.1", "", "", "" },
	{ &pair, "example.com,::ffff:192.0.2.1", "example.com", "192.0.2.1", "", "", "" },
	{ &pair, "example.com,[IPv6:2001:db8::1]", "example.com", "2001:db8::1", "", "", "" },
	{ &pair, "_spf.foo:bar/baz.example.com,192.0.2.1", "", "192.0.2.1", "", "",
	        "domain: ':' in" },
	{ &pair, "_spf.*.example.com,192.0.2.1", "_spf.*.example.com", "192.0.2.1", "", "", "" },
	{ &pair, "a\302\255b.example,192.0.2.1", "", "192.0.2.1", "", "", "domain: U+00AD," },
	{ &pair, "\"a\357\273\277b.example\",192.0.2.1", "", "192.0.2.1", "", "",
	        "domain: U+FEFF," },
	{ &pair, " \"example.com\",192.0.2.1", "example.com", "192.0.2.1", "", "", "" },
	{ &pair, "domain, IP", "", "", "", "", "row: a header row" },
	{ &pair, "domain,192.0.2.1", "domain", "192.0.2.1", "", "", "" },
	{ &pair, "b\303\274cher.example,192.0.2.1", "xn--bcher-kva.example", "192.0.2.1", "", "",
	        "" },
	{ &pair, "example.com,", "example.com", "", "", "", "" },
	{ &pair, ",192.0.2.1", "", "192.0.2.1", "", "", "" },
	{ &pair, ",", "", "", "", "", "row: neither" },
	{ &pair, "", "", "", "", "", "row: an empty line" },
	{ &pair, "example.com,192.0.2.1,more", "example.com", "192.0.2.1", "", "",
	        "row: 3 fields where 2" },
	{ &pair, "example.com,192.0.2.256", "example.com", "", "", "", "ip: not an IP" },
	{ &pair, "example.com,192.0.2.1/24", "example.com", "", "", "", "ip: not an IP" },
	{ &pair, "example..com,192.0.2.1", "", "192.0.2.1", "", "", "domain: " },
	{ &pair, "192.0.2.1,example.com", "", "", "", "", "" },
	{ &pair, "\377.example,192.0.2.1", "", "192.0.2.1", "", "", "domain: " },
	{ &full, "example.com,192.0.2.1,u@sub.example.com,mx.example.com", "example.com",
	        "192.0.2.1", "u", "sub.example.com", "" },
	{ &full, ",192.0.2.1,a@b@example.com,", "", "192.0.2.1", "a@b", "example.com",
	        "sender: '@' in" },
	{ &full, ",192.0.2.1,\"\"\"a@b\"\"@example.com\",", "example.com", "192.0.2.1", "\"a@b\"",
	        "example.com", "" },
	{ &full, ",192.0.2.1,a@example.com>,", "", "192.0.2.1", "a", "example.com>",
	        "sender: '>' in" },
	{ &full, ",192.0.2.1,example.com,", "example.com", "192.0.2.1", "", "example.com", "" },
	{ &full, ",192.0.2.1,@example.com,", "example.com", "192.0.2.1", "", "example.com", "" },
	{ &full, ",192.0.2.1,,mx.example.com", "mx.example.com", "192.0.2.1", "", "mx.example.com",
	        "" },
	{ &full, "example.com,192.0.2.1,,mx.example.com", "example.com", "192.0.2.1", "",
	        "mx.example.com", "" },
	{ &full, ",192.0.2.1,<user@example.com>,", "example.com", "192.0.2.1", "user",
	        "example.com", "" },
	{ &full, ",192.0.2.1,<>,mx.example.com", "mx.example.com", "192.0.2.1", "",
	        "mx.example.com", "" },
	{ &full, " example.com\302\240,192.0.2.1:25, user@sub.example.com. ,<mx.example.com>",
	        "example.com", "192.0.2.1", "user", "sub.example.com", "" },
	{ &full, ",unknown[192.0.2.1], ,(mx.example.com.)", "mx.example.com", "192.0.2.1", "",
	        "mx.example.com", "" },
	{ &full, ",192.0.2.1,\"Alice <alice@example.com>\",", "", "192.0.2.1", "Alice <alice",
	        "example.com>", "sender: a display name" },
	{ &full, "example.com,192.0.2.1,<alice@example.com> SIZE=1,", "example.com", "192.0.2.1",
	        "<alice", "example.com> SIZE=1", "sender: text behind" },
	{ &full, ",192.0.2.1,user@host.example.com:25,", "", "192.0.2.1", "user",
	        "host.example.com:25", "sender: a port" },
	{ &full, "example.com,192.0.2.1,a b@example.com,", "example.com", "192.0.2.1", "a b",
	        "example.com", "" },
	{ &pair, "https://example.com/,192.0.2.1", "", "192.0.2.1", "", "", "domain: a URL" },
	{ &pair, "example.com:25,192.0.2.1", "", "192.0.2.1", "", "", "domain: a port" },
	{ &pair, "user@example.com,192.0.2.1", "", "192.0.2.1", "", "", "domain: an e-mail" },
	{ &pair, "\342\230\203.example,192.0.2.1", "", "192.0.2.1", "", "", "domain: U+2603," },
	{ &pair, "a\302\240b.example,192.0.2.1", "", "192.0.2.1", "", "", "domain: U+00A0," },
	{ &full, ",192.0.2.1,user@,", "", "192.0.2.1", "user", "", "sender: " },
	{ &full, ",192.0.2.1,\"a \"\"b\"\"@example.com\",", "example.com", "192.0.2.1", "a \"b\"",
	        "example.com", "" },
};

static bool is(struct identity_text t, const char *want)
{
	return t.size == strlen(want) && !memcmp(t.text ? t.text : "", want, t.size);
}

static void check(struct identity *s, const struct expectation *c)
{
	char name[DNAME_TEXT_BYTES], ip[IPADDR_TEXT_BYTES];
	struct csv_record record = {
		.text = c->row, .size = strlen(c->row), .plain = !strchr(c->row, '"')
	};
	identity_parse(s, c->layout, &record);
	if (strcmp(s->domain.size ? dname_text(&s->domain, name) : "", c->domain))
		fail_msg("%s: domain %s", c->row, s->domain.size ? name : "");
	if (strcmp(s->ip.family ? ipaddr_text(&s->ip, ip) : "", c->ip))
		fail_msg("%s: ip", c->row);
	if (!is(s->local_part, c->local_part) || !is(s->sender_domain, c->sender_domain))
		fail_msg("%s: sender", c->row);
	if (*c->error ? strncmp(s->error, c->error, strlen(c->error))
	              : s->error[0] && strncmp(c->row, "192", 3))
		fail_msg("%s: error '%s'", c->row, s->error);
}

static void test_rows(void **state)
{
	struct identity s = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		check(&s, &cases[i]);
	identity_fini(&s);
}

static void test_swapped_columns_are_told(void **state)
{
	struct identity s = { 0 };
	struct csv_record record = { .text = "192.0.2.1,example.com", .size = 21, .plain = true };
	(void)state;
	identity_parse(&s, &pair, &record);
	assert_string_equal(
	        s.error, "ip: not an IP address but a domain name: are the columns swapped?");
	record = (struct csv_record){ .text = "[192.0.2.1],192.0.2.1", .size = 21, .plain = true };
	identity_parse(&s, &pair, &record);
	assert_string_equal(s.error, "domain: an IP address where a domain name belongs");
	assert_true(s.has_domain);
	identity_fini(&s);
}

static void test_helo(void **state)
{
	struct identity s = { 0 };
	(void)state;
	identity_of_texts(&s, "192.0.2.1", "example.com", "[192.0.2.9]");
	assert_int_equal(s.helo_domain.size, 0);
	identity_of_texts(&s, "192.0.2.1", "example.com", "_mx.example.com");
	assert_true(s.helo_domain.size > 0);
	identity_of_texts(&s, "192.0.2.1", "example.com", "mx..example.com");
	assert_int_equal(s.helo_domain.size, 0);
	assert_string_equal(s.error, "");
	identity_of_texts(&s, "192.0.2.1", "example.com", "(B\303\234cher.example.)");
	assert_true(is(s.helo, "xn--bcher-kva.example"));
	identity_fini(&s);
}

static void test_names_that_no_mail_host_can_have(void **state)
{
	struct identity s = { 0 };
	(void)state;
	identity_of_texts(&s, "192.0.2.1", "localhost", NULL);
	assert_true(is(s.no_host, "localhost") && !s.error[0]);
	identity_of_texts(&s, "192.0.2.1", "user@*.example", NULL);
	assert_true(is(s.no_host, "*.example") && !s.error[0]);
	identity_of_texts(&s, "192.0.2.1", "NULL", NULL);
	assert_true(!s.no_host.size && !strncmp(s.error, "domain: a placeholder", 21));
	identity_of_texts(&s, "192.0.2.1", "_spf.b\303\274cher.example", NULL);
	assert_int_equal(s.no_host.size, 0);
	identity_fini(&s);
}

/* A record that was cut, or whose quotes are no quotes: what its fields are is a guess, so nothing
 * is asked. */
static void test_a_guess_asks_nothing(void **state)
{
	static const struct {
		bool broken, too_long;
		const char *error;
	} guesses[] = { { true, false, "row: a quoted field" },
		{ false, true, "row: longer than 1048576" },
		{ true, true, "row: longer than 1048576" } };
	struct identity s = { 0 };
	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		struct csv_record record = { .text = "example.com,192.0.2.1",
			.size = 21,
			.broken = guesses[i].broken,
			.too_long = guesses[i].too_long };
		identity_parse(&s, &pair, &record);
		assert_true(!strncmp(s.error, guesses[i].error, strlen(guesses[i].error)));
		assert_true(!s.has_domain && !s.domain.size && s.ip.family == IPFAMILY_NONE);
	}
	identity_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_swapped_columns_are_told),
		cmocka_unit_test(test_helo),
		cmocka_unit_test(test_names_that_no_mail_host_can_have),
		cmocka_unit_test(test_a_guess_asks_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
