/* columns_put.c - prints the header row and rows: the input's columns as they stood, then ours.
 *
 * A column with COLUMN_QUOTED is printed into a scratch buffer and quoted from there. The others go
 * straight into the row. */
#include "results/columns.h"

#include <string.h>
#include <strings.h>

/* Text from outside, which may hold anything. */
static void put_text(
        struct textbuf *out, const struct layout *layout, const char *text, size_t size)
{
	(layout->guarded ? csv_put_guarded_field : csv_put_field)(out, text, size);
}

static bool is_same_name(struct csv_field field, const char *name)
{
	return strlen(name) == field.size && !strncasecmp(name, field.text, field.size);
}

static bool is_ours(const struct column_set *set, struct csv_field name)
{
	for (unsigned i = 0; i < set->n; i++)
		if (is_same_name(name, column_name(set, i)))
			return true;
	return is_same_name(name, "row");
}

static bool is_of_input(const struct layout *layout, struct csv_field name)
{
	struct csv_record names = { .text = layout->header.bytes, .size = layout->header.size };
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of_record(&names, &scratch);
	struct csv_field field;
	bool found = false;
	while (!found && csv_next_field(&fields, &field))
		found = field.size == name.size && !strncasecmp(field.text, name.text, name.size);
	textbuf_fini(&scratch);
	return found;
}

/* The name with `input_` before it as often as it needs to be nobody's. */
static struct csv_field other_name(struct textbuf *renamed, const struct layout *layout,
        const struct column_set *set, struct csv_field name)
{
	struct csv_field new_name = name;
	for (unsigned n = 1; is_ours(set, new_name) || is_of_input(layout, new_name); n++) {
		textbuf_reset(renamed);
		for (unsigned i = 0; i < n; i++)
			textbuf_put_text(renamed, "input_");
		textbuf_put(renamed, name.text, name.size);
		if (renamed->failed)
			return name;
		new_name = (struct csv_field){ renamed->bytes, renamed->size };
	}
	return new_name;
}

/* The names of the input's columns. One that is named like one of ours gets another one. */
static void put_input_names(
        struct textbuf *out, const struct layout *layout, const struct column_set *set)
{
	struct csv_record names = { .text = layout->header.size ? layout->header.bytes : "",
		.size = layout->header.size };
	struct textbuf scratch = { 0 }, renamed = { 0 };
	struct csv_fields fields = csv_fields_of_record(&names, &scratch);
	struct csv_field field;
	for (bool first = true; csv_next_field(&fields, &field); first = false) {
		if (!first)
			textbuf_put_char(out, ',');
		if (!layout->keeps_names && is_ours(set, field))
			field = other_name(&renamed, layout, set, field);
		put_text(out, layout, field.text, field.size);
	}
	out->failed |= scratch.failed || renamed.failed;
	textbuf_fini(&scratch);
	textbuf_fini(&renamed);
}

void columns_put_header(
        struct textbuf *out, const struct layout *layout, const struct column_set *set)
{
	textbuf_put_text(out, "row,");
	put_input_names(out, layout, set);
	for (unsigned i = 0; i < set->n; i++) {
		textbuf_put_char(out, ',');
		textbuf_put_text(out, column_name(set, i));
	}
	textbuf_put_char(out, '\n');
}

/* The input's columns as they stood. There are always as many as the header row names, so that ours
 * stay in their places. */
static void put_input_fields(struct textbuf *out, struct textbuf *scratch,
        const struct layout *layout, const struct csv_record *record)
{
	struct csv_fields fields = csv_fields_of_record(record, scratch);
	struct csv_field field;
	textbuf_reset(scratch);
	textbuf_reserve(scratch, record->size + 1);
	for (unsigned i = 0; i < layout->n_columns; i++) {
		if (i)
			textbuf_put_char(out, ',');
		if (csv_next_field(&fields, &field))
			put_text(out, layout, field.text, field.size);
	}
	out->failed |= scratch->failed;
}

/* The common case, one copy: a record without quotes and with the right number of fields. */
static bool stands_as_it_is(const struct layout *layout, const struct csv_record *record)
{
	if (!record->plain || record->broken || record->too_long || layout->guarded)
		return false;
	unsigned n_commas = 0;
	for (const char *at = record->text, *end = at + record->size;
	        (at = memchr(at, ',', (size_t)(end - at))) != NULL; at++)
		n_commas++;
	return n_commas + 1 == layout->n_columns;
}

