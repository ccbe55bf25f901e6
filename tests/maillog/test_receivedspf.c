/* test_receivedspf.c - verdicts in lines and headers, as policyd-spf and others write them. */
#include "tests/cmocka_first.h"

#include "maillog/policydspf.h"
#include "maillog/receivedspf.h"
#include "tests/maillog/reading.h"

#include <stdlib.h>

static void texts(void **state)
{
	(void)state;
	static const struct {
		const char *text, *spf, *ip, *helo, *sender;
		bool of_helo;
	} cases[] = {
		{ "prepend Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.1; "
		  "helo=h.example; envelope-from=a@b.example; receiver=c@d.example ",
		        "pass", "192.0.2.1", "h.example", "a@b.example", false },
		{ "Softfail; identity=mailfrom; client-ip=2001:db8::1; helo=x y; envelope-from=\"a "
		  "b\"@b.example; receiver=c@d.example",
		        "softfail", "2001:db8::1", "x y", "\"a b\"@b.example", false },
		{ "Received-SPF: none (mx: no) client-ip=192.0.2.1; envelope-from=\"a@b.example\"; "
		  "helo=h.example;",
		        "none", "192.0.2.1", "h.example", "a@b.example", false },
		{ "prepend Received-SPF: Fail (helo) identity=helo; client-ip=192.0.2.1; "
		  "helo=h.example; envelope-from=<>; receiver=c@d.example ",
		        "fail", "192.0.2.1", "h.example", "", true },
		{ "prepend Authentication-Results: mx; spf=permerror (x) smtp.mailfrom=b.example "
		  "(client-ip=192.0.2.1; helo=h; envelope-from=a@b.example; receiver=c@d.example)",
		        "permerror", "192.0.2.1", "h", "a@b.example", false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct receivedspf r;
		struct logtext text = { cases[i].text, strlen(cases[i].text) };
		assert_true(receivedspf_read(text, &r));
		assert_int_equal(r.verdict.size, strlen(cases[i].spf));
		assert_memory_equal(r.verdict.at, cases[i].spf, r.verdict.size);
		assert_int_equal(r.ip.size, strlen(cases[i].ip));
		assert_memory_equal(r.ip.at, cases[i].ip, r.ip.size);
		assert_int_equal(r.helo.size, strlen(cases[i].helo));
		assert_memory_equal(r.helo.at, cases[i].helo, r.helo.size);
		assert_int_equal(r.sender.size, strlen(cases[i].sender));
		assert_memory_equal(r.sender.at, cases[i].sender, r.sender.size);
		assert_true(r.has_sender);
		assert_int_equal(r.of_helo, cases[i].of_helo);
	}
}

static void none(void **state)
{
	(void)state;
	static const char *const cases[] = { "", "Pass", "Received-SPF: pass (no client)",
		"Received-SPF: maybe client-ip=192.0.2.1", "client-ip=192.0.2.1", "spf=pass" };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct receivedspf r;
		assert_false(receivedspf_read((struct logtext){ cases[i], strlen(cases[i]) }, &r));
	}
}

/* Each line is a message. */
static void as_a_log(void **state)
{
	(void)state;
	struct reading r;
	reading_begin(&r, &policydspf_format, 2026);
	reading_line(&r,
	        "Nov 28 16:36:33 mx1 policyd-spf[7]: prepend Received-SPF: Pass (mailfrom) "
	        "identity=mailfrom; client-ip=192.0.2.1; helo=h; envelope-from=a@b; receiver=c@d ");
	reading_line(&r, "Received-SPF: fail client-ip=192.0.2.2; envelope-from=\"x@y\"; helo=z;");
	reading_line(&r, "Nov 28 16:36:33 mx1 sshd[7]: hello");
	reading_line(&r, "nothing");
	assert_string_equal(reading_events(&r),
	        "message 2026-11-28T16:36:33Z   [192.0.2.1] h <a@b> pass\n"
	        "message -   [192.0.2.2] z <x@y> fail\n");
	assert_int_equal(r.out.counts[LOG_LINES_OTHER], 1);
	assert_int_equal(r.out.counts[LOG_LINES_UNREAD], 1);
	reading_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(texts),
		cmocka_unit_test(none),
		cmocka_unit_test(as_a_log),
	};
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
