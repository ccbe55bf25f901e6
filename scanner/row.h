/* row.h - one row in flight: its identity, its probes, and the answers they wait for.
 *
 * A row is begun by its worker, runs its probes side by side until all are done, and is then
 * printed and recycled with its memory. The HELO identity and the MAIL FROM identity use the same
 * SPF machine one after the other; of the first only the verdict is kept. Everything happens in the
 * worker's thread. */
#ifndef SCANNER_ROW_H
#define SCANNER_ROW_H

#include "resolver/resolver.h"
#include "checks/hostaddr.h"
#include "checks/iprev.h"
#include "checks/mailhosts.h"
#include "scanner/options.h"
#include "input/identity.h"
#include "results/outcome.h"
#include "spf/check.h"

enum row_probe { ROW_SPF, ROW_IPREV, ROW_ADDRESS, ROW_MX, ROW_PROBES };

struct row_waiter {
	struct resolver_waiter waiter; /* first */
	struct row *row;
	uint8_t probe, slot;
};

struct row;

/* What is the same for every row of a run; const while rows run. */
struct row_settings {
	unsigned checks; /* enum check */
	bool explain, dnssec;
	const char *receiver;
	uint64_t deadline_ns;
	struct spf_limits limits;
};

void row_settings_init(struct row_settings *settings, const struct options *options);

/* What a row takes from whoever runs it. */
struct row_host {
	struct resolver *resolver;
	const struct row_settings *settings;
	uint64_t now_ns, wall_s;
	char wall_text[24]; /* wall_s as RFC 3339, UTC */
	/* Answers have come for the row: row_continue() is due. */
	void (*wake)(struct row_host *host, struct row *row);
};

struct row {
	struct asker asker; /* first */
	struct row_host *host;
	struct row *next_idle, *next_ready, *older, *newer;

	/* set by whoever starts it */
	uint64_t number;          /* 1-based */
	struct csv_record record; /* the input row, for the columns that are passed through; lives
	                             as long as the row runs */
	void *owner;              /* the caller's */
	unsigned owner_slot;
	struct spf_observer *observer;

	/* the run */
	uint64_t started_ns, deadline_ns; /* the deadline by the runner's patient clock */
	unsigned running, ready;          /* sets of 1 << enum row_probe */
	bool in_ready, expired, checking_helo, lacked_memory;

	/* results */
	struct identity identity;
	struct spf_request request;
	struct spf_check spf;
	bool has_spf, has_helo_spf; /* the verdict is there */
	enum spf_verdict helo_verdict;
	const struct answer *helo_failed;
	struct iprev iprev;
	struct hostaddr address;
	struct mailhosts mailhosts;
	uint64_t elapsed_ms, evaluated_s;
	char evaluated_at[24];

	struct row_waiter waiters[ROW_PROBES][PROBE_FANOUT_MAX];
};

/* A new row, for use after use, or NULL without memory. */
struct row *row_new(struct row_host *host);
/* Not while it runs. Takes NULL. */
void row_free(struct row *row);

/* Begins the probes that row->identity allows, and runs each as far as answers are at hand. True
 * when the row is done already. */
bool row_start(struct row *row);

/* Runs the probes whose answers have come. True when the row is done. */
bool row_continue(struct row *row);

/* Its questions go before those of all others. */
void row_make_urgent(struct row *row);

/* The row's time is up: what is missing is cancelled. The row is done. */
void row_expire(struct row *row);

/* What the row came to; it points into the row, and is good until row_reset(). */
struct outcome row_outcome(const struct row *row);

/* True when what the row says may come from a want of memory: that is no result. */
bool row_lacked_memory(const struct row *row);

/* Gives up what the row holds (answers), keeps its memory. */
void row_reset(struct row *row);

#endif
