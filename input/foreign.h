/* foreign.h - files that are no text that we read: other compressions, archives, UTF-16, Parquet.
 * Told by their first octets, whatever their names are. Pure. */
#ifndef INPUT_FOREIGN_H
#define INPUT_FOREIGN_H

#include "input/typed.h"

#include <stdbool.h>

/* True when a text that begins so is no table: `why` gets what it is, and the command that helps.
 * A text that was in it compressed is what was in it. */
bool foreign_tell(struct textbuf *why, struct csv_field begin, const struct typed_file *file);

#endif
