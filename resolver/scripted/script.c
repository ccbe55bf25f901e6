/* script.c - the text format, and what a server with these records would answer. */
#include "resolver/scripted/script.h"

#include "dns/wire.h"
#include "resolver/scripted/zone.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SCRIPT_TTL_S 3600
#define SCRIPT_DELAY_MAX_MS 86400000u
#define TYPE_ANY 0 /* `*` */
#define ALONE 1    /* a CNAME's "preference": its target is left out */

struct script {
	struct zone zone;
};

/* ---- text ---- */

struct cursor {
	const char *at, *end;
};

struct field {
	const char *text;
	size_t size;
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void skip_blanks(struct cursor *c)
{
	while (c->at < c->end && is_blank(*c->at))
		c->at++;
}

/* Up to the next blank that has no backslash before it; size 0 at the end of the line. */
static struct field field_next(struct cursor *c)
{
	skip_blanks(c);
	struct field f = { .text = c->at };
	while (c->at < c->end && !is_blank(*c->at))
		c->at += *c->at == '\\' && c->end - c->at > 1 && is_blank(c->at[1]) ? 2 : 1;
	f.size = (size_t)(c->at - f.text);
	return f;
}

static bool field_is(const struct field *f, const char *word)
{
	return f->size == strlen(word) && strncasecmp(f->text, word, f->size) == 0;
}

static bool field_number(const struct field *f, unsigned max, unsigned *value)
{
	uint64_t n = 0;
	for (size_t i = 0; i < f->size; i++) {
		if (f->text[i] < '0' || f->text[i] > '9')
			return false;
		n = n * 10 + (unsigned)(f->text[i] - '0');
		if (n > max)
			return false;
	}
	*value = (unsigned)n;
	return f->size > 0;
}

/* One octet written \DDD at `text`, or -1. */
static int octet_of(const char *text, size_t left)
{
	if (left < 4 || text[0] != '\\')
		return -1;
	int value = 0;
	for (int i = 1; i < 4; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		value = value * 10 + (text[i] - '0');
	}
	return value > 255 ? -1 : value;
}

/* Only \DDD and "\ " are escapes; a backslash before anything else is itself. */
static enum error name_of(struct dname *name, const struct field *f)
{
	char text[DNAME_TEXT_BYTES];
	size_t size = 0;
	for (size_t i = 0; i < f->size; size++) {
		if (size == sizeof text)
			return ERROR_NAME_LONG;
		int octet = octet_of(f->text + i, f->size - i);
		bool escaped_blank =
		        f->text[i] == '\\' && i + 1 < f->size && is_blank(f->text[i + 1]);
		text[size] = octet >= 0 ? (char)octet : f->text[i + escaped_blank];
		i += octet >= 0 ? 4 : 1u + escaped_blank;
	}
	enum error err = dname_parse(name, text, size);
	if (!err)
		dname_lower(name);
	return err;
}

/* The next octet of a quoted string; -1 at its end or the line's. */
static int octet_next(struct cursor *c)
{
	if (c->at == c->end || *c->at == '"')
		return -1;
	int octet = octet_of(c->at, (size_t)(c->end - c->at));
	if (octet >= 0) {
		c->at += 4;
		return octet;
	}
	if (*c->at == '\\' && c->end - c->at > 1)
		c->at++;
	return (uint8_t)*c->at++;
}

/* One quoted string in wire form: as many character-strings as its length needs. */
static enum error text_put(struct textbuf *out, struct cursor *c)
{
	if (*c->at++ != '"')
		return ERROR_SYNTAX;
	size_t length_at = out->size;
	textbuf_put_char(out, 0);
	unsigned size = 0;
	for (int octet; (octet = octet_next(c)) >= 0;) {
		if (size == UINT8_MAX) {
			length_at = out->size;
			size = 0;
			textbuf_put_char(out, 0);
		}
		textbuf_put_char(out, (char)octet);
		size++;
		if (!out->failed)
			out->bytes[length_at] = (char)size;
	}
	if (c->at == c->end)
		return ERROR_SYNTAX;
	c->at++;
	return ERROR_NONE;
}

/* The quoted strings up to the end of the line. In wire form, because two TXT records that only
 * read the same once joined are two records. */
static enum error texts_put(struct textbuf *out, struct cursor *c)
{
	skip_blanks(c);
	if (c->at == c->end)
		return ERROR_EMPTY;
	enum error err = ERROR_NONE;
	for (; !err && c->at < c->end; skip_blanks(c))
		err = text_put(out, c);
	return err;
}

static bool type_of(const struct field *f, uint16_t *type)
{
	static const enum rrtype types[] = { RRTYPE_A, RRTYPE_AAAA, RRTYPE_PTR, RRTYPE_CNAME,
		RRTYPE_MX, RRTYPE_TXT };
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
		if (field_is(f, rrtype_text(types[i]))) {
			*type = (uint16_t)types[i];
			return true;
		}
	}
	*type = TYPE_ANY;
	return field_is(f, "*");
}

