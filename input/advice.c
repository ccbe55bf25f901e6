/* advice.c - what to type. */
#include "input/advice.h"

#include "base/utf8.h"
#include "input/clean.h"

#include <string.h>

/* ---- texts and words ---- */

/* Printable, and seen: no controls, nothing without width, nothing that turns the direction. */
static bool is_shown(uint32_t code)
{
	return code >= ' ' && (code < 0x7f || code > 0xa0) && code != 0xad && code != 0xfeff &&
	        !(code >= 0x200b && code <= 0x200f) && !(code >= 0x2028 && code <= 0x202e) &&
	        !(code >= 0x2060 && code <= 0x206f) && code < 0xe000;
}

static bool is_all_shown(struct csv_field t)
{
	uint32_t code = 0;
	for (size_t at = 0, n; at < t.size; at += n) {
		n = utf8_decode(t.text + at, t.size - at, &code);
		if (!n || !is_shown(code))
			return false;
	}
	return true;
}

static void put_shown(struct textbuf *out, struct csv_field t, size_t at_most)
{
	uint32_t code = 0;
	size_t at = 0;
	for (size_t n; at < t.size && at < at_most; at += n) {
		n = utf8_decode(t.text + at, t.size - at, &code);
		if (n && is_shown(code))
			textbuf_put(out, t.text + at, n);
		else
			textbuf_put_char(out, '?');
		n += !n;
	}
	if (at < t.size)
		textbuf_put_text(out, "...");
}

void advice_put_text(struct textbuf *out, struct csv_field text)
{
	enum { SHOWN_BYTES = 80 };
	put_shown(out, text, SHOWN_BYTES);
}

void advice_put_word(struct textbuf *out, struct csv_field word)
{
	static const char safe[] =
	        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+-=@%:,";
	bool is_safe = word.size > 0;
	for (size_t i = 0; i < word.size; i++)
		is_safe &= word.text[i] && strchr(safe, word.text[i]);
	textbuf_put_text(out, is_safe ? "" : "'");
	while (word.size) {
		const char *quote = memchr(word.text, '\'', word.size);
		size_t n = quote ? (size_t)(quote - word.text) : word.size;
		put_shown(out, (struct csv_field){ word.text, n }, n);
		textbuf_put_text(out, quote ? "'\\''" : "");
		n += quote != NULL;
		word = (struct csv_field){ word.text + n, word.size - n };
	}
	textbuf_put_text(out, is_safe ? "" : "'");
}

static struct csv_field field_of(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

static struct csv_field field_in(const struct textbuf *text)
{
	return (struct csv_field){ text->size ? text->bytes : "", text->size };
}

void advice_put_pipe(struct textbuf *out, const struct advice_file *file, const char *command,
        const char *in_pipe, const struct textbuf *options)
{
	bool is_pipe = !strcmp(file->path, "-");
	textbuf_put_text(out, "type: ");
	if (is_pipe) {
		textbuf_printf(out, "... | %s%s", file->is_gzip ? "gzip -dc | " : "", in_pipe);
	} else if (file->is_gzip) {
		textbuf_put_text(out, "gzip -dc ");
		advice_put_word(out, field_of(file->path));
		textbuf_printf(out, " | %s", in_pipe);
	} else {
		textbuf_printf(out, "%s ", command);
		advice_put_word(out, field_of(file->path));
	}
	textbuf_put_text(out, " | spfsweep scan ");
	if (options && options->size) {
		textbuf_put(out, options->bytes, options->size);
		textbuf_put_char(out, ' ');
	}
	textbuf_put_char(out, '-');
}

/* ---- columns ---- */

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
	return name.size && is_all_shown(name) && !memmem(name.text, name.size, "  ", 2) &&
	        !memchr(name.text, ';', name.size) && !memchr(name.text, '|', name.size);
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
		textbuf_reset(&pair);
		textbuf_printf(&pair, "%s=", role_text(role));
		textbuf_put(&pair, name.text, name.size);
		textbuf_put_text(&list, list.size ? "," : "");
		csv_put_field(&list, textbuf_text(&pair), pair.size);
	}
	good = good && list.size;
	if (good) {
		textbuf_put_text(out, "--columns ");
		advice_put_word(out, field_in(&list));
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
	advice_put_text(out, clean_blanks(field));
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
        const struct advice_file *file)
{
	struct textbuf options = { 0 };
	size_t at = why->size;
	textbuf_put_text(why, "type ");
	if (!put_names(why, l, p)) {
		why->size = at;
		put_places(&options, l->n_columns, p);
		advice_put_pipe(why, file, "tail -n +2", "tail -n +2", &options);
	}
	textbuf_fini(&options);
}

