/* identity.h - what one input row asks about: its fields as domain, address, sender and HELO name.
 *
 * A row with a field that cannot be used is bad input, and `error` says why. The checks that its
 * other fields allow are run all the same. Texts point into the row's record or into the identity's
 * scratch; they are valid as long as both. Pure: one identity per thread, no I/O. */
#ifndef INPUT_IDENTITY_H
#define INPUT_IDENTITY_H

#include "dns/dname.h"
#include "dns/ipaddr.h"
#include "base/textbuf.h"
#include "io/csv.h"
#include "input/layout.h"

struct identity_text {
	const char *text;
	size_t size;
};

/* Where the domain that is checked was found. */
enum identity_source {
	IDENTITY_NONE,
	IDENTITY_DOMAIN,   /* the column domain */
	IDENTITY_MAILFROM, /* the sender */
	IDENTITY_HELO,     /* the HELO name, for a null or missing sender */
};

struct identity {
	/* what the checks take */
	struct ipaddr ip;    /* family NONE: absent or malformed */
	struct dname domain; /* size 0: absent or malformed */
	/* A domain was given, well-formed or not. SPF of a malformed one is "none". */
	bool has_domain;
	enum identity_source source; /* NONE without a domain */
	/* Of <sender>, in A-labels. Empty local_part: postmaster. Empty sender_domain: domain. */
	struct identity_text local_part, sender_domain;
	/* It has a local-part that must not be sent to the DNS; then local_part is empty, too. */
	bool hides_local_part;
	/* The domain's text when no mail host can have that name: it has no dot, or a '*'. Else
	 * size 0. */
	struct identity_text no_host;
	struct identity_text helo; /* as given */
	struct dname helo_domain;  /* size 0: malformed, its SPF is "none" */

	unsigned filled; /* the roles that have a value, of whatever kind: bits 1 << enum role */

	bool lacked_memory;     /* out of memory: nothing else here is valid */
	char error[128];        /* "", or why the row is bad input */
	struct textbuf scratch; /* owned */
};

/* Fills the identity from a record. Its scratch is kept from row to row; before the first row the
 * identity must be zeroed. <sender> and HELO as RFC 7208 sections 2.3 and 2.4 have them. */
void identity_parse(
        struct identity *s, const struct layout *layout, const struct csv_record *record);
/* The same from separate texts, for `spfsweep check`: `who` is a sender if it has an @, else a
 * domain. NULL or "": not given. The texts are the caller's and must outlive the identity's use. */
void identity_of_texts(struct identity *s, const char *ip, const char *who, const char *helo);
/* A word of the output: "mailfrom"; "" for IDENTITY_NONE. Lives for ever. */
const char *identity_source_text(enum identity_source source);

/* `to` becomes what `from` is, which keeps the memory of `to` for its next row. */
static inline void identity_move(struct identity *to, struct identity *from)
{
	struct textbuf scratch = to->scratch;
	*to = *from;
	from->scratch = scratch;
}

/* Takes a zeroed one. */
void identity_fini(struct identity *s);

#endif
