/* ask.h - the questions of --ask: a type, a template of the name, and the name of the column in
 * which the answers stand.
 *
 *     TXT:_dmarc.{domain}            column ask_txt__dmarc
 *     NS:{domain}                    column ask_ns
 *     A:{ip.rev}.list.example        column ask_a_ip_rev_list_example
 *     spam=A:{ip.rev}.list.example   column spam
 *
 *     placeholder        stands for
 *     {domain}           the domain that the other checks take
 *     {sender.domain}    the domain of the sender, that of postmaster@HELO for a null one
 *     {helo}             the HELO name
 *     {ip}               the address, its octets or nibbles as labels: 192.0.2.1
 *     {ip.rev}           the same in reverse, as DNS lists want it: 1.2.0.192
 *     {ip.arpa}          the name of its reverse DNS: 1.2.0.192.in-addr.arpa
 *
 * A struct asks is plain memory without pointers, copied with `=`; const once the options are read.
 * Pure; any thread. */
#ifndef CHECKS_ASK_H
#define CHECKS_ASK_H

#include "base/textbuf.h"
#include "dns/dname.h"
#include "dns/ipaddr.h"
#include "dns/rrtype.h"

#include <stdbool.h>
#include <stddef.h>

enum { ASKS_MAX = 16, ASK_NAME_BYTES = 65, ASK_TEMPLATE_BYTES = 256, ASK_WHY_BYTES = 256 };

struct ask {
	enum rrtype type;
	char name[ASK_NAME_BYTES];         /* of the column */
	char template[ASK_TEMPLATE_BYTES]; /* in lower case */
};

struct asks {
	unsigned n;
	struct ask list[ASKS_MAX];
};

/* What a row has for the placeholders. A name of size 0, or the family NONE: it has none. */
struct ask_subject {
	struct dname domain, sender_domain, helo;
	struct ipaddr ip;
};

enum ask_name {
	ASK_NAME_OK,
	ASK_NAME_LACKS, /* the row has nothing for one of the placeholders */
	ASK_NAME_BAD, /* it would be longer than a name or a label may be, or have an empty label */
};

/* Adds one, from "[NAME=]TYPE:TEMPLATE". False: it is none, or is one too many; `why` says so, and
 * at which character of the text. */
bool asks_add(struct asks *asks, const char *text, size_t size, char why[ASK_WHY_BYTES]);

/* Reads what asks_print() wrote. False: some of it is none. */
bool asks_parse(struct asks *asks, const char *text, size_t size, char why[ASK_WHY_BYTES]);

/* Appends "NAME=TYPE:TEMPLATE" of one, or of all with blanks between them. */
void ask_print(struct textbuf *out, const struct ask *ask);
void asks_print(struct textbuf *out, const struct asks *asks);

/* The name that is asked for in a row. */
enum ask_name ask_name_of(
        struct dname *name, const struct ask *ask, const struct ask_subject *subject);

/* Whether the template has a placeholder that needs an address, and one that needs a name. */
bool ask_needs_ip(const struct ask *ask);
bool ask_needs_name(const struct ask *ask);

#endif
