/* ask.c - templates of names: read, named, and filled with what a row has. */
#include "checks/ask.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* ---- placeholders ---- */

enum placeholder { DOMAIN, SENDER_DOMAIN, HELO, IP, IP_REV, IP_ARPA, PLACEHOLDER_COUNT };

static const char *const placeholders[PLACEHOLDER_COUNT] = {
	[DOMAIN] = "{domain}",
	[SENDER_DOMAIN] = "{sender.domain}",
	[HELO] = "{helo}",
	[IP] = "{ip}",
	[IP_REV] = "{ip.rev}",
	[IP_ARPA] = "{ip.arpa}",
};

#define PLACEHOLDERS_TEXT "{domain}, {sender.domain}, {helo}, {ip}, {ip.rev}, {ip.arpa}"

/* The one at the beginning of a text; PLACEHOLDER_COUNT: there is none. */
static enum placeholder placeholder_at(const char *text)
{
	enum placeholder p = DOMAIN;
	while (p < PLACEHOLDER_COUNT &&
	        strncmp(text, placeholders[p], strlen(placeholders[p])) != 0)
		p++;
	return p;
}

static bool needs(const struct ask *ask, bool of_ip)
{
	for (const char *at = ask->template; (at = strchr(at, '{')) != NULL; at++)
		if ((placeholder_at(at) >= IP) == of_ip)
			return true;
	return false;
}

bool ask_needs_ip(const struct ask *ask)
{
	return needs(ask, true);
}

bool ask_needs_name(const struct ask *ask)
{
	return needs(ask, false);
}

/* ---- the name of a row ---- */

/* A name that grows by octets and ends of labels. The length octet of the label at hand is written
 * when that ends. */
struct name_writer {
	struct dname *name;
	size_t size, label_at; /* `size` counts the length octet of the label at hand */
	bool bad;
};

static void put_octet(struct name_writer *w, uint8_t octet)
{
	w->bad |= w->size >= DNAME_MAX_BYTES - 1 || w->size - w->label_at > DNAME_MAX_LABEL_BYTES;
	if (!w->bad)
		w->name->wire[w->size++] = octet;
}

static void end_label(struct name_writer *w)
{
	w->bad |= w->size == w->label_at + 1;
	if (w->bad)
		return;
	w->name->wire[w->label_at] = (uint8_t)(w->size - w->label_at - 1);
	w->label_at = w->size++;
}

static void put_label(struct name_writer *w, const uint8_t *label)
{
	for (unsigned i = 1; i <= label[0]; i++)
		put_octet(w, label[i]);
}

/* The first `n_labels` labels, the last of which is not ended. */
static void put_labels(struct name_writer *w, const struct dname *name, unsigned n_labels)
{
	const uint8_t *at = name->wire;
	for (unsigned i = 0; i < n_labels; i++, at += at[0] + 1u) {
		if (i)
			end_label(w);
		put_label(w, at);
	}
}

/* The first `n_labels` labels, the last one first. */
static void put_labels_reversed(struct name_writer *w, const struct dname *name, unsigned n_labels)
{
	const uint8_t *labels[DNAME_MAX_BYTES / 2], *at = name->wire;
	for (unsigned i = 0; i < n_labels; i++, at += at[0] + 1u)
		labels[i] = at;
	for (unsigned i = n_labels; i-- > 0;) {
		put_label(w, labels[i]);
		if (i)
			end_label(w);
	}
}

static void put_ip(struct name_writer *w, enum placeholder p, const struct ipaddr *ip)
{
	struct dname reverse;
	dname_of_reverse(&reverse, ip);
	const unsigned n = dname_label_count(&reverse);
	if (p == IP)
		put_labels_reversed(w, &reverse, n - 2);
	else
		put_labels(w, &reverse, p == IP_ARPA ? n : n - 2);
}

/* False: the row has nothing for it. */
static bool put_placeholder(
        struct name_writer *w, enum placeholder p, const struct ask_subject *subject)
{
	const struct dname *name = p == DOMAIN ? &subject->domain
	        : p == SENDER_DOMAIN           ? &subject->sender_domain
	                                       : &subject->helo;
	if (p >= IP) {
		if (!subject->ip.family)
			return false;
		put_ip(w, p, &subject->ip);
		return true;
	}
	put_labels(w, name, dname_label_count(name));
	return name->size > 0;
}

