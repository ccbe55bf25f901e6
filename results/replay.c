/* replay.c - rows of an output as rows to check once more. */
#include "results/replay.h"

#include <string.h>

static struct csv_record record_of(const char *text, size_t size)
{
	bool plain = !size || (!memchr(text, '"', size) && !memchr(text, '\r', size));
	return (struct csv_record){ .text = text, .size = size, .plain = plain };
}

/* The input's columns as they stood, without what --csv-safe put before them. */
static struct csv_record unguarded(struct replay *r, struct csv_field input)
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

bool replay_begin(struct replay *r, const struct csv_record *header, struct csv_record *input)
{
	struct csv_field text;
	if (!results_of_header(&r->results, header, &text))
		return false;
	*input = unguarded(r, text);
	return !r->input.failed;
}

void replay_fini(struct replay *r)
{
	textbuf_fini(&r->scratch);
	textbuf_fini(&r->input);
}

enum error replay_row(
        struct replay *r, const struct csv_record *record, uint64_t number, struct input_row *row)
{
	static const char no_record[] = "row:";
	struct results_row result;
	if (!results_parse(&r->results, record, &r->scratch, &result) || result.number != number)
		return r->scratch.failed ? ERROR_NOMEM : ERROR_SYNTAX;
	bool is_no_record = result.error.size >= strlen(no_record) &&
	        !memcmp(result.error.text, no_record, strlen(no_record));
	row->printed = (struct csv_field){ .text = record->text, .size = record->size };
	row->keep = is_no_record || !results_has_failure(&result);
	row->record = unguarded(r, result.input);
	return r->input.failed || r->scratch.failed ? ERROR_NOMEM : ERROR_NONE;
}
