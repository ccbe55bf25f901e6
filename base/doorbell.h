/* doorbell.h - how a thread with nothing to do sleeps, and how others wake it.
 *
 * An eventfd and a "sleeping" flag: ringing costs a system call only when the owner said that it is
 * about to sleep. The owner's order is: doorbell_arm(), look once more at every queue, then
 * doorbell_wait() (or poll doorbell_fd() in an event loop, then doorbell_silence()). The ringer's
 * order is: push, then doorbell_ring(). With both orders no wake-up is lost. One owner, any number
 * of ringers. */
#ifndef BASE_DOORBELL_H
#define BASE_DOORBELL_H

#include "base/error.h"

#include <stdatomic.h>
#include <stdbool.h>

struct doorbell {
	int fd;
	atomic_bool sleeping;
};

/* ERROR_SYSTEM when no eventfd can be had. */
enum error doorbell_init(struct doorbell *d);
void doorbell_fini(struct doorbell *d);

/* Owner: says "I am about to sleep". */
void doorbell_arm(struct doorbell *d);
/* Owner: sleeps until rung or `timeout_ms` passed (-1: no limit); then silences it. May also wake
 * for nothing (a signal, a late ring): look and wait again. */
void doorbell_wait(struct doorbell *d, int timeout_ms);
/* Owner: for event loops that poll the fd themselves; takes back the arm and empties the fd. */
void doorbell_silence(struct doorbell *d);
static inline int doorbell_fd(const struct doorbell *d)
{
	return d->fd;
}

/* Any thread, also a signal handler. */
void doorbell_ring(struct doorbell *d);

#endif
