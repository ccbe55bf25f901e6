/* row.h - one row in flight: its identity, its probes, and the answers that they wait for.
 *
 *     row_start()      begins the probes that its identity allows; they run side by side
 *     row_continue()   runs those whose answers have come
 *     row_expire()     ends them all: its deadline passed
 *     row_outcome()    when no probe runs: the result
 *     row_reset()      makes it ready for the next row, with its memory
 *
 * A question that a row has asked is not asked again (scanner/row_answers.h).
 *
 * The HELO and the MAIL FROM identity use the same SPF machine one after the other; of HELO only
 * the verdict is kept. All in the thread of its runner. */
#ifndef SCANNER_ROW_H
#define SCANNER_ROW_H

#include "resolver/resolver.h"
#include "checks/asking.h"
#include "checks/hostaddr.h"
#include "checks/iprev.h"
#include "checks/mailhosts.h"
#include "checks/mailservers.h"
#include "checks/policy_report.h"
#include "scanner/findings.h"
#include "scanner/row_answers.h"
#include "scanner/row_settings.h"
#include "input/identity.h"
#include "results/outcome.h"
#include "spf/check.h"

/* Those from --ask on are only there when they are wanted. */
enum row_probe {
	ROW_SPF,
	ROW_IPREV,
	ROW_ADDRESS,
	ROW_MX,
	ROW_ASKS,
	ROW_POLICY,
	ROW_SERVERS,
	ROW_PROBES
};

struct row;

/* Where the answer to one question of one probe goes. A row has as many as it waits for; they come
 * from its host, and go back to it. */
struct row_waiter {
	struct resolver_waiter waiter; /* first */
	struct row *row;
	struct row_waiter *next, **link; /* of the row, or of the host's free ones */
	uint8_t probe, slot;
};

/* The policy of the domain, and all of its mail hosts. */
struct row_audit {
	struct policy policy;
	struct policy_report report; /* made when all probes of the row are done */
	bool has_report;
	struct mailservers servers;
};

/* What a row needs of its runner. */
struct row_host {
	struct resolver *resolver;
	const struct row_settings *settings;
	uint64_t now_ns, wall_s;
	char wall_text[24]; /* wall_s as RFC 3339, UTC */
	struct row_waiter *free_waiters;
	/* Answers have come for the row: row_continue() is due. */
	void (*wake)(struct row_host *host, struct row *row);
};

struct row {
	struct asker asker; /* first */
	struct row_host *host;
	struct row *next_idle, *next_ready, *older, *newer;

	/* set by whoever starts it */
	uint64_t number;          /* 1-based */
	struct csv_record record; /* the input row; valid as long as the row runs */
	void *owner;              /* the caller's */
	unsigned owner_slot;
	struct spf_observer *observer; /* `spfsweep check`; else NULL */
	struct findings findings;      /* probes of what is known do not run */

	/* the run */
	uint64_t started_ns;
	uint64_t deadline_ns;    /* by runner->patient_ns */
	unsigned running, ready; /* sets of 1 << enum row_probe */
	bool in_ready, expired, checking_helo, lacked_memory;
	struct row_answers answers; /* to all questions of all its probes */
	/* Until when those of each probe are good, by resolver_cache_s(). 0: its result must not be
	 * kept, since one is a failure or has the TTL 0, or it hangs on the time. */
	uint32_t expires_s[ROW_PROBES];
	bool looks_at_local_part;   /* the result might be another one for another local-part */
	struct row_waiter *waiting; /* for which it has no answer yet, the oldest first */
	struct row_waiter **waiting_end;

	/* results */
	struct identity identity;
	struct spf_request request;
	struct spf_check spf;
	const char *excluded;       /* why it was left out, static; NULL: it was not */
	bool has_spf, has_helo_spf; /* the verdict is there */
	enum spf_verdict helo_verdict;
	const struct answer *helo_failed;
	struct failures helo_failures;
	struct iprev iprev;
	struct hostaddr address;
	struct mailhosts mailhosts;
	struct asking *asking;   /* NULL without --ask */
	struct row_audit *audit; /* NULL without those checks */
	uint64_t elapsed_ms, evaluated_s;
	char evaluated_at[24];
};

/* A new row, for any number of input rows. NULL: out of memory. `host` outlives it. */
struct row *row_new(struct row_host *host);
/* Not while it runs. Takes NULL. Call row_reset() first. */
void row_free(struct row *row);
/* Frees what the host keeps for its rows, when none of them runs any more. */
void row_host_fini(struct row_host *host);

/* Begins the probes and runs each as far as answers are at hand. True when the row is done. A row
 * whose domain, HELO name or address must not be asked about (--exclude) begins none. */
bool row_start(struct row *row);

/* Runs the probes whose answers have come. True when the row is done. */
bool row_continue(struct row *row);

/* Moves its questions before those of all other rows. */
void row_make_urgent(struct row *row);

/* Cancels the answers that are missing. Afterwards the row is done. */
void row_expire(struct row *row);

/* The result of a row that is done. It points into the row and is valid until row_reset(). */
struct outcome row_outcome(const struct row *row);

/* Of a row that is done: until when its result is good, as row.expires_s; and that of the checks of
 * each subject which ran for it. */
uint32_t row_expires_s(const struct row *row);
void row_expiries(const struct row *row, uint32_t expires_s[SUBJECTS]);

/* True when the row was out of memory somewhere: then its outcome is no result. */
bool row_lacked_memory(const struct row *row);

/* Drops the row's answers, keeps its memory. */
void row_reset(struct row *row);

#endif
