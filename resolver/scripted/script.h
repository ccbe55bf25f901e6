/* script.h - a small DNS in memory, read from text: what the scripted engine answers from, and what
 * tests feed probes with. One record a line:
 *
 *     owner TYPE rdata           fields are separated by blanks or tabs
 *     owner TYPE !FAULT          this question fails: !SERVFAIL !REFUSED !TIMEOUT !BOGUS
 *                                !MALFORMED !UNRESOLVED
 *     owner * !FAULT             so does every type that has no record
 *     owner TYPE ~250 rdata      the answer takes 250 virtual milliseconds
 *     owner CNAME name alone     the answer ends there, without the target's records (answer.h:
 *                                is_half)
 *     # text                     a comment
 *
 * The owner is unescaped text, but for \DDD and "\ ". "*." as its first label is a wildcard.
 *
 *     A, AAAA       an address
 *     PTR, CNAME    a name
 *     MX            a preference and a name; "." is the null MX (RFC 7505)
 *     TXT           one or more "quoted strings", with the escapes \DDD and \"
 *
 * A fault of one type stands before that type's records. The slowest record decides the delay of an
 * answer; CNAMEs on the way add theirs. Every TTL is one hour. A line may end in CR LF. A name that
 * exists only as a parent is an empty non-terminal (NODATA); others are NXDOMAIN, from the root
 * where nothing in the script has their last label (answer.h: is_of_root). CNAMEs are followed
 * inside the script; a loop is SERVFAIL.
 *
 * A script is read only after the parse: any number of threads may look up. */
#ifndef RESOLVER_SCRIPTED_SCRIPT_H
#define RESOLVER_SCRIPTED_SCRIPT_H

#include "dns/answer.h"
#include "base/error.h"

struct script;

/* On an error *out is NULL and `why` gets "line 3: ...". The text is not needed afterwards. */
enum error script_parse(
        struct script **out, const char *text, size_t size, char *why, size_t why_size);
/* Takes NULL. */
void script_free(struct script *s);

/* The answer, a new reference; *delay_ms gets its virtual delay. !TIMEOUT gives an answer of status
 * ANSWER_TIMEOUT. NULL: out of memory. */
struct answer *script_find(
        const struct script *s, const struct dname *qname, enum rrtype type, unsigned *delay_ms);
/* The same, with a builder that was begun with the question; the look-up starts at its `canonical`.
 */
struct answer *script_answer(const struct script *s, struct answer_builder *b, unsigned *delay_ms);

#endif
