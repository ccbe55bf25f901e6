/* resultfile.c - a header row, and then rows. */
#include "report/resultfile.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* The names of fields; those of the sender are several. */
static const struct {
	const char *name;
	enum result_field field;
} names[] = {
	{ "time", RESULT_TIME },
	{ "first", RESULT_TIME },
	{ "last", RESULT_LAST },
	{ "count", RESULT_COUNT },
	{ "rejects", RESULT_REJECTS },
	{ "client", RESULT_CLIENT },
	{ "ip", RESULT_IP },
	{ "client_ip", RESULT_IP },
	{ "source_ip", RESULT_IP },
	{ "ip_address", RESULT_IP },
	{ "remote_ip", RESULT_IP },
	{ "helo", RESULT_HELO },
	{ "helo_name", RESULT_HELO },
	{ "ehlo", RESULT_HELO },
	{ "sender", RESULT_SENDER },
	{ "sender_domain", RESULT_SENDER },
	{ "sender_hashed", RESULT_SENDER },
	{ "mailfrom", RESULT_SENDER },
	{ "mail_from", RESULT_SENDER },
	{ "envelope_from", RESULT_SENDER },
	{ "return_path", RESULT_SENDER },
	{ "event", RESULT_EVENT },
	{ "spf_then", RESULT_SPF_THEN },
	{ "status", RESULT_STATUS },
	{ "spf_domain", RESULT_SPF_DOMAIN },
	{ "spf", RESULT_SPF },
	{ "spf_matched", RESULT_SPF_MATCHED },
	{ "spf_problem", RESULT_SPF_PROBLEM },
	{ "spf_record", RESULT_SPF_RECORD },
	{ "spf_lookups", RESULT_SPF_LOOKUPS },
	{ "helo_spf", RESULT_HELO_SPF },
	{ "iprev", RESULT_IPREV },
	{ "ptr", RESULT_PTR },
	{ "mx", RESULT_MX },
	{ "mx_state", RESULT_MX_STATE },
	{ "problems", RESULT_PROBLEMS },
	{ "dns_cause", RESULT_DNS_CAUSE },
	{ "evaluated_at", RESULT_EVALUATED_AT },
	{ "record_state", RESULT_RECORD_STATE },
	{ "lookups", RESULT_LOOKUPS },
	{ "all", RESULT_ALL },
	{ "pass_v4", RESULT_PASS_V4 },
	{ "mx_ptr", RESULT_MX_PTR },
};
enum { NAMES = sizeof names / sizeof names[0], COLUMNS_MAX = 256, NO_FIELD = RESULT_FIELDS };

struct reading {
	struct result_files *files;
	uint8_t field_of[COLUMNS_MAX]; /* enum result_field, or NO_FIELD */
	unsigned n_columns;
	struct textbuf scratch;
	struct csv_field columns[COLUMNS_MAX]; /* of the row at hand */
};

static unsigned field_named(struct csv_field name)
{
	for (unsigned i = 0; i < NAMES; i++)
		if (csv_field_is(name, names[i].name))
			return names[i].field;
	return NO_FIELD;
}

static unsigned split(struct reading *r, const struct csv_record *record)
{
	struct csv_fields fields = csv_fields_of_record(record, &r->scratch);
	unsigned n = 0;
	while (n < COLUMNS_MAX && csv_next_field(&fields, &r->columns[n]))
		n++;
	return n;
}

/* No column of a scan is called `record_state`, and no input's may be (input_record_state). */
static bool take_kind(struct reading *r, const bool *taken, char *why, size_t size)
{
	enum result_kind kind = taken[RESULT_RECORD_STATE] ? RESULT_OF_AUDIT : RESULT_OF_SCAN;
	if (!taken[RESULT_STATUS] || (kind == RESULT_OF_SCAN && !taken[RESULT_SPF])) {
		snprintf(why, size,
		        "it has no columns status and spf: report reads what scan wrote");
		return false;
	}
	if (r->files->kind == RESULT_OF_ANY)
		r->files->kind = kind;
	if (r->files->kind == kind)
		return true;
	snprintf(why, size,
	        "it is an output of %s: tables are made of scans, and a page (--html) of "
	        "files of one kind",
	        kind == RESULT_OF_AUDIT ? "audit" : "scan");
	return false;
}

