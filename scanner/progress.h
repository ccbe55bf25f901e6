/* progress.h - a thread that tells on standard error how far a scan has come: one live line on a
 * terminal, else a line every 10 s. Whatever --progress says, it also runs the watchdog
 * (watchdog.h) and returns free memory to the system (headroom.h). It sleeps in between. */
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
	uint64_t begun_bytes; /* of the input, whose rows a resumed output holds */
	/* the thread's */
	struct watchdog watchdog;
	uint64_t started_ns, last_ns, last_rows, last_answers, last_line_ns, gave_back_ns;
	double rate, rated_done; /* of the raw input, in octets a second; what was done at */
	uint64_t rated_ns;
	bool told_stop;
};

/* Starts the thread. False after telling the user why. Main thread. */
bool progress_start(struct progress *progress, struct exchange *exchange, enum progress_mode mode);
/* Ends the thread and removes the live line. Main thread. */
void progress_stop(struct progress *progress);

#endif
