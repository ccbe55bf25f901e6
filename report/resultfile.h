/* resultfile.h - the rows of results, as scan wrote them: their fields by the names of columns.
 *
 * What stands in a file that is read: any columns of a mail log, or of other inputs, and those of
 * results. A column that a file lacks is empty in all of its rows. One thread. */
#ifndef REPORT_RESULTFILE_H
#define REPORT_RESULTFILE_H

#include "base/error.h"
#include "io/csv.h"

enum result_field {
	/* of the input */
	RESULT_TIME,
	RESULT_LAST,
	RESULT_COUNT,
	RESULT_REJECTS,
	RESULT_CLIENT,
	RESULT_IP,
	RESULT_HELO,
	RESULT_SENDER,
	RESULT_EVENT,
	RESULT_SPF_THEN,
	/* ours */
	RESULT_STATUS,
	RESULT_SPF_DOMAIN,
	RESULT_SPF,
	RESULT_SPF_MATCHED,
	RESULT_SPF_PROBLEM,
	RESULT_SPF_RECORD,
	RESULT_HELO_SPF,
	RESULT_IPREV,
	RESULT_PTR,
	RESULT_MX,
	RESULT_PROBLEMS,
	RESULT_DNS_CAUSE,
	RESULT_EVALUATED_AT,
	RESULT_FIELDS
};

/* "spf=fail,iprev!=pass": all of them hold. */
enum { RESULT_CONDITIONS_MAX = 8 };
struct result_condition {
	struct csv_field name, value;
	bool is_not;
	int column; /* in the file at hand */
};
struct result_where {
	struct result_condition list[RESULT_CONDITIONS_MAX];
	unsigned n;
};

/* From the text of --where, which outlives it. False: it is none. */
bool result_where_parse(struct result_where *where, const char *text);

struct result_row {
	struct csv_field fields[RESULT_FIELDS]; /* size 0: empty, or no such column */
	uint64_t n;                             /* how many messages it stands for */
	uint64_t n_rejects;                     /* of these */
	bool is_connect;                        /* it is none */
};

/* Reads a file, and hands over each row for which `where` holds. The fields are valid during the
 * call; take() gives false to end it. ERROR_SYNTAX: no results, or a column of `where` is missing;
 * other errors as source_error(). `why` gets one phrase. */
enum error resultfile_read(const char *path, struct result_where *where,
        bool (*take)(void *arg, const struct result_row *row), void *arg, char *why,
        size_t why_size);

#endif