static bool take_conditions(struct reading *r, char *why, size_t size)
{
	const struct condition *lacking =
	        conditions_bind(&r->files->where, r->columns, r->n_columns);
	if (lacking) {
		char name[64];
		snprintf(why, size, "it has no column %s, which --where names",
		        csv_field_show(name, sizeof name, lacking->name));
	}
	return !lacking;
}

/* The input's columns stand before ours: of two with one name the first is the input's, and ours,
 * from `status` on, the last. */
static bool take_header(struct reading *r, const struct csv_record *record, char *why, size_t size)
{
	bool taken[RESULT_FIELDS + 1] = { false };
	r->n_columns = split(r, record);
	for (unsigned i = 0; i < r->n_columns; i++) {
		unsigned field = field_named(r->columns[i]);
		r->field_of[i] =
		        (uint8_t)(taken[field] && field < RESULT_STATUS ? NO_FIELD : field);
		taken[field] = true;
	}
	r->files->is_mail |= taken[RESULT_EVENT] || taken[RESULT_COUNT];
	return take_kind(r, taken, why, size) && take_conditions(r, why, size);
}

/* False: it is no row of these columns. */
static bool take_row(struct reading *r, const struct csv_record *record, struct result_row *row)
{
	*row = (struct result_row){ 0 };
	if (record->broken || record->too_long || split(r, record) != r->n_columns)
		return false;
	for (unsigned i = 0; i < r->n_columns; i++)
		if (r->field_of[i] != NO_FIELD)
			row->fields[r->field_of[i]] = r->columns[i];
	if (!csv_field_u64(row->fields[RESULT_COUNT], &row->n))
		row->n = 1;
	if (!csv_field_u64(row->fields[RESULT_REJECTS], &row->n_rejects))
		row->n_rejects = csv_field_is(row->fields[RESULT_EVENT], "reject") ? row->n : 0;
	row->is_connect = csv_field_is(row->fields[RESULT_EVENT], "connect");
	return true;
}

enum error resultfile_read(const char *path, struct result_files *files,
        bool (*take)(void *arg, const struct result_row *row), void *arg, char *why,
        size_t why_size)
{
	struct reading r = { .files = files };
	struct source *source;
	struct csv_reader *csv = NULL;
	struct csv_record record;
	struct result_row row;
	bool more = true;
	enum error err = source_open(&source, path);
	if (err) {
		snprintf(why, why_size, "%s", strerror(errno));
		return err;
	}
	csv = csv_reader_new_for(source, 16u << 20);
	err = csv ? ERROR_NONE : ERROR_NOMEM;
	if (!err && csv_read(csv, &record, NULL))
		err = take_header(&r, &record, why, why_size) ? ERROR_NONE : ERROR_SYNTAX;
	else if (!err && !source_error(source)) {
		snprintf(why, why_size, "it is empty");
		err = ERROR_SYNTAX;
	}
	while (!err && more && csv_read(csv, &record, NULL))
		if (take_row(&r, &record, &row) && conditions_hold(&files->where, r.columns))
			more = take(arg, &row);
	files->n_unfinished += !err && more && source_lacks_end(source);
	if (!err && source_error(source)) {
		err = source_error(source);
		snprintf(why, why_size, "%s; the table is of the rows before",
		        err == ERROR_SYSTEM              ? strerror(source_errno(source))
		                : err == ERROR_TRUNCATED ? "the gzip data ends too early"
		                                         : "the gzip data is corrupt");
	} else if (err == ERROR_NOMEM) {
		snprintf(why, why_size, "%s", error_text(err));
	}
	csv_reader_free(csv);
	source_close(source);
	textbuf_fini(&r.scratch);
	return err;
}
