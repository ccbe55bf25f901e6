/* findings.h - what earlier rows found of a row's address, of its domain, and of what the domain's
 * policy says of such clients: a new pair of a known address and a known domain needs little.
 *
 *     findings_keys()    by which the row finds them
 *     findings_fetch(), findings_peek()   as memo_fetch() and memo_peek()
 *     findings_find()    before a row starts: the row does not run the checks that are known
 *     findings_keep()    after it: keeps what its checks came to, for other rows
 *
 * A finding is kept in the memo until the first of the answers behind it is out of date, and never
 * when a look-up failed. A row uses findings only if it need not wait for anything else: one that
 * waits runs all of its checks, so that its answers are those of one time.
 *
 *     address   for all clients with it
 *     domain    for clients of one address family that have none of its addresses. Those that may
 *               have one are judged by themselves: a filter of all addresses that the row was given
 *               tells them apart, and errs to that side alone.
 *     policy    of rows without a HELO name, when SPF looked at nothing of the request but the
 *               domain and the client's side of networks: verdicts.h
 *
 * All in the worker's thread. */
#ifndef SCANNER_FINDINGS_H
#define SCANNER_FINDINGS_H

#include "input/identity.h"
#include "results/columns.h"
#include "scanner/memo.h"
#include "scanner/row_answers.h"
#include "scanner/row_settings.h"

#include <stdbool.h>
#include <stdint.h>

struct finding_keys {
	uint64_t hash[SUBJECTS][2];
	bool is_there[SUBJECTS]; /* false: there is no such subject, or no check of it */
	bool are_all;            /* nothing else is checked of the row */
};

/* What a row has of earlier ones. findings_reset() before the first use of a zeroed one. */
struct findings {
	struct finding_keys keys;
	bool is_known[SUBJECTS];
	bool has_client;    /* the row has an address */
	struct facts facts; /* of what is known */
	uint32_t expires_s; /* the first of them; UINT32_MAX without any */
	/* The row's own copy of the texts, as outcome.known has them. */
	size_t text_at[SUBJECTS];
	struct textbuf text;
};

void findings_keys(
        struct finding_keys *keys, const struct identity *s, const struct row_settings *settings);

void findings_fetch(const struct memo *m, const struct finding_keys *keys);
/* True when that of the subject may be there. */
bool findings_peek(const struct memo *m, const struct finding_keys *keys, enum subject subject);

/* For a row with this client. What is out of memory is not known. */
void findings_find(struct findings *f, struct memo *m, const struct finding_keys *keys,
        const struct ipaddr *ip, uint32_t now_s);

/* Adds what is known to an outcome, which points into the findings. */
void findings_tell(const struct findings *f, struct outcome *o);

/* A row of which all is known comes to this without being started; its number, record and time are
 * the caller's. False: it must be started. */
bool findings_outcome(const struct findings *f, const struct identity *s,
        const struct row_settings *settings, struct outcome *o);

/* A row that is done, and printed. */
struct finished_row {
	const struct outcome *outcome;
	const struct row_answers *answers;
	uint32_t expires_s[SUBJECTS]; /* row_expiries() */
	const struct column_set *columns;
	const struct column_ends *ends;
	const char *results;
	uint32_t now_s;
};

/* Keeps of it what was not known: `f` is the row's. */
void findings_keep(struct memo *m, const struct findings *f, const struct finished_row *r);

/* `to` becomes what `from` is, which gets the memory of `to`. */
static inline void findings_move(struct findings *to, struct findings *from)
{
	struct textbuf text = to->text;
	*to = *from;
	from->text = text;
}

/* Nothing is known any more; the keys stay. False: nothing was. */
bool findings_forget(struct findings *f, bool was_known[SUBJECTS]);

/* Nothing is known. Keeps the memory for the next row. */
void findings_reset(struct findings *f);
/* Takes a zeroed one. */
void findings_fini(struct findings *f);

#endif
