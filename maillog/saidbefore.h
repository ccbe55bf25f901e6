/* saidbefore.h - what a policy server said of a client and a sender, for the message that comes
 * after it: HELO name and verdict.
 *
 * A fixed number is kept, and each for ten minutes of the log's time. One thread. */
#ifndef MAILLOG_SAIDBEFORE_H
#define MAILLOG_SAIDBEFORE_H

#include "maillog/event.h"
#include "maillog/idtable.h"
#include "maillog/receivedspf.h"

struct said;

struct saidbefore {
	struct idtable ids;
	struct said *said; /* by slot */
};

/* False: out of memory. */
bool saidbefore_init(struct saidbefore *s);
/* Takes a zeroed one. */
void saidbefore_fini(struct saidbefore *s);

/* Takes the place of what was said of the same client and sender before. */
void saidbefore_add(struct saidbefore *s, const struct receivedspf *r, int64_t time_s);
/* Fills HELO and verdict of an event that lacks them. The texts are valid until the next add. */
void saidbefore_find(const struct saidbefore *s, struct mail_event *event);

#endif
