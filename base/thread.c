/* thread.c - starts a thread between two changes of the caller's signal mask. */
#include "base/thread.h"

#include "base/message.h"

#include <signal.h>
#include <string.h>

bool thread_start(pthread_t *thread, void *(*body)(void *), void *arg)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int failed = pthread_create(thread, NULL, body, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (failed)
		message(MESSAGE_ERROR, "a thread cannot be started: %s", strerror(failed));
	return !failed;
}
