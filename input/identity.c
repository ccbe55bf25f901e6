/* identity.c - one row's fields into what the checks take.
 *
 *     <domain> of check_host()   the domain column; else the sender's domain; else the HELO name
 *     <sender>                   the sender column; empty there: postmaster@HELO (RFC 7208
 *                                section 2.4)
 */
#include "input/identity.h"

#include "dns/idna.h"
#include "input/clean.h"
#include "input/sender.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

static void set_error(struct identity *s, const char *field, const char *why)
{
	if (!s->error[0])
		snprintf(s->error, sizeof s->error, "%s: %s", field, why);
}

/* An address, bare or as a literal, can be read as a DNS name. Nobody means that. */
static bool is_address(struct identity_text t)
{
	struct ipaddr ip;
	return t.size && !ipaddr_parse(&ip, t.text, t.size);
}

static struct csv_field field_of(struct identity_text t)
{
	return (struct csv_field){ t.text, t.size };
}

static struct identity_text text_of(struct csv_field t)
{
	return (struct identity_text){ t.text, t.size };
}

/* Says why a cleaned name is none, if it is: what it looks like, or what idna_parse() said of it.
 */
static bool objects(
        struct identity *s, const char *field, struct identity_text text, enum error err)
{
	char why[LOOK_REASON_BYTES], idna_why[IDNA_REASON_BYTES];
	const char *objection = look_no_domain(why, field_of(text));
	if (!objection && !err)
		return false;
	set_error(s, field,
	        objection                  ? objection
	                : err == ERROR_IDN ? idna_reason(idna_why, text.text, text.size)
	                                   : error_text(err));
	return true;
}

/* `err`: what idna_parse() said of it, which gave s->domain. */
static void take_domain(
        struct identity *s, const char *field, struct identity_text text, enum error err)
{
	s->has_domain = true;
	if (objects(s, field, text, err))
		s->domain.size = 0;
	else if (look_is_no_host(&s->domain))
		s->no_host = text;
}

/* A text as a name, and with its U-labels as A-labels, in the scratch; one that IDNA refuses as it
 * stands. */
static enum error in_ascii(struct identity *s, struct identity_text text,
        struct identity_text *ascii, struct dname *name)
{
	size_t at = s->scratch.size;
	enum error err = idna_parse(name, text.text, text.size, &s->scratch);
	if (err == ERROR_IDN)
		textbuf_put(&s->scratch, text.text, text.size);
	if (!s->scratch.failed)
		*ascii = (struct identity_text){ s->scratch.bytes + at, s->scratch.size - at };
	return err;
}

/* What idna_parse() says of its domain, which is `name`. */
static enum error take_sender(struct identity *s, struct identity_text sender, struct dname *name)
{
	struct identity_text domain = text_of(sender_domain(field_of(sender)));
	if (domain.size < sender.size)
		s->local_part = (struct identity_text){ sender.text,
			(size_t)(domain.text - sender.text) - 1 };
	return in_ascii(s, domain, &s->sender_domain, name);
}

/* Its domain is asked about when there is no domain column. */
static void parse_sender(struct identity *s, struct identity_text sender, bool is_domain)
{
	struct identity_text domain = text_of(sender_domain(field_of(sender)));
	char why[LOOK_REASON_BYTES];
	const char *objection = sender_objection(why, field_of(sender));
	struct dname name;
	enum error err = take_sender(s, sender, &name);
	if (objection) {
		set_error(s, "sender", objection);
		s->has_domain |= is_domain;
	} else if (is_domain) {
		s->domain = name;
		take_domain(s, "sender", domain, err);
	} else if (domain.size) {
		objects(s, "sender", domain, err);
	}
}

/* A literal names no domain (RFC 7208 section 2.3). */
static void parse_helo(struct identity *s, struct identity_text helo)
{
	s->helo = helo;
	if (!helo.size || is_address(helo))
		return;
	in_ascii(s, helo, &s->helo, &s->helo_domain);
}

/* A placeholder is no HELO name that anybody gave. Whatever else is given is none of ours. */
static void take_helo_as_domain(struct identity *s, struct identity_text helo)
{
	char why[LOOK_REASON_BYTES];
	bool is_hyphen = helo.size == 1 && *helo.text == '-';
	s->domain = s->helo_domain;
	s->has_domain = true;
	if (!is_hyphen && look_at(field_of(helo)) != LOOK_PLACEHOLDER)
		return;
	s->domain.size = 0;
	set_error(s, "helo", look_no_domain(why, field_of(helo)));
}

struct fields {
	struct identity_text domain, ip, sender, helo;
	bool has_sender_column;
};

static struct identity_text cleaned(
        struct csv_field (*clean)(struct csv_field), struct identity_text t)
{
	return text_of(clean(field_of(t)));
}

