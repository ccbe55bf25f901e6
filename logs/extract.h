/* extract.h - `spfsweep extract`: mail logs in, pairs out.
 *
 * Rows leave as soon as the input has to be waited for, so a log that is followed gives its pairs
 * at once. Groups (unique.h) leave when the table is full, and at the end. Main thread. */
#ifndef LOGS_EXTRACT_H
#define LOGS_EXTRACT_H

#include "io/textout.h"
#include "logs/logfiles.h"

struct extract_config {
	bool unique;
	size_t memory_bytes; /* with unique */
	enum pairs_sender sender;
	struct pairs_key key;
};

/* Writes all rows of the log. *n_rows is how many. False: stopped, or a file or the output failed;
 * of the log the user was told. */
bool extract_run(struct logfiles *log, struct textout *out, const struct extract_config *config,
        uint64_t *n_rows, const volatile bool *stop);

#endif
