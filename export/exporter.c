/* exporter.c - one function for each form. */
#include "export/exporter.h"

#include "export/value.h"

#include <stdlib.h>

const char *export_form_word(unsigned form)
{
	static const char *const words[EXPORT_FORMS] = { "jsonl", "csv", "tsv" };
	return form < EXPORT_FORMS ? words[form] : NULL;
}

static struct csv_field name_of(const struct exporter *e, unsigned i)
{
	const char *name = e->shape->columns[i].name;
	return (struct csv_field){ name, strlen(name) };
}

/* `{"row":`, `,"domain":` */
static enum error init_names(struct exporter *e)
{
	uint64_t unused = 0;
	e->names = calloc(e->shape->n, sizeof *e->names);
	for (unsigned i = 0; e->names && i < e->shape->n; i++) {
		textbuf_put_char(&e->names[i], i ? ',' : '{');
		value_put_json_text(&e->names[i], name_of(e, i), &unused);
		textbuf_put_char(&e->names[i], ':');
		if (e->names[i].failed)
			return ERROR_NOMEM;
	}
	return e->names ? ERROR_NONE : ERROR_NOMEM;
}

enum error exporter_init(
        struct exporter *e, const struct shape *shape, enum export_form form, unsigned n_fields)
{
	*e = (struct exporter){ .shape = shape, .form = form, .is_whole = shape->n == n_fields };
	for (unsigned i = 0; i < shape->n; i++)
		e->is_whole = e->is_whole && shape->columns[i].place == i;
	return form == EXPORT_JSONL ? init_names(e) : ERROR_NONE;
}

void exporter_fini(struct exporter *e)
{
	for (unsigned i = 0; e->names && i < e->shape->n; i++)
		textbuf_fini(&e->names[i]);
	free(e->names);
	textbuf_fini(&e->scratch);
	*e = (struct exporter){ 0 };
}

static void put_delimited(struct exporter *e, struct textbuf *out, struct csv_field field)
{
	if (e->form == EXPORT_TSV) {
		value_put_tsv(out, field, &e->n_replaced);
	} else if (!field.size && e->shape->n == 1) {
		textbuf_put_text(out, "\"\""); /* many readers skip an empty line */
	} else if (value_is_clean(field)) {
		csv_put_field(out, field.text, field.size);
	} else {
		textbuf_reset(&e->scratch);
		value_put_clean(&e->scratch, field, &e->n_replaced);
		csv_put_field(out, e->scratch.bytes, e->scratch.size);
		out->failed |= e->scratch.failed;
	}
}

static void put_between(struct exporter *e, struct textbuf *out, unsigned i)
{
	if (i)
		textbuf_put_char(out, e->form == EXPORT_TSV ? '\t' : ',');
}

void exporter_put_header(struct exporter *e, struct textbuf *out)
{
	for (unsigned i = 0; e->form != EXPORT_JSONL && i < e->shape->n; i++) {
		put_between(e, out, i);
		put_delimited(e, out, name_of(e, i));
	}
	if (e->form != EXPORT_JSONL)
		textbuf_put_char(out, '\n');
}

static enum error put_object(
        struct exporter *e, struct textbuf *out, const struct csv_field *fields)
{
	for (unsigned i = 0; i < e->shape->n; i++) {
		const struct shape_column *c = &e->shape->columns[i];
		textbuf_put(out, e->names[i].bytes, e->names[i].size);
		if (!value_put_json(out, fields[c->place], c->type, &e->n_replaced)) {
			e->wrong = i;
			return ERROR_SYNTAX;
		}
	}
	textbuf_put_char(out, '}');
	return ERROR_NONE;
}

static void put_fields(struct exporter *e, struct textbuf *out, const struct csv_field *fields)
{
	for (unsigned i = 0; i < e->shape->n; i++) {
		put_between(e, out, i);
		put_delimited(e, out, fields[e->shape->columns[i].place]);
	}
}

enum error exporter_put_row(struct exporter *e, struct textbuf *out, const struct reading *r)
{
	const size_t begin = out->size;
	const struct csv_field record = { r->record.text, r->record.size };
	enum error err = ERROR_NONE;
	if (e->form == EXPORT_JSONL)
		err = put_object(e, out, r->fields);
	else if (e->form == EXPORT_CSV && e->is_whole && !r->is_guarded && value_is_clean(record))
		textbuf_put(out, record.text, record.size);
	else
		put_fields(e, out, r->fields);
	if (err) {
		textbuf_truncate(out, begin);
		return err;
	}
	textbuf_put_char(out, '\n');
	e->n_rows++;
	return out->failed ? ERROR_NOMEM : ERROR_NONE;
}
