/* firstrow.c - the first record: what it looks like, and what to type. */
#include "input/firstrow.h"

#include "dns/idna.h"
#include "input/clean.h"

#include <string.h>
#include <strings.h>

enum kind { KIND_EMPTY, KIND_NUMBER, KIND_ADDRESS, KIND_DOMAIN, KIND_MAIL, KIND_OTHER };

static bool is_number(struct csv_field t)
{
	for (size_t i = 0; i < t.size; i++)
		if (t.text[i] < '0' || t.text[i] > '9')
			return false;
	return t.size > 0;
}

/* With a dot, and a last label that is no number. */
static bool is_domain(struct csv_field t)
{
	struct dname name;
	t = clean_name(t);
	const char *dot = t.size ? memrchr(t.text, '.', t.size) : NULL;
	if (!dot || !clean_is_host(t) || clean_objection(t))
		return false;
	struct csv_field last = { dot + 1, (size_t)(t.text + t.size - dot - 1) };
	return !is_number(last) && !idna_parse(&name, t.text, t.size, NULL);
}

static enum kind kind_of(struct csv_field t)
{
	struct ipaddr ip;
	t = clean_blanks(t);
	if (!t.size)
		return KIND_EMPTY;
	if (is_number(t))
		return KIND_NUMBER;
	if (clean_address(&ip, t))
		return KIND_ADDRESS;
	if (is_domain(t))
		return KIND_DOMAIN;
	struct csv_field sender = clean_sender(t);
	const char *at = sender.size ? memrchr(sender.text, '@', sender.size) : NULL;
	return at &&
	                is_domain((struct csv_field){
	                        at + 1, (size_t)(sender.text + sender.size - at - 1) })
	        ? KIND_MAIL
	        : KIND_OTHER;
}

static enum firstrow_is judge(unsigned n, enum kind first, enum kind second)
{
	if (n == 1)
		return first == KIND_DOMAIN ? FIRSTROW_PAIR : FIRSTROW_OTHER;
	if (n == 2 && first == KIND_NUMBER && second == KIND_DOMAIN)
		return FIRSTROW_RANKED;
	if (first == KIND_DOMAIN && (second == KIND_ADDRESS || second == KIND_EMPTY))
		return FIRSTROW_PAIR;
	if (second == KIND_ADDRESS && (first == KIND_EMPTY || (first == KIND_OTHER && n == 2)))
		return FIRSTROW_PAIR;
	return FIRSTROW_OTHER;
}

struct firstrow firstrow_look(struct csv_fields fields)
{
	struct firstrow row = { .domain = COLUMN_NONE, .ip = COLUMN_NONE, .sender = COLUMN_NONE };
	enum kind kinds[2] = { KIND_EMPTY, KIND_EMPTY };
	struct csv_field field;
	for (; csv_next_field(&fields, &field); row.n_fields++) {
		enum kind kind = kind_of(field);
		int *found = kind == KIND_DOMAIN ? &row.domain
		        : kind == KIND_ADDRESS   ? &row.ip
		        : kind == KIND_MAIL      ? &row.sender
		                                 : NULL;
		if (found && *found == COLUMN_NONE)
			*found = (int)row.n_fields;
		if (row.n_fields < 2)
			kinds[row.n_fields] = kind;
	}
	row.is = judge(row.n_fields, kinds[0], kinds[1]);
	return row;
}

bool firstrow_has_value(const struct firstrow *row)
{
	return row->domain != COLUMN_NONE || row->ip != COLUMN_NONE || row->sender != COLUMN_NONE;
}

void firstrow_put(struct textbuf *out, struct csv_field text)
{
	enum { SHOWN_BYTES = 80 };
	for (size_t i = 0; i < text.size && i < SHOWN_BYTES; i++)
		textbuf_put_char(
		        out, text.text[i] >= ' ' && text.text[i] <= '~' ? text.text[i] : '?');
	if (text.size > SHOWN_BYTES)
		textbuf_put_text(out, "...");
}

/* ---- names of columns ---- */

/* Words that people name such columns with. */
static const struct {
	const char *word;
	enum role role;
} words[] = {
	{ "domain", ROLE_DOMAIN },
	{ "domains", ROLE_DOMAIN },
	{ "fqdn", ROLE_DOMAIN },
	{ "hostname", ROLE_DOMAIN },
	{ "host", ROLE_DOMAIN },
	{ "site", ROLE_DOMAIN },
	{ "website", ROLE_DOMAIN },
	{ "zone", ROLE_DOMAIN },
	{ "ip", ROLE_IP },
	{ "ips", ROLE_IP },
	{ "ipv4", ROLE_IP },
	{ "ipv6", ROLE_IP },
	{ "addr", ROLE_IP },
	{ "address", ROLE_IP },
	{ "client", ROLE_IP },
	{ "sender", ROLE_SENDER },
	{ "from", ROLE_SENDER },
	{ "mailfrom", ROLE_SENDER },
	{ "helo", ROLE_HELO },
	{ "ehlo", ROLE_HELO },
};
enum { WORDS = sizeof words / sizeof words[0] };