void advice_on_column(struct textbuf *why, const struct layout *l, enum role role, int column,
        const struct csv_record *data, const struct advice_file *file)
{
	static const char *const holds[] = { "a domain", "an IP address", "an e-mail address",
		"a HELO name" };
	struct csv_record names = names_of(l);
	struct proposal as_is = proposal_of(l), p = as_is;
	p.column[role] = column;
	struct layout wanted = *l;
	*role_column(&wanted, role) = column;
	p = propose(&wanted, data);
	textbuf_printf(why, "no column is named %s, and column %d (", role_text(role), column + 1);
	put_field(why, &names, column);
	textbuf_printf(why, ") holds %s, '", holds[role]);
	put_field(why, data, column);
	textbuf_put_text(why, "': ");
	put_proposal(why, l, &p, file);
	size_t at = why->size;
	textbuf_put_text(why, " (or to leave it out: ");
	if (put_names(why, l, &as_is))
		textbuf_put_char(why, ')');
	else
		why->size = at;
}

/* ---- nothing that is known ---- */

/* What a single field is that should have been several, with a command that helps. */
static bool tell_form(struct textbuf *why, struct csv_field line, const struct advice_file *file)
{
	static const char one[] = "jq -r '[.domain, .ip] | @csv'",
	                  list[] = "jq -r '.[] | [.domain, .ip] | @csv'";
	line = clean_blanks(line);
	if (!line.size || (*line.text != '{' && *line.text != '['))
		return false;
	bool is_list = *line.text == '[';
	if (line.size > 1 && !memchr("\"[{ \t]}", line.text[1], 8))
		return false;
	textbuf_put_text(why, "it is JSON, and only CSV is read; with the names of your members ");
	advice_put_pipe(why, file, is_list ? list : one, is_list ? list : one, NULL);
	return true;
}

/* Runs of blanks become commas. */
static void split_blanks(struct textbuf *out, struct csv_field line)
{
	line = clean_blanks(line);
	for (size_t i = 0; i < line.size; i++)
		if (line.text[i] != ' ')
			textbuf_put_char(out, line.text[i]);
		else if (out->size && out->bytes[out->size - 1] != ',')
			textbuf_put_char(out, ',');
}

/* Columns between blanks: names that are known, or data in each. */
static bool tell_blanks(struct textbuf *why, struct csv_field line, const struct advice_file *file)
{
	static const char command[] = "awk -v OFS=, '{$1=$1} 1'";
	struct textbuf text = { 0 }, scratch = { 0 }, options = { 0 };
	struct csv_field name;
	bool known = false;
	if (line.size && memchr(line.text, ',', line.size))
		return false;
	split_blanks(&text, line);
	struct csv_fields fields = csv_fields_between(field_in(&text), ',', &scratch);
	while (csv_next_field(&fields, &name))
		known |= role_find(name) != ROLE_COUNT;
	struct firstrow row = firstrow_look(csv_fields_between(field_in(&text), ',', &scratch));
	bool is_data = !known && row.is_data && firstrow_has_value(&row);
	bool fits = row.n_fields > 1 && (known || is_data);
	if (fits) {
		struct proposal p = proposal_of_data(&row);
		if (is_data && row.is == FIRSTROW_OTHER)
			put_places(&options, row.n_fields, &p);
		textbuf_put_text(why, "its columns are separated by blanks; ");
		advice_put_pipe(why, file, command, command, &options);
	}
	textbuf_fini(&text);
	textbuf_fini(&scratch);
	textbuf_fini(&options);
	return fits;
}

