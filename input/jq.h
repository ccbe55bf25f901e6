/* jq.h - an input that is JSON, and the command of jq(1) that makes CSV of it. Pure. */
#ifndef INPUT_JQ_H
#define INPUT_JQ_H

#include "base/textbuf.h"
#include "input/typed.h"
#include "io/csv.h"

#include <stdbool.h>

/* It begins as JSON does. */
bool jq_is_json(const struct csv_record *first);

/* Appends why a first record is refused that is JSON, and what to type. `next`: the record behind
 * it, or NULL. False: it is no JSON; nothing is appended. */
bool jq_tell(struct textbuf *why, const struct csv_record *first, const struct csv_record *next,
        const struct typed_file *file);

#endif
