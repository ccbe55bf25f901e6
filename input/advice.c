/* advice.c - what to type. */
#include "input/advice.h"

#include "input/clean.h"
#include "input/jq.h"

#include <string.h>
#include <strings.h>

/* ---- columns ---- */

static struct csv_field field_in(const struct textbuf *text)
{
	return (struct csv_field){ text->size ? text->bytes : "", text->size };
}

/* Which column is proposed for each role; COLUMN_NONE: none. */
struct proposal {
	int column[ROLE_COUNT];
};

static struct proposal proposal_of(const struct layout *l)
{
	struct proposal p;
	for (enum role role = 0; role < ROLE_COUNT; role++)
		p.column[role] = role_column_of(l, role);
	return p;
}

static bool is_taken(const struct proposal *p, int column)
{
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (p->column[role] == column)
			return true;
	return false;
}

static struct csv_record names_of(const struct layout *l)
{
	struct csv_field names = field_in(&l->header);
	return (struct csv_record){ .text = names.text, .size = names.size };
}

/* A column that nobody has: its value counts more than a word in its name. `data` may be NULL. */
static int best_column(const struct proposal *p, enum role role, const struct layout *l,
        const struct csv_record *data)
{
	enum { BY_WORD = 1, BY_VALUE = 2 };
	struct textbuf scratch[2] = { { 0 } };
	struct csv_record names = names_of(l);
	struct csv_fields of_names = csv_fields_of_record(&names, &scratch[0]), of_data = { 0 };
	struct csv_field name, value;
	unsigned best_score = 0;
	int best = COLUMN_NONE;
	if (data)
		of_data = csv_fields_of_record(data, &scratch[1]);
	for (int n = 0; csv_next_field(&of_names, &name); n++) {
		unsigned score = role_guess(clean_blanks(name)) == role ? BY_WORD : 0;
		if (data && csv_next_field(&of_data, &value) && role != ROLE_HELO &&
		        firstrow_fits(role, look_at(value)))
			score += BY_VALUE;
		if (is_taken(p, n) || score <= best_score)
			continue;
		best_score = score;
		best = n;
	}
	textbuf_fini(&scratch[0]);
	textbuf_fini(&scratch[1]);
	return best;
}

/* A sender is looked for where there is no domain, or where an e-mail address stands. */
static struct proposal propose(const struct layout *l, const struct csv_record *data)
{
	static const enum role order[] = { ROLE_IP, ROLE_DOMAIN, ROLE_SENDER, ROLE_HELO };
	struct proposal p = proposal_of(l);
	for (unsigned i = 0; i < ROLE_COUNT; i++) {
		enum role role = order[i];
		int column = p.column[role];
		if (column == COLUMN_NONE)
			column = best_column(&p, role, l, data);
		if (role == ROLE_SENDER && column != role_column_of(l, role) && data) {
			struct textbuf scratch = { 0 };
			struct csv_field value = { 0 };
			bool is_mail = firstrow_field(data, column, &scratch, &value) &&
			        look_at(value) == LOOK_MAIL;
			textbuf_fini(&scratch);
			column = is_mail ? column : COLUMN_NONE;
		}
		p.column[role] = column;
	}
	return p;
}

static bool is_any(const struct proposal *p)
{
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (p->column[role] != COLUMN_NONE)
			return true;
	return false;
}

/* A name that --columns finds again, and that people can type. */
static bool is_typable(struct csv_field name)
{
	name = clean_blanks(name);
	return name.size && typed_can_be(name) && !memmem(name.text, name.size, "  ", 2) &&
	        !memchr(name.text, ';', name.size) && !memchr(name.text, '|', name.size);
}

/* Of one column only. */
static bool is_unique(const struct csv_record *names, struct csv_field wanted)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of_record(names, &scratch);
	struct csv_field name;
	unsigned n = 0;
	while (csv_next_field(&fields, &name)) {
		name = clean_blanks(name);
		n += name.size == wanted.size && !strncasecmp(name.text, wanted.text, name.size);
	}
	textbuf_fini(&scratch);
	return n == 1;
}

