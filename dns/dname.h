/* dname.h - a domain name in uncompressed wire form (RFC 1035 section 3.1).
 *
 * Wire form and not text, because a label may hold any octet, a dot too; text is made for people. A
 * dname is a plain value of 256 bytes, copied with `=` or as its `size` octets. `size` is 1 for the
 * root and 0 for no name. Letter case is kept; comparisons ignore ASCII case (RFC 4343). All
 * functions are pure. */
#ifndef DNS_DNAME_H
#define DNS_DNAME_H

#include "base/error.h"
#include "base/textbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DNAME_MAX_BYTES 255
#define DNAME_MAX_LABEL_BYTES 63
/* A name of 255 octets, each written as \DDD, and a NUL. */
#define DNAME_TEXT_BYTES 1024

struct dname {
	uint8_t size;
	uint8_t wire[DNAME_MAX_BYTES];
};

/* From text without escapes: dots separate labels, every other octet stands for itself (as RFC 7208
 * section 4.8 takes an expanded domain-spec). One final dot is allowed; "." is the root.
 * ERROR_EMPTY, ERROR_LABEL_EMPTY, ERROR_LABEL_LONG or ERROR_NAME_LONG: *name has size 0 then. */
enum error dname_parse(struct dname *name, const char *text, size_t size);

/* From what dname_print() writes: master file form (RFC 1035 section 5.1), in which "\X" and "\DDD"
 * stand for an octet. One final dot is allowed; "." is the root. The errors of dname_parse(), and
 * ERROR_SYNTAX for a backslash that escapes nothing. */
enum error dname_parse_escaped(struct dname *name, const char *text, size_t size);

/* From wire form. False unless the `size` octets are exactly one uncompressed name. */
bool dname_decode(struct dname *name, const uint8_t *wire, size_t size);

/* The name under in-addr.arpa or ip6.arpa of an address (RFC 1035 section 3.5, RFC 3596
 * section 2.5). */
struct ipaddr;
void dname_of_reverse(struct dname *name, const struct ipaddr *ip);

/* Without the root: 3 for www.example.com. */
unsigned dname_label_count(const struct dname *name);

/* For dname_equal() alone: two wire forms of `size` octets. */
bool dname_equal_folded(const uint8_t *a, const uint8_t *b, size_t size);
/* ASCII case ignored. */
static inline bool dname_equal(const struct dname *a, const struct dname *b)
{
	return a->size == b->size &&
	        (memcmp(a->wire, b->wire, a->size) == 0 ||
	                dname_equal_folded(a->wire, b->wire, a->size));
}
/* True when the name is `parent` or below it, label by label. No name is within nothing and has
 * nothing within it. */
bool dname_is_within(const struct dname *name, const struct dname *parent);
/* A total order for sorting: as text from the left, case ignored; <0, 0, >0. */
int dname_compare_wire(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size);
static inline int dname_compare(const struct dname *a, const struct dname *b)
{
	return dname_compare_wire(a->wire, a->size, b->wire, b->size);
}

/* ASCII letters to lower case, in place. */
void dname_lower(struct dname *name);

/* Master file form (RFC 1035 section 5.1) without the final dot; "." for the root, nothing for no
 * name. Blanks, controls, octets over 126 and any of "(); as \DDD, a dot inside a label as "\.", a
 * backslash as "\\". */
void dname_print(struct textbuf *out, const struct dname *name);
/* The same into a buffer of DNAME_TEXT_BYTES; gives the buffer back. */
char *dname_text(const struct dname *name, char buffer[DNAME_TEXT_BYTES]);

#endif
