/* stopsignals.c - handlers that only set flags and ring doorbells. */
#include "scanner/stopsignals.h"

#include "base/clock.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <time.h>

/* What the signal handlers need. Set before they are. */
static struct exchange *stop_target;

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };
enum { STOP_SIGNALS = sizeof stop_signals / sizeof *stop_signals };

/* Those that were not ignored when the program was started. */
static void find_heeded(sigset_t *set)
{
	struct sigaction now;
	sigemptyset(set);
	for (size_t i = 0; i < STOP_SIGNALS; i++)
		if (!sigaction(stop_signals[i], NULL, &now) && now.sa_handler != SIG_IGN)
			sigaddset(set, stop_signals[i]);
}

static void on_stop_signals(const struct sigaction *action)
{
	sigset_t heeded;
	find_heeded(&heeded);
	for (size_t i = 0; i < STOP_SIGNALS; i++)
		if (sigismember(&heeded, stop_signals[i]))
			sigaction(stop_signals[i], action, NULL);
}

static void on_stop_signal(int number)
{
	(void)number;
	int saved = errno;
	struct sigaction end = { .sa_handler = SIG_DFL };
	on_stop_signals(&end);
	exchange_stop(stop_target, true);
	errno = saved;
}

/* SIGUSR1: our own threads send it to end a blocking read of the main thread. Before the scan is
 * being stopped it does nothing. */
static void on_nudge(int number)
{
	(void)number;
	if (atomic_load_explicit(&stop_target->stopping, memory_order_relaxed))
		exchange_stop(stop_target, true);
}

void stopsignals_take(struct exchange *exchange)
{
	struct sigaction stop = { .sa_handler = on_stop_signal },
	                 nudge = { .sa_handler = on_nudge }, ignore = { .sa_handler = SIG_IGN };
	sigset_t heeded;
	stop_target = exchange;
	on_stop_signals(&stop);
	sigaction(SIGUSR1, &nudge, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
	find_heeded(&heeded);
	pthread_sigmask(SIG_UNBLOCK, &heeded, NULL);
}

void stopsignals_leave(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	sigset_t heeded;
	find_heeded(&heeded);
	pthread_sigmask(SIG_BLOCK, &heeded, NULL);
	sigaction(SIGUSR1, &ignore, NULL);
	stop_target = NULL;
}

bool stopsignals_wait(unsigned seconds)
{
	const uint64_t end_ns = clock_now_ns() + seconds * CLOCK_NS_PER_S;
	sigset_t heeded;
	find_heeded(&heeded);
	for (uint64_t now_ns; (now_ns = clock_now_ns()) < end_ns;) {
		uint64_t left_ns = end_ns - now_ns;
		struct timespec left = { .tv_sec = (time_t)(left_ns / CLOCK_NS_PER_S),
			.tv_nsec = (long)(left_ns % CLOCK_NS_PER_S) };
		if (sigtimedwait(&heeded, NULL, &left) >= 0)
			return false;
		/* EAGAIN: the time is over; EINTR: the program was stopped and goes on */
	}
	return true;
}
