/* progress.h - how far a scan has come, told on standard error: one live line on a terminal, else a
 * line every 10 s; and that it stands still (watchdog.h), whatever --progress says. A thread of its
 * own, asleep but for that. */
#ifndef SCANNER_PROGRESS_H
#define SCANNER_PROGRESS_H

#include "base/doorbell.h"
#include "scanner/exchange.h"
#include "scanner/watchdog.h"

struct progress {
	struct exchange *exchange;
	bool live, lines;
	pthread_t thread;
	struct doorbell bell;
	atomic_bool over;
	uint64_t begun_bytes; /* of the input, that were read before: rows which a resumed output
	                         holds */
	/* the thread's */
	struct watchdog watchdog;
	uint64_t started_ns, last_ns, last_rows, last_answers, last_line_ns, gave_back_ns;
};

/* False after telling the user why. */
bool progress_start(struct progress *progress, struct exchange *exchange, enum progress_mode mode);
/* Ends the thread and takes the live line away. */
void progress_stop(struct progress *progress);

#endif
