/* layout.c - the first record into a layout, or into what to type. */
#include "input/layout.h"

#include "input/clean.h"
#include "input/jq.h"
#include "input/mapping.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- delimiters ---- */

static const struct {
	char delimiter;
	const char *text;
} delimiters[] = { { ',', "," }, { ';', ";" }, { '\t', "tab" }, { '|', "|" } };
enum { DELIMITERS = sizeof delimiters / sizeof delimiters[0] };

bool layout_delimiter_parse(char *delimiter, const char *text)
{
	*delimiter = 0;
	if (!strcmp(text, "auto"))
		return true;
	if (!strcmp(text, "\t") || !strcmp(text, "\\t"))
		text = "tab";
	for (unsigned i = 0; i < DELIMITERS; i++)
		if (!strcmp(text, delimiters[i].text))
			*delimiter = delimiters[i].delimiter;
	return *delimiter;
}

const char *layout_delimiter_text(char delimiter)
{
	for (unsigned i = 0; i < DELIMITERS; i++)
		if (delimiters[i].delimiter == delimiter)
			return delimiters[i].text;
	return delimiters[0].text;
}

bool layout_sep_line(char *delimiter, struct csv_field line)
{
	static const char mark[] = "sep=";
	const size_t n = sizeof mark - 1;
	if (line.size >= 2 && line.text[0] == '"' && line.text[line.size - 1] == '"')
		line = (struct csv_field){ line.text + 1, line.size - 2 };
	if (line.size != n + 1 || strncasecmp(line.text, mark, n))
		return false;
	const char text[] = { line.text[n], 0 };
	return layout_delimiter_parse(delimiter, text);
}

/* ---- header rows ---- */

static void put_name(struct layout *l, struct csv_field name)
{
	if (l->n_columns++)
		textbuf_put_char(&l->header, ',');
	csv_put_field(&l->header, name.text, name.size);
}

/* The column that was put last has this role. */
static void take_column(struct layout *l, enum role role, size_t name_at)
{
	struct csv_field name = { l->header.bytes + name_at, l->header.size - name_at };
	*role_column(l, role) = (int)l->n_columns - 1;
	if (l->header.failed)
		return;
	if (name.size >= 2 && *name.text == '"')
		name = (struct csv_field){ name.text + 1, name.size - 2 };
	name = clean_blanks(name);
	l->names[role].at = (uint32_t)(name.text - l->header.bytes);
	l->names[role].size = (uint32_t)name.size;
}

static void forget(struct layout *l)
{
	l->domain = l->ip = l->sender = l->helo = COLUMN_NONE;
	l->n_columns = 0;
	memset(l->names, 0, sizeof l->names);
	textbuf_reset(&l->header);
}

/* Names the columns. *twice: a role that two columns have, else ROLE_COUNT; then *second is the
 * later one. True if any has a role. */
static bool take_names(struct layout *l, const struct layout_wish *wish, struct csv_fields fields,
        enum role *twice, unsigned *second)
{
	struct csv_field field;
	bool known = false;
	*twice = ROLE_COUNT;
	forget(l);
	while (csv_next_field(&fields, &field)) {
		unsigned at = l->n_columns;
		size_t name_at = l->header.size + (at > 0);
		put_name(l, field);
		field = clean_blanks(field);
		enum role role = mapping_role(wish->columns, field);
		if (role == ROLE_COUNT) {
			role = role_find(field);
			if (role == ROLE_COUNT || mapping_has(wish->columns, role))
				continue;
		}
		known = true;
		if (role_column_of(l, role) == COLUMN_NONE) {
			take_column(l, role, name_at);
		} else if (*twice == ROLE_COUNT) {
			*twice = role;
			*second = at;
		}
	}
	return known;
}

bool layout_from_names(struct layout *layout, const struct csv_record *record)
{
	const struct layout_wish nothing = { 0 };
	struct textbuf scratch = { 0 };
	enum role twice;
	unsigned second;
	bool known = take_names(
	        layout, &nothing, csv_fields_of_record(record, &scratch), &twice, &second);
	layout->header.failed |= scratch.failed;
	textbuf_fini(&scratch);
	return known;
}

