/* resultfile.h - the rows of results, as scan, retry and audit wrote them: their fields by the
 * names of columns.
 *
 * What stands in a file that is read: any columns of a mail log, or of other inputs, and those of
 * results. A column that a file lacks is empty in all of its rows. One thread. */
#ifndef REPORT_RESULTFILE_H
#define REPORT_RESULTFILE_H

#include "base/error.h"
#include "io/conditions.h"

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
	RESULT_SPF_LOOKUPS,
	RESULT_HELO_SPF,
	RESULT_IPREV,
	RESULT_PTR,
	RESULT_MX,
	RESULT_MX_STATE,
	RESULT_PROBLEMS,
	RESULT_DNS_CAUSE,
	RESULT_EVALUATED_AT,
	/* of an audit */
	RESULT_RECORD_STATE,
	RESULT_LOOKUPS,
	RESULT_ALL,
	RESULT_PASS_V4,
	RESULT_MX_PTR,
	RESULT_FIELDS
};

/* What wrote a file: scan (retry and merge keep that), or audit. */
enum result_kind { RESULT_OF_ANY, RESULT_OF_SCAN, RESULT_OF_AUDIT };

struct result_row {
	struct csv_field fields[RESULT_FIELDS]; /* size 0: empty, or no such column */
	uint64_t n;                             /* how many messages it stands for */
	uint64_t n_rejects;                     /* of these */
	bool is_connect;                        /* it is none */
};

/* What is wanted of files, and what they were. */
struct result_files {
	struct conditions where;
	enum result_kind kind; /* RESULT_OF_ANY becomes that of the first file */
	bool is_mail;          /* a file has columns of a mail log: rows are messages */
	unsigned n_unfinished; /* files of scans that did not end */
};

/* Reads a file, and hands over each row for which files->where holds. The fields are valid during
 * the call; take() gives false to end it. ERROR_SYNTAX: no results, those of another kind, or a
 * column of `where` is missing; other errors as source_error(). `why` gets one phrase. */
enum error resultfile_read(const char *path, struct result_files *files,
        bool (*take)(void *arg, const struct result_row *row), void *arg, char *why,
        size_t why_size);

#endif
