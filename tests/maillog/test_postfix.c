/* test_postfix.c - lines as Postfix 3.7 writes them, and what strangers may make of them. */
#include "tests/cmocka_first.h"

#include "base/hash.h"
#include "maillog/postfix.h"
#include "tests/maillog/reading.h"

#include <stdlib.h>

#define AT "Nov 28 16:36:33 mx1 "
#define TIME "2026-11-28T16:36:33Z"

/* Lines, separated by LF, and the events that they make. */
static struct reading *read_text(struct reading *r, const char *text, const char *events)
{
	char *lines = strdup(text), *at = lines, *line;
	reading_begin(r, &postfix_format, 2026);
	while ((line = strsep(&at, "\n")) != NULL)
		reading_line(r, line);
	assert_string_equal(reading_events(r), events);
	free(lines);
	return r;
}

static void check(const char *text, const char *events)
{
	struct reading r;
	read_text(&r, text, events);
	reading_free(&r);
}

static void a_message(void **state)
{
	(void)state;
	check(AT "postfix/smtpd[1]: connect from mx.example[192.0.2.1]\n" AT
	         "postfix/smtpd[1]: 4F3A: client=mx.example[192.0.2.1]\n" AT
	         "postfix/smtpd[1]: 4F3A5: client=mx.example[192.0.2.1]\n" AT
	         "postfix/cleanup[2]: 4F3A5: message-id=<1@x>\n"
	         "Nov 28 16:36:34 mx1 postfix/qmgr[3]: 4F3A5: from=<a@b.example>, size=1, nrcpt=1 "
	         "(queue active)\n" AT "postfix/smtpd[1]: disconnect from mx.example[192.0.2.1] "
	         "ehlo=1 quit=1 commands=2\n" AT "postfix/qmgr[3]: 4F3A5: removed",
	        "message " TIME " 4F3A5 mx.example [192.0.2.1]  <a@b.example> \n");
}

/* RFC 5424; syslogd says once what came again and again. */
static void other_envelopes(void **state)
{
	(void)state;
	check("<22>1 2026-11-28T16:36:33.5Z mx1 postfix/smtpd 8266 - - ABCDE1: "
	      "client=a.example[192.0.2.1]\n"
	      "<22>1 2026-11-28T16:36:33.5Z mx1 postfix/qmgr - - [x@1 a=\"\\]\\\"\"][y] "
	      "\xef\xbb\xbf"
	      "ABCDE1: from=<a@b.example>, size=1, nrcpt=1 (queue active)",
	        "message " TIME " ABCDE1 a.example [192.0.2.1]  <a@b.example> \n");
	check("<22>1 2026-11-28T16:36:33Z mx1 postfix/smtpd 1 - [x", "");
	check(AT "postfix/smtpd[1]: message repeated 3 times: [ NOQUEUE: reject: RCPT from "
	         "a[192.0.2.1]: 554 no; from=<a@b> to=<c@d> proto=SMTP helo=<h>]",
	        "reject " TIME "  a [192.0.2.1] h <a@b> \n"
	        "reject " TIME "  a [192.0.2.1] h <a@b> \n"
	        "reject " TIME "  a [192.0.2.1] h <a@b> \n");
}

/* A number of repetitions that nobody can have counted gives no rows without end. */
static void repeated_without_end(void **state)
{
	(void)state;
	struct reading r;
	read_text(&r,
	        AT "postfix/smtpd[1]: message repeated 99999999999 times: [ NOQUEUE: reject: RCPT "
	           "from a[192.0.2.1]: 554 no; from=<a@b> to=<c@d> proto=SMTP helo=<h>]",
	        "");
	assert_int_equal(r.out.counts[LOG_LINES_DAMAGED], 1);
	reading_free(&r);
}

static void null_sender_ipv6_long_id(void **state)
{
	(void)state;
	check(AT "postfix/smtpd[1]: 3ZqLmn1bzYz2Kk: client=unknown[2001:db8::1]\n" AT
	         "postfix/qmgr[3]: 3ZqLmn1bzYz2Kk: from=<>, size=1, nrcpt=1 (queue active)",
	        "message " TIME " 3ZqLmn1bzYz2Kk unknown [2001:db8::1]  <> \n");
}

