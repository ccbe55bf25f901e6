/* script.c - the DNS in memory: a table of names, each with its records in the order of the text.
 *
 * Every owner and every parent of an owner is a node, so an empty non-terminal is told from a name that does not exist by one probe. Nodes and records are
 * indices into growing arrays, texts are offsets into one heap of bytes; nothing points anywhere until the parse is over. The table hashes with plain FNV-1a and not
 * with base/hash.h: whoever writes a script is no stranger, and its table must outlive a test's second hash_init(). */
#include "resolver/script.h"

#include "resolver/wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SCRIPT_TTL_S 3600
#define SCRIPT_DELAY_MAX_MS 86400000u
#define TYPE_ANY 0 /* `*` */
#define NONE UINT32_MAX

struct entry {
	uint32_t next; /* of the same node, or NONE */
	uint32_t rdata_at, rdata_size;
	uint32_t delay_ms;
	uint16_t type, preference;
	uint8_t fault; /* enum answer_status; ANSWER_OK: a record */
};

struct node {
	uint32_t wire_at, first, last;
	uint8_t wire_size;
};

struct script {
	struct node *nodes;
	struct entry *entries;
	uint32_t *slots; /* node indices, open addressing */
	size_t n_nodes, nodes_capacity, n_entries, entries_capacity, n_slots;
	struct textbuf bytes;
};

/* ---- names ---- */

static uint32_t hash_of(const uint8_t *wire, size_t size)
{
	uint32_t h = 2166136261u;
	for (size_t i = 0; i < size; i++)
		h = (h ^ wire[i]) * 16777619u;
	return h ^ h >> 15;
}

/* The slot that holds the name, or the free one where it belongs. */
static size_t slot_of(const struct script *s, const uint8_t *wire, size_t size)
{
	size_t at = hash_of(wire, size) & (s->n_slots - 1);
	for (; s->slots[at] != NONE; at = (at + 1) & (s->n_slots - 1)) {
		const struct node *n = &s->nodes[s->slots[at]];
		if (n->wire_size == size && memcmp(s->bytes.bytes + n->wire_at, wire, size) == 0)
			break;
	}
	return at;
}

/* `wire` is in lower case, as all names in the table are. */
static const struct node *node_find(const struct script *s, const uint8_t *wire, size_t size)
{
	uint32_t found = s->slots[slot_of(s, wire, size)];
	return found == NONE ? NULL : &s->nodes[found];
}

static bool slots_grow(struct script *s)
{
	size_t n = s->n_slots ? 2 * s->n_slots : 64;
	uint32_t *slots = malloc(n * sizeof *slots);
	if (!slots)
		return false;
	memset(slots, 0xff, n * sizeof *slots);
	free(s->slots);
	s->slots = slots;
	s->n_slots = n;
	for (uint32_t i = 0; i < s->n_nodes; i++)
		slots[slot_of(s, (const uint8_t *)s->bytes.bytes + s->nodes[i].wire_at, s->nodes[i].wire_size)] = i;
	return true;
}

/* Room for one more item of an array that doubles. */
static void *array_grow(void *items, size_t count, size_t *capacity, size_t item_size)
{
	if (count < *capacity)
		return items;
	size_t n = *capacity ? 2 * *capacity : 64;
	void *more = realloc(items, n * item_size);
	if (more)
		*capacity = n;
	return more;
}

/* The name's node, made when there was none; NONE: no memory. */
static uint32_t node_put(struct script *s, const uint8_t *wire, uint8_t size)
{
	if (2 * (s->n_nodes + 1) > s->n_slots && !slots_grow(s))
		return NONE;
	size_t slot = slot_of(s, wire, size);
	if (s->slots[slot] != NONE)
		return s->slots[slot];
	struct node *nodes = array_grow(s->nodes, s->n_nodes, &s->nodes_capacity, sizeof *nodes);
	if (!nodes)
		return NONE;
	s->nodes = nodes;
	nodes[s->n_nodes] = (struct node){ .wire_at = (uint32_t)s->bytes.size, .wire_size = size, .first = NONE, .last = NONE };
	textbuf_put(&s->bytes, wire, size);
	if (s->bytes.failed)
		return NONE;
	s->slots[slot] = (uint32_t)s->n_nodes;
	return (uint32_t)s->n_nodes++;
}

