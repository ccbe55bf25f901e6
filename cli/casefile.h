/* casefile.h - `check --record`: the answers of one pair as a file of its own, with the pair and
 * the rules at its head. Whoever has it can replay the check (docs/record.md). Main thread. */
#ifndef CLI_CASEFILE_H
#define CLI_CASEFILE_H

#include "scanner/options.h"
#include "scanner/row_answers.h"

/* What was asked for; any may be NULL. */
struct casefile_pair {
	const char *ip, *who, *helo;
};

struct sidefile;

/* Opens the file of options->record, which must be new or empty; *out is NULL when none is wanted.
 * EXIT_DONE, or the exit status after telling why. */
int casefile_open(struct sidefile **out, const struct options *options);
/* Writes the answers. Takes the file, NULL too. False after telling why. */
bool casefile_write(struct sidefile *file, const struct options *options,
        const struct casefile_pair *pair, const struct textbuf *lines);

#endif
