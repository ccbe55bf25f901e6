/* postfixline.h - what the lines of Postfix say, each by itself.
 *
 * A stranger chooses sender, recipient and HELO, so what stands between the parts of a line may
 * look like parts of it. Quoted local-parts are passed over, and the text of a reject is read up to
 * the first place from which on all the rest is what Postfix puts there. Pure; any thread. */
#ifndef MAILLOG_POSTFIXLINE_H
#define MAILLOG_POSTFIXLINE_H

#include "maillog/logtext.h"

/* "mx.example[192.0.2.1]:25" */
struct postfix_client {
	struct logtext name, ip;
};

/* Takes a queue id and ": " away. False: none. */
bool postfixline_take_id(struct logtext *message, struct logtext *id);
/* Takes a client away. False: none, or its address is none. */
bool postfixline_take_client(struct logtext *message, struct postfix_client *client);
/* "from=<a@b>, size=1024, nrcpt=1 (queue active)": the sender. False: it is no such text. */
bool postfixline_sender(struct logtext message, struct logtext *sender);

struct postfix_reject {
	struct postfix_client client;
	bool has_client; /* false: "unknown[unknown]" */
	bool has_sender, has_login;
	struct logtext sender, helo;
	bool is_whole; /* false: the line was cut, or is damaged */
};

/* "RCPT from mx.example[192.0.2.1]: 450 ...; from=<a@b> to=<c@d> proto=ESMTP helo=<e>", of smtpd,
 * postscreen or cleanup, behind "reject: " and the like. False: there is no client in it. */
bool postfixline_reject(struct logtext message, struct postfix_reject *reject);

#endif
