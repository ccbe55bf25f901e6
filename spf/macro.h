/* macro.h - macro-strings (RFC 7208 section 7), compiled once into segments and expanded often.
 *
 * A compiled macro-string is an immutable list of literals and macro-expands. It lies in an arena
 * of its owner: a record, or the explanation of a check. For %{p} the caller must find the client's
 * validated name before it expands; macro_string_uses(m, 'p') says whether. Pure; any thread. */
#ifndef SPF_MACRO_H
#define SPF_MACRO_H

#include "base/arena.h"
#include "dns/dname.h"
#include "dns/ipaddr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum macro_grammar {
	MACRO_DOMAIN_SPEC,    /* domain-spec: ends in a toplabel or a macro-expand; no c, r, t */
	MACRO_STRING,         /* macro-string: the value of an unknown modifier */
	MACRO_EXPLAIN_STRING, /* explain-string: a macro-string that may hold blanks */
};

struct macro_segment {
	char letter;     /* lower case; 0 for a literal */
	bool url_escape; /* the letter was upper case */
	bool reverse;
	uint16_t keep;      /* right-hand parts to keep; 0: all. Over 65535 acts like 65535. */
	char delimiters[8]; /* NUL-terminated; "." when none was given */
	bool transforms;    /* split and rejoin (section 7.3): digits, r or delimiters were given */
	const char *literal; /* with %%, %_ and %- already replaced */
	size_t literal_size;
};

struct macro_string {
	struct macro_segment *segments;
	size_t n_segments;
};

/* The values of the letters (section 7.2). Texts need not end with NUL, but for `receiver`. */
struct macro_session {
	const struct ipaddr *ip;
	const char *local_part;
	size_t local_part_size; /* l; "postmaster" when there is none (section 4.3) */
	const char *sender_domain;
	size_t sender_domain_size; /* o */
	const char *helo;
	size_t helo_size; /* h */
	const char *domain;
	size_t domain_size; /* d: <domain> of the current check_host() */
	const char *validated;
	size_t validated_size; /* p; "unknown" when there is none */
	const char *receiver;  /* r */
	uint64_t time_s;       /* t */
};

/* Compiles text[0..size), which the result does not point into. False on a syntax error, at the
 * octet *error_at; also false, with a->overflow, when memory ran out. */
bool macro_compile(struct macro_string *m, const char *text, size_t size,
        enum macro_grammar grammar, struct arena *a, size_t *error_at);

/* True if `letter` (lower case) occurs in it. */
bool macro_string_uses(const struct macro_string *m, char letter);

/* Writes the expansion to the end of room[0..room_bytes) and gives its size. Of a larger one the
 * last `room_bytes` octets are written, and *is_cut is true. The work is bounded by the room, the
 * number of segments and the longest value. */
size_t macro_expand(char *room, size_t room_bytes, const struct macro_string *m,
        const struct macro_session *session, bool *is_cut);

/* The target-name: the expansion, cut by whole labels from the left to 253 characters
 * (section 7.3). ERROR_EMPTY, or ERROR_* of dname_parse(), when that is no domain name. */
enum error macro_expand_domain(
        struct dname *name, const struct macro_string *m, const struct macro_session *session);

#endif