/* The owner and all its parents; gives the owner's node. */
static uint32_t owner_put(struct script *s, const struct dname *owner)
{
	uint32_t node = node_put(s, owner->wire, owner->size);
	for (unsigned at = 0; node != NONE && owner->wire[at]; ) {
		at += owner->wire[at] + 1u;
		if (node_put(s, owner->wire + at, (uint8_t)(owner->size - at)) == NONE)
			return NONE;
	}
	return node;
}

static enum error entry_put(struct script *s, uint32_t node, const struct entry *entry)
{
	struct entry *entries = array_grow(s->entries, s->n_entries, &s->entries_capacity, sizeof *entries);
	if (!entries)
		return ERROR_NOMEM;
	s->entries = entries;
	uint32_t at = (uint32_t)s->n_entries++;
	entries[at] = *entry;
	entries[at].next = NONE;
	if (s->nodes[node].last == NONE)
		s->nodes[node].first = at;
	else
		entries[s->nodes[node].last].next = at;
	s->nodes[node].last = at;
	return ERROR_NONE;
}

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
		bool escaped_blank = f->text[i] == '\\' && i + 1 < f->size && is_blank(f->text[i + 1]);
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
	for (int octet; (octet = octet_next(c)) >= 0; ) {
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

/* The quoted strings up to the end of the line. In wire form, because two TXT records that only read the same once joined are two records. */
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
	static const enum rrtype types[] = { RRTYPE_A, RRTYPE_AAAA, RRTYPE_PTR, RRTYPE_CNAME, RRTYPE_MX, RRTYPE_TXT };
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
	static const enum answer_status faults[] = { ANSWER_SERVFAIL, ANSWER_REFUSED, ANSWER_TIMEOUT, ANSWER_BOGUS, ANSWER_MALFORMED,
		ANSWER_UNRESOLVED };
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
	enum error err = type == RRTYPE_A ? ipaddr_parse_4(&ip, f->text, f->size) : ipaddr_parse_6(&ip, f->text, f->size);
	if (!err)
		textbuf_put(out, ip.bytes, type == RRTYPE_A ? 4 : 16);
	return err;
}

/* Appends the rdata of the rest of the line, in the form in which answers hold it, to the script's bytes. */
static enum error rdata_put(struct script *s, struct cursor *c, struct entry *e)
{
	if (e->type == TYPE_ANY)
		return ERROR_SYNTAX;
	if (e->type == RRTYPE_TXT)
		return texts_put(&s->bytes, c);
	struct field f = field_next(c);
	if (e->type == RRTYPE_A || e->type == RRTYPE_AAAA)
		return address_put(&s->bytes, &f, e->type);
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
		textbuf_put(&s->bytes, name.wire, name.size);
	return err;
}

/* [~delay] then !FAULT or rdata, up to the end of the line. */
static enum error value_parse(struct script *s, struct cursor *c, struct entry *e)
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
	e->rdata_at = (uint32_t)s->bytes.size;
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
	size_t size = s->bytes.size - e->rdata_at;
	e->rdata_size = (uint32_t)size;
	return s->bytes.failed ? ERROR_NOMEM : size > UINT16_MAX ? ERROR_LIMIT : ERROR_NONE;
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
	struct entry e = { .fault = ANSWER_OK };
	enum error err = name_of(&owner, &owner_text);
	if (err)
		return err;
	if (!type_of(&type_text, &e.type))
		return ERROR_SYNTAX;
	uint32_t node = owner_put(s, &owner);
	if (node == NONE)
		return ERROR_NOMEM;
	err = value_parse(s, &c, &e);
	return err ? err : entry_put(s, node, &e);
}

