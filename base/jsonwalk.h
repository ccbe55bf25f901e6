/* jsonwalk.h - reads JSON (RFC 8259): each value that holds no others, with the path to it.
 *
 *     {"a": {"b": 1, "c": ["x", true]}}    a.b = 1; a.c.0 = x; a.c.1 = true
 *
 * For summaries, which base/json.h wrote; so no number is converted, and no tree is built. A text
 * is given without its quotes and escapes. Pure. */
#ifndef BASE_JSONWALK_H
#define BASE_JSONWALK_H

#include <stdbool.h>
#include <stddef.h>

enum { JSONWALK_DEPTH = 16, JSONWALK_PATH_BYTES = 256 };

enum jsonwalk_kind { JSONWALK_TEXT, JSONWALK_NUMBER, JSONWALK_WORD }; /* true, false, null */

/* Gets each value; path and text are valid during the call. False ends the walk. */
typedef bool jsonwalk_take(
        void *arg, const char *path, enum jsonwalk_kind kind, const char *text, size_t size);

/* False: the text is no JSON, is deeper than JSONWALK_DEPTH, has a path over JSONWALK_PATH_BYTES,
 * there was no memory, or take() gave false. Values before that were given all the same. */
bool jsonwalk(const char *json, size_t size, jsonwalk_take *take, void *arg);

#endif