/* A message that is tried again is no new one; an id that was removed may be used again. */
static void deferred_and_used_again(void **state)
{
	(void)state;
	struct reading r;
	read_text(&r,
	        AT
	        "postfix/smtpd[1]: ABCDE1: client=a.example[192.0.2.1]\n" AT
	        "postfix/qmgr[3]: ABCDE1: from=<a@b.example>, size=1, nrcpt=1 (queue active)\n" AT
	        "postfix/qmgr[3]: ABCDE1: from=<a@b.example>, size=1, nrcpt=1 (queue active)\n" AT
	        "postfix/qmgr[3]: ABCDE1: removed\n" AT
	        "postfix/smtpd[1]: ABCDE1: client=c.example[192.0.2.2]\n" AT
	        "postfix/qmgr[3]: ABCDE1: from=<c@d.example>, size=1, nrcpt=1 (queue active)\n" AT
	        "postfix/smtpd[1]: ABCDE1: client=e.example[192.0.2.3]\n" AT
	        "postfix/qmgr[3]: ABCDE1: from=<e@f.example>, size=1, nrcpt=1 (queue active)",
	        "message " TIME " ABCDE1 a.example [192.0.2.1]  <a@b.example> \n"
	        "message " TIME " ABCDE1 c.example [192.0.2.2]  <c@d.example> \n"
	        "message " TIME " ABCDE1 e.example [192.0.2.3]  <e@f.example> \n");
	reading_end(&r);
	assert_int_equal(r.out.counts[LOG_UNFINISHED], 0);
	reading_free(&r);
}

static void same_ids_on_two_machines(void **state)
{
	(void)state;
	check(AT "postfix/smtpd[1]: ABCDE1: client=a.example[192.0.2.1]\n"
	         "Nov 28 16:36:33 mx2 postfix/smtpd[1]: ABCDE1: client=b.example[192.0.2.2]\n" AT
	         "postfix-in/smtpd[1]: ABCDE1: client=c.example[192.0.2.3]\n" AT
	         "postfix/qmgr[3]: ABCDE1: from=<1@x.example>, size=1, nrcpt=1 (queue active)\n"
	         "Nov 28 16:36:33 mx2 postfix/qmgr[3]: ABCDE1: from=<2@x.example>, size=1, "
	         "nrcpt=1\n" AT
	         "postfix-in/qmgr[3]: ABCDE1: from=<3@x.example>, size=1, nrcpt=1 (queue active)",
	        "message " TIME " ABCDE1 a.example [192.0.2.1]  <1@x.example> \n"
	        "message " TIME " ABCDE1 b.example [192.0.2.2]  <2@x.example> \n"
	        "message " TIME " ABCDE1 c.example [192.0.2.3]  <3@x.example> \n");
}

static void rejects(void **state)
{
	(void)state;
#define FROM AT "postfix/smtpd[1]: NOQUEUE: reject: RCPT from h.example[192.0.2.1]: 450 4.1.8 "
#define EVENT "reject " TIME "  h.example [192.0.2.1] "
	check(FROM "<a@b.example>: Sender address rejected: Domain not found; from=<a@b.example> "
	           "to=<c@d.example> proto=ESMTP helo=<h.example>",
	        EVENT "h.example <a@b.example> \n");
	check(FROM "no; from=<> to=<c@d.example> proto=ESMTP helo=<[192.0.2.1]>",
	        EVENT "[192.0.2.1] <> \n");
	check(AT "postfix/smtpd[1]: ABCDE1: reject: RCPT from h.example[192.0.2.1]: 554 no; "
	         "from=<a@b.example> to=<c@d.example> proto=SMTP",
	        "reject " TIME " ABCDE1 h.example [192.0.2.1]  <a@b.example> \n");
	check(AT "postfix/smtpd[1]: NOQUEUE: reject: CONNECT from unknown[192.0.2.1]: 554 5.7.1 "
	         "<unknown[192.0.2.1]>: Client host rejected: Access denied; proto=SMTP",
	        "reject " TIME "  unknown [192.0.2.1]  \n");
	check(AT "postfix/smtpd[1]: NOQUEUE: reject: EHLO from h.example[192.0.2.1]: 504 5.5.2 "
	         "<x>: Helo command rejected: need fully-qualified hostname; proto=SMTP helo=<x>",
	        EVENT "x \n");
	check(AT "postfix/postscreen[1]: NOQUEUE: reject: RCPT from [192.0.2.1]:4711: 550 5.7.1 "
	         "Service unavailable; client [192.0.2.1] blocked using dnsbl.example; "
	         "from=<a@b.example>, to=<c@d.example>, proto=ESMTP, helo=<h.example>",
	        "reject " TIME "   [192.0.2.1] h.example <a@b.example> \n");
}

