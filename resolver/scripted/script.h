/* script.h - a small DNS in memory, read from text: what the scripted engine answers from, and what
 * tests feed probes with.
 *
 * One line a record: `owner TYPE rdata`, fields split by blanks or tabs; `#` begins a comment line.
 * The owner is unescaped text but for \DDD and "\ " (octets that the line format itself needs);
 * "*." as first label is a wildcard. Rdata: A, AAAA: an address; PTR, CNAME: a name; MX: `10 name`
 * ("." for a null MX); TXT: one or more "quoted strings" with \DDD and \" escapes. owner TYPE
 * !SERVFAIL       this question fails so; also !REFUSED !TIMEOUT !BOGUS !MALFORMED !UNRESOLVED
 *     owner * !TIMEOUT           so does every type that has no record
 *     owner TYPE ~250 rdata...   the answer takes 250 virtual milliseconds
 *     owner CNAME name alone     the answer ends there, without the target's records (answer.h:
 *                                is_half)
 * A fault of one type stands before that type's records. The slowest record of an answer decides
 * its delay; CNAMEs on the way add theirs. Every TTL is one hour. A line may end in CR LF. Names
 * that exist only as parents are empty non-terminals (NODATA); others are NXDOMAIN. CNAMEs are
 * followed inside the script, a loop is SERVFAIL. Immutable after the parse: any number of threads
 * may look up. */
#ifndef RESOLVER_SCRIPTED_SCRIPT_H
#define RESOLVER_SCRIPTED_SCRIPT_H

#include "dns/answer.h"
#include "base/error.h"

struct script;

/* `why` gets "line 3: ..." on an error. The text may be given up afterwards. */
enum error script_parse(
        struct script **out, const char *text, size_t size, char *why, size_t why_size);
void script_free(struct script *s);

/* A new answer, the reference is the caller's; *delay_ms gets its virtual delay. !TIMEOUT gives an
 * answer of status ANSWER_TIMEOUT. NULL: no memory. */
struct answer *script_find(
        const struct script *s, const struct dname *qname, enum rrtype type, unsigned *delay_ms);
/* The same into a builder that was begun with both; the look-up starts at its `canonical`. */
struct answer *script_answer(const struct script *s, struct answer_builder *b, unsigned *delay_ms);

#endif
