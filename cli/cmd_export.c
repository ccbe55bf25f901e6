/* cmd_export.c - `spfsweep export`: results in, the same as JSON lines, CSV or TSV out. */
#include "base/exit_status.h"
#include "base/message.h"
#include "cli/commands.h"
#include "cli/outfile.h"
#include "cli/resultshape.h"
#include "export/exporter.h"
#include "io/conditions.h"
#include "scanner/filenames.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* So much text is gathered before it is written. */
enum { WRITE_BYTES = 256 << 10 };

struct run {
	const struct options *options;
	struct reading reading;
	struct shape shape;
	struct conditions where;
	struct exporter exporter;
	struct textout *out;
	uint64_t n_read;
};

/* ---- the form ---- */

/* What a name ends in, and the form that it says. EXPORT_FORMS: none of ours. */
static const struct {
	const char *end;
	enum export_form form;
} endings[] = {
	{ ".jsonl", EXPORT_JSONL },
	{ ".ndjson", EXPORT_JSONL },
	{ ".csv", EXPORT_CSV },
	{ ".tsv", EXPORT_TSV },
	{ ".json", EXPORT_FORMS },
	{ ".xz", EXPORT_FORMS },
	{ ".zst", EXPORT_FORMS },
	{ ".bz2", EXPORT_FORMS },
	{ ".zip", EXPORT_FORMS },
	{ ".arrow", EXPORT_FORMS },
	{ ".feather", EXPORT_FORMS },
	{ ".orc", EXPORT_FORMS },
	{ ".avro", EXPORT_FORMS },
	{ ".xlsx", EXPORT_FORMS },
	{ ".db", EXPORT_FORMS },
	{ ".sqlite", EXPORT_FORMS },
};
enum { ENDINGS = sizeof endings / sizeof endings[0] };

static bool ends_in(const char *name, size_t size, const char *end)
{
	const size_t n = strlen(end);
	return size >= n && !strncasecmp(name + size - n, end, n);
}

/* The ending of the output's name, `.gz` left out. -1: none that says anything. */
static int ending_of(const char *name)
{
	size_t size = strlen(name);
	if (ends_in(name, size, ".gz"))
		size -= strlen(".gz");
	for (int i = 0; i < ENDINGS; i++)
		if (ends_in(name, size, endings[i].end))
			return i;
	return -1;
}

/* Parquet has types, too, but its writers are elsewhere. */
static bool refuse_parquet(const struct options *o)
{
	const char *input = strpbrk(o->inputs[0], "'\" \\$`") || !strcmp(o->inputs[0], "-")
	        ? "RESULTS"
	        : o->inputs[0];
	if (!ends_in(o->output, strlen(o->output), ".parquet"))
		return true;
	message(MESSAGE_ERROR,
	        "--output '%s': DuckDB makes it: spfsweep schema %s --format duckdb > types.sql && "
	        "duckdb -init types.sql -c \"copy (from spfsweep_csv('%s')) to '%s' (format "
	        "parquet, compression zstd)\"",
	        o->output, input, input, o->output);
	return false;
}

static bool find_form(enum export_form *form, const struct options *o)
{
	const int ending = ending_of(o->output);
	if (!refuse_parquet(o))
		return false;
	if (ending >= 0 && endings[ending].form == EXPORT_FORMS) {
		message(MESSAGE_ERROR,
		        "--output '%s': what is written is JSON lines, CSV or TSV: name it "
		        "*.jsonl, "
		        "*.csv or *.tsv, or with .gz behind that",
		        o->output);
		return false;
	}
	*form = ending >= 0 ? endings[ending].form : EXPORT_JSONL;
	if (!o->format)
		return true;
	for (unsigned i = 0; export_form_word(i); i++) {
		if (strcmp(export_form_word(i), o->format) != 0)
			continue;
		if (ending >= 0 && *form != i) {
			message(MESSAGE_ERROR, "--format %s does not go with --output '%s'",
			        o->format, o->output);
			return false;
		}
		*form = (enum export_form)i;
		return true;
	}
	message(MESSAGE_ERROR, "--format takes jsonl, csv or tsv, not '%s'", o->format);
	return false;
}

/* ---- rows ---- */

