/* note.h - what decides the rows of an output, besides its input and the DNS: which command wrote
 * it, and the options that change what is in a row.
 *
 * A text of lines, "checks=spf,mx", which stands in the output's first member; its fingerprint,
 * with the header row's, stands in every one. So an output that is to be gone on with is told from
 * one of another scan, and what differs can be said. Options that only decide how the DNS is asked,
 * or how fast, are left out: a scan may go on with others. Pure. */
#ifndef RESULTS_NOTE_H
#define RESULTS_NOTE_H

#include "base/textbuf.h"
#include "cli/options.h"

struct note {
	struct textbuf text;   /* failed: no memory */
	struct textbuf header; /* of the output, with its line end */
	uint64_t fingerprint;  /* of both */
};

struct layout;

void note_init(struct note *r, const struct options *options, const struct layout *layout);
/* Takes a zeroed one. */
void note_fini(struct note *r);

/* The first difference between the note of an output and ours, in words for the user, into `why`:
 * "--checks was 'spf' and is 'spf,mx' now". False when there is none. With `any_command` it makes
 * no difference which command wrote it. */
bool note_differs(const struct note *ours, const char *theirs, size_t size, bool any_command,
        char *why, size_t why_size);

/* The same for header rows: which column differs. */
bool note_header_differs(
        const struct note *ours, const char *theirs, size_t size, char *why, size_t why_size);

#endif
