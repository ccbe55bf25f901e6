/* watchdog.h - notices that a scan stands still, and has the workers say what they wait for.
 *
 * The progress thread looks about twice a second. When rows are under way and none was finished for
 * `patience_ns`, it asks every worker (worker->asked_s, which a worker sees in its next turn, some
 * 10 ms later): the worker answers with one line about its oldest rows. Who does not answer within
 * a few seconds does not turn, and is named by the watchdog itself. While nothing moves, it asks
 * again every `repeat_ns`. It only counts time that its own thread lived: a program that was
 * stopped did not stand still. */
#ifndef SCANNER_WATCHDOG_H
#define SCANNER_WATCHDOG_H

#include "scanner/runner.h"

#include <stdbool.h>
#include <stdint.h>

struct watchdog {
	uint64_t patience_ns, repeat_ns, reply_ns;
	/* since the last row: */
	uint64_t n_finished, looked_ns, still_ns, asked_ns; /* asked_ns: still_ns when the workers
	                                                       were asked last; 0: they were not */
	bool is_listening;                                  /* for their answers */
};

enum watchdog_turn {
	WATCHDOG_REST,
	WATCHDOG_ASK,  /* nothing moves: ask the workers */
	WATCHDOG_NAME, /* and now name those that did not answer */
};

/* With a patience of 30 s, once a minute. */
void watchdog_init(struct watchdog *w, uint64_t now_ns);

/* What is to be done now; `n_open` rows were read and are not finished, `n_finished` are. Pure. */
enum watchdog_turn watchdog_look(
        struct watchdog *w, uint64_t n_finished, uint64_t n_open, uint64_t now_ns);

/* The oldest rows in flight and what each waits for: "row 17 (example.com), 31 s: waits for TXT
 * example.com; ...". False: there are none. */
bool watchdog_put_rows(struct textbuf *out, const struct runner *runner);

#endif
