/* thread.h - threads that take no signals.
 *
 * Signals go to the main thread alone, whose blocking reads they must end. */
#ifndef BASE_THREAD_H
#define BASE_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Starts body(arg) with all signals blocked; the caller keeps its mask. The caller joins the
 * thread. False after telling the user why. */
bool thread_start(pthread_t *thread, void *(*body)(void *), void *arg);

#endif
