/* pairs.h - events of a mail log as rows of CSV: the columns of `extract` and of `scan --log`.
 *
 * Pure; any thread. */
#ifndef LOGS_PAIRS_H
#define LOGS_PAIRS_H

#include "base/textbuf.h"
#include "maillog/event.h"

/* How the sender stands in a row. */
enum pairs_sender {
	PAIRS_SENDER,        /* as in the log */
	PAIRS_SENDER_HASHED, /* a keyed hash in place of its local-part */
	PAIRS_SENDER_DOMAIN, /* its domain alone, in lower case */
};

struct pairs_key {
	const void *bytes; /* of PAIRS_SENDER_HASHED; the caller's */
	size_t size;
};

/* The header row, without a line end. Lives for ever. */
const char *pairs_header(enum pairs_sender sender);
/* Appends a row, without a line end. */
void pairs_put(struct textbuf *out, const struct mail_event *event, enum pairs_sender how,
        const struct pairs_key *key);
/* Appends the sender of a row, as CSV. */
void pairs_put_sender(struct textbuf *out, const struct mail_event *event, enum pairs_sender how,
        const struct pairs_key *key);

/* The domain of an address: what stands behind its last '@', without a final dot. */
struct logtext pairs_domain(struct logtext address);

#endif
