/* replaying.h - `--replay`: a record that was loaded, for the engine that answers from it
 * (resolver/recorded.h). docs/record.md describes the file.
 *
 * Every line is read once and must be good; what is kept of it in memory are 24 octets, and plain
 * text files as a whole. Loaded by the main thread before others start; then const but for
 * `is_broken`, which any thread may set. */
#ifndef SCANNER_REPLAYING_H
#define SCANNER_REPLAYING_H

#include "base/digest.h"
#include "io/linefile.h"
#include "resolver/recorded.h"

#include <stdatomic.h>
#include <stdbool.h>

struct replaying {
	struct recorded_text text; /* first: the engine hands it back */
	struct recorded source;
	struct linefile *file;
	const char *path;
	char digest[DIGEST_TEXT_BYTES]; /* SHA-256 of the file */
	uint64_t first_row, last_row;
	atomic_bool is_broken; /* the file changed meanwhile, which was told: the run must end */
};

/* Loads the record. EXIT_DONE, or the exit status after telling the user which line is wrong, or
 * what else is. `path` outlives it. replaying_fini() follows in any case. */
int replaying_load(struct replaying *r, const char *path);
/* Takes a zeroed one. */
void replaying_fini(struct replaying *r);

#endif
