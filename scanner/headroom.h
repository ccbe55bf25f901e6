/* headroom.h - whether this process may have what a run needs: file descriptors (ulimit -n),
 * threads (ulimit -u, cgroups), memory (ulimit -v, ulimit -d, a kernel that does not overcommit).
 *
 * It is asked before a run begins, and about memory while the scan runs. Later is too late:
 * libunbound crashes when it is out of memory, and says SERVFAIL when it is out of sockets. A row
 * would then say temperror about a domain that is in order. */
#ifndef SCANNER_HEADROOM_H
#define SCANNER_HEADROOM_H

#include "scanner/options.h"

#include <stddef.h>

/* Lowers options->workers and sets options->resolver_fds to what there is room for; warns when that
 * is less than was wanted. False after telling the user what is missing even for one worker.
 * `with_threads`: workers run in threads of their own. Main thread, before threads are started and
 * anything is opened. */
bool headroom_fit(struct options *options, bool with_threads);

/* The memory that must be free so that `n_rows` rows in flight in each worker can be finished. */
size_t headroom_reserve_bytes(const struct options *options, unsigned n_rows);

/* Returns to the system what malloc keeps free between blocks that are in use. About once a minute;
 * any thread; takes some milliseconds. Without it a scan of two hours with libunbound grew by 7 %;
 * with it the scan needed a tenth less memory. */
void headroom_give_back(void);

/* True when so much memory can be had at once. Any thread; takes some microseconds. */
bool headroom_has(size_t bytes);

#endif