enum error script_parse(struct script **out, const char *text, size_t size, char *why, size_t why_size)
{
	struct script *s = calloc(1, sizeof *s);
	enum error err = s && slots_grow(s) ? ERROR_NONE : ERROR_NOMEM;
	if (s)
		textbuf_init(&s->bytes, UINT32_MAX);
	unsigned line = 0;
	for (const char *at = text, *end = text + size; !err && at < end; ) {
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
	free(s->nodes);
	free(s->entries);
	free(s->slots);
	textbuf_fini(&s->bytes);
	free(s);
}

/* ---- look-up ---- */

/* The name's own node, or the wildcard at its closest encloser (RFC 4592 section 3.3.1), or NULL: no such name. */
static const struct node *node_of(const struct script *s, const struct dname *name)
{
	const struct node *n = node_find(s, name->wire, name->size);
	for (unsigned at = 0; !n && name->wire[at]; ) {
		at += name->wire[at] + 1u;
		unsigned left = name->size - at;
		if (!node_find(s, name->wire + at, left))
			continue;
		uint8_t wildcard[DNAME_MAX_BYTES + 2] = { 1, '*' };
		memcpy(wildcard + 2, name->wire + at, left);
		return node_find(s, wildcard, left + 2);
	}
	return n;
}

/* A fault of just this type stands before its records; one of every type ("*") behind records and CNAMEs. */
static enum answer_status fault_at(const struct script *s, const struct node *n, uint16_t type, unsigned *delay_ms)
{
	for (uint32_t i = n->first; i != NONE; i = s->entries[i].next) {
		const struct entry *e = &s->entries[i];
		if (e->type == type && e->fault != ANSWER_OK) {
			*delay_ms += e->delay_ms;
			return e->fault;
		}
	}
	return ANSWER_OK;
}

static void record_add(const struct script *s, const struct entry *e, struct answer_builder *b)
{
	const char *rdata = s->bytes.bytes + e->rdata_at;
	if (e->type == RRTYPE_TXT)
		answer_builder_add_txt(b, (const uint8_t *)rdata, e->rdata_size);
	else
		answer_builder_add(b, rdata, e->rdata_size, e->preference);
}

/* Adds the node's records of a type; how many. The slowest of them decides the delay. */
static unsigned records_at(const struct script *s, const struct node *n, uint16_t type, struct answer_builder *b, unsigned *delay_ms)
{
	unsigned count = 0, slowest = 0;
	for (uint32_t i = n->first; i != NONE; i = s->entries[i].next) {
		const struct entry *e = &s->entries[i];
		if (e->type != type || e->fault != ANSWER_OK)
			continue;
		record_add(s, e, b);
		slowest = e->delay_ms > slowest ? e->delay_ms : slowest;
		count++;
	}
	*delay_ms += slowest;
	return count;
}

/* Goes on to the target of the node's CNAME when it has one. */
static bool cname_at(const struct script *s, const struct node *n, struct dname *name, unsigned *delay_ms)
{
	for (uint32_t i = n->first; i != NONE; i = s->entries[i].next) {
		const struct entry *e = &s->entries[i];
		if (e->type == RRTYPE_CNAME && e->fault == ANSWER_OK) {
			*delay_ms += e->delay_ms;
			return dname_decode(name, (const uint8_t *)s->bytes.bytes + e->rdata_at, e->rdata_size);
		}
	}
	return false;
}

/* One name of the chain: true when the answer is complete, false when *name is now the next link. */
static bool find_at(const struct script *s, struct dname *name, enum rrtype type, struct answer_builder *b, unsigned *delay_ms)
{
	const struct node *n = node_of(s, name);
	if (!n) {
		b->status = ANSWER_NXDOMAIN;
		return true;
	}
	b->status = fault_at(s, n, (uint16_t)type, delay_ms);
	if (b->status != ANSWER_OK || records_at(s, n, (uint16_t)type, b, delay_ms))
		return true;
	if (cname_at(s, n, name, delay_ms))
		return false;
	b->status = fault_at(s, n, TYPE_ANY, delay_ms);
	return true;
}

static struct answer *failure_of(const struct answer_builder *b)
{
	struct answer *a = answer_of_failure(&b->qname, b->type, b->status, b->cause[0] ? b->cause : "the script says so");
	if (a && b->status == ANSWER_BOGUS)
		a->dnssec = ANSWER_DNSSEC_BOGUS;
	return a;
}

struct answer *script_find(const struct script *s, const struct dname *qname, enum rrtype type, unsigned *delay_ms)
{
	struct answer_builder b = { 0 };
	answer_builder_begin(&b, qname, type);
	b.ttl_s = SCRIPT_TTL_S;
	*delay_ms = 0;
	struct dname name = *qname;
	dname_lower(&name);
	unsigned links = 0;
	while (!find_at(s, &name, type, &b, delay_ms)) {
		b.canonical = name;
		if (++links > WIRE_CNAME_MAX) {
			b.status = ANSWER_SERVFAIL;
			snprintf(b.cause, sizeof b.cause, "CNAME chain over %d links", WIRE_CNAME_MAX);
			break;
		}
	}
	struct answer *a = b.status <= ANSWER_NXDOMAIN ? answer_build(&b) : failure_of(&b);
	answer_builder_fini(&b);
	return a;
}