/* By the names that `schema` shows. */
static bool bind_where(struct run *r)
{
	struct csv_field *names = calloc(r->shape.n, sizeof *names);
	const struct condition *lacking = NULL;
	for (unsigned i = 0; names && i < r->shape.n; i++)
		names[i] = (struct csv_field){ r->shape.columns[i].name,
			strlen(r->shape.columns[i].name) };
	if (names)
		lacking = conditions_bind(&r->where, names, r->shape.n);
	if (lacking)
		resultshape_refuse_name(&r->shape, lacking->name, "where");
	free(names);
	return names && !lacking;
}

static int tell_wrong(const struct run *r)
{
	const struct shape_column *c = &r->shape.columns[r->exporter.wrong];
	char text[64];
	message(MESSAGE_ERROR, "%s: line %llu: the column %s holds '%s', which is not of its type",
	        source_path(r->reading.source), (unsigned long long)r->reading.record.line, c->name,
	        csv_field_show(text, sizeof text, r->reading.fields[c->place]));
	return EXIT_USAGE;
}

/* What is there, as soon as nothing more is: a scan may feed us. */
static bool write_some(struct run *r)
{
	if (textout_text(r->out)->size >= WRITE_BYTES)
		return textout_flush(r->out, false);
	return options_output_is_gzip(r->options) || !csv_would_block(r->reading.csv) ||
	        textout_flush(r->out, true);
}

static int end_rows(struct run *r)
{
	const char *why;
	enum error err = reading_end(&r->reading, &why);
	if (!err)
		return EXIT_DONE;
	message(MESSAGE_ERROR, "%s: line %llu: %s%s", source_path(r->reading.source),
	        (unsigned long long)r->reading.record.line, why,
	        strcmp(r->options->output, "-") ? "; the output is not kept"
	                                        : "; the rows before are exported");
	return err == ERROR_SYNTAX ? EXIT_USAGE : EXIT_STOPPED;
}

static int write_rows(struct run *r)
{
	struct textbuf *text = textout_text(r->out);
	exporter_put_header(&r->exporter, text);
	while (reading_next(&r->reading)) {
		r->n_read++;
		if (!conditions_hold(&r->where, r->reading.fields))
			continue;
		if (exporter_put_row(&r->exporter, text, &r->reading) == ERROR_SYNTAX)
			return reading_is_damaged(&r->reading) ? end_rows(r) : tell_wrong(r);
		if (!write_some(r))
			return EXIT_DONE; /* outfile_close() tells why */
	}
	return end_rows(r);
}

static void tell_end(const struct run *r)
{
	if (r->exporter.n_replaced)
		message(MESSAGE_WARNING,
		        "U+FFFD stands in %llu places for octets that are no UTF-8, or NUL",
		        (unsigned long long)r->exporter.n_replaced);
	message(MESSAGE_INFO, "%llu of %llu rows", (unsigned long long)r->exporter.n_rows,
	        (unsigned long long)r->n_read);
}

/* Half an output might pass for a whole one. */
static int drop_output(struct run *r)
{
	textout_abandon(r->out);
	return EXIT_STOPPED;
}

static int export_rows(struct run *r, enum export_form form)
{
	const struct options *o = r->options;
	int status = resultshape_open(&r->reading, &r->shape, o->inputs[0], "export");
	if (status != EXIT_DONE)
		return status;
	const unsigned n_fields = r->shape.n;
	if (!bind_where(r) || (o->fields && !resultshape_choose(&r->shape, o->fields)))
		return EXIT_USAGE;
	if (exporter_init(&r->exporter, &r->shape, form, n_fields)) {
		message(MESSAGE_ERROR, "%s", error_text(ERROR_NOMEM));
		return EXIT_STOPPED;
	}
	status = outfile_open(&r->out, o);
	if (status != EXIT_DONE)
		return status;
	status = write_rows(r);
	const bool keep = status == EXIT_DONE || !strcmp(o->output, "-");
	int written = keep ? outfile_close(r->out, o->output) : drop_output(r);
	if (status == EXIT_DONE && written == EXIT_DONE)
		tell_end(r);
	return status != EXIT_DONE ? status : written;
}

int cmd_export(const struct options *options, char **operands, unsigned n_operands)
{
	struct options o = *options;
	struct run r = { .options = &o };
	enum export_form form;
	o.inputs = operands;
	o.n_inputs = n_operands;
	if (!find_form(&form, &o))
		return EXIT_USAGE;
	if (!resultshape_take_where(&r.where, o.where) || !filenames_allow(&o))
		return EXIT_USAGE;
	int status = export_rows(&r, form);
	exporter_fini(&r.exporter);
	shape_fini(&r.shape);
	reading_close(&r.reading);
	return status;
}
