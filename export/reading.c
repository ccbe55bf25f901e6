/* reading.c - on top of a source and its records. */
#include "export/reading.h"

#include "results/results.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool fail(struct reading *r, enum error error)
{
	r->error = error;
	return false;
}

static bool read_record(struct reading *r)
{
	if (!csv_read(r->csv, &r->record, NULL))
		return false;
	r->is_cut = !r->record.has_end;
	return true;
}

/* The record's fields, `max` of them at most. Gives how many there are. */
static unsigned split(struct reading *r, unsigned max)
{
	struct csv_fields fields = csv_fields_of_record(&r->record, &r->scratch);
	struct csv_field field;
	unsigned n = 0;
	while (n <= max && csv_next_field(&fields, &field)) {
		if (n < max)
			r->fields[n] = r->is_guarded ? csv_unguard(field) : field;
		n++;
	}
	return n;
}

/* As many as the header row has commas, at most. */
static enum error take_header(struct reading *r)
{
	unsigned max = 1;
	for (size_t i = 0; i < r->record.size; i++)
		max += r->record.text[i] == ',';
	r->fields = calloc(max, sizeof *r->fields);
	if (!r->fields)
		return ERROR_NOMEM;
	r->n = split(r, max);
	return r->scratch.failed ? ERROR_NOMEM : ERROR_NONE;
}

enum error reading_open(struct reading *r, const char *path, bool is_guarded)
{
	*r = (struct reading){ .is_guarded = is_guarded };
	enum error err = source_open(&r->source, path);
	if (err)
		return err;
	r->csv = csv_reader_new_for(r->source, RESULTS_ROW_MAX_BYTES);
	if (!r->csv)
		return ERROR_NOMEM;
	if (read_record(r))
		return take_header(r);
	errno = source_errno(r->source);
	return source_error(r->source) ? source_error(r->source) : ERROR_EMPTY;
}

void reading_close(struct reading *r)
{
	csv_reader_free(r->csv);
	source_close(r->source);
	textbuf_fini(&r->scratch);
	free(r->fields);
	*r = (struct reading){ 0 };
}

bool reading_is_damaged(struct reading *r)
{
	/* a block has 64 KiB at most; of other gzip so much is looked at */
	enum { LOOK_BYTES = 4 << 20, STEP_BYTES = 16 << 10 };
	char ignored[STEP_BYTES];
	size_t left = LOOK_BYTES, n;
	while (left > 0 && (n = source_read(r->source, ignored, sizeof ignored, NULL)) > 0)
		left -= n < left ? n : left;
	const bool is_damaged = source_error(r->source) == ERROR_CORRUPT;
	if (is_damaged)
		r->error = ERROR_CORRUPT;
	return is_damaged;
}

/* A record that is no row. */
static bool refuse(struct reading *r)
{
	fail(r, ERROR_SYNTAX);
	reading_is_damaged(r);
	return false;
}

bool reading_next(struct reading *r)
{
	if (r->error || !read_record(r) || r->is_cut)
		return false;
	if (r->record.broken || r->record.too_long || split(r, r->n) != r->n)
		return refuse(r);
	return !r->scratch.failed || fail(r, ERROR_NOMEM);
}

enum error reading_end(const struct reading *r, const char **why)
{
	enum error err = r->error ? r->error : source_error(r->source);
	if (!err && (source_lacks_end(r->source) || r->is_cut))
		err = ERROR_TRUNCATED;
	*why = err == ERROR_SYSTEM            ? strerror(source_errno(r->source))
	        : err == ERROR_CORRUPT        ? "the gzip data is corrupt"
	        : err == ERROR_SYNTAX         ? "it is no row of as many fields as the header row"
	        : err != ERROR_TRUNCATED      ? error_text(err)
	        : source_error(r->source)     ? "the gzip data ends too early"
	        : source_lacks_end(r->source) ? "it is of a scan that did not end"
	                                      : "its last row has no line end and may be cut";
	return err;
}