/* What a stranger writes is no part of the line. */
static void made_to_mislead(void **state)
{
	(void)state;
	check(FROM "<\"; from=<x@y> to=<z@z> proto=ESMTP helo=<evil>\"@b.example>: no; "
	           "from=<\"; from=<x@y> to=<z@z> proto=ESMTP helo=<evil>\"@b.example> "
	           "to=<\"a> proto=ESMTP helo=<evil\"@d.example> proto=ESMTP helo=<h.example>",
	        EVENT "h.example <\"; from=<x@y> to=<z@z> proto=ESMTP helo=<evil>\"@b.example> \n");
	check(FROM "no; from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<x> proto=ESMTP "
	           "helo=<y>",
	        EVENT "x> proto=ESMTP helo=<y <a@b.example> \n");
	check(AT "postfix/qmgr[3]: ABCDE1: from=<a@b.example>, size=1\n" AT
	         "postfix/smtpd[1]: ABCDE2: client=a.example[192.0.2.1]\n" AT
	         "postfix/qmgr[3]: ABCDE2: from=<\"a>, size=9, nrcpt=9\"@b.example>, size=1, "
	         "nrcpt=1 (queue active)",
	        "message " TIME
	        " ABCDE2 a.example [192.0.2.1]  <\"a>, size=9, nrcpt=9\"@b.example> "
	        "\n");
}

/* cleanup rejects what smtpd took: one reject, and no message. */
static void rejected_by_content(void **state)
{
	(void)state;
	struct reading r;
	read_text(&r,
	        AT
	        "postfix/smtpd[1]: ABCDE1: client=a.example[192.0.2.1]\n" AT
	        "postfix/cleanup[2]: ABCDE1: milter-reject: END-OF-MESSAGE from "
	        "a.example[192.0.2.1]: 5.7.1 spam; from=<a@b.example> to=<c@d.example> "
	        "proto=ESMTP helo=<h.example>\n" AT
	        "postfix/smtpd[1]: ABCDE2: client=a.example[192.0.2.1]\n" AT
	        "postfix/cleanup[2]: ABCDE2: reject: header Subject: x from y[1.2.3.4]; from=<q@q> "
	        "from a.example[192.0.2.1]; from=<a@b.example> to=<c@d.example> proto=ESMTP "
	        "helo=<h.example>: 5.7.1 no",
	        "reject " TIME " ABCDE1 a.example [192.0.2.1] h.example <a@b.example> \n"
	        "reject " TIME " ABCDE2 a.example [192.0.2.1] h.example <a@b.example> \n");
	reading_end(&r);
	assert_int_equal(r.out.counts[LOG_UNFINISHED], 0);
	reading_free(&r);
}

static void what_is_left_out(void **state)
{
	(void)state;
	struct reading r;
	read_text(&r,
	        AT
	        "postfix/pickup[4]: ABCDE1: uid=0 from=<root>\n" AT
	        "postfix/qmgr[3]: ABCDE1: from=<root@mx1>, size=1, nrcpt=1 (queue active)\n" AT
	        "postfix/submission/smtpd[1]: ABCDE2: client=me.example[192.0.2.1], "
	        "sasl_method=PLAIN, sasl_username=me\n" AT
	        "postfix/qmgr[3]: ABCDE2: from=<me@b.example>, size=1, nrcpt=1 (queue active)\n" AT
	        "postfix/smtpd[1]: ABCDE3: client=localhost[127.0.0.1]\n" AT
	        "postfix/qmgr[3]: ABCDE3: from=<a@b.example>, size=1, nrcpt=1 (queue active)\n" AT
	        "postfix/smtpd[1]: ABCDE4: client=f.example[192.0.2.9], orig_queue_id=ABCDE9, "
	        "orig_client=x.example[192.0.2.1]\n" AT
	        "postfix/qmgr[3]: ABCDE4: from=<a@b.example>, size=1, nrcpt=1 (queue active)\n" AT
	        "postfix/qmgr[3]: ABCDE5: from=<a@b.example>, size=1, nrcpt=1 (queue active)\n" AT
	        "postfix/smtpd[1]: ABCDE6: client=x.example[192.0.2.1]\n" AT
	        "postfix/smtpd[1]: ABCDE7: client=unknown[unknown]\n" AT
	        "postfix/qmgr[3]: ABCDE7: from=<a@b.example>, size=1, nrcpt=1 (queue active)\n" AT
	        "postfix/smtpd[1]: NOQUEUE: reject: RCPT from x.example[192.0.2.1]: 554 no; "
	        "from=<a@b> to=<c@d> proto=ESMTP helo=<h> sasl_username=<me>\n" AT
	        "sshd[9]: Accepted publickey for root\n"
	        "-- Journal begins at Sat 2026-11-28 --\n" AT
	        "postfix/qmgr[3]: ABCDE8: from=<a@b.exam",
	        "");
	reading_end(&r);
	assert_int_equal(r.out.counts[LOG_LOCAL], 2);
	assert_int_equal(r.out.counts[LOG_AUTHENTICATED], 2);
	assert_int_equal(r.out.counts[LOG_FILTERED], 1);
	assert_int_equal(r.out.counts[LOG_NO_CLIENT], 1);
	assert_int_equal(r.out.counts[LOG_UNFINISHED], 1);
	assert_int_equal(r.out.counts[LOG_NO_ADDRESS], 1);
	assert_int_equal(r.out.counts[LOG_LINES_OTHER], 1);
	assert_int_equal(r.out.counts[LOG_LINES_UNREAD], 1);
	assert_int_equal(r.out.counts[LOG_LINES_DAMAGED], 1);
	reading_free(&r);
}

