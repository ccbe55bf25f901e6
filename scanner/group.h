/* group.h - the rows that a worker begins next, taken from its lane some at a time: the lines of
 * the memo and of the cache for all of them are asked for before the first is begun, so that they
 * come from the memory side by side. In the worker's thread. */
#ifndef SCANNER_GROUP_H
#define SCANNER_GROUP_H

#include "scanner/exchange.h"
#include "scanner/findings.h"
#include "scanner/memo.h"
#include "scanner/runner.h"

enum { GROUP_ROWS = 16 };

struct group_row {
	struct batch *batch;
	uint32_t slot;
	bool is_understood; /* `identity` is filled, for one that the memo does not know */
	/* What it asks first: of its domain, and of its address. */
	unsigned n_of_domain, n_of_address;
	uint64_t domain_hash, address_hash;
	struct finding_keys keys; /* with a memo */
	/* Here and not yet in a struct row: those are used again at once, so that all rows whose
	 * answers are cached have the same memory, which the processor has at hand. */
	struct identity identity;
};

struct group {
	/* fixed: the worker's */
	struct exchange *exchange;
	unsigned index; /* of the worker */
	struct runner *runner;
	struct memo *memo; /* NULL: none */
	/* where the next rows come from */
	struct batch *batch; /* NULL: the next of the lane */
	uint32_t next_row;   /* in it */
	/* taken; those in [at, n) are to be begun */
	unsigned at, n;
	struct group_row rows[GROUP_ROWS];
	struct findings findings; /* of the row that is begun */
};

/* Takes the next rows, when those of the group have begun. False: there are none. */
bool group_fill(struct group *g);

/* True while there is a row that has not begun. */
bool group_has_rows(const struct group *g);

/* What the memo has of the subjects of a row, when group_fill() found that it has not the row
 * itself. NULL: nothing was looked for. Valid until the next one, or until the row is taken. */
const struct findings *group_find(struct group *g, const struct group_row *r);

/* A row of the group as it is started, after group_find(). NULL: out of memory. */
struct row *group_take_row(struct group *g, struct group_row *r);

/* Gives its memory back. */
void group_fini(struct group *g);

#endif
