/* answer_line.h - an answer as one line of text, and back: what --record writes and --replay reads.
 * docs/record.md describes the form.
 *
 *     row TAB time TAB ttl TAB upstream TAB type TAB qname TAB status TAB dnssec TAB canonical
 *     TAB cause, and a TAB and a record for each record
 *
 * What is parsed from a printed line is the same answer, in everything that columns and verdicts
 * look at: the order of the records is that of the answer, and two TXT records with the same text
 * stay two. Where the strings of a TXT record began is not in an answer, and not in the line.
 *
 * Any octets may come. Pure. */
#ifndef DNS_ANSWER_LINE_H
#define DNS_ANSWER_LINE_H

#include "dns/answer.h"

/* What a line says besides the answer. */
struct answer_line {
	uint64_t row;           /* that was given the answer, from 1 */
	uint64_t received_s;    /* wall clock; 0: not known */
	struct ipaddr upstream; /* that answered; family NONE: not known */
	uint16_t upstream_port;
};

/* Where the parts of a printed line begin. Two lines of which the text from `question_at` on is the
 * same say the same of one question: row, time, TTL and upstream stand before. */
struct answer_line_parts {
	size_t question_at; /* type, name; up to `status_at` */
	size_t status_at;
};

/* Appends the line, without a line end. Offsets are in `out`. */
void answer_line_print(struct textbuf *out, const struct answer_line *line, const struct answer *a,
        struct answer_line_parts *parts);

/* Begins the builder and fills it from a line without its line end; the caller builds the answer.
 * NULL: it is good. Else a phrase that says what is wrong with it, which lives for ever; then the
 * builder holds no answer. Out of memory: the builder fails. */
const char *answer_line_parse(
        struct answer_builder *b, struct answer_line *line, const char *text, size_t size);

#endif
