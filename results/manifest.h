/* manifest.h - a scan as JSON (--summary): its numbers, the SHA-256 of its inputs and its output,
 * the options, the versions, and the runs that wrote it. docs/output.md has every member. */
#ifndef RESULTS_MANIFEST_H
#define RESULTS_MANIFEST_H

#include "base/digest.h"
#include "io/sink.h"
#include "scanner/summary.h"

/* `output` is the digest of the output, or NULL. Empties the sink first, which stays the caller's.
 * False after telling the user why it cannot be written. */
bool manifest_write(const struct summary *s, const struct digest *output, struct sink *sink);

#endif
