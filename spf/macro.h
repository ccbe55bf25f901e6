/* macro.h - RFC 7208 section 7: macro-strings, compiled once into segments and expanded often.
 *
 * A compiled macro-string is an immutable list of segments, literals and macro-expands, in an arena
 * of its owner (the record program, or the explanation being built). Expansion needs the SMTP
 * session's values and, for %{p}, the validated name, which the caller must have found first:
 * macro_string_uses(m, 'p') tells. Pure; any thread. */
#ifndef SPF_MACRO_H
#define SPF_MACRO_H

#include "base/arena.h"
#include "dns/dname.h"
#include "dns/ipaddr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum macro_grammar {
	MACRO_DOMAIN_SPEC, /* domain-spec: must end in a toplabel or a macro-expand; c, r, t refused
	                    */
	MACRO_STRING, /* macro-string: the value of an unknown modifier; no domain-spec: c, r, t
	                 allowed, as in the ABNF */
	MACRO_EXPLAIN_STRING, /* explain-string: blanks allowed; c, r, t allowed; must be US-ASCII
	                       */
};

struct macro_segment {
	char letter;     /* lower case; 0 for a literal */
	bool url_escape; /* the letter was upper case */
	bool reverse;
	uint16_t keep;      /* right-hand parts to keep; 0: all. Over 65535 acts like 65535. */
	char delimiters[8]; /* NUL-terminated; "." when none was given */
	bool transforms;    /* digits, r or delimiters were given: split and rejoin (section 7.3) */
	const char *literal; /* with %%, %_ and %- already replaced */
	size_t literal_size;
};

struct macro_string {
	struct macro_segment *segments;
	size_t n_segments;
};

/* What the letters stand for. Texts need not end with NUL. */
struct macro_session {
	const struct ipaddr *ip;
	const char *local_part;
	size_t local_part_size; /* l; "postmaster" already put in (section 4.3) */
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

/* Compiles text[0..size), which may be given up afterwards. false on a syntax error, *error_at then
 * says at which octet; also false, with a->overflow, when memory ran out. */
bool macro_compile(struct macro_string *m, const char *text, size_t size,
        enum macro_grammar grammar, struct arena *a, size_t *error_at);

/* True if `letter` (lower case) occurs in it. */
bool macro_string_uses(const struct macro_string *m, char letter);

/* Writes the expansion to the end of room[0..room_bytes) and gives its size; of one that is larger
 * only the last `room_bytes` octets, and *is_cut says so. The work is bounded by the room, the
 * number of segments and the longest value, however much it would be. */
size_t macro_expand(char *room, size_t room_bytes, const struct macro_string *m,
        const struct macro_session *session, bool *is_cut);

/* The target-name: the expansion, cut from the left by whole labels to 253 characters
 * (section 7.3), as a domain name. ERROR_EMPTY, or ERROR_* of dname_parse(), when it is none. */
enum error macro_expand_domain(
        struct dname *name, const struct macro_string *m, const struct macro_session *session);

#endif
