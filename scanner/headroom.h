/* headroom.h - whether this process may have what a run needs: file descriptors (ulimit -n),
 * threads (ulimit -u, cgroups), memory (ulimit -v, ulimit -d, a kernel that does not overcommit).
 *
 * Asked before anything is begun, and of memory again and again while the scan runs, since what
 * goes wrong later goes wrong badly: libunbound crashes without memory, calls its own want of
 * sockets SERVFAIL, and a row that met a want of memory would say temperror about a domain that is
 * in order. */
#ifndef SCANNER_HEADROOM_H
#define SCANNER_HEADROOM_H

#include "scanner/options.h"

#include <stddef.h>

/* Fewer workers, or sockets, than were wanted when that is all there is room for (options->workers,
 * options->resolver_fds), with a warning. False after telling the user what is missing even for one
 * worker. `with_threads`: workers run in threads of
 * their own. Call before threads are started and anything is opened. */
bool headroom_fit(struct options *options, bool with_threads);

/* What must be free while so many rows run in each worker, so that they can be finished. */
size_t headroom_reserve_bytes(const struct options *options, unsigned n_rows);

/* Once a minute or so, any thread: what is free, but kept by malloc between blocks that are not,
 * goes back to the system. Without it a scan of two hours with libunbound, whose blocks come and go
 * in all sizes, grew by 7 %; giving back took a tenth of its memory away. Takes some milliseconds.
 */
void headroom_give_back(void);

/* So much can be had at once. Any thread; costs some microseconds. */
bool headroom_has(size_t bytes);

#endif
