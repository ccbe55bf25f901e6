/* loop.h - one thread's event loop: file descriptors and timers, by libevent, which no other file
 * sees.
 *
 * All calls but loop_new() and loop_free() come from the thread that runs the loop. Callbacks run
 * inside loop_turn(), one after the other. They store what came and wake; the caller of loop_turn()
 * does the work. */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_event;
struct event_base;

typedef void loop_callback(void *arg);

/* NULL: out of memory or descriptors. */
struct loop *loop_new(void);
/* After all its events. Takes NULL. */
void loop_free(struct loop *l);

/* Calls back whenever `fd`, which stays the caller's, is readable. NULL: it cannot be watched. */
struct loop_event *loop_watch(struct loop *l, int fd, loop_callback *callback, void *arg);
/* Calls back every `period_ms`. NULL: out of memory. */
struct loop_event *loop_every(
        struct loop *l, unsigned period_ms, loop_callback *callback, void *arg);
/* Also from its own callback. Takes NULL. */
void loop_event_free(struct loop_event *e);

/* Handles the events that are ready; with `wait` it sleeps until there is one. */
void loop_turn(struct loop *l, bool wait);

/* The next turn that waits first sleeps so long (0: not at all). Where thousands of datagrams come
 * in a second, to wake up for each costs more than these microseconds. */
void loop_gather(struct loop *l, unsigned microseconds);

/* For libunbound, which adds its own events (ub_ctx_create_event). The loop's. */
struct event_base *loop_event_base(struct loop *l);

/* The version of libevent that is loaded. Any thread. */
const char *loop_library_version(void);

#endif
