/* stopsignals.c - handlers that set flags and ring bells, and nothing else. */
#include "scanner/stopsignals.h"

#include <errno.h>
#include <signal.h>

/* What the signal handlers need. Set before they are. */
static struct exchange *stop_target;

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };

/* Sets the action of the stop signals, but of those that were ignored when the program was started
 * (nohup, a background job). */
static void on_stop_signals(const struct sigaction *action)
{
	struct sigaction now;
	for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++)
		if (!sigaction(stop_signals[i], NULL, &now) && now.sa_handler != SIG_IGN)
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
	stop_target = exchange;
	on_stop_signals(&stop);
	sigaction(SIGUSR1, &nudge, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
}

void stopsignals_leave(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	on_stop_signals(&ignore);
	sigaction(SIGUSR1, &ignore, NULL);
	stop_target = NULL;
}
