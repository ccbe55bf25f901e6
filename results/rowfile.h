/* rowfile.h - writes rows that are printed already as an output: block gzip with our marks
 * (io/bgzf.h), or plain text. `merge` writes so; a scan's rows come in batches (scanner/batch.h).
 *
 * An output that is finished has a closing and the end-of-file member. Errors are the sink's, or
 * ERROR_NOMEM; after one nothing more is written. Single thread. */
#ifndef RESULTS_ROWFILE_H
#define RESULTS_ROWFILE_H

#include "base/textbuf.h"
#include "io/bgzf.h"
#include "io/sink.h"

#include <stdbool.h>
#include <stdint.h>

struct rowfile {
	struct sink *sink;
	struct bgzf *z;              /* NULL: plain text */
	struct bgzf_checkpoint mark; /* of the next member */
	struct textbuf text;         /* of the member in the making */
	struct textbuf packed;
	uint64_t n_rows;
	enum error error; /* the first one */
};

enum { ROWFILE_PLAIN = -1 };

/* Begins with the note and the header row, with its line end. `mark` has version, fingerprint and
 * run of all members. `level` as bgzf_new() takes it;
 * ROWFILE_PLAIN: plain text. rowfile_fini() follows in any case. */
enum error rowfile_begin(struct rowfile *f, struct sink *sink, int level,
        const struct bgzf_checkpoint *mark, const struct textbuf *note,
        const struct textbuf *header);
/* A row with its line end. */
enum error rowfile_put(struct rowfile *f, const char *row, size_t size);
/* Ends the file, and brings it to the disk. `closing` empty: none. */
enum error rowfile_end(struct rowfile *f, const struct textbuf *closing);
/* Takes a zeroed one. */
void rowfile_fini(struct rowfile *f);

#endif
