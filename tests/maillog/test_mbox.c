/* test_mbox.c - headers of Postfix, Exim and Sendmail; own relays; what is forged below. */
#include "tests/cmocka_first.h"

#include "dns/netset.h"
#include "maillog/mbox.h"
#include "tests/maillog/reading.h"

#include <stdlib.h>

#define DATE "Sat, 28 Nov 2026 17:36:33 +0100 (CET)"
#define TIME "2026-11-28T16:36:33Z"

static void read_file(struct reading *r, const char *text)
{
	char *lines = strdup(text), *at = lines, *line;
	while ((line = strsep(&at, "\n")) != NULL)
		reading_line(r, line);
	reading_end(r);
	free(lines);
}

static void one(const char *text, const char *events)
{
	struct reading r;
	struct netset trusted = { 0 };
	struct net net;
	assert_int_equal(net_parse(&net, "198.51.100.0/24", 15), 0);
	assert_true(netset_add(&trusted, &net) && netset_seal(&trusted));
	reading_begin(&r, &mbox_format, 0);
	r.out.trusted = &trusted;
	read_file(&r, text);
	assert_string_equal(reading_events(&r), events);
	reading_free(&r);
	netset_fini(&trusted);
}

static void of_servers(void **state)
{
	(void)state;
	one("Return-Path: <a@b.example>\nReceived: from h.example (mx.example [192.0.2.1])\n"
	    "\tby mx1.example (Postfix) with ESMTPS id 4F3A5\n\tfor <c@d>; " DATE "\n\nbody",
	        "message " TIME " 4F3A5 mx.example [192.0.2.1] h.example <a@b.example> \n");
	one("Received: from mx.example ([192.0.2.1]:25 helo=h.example)\n by mx1 with esmtp (Exim "
	    "4.96)\n id 1xX-01; " DATE "\nReturn-path: <>\n",
	        "message " TIME " 1xX-01 mx.example [192.0.2.1] h.example <> \n");
	one("Received: from [192.0.2.1] (helo=h.example) by mx1 with esmtp id 1; " DATE "\n",
	        "message " TIME " 1  [192.0.2.1] h.example \n");
	one("Received: from mx.example ([192.0.2.1]) by mx1 with esmtp id 1; " DATE "\n",
	        "message " TIME " 1 mx.example [192.0.2.1] mx.example \n");
	one("Received: from h.example (mx.example [IPv6:2001:db8::1]) by mx1 (8.15.2) with ESMTP "
	    "id "
	    "7; " DATE "\n",
	        "message " TIME " 7 mx.example [2001:db8::1] h.example \n");
}

/* What stands below the first stranger was written by him. */
static void own_relays(void **state)
{
	(void)state;
	one("Received: from relay (relay [198.51.100.7]) by store with LMTP id 2; " DATE "\n"
	    "Received: from localhost (localhost [127.0.0.1]) by relay with ESMTP id 1; " DATE "\n"
	    "Received: from h.example (x [192.0.2.1]) by relay with ESMTP id 0; " DATE "\n"
	    "Received: from evil (forged [203.0.113.1]) by nowhere with ESMTP id 9; " DATE "\n",
	        "message " TIME " 0 x [192.0.2.1] h.example \n");
	one("Received: from relay (relay [198.51.100.7]) by store with LMTP id 2; " DATE "\n", "");
	one("Received: by mx1 (Postfix, from userid 0) id 3; " DATE "\n", "");
	one("Received: from me (me [192.0.2.1]) by mx1 with ESMTPSA id 3; " DATE "\n", "");
}

static void verdicts(void **state)
{
	(void)state;
#define RECEIVED "Received: from h (x [192.0.2.1]) by mx1 with ESMTP id 0; " DATE "\n"
#define EVENT "message " TIME " 0 x [192.0.2.1] h "
	one("Received-SPF: Softfail (mailfrom) identity=mailfrom; client-ip=192.0.2.1;\n helo=h; "
	    "envelope-from=a@b; receiver=c@d\n" RECEIVED,
	        EVENT "<a@b> softfail\n");
	one("Authentication-Results: mx1; dkim=pass; spf=fail smtp.mailfrom=b\n" RECEIVED
	    "Authentication-Results: evil; spf=pass\nReturn-Path: <a@b>\n",
	        EVENT "<a@b> fail\n");
	one(RECEIVED "Received-SPF: pass client-ip=203.0.113.1; envelope-from=<z@z>; helo=z;\n",
	        EVENT "\n");
}

static void several(void **state)
{
	(void)state;
	one("From a@b Sat Nov 28\n" RECEIVED "\nhello\nFrom here on\n\nFrom x Sat Nov 28\n" RECEIVED
	    "Subject: x\n\n\nFrom y\n" RECEIVED,
	        EVENT "\n" EVENT "\n" EVENT "\n");
	/* a file of a Maildir is one message, whatever its body holds */
	one(RECEIVED "\nhello\n\nFrom x Sat Nov 28\n" RECEIVED, EVENT "\n");
	one("", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_servers),
		cmocka_unit_test(own_relays),
		cmocka_unit_test(verdicts),
		cmocka_unit_test(several),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
