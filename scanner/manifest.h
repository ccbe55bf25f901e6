/* manifest.h - a scan as JSON (--summary): its numbers, the SHA-256 of its inputs and its output, the options, the versions, and the runs that wrote it. docs/output.md has every member. */
#ifndef SCANNER_MANIFEST_H
#define SCANNER_MANIFEST_H

#include "base/digest.h"
#include "scanner/summary.h"

/* `output` is the digest of the output. False after telling the user why it cannot be written. */
bool manifest_write(const struct summary *s, const struct digest *output, const char *path);

#endif