/* "--columns 'domain=Domain name,ip=ip'". False: a name of them cannot be typed; nothing is put. */
static bool put_names(struct textbuf *out, const struct layout *l, const struct proposal *p)
{
	struct textbuf list = { 0 }, pair = { 0 }, scratch = { 0 };
	struct csv_record names = names_of(l);
	bool good = true;
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		struct csv_field name = { 0 };
		if (p->column[role] == COLUMN_NONE)
			continue;
		good = good && firstrow_field(&names, p->column[role], &scratch, &name) &&
		        is_typable(name);
		name = clean_blanks(name);
		good = good && is_unique(&names, name);
		textbuf_reset(&pair);
		textbuf_printf(&pair, "%s=", role_text(role));
		textbuf_put(&pair, name.text, name.size);
		textbuf_put_text(&list, list.size ? "," : "");
		csv_put_field(&list, textbuf_text(&pair), pair.size);
	}
	good = good && list.size;
	if (good) {
		textbuf_put_text(out, "--columns ");
		typed_put_word(out, field_in(&list));
	}
	textbuf_fini(&list);
	textbuf_fini(&pair);
	textbuf_fini(&scratch);
	return good;
}

/* "--columns ip,column2,domain" */
static void put_places(struct textbuf *out, unsigned n_columns, const struct proposal *p)
{
	enum { SHOWN_COLUMNS = 20 };
	textbuf_put_text(out, "--columns ");
	for (int n = 0; n < (int)n_columns && n < SHOWN_COLUMNS; n++) {
		const char *name = NULL;
		for (enum role role = 0; role < ROLE_COUNT; role++)
			if (p->column[role] == n)
				name = role_text(role);
		textbuf_put_text(out, n ? "," : "");
		if (name)
			textbuf_put_text(out, name);
		else
			textbuf_printf(out, "column%d", n + 1);
	}
}

static struct proposal proposal_of_data(const struct firstrow *row)
{
	return (struct proposal){ { [ROLE_DOMAIN] = row->domain,
		[ROLE_IP] = row->ip,
		[ROLE_SENDER] = row->sender,
		[ROLE_HELO] = COLUMN_NONE } };
}

/* ---- a header row, or data ---- */

void advice_on_header(struct textbuf *why, const struct layout *l, const struct csv_record *first)
{
	struct layout named = *l;
	struct proposal p = proposal_of(l);
	named.header = (struct textbuf){ 0 };
	textbuf_put(&named.header, first->text, first->size);
	textbuf_put_text(why,
	        "its first row is a header row, which --columns with positions does not expect: "
	        "type ");
	if (!put_names(why, &named, &p))
		textbuf_put_text(why, "--columns domain=NAME,ip=NAME with names of its header row");
	textbuf_fini(&named.header);
}

/* The name of a column of the header, or a field of a record. */
static void put_field(struct textbuf *out, const struct csv_record *record, int column)
{
	struct textbuf scratch = { 0 };
	struct csv_field field = { 0 };
	firstrow_field(record, column, &scratch, &field);
	typed_put_text(out, clean_blanks(field));
	textbuf_fini(&scratch);
}

void advice_on_value(
        struct textbuf *why, const struct layout *l, const struct csv_record *first, int value)
{
	struct textbuf scratch = { 0 };
	struct firstrow row = firstrow_look(csv_fields_of_record(first, &scratch));
	struct proposal names = proposal_of(l), places = proposal_of_data(&row);
	textbuf_fini(&scratch);
	textbuf_put_text(why, "its first row has a value, '");
	put_field(why, first, value);
	textbuf_put_text(why, "', and a name of a column, '");
	for (enum role role = 0; role < ROLE_COUNT; role++)
		if (names.column[role] != COLUMN_NONE) {
			put_field(why, first, names.column[role]);
			break;
		}
	textbuf_put_text(why, "': ");
	if (is_any(&places)) {
		textbuf_put_text(why, "type ");
		put_places(why, row.n_fields, &places);
		textbuf_put_text(why, " if it is data, or ");
	} else {
		textbuf_put_text(why, "if it is a header row, type ");
	}
	if (!put_names(why, l, &names))
		textbuf_put_text(why, "--columns domain=NAME,ip=NAME");
	textbuf_put_text(why, is_any(&places) ? " if it is a header row" : "");
}

static void put_proposal(struct textbuf *why, const struct layout *l, const struct proposal *p,
        const struct typed_file *file)
{
	struct textbuf options = { 0 };
	size_t at = why->size;
	textbuf_put_text(why, "type ");
	if (!put_names(why, l, p)) {
		why->size = at;
		put_places(&options, l->n_columns, p);
		typed_put_pipe(why, file, "tail -n +2", "tail -n +2", &options);
	}
	textbuf_fini(&options);
}

