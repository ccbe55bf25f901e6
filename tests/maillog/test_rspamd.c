/* test_rspamd.c - lines as rspamd 3.4 writes them. */
#include "tests/cmocka_first.h"

#include "maillog/rspamd.h"
#include "tests/maillog/reading.h"

#include <stdlib.h>

#define AT "2026-11-29 16:38:28 #12(rspamd_proxy) <ab12cd>; "
#define TASK AT "task; rspamd_task_write_log: "
#define TIME "2026-11-29T16:38:28Z"

static void lines(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ TASK "id: <1@x>, qid: <4F3A5>, ip: 192.0.2.1, from: <a@b.example>, (default: F "
		       "(no "
		       "action): [1.20/15.00] [R_SPF_ALLOW(-0.20){+ip4:192.0.2.0/24;},X(0.00){}]), "
		       "len: 1234, time: 12.3ms, dns req: 4",
		        "message " TIME " 4F3A5  [192.0.2.1]  <a@b.example> pass\n" },
		{ TASK "id: <1@x>, ip: 2001:db8::1, from: <>, (default: T (reject): [20/15.00] "
		       "[X(0.00){},R_SPF_FAIL(1.00){-all;}]), len: 1",
		        "reject " TIME "   [2001:db8::1]  <> fail\n" },
		{ TASK "id: <x>, ip: 203.0.113.9, from: <evil@e>, (default: , qid: <AAAA>, ip: "
		       "192.0.2.1, from: <\"a>, b\"@b.example>, (default: S (soft reject): [1/15] "
		       "[]), len: 1",
		        "reject " TIME " AAAA  [192.0.2.1]  <\"a>, b\"@b.example> \n" },
		/* the quotes of a local-part are taken away, whatever stood between them */
		{ TASK "id: <undef>, qid: <F0B4>, ip: 192.0.2.123, from: <x; "
		       "from=<y@z.example>@d.example>"
		       ", (default: T (add header): [10/6.00] "
		       "[FROM_NEQ_ENVFROM(0.00){@d.example;x; "
		       "from=<y@z.example>@d.example;},R_SPF_NEUTRAL(0.00){?all;}]), len: 17",
		        "message " TIME
		        " F0B4  [192.0.2.123]  <\"x; from=<y@z.example>\"@d.example> "
		        "neutral\n" },
		{ TASK "id: <x>, qid: <A1>, ip: 192.0.2.1, from: <a \\\"b@c>, (default: F (no "
		       "action): "
		       "[1/15] []), len: 1",
		        "message " TIME " A1  [192.0.2.1]  <\"a \\\\\\\"b\"@c> \n" },
		/* two ways to read a line: a sender that ends itself, and symbols that begin anew
		 */
		{ TASK "id: <x>, qid: <A1>, ip: 192.0.2.1, from: <v@victim>, (default: F (no "
		       "action): "
		       "[0/15] [\"@evil>, (default: F (no action): [1/15] []), len: 1",
		        "" },
		{ TASK "id: <x>, qid: <A1>, ip: 192.0.2.1, from: <a@b>, (default: F (no action): "
		       "[1/15] "
		       "[FROM{x, ip: 192.0.2.2, from: <v@victim>, (default: F (no action): [1/15] "
		       "[]}]), len: 1",
		        "" },
		{ TASK "id: <1@x>, ip: 192.0.2.1, user: me, from: <a@b>, (default: F (no action): "
		       "[] "
		       "[]), len: 1",
		        "" },
		{ TASK "id: <1@x>, ip: 127.0.0.1, from: <a@b>, (default: F (no action): [] []), "
		       "len: "
		       "1",
		        "" },
		{ TASK "id: <1@x>, (default: F (no action): [] []), len: 1", "" },
		{ AT "proxy; proxy_accept_socket: accepted milter connection", "" },
		{ "garbage", "" },
		{ "Nov 29 16:38:28 mx1 rspamd[12]: <ab>; task; rspamd_task_write_log: id: <1@x>, "
		  "ip: "
		  "192.0.2.1, from: <a@b>, (default: F (add header): [7/15] [R_SPF_NA(0.00){}]), "
		  "len: 1",
		        "message " TIME "   [192.0.2.1]  <a@b> none\n" },
	};
	struct reading r;
	reading_begin(&r, &rspamd_format, 2026);
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		reading_line(&r, cases[i][0]);
		assert_string_equal(reading_events(&r), cases[i][1]);
	}
	assert_int_equal(r.out.counts[LOG_AUTHENTICATED], 1);
	assert_int_equal(r.out.counts[LOG_LOCAL], 1);
	assert_int_equal(r.out.counts[LOG_NO_ADDRESS], 1);
	assert_int_equal(r.out.counts[LOG_LINES_UNREAD], 1);
	assert_int_equal(r.out.counts[LOG_LINES_DAMAGED], 2);
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
