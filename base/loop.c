/* loop.c - libevent.
 *
 *   - EVLOOP_ONCE returns at once when no event is registered: hence EVLOOP_NO_EXIT_ON_EMPTY.
 *   - EVLOOP_NONBLOCK alone goes on while anything is readable: hence EVLOOP_ONCE, too.
 *   - A signal does not end a turn. Its handler rings a doorbell that the loop watches.
 *   - An event may free itself in its callback: nothing is touched after it.
 *   - Each loop has one thread, so libevent's locks are off (EVENT_BASE_FLAG_NOLOCK). */
#include "base/loop.h"

#include <assert.h>
#include <event2/event.h>
#include <stdlib.h>
#include <time.h>
#include <sys/time.h>

struct loop {
	unsigned gather_us;
	struct event_base *base;
};

struct loop_event {
	struct event *event;
	loop_callback *callback;
	void *arg;
};

struct loop *loop_new(void)
{
	struct loop *l = calloc(1, sizeof(*l));
	struct event_config *config = event_config_new();
	if (!l || !config || event_config_set_flag(config, EVENT_BASE_FLAG_NOLOCK))
		goto out;
	l->base = event_base_new_with_config(config);
out:
	if (config)
		event_config_free(config);
	if (l && !l->base) {
		free(l);
		l = NULL;
	}
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	event_base_free(l->base);
	free(l);
}

static void loop_event_fired(evutil_socket_t fd, short what, void *arg)
{
	const struct loop_event *e = arg;
	(void)fd;
	(void)what;
	e->callback(e->arg);
}

static struct loop_event *loop_event_new(struct loop *l, int fd, short what,
        const struct timeval *period, loop_callback *callback, void *arg)
{
	struct loop_event *e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	e->callback = callback;
	e->arg = arg;
	e->event = event_new(l->base, fd, what, loop_event_fired, e);
	if (!e->event || event_add(e->event, period)) {
		loop_event_free(e);
		return NULL;
	}
	return e;
}

struct loop_event *loop_watch(struct loop *l, int fd, loop_callback *callback, void *arg)
{
	assert(fd >= 0);
	return loop_event_new(l, fd, EV_READ | EV_PERSIST, NULL, callback, arg);
}

struct loop_event *loop_every(
        struct loop *l, unsigned period_ms, loop_callback *callback, void *arg)
{
	/* libevent takes a period of zero for "once". */
	assert(period_ms > 0);
	const struct timeval period = { .tv_sec = period_ms / 1000,
		.tv_usec = (suseconds_t)(period_ms % 1000) * 1000 };
	return loop_event_new(l, -1, EV_PERSIST, &period, callback, arg);
}

void loop_event_free(struct loop_event *e)
{
	if (!e)
		return;
	if (e->event)
		event_free(e->event);
	free(e);
}

void loop_gather(struct loop *l, unsigned microseconds)
{
	l->gather_us = microseconds;
}

void loop_turn(struct loop *l, bool wait)
{
	if (wait && l->gather_us) {
		struct timespec rest = { .tv_nsec = l->gather_us * 1000l };
		nanosleep(&rest, NULL); /* a signal may end it early */
	}
	l->gather_us = 0;
	event_base_loop(l->base,
	        wait ? EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY : EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

struct event_base *loop_event_base(struct loop *l)
{
	return l->base;
}

const char *loop_library_version(void)
{
	return event_get_version();
}