/* A filter before the queue names the client; no id says that there was another message. */
static void filter_before_the_queue(void **state)
{
	(void)state;
	check(AT "postfix/smtpd[1]: NOQUEUE: client=x.example[192.0.2.1]\n" AT
	         "postfix/smtpd[5]: ABCDE1: client=localhost[127.0.0.1], "
	         "orig_client=x.example[192.0.2.1]\n" AT
	         "postfix/qmgr[3]: ABCDE1: from=<a@b.example>, size=1, nrcpt=1 (queue active)",
	        "message " TIME " ABCDE1 x.example [192.0.2.1]  <a@b.example> \n");
}

static void only_connected(void **state)
{
	(void)state;
	static const char text[] =
	        AT "postfix/smtpd[1]: connect from a.example[192.0.2.1]\n"
	           "Nov 28 16:36:40 mx1 postfix/smtpd[1]: disconnect from a.example[192.0.2.1] "
	           "ehlo=1\n" AT "postfix/smtpd[1]: connect from b.example[192.0.2.2]\n" AT
	           "postfix/smtpd[1]: NOQUEUE: reject: RCPT from b.example[192.0.2.2]: 554 no; "
	           "from=<a@b> to=<c@d> proto=ESMTP helo=<h>\n" AT
	           "postfix/smtpd[1]: disconnect from b.example[192.0.2.2] ehlo=1 mail=1";
	struct reading r;
	read_text(&r, text, "reject " TIME "  b.example [192.0.2.2] h <a@b> \n");
	assert_int_equal(r.out.counts[LOG_ONLY_CONNECTED], 1);
	r.out.wants_connects = true;
	reading_line(&r, AT "postfix/smtpd[1]: connect from a.example[192.0.2.1]");
	reading_line(
	        &r, "Nov 28 16:36:40 mx1 postfix/smtpd[1]: disconnect from a.example[192.0.2.1]");
	assert_string_equal(reading_events(&r), "connect " TIME "  a.example [192.0.2.1]  \n");
	reading_free(&r);
}