enum ask_name ask_name_of(
        struct dname *name, const struct ask *ask, const struct ask_subject *subject)
{
	struct name_writer w = { .name = name, .size = 1 };
	const char *at = ask->template;
	while (*at) {
		enum placeholder p = *at == '{' ? placeholder_at(at) : PLACEHOLDER_COUNT;
		if (p < PLACEHOLDER_COUNT) {
			if (!put_placeholder(&w, p, subject))
				return ASK_NAME_LACKS;
			at += strlen(placeholders[p]);
			continue;
		}
		if (*at == '.')
			end_label(&w);
		else
			put_octet(&w, (uint8_t)*at);
		at++;
	}
	/* behind the root as a domain nothing is left to end */
	if (w.size > w.label_at + 1)
		end_label(&w);
	if (w.bad)
		return ASK_NAME_BAD;
	name->wire[w.label_at] = 0;
	name->size = (uint8_t)(w.label_at + 1);
	dname_lower(name);
	return ASK_NAME_OK;
}

/* ---- reading ---- */

/* Where in the text of an --ask something is wrong, and what. */
struct parsing {
	const char *text, *end;
	char *why;
};

__attribute__((format(printf, 3, 4))) static bool refuse(
        struct parsing *p, const char *at, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	int size = vsnprintf(p->why, ASK_WHY_BYTES, format, arguments);
	va_end(arguments);
	if (size > 0 && size < ASK_WHY_BYTES)
		snprintf(p->why + size, ASK_WHY_BYTES - (size_t)size, ", at character %zu",
		        (size_t)(at - p->text) + 1);
	return false;
}

static bool is_name_octet(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	        c == '_';
}

/* A literal octet of a template. A name may hold more, but nobody asks for that. */
static bool is_template_octet(char c)
{
	return is_name_octet(c) || (c && strchr("-/*+=", c));
}

/* One placeholder; *at moves behind it. */
static bool take_placeholder(struct parsing *p, const char **at)
{
	const char *stop = memchr(*at, '}', (size_t)(p->end - *at));
	if (!stop)
		return refuse(p, *at, "a { without its }");
	const size_t size = (size_t)(stop + 1 - *at);
	for (enum placeholder which = DOMAIN; which < PLACEHOLDER_COUNT; which++)
		if (strlen(placeholders[which]) == size &&
		        !strncasecmp(*at, placeholders[which], size)) {
			*at = stop + 1;
			return true;
		}
	return refuse(p, *at, "there is no placeholder %.*s, only " PLACEHOLDERS_TEXT,
	        size < 32 ? (int)size : 32, *at);
}

/* The labels of a template: none is empty, none is too long before anything is filled in. */
static bool check_template(struct parsing *p, const char *at)
{
	const char *label_at = at;
	bool has_placeholder = false;
	size_t n_octets = 0;
	if (p->end - at >= ASK_TEMPLATE_BYTES)
		return refuse(p, at, "the template is longer than a name may be");
	while (at < p->end) {
		if (*at == '{') {
			if (!take_placeholder(p, &at))
				return false;
			has_placeholder = true;
			n_octets++;
			continue;
		}
		if (*at == '.') {
			if (at == label_at)
				return refuse(p, at, "an empty label");
			label_at = at + 1;
			n_octets = 0;
		} else if (!is_template_octet(*at)) {
			return refuse(p, at,
			        "a template has letters, digits, placeholders and any of -_/*+=, "
			        "not this");
		} else if (++n_octets > DNAME_MAX_LABEL_BYTES) {
			return refuse(p, at, "a label longer than 63 octets");
		}
		at++;
	}
	if (!has_placeholder)
		return refuse(p, p->end,
		        "the template has no placeholder, so every row would ask the same: "
		        "{domain} is missing");
	return true;
}

/* A row with the shortest of everything. */
static bool check_length(struct parsing *p, const char *template, const struct ask *ask)
{
	static const struct dname shortest = { .size = 3, .wire = { 1, 'a', 0 } };
	const struct ask_subject subject = { shortest, shortest, shortest,
		{ .family = IPFAMILY_4, .bytes = { 1, 1, 1, 1 } } };
	struct dname name;
	return ask_name_of(&name, ask, &subject) == ASK_NAME_OK ||
	        refuse(p, template, "the template gives no name that is short enough");
}

/* "ask_", the type, and the template without {domain} and the dots at its sides. What is no letter
 * or digit becomes '_'. False: too long. */
