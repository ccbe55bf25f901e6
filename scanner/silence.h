/* silence.h - a scan whose upstreams never said a word stops before its first row: most likely the
 * address is wrong, and all rows would be failures. */
#ifndef SCANNER_SILENCE_H
#define SCANNER_SILENCE_H

#include "scanner/exchange.h"

/* A row is about to be written. True: it would end with failures, nothing ever came from an
 * upstream, and the scan is told to stop; what ends later in the same turn is not written either.
 * *has_heard is the worker's: it need not be looked at again. In a worker's thread. */
bool silence_stops(struct exchange *x, bool *has_heard, const struct outcome *outcome);

#endif
