/* csv_fields.c - the fields of a record, and records with another delimiter as CSV. */
#include "io/csv.h"

#include <string.h>

struct csv_fields csv_fields_of(
        const char *text, size_t size, bool plain, bool broken, struct textbuf *scratch)
{
	if (!plain && !broken) {
		textbuf_reset(scratch);
		textbuf_reserve(scratch, size);
	}
	return (struct csv_fields){
		.at = text,
		.end = text + size,
		.more = true,
		.plain = plain,
		.broken = broken,
		.delimiter = ',',
		.scratch = scratch,
	};
}

struct csv_fields csv_fields_of_record(const struct csv_record *record, struct textbuf *scratch)
{
	return csv_fields_of(record->text, record->size, record->plain,
	        record->broken && !record->split, scratch);
}

struct csv_fields csv_fields_between(struct csv_field text, char delimiter, struct textbuf *scratch)
{
	struct csv_fields fields = csv_fields_of(text.text, text.size, false, false, scratch);
	fields.delimiter = delimiter;
	return fields;
}

struct csv_record csv_split(const struct csv_record *record, char delimiter, struct textbuf *out,
        struct textbuf *scratch)
{
	struct csv_fields fields = csv_fields_of_record(record, scratch);
	struct csv_field field;
	struct csv_record split = *record;
	fields.delimiter = delimiter;
	textbuf_reset(out);
	for (bool first = true; csv_next_field(&fields, &field); first = false) {
		if (!first)
			textbuf_put_char(out, ',');
		csv_put_field(out, field.text, field.size);
	}
	out->failed |= scratch->failed;
	split.text = out->size ? out->bytes : "";
	split.size = out->size;
	split.plain = !out->size ||
	        (!memchr(out->bytes, '"', out->size) && !memchr(out->bytes, '\r', out->size));
	split.split = true;
	return split;
}

/* The closing quote of the field that opens at `at`, or NULL when what follows it is no comma. */
static const char *closing_quote(const char *at, const char *end, char delimiter, bool *has_doubled)
{
	*has_doubled = false;
	for (const char *quote = at + 1; (quote = memchr(quote, '"', (size_t)(end - quote)));
	        quote += 2) {
		if (quote + 1 == end || quote[1] == delimiter)
			return quote;
		if (quote[1] != '"')
			return NULL;
		*has_doubled = true;
	}
	return NULL;
}

/* Takes one quote of each doubled pair away. */
static struct csv_field undouble(const char *text, const char *end, struct textbuf *scratch)
{
	char *out = textbuf_reserve(scratch, (size_t)(end - text));
	if (!out)
		return (struct csv_field){ .text = text, .size = (size_t)(end - text) };
	size_t n = 0;
	while (text < end) {
		out[n++] = *text;
		text += *text == '"' ? 2 : 1;
	}
	textbuf_advance(scratch, n);
	return (struct csv_field){ .text = out, .size = n };
}

bool csv_next_field(struct csv_fields *f, struct csv_field *field)
{
	if (!f->more)
		return false;
	const char *end = NULL;
	if (!f->plain && !f->broken && f->at < f->end && *f->at == '"') {
		bool has_doubled;
		const char *quote = closing_quote(f->at, f->end, f->delimiter, &has_doubled);
		if (quote) {
			end = quote + 1;
			*field = has_doubled ? undouble(f->at + 1, quote, f->scratch)
			                     : (struct csv_field){ .text = f->at + 1,
				                       .size = (size_t)(quote - f->at - 1) };
		}
	}
	if (!end) {
		end = memchr(f->at, f->delimiter, (size_t)(f->end - f->at));
		if (!end)
			end = f->end;
		*field = (struct csv_field){ .text = f->at, .size = (size_t)(end - f->at) };
	}
	f->more = end < f->end;
	f->at = f->more ? end + 1 : end;
	return true;
}

bool csv_field_u64(struct csv_field field, uint64_t *number)
{
	*number = 0;
	if (!field.size || field.size > 19)
		return false;
	for (size_t i = 0; i < field.size; i++) {
		if (field.text[i] < '0' || field.text[i] > '9')
			return false;
		*number = *number * 10 + (uint64_t)(field.text[i] - '0');
	}
	return true;
}

const char *csv_field_show(char *text, size_t size, struct csv_field field)
{
	size_t n = 0;
	for (; n < field.size && n < size - 1; n++)
		text[n] = field.text[n] >= ' ' && field.text[n] <= '~' ? field.text[n] : '?';
	text[n] = 0;
	return text;
}