static bool make_name(struct ask *ask)
{
	char type[RRTYPE_TEXT_BYTES], text[ASK_TEMPLATE_BYTES];
	size_t size = 0;
	for (const char *at = ask->template; *at;) {
		const size_t skip = placeholder_at(at) == DOMAIN ? strlen(placeholders[DOMAIN]) : 0;
		if (skip && size && text[size - 1] == '.')
			size--;
		if (skip)
			at += skip + (!size && at[skip] == '.');
		else if (*at != '{' && *at != '}')
			text[size++] = *at++;
		else
			at++;
	}
	while (size && text[size - 1] == '.')
		size--;
	int n = snprintf(ask->name, sizeof ask->name, "ask_%s%s%.*s", rrtype_print(type, ask->type),
	        size ? "_" : "", (int)size, text);
	for (char *c = ask->name; *c; c++)
		*c = is_name_octet(*c) ? (char)tolower((unsigned char)*c) : '_';
	return n > 0 && (size_t)n < sizeof ask->name;
}

static bool take_name(struct parsing *p, struct ask *ask, const char *end)
{
	const size_t size = (size_t)(end - p->text);
	if (!size || size >= ASK_NAME_BYTES)
		return refuse(p, p->text, "the name of a column has 1 to %d characters",
		        ASK_NAME_BYTES - 1);
	for (const char *at = p->text; at < end; at++)
		if (!is_name_octet(*at))
			return refuse(
			        p, at, "the name of a column has letters, digits and _, not this");
	if (size >= 6 && !strncasecmp(p->text, "input_", 6))
		return refuse(p, p->text, "input_ stands before names of the input's columns");
	memcpy(ask->name, p->text, size);
	ask->name[size] = 0;
	return true;
}

static bool take_ask(struct parsing *p, struct ask *ask)
{
	const char *colon = memchr(p->text, ':', (size_t)(p->end - p->text));
	if (!colon)
		return refuse(p, p->end, "a ':' is missing: TYPE:TEMPLATE, as TXT:_dmarc.{domain}");
	const char *equals = memchr(p->text, '=', (size_t)(colon - p->text));
	const char *type = equals ? equals + 1 : p->text, *template = colon + 1;
	if (equals && !take_name(p, ask, equals))
		return false;
	if (!rrtype_parse(&ask->type, type, (size_t)(colon - type)))
		return refuse(p, type,
		        "'%.*s' is no type that can be asked for, as TXT, NS or TYPE65",
		        colon - type < 32 ? (int)(colon - type) : 32, type);
	if (!check_template(p, template))
		return false;
	for (size_t i = 0; i <= (size_t)(p->end - template); i++)
		ask->template[i] =
		        template + i < p->end ? (char)tolower((unsigned char)template[i]) : 0;
	if (!check_length(p, template, ask))
		return false;
	return equals || make_name(ask) ||
	        refuse(p, template, "give the column a name: NAME=TYPE:TEMPLATE");
}

bool asks_add(struct asks *asks, const char *text, size_t size, char why[ASK_WHY_BYTES])
{
	struct parsing p = { .text = text, .end = text + size, .why = why };
	struct ask ask = { 0 };
	if (!take_ask(&p, &ask))
		return false;
	for (unsigned i = 0; i < asks->n; i++)
		if (!strcasecmp(asks->list[i].name, ask.name)) {
			snprintf(why, ASK_WHY_BYTES,
			        "two columns would be named %s: give this one another name, as "
			        "NAME=TYPE:TEMPLATE",
			        ask.name);
			return false;
		}
	if (asks->n == ASKS_MAX) {
		snprintf(why, ASK_WHY_BYTES, "there may be %d of them at most", ASKS_MAX);
		return false;
	}
	asks->list[asks->n++] = ask;
	return true;
}

bool asks_parse(struct asks *asks, const char *text, size_t size, char why[ASK_WHY_BYTES])
{
	asks->n = 0;
	for (const char *at = text, *end = text + size; at < end;) {
		const char *stop = memchr(at, ' ', (size_t)(end - at));
		stop = stop ? stop : end;
		if (!asks_add(asks, at, (size_t)(stop - at), why))
			return false;
		at = stop + 1;
	}
	return true;
}

/* ---- printing ---- */

void ask_print(struct textbuf *out, const struct ask *ask)
{
	char type[RRTYPE_TEXT_BYTES];
	textbuf_printf(out, "%s=%s:%s", ask->name, rrtype_print(type, ask->type), ask->template);
}

void asks_print(struct textbuf *out, const struct asks *asks)
{
	for (unsigned i = 0; i < asks->n; i++) {
		if (i)
			textbuf_put_char(out, ' ');
		ask_print(out, &asks->list[i]);
	}
}
