/* identity.c - one row's fields into what the checks take.
 *
 *     <domain> of check_host()   the domain column; else the sender's domain; else the HELO name
 *     <sender>                   the sender column; empty there: postmaster@HELO (RFC 7208
 *                                section 2.4)
 */
#include "input/identity.h"

#include "dns/idna.h"

#include <stdio.h>
#include <string.h>

static struct identity_text trimmed(struct identity_text t)
{
	while (t.size && (*t.text == ' ' || *t.text == '\t')) {
		t.text++;
		t.size--;
	}
	while (t.size && (t.text[t.size - 1] == ' ' || t.text[t.size - 1] == '\t'))
		t.size--;
	return t;
}

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

static void parse_domain(struct identity *s, const char *field, struct identity_text text)
{
	text = trimmed(text);
	s->has_domain = true;
	if (is_address(text)) {
		set_error(s, field, "an IP address where a domain name belongs");
		return;
	}
	enum error err = idna_parse(&s->domain, text.text, text.size, NULL);
	if (err)
		set_error(s, field, error_text(err));
}

/* "user@example.com", "@example.com", "example.com": the part after the last @, or all of it. */
static struct identity_text domain_part(struct identity_text sender)
{
	for (size_t i = sender.size; i-- > 0;)
		if (sender.text[i] == '@')
			return (struct identity_text){ sender.text + i + 1, sender.size - i - 1 };
	return sender;
}

/* Mail logs write <user@example.com>, and <> for the null reverse-path. */
static struct identity_text without_angle_brackets(struct identity_text t)
{
	struct identity_text inner = trimmed(t);
	if (inner.size >= 2 && inner.text[0] == '<' && inner.text[inner.size - 1] == '>')
		return (struct identity_text){ inner.text + 1, inner.size - 2 };
	return t;
}

static void take_sender(struct identity *s, struct identity_text sender)
{
	struct identity_text domain = domain_part(sender);
	if (domain.size < sender.size)
		s->local_part = (struct identity_text){ sender.text,
			(size_t)(domain.text - sender.text) - 1 };
	size_t at = s->scratch.size;
	struct dname unused;
	if (idna_parse(&unused, domain.text, domain.size, &s->scratch) == ERROR_IDN)
		textbuf_put(&s->scratch, domain.text, domain.size);
	if (!s->scratch.failed)
		s->sender_domain =
		        (struct identity_text){ s->scratch.bytes + at, s->scratch.size - at };
}

struct fields {
	struct identity_text domain, ip, sender, helo;
	bool has_sender_column;
};

static void understand(struct identity *s, const struct fields *f)
{
	s->ip = (struct ipaddr){ 0 };
	s->domain.size = s->helo_domain.size = 0;
	s->has_domain = false;
	s->local_part = s->sender_domain = (struct identity_text){ 0 };
	s->helo = f->helo;
	struct identity_text ip = trimmed(f->ip), domain = trimmed(f->domain);
	if (ip.size && ipaddr_parse(&s->ip, ip.text, ip.size))
		set_error(s, "ip", "not an IP address");
	/* a literal names no domain (RFC 7208 section 2.3) */
	if (f->helo.size && !is_address(f->helo))
		idna_parse(&s->helo_domain, f->helo.text, f->helo.size, NULL);
	if (f->sender.size)
		take_sender(s, f->sender);
	else if (f->has_sender_column && f->helo.size)
		take_sender(s, f->helo);
	if (domain.size)
		parse_domain(s, "domain", domain);
	else if (f->sender.size)
		parse_domain(s, "sender", domain_part(f->sender));
	else if (f->helo.size) {
		s->domain = s->helo_domain;
		s->has_domain = true;
	}
	if (!s->has_domain && !ip.size)
		set_error(s, "row", "neither a domain nor an IP address");
}

/* Texts point into the scratch, so it must not move: it gets room for all quoted fields and for the
 * sender's A-labels at once. */
static void prepare(struct identity *s, size_t text_bytes)
{
	textbuf_reset(&s->scratch);
	s->error[0] = 0;
	s->lacked_memory =
	        textbuf_reserve(&s->scratch, text_bytes * 2 + 2 * DNAME_TEXT_BYTES) == NULL;
	if (s->lacked_memory)
		set_error(s, "row", error_text(ERROR_NOMEM));
}

void identity_parse(
        struct identity *s, const struct layout *layout, const struct csv_record *record)
{
	struct fields f = { .has_sender_column = layout->sender != COLUMN_NONE };
	prepare(s, record->size);
	struct csv_fields fields = csv_fields_of(
	        record->text, record->size, record->plain, record->broken, &s->scratch);
	struct csv_field field;
	unsigned n = 0;
	for (; csv_next_field(&fields, &field); n++) {
		struct identity_text text = { field.text, field.size };
		if ((int)n == layout->domain)
			f.domain = text;
		else if ((int)n == layout->ip)
			f.ip = text;
		else if ((int)n == layout->sender)
			f.sender = without_angle_brackets(text);
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
	else if (n != layout->n_columns)
		snprintf(s->error, sizeof s->error, "row: %u fields where %u belong", n,
		        layout->n_columns);
	understand(s, &f);
}

void identity_of_texts(struct identity *s, const char *ip, const char *who, const char *helo)
{
	struct fields f = { .ip = { ip, ip ? strlen(ip) : 0 },
		.helo = { helo, helo ? strlen(helo) : 0 } };
	struct identity_text text = { who, who ? strlen(who) : 0 };
	prepare(s, text.size);
	if (who && strchr(who, '@'))
		f.sender = without_angle_brackets(text);
	else
		f.domain = text;
	understand(s, &f);
}

void identity_fini(struct identity *s)
{
	textbuf_fini(&s->scratch);
}