static bool tell_single_quotes(
        struct textbuf *why, struct csv_field line, const struct advice_file *file)
{
	static const char command[] = "tr \"'\" '\"'", to_pipe[] = "tr \"'\" '\"' <";
	line = clean_blanks(line);
	if (line.size < 2 || line.text[0] != '\'' || !memchr(line.text + 1, '\'', line.size - 1))
		return false;
	textbuf_put_text(why, "its fields stand between single quotes; ");
	advice_put_pipe(why, file, to_pipe, command, NULL);
	return true;
}

static void tell_line(struct textbuf *why, uint64_t line, const struct advice_file *file)
{
	struct textbuf command = { 0 };
	textbuf_printf(&command, "tail -n +%llu", (unsigned long long)line);
	textbuf_printf(why, "%llu line%s before its first row; ", (unsigned long long)line - 1,
	        line == 2 ? " stands" : "s stand");
	advice_put_pipe(why, file, textbuf_text(&command), textbuf_text(&command), NULL);
	textbuf_fini(&command);
}

/* By the names and the data below them when it is a header row, by its own data when it is none. */
static void tell_columns(struct textbuf *why, const struct layout *l, const struct csv_record *next,
        const struct advice_file *file)
{
	struct textbuf scratch = { 0 };
	struct csv_record names = names_of(l);
	struct firstrow row = firstrow_look(csv_fields_of_record(&names, &scratch));
	struct proposal places = proposal_of_data(&row), p = propose(l, next);
	textbuf_put_text(why,
	        "its first row is no header row with a name that is known, and no "
	        "domain and address: '");
	advice_put_text(why, names_of(l).size ? field_in(&l->header) : field_of(""));
	textbuf_put_text(why, "'; ");
	if (firstrow_has_value(&row)) {
		textbuf_put_text(why, "type ");
		put_places(why, row.n_fields, &places);
	} else if (is_any(&p)) {
		put_proposal(why, l, &p, file);
		if (next && l->n_columns == 1)
			textbuf_put_text(why,
			        " if that is its header row, or --columns domain if it is data");
	} else if (l->n_columns == 1) {
		struct csv_field only = { 0 };
		firstrow_field(&names, 0, &scratch, &only);
		textbuf_put_text(why,
		        look_at(only) == LOOK_NAME
		                ? "type --columns domain if it is a list of domains"
		                : "a table of domains or addresses is needed, as CSV");
	} else {
		textbuf_put_text(why,
		        "type --columns domain=NAME,ip=NAME with names of its header row; if it "
		        "has none, --columns with a word for each column, as domain,x,ip");
	}
	textbuf_fini(&scratch);
}

void advice_on_other(struct textbuf *why, const struct layout *l, const struct csv_record *next,
        uint64_t header_line, const struct advice_file *file)
{
	struct textbuf scratch = { 0 };
	struct csv_record names = names_of(l);
	struct csv_field first = { 0 };
	firstrow_field(&names, 0, &scratch, &first);
	/* names stand above data: as many of them as columns, and what could be a name */
	struct textbuf of_next = { 0 };
	bool is_named = next && header_line == next->line &&
	        firstrow_look(csv_fields_of_record(next, &of_next)).n_fields == l->n_columns &&
	        (l->n_columns > 1 || look_at(first) == LOOK_NAME);
	textbuf_fini(&of_next);
	if (tell_form(why, first, file) || tell_single_quotes(why, first, file) ||
	        (l->n_columns == 1 && tell_blanks(why, first, file)))
		;
	else if (header_line > 1 && !is_named)
		tell_line(why, header_line, file);
	else
		tell_columns(why, l, next, file);
	textbuf_fini(&scratch);
}