/* policyd-spf's line says the HELO name, and what SPF said. */
static void with_policyd_spf(void **state)
{
	(void)state;
#define POLICY AT "policyd-spf[7]: "
	check(POLICY
	        "prepend Received-SPF: Pass (mailfrom) identity=mailfrom; "
	        "client-ip=192.0.2.1; helo=h.example; envelope-from=a@b.example; "
	        "receiver=c@d.example \n" AT
	        "postfix/smtpd[1]: ABCDE1: client=x.example[192.0.2.1]\n" AT
	        "postfix/qmgr[3]: ABCDE1: from=<a@b.example>, size=1, nrcpt=1 (queue active)\n" AT
	        "postfix/smtpd[1]: ABCDE2: client=x.example[192.0.2.1]\n" AT
	        "postfix/qmgr[3]: ABCDE2: from=<other@b.example>, size=1, nrcpt=1 (queue "
	        "active)\n" POLICY "prepend Received-SPF: None (no SPF record) identity=helo; "
	        "client-ip=192.0.2.1; helo=h.example; envelope-from=<>; receiver=c@d.example \n" AT
	        "postfix/smtpd[1]: ABCDE3: client=x.example[192.0.2.1]\n" AT
	        "postfix/qmgr[3]: ABCDE3: from=<>, size=1, nrcpt=1 (queue active)\n"
	        "Nov 28 17:36:33 mx1 postfix/smtpd[1]: ABCDE4: client=x.example[192.0.2.1]\n" AT
	        "postfix/qmgr[3]: ABCDE4: from=<a@b.example>, size=1, nrcpt=1 (queue active)",
	        "message " TIME " ABCDE1 x.example [192.0.2.1] h.example <a@b.example> pass\n"
	        "message " TIME " ABCDE2 x.example [192.0.2.1]  <other@b.example> \n"
	        "message " TIME " ABCDE3 x.example [192.0.2.1] h.example <> none\n"
	        "message 2026-11-28T17:36:33Z ABCDE4 x.example [192.0.2.1]  <a@b.example> \n");
	check(POLICY ": prepend Received-SPF: Softfail (mailfrom) identity=mailfrom; "
	             "client-ip=192.0.2.1; helo=h.example; envelope-from=a b,c@b.example; "
	             "receiver=d.example \n" AT
	             "postfix/smtpd[1]: ABCDE1: client=x.example[192.0.2.1]\n" AT
	             "postfix/qmgr[3]: ABCDE1: from=<\"a b,c\"@b.example>, size=1, nrcpt=1 (queue)",
	        "message " TIME " ABCDE1 x.example [192.0.2.1] h.example <\"a b,c\"@b.example> "
	        "softfail\n");
	check(FROM "<c@d.example>: Recipient address rejected: Message rejected due to: SPF fail - "
	           "not authorized. See http://x/?s=mfrom;id=a@b.example;ip=192.0.2.1; "
	           "from=<a@b.example> to=<c@d.example> proto=ESMTP helo=<h.example>",
	        EVENT "h.example <a@b.example> fail\n");
}

static void of_the_journal(void **state)
{
	(void)state;
	check("{\"__REALTIME_TIMESTAMP\":\"1795883793123456\",\"_HOSTNAME\":\"mx1\","
	      "\"SYSLOG_IDENTIFIER\":\"postfix/smtpd\",\"SYSLOG_PID\":\"1\","
	      "\"MESSAGE\":\"ABCDE1: client=x.example[192.0.2.1]\"}\n"
	      "{\"__REALTIME_TIMESTAMP\":\"1795883794123456\",\"_HOSTNAME\":\"mx1\","
	      "\"SYSLOG_IDENTIFIER\":\"postfix/qmgr\",\"_PID\":\"3\",\"MESSAGE\":"
	      "[65,66,67,68,69,49,58,32,102,114,111,109,61,60,195,164,64,98,62,44,32,115,105,122,"
	      "101,61,49]}\n"
	      "{\"MESSAGE\":7}\n{\"half",
	        "message 2026-11-28T16:36:33Z ABCDE1 x.example [192.0.2.1]  <\303\244@b> \n");
	check("2026-11-28T17:36:33+0100 mx1 postfix/smtpd[1]: ABCDE1: client=x.example[192.0.2.1]\n"
	      "<22>2026-11-28T17:36:33.5+01:00 mx1 postfix/qmgr[1]: ABCDE1: from=<a@b>, size=1",
	        "message " TIME " ABCDE1 x.example [192.0.2.1]  <a@b> \n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message),
		cmocka_unit_test(other_envelopes),
		cmocka_unit_test(repeated_without_end),
		cmocka_unit_test(null_sender_ipv6_long_id),
		cmocka_unit_test(deferred_and_used_again),
		cmocka_unit_test(same_ids_on_two_machines),
		cmocka_unit_test(rejects),
		cmocka_unit_test(made_to_mislead),
		cmocka_unit_test(rejected_by_content),
		cmocka_unit_test(what_is_left_out),
		cmocka_unit_test(filter_before_the_queue),
		cmocka_unit_test(only_connected),
		cmocka_unit_test(with_policyd_spf),
		cmocka_unit_test(of_the_journal),
	};
	setenv("TZ", "UTC", 1);
	hash_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