static void tell_twice(const struct layout *l, enum role role, unsigned second,
        const struct csv_record *record, struct textbuf *why)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of_record(record, &scratch);
	struct csv_field field, names[2] = { { 0 } };
	unsigned first = (unsigned)role_column_of(l, role);
	for (unsigned n = 0; csv_next_field(&fields, &field); n++)
		if (n == first || n == second)
			names[n == second] = clean_blanks(field);
	textbuf_printf(why, "its columns %u (", first + 1);
	typed_put_text(why, names[0]);
	textbuf_printf(why, ") and %u (", second + 1);
	typed_put_text(why, names[1]);
	textbuf_printf(why, ") may both be %s: ", role_text(role));
	if (names[0].size == names[1].size &&
	        !strncasecmp(names[0].text, names[1].text, names[0].size))
		textbuf_put_text(why, "give them different names");
	else {
		textbuf_printf(why, "choose with --columns %s=", role_text(role));
		typed_put_text(why, names[0]);
	}
	textbuf_fini(&scratch);
}

/* ---- no header row ---- */

/* --columns names them by their places. */
static bool from_positions(struct layout *l, const struct layout_wish *wish,
        const struct csv_record *first, struct textbuf *why)
{
	struct csv_record names = { .text = wish->columns, .size = strlen(wish->columns) };
	if (!layout_from_names(l, &names)) {
		textbuf_put_text(why, "--columns names none of domain, ip, sender, helo: '");
		typed_put_text(why, (struct csv_field){ names.text, names.size });
		textbuf_put_text(why, "'");
		return false;
	}
	memset(l->names, 0, sizeof l->names);
	if (!first || !firstrow_is_header(l, first))
		return true;
	advice_on_header(why, l, first);
	return false;
}

/* domain, ip, and names for what is left. */
static void from_data(struct layout *l, unsigned n_columns, bool has_rank)
{
	forget(l);
	l->domain = has_rank ? 1 : 0;
	l->ip = n_columns > 1 && !has_rank ? 1 : COLUMN_NONE;
	for (unsigned i = 0; i < n_columns; i++) {
		char name[24];
		snprintf(name, sizeof name, "column%u", i + 1);
		const char *text = (int)i == l->domain ? "domain"
		        : (int)i == l->ip              ? "ip"
		        : has_rank && i == 0           ? "rank"
		                                       : name;
		put_name(l, (struct csv_field){ text, strlen(text) });
	}
}

static enum layout_state state_of(bool good)
{
	return good ? LAYOUT_DECIDED : LAYOUT_REFUSED;
}

static enum layout_state from_first(struct layout *l, const struct layout_wish *wish,
        const struct csv_record *first, struct textbuf *why)
{
	struct textbuf scratch = { 0 };
	enum role twice = ROLE_COUNT;
	unsigned second = 0;
	bool known = !wish->no_header &&
	        take_names(l, wish, csv_fields_of_record(first, &scratch), &twice, &second);
	struct firstrow row = firstrow_look(csv_fields_of_record(first, &scratch));
	textbuf_fini(&scratch);
	l->has_header = known || mapping_is(wish->columns);
	if (known && !mapping_is(wish->columns) && row.value != COLUMN_NONE) {
		advice_on_value(why, l, first, row.value);
		return LAYOUT_REFUSED;
	}
	if (known && twice != ROLE_COUNT) {
		tell_twice(l, twice, second, first, why);
		return LAYOUT_REFUSED;
	}
	if (mapping_is(wish->columns))
		return state_of(mapping_check(l, wish->columns, why));
	if (known)
		return LAYOUT_NAMED;
	if (!wish->no_header && row.is == FIRSTROW_OTHER)
		return LAYOUT_UNKNOWN;
	from_data(l, row.n_fields, row.is == FIRSTROW_RANKED);
	return LAYOUT_DECIDED;
}

enum layout_state layout_decide(struct layout *l, const struct layout_wish *wish,
        const struct csv_record *first, struct textbuf *why)
{
	l->is_empty = !first;
	if (wish->columns && !mapping_is(wish->columns))
		return state_of(from_positions(l, wish, first, why));
	if (first && first->broken && !wish->no_header && !jq_is_json(first)) {
		textbuf_put_text(why,
		        "its first row has a quoted field that is not closed, or followed by more "
		        "than a comma");
		return LAYOUT_REFUSED;
	}
	if (first)
		return from_first(l, wish, first, why);
	from_data(l, 2, false);
	return LAYOUT_DECIDED;
}

/* ---- the first data row ---- */

