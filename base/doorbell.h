/* doorbell.h - how a thread with nothing to do sleeps, and how others wake it.
 *
 * An eventfd and a flag: to ring costs a system call only while the owner sleeps or is about to.
 *
 *     the owner    doorbell_arm(), look at every queue once more, doorbell_wait(); or poll
 *                  doorbell_fd() in an event loop, then doorbell_silence()
 *     a ringer     push, then doorbell_ring()
 *
 * In this order no wake-up is lost. One owner, any number of ringers. */
#ifndef BASE_DOORBELL_H
#define BASE_DOORBELL_H

#include "base/error.h"

#include <stdatomic.h>
#include <stdbool.h>

struct doorbell {
	int fd;
	atomic_bool sleeping;
};

/* ERROR_SYSTEM with errno: there is no eventfd. */
enum error doorbell_init(struct doorbell *d);
/* Also after an init that failed. */
void doorbell_fini(struct doorbell *d);

/* Owner: is about to sleep. */
void doorbell_arm(struct doorbell *d);
/* Owner: sleeps until rung or for `timeout_ms` (-1: no limit), then silences it. May wake for
 * nothing (a signal, a late ring). */
void doorbell_wait(struct doorbell *d, int timeout_ms);
/* Owner: is awake; empties the fd. */
void doorbell_silence(struct doorbell *d);
/* Owner: readable once rung. */
static inline int doorbell_fd(const struct doorbell *d)
{
	return d->fd;
}

/* Any thread, also a signal handler. */
void doorbell_ring(struct doorbell *d);

#endif