static bool is_letter(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
}

static enum role role_of_word(const char *text, size_t size)
{
	for (unsigned i = 0; i < WORDS; i++)
		if (strlen(words[i].word) == size && !strncasecmp(words[i].word, text, size))
			return words[i].role;
	return ROLE_COUNT;
}

/* By the first word in a name that tells it. ROLE_COUNT: none does, or it is no name. */
static enum role role_of_name(struct csv_field t)
{
	if (memchr(t.text, '.', t.size) || memchr(t.text, '@', t.size))
		return ROLE_COUNT;
	for (size_t at = 0; at < t.size;) {
		size_t end = at;
		while (end < t.size && is_letter(t.text[end]))
			end++;
		enum role role = role_of_word(t.text + at, end - at);
		if (role != ROLE_COUNT)
			return role;
		at = end + 1;
	}
	return ROLE_COUNT;
}

bool firstrow_is_header(const struct layout *l, const struct csv_record *first)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of_record(first, &scratch);
	struct csv_field field;
	unsigned n_names = 0;
	bool has_value = false;
	for (int n = 0; csv_next_field(&fields, &field); n++) {
		if (n != l->domain && n != l->ip && n != l->sender && n != l->helo)
			continue;
		field = clean_blanks(field);
		if (field.size && role_of_name(field) != ROLE_COUNT)
			n_names++;
		else
			has_value |= field.size > 0;
	}
	textbuf_fini(&scratch);
	return n_names && !has_value;
}

/* ---- what to type ---- */

/* "domain=site"; quotes for the shell go around all pairs. */
static void put_pair(struct textbuf *out, enum role role, struct csv_field name)
{
	textbuf_printf(out, "%s%s=", out->size ? "," : "", role_text(role));
	firstrow_put(out, clean_blanks(name));
}

static void put_columns(struct textbuf *why, const struct textbuf *pairs)
{
	const char *quote = pairs->size && memchr(pairs->bytes, ' ', pairs->size) ? "'" : "";
	textbuf_printf(why, "--columns %s", quote);
	textbuf_put(why, pairs->bytes, pairs->size);
	textbuf_put_text(why, quote);
}

void firstrow_tell_header(
        const struct layout *l, const struct csv_record *first, struct textbuf *why)
{
	struct textbuf scratch = { 0 }, pairs = { 0 };
	struct csv_fields fields = csv_fields_of_record(first, &scratch);
	struct csv_field field;
	for (int n = 0; csv_next_field(&fields, &field); n++)
		for (enum role role = 0; role < ROLE_COUNT; role++)
			if (role_column_of(l, role) == n)
				put_pair(&pairs, role, field);
	textbuf_put_text(why,
	        "its first row is a header row, which --columns with positions does not expect: "
	        "type ");
	put_columns(why, &pairs);
	textbuf_fini(&pairs);
	textbuf_fini(&scratch);
}

/* By the names of its fields, when they have some. */
static void put_guessed_names(struct textbuf *pairs, const struct csv_record *first)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of_record(first, &scratch);
	struct csv_field field;
	bool has[ROLE_COUNT + 1] = { [ROLE_COUNT] = true };
	while (csv_next_field(&fields, &field)) {
		enum role role = role_of_name(field);
		if (has[role])
			continue;
		has[role] = true;
		put_pair(pairs, role, field);
	}
	textbuf_fini(&scratch);
}

static void put_positions(struct textbuf *list, const struct firstrow *row)
{
	enum { SHOWN_COLUMNS = 20 };
	for (int n = 0; n < (int)row->n_fields && n < SHOWN_COLUMNS; n++) {
		textbuf_put_text(list, n ? "," : "");
		if (n == row->domain || n == row->ip || n == row->sender)
			textbuf_put_text(list,
			        n == row->domain       ? "domain"
			                : n == row->ip ? "ip"
			                               : "sender");
		else
			textbuf_printf(list, "column%d", n + 1);
	}
}

void firstrow_tell_other(
        const struct firstrow *row, const struct csv_record *first, struct textbuf *why)
{
	struct textbuf list = { 0 };
	textbuf_put_text(why,
	        "its first row is no header row with a name that is known, and no "
	        "domain and address: '");
	firstrow_put(why, (struct csv_field){ first->text, first->size });
	textbuf_put_text(why, "'; type ");
	if (firstrow_has_value(row))
		put_positions(&list, row);
	else
		put_guessed_names(&list, first);
	if (list.size)
		put_columns(why, &list);
	else
		textbuf_put_text(why,
		        "--columns domain=NAME,ip=NAME with names of its header row, or --columns "
		        "domain,ip if it has none");
	textbuf_fini(&list);
}