/* All values in our columns are what they should be, and there is one. */
static bool fits(const struct layout *l, const struct csv_record *data)
{
	struct textbuf scratch = { 0 };
	unsigned n_fitting = 0, n_other = 0;
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		struct csv_field field;
		if (!firstrow_field(data, role_column_of(l, role), &scratch, &field))
			continue;
		enum look look = look_at(field);
		n_fitting += firstrow_fits(role, look);
		n_other += look != LOOK_EMPTY && !firstrow_fits(role, look);
	}
	textbuf_fini(&scratch);
	return n_fitting && !n_other;
}

/* A column without a role that holds what no column has the role of. COLUMN_NONE: none does. */
static int find_unclaimed(const struct layout *l, const struct csv_record *data, enum role *role)
{
	bool wants_domain = l->domain == COLUMN_NONE && l->sender == COLUMN_NONE;
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of_record(data, &scratch);
	struct csv_field field;
	int found = COLUMN_NONE;
	for (int n = 0; found == COLUMN_NONE && csv_next_field(&fields, &field); n++) {
		if (n == l->domain || n == l->ip || n == l->sender || n == l->helo)
			continue;
		enum look look = look_at(field);
		*role = look == LOOK_ADDRESS && l->ip == COLUMN_NONE ? ROLE_IP
		        : look == LOOK_MAIL && wants_domain          ? ROLE_SENDER
		        : look == LOOK_DOMAIN && wants_domain && l->helo == COLUMN_NONE
		        ? ROLE_DOMAIN
		        : ROLE_COUNT;
		found = *role == ROLE_COUNT ? COLUMN_NONE : n;
	}
	textbuf_fini(&scratch);
	return found;
}

bool layout_confirm(const struct layout *l, const struct csv_record *data,
        const struct typed_file *file, struct textbuf *why)
{
	struct csv_record names = { .text = l->header.size ? l->header.bytes : "",
		.size = l->header.size };
	struct textbuf scratch = { 0 };
	struct firstrow first = firstrow_look(csv_fields_of_record(&names, &scratch));
	textbuf_fini(&scratch);
	/* a domain may be a name of a column, when what is below the others is data */
	if (first.domain != COLUMN_NONE && !(data && fits(l, data))) {
		advice_on_value(why, l, &names, first.domain);
		return false;
	}
	enum role role;
	int column = data ? find_unclaimed(l, data, &role) : COLUMN_NONE;
	if (column == COLUMN_NONE)
		return true;
	advice_on_column(why, l, role, column, data, file);
	return false;
}

/* ---- which delimiter ---- */

static unsigned count_fields(struct csv_fields fields)
{
	struct csv_field field;
	unsigned n = 0;
	while (csv_next_field(&fields, &field))
		n++;
	return n;
}

static unsigned count_between(struct csv_field line, char delimiter)
{
	struct textbuf scratch = { 0 };
	unsigned n = count_fields(csv_fields_between(line, delimiter, &scratch));
	textbuf_fini(&scratch);
	return n;
}

/* The first line makes sense when this separates its columns. */
static bool makes_sense(const struct layout_wish *wish, struct csv_field line, char delimiter)
{
	struct textbuf scratch = { 0 };
	struct layout l = { 0 };
	enum role twice;
	unsigned second;
	bool known = !wish->no_header &&
	        take_names(
	                &l, wish, csv_fields_between(line, delimiter, &scratch), &twice, &second);
	struct firstrow row = firstrow_look(csv_fields_between(line, delimiter, &scratch));
	textbuf_fini(&scratch);
	textbuf_fini(&l.header);
	if (delimiter != ',' && row.n_fields < 2)
		return false;
	if (wish->columns && !mapping_is(wish->columns))
		return row.n_fields ==
		        count_between(
		                (struct csv_field){ wish->columns, strlen(wish->columns) }, ',');
	return known || row.is != FIRSTROW_OTHER;
}

/* It has a domain or an address, in whatever column. */
static bool separates(struct csv_field line, char delimiter)
{
	struct textbuf scratch = { 0 };
	struct firstrow row = firstrow_look(csv_fields_between(line, delimiter, &scratch));
	textbuf_fini(&scratch);
	return row.n_fields > 1 && firstrow_has_value(&row);
}

char layout_find_delimiter(const struct layout_wish *wish, struct csv_field line)
{
	for (unsigned i = 0; i < DELIMITERS; i++)
		if (makes_sense(wish, line, delimiters[i].delimiter))
			return delimiters[i].delimiter;
	for (unsigned i = 0; !wish->columns && i < DELIMITERS; i++)
		if (separates(line, delimiters[i].delimiter))
			return delimiters[i].delimiter;
	for (unsigned i = 0; !wish->columns && !wish->no_header && i < DELIMITERS; i++)
		if (count_between(line, delimiters[i].delimiter) > 1)
			return delimiters[i].delimiter;
	return ',';
}

