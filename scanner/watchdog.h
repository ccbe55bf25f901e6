/* watchdog.h - notices that a scan stands still, and has the workers say what they wait for.
 *
 * The progress thread looks about twice a second. When rows are in flight and none was finished
 * for:
 *
 *     patience_ns      it asks every worker (lane->asked_s); each tells the user about its oldest
 *                      rows in its next turn, some 10 ms later
 *     reply_ns more    it names the workers that did not answer: these hang
 *     repeat_ns more   it asks again
 *
 * A look counts at most one second, so a program that was stopped did not stand still. */
#ifndef SCANNER_WATCHDOG_H
#define SCANNER_WATCHDOG_H

#include "scanner/runner.h"

#include <stdbool.h>
#include <stdint.h>

struct watchdog {
	uint64_t patience_ns, repeat_ns, reply_ns;
	/* since the last row was finished */
	uint64_t n_finished, looked_ns;
	uint64_t still_ns; /* how long nothing was finished */
	uint64_t asked_ns; /* still_ns when the workers were asked last; 0: they were not */
	bool is_listening; /* waits for their answers */
};

enum watchdog_turn {
	WATCHDOG_REST,
	WATCHDOG_ASK,  /* ask the workers */
	WATCHDOG_NAME, /* name those that did not answer */
};

/* Patience 30 s, reply 3 s, repeat 60 s. */
void watchdog_init(struct watchdog *w, uint64_t now_ns);

/* What to do now. `n_finished` rows are finished; `n_open` were read and are not. Pure. */
enum watchdog_turn watchdog_look(
        struct watchdog *w, uint64_t n_finished, uint64_t n_open, uint64_t now_ns);

/* Appends the oldest rows in flight and what each waits for: "row 17 (example.com), 31 s: waits for
 * TXT example.com; ...". False: there are none. The runner's thread. */
bool watchdog_put_rows(struct textbuf *out, const struct runner *runner);

#endif
