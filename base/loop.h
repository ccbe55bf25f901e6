/* loop.h - one thread's event loop: file descriptors and timers, over libevent, which no other file
 * sees.
 *
 * A loop belongs to the thread that runs it; every call but loop_new() and loop_free() comes from
 * that thread. Callbacks run inside loop_turn(), one after the other; by house rule they store and
 * wake, the work is done by whoever called loop_turn(). */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

#include "base/error.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct loop_event;
struct event_base;

typedef void loop_callback(void *arg);

struct loop *loop_new(void);
void loop_free(struct loop *l);

/* Calls back whenever `fd` is readable. NULL when it cannot be watched. The fd stays the caller's.
 */
struct loop_event *loop_watch(struct loop *l, int fd, loop_callback *callback, void *arg);
/* Calls back every `period_ms`. */
struct loop_event *loop_every(
        struct loop *l, unsigned period_ms, loop_callback *callback, void *arg);
void loop_event_free(struct loop_event *e);

/* Handles what is ready. With `wait` it first sleeps until something is; without, it returns at
 * once. */
void loop_turn(struct loop *l, bool wait);

/* The next turn that waits sleeps so long before it looks for events (0: not at all): where
 * thousands of datagrams come in a second, waking up for each of the first few costs more than the
 * few microseconds that they would have waited. A turn that does not wait is not held up. */
void loop_gather(struct loop *l, unsigned microseconds);

/* For libunbound, which hangs its own events on it (ub_ctx_create_event). The loop keeps it. */
struct event_base *loop_event_base(struct loop *l);

/* The version of libevent that is loaded. Any thread. */
const char *loop_library_version(void);

#endif
