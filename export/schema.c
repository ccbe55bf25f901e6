/* schema.c - fills the holes of a dialect's text, line by line. */
#include "export/schema.h"

#include "base/json.h"
#include "export/types.h"
#include "export/value.h"

#include <string.h>

static void put_doubled(struct textbuf *out, const char *name, char quote)
{
	textbuf_put_char(out, quote);
	for (; *name; name++) {
		if (*name == quote)
			textbuf_put_char(out, quote);
		textbuf_put_char(out, *name);
	}
	textbuf_put_char(out, quote);
}

static void put_name(struct textbuf *out, const char *name, enum schema_quote quote)
{
	uint64_t unused = 0;
	if (quote == QUOTE_JSON)
		value_put_json_text(out, (struct csv_field){ name, strlen(name) }, &unused);
	else
		put_doubled(out, name, quote == QUOTE_SINGLE ? '\'' : '"');
}

/* The text with its holes filled for one column. */
static void put_filled(struct textbuf *out, const struct dialect *d, const struct shape_column *c,
        const char *text, size_t size)
{
	for (const char *end = text + size; text < end; text++) {
		const char hole = *text == '@' && text + 1 < end ? text[1] : 0;
		const char *type = d->types[c->type].type, *cast = d->types[c->type].cast;
		if (hole == 'n')
			put_name(out, c->name, d->n_quote);
		else if (hole == 's')
			put_name(out, c->name, d->s_quote);
		else if (hole == 't')
			textbuf_put_text(out, type ? type : type_word(c->type));
		else if (hole == 'c' && cast)
			put_filled(out, d, c, cast, strlen(cast));
		else
			textbuf_put_char(out, *text);
		text += strchr("nstc", hole) && hole;
	}
}

static bool takes(const struct shape_column *c, bool only_typed)
{
	return !only_typed || c->type != TYPE_TEXT;
}

static void put_columns(struct textbuf *out, const struct dialect *d, const struct shape *shape,
        bool only_typed, const char *line, size_t size)
{
	unsigned last = shape->n;
	while (last > 0 && !takes(&shape->columns[last - 1], only_typed))
		last--;
	for (unsigned i = 0; i < last; i++) {
		const bool without_comma = i + 1 == last && size && line[size - 1] == ',';
		if (!takes(&shape->columns[i], only_typed))
			continue;
		put_filled(out, d, &shape->columns[i], line, size - without_comma);
		textbuf_put_char(out, '\n');
	}
}

void schema_print(struct textbuf *out, const struct shape *shape, const struct dialect *d)
{
	for (const char *line = d->text, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (*line == (shape->is_of_file ? '!' : '?'))
			continue;
		line += *line == '!' || *line == '?';
		if (*line == '*' || *line == '~')
			put_columns(
			        out, d, shape, *line == '~', line + 1, (size_t)(end - line - 1));
		else
			textbuf_put(out, line, (size_t)(end - line + 1));
	}
}

void schema_print_json(struct textbuf *out, const struct shape *shape)
{
	struct json j;
	json_begin(&j, out);
	json_bool(&j, "complete", shape->is_of_file);
	json_open_list(&j, "columns");
	for (unsigned i = 0; i < shape->n; i++) {
		const struct shape_column *c = &shape->columns[i];
		struct textbuf name = { 0 };
		const char *schema = type_json_schema(c->type);
		put_name(&name, c->name, QUOTE_JSON);
		json_open(&j, NULL);
		json_raw(&j, "name", name.bytes, name.size);
		json_text(&j, "type", type_word(c->type));
		json_text(&j, "from", c->is_ours ? "spfsweep" : "input");
		json_raw(&j, "json_schema", schema, strlen(schema));
		json_close(&j);
		out->failed |= name.failed;
		textbuf_fini(&name);
	}
	json_close_list(&j);
	json_end(&j);
}
