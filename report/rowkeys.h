/* rowkeys.h - which groups a row counts in: the table of what groups are made by.
 *
 * Words that `--by` takes have a name in it; the others are for pages (--html) alone. One thread.
 */
#ifndef REPORT_ROWKEYS_H
#define REPORT_ROWKEYS_H

#include "report/provider.h"
#include "report/resultfile.h"

enum report_by {
	/* --by, in the order of rowkeys_word() */
	REPORT_BY_DOMAIN,
	REPORT_BY_CLIENT,
	REPORT_BY_NETWORK,
	REPORT_BY_HELO,
	REPORT_BY_PROBLEM,
	REPORT_BY_PROVIDER,
	REPORT_BY_WORDS,
	/* of pages */
	REPORT_BY_STATUS = REPORT_BY_WORDS,
	REPORT_BY_SPF,
	REPORT_BY_SPF_PROBLEM,
	REPORT_BY_REFUSED_CLIENT, /* addresses whose mail fails or softfails */
	REPORT_BY_REFUSED_DOMAIN, /* and in whose name */
	REPORT_BY_IPREV,
	REPORT_BY_MX_STATE,
	REPORT_BY_INCLUDE, /* registrable domains of the includes in the domain's own record */
	REPORT_BY_MX,      /* and of its mail hosts */
	REPORT_BY_CAUSE,   /* words of dns_cause */
	REPORT_BY_RECORD_STATE,
	REPORT_BY_ALL,
	REPORT_BY_MX_PTR, /* words of mx_ptr: results of iprev */
	REPORT_BYS
};

/* A row counts once in each of its groups, and in no more of them. */
enum { ROWKEYS_MAX = 64 };

struct rowkeys {
	struct csv_field keys[ROWKEYS_MAX]; /* valid until the next rowkeys_take() */
	unsigned n;
	struct csv_field name; /* stands for a key, as a client's; or empty */
	/* private */
	struct provider *provider;
	struct textbuf text;
};

/* The word of --by: "domain". NULL: it has none. */
const char *rowkeys_word(unsigned by);

/* False: there is no list of public suffixes, or no memory. rowkeys_fini() follows either way. */
bool rowkeys_init(struct rowkeys *k, bool wants_providers);
/* Takes a zeroed one. */
void rowkeys_fini(struct rowkeys *k);

/* Fills k->keys, which may be none; an empty key stands for a row without. Out of memory:
 * k->text.failed. */
void rowkeys_take(struct rowkeys *k, enum report_by by, const struct result_row *row);

/* Appends the domain that SPF was asked for, else that of the sender, in lower case. */
void rowkeys_put_domain(struct textbuf *out, const struct result_row *row);

#endif
