/* namedfile.h - a small file that the user named in an option, read whole.
 *
 * Whoever reads such a name by itself finds out late, or never, that it leads to a folder, a device
 * that does not end (/dev/zero) or a file of another kind. Here that is one phrase for the user.
 * The limit of its size is in octets. Any thread. */
#ifndef RESOLVER_NAMEDFILE_H
#define RESOLVER_NAMEDFILE_H

#include "base/textbuf.h"

#include <stdbool.h>
#include <stddef.h>

/* Far more than the options of a resolver need. */
#define NAMEDFILE_MAX_BYTES (64u << 20)

/* Appends what the file at `path` holds, of at most `max_bytes`. A regular file will do; a pipe,
 * too, unless the file is read `again`, by somebody else and by its name. False: *why, valid until
 * the thread's next call, says why not; *text may have a part. */
bool namedfile_read(
        struct textbuf *text, const char *path, size_t max_bytes, bool again, const char **why);

#endif
