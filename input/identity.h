/* identity.h - what one input row asks about: its fields, understood.
 *
 * Texts point into the row's record or into the identity's scratch and live as long as both. A row
 * that cannot be used as it stands is bad input, with the reason in `error`; the checks that its
 * good fields allow are run all the same. Pure. */
#ifndef INPUT_IDENTITY_H
#define INPUT_IDENTITY_H

#include "dns/dname.h"
#include "dns/ipaddr.h"
#include "base/textbuf.h"
#include "io/csv.h"
#include "input/inputs.h"

struct identity_text {
	const char *text;
	size_t size;
};

struct identity {
	/* what the checks take */
	struct ipaddr ip;    /* family NONE: absent or malformed */
	struct dname domain; /* size 0: absent or malformed */
	bool has_domain; /* a domain was given, well-formed or not: SPF of a malformed one is "none"
	                  */
	struct identity_text local_part,
	        sender_domain;     /* of <sender>, A-labels; local_part empty: "postmaster";
	                              sender_domain empty: the domain */
	struct identity_text helo; /* as given */
	struct dname helo_domain;  /* size 0: malformed, its SPF is "none" */
	bool lacked_memory;        /* then the rest says nothing */
	char error[128];           /* "" or why the row is bad input */
	struct textbuf scratch;    /* owned */
};

/* Fills the identity from a record; reserves what it needs in identity->scratch, which is kept from
 * row to row. The first time the identity must be zeroed. */
void identity_parse(
        struct identity *s, const struct layout *layout, const struct csv_record *record);
/* The same from separate texts, for `spfsweep check`: `who` is a domain, or a sender if it has an
 * @. NULL or "" for what is not given. */
void identity_of_texts(struct identity *s, const char *ip, const char *who, const char *helo);
void identity_fini(struct identity *s);

#endif
