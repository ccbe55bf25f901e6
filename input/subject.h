/* subject.h - what one input row asks about: its fields, understood.
 *
 * Texts point into the row's record or into the subject's scratch and live as long as both. A row
 * that cannot be used as it stands is bad input, with the reason in `error`; the checks that its
 * good fields allow are run all the same. Pure. */
#ifndef INPUT_SUBJECT_H
#define INPUT_SUBJECT_H

#include "dns/dname.h"
#include "dns/ipaddr.h"
#include "base/textbuf.h"
#include "io/csv.h"
#include "input/inputs.h"

struct subject_text {
	const char *text;
	size_t size;
};

struct subject {
	/* what the checks take */
	struct ipaddr ip;    /* family NONE: absent or malformed */
	struct dname domain; /* size 0: absent or malformed */
	bool has_domain; /* a domain was given, well-formed or not: SPF of a malformed one is "none"
	                  */
	struct subject_text local_part,
	        sender_domain;    /* of <sender>, A-labels; local_part empty: "postmaster";
	                             sender_domain empty: the domain */
	struct subject_text helo; /* as given */
	struct dname helo_domain; /* size 0: malformed, its SPF is "none" */
	bool lacked_memory;       /* then the rest says nothing */
	char error[128];          /* "" or why the row is bad input */
	struct textbuf scratch;   /* owned */
};

/* Fills the subject from a record; reserves what it needs in subject->scratch, which is kept from
 * row to row. The first time the subject must be zeroed. */
void subject_parse(struct subject *s, const struct layout *layout, const struct csv_record *record);
/* The same from separate texts, for `spfsweep check`: `who` is a domain, or a sender if it has an
 * @. NULL or "" for what is not given. */
void subject_of_texts(struct subject *s, const char *ip, const char *who, const char *helo);
void subject_fini(struct subject *s);

#endif