static bool fault_of(const struct field *f, uint8_t *fault)
{
	static const enum answer_status faults[] = {
		ANSWER_SERVFAIL,
		ANSWER_REFUSED,
		ANSWER_TIMEOUT,
		ANSWER_BOGUS,
		ANSWER_MALFORMED,
		ANSWER_UNRESOLVED,
	};
	struct field word = { f->text + 1, f->size - 1 };
	for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
		if (field_is(&word, answer_status_text(faults[i]))) {
			*fault = (uint8_t)faults[i];
			return true;
		}
	}
	return false;
}

static enum error address_put(struct textbuf *out, const struct field *f, uint16_t type)
{
	struct ipaddr ip;
	enum error err = type == RRTYPE_A ? ipaddr_parse_4(&ip, f->text, f->size)
	                                  : ipaddr_parse_6(&ip, f->text, f->size);
	if (!err)
		textbuf_put(out, ip.bytes, type == RRTYPE_A ? 4 : 16);
	return err;
}

/* Appends the rdata of the rest of the line, in the form in which answers hold it, to the script's
 * bytes. */
static enum error rdata_put(struct script *s, struct cursor *c, struct zone_record *e)
{
	if (e->type == TYPE_ANY)
		return ERROR_SYNTAX;
	if (e->type == RRTYPE_TXT)
		return texts_put(&s->zone.bytes, c);
	struct field f = field_next(c);
	if (e->type == RRTYPE_A || e->type == RRTYPE_AAAA)
		return address_put(&s->zone.bytes, &f, e->type);
	if (e->type == RRTYPE_MX) {
		unsigned preference;
		if (!field_number(&f, UINT16_MAX, &preference))
			return ERROR_SYNTAX;
		e->preference = (uint16_t)preference;
		f = field_next(c);
	}
	struct dname name;
	enum error err = name_of(&name, &f);
	if (!err)
		textbuf_put(&s->zone.bytes, name.wire, name.size);
	struct cursor before = *c;
	f = field_next(c);
	if (e->type == RRTYPE_CNAME && field_is(&f, "alone"))
		e->preference = ALONE;
	else
		*c = before;
	return err;
}

/* [~delay] then !FAULT or rdata, up to the end of the line. */
static enum error value_parse(struct script *s, struct cursor *c, struct zone_record *e)
{
	skip_blanks(c);
	struct field f;
	if (c->at < c->end && *c->at == '~') {
		f = field_next(c);
		struct field digits = { f.text + 1, f.size - 1 };
		if (!field_number(&digits, SCRIPT_DELAY_MAX_MS, &e->delay_ms))
			return ERROR_SYNTAX;
		skip_blanks(c);
	}
	e->rdata_at = (uint32_t)s->zone.bytes.size;
	enum error err;
	if (c->at < c->end && *c->at == '!') {
		f = field_next(c);
		err = fault_of(&f, &e->fault) ? ERROR_NONE : ERROR_SYNTAX;
	} else {
		err = rdata_put(s, c, e);
	}
	skip_blanks(c);
	if (err || c->at < c->end)
		return err ? err : ERROR_SYNTAX;
	size_t size = s->zone.bytes.size - e->rdata_at;
	e->rdata_size = (uint32_t)size;
	return s->zone.bytes.failed ? ERROR_NOMEM : size > UINT16_MAX ? ERROR_LIMIT : ERROR_NONE;
}

static enum error line_parse(struct script *s, struct cursor c)
{
	if (c.end > c.at && c.end[-1] == '\r')
		c.end--;
	skip_blanks(&c);
	if (c.at == c.end || *c.at == '#')
		return ERROR_NONE;
	struct field owner_text = field_next(&c), type_text = field_next(&c);
	struct dname owner;
	struct zone_record e = { .fault = ANSWER_OK };
	enum error err = name_of(&owner, &owner_text);
	if (err)
		return err;
	if (!type_of(&type_text, &e.type))
		return ERROR_SYNTAX;
	uint32_t node = zone_put_owner(&s->zone, &owner);
	if (node == ZONE_NONE)
		return ERROR_NOMEM;
	err = value_parse(s, &c, &e);
	if (err)
		return err;
	return zone_put_record(&s->zone, node, &e) ? ERROR_NONE : ERROR_NOMEM;
}

enum error script_parse(
        struct script **out, const char *text, size_t size, char *why, size_t why_size)
{
	struct script *s = calloc(1, sizeof *s);
	enum error err = s && zone_init(&s->zone) ? ERROR_NONE : ERROR_NOMEM;
	unsigned line = 0;
	for (const char *at = text, *end = text + size; !err && at < end;) {
		const char *eol = memchr(at, '\n', (size_t)(end - at));
		eol = eol ? eol : end;
		line++;
		err = line_parse(s, (struct cursor){ at, eol });
		at = eol < end ? eol + 1 : end;
	}
	if (err) {
		snprintf(why, why_size, "line %u: %s", line, error_text(err));
		script_free(s);
		s = NULL;
	}
	*out = s;
	return err;
}