static void understand(struct identity *s, struct fields *f)
{
	f->domain = cleaned(clean_name, f->domain);
	f->ip = cleaned(clean_blanks, f->ip);
	f->sender = cleaned(clean_sender, f->sender);
	f->helo = cleaned(clean_name, f->helo);
	s->ip = (struct ipaddr){ 0 };
	s->domain.size = s->helo_domain.size = 0;
	s->has_domain = false;
	s->filled = (f->domain.size ? 1u << ROLE_DOMAIN : 0u) | (f->ip.size ? 1u << ROLE_IP : 0u) |
	        (f->sender.size ? 1u << ROLE_SENDER : 0u) | (f->helo.size ? 1u << ROLE_HELO : 0u);
	s->source = f->domain.size ? IDENTITY_DOMAIN
	        : f->sender.size   ? IDENTITY_MAILFROM
	        : f->helo.size     ? IDENTITY_HELO
	                           : IDENTITY_NONE;
	s->local_part = s->sender_domain = s->no_host = (struct identity_text){ 0 };
	s->hides_local_part = false;
	parse_helo(s, f->helo);
	if (f->ip.size && !clean_address(&s->ip, field_of(f->ip)))
		set_error(s, "ip", look_no_address(field_of(f->ip)));
	if (f->domain.size)
		take_domain(s, "domain", f->domain,
		        idna_parse(&s->domain, f->domain.text, f->domain.size, NULL));
	if (f->sender.size) {
		parse_sender(s, f->sender, !f->domain.size);
	} else if (f->helo.size) {
		struct dname unused;
		if (f->has_sender_column)
			take_sender(s, f->helo, &unused);
		if (!f->domain.size)
			take_helo_as_domain(s, f->helo);
	}
	if (!s->has_domain && !f->ip.size)
		set_error(s, "row", "neither a domain nor an IP address");
}

static bool is_same_name(struct csv_field a, struct csv_field b)
{
	return a.size == b.size && !strncasecmp(a.text, b.text, a.size);
}

/* Files that were joined have the header row in their middle: what stands in our columns are their
 * names. */
static bool is_header(const struct layout *l, const struct fields *f)
{
	const struct identity_text *const values[] = { &f->domain, &f->ip, &f->sender, &f->helo };
	unsigned n = 0;
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		struct csv_field text = clean_blanks(field_of(*values[role])), name = { "", 0 };
		if (role_column_of(l, role) == COLUMN_NONE)
			continue;
		if (l->names[role].size)
			name = (struct csv_field){ l->header.bytes + l->names[role].at,
				l->names[role].size };
		if (!text.size || (!is_same_name(text, name) && role_find(text) != role))
			return false;
		n++;
	}
	return n > 0;
}

/* Texts point into the scratch, so it must not move: it gets room for all quoted fields and for the
 * A-labels of sender and HELO at once. Only what is not ASCII grows: a row that waits is small. */
static void prepare(struct identity *s, size_t text_bytes, bool is_ascii)
{
	size_t grows = is_ascii ? 0 : 3 * DNAME_TEXT_BYTES;
	textbuf_reset(&s->scratch);
	s->error[0] = 0;
	s->lacked_memory = textbuf_reserve(&s->scratch, text_bytes * 3 + grows) == NULL;
	if (s->lacked_memory)
		set_error(s, "row", error_text(ERROR_NOMEM));
}

/* Nothing of the row counts. */
static void take_header(struct identity *s, const struct layout *layout)
{
	struct fields none = { 0 };
	set_error(s, "row", layout->has_header ? "the header row again" : "a header row");
	understand(s, &none);
}

/* A sender whose input leaves it out has one all the same. */
static void hide_local_part(struct identity *s, bool is_left_out)
{
	s->hides_local_part = s->local_part.size || is_left_out;
	s->local_part = (struct identity_text){ 0 };
}

void identity_parse(
        struct identity *s, const struct layout *layout, const struct csv_record *record)
{
	struct fields f = { .has_sender_column = layout->sender != COLUMN_NONE };
	prepare(s, record->size, idna_is_ascii(record->text, record->size));
	struct csv_fields fields = csv_fields_of_record(record, &s->scratch);
	struct csv_field field;
	unsigned n = 0;
	for (; csv_next_field(&fields, &field); n++) {
		struct identity_text text = { field.text, field.size };
		if ((int)n == layout->domain)
			f.domain = text;
		else if ((int)n == layout->ip)
			f.ip = text;
		else if ((int)n == layout->sender)
			f.sender = text;
		else if ((int)n == layout->helo)
			f.helo = text;
	}
	/* where its fields begin and end is not known: nothing is asked */
	if (record->too_long || record->broken)
		f = (struct fields){ 0 };
	if (record->too_long)
		snprintf(s->error, sizeof s->error, "row: longer than %u octets, cut there",
		        CSV_RECORD_MAX_BYTES);
	else if (record->broken)
		set_error(
		        s, "row", "a quoted field is not closed, or followed by more than a comma");
	else if (n != layout->n_columns &&
	        !clean_blanks((struct csv_field){ record->text, record->size }).size)
		set_error(s, "row", "an empty line");
	else if (n != layout->n_columns)
		snprintf(s->error, sizeof s->error, "row: %u fields where %u belong", n,
		        layout->n_columns);
	const struct fields given = f;
	bool had_error = s->error[0];
	understand(s, &f);
	/* a header row has no address; nearly all others have */
	if (!s->ip.family && is_header(layout, &given)) {
		s->error[0] = had_error ? s->error[0] : 0;
		take_header(s, layout);
		return;
	}
	if (layout->hides_local_parts && f.sender.size)
		hide_local_part(s, layout->lacks_local_parts);
}

void identity_of_texts(struct identity *s, const char *ip, const char *who, const char *helo)
{
	struct fields f = { .ip = { ip, ip ? strlen(ip) : 0 },
		.helo = { helo, helo ? strlen(helo) : 0 } };
	struct identity_text text = { who, who ? strlen(who) : 0 };
	prepare(s, text.size + f.helo.size, false);
	if (who && strchr(who, '@'))
		f.sender = text;
	else
		f.domain = text;
	understand(s, &f);
}

const char *identity_source_text(enum identity_source source)
{
	static const char *const texts[] = { "", "domain", "mailfrom", "helo" };
	return texts[source];
}

void identity_fini(struct identity *s)
{
	textbuf_fini(&s->scratch);
}
