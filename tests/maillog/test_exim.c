/* test_exim.c - lines of Exim 4.96's main log. */
#include "tests/cmocka_first.h"

#include "maillog/exim.h"
#include "tests/maillog/reading.h"

#include <stdlib.h>

#define AT "2026-11-29 16:38:28 "
#define TIME "2026-11-29T16:38:28Z"
#define ID "1xXhv2-00037K-1p"

static void lines(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		/* host and HELO differ, are the same, there is no host */
		{ AT ID " <= a@b.example H=h.example (x.example) [192.0.2.1] P=esmtp S=313 id=1@x",
		        "message " TIME " " ID
		        " h.example [192.0.2.1] x.example <a@b.example> \n" },
		{ AT ID " <= a@b.example H=h.example [192.0.2.1]:4711 I=[192.0.2.9]:25 P=esmtp S=1",
		        "message " TIME " " ID
		        " h.example [192.0.2.1] h.example <a@b.example> \n" },
		{ AT ID " <= <> H=([192.0.2.1]) [192.0.2.1] P=smtp S=1",
		        "message " TIME " " ID "  [192.0.2.1] [192.0.2.1] <> \n" },
		{ AT "[123] 1rM8oK-00000000123-1abc <= \"a b,c\"@b.example H=(x) [2001:db8::1] "
		     "P=esmtp",
		        "message " TIME " 1rM8oK-00000000123-1abc  [2001:db8::1] x "
		        "<\"a b,c\"@b.example> \n" },
		{ AT ID " <= a@b.example H=(x) [192.0.2.1] P=esmtp S=1 T=\"A=me P=local\" from a@b",
		        "message " TIME " " ID "  [192.0.2.1] x <a@b.example> \n" },
		/* rejects */
		{ AT "H=(x) [192.0.2.1] F=<a@b.example> rejected RCPT <c@d.example>: no",
		        "reject " TIME "   [192.0.2.1] x <a@b.example> \n" },
		{ AT "H=h.example (x) [192.0.2.1] X=TLS1.3:A CV=no F=<> temporarily rejected RCPT "
		     "<c@d.example>: later",
		        "reject " TIME "  h.example [192.0.2.1] x <> \n" },
		{ AT ID " H=h.example [192.0.2.1] F=<a@b.example> rejected after DATA: spam",
		        "reject " TIME " " ID " h.example [192.0.2.1] h.example <a@b.example> \n" },
		{ AT "H=(x) [192.0.2.1] rejected MAIL <a@b.example>: no",
		        "reject " TIME "   [192.0.2.1] x <a@b.example> \n" },
		{ AT "H=[192.0.2.1] rejected EHLO or HELO x.example: no",
		        "reject " TIME "   [192.0.2.1] x.example \n" },
		{ AT "rejected EHLO from h.example [192.0.2.1]: syntactically invalid argument(s)",
		        "reject " TIME "  h.example [192.0.2.1]  \n" },
		{ AT "rejected MAIL from h.example (x) [192.0.2.1]: no",
		        "reject " TIME "  h.example [192.0.2.1] x \n" },
		{ AT "H=h.example [192.0.2.1] rejected connection in \"connect\" ACL",
		        "reject " TIME "  h.example [192.0.2.1]  \n" },
		{ AT "H=(x) [192.0.2.1] F=<\"> rejected RCPT <z\"@b.example> rejected RCPT <c@d>: "
		     "no",
		        "reject " TIME "   [192.0.2.1] x <\"> rejected RCPT <z\"@b.example> \n" },
		/* none of these */
		{ AT "H=(x) [192.0.2.1] sender verify fail for <a@b.example>: Unrouteable address",
		        "" },
		{ AT ID " => c@d.example R=r T=t", "" },
		{ AT ID " Completed", "" },
		{ AT "no host name found for IP address 192.0.2.1", "" },
		{ AT ID " <= a@b.example U=root P=local S=1", "" },
		{ AT ID " <= a@b.example H=me [192.0.2.1] P=esmtpsa A=plain:me S=1", "" },
		{ AT ID " <= a@b.example H=localhost [127.0.0.1] P=esmtp S=1", "" },
		{ AT ID " <= a@b.exam", "" },
		{ " Suggested action: use keep_environment.", "" },
	};
	struct reading r;
	reading_begin(&r, &exim_format, 0);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		reading_line(&r, cases[i][0]);
		assert_string_equal(reading_events(&r), cases[i][1]);
	}
	assert_int_equal(r.out.counts[LOG_LOCAL], 2);
	assert_int_equal(r.out.counts[LOG_AUTHENTICATED], 1);
	assert_int_equal(r.out.counts[LOG_LINES_DAMAGED], 1);
	assert_int_equal(r.out.counts[LOG_LINES_UNREAD], 1);
	reading_free(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines),
	};
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