void advice_on_column(struct textbuf *why, const struct layout *l, enum role role, int column,
        const struct csv_record *data, const struct typed_file *file)
{
	static const char *const holds[] = { "a domain", "an IP address", "an e-mail address",
		"a HELO name" };
	struct csv_record names = names_of(l);
	struct proposal p, without;
	struct layout wanted = *l;
	*role_column(&wanted, role) = column;
	p = without = propose(&wanted, data);
	without.column[role] = COLUMN_NONE;
	textbuf_printf(why, "no column is named %s, and column %d (", role_text(role), column + 1);
	put_field(why, &names, column);
	textbuf_printf(why, ") holds %s, '", holds[role]);
	put_field(why, data, column);
	textbuf_put_text(why, "': ");
	put_proposal(why, l, &p, file);
	size_t at = why->size;
	textbuf_put_text(why, " (or to leave it out: ");
	if (put_names(why, l, &without))
		textbuf_put_char(why, ')');
	else
		why->size = at;
}

/* ---- nothing that is known ---- */

/* Runs of the separator become commas. */
static void split_runs(struct textbuf *out, struct csv_field line, char separator)
{
	line = clean_blanks(line);
	for (size_t i = 0; i < line.size; i++)
		if (line.text[i] != separator)
			textbuf_put_char(out, line.text[i]);
		else if (out->size && out->bytes[out->size - 1] != ',')
			textbuf_put_char(out, ',');
}

/* Characters that separate columns in other files than CSV. */
static const struct separator {
	char c;
	const char *what, *command, *in_pipe;
} separators[] = {
	{ ' ', "blanks", "awk -v OFS=, '{$1=$1} 1'", "awk -v OFS=, '{$1=$1} 1'" },
	{ ':', "colons", "tr : , <", "tr : ," },
};
enum { SEPARATORS = sizeof separators / sizeof separators[0] };

/* "domain: d1.example" is a listing, and its lines are no rows: no command for all of them. */
static bool tell_listing(struct textbuf *why, struct csv_field line, char separator)
{
	line = clean_blanks(line);
	const char *at = line.size ? memchr(line.text, separator, line.size) : NULL;
	if (!at)
		return false;
	struct csv_field name = { line.text, (size_t)(at - line.text) };
	struct csv_field value =
	        clean_blanks((struct csv_field){ at + 1, line.size - name.size - 1 });
	enum look look = look_at(value);
	if (role_guess(clean_blanks(name)) == ROLE_COUNT ||
	        (look != LOOK_DOMAIN && look != LOOK_ADDRESS && look != LOOK_MAIL))
		return false;
	textbuf_put_text(why, "it has a name and a value in a line: '");
	typed_put_text(why, line);
	textbuf_put_text(why,
	        "'; a table is needed: a header row like domain,ip and below it a line of values "
	        "for each row");
	return true;
}

/* It separates names that are known, or data. */
static bool tell_separator(struct textbuf *why, struct csv_field line,
        const struct separator *separator, const struct typed_file *file)
{
	struct textbuf text = { 0 }, scratch = { 0 }, options = { 0 };
	struct csv_field name;
	bool known = false;
	split_runs(&text, line, separator->c);
	struct csv_fields fields = csv_fields_between(field_in(&text), ',', &scratch);
	while (csv_next_field(&fields, &name))
		known |= role_find(name) != ROLE_COUNT;
	struct firstrow row = firstrow_look(csv_fields_between(field_in(&text), ',', &scratch));
	bool is_data = !known && row.is_data && firstrow_has_value(&row);
	bool fits = row.n_fields > 1 && (known || is_data) && !memchr(line.text, ',', line.size);
	if (fits) {
		struct proposal p = proposal_of_data(&row);
		if (is_data && row.is == FIRSTROW_OTHER)
			put_places(&options, row.n_fields, &p);
		textbuf_printf(why, "its columns are separated by %s; ", separator->what);
		typed_put_pipe(why, file, separator->command, separator->in_pipe, &options);
	}
	textbuf_fini(&text);
	textbuf_fini(&scratch);
	textbuf_fini(&options);
	return fits;
}

static bool tell_separators(
        struct textbuf *why, struct csv_field line, const struct typed_file *file)
{
	for (unsigned i = 0; line.size && i < SEPARATORS; i++)
		if (tell_listing(why, line, separators[i].c))
			return true;
	for (unsigned i = 0; line.size && i < SEPARATORS; i++)
		if (tell_separator(why, line, &separators[i], file))
			return true;
	return false;
}

