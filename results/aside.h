/* aside.h - keeps what stands behind the damage of an output, before --resume cuts it off.
 *
 * Rows are kept only in one piece from row 1 on, so one damaged octet would cost all rows behind
 * it. They are done again, but what was there may not be lost unseen. Beside the output goes
 *
 *     OUTPUT.kept-N.gz   the members behind the damage that hold whole rows, octet for octet,
 *                        behind the members with the note and the header row: CSV for any gunzip,
 *                        whose `row` says which rows these are
 *     OUTPUT.kept-N      all that is cut off as it stood, when there is more in it than damaged
 *                        members of ours: somebody appended to the file
 *
 * A torn last member, and zero octets, are what a crash leaves, and are not kept. Main thread. */
#ifndef RESULTS_ASIDE_H
#define RESULTS_ASIDE_H

#include "results/format.h"

#include <stdbool.h>
#include <stdint.h>

/* What `path` holds from offset `from` on. The members with the header row end at `header_bytes`.
 * Told to the user, where it lies. The output is not changed. False: it cannot be kept, which was
 * told; then nothing may be cut off. */
bool aside_keep(
        const char *path, uint64_t from, uint64_t header_bytes, const struct format *format);

#endif
