/* retry.c - an output read as an input. */
#include "results/retry.h"

#include "base/message.h"
#include "base/version.h"

#include <string.h>

static struct csv_record record_of(const char *text, size_t size)
{
	bool plain = !size || (!memchr(text, '"', size) && !memchr(text, '\r', size));
	return (struct csv_record){ .text = text, .size = size, .plain = plain };
}

/* The input's columns as they stood, without what --csv-safe put before them. */
static struct csv_record unguarded(struct retry *r, struct csv_field input)
{
	struct csv_record record = record_of(input.text, input.size);
	if (!r->guarded)
		return record;
	struct csv_fields fields =
	        csv_fields_of(record.text, record.size, record.plain, false, &r->scratch);
	struct csv_field field;
	textbuf_reset(&r->input);
	for (bool first = true; csv_next_field(&fields, &field); first = false) {
		if (!first)
			textbuf_put_char(&r->input, ',');
		field = csv_unguard(field);
		csv_put_field(&r->input, field.text, field.size);
	}
	return record_of(r->input.size ? r->input.bytes : "", r->input.size);
}

static bool begin(struct input_form *form, const char *path, const struct csv_record *first,
        struct csv_record *header)
{
	struct retry *r = (struct retry *)form;
	struct csv_field input;
	const char *why;
	if (!results_of_header(&r->results, first, r->n_input, &input, &why)) {
		message(MESSAGE_ERROR,
		        "%s: this is no output of spfsweep %s: its header row is another "
		        "one (%s)",
		        path, SPFSWEEP_VERSION, why);
		return false;
	}
	*header = unguarded(r, input);
	if (r->input.failed)
		message(MESSAGE_ERROR, "%s: %s", path, error_text(ERROR_NOMEM));
	return !r->input.failed;
}

/* An output is whole: its rows are numbered from 1, without a gap. */
static enum error next(
        struct input_form *form, const struct csv_record *record, struct input_row *row)
{
	static const char no_record[] = "row:";
	struct retry *r = (struct retry *)form;
	struct results_row result;
	if (!results_parse(&r->results, record, &r->scratch, &result) ||
	        result.number != row->number)
		return r->scratch.failed ? ERROR_NOMEM : ERROR_SYNTAX;
	bool is_no_record = result.error.size >= strlen(no_record) &&
	        !memcmp(result.error.text, no_record, strlen(no_record));
	row->printed = (struct csv_field){ .text = record->text, .size = record->size };
	row->keep = is_no_record || !results_has_failure(&result);
	row->record = unguarded(r, result.input);
	return r->input.failed || r->scratch.failed ? ERROR_NOMEM : ERROR_NONE;
}

void retry_init(struct retry *r, bool guarded, int n_input)
{
	*r = (struct retry){
		.form = { .row_max_bytes = RESULTS_ROW_MAX_BYTES, .begin = begin, .row = next },
		.guarded = guarded,
		.n_input = n_input,
	};
}

void retry_fini(struct retry *r)
{
	textbuf_fini(&r->scratch);
	textbuf_fini(&r->input);
}