void columns_put_input(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct csv_record *record)
{
	if (stands_as_it_is(layout, record))
		textbuf_put(out, record->text, record->size);
	else
		put_input_fields(out, scratch, layout, record);
}

/* How many columns stand before those of time. */
static unsigned count_results(const struct column_set *set)
{
	unsigned n = set->n;
	while (n && set->at[n - 1]->flags & COLUMN_TIME)
		n--;
	return n;
}

void columns_put_head(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        uint64_t number, const struct csv_record *record)
{
	textbuf_put_u64(out, number);
	textbuf_put_char(out, ',');
	columns_put_input(out, scratch, layout, record);
}

/* ---- columns that rows of one subject have in common ---- */

static const unsigned flag_of_subject[SUBJECTS] = { [SUBJECT_ADDRESS] = COLUMN_OF_ADDRESS,
	[SUBJECT_DOMAIN] = COLUMN_OF_DOMAIN,
	[SUBJECT_POLICY] = COLUMN_OF_POLICY };

/* Behind its comma. */
static uint32_t column_begin(const struct column_ends *ends, unsigned i)
{
	return (i ? ends->at[i - 1] : 0) + 1;
}

size_t columns_known_bytes(
        const struct column_set *set, const struct column_ends *ends, enum subject subject)
{
	size_t bytes = 0;
	for (unsigned i = 0; i < ends->n; i++) {
		uint32_t size = ends->at[i] - column_begin(ends, i);
		if (!(set->at[i]->flags & flag_of_subject[subject]))
			continue;
		if (size > UINT16_MAX)
			return SIZE_MAX;
		bytes += sizeof(uint16_t) + size;
	}
	return bytes;
}

void columns_put_known(char *out, const struct column_set *set, const struct column_ends *ends,
        const char *results, enum subject subject)
{
	for (unsigned i = 0; i < ends->n; i++) {
		uint16_t size = (uint16_t)(ends->at[i] - column_begin(ends, i));
		if (!(set->at[i]->flags & flag_of_subject[subject]))
			continue;
		memcpy(out, &size, sizeof size);
		memcpy(out + sizeof size, results + column_begin(ends, i), size);
		out += sizeof size + size;
	}
}

/* Appends the next text of *known, if the column is one that it has. */
static bool put_if_known(
        struct textbuf *out, const struct column *column, const char *known[SUBJECTS])
{
	for (enum subject subject = 0; subject < SUBJECTS; subject++) {
		uint16_t size;
		if (!known[subject] || !(column->flags & flag_of_subject[subject]))
			continue;
		memcpy(&size, known[subject], sizeof size);
		textbuf_put(out, known[subject] + sizeof size, size);
		known[subject] += sizeof size + size;
		return true;
	}
	return false;
}

static void put_column(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct column_set *set, unsigned i, const struct outcome *o)
{
	if (!(set->at[i]->flags & COLUMN_QUOTED)) {
		column_put(out, set, i, o);
		return;
	}
	textbuf_reset(scratch);
	column_put(scratch, set, i, o);
	if (scratch->size)
		put_text(out, layout, scratch->bytes, scratch->size);
	out->failed |= scratch->failed; /* before the next field resets it */
}

void columns_put_results(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct column_set *set, const struct outcome *o, struct column_ends *ends)
{
	unsigned n = count_results(set);
	const char *known[SUBJECTS];
	size_t begin = out->size;
	memcpy(known, o->known, sizeof known);
	for (unsigned i = 0; i < n; i++) {
		textbuf_put_char(out, ',');
		if (!put_if_known(out, set->at[i], known))
			put_column(out, scratch, layout, set, i, o);
		if (ends)
			ends->at[i] = (uint32_t)(out->size - begin);
	}
	if (ends) {
		ends->begin = begin;
		ends->n = n;
	}
}

void columns_put_times(struct textbuf *out, const struct column_set *set, const struct outcome *o)
{
	for (unsigned i = count_results(set); i < set->n; i++) {
		textbuf_put_char(out, ',');
		column_put(out, set, i, o);
	}
	textbuf_put_char(out, '\n');
}

void columns_put_row(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct column_set *set, const struct outcome *o)
{
	columns_put_head(out, scratch, layout, o->number, &o->record);
	columns_put_results(out, scratch, layout, set, o, NULL);
	columns_put_times(out, set, o);
}