bool layout_begins(const struct layout_wish *wish, const struct csv_record *record)
{
	struct csv_field text = { record->text, record->size };
	return makes_sense(wish, text, ',');
}

void layout_refuse(const struct layout *l, const struct layout_wish *wish,
        const struct csv_record *next, uint64_t begin_line, const struct typed_file *file,
        struct textbuf *why)
{
	struct textbuf scratch = { 0 };
	struct csv_record names = { .text = l->header.size ? l->header.bytes : "",
		.size = l->header.size };
	struct csv_field line = { 0 };
	bool told = false;
	firstrow_field(&names, 0, &scratch, &line);
	for (unsigned i = 0; l->n_columns == 1 && !told && i < DELIMITERS; i++) {
		told = delimiters[i].delimiter != l->delimiter &&
		        makes_sense(wish, line, delimiters[i].delimiter) &&
		        memchr(line.text, delimiters[i].delimiter, line.size);
		if (told)
			textbuf_printf(why,
			        "its columns are separated by '%s', not by '%s'; type --delimiter "
			        "'%s'",
			        layout_delimiter_text(delimiters[i].delimiter),
			        layout_delimiter_text(l->delimiter),
			        layout_delimiter_text(delimiters[i].delimiter));
	}
	if (!told)
		advice_on_other(why, l, next, begin_line, file);
	textbuf_fini(&scratch);
}

char layout_other_delimiter(const struct layout *l, const struct csv_record *first)
{
	struct textbuf scratch = { 0 }, names = { 0 }, other = { 0 };
	struct csv_field line = { 0 }, name;
	char found = 0;
	firstrow_field(first, 0, &scratch, &line);
	for (unsigned i = 0; line.size && !found && i < DELIMITERS; i++) {
		char delimiter = delimiters[i].delimiter;
		struct csv_fields fields = csv_fields_between(line, delimiter, &other);
		textbuf_reset(&names);
		for (unsigned n = 0; csv_next_field(&fields, &name); n++) {
			textbuf_put_text(&names, n ? "," : "");
			csv_put_field(&names, name.text, name.size);
		}
		bool is_same = names.size == l->header.size &&
		        !memcmp(textbuf_text(&names), l->header.bytes, names.size);
		found = is_same && delimiter != l->delimiter ? delimiter : 0;
	}
	textbuf_fini(&scratch);
	textbuf_fini(&names);
	textbuf_fini(&other);
	return found;
}

/* ---- what was understood ---- */

void layout_tell_column(struct textbuf *out, const struct layout *l, enum role role)
{
	struct csv_record names = { .text = l->header.size ? l->header.bytes : "",
		.size = l->header.size };
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of_record(&names, &scratch);
	struct csv_field field = { 0 };
	int column = role_column_of(l, role);
	textbuf_printf(out, "%s=%d", role_text(role), column + 1);
	for (int n = 0; n <= column && csv_next_field(&fields, &field); n++)
		;
	if (l->has_header) {
		textbuf_put_text(out, " (");
		typed_put_text(out, clean_blanks(field));
		textbuf_put_char(out, ')');
	}
	textbuf_fini(&scratch);
}

void layout_tell(struct textbuf *out, const struct layout *l)
{
	const char *separator = "";
	unsigned n_known = 0;
	if (l->is_empty) {
		textbuf_put_text(out, "none: the input is empty");
		return;
	}
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (role_column_of(l, role) != COLUMN_NONE) {
			textbuf_put_text(out, separator);
			layout_tell_column(out, l, role);
			separator = ", ";
			n_known++;
		}
	separator = "; ";
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (role_column_of(l, role) == COLUMN_NONE) {
			textbuf_printf(out, "%sno %s", separator, role_text(role));
			separator = ", ";
		}
	if (l->n_columns > n_known)
		textbuf_printf(out, "; %u more pass%s through", l->n_columns - n_known,
		        l->n_columns - n_known == 1 ? "es" : "");
	if (!l->has_header)
		textbuf_put_text(out, "; no header row");
	if (l->delimiter && l->delimiter != ',')
		textbuf_printf(out, "; separated by '%s'", layout_delimiter_text(l->delimiter));
}
