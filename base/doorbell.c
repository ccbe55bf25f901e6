/* doorbell.c - an eventfd behind a flag.
 *
 * No wake-up is lost: between the queue and the flag each side does a sequentially consistent
 * operation on `sleeping`. Either the owner's second look sees the push, or the ringer's exchange
 * sees the arm. A plain load in doorbell_ring() would be wrong: the processor may do it before the
 * push is visible.
 *
 * A ringer that took the flag may write to the fd after the owner woke for another reason; the
 * owner then wakes once for nothing. doorbell_ring() may run in a signal handler, so it restores
 * errno. */
#include "base/doorbell.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum error doorbell_init(struct doorbell *d)
{
	atomic_init(&d->sleeping, false);
	d->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	return d->fd < 0 ? ERROR_SYSTEM : ERROR_NONE;
}

void doorbell_fini(struct doorbell *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

void doorbell_arm(struct doorbell *d)
{
	atomic_store(&d->sleeping, true);
	/* The owner's second look, whose loads may be weaker, must not come before the store. */
	atomic_thread_fence(memory_order_seq_cst);
}

void doorbell_wait(struct doorbell *d, int timeout_ms)
{
	struct pollfd p = { .fd = d->fd, .events = POLLIN };
	poll(&p, 1, timeout_ms);
	doorbell_silence(d);
}

void doorbell_silence(struct doorbell *d)
{
	uint64_t count;
	atomic_store(&d->sleeping, false);
	/* Fails with EAGAIN when nobody rang, which is as good as empty. */
	ssize_t n = read(d->fd, &count, sizeof(count));
	(void)n;
}

void doorbell_ring(struct doorbell *d)
{
	if (!atomic_exchange(&d->sleeping, false))
		return;
	int saved = errno;
	const uint64_t one = 1;
	/* Can only fail when the counter is full, and then the fd is readable anyway. */
	ssize_t n = write(d->fd, &one, sizeof(one));
	(void)n;
	errno = saved;
}
