/* sources.h - what the files behind a page say of themselves: are they finished, which upstreams
 * were asked, and the manifest, from the closing of each output (results/closing.h), else its note.
 *
 * Files are read one after another, and little is kept of each, so that a thousand shards are as
 * good as one file. One thread. */
#ifndef PAGE_SOURCES_H
#define PAGE_SOURCES_H

#include "base/textbuf.h"

#include <stdbool.h>
#include <stdint.h>

enum { SOURCES_UPSTREAMS = 64, SOURCES_ADDRESS_BYTES = 64 };

/* As the summary has it (docs/output.md), of all files. */
struct sources_upstream {
	char address[SOURCES_ADDRESS_BYTES];
	uint64_t sent, answered, lost;
};

struct sources {
	unsigned n_files, n_silent; /* silent: no output as it was written */
	struct sources_upstream upstreams[SOURCES_UPSTREAMS];
	unsigned n_upstreams;
	struct textbuf names;     /* markup: the first files */
	struct textbuf manifests; /* markup: a table for each of them */
	/* private */
	int upstream; /* of the manifest at hand, whose members come; -1: none */
};

/* Adds a file, which need not be one of ours. Out of memory: a buffer has failed. */
void sources_add(struct sources *s, const char *path);
/* Sorts the upstreams: those that were asked most come first. */
void sources_finish(struct sources *s);
/* Takes a zeroed one. */
void sources_fini(struct sources *s);

#endif
