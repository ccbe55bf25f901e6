/* layout.c - the first record into a layout, or into what to type. */
#include "input/layout.h"

#include "input/clean.h"
#include "input/firstrow.h"

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

/* ---- --columns domain=site ---- */

static bool is_mapping(const struct layout_wish *wish)
{
	return wish->columns && strchr(wish->columns, '=');
}

static struct csv_fields wished(const struct layout_wish *wish, struct textbuf *scratch)
{
	const char *columns = wish->columns ? wish->columns : "";
	return csv_fields_of(columns, strlen(columns), false, false, scratch);
}

static unsigned count_fields(struct csv_fields fields)
{
	struct csv_field field;
	unsigned n = 0;
	while (csv_next_field(&fields, &field))
		n++;
	return n;
}

static unsigned count_wished(const struct layout_wish *wish)
{
	struct textbuf scratch = { 0 };
	unsigned n = count_fields(wished(wish, &scratch));
	textbuf_fini(&scratch);
	return n;
}

/* "domain=site" into its two sides. False: there is no '=', or no such role. */
static bool parse_pair(struct csv_field pair, enum role *role, struct csv_field *name)
{
	const char *equals = pair.size ? memchr(pair.text, '=', pair.size) : NULL;
	if (!equals)
		return false;
	size_t at = (size_t)(equals - pair.text);
	*role = role_find(clean_blanks((struct csv_field){ pair.text, at }));
	*name = clean_blanks((struct csv_field){ equals + 1, pair.size - at - 1 });
	return *role != ROLE_COUNT;
}

/* The role that --columns gives a column. ROLE_COUNT: none. */
static enum role mapped_role(const struct layout_wish *wish, struct csv_field column)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = wished(wish, &scratch);
	struct csv_field pair, name;
	enum role role, found = ROLE_COUNT;
	while (is_mapping(wish) && csv_next_field(&fields, &pair))
		if (parse_pair(pair, &role, &name) && name.size == column.size &&
		        !strncasecmp(name.text, column.text, name.size))
			found = role;
	textbuf_fini(&scratch);
	return found;
}

static bool is_mapped(const struct layout_wish *wish, enum role wanted)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = wished(wish, &scratch);
	struct csv_field pair, name;
	enum role role;
	bool mapped = false;
	while (is_mapping(wish) && csv_next_field(&fields, &pair))
		mapped |= parse_pair(pair, &role, &name) && role == wanted;
	textbuf_fini(&scratch);
	return mapped;
}

/* Every pair must be one, and name a column that was found. */
static bool check_mapping(
        const struct layout *l, const struct layout_wish *wish, struct textbuf *why)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = wished(wish, &scratch);
	struct csv_field pair, name;
	enum role role;
	bool good = true;
	while (good && csv_next_field(&fields, &pair)) {
		bool is_pair = parse_pair(pair, &role, &name);
		if (!is_pair)
			textbuf_put_text(why,
			        "--columns takes domain=, ip=, sender= and helo= with names of "
			        "the header row, not '");
		else if (role_column_of(l, role) == COLUMN_NONE)
			textbuf_put_text(why, "the header row has no column named '");
		good = is_pair && role_column_of(l, role) != COLUMN_NONE;
		if (!good) {
			firstrow_put(why, is_pair ? name : pair);
			textbuf_put_text(why, "' (");
			firstrow_put(why,
			        (struct csv_field){
			                l->header.bytes ? l->header.bytes : "", l->header.size });
			textbuf_put_text(why, ")");
		}
	}
	textbuf_fini(&scratch);
	return good;
}

/* ---- header rows ---- */

static void put_name(struct layout *l, struct csv_field name)
{
	if (l->n_columns++)
		textbuf_put_char(&l->header, ',');
	csv_put_field(&l->header, name.text, name.size);
}

static void forget(struct layout *l)
{
	l->domain = l->ip = l->sender = l->helo = COLUMN_NONE;
	l->n_columns = 0;
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
		put_name(l, field);
		field = clean_blanks(field);
		enum role role = mapped_role(wish, field);
		if (role == ROLE_COUNT) {
			role = role_find(field);
			if (role == ROLE_COUNT || is_mapped(wish, role))
				continue;
		}
		known = true;
		int *column = role_column(l, role);
		if (*column == COLUMN_NONE) {
			*column = (int)at;
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
	firstrow_put(why, names[0]);
	textbuf_printf(why, ") and %u (", second + 1);
	firstrow_put(why, names[1]);
	textbuf_printf(why, ") may both be %s: ", role_text(role));
	if (names[0].size == names[1].size &&
	        !strncasecmp(names[0].text, names[1].text, names[0].size))
		textbuf_put_text(why, "give them different names");
	else {
		textbuf_printf(why, "choose with --columns %s=", role_text(role));
		firstrow_put(why, names[0]);
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
		firstrow_put(why, (struct csv_field){ names.text, names.size });
		textbuf_put_text(why, "'");
		return false;
	}
	if (!first || !firstrow_is_header(l, first))
		return true;
	firstrow_tell_header(l, first, why);
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

static bool from_first(struct layout *l, const struct layout_wish *wish,
        const struct csv_record *first, struct textbuf *why)
{
	struct textbuf scratch = { 0 };
	enum role twice;
	unsigned second = 0;
	bool known = !wish->no_header &&
	        take_names(l, wish, csv_fields_of_record(first, &scratch), &twice, &second);
	struct firstrow row = firstrow_look(csv_fields_of_record(first, &scratch));
	textbuf_fini(&scratch);
	l->has_header = known || is_mapping(wish);
	if (known && twice != ROLE_COUNT) {
		tell_twice(l, twice, second, first, why);
		return false;
	}
	if (is_mapping(wish))
		return check_mapping(l, wish, why);
	if (known)
		return true;
	if (!wish->no_header && row.is == FIRSTROW_OTHER) {
		firstrow_tell_other(&row, first, why);
		return false;
	}
	from_data(l, row.n_fields, row.is == FIRSTROW_RANKED);
	return true;
}

bool layout_decide(struct layout *l, const struct layout_wish *wish, const struct csv_record *first,
        struct textbuf *why)
{
	if (wish->columns && !is_mapping(wish))
		return from_positions(l, wish, first, why);
	if (first)
		return from_first(l, wish, first, why);
	from_data(l, 2, false);
	return true;
}

/* ---- which delimiter ---- */

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
	if (wish->columns && !is_mapping(wish))
		return row.n_fields == count_wished(wish);
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
	return ',';
}

/* ---- what was understood ---- */

static void put_column(
        struct textbuf *out, const struct layout *l, enum role role, const char *separator)
{
	struct csv_record names = { .text = l->header.size ? l->header.bytes : "",
		.size = l->header.size };
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of_record(&names, &scratch);
	struct csv_field field = { 0 };
	int column = role_column_of(l, role);
	textbuf_printf(out, "%s%s=%d", separator, role_text(role), column + 1);
	for (int n = 0; n <= column && csv_next_field(&fields, &field); n++)
		;
	if (l->has_header) {
		textbuf_put_text(out, " (");
		firstrow_put(out, clean_blanks(field));
		textbuf_put_char(out, ')');
	}
	textbuf_fini(&scratch);
}

void layout_tell(struct textbuf *out, const struct layout *l)
{
	const char *separator = "";
	unsigned n_known = 0;
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (role_column_of(l, role) != COLUMN_NONE) {
			put_column(out, l, role, separator);
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