void script_free(struct script *s)
{
	if (!s)
		return;
	zone_fini(&s->zone);
	free(s);
}

/* ---- look-up ---- */

/* A fault of just this type stands before its records; one of every type ("*") behind records and
 * CNAMEs. */
static enum answer_status fault_at(
        const struct zone *z, const struct zone_node *n, uint16_t type, unsigned *delay_ms)
{
	uint32_t at = zone_next(z, n, type, true, ZONE_NONE);
	if (at == ZONE_NONE)
		return ANSWER_OK;
	*delay_ms += z->records[at].delay_ms;
	return z->records[at].fault;
}

static void record_add(
        const struct zone *z, const struct zone_record *record, struct answer_builder *b)
{
	const char *rdata = z->bytes.bytes + record->rdata_at;
	if (record->type == RRTYPE_TXT)
		answer_builder_add_txt(b, (const uint8_t *)rdata, record->rdata_size);
	else
		answer_builder_add(b, rdata, record->rdata_size, record->preference);
}

/* Adds the node's records of a type; false when it has none. The slowest of them decides the delay.
 */
static bool records_at(const struct zone *z, const struct zone_node *n, uint16_t type,
        struct answer_builder *b, unsigned *delay_ms)
{
	unsigned slowest_ms = 0;
	uint32_t at = zone_next(z, n, type, false, ZONE_NONE);
	bool any = at != ZONE_NONE;
	for (; at != ZONE_NONE; at = zone_next(z, n, type, false, at)) {
		const struct zone_record *record = &z->records[at];
		record_add(z, record, b);
		slowest_ms = record->delay_ms > slowest_ms ? record->delay_ms : slowest_ms;
	}
	*delay_ms += slowest_ms;
	return any;
}

/* Goes on to the target of the node's CNAME when it has one. */
static bool cname_at(const struct zone *z, const struct zone_node *n, struct dname *name,
        bool *alone, unsigned *delay_ms)
{
	uint32_t at = zone_next(z, n, RRTYPE_CNAME, false, ZONE_NONE);
	if (at == ZONE_NONE)
		return false;
	*delay_ms += z->records[at].delay_ms;
	*alone = z->records[at].preference == ALONE;
	return dname_decode(name, (const uint8_t *)z->bytes.bytes + z->records[at].rdata_at,
	        z->records[at].rdata_size);
}

/* One name of the chain: true when the answer is complete, false when *name is now the next link.
 */
static bool find_at(const struct zone *z, struct dname *name, enum rrtype type,
        struct answer_builder *b, unsigned *delay_ms)
{
	const struct zone_node *n = zone_find(z, name);
	if (!n) {
		b->status = ANSWER_NXDOMAIN;
		b->is_of_root = !zone_has_top(z, name);
		return true;
	}
	b->status = fault_at(z, n, (uint16_t)type, delay_ms);
	if (b->status != ANSWER_OK || records_at(z, n, (uint16_t)type, b, delay_ms))
		return true;
	if (cname_at(z, n, name, &b->is_half, delay_ms)) {
		b->canonical = *name;
		return b->is_half;
	}
	b->status = fault_at(z, n, TYPE_ANY, delay_ms);
	return true;
}

static struct answer *failure_of(const struct answer_builder *b)
{
	struct answer *a = answer_of_failure(
	        &b->qname, b->type, b->status, b->cause[0] ? b->cause : "the script says so");
	if (a && b->status == ANSWER_BOGUS)
		a->dnssec = ANSWER_DNSSEC_BOGUS;
	return a;
}

struct answer *script_answer(const struct script *s, struct answer_builder *b, unsigned *delay_ms)
{
	b->ttl_s = SCRIPT_TTL_S;
	*delay_ms = 0;
	struct dname name = b->canonical;
	dname_lower(&name);
	unsigned links = 0;
	while (!find_at(&s->zone, &name, b->type, b, delay_ms)) {
		if (++links > WIRE_CNAME_MAX) {
			b->status = ANSWER_SERVFAIL;
			snprintf(b->cause, sizeof b->cause, "CNAME chain over %d links",
			        WIRE_CNAME_MAX);
			break;
		}
	}
	return b->status <= ANSWER_NXDOMAIN ? answer_build(b) : failure_of(b);
}

struct answer *script_find(
        const struct script *s, const struct dname *qname, enum rrtype type, unsigned *delay_ms)
{
	struct answer_builder b = { 0 };
	answer_builder_begin(&b, qname, type);
	struct answer *a = script_answer(s, &b, delay_ms);
	answer_builder_fini(&b);
	return a;
}
