/* json.h - writes JSON (RFC 8259) into a text buffer: members in the order of the calls, with
 * commas and escapes. Octets over 127 are written as they stand. Out of memory: `out->failed`.
 * Single thread. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include "base/textbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json {
	struct textbuf *out;
	unsigned depth;
	bool has_member;
};

/* Begins the outermost object, appended to `out`, which outlives the writer. */
void json_begin(struct json *j, struct textbuf *out);
/* Ends it, with a newline. Everything that was opened is closed. */
void json_end(struct json *j);

/* An object, from open to close. In a list `name` is NULL. */
void json_open(struct json *j, const char *name);
void json_close(struct json *j);

/* A list, from open to close. */
void json_open_list(struct json *j, const char *name);
void json_close_list(struct json *j);

/* One member each. `value` NULL: null. */
void json_text(struct json *j, const char *name, const char *value);
void json_u64(struct json *j, const char *name, uint64_t value);
void json_real(struct json *j, const char *name, double value); /* with 3 decimals */
void json_bool(struct json *j, const char *name, bool value);
/* A value that is JSON already, without blanks around it. */
void json_raw(struct json *j, const char *name, const char *value, size_t size);
/* A list of texts. */
void json_texts(struct json *j, const char *name, char *const *values, unsigned n);

/* True when the text is a JSON object, or may become one with what follows: behind blanks and a
 * byte-order mark stand `{` and members, and behind its `}` nothing but blanks. The members are not
 * looked at. */
bool json_begins_object(const char *text, size_t size);

#endif
