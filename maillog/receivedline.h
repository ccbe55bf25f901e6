/* receivedline.h - what a header Received says of the hop that it tells of. Pure; any thread. */
#ifndef MAILLOG_RECEIVEDLINE_H
#define MAILLOG_RECEIVEDLINE_H

#include "maillog/stamp.h"

struct receivedline {
	struct logtext
	        client; /* its name by reverse DNS, as the receiver has it; empty: not told */
	struct logtext ip, helo, queue_id;
	bool has_login;
	bool has_time;
	struct stamp stamp;
};

/* From the text behind "Received:", unfolded: of Postfix and Sendmail, "from helo (name [ip]) by",
 * of Exim, "from name ([ip] helo=helo) by". False: it names no client with an address. */
bool receivedline_read(struct logtext text, struct receivedline *r);

#endif
