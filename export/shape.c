/* shape.c - names and types, by the tables of columns. */
#include "export/shape.h"

#include "export/value.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

static const char *const kind_words[SHAPE_KINDS] = { "scan", "audit", "includes", "networks" };

const char *shape_kind_word(unsigned kind)
{
	return kind < SHAPE_KINDS ? kind_words[kind] : NULL;
}

/* ---- names ---- */

static bool has_name(const struct shape *s, const char *name)
{
	for (unsigned i = 0; i < s->n; i++)
		if (!strcasecmp(s->columns[i].name, name))
			return true;
	return false;
}

/* Keeps at most `size` octets, of whole characters. */
static void cut(struct textbuf *name, size_t size)
{
	if (name->size <= size)
		return;
	while (size > 0 && ((unsigned char)name->bytes[size] & 0xc0) == 0x80)
		size--;
	textbuf_truncate(name, size);
}

/* The name as text that is unlike those before. NULL: out of memory. */
static char *own_name(const struct shape *s, struct csv_field name, unsigned place)
{
	struct textbuf text = { 0 };
	value_put_name(&text, name);
	if (!text.size)
		textbuf_printf(&text, "column_%u", place + 1);
	cut(&text, SHAPE_NAME_BYTES);
	const size_t size = text.size;
	for (unsigned n = 2; !text.failed && has_name(s, textbuf_text(&text)); n++) {
		char end[16];
		int end_size = snprintf(end, sizeof end, "_%u", n);
		textbuf_truncate(&text, size);
		cut(&text, SHAPE_NAME_BYTES - (size_t)end_size);
		textbuf_put_text(&text, end);
	}
	char *own = text.failed ? NULL : strdup(textbuf_text(&text));
	textbuf_fini(&text);
	return own;
}

static enum error add(
        struct shape *s, struct csv_field name, enum column_type type, unsigned place, bool is_ours)
{
	char *own = own_name(s, name, place);
	if (!own)
		return ERROR_NOMEM;
	s->columns[s->n++] = (struct shape_column){ own, type, place, is_ours };
	return ERROR_NONE;
}

static enum error begin(struct shape *s, unsigned n, bool is_of_file)
{
	*s = (struct shape){ .is_of_file = is_of_file };
	s->columns = calloc(n, sizeof *s->columns);
	return s->columns ? ERROR_NONE : ERROR_NOMEM;
}

void shape_fini(struct shape *s)
{
	for (unsigned i = 0; i < s->n; i++)
		free(s->columns[i].name);
	free(s->columns);
	*s = (struct shape){ 0 };
}

/* ---- without a file ---- */

static struct csv_field field_of(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

static enum error of_edges(struct shape *s, enum edge_file file, bool is_of_file)
{
	const struct edge_column *c;
	enum error err = begin(s, COLUMNS_MAX, is_of_file);
	for (unsigned i = 0; !err && (c = edge_column_at(file, i)) != NULL; i++)
		err = add(s, field_of(c->name), c->type, i, true);
	return err;
}

static enum error of_set(struct shape *s, const struct column_set *set)
{
	enum error err = begin(s, COLUMNS_MAX + 1, false);
	if (!err)
		err = add(s, field_of("row"), TYPE_INTEGER, 0, true);
	for (unsigned i = 0; !err && i < set->n; i++)
		err = add(s, field_of(column_name(set, i)), set->at[i]->type, i + 1, true);
	return err;
}

enum error shape_of_kind(struct shape *s, enum shape_kind kind)
{
	struct column_set set;
	switch (kind) {
	case SHAPE_INCLUDES:
		return of_edges(s, EDGES_INCLUDES, true);
	case SHAPE_NETWORKS:
		return of_edges(s, EDGES_NETWORKS, true);
	case SHAPE_AUDIT:
		columns_of_audit(&set, NULL);
		return of_set(s, &set);
	default:
		columns_all(&set, NULL);
		return of_set(s, &set);
	}
}

/* ---- of a file ---- */

static bool is_of_edges(enum edge_file file, const struct csv_field *names, unsigned n)
{
	const struct edge_column *c;
	unsigned i = 0;
	while ((c = edge_column_at(file, i)) != NULL && i < n && csv_field_is(names[i], c->name))
		i++;
	return !c && i == n;
}

/* Where ours begin: at the last `status`. 0: nowhere. */
static unsigned find_ours(const struct csv_field *names, unsigned n)
{
	unsigned at = n;
	while (at > 0 && !csv_field_is(names[at - 1], "status"))
		at--;
	return at > 1 && csv_field_is(names[0], "row") ? at - 1 : 0;
}

/* The type of ours at `place`; of one that is not known, see shape.h. */
static enum column_type type_at(const struct csv_field *names, unsigned n, unsigned place)
{
	enum column_type type;
	unsigned next = place;
	if (columns_find_type(names[place], &type))
		return type;
	while (next < n && !columns_find_type(names[next], &type))
		next++;
	return next < n && csv_field_is(names[next], COLUMNS_BEHIND_ASKS) ? COLUMNS_ASK_TYPE
	                                                                  : TYPE_TEXT;
}

enum error shape_of_names(struct shape *s, const struct csv_field *names, unsigned n)
{
	*s = (struct shape){ 0 };
	for (enum edge_file file = 0; file < EDGE_FILES; file++)
		if (is_of_edges(file, names, n))
			return of_edges(s, file, true);
	const unsigned ours = find_ours(names, n);
	if (!ours)
		return ERROR_SYNTAX;
	if (n > SHAPE_COLUMNS_MAX)
		return ERROR_LIMIT;
	enum error err = begin(s, n, true);
	for (unsigned i = 0; !err && i < n; i++) {
		const bool is_ours = i == 0 || i >= ours;
		enum column_type type = i == 0 ? TYPE_INTEGER
		        : is_ours              ? type_at(names, n, i)
		                               : TYPE_TEXT;
		err = add(s, names[i], type, i, is_ours);
	}
	return err;
}

int shape_find(const struct shape *s, struct csv_field name)
{
	for (unsigned i = 0; i < s->n; i++)
		if (csv_field_is(name, s->columns[i].name))
			return (int)i;
	return -1;
}

bool shape_choose(struct shape *s, const char *list, struct csv_field *wrong)
{
	struct shape chosen = { .is_of_file = true };
	bool good = !begin(&chosen, s->n, true);
	*wrong = (struct csv_field){ list, 0 };
	for (const char *at = list; good; at++) {
		*wrong = (struct csv_field){ at, strcspn(at, ",") };
		const int found = shape_find(s, *wrong);
		good = found >= 0 && shape_find(&chosen, *wrong) < 0;
		if (good)
			chosen.columns[chosen.n++] = s->columns[found];
		at += wrong->size;
		if (!*at)
			break;
	}
	if (!good) {
		free(chosen.columns);
		return false;
	}
	for (unsigned i = 0; i < s->n; i++)
		if (shape_find(&chosen, field_of(s->columns[i].name)) < 0)
			free(s->columns[i].name);
	free(s->columns);
	*s = chosen;
	return true;
}