static bool tell_single_quotes(
        struct textbuf *why, struct csv_field line, const struct typed_file *file)
{
	static const char command[] = "tr \"'\" '\"'", to_pipe[] = "tr \"'\" '\"' <";
	line = clean_blanks(line);
	if (line.size < 2 || line.text[0] != '\'' || !memchr(line.text + 1, '\'', line.size - 1))
		return false;
	textbuf_put_text(why, "its fields stand between single quotes; ");
	typed_put_pipe(why, file, to_pipe, command, NULL);
	return true;
}

static void tell_line(struct textbuf *why, uint64_t line, const struct typed_file *file)
{
	struct textbuf command = { 0 };
	textbuf_printf(&command, "tail -n +%llu", (unsigned long long)line);
	textbuf_printf(why, "%llu line%s before its first row; ", (unsigned long long)line - 1,
	        line == 2 ? " stands" : "s stand");
	typed_put_pipe(why, file, textbuf_text(&command), textbuf_text(&command), NULL);
	textbuf_fini(&command);
}

/* What to type for one column whose name is not known. */
static void tell_one_column(struct textbuf *why, const struct layout *l, const struct proposal *p,
        struct csv_field name, bool has_data, const struct typed_file *file)
{
	bool may_be_domain = look_at(name) == LOOK_NAME;
	if (has_data && is_any(p))
		put_proposal(why, l, p, file);
	if (has_data && is_any(p) && may_be_domain)
		textbuf_put_text(
		        why, " if that is its header row, or --columns domain if it is data");
	else if (may_be_domain)
		textbuf_put_text(why, "type --columns domain if it is a list of domains");
	else if (!has_data || !is_any(p))
		textbuf_put_text(why, "a table of domains or addresses is needed, as CSV");
}

/* By the names and the data below them when it is a header row, by its own data when it is none. */
static void tell_columns(struct textbuf *why, const struct layout *l, const struct csv_record *next,
        const struct typed_file *file)
{
	struct textbuf scratch = { 0 }, of_next = { 0 };
	struct csv_record names = names_of(l);
	struct csv_field name = { 0 };
	struct firstrow row = firstrow_look(csv_fields_of_record(&names, &scratch)), data = { 0 };
	struct proposal places = proposal_of_data(&row), p = propose(l, next);
	if (next)
		data = firstrow_look(csv_fields_of_record(next, &of_next));
	textbuf_put_text(why,
	        "its first row is no header row with a name that is known, and no "
	        "domain and address: '");
	typed_put_text(why, field_in(&l->header));
	textbuf_put_text(why, "'; ");
	firstrow_field(&names, 0, &scratch, &name);
	if (firstrow_has_value(&row)) {
		textbuf_put_text(why, "type ");
		put_places(why, row.n_fields, &places);
	} else if (l->n_columns == 1) {
		tell_one_column(why, l, &p, name, next && firstrow_has_value(&data), file);
	} else if (is_any(&p)) {
		put_proposal(why, l, &p, file);
	} else {
		textbuf_put_text(why,
		        "type --columns domain=NAME,ip=NAME with names of its header row; if it "
		        "has none, --columns with a word for each column, as domain,x,ip");
	}
	textbuf_fini(&scratch);
	textbuf_fini(&of_next);
}

/* Names stand above data: as many of them as columns, and a single one looks like a name. */
static bool is_above(const struct layout *l, struct csv_field first, const struct csv_record *next)
{
	struct textbuf scratch = { 0 };
	struct firstrow row = firstrow_look(csv_fields_of_record(next, &scratch));
	textbuf_fini(&scratch);
	return row.n_fields == l->n_columns && firstrow_has_value(&row) &&
	        (l->n_columns > 1 || look_at(first) == LOOK_NAME);
}

void advice_on_other(struct textbuf *why, const struct layout *l, const struct csv_record *next,
        uint64_t begin_line, const struct typed_file *file)
{
	struct textbuf scratch = { 0 };
	struct csv_record names = names_of(l);
	struct csv_field first = { 0 };
	firstrow_field(&names, 0, &scratch, &first);
	if (jq_tell(why, &names, next, file) || tell_single_quotes(why, first, file) ||
	        (l->n_columns == 1 && tell_separators(why, first, file)))
		;
	else if (begin_line > 1 && !(begin_line == next->line && is_above(l, first, next)))
		tell_line(why, begin_line, file);
	else
		tell_columns(why, l, next, file);
	textbuf_fini(&scratch);
}
