/* receivedspf.h - a verdict of SPF that a log or a header already holds, with what it was of.
 *
 *     Received-SPF: Pass (mailfrom) identity=mailfrom; client-ip=192.0.2.1; helo=mx.example;
 *         envelope-from=a@b.example; receiver=c@d.example            RFC 7208 section 9.1,
 * policyd-spf Pass; identity=mailfrom; client-ip=...                         policyd-spf,
 * debugLevel 2 Authentication-Results: mx; spf=pass (...) smtp.mailfrom=b.example (client-ip=...;
 * ...)
 *
 * Pure; any thread. */
#ifndef MAILLOG_RECEIVEDSPF_H
#define MAILLOG_RECEIVEDSPF_H

#include "maillog/logtext.h"

struct receivedspf {
	struct logtext verdict; /* a word of RFC 7208 section 2.6, in lower case; lives for ever */
	struct logtext ip, helo, sender;
	bool has_sender;
	bool of_helo; /* the verdict is of the HELO name, though there may be a sender */
};

/* Finds one in a text. False: it holds none with a client's address. */
bool receivedspf_read(struct logtext text, struct receivedspf *r);
/* The word at the beginning of a text, in any letter case, as a verdict. Empty: it is none. */
struct logtext receivedspf_verdict(struct logtext text);
/* The verdict in a header Authentication-Results: that of "spf=". Empty: there is none. */
struct logtext receivedspf_of_results(struct logtext text);

#endif
