/* answer_line.c - fields between tabs. Texts of strangers are escaped as in master files (RFC 1035
 * section 5.1), so no field holds a tab or a line end. */
#include "dns/answer_line.h"

#include "base/clock.h"
#include "base/escape.h"
#include "dns/rdata.h"

#include <string.h>

enum { TEXT_MAX_BYTES = 65535, STRING_MAX_BYTES = 255 };

static const char *const dnssec_texts[] = {
	[ANSWER_INSECURE] = "insecure", [ANSWER_SECURE] = "secure", [ANSWER_DNSSEC_BOGUS] = "bogus"
};

enum { DNSSEC_COUNT = sizeof dnssec_texts / sizeof dnssec_texts[0] };

/* ---- printing ---- */

/* A character-string between quotes. */
static void put_quoted(struct textbuf *out, const uint8_t *text, size_t size)
{
	textbuf_put_char(out, '"');
	for (const uint8_t *quote; size && (quote = memchr(text, '"', size)) != NULL;) {
		textbuf_put_escaped(out, text, (size_t)(quote - text));
		textbuf_put(out, "\\\"", 2);
		size -= (size_t)(quote - text) + 1;
		text = quote + 1;
	}
	textbuf_put_escaped(out, text, size);
	textbuf_put_char(out, '"');
}

/* Its character-strings, with blanks between them. */
static void put_txt(struct textbuf *out, const struct answer *a, unsigned i)
{
	const uint8_t *text = answer_rdata(a, i), *sizes;
	unsigned n = answer_strings(a, i, &sizes);
	if (n == 0)
		put_quoted(out, text, a->records[i].rdata_size);
	for (unsigned s = 0; s < n; text += sizes[s++]) {
		if (s > 0)
			textbuf_put_char(out, ' ');
		put_quoted(out, text, sizes[s]);
	}
}

/* RFC 3597 section 5. */
static void put_octets(struct textbuf *out, const uint8_t *rdata, size_t size)
{
	textbuf_put_text(out, "\\# ");
	textbuf_put_u64(out, size);
	for (size_t i = 0; i < size; i++)
		textbuf_printf(out, i ? "%02X" : " %02X", rdata[i]);
}

static void put_record(struct textbuf *out, const struct answer *a, unsigned i)
{
	struct ipaddr ip;
	struct dname target;
	switch (a->type) {
	case RRTYPE_A:
	case RRTYPE_AAAA:
		ip = answer_address(a, i);
		ipaddr_print(out, &ip);
		break;
	case RRTYPE_TXT:
		put_txt(out, a, i);
		break;
	case RRTYPE_MX:
		textbuf_put_u64(out, a->records[i].preference);
		textbuf_put_char(out, ' ');
		/* fall through */
	case RRTYPE_PTR:
		answer_target(a, i, &target);
		dname_print(out, &target);
		break;
	default:
		put_octets(out, answer_rdata(a, i), a->records[i].rdata_size);
	}
}

static void put_head(struct textbuf *out, const struct answer_line *line, const struct answer *a)
{
	char time[CLOCK_UTC_BYTES];
	textbuf_put_u64(out, line->row);
	textbuf_put_char(out, '\t');
	if (line->received_s)
		textbuf_put(out, clock_utc_text(line->received_s, time), CLOCK_UTC_BYTES - 1);
	textbuf_put_char(out, '\t');
	textbuf_put_u64(out, a->ttl_s);
	textbuf_put_char(out, '\t');
	if (line->upstream.family != IPFAMILY_NONE) {
		ipaddr_print(out, &line->upstream);
		textbuf_put_char(out, '#');
		textbuf_put_u64(out, line->upstream_port);
	}
	textbuf_put_char(out, '\t');
}

void answer_line_print(struct textbuf *out, const struct answer_line *line, const struct answer *a,
        struct answer_line_parts *parts)
{
	struct dname name;
	put_head(out, line, a);
	parts->question_at = out->size;
	char type[RRTYPE_TEXT_BYTES];
	textbuf_put_text(out, rrtype_print(type, (enum rrtype)a->type));
	textbuf_put_char(out, '\t');
	answer_qname(a, &name);
	dname_print(out, &name);
	textbuf_put_char(out, '\t');
	parts->status_at = out->size;
	textbuf_put_text(out, answer_status_text((enum answer_status)a->status));
	textbuf_put_char(out, '\t');
	textbuf_put_text(out, dnssec_texts[a->dnssec]);
	textbuf_put_char(out, '\t');
	if (a->canonical_at != answer_qname_at(a)) {
		answer_canonical(a, &name);
		dname_print(out, &name);
	}
	textbuf_put_char(out, '\t');
	textbuf_put_escaped(out, answer_cause(a), strlen(answer_cause(a)));
	for (unsigned i = 0; i < a->n_records; i++) {
		textbuf_put_char(out, '\t');
		put_record(out, a, i);
	}
}

/* ---- parsing ---- */

struct field {
	const char *text;
	size_t size;
};

/* The fields of a line that are not yet taken. */
struct fields {
	const char *at, *end;
	bool more;
};

/* False: the line has no more of them. */
static bool next_field(struct fields *f, struct field *field)
{
	if (!f->more)
		return false;
	const char *tab = memchr(f->at, '\t', (size_t)(f->end - f->at));
	f->more = tab != NULL;
	*field = (struct field){ f->at, (size_t)((tab ? tab : f->end) - f->at) };
	f->at = tab ? tab + 1 : f->end;
	return true;
}

static bool is_word(struct field field, const char *word)
{
	return field.size == strlen(word) && !memcmp(field.text, word, field.size);
}

/* A decimal number up to `max`, without leading zeros. */
static bool parse_number(struct field field, uint64_t max, uint64_t *value)
{
	*value = 0;
	if (!field.size || (field.text[0] == '0' && field.size > 1))
		return false;
	for (size_t i = 0; i < field.size; i++) {
		unsigned digit = (unsigned)(uint8_t)field.text[i] - '0';
		if (digit > 9 || *value > (max - digit) / 10)
			return false;
		*value = *value * 10 + digit;
	}
	return true;
}

/* A text without its escapes, of `max` octets at most. `quote` is an octet that only an escape may
 * give; 0: none. */
static bool parse_text(struct field field, char quote, size_t max, uint8_t *to, size_t *size)
{
	const uint8_t *at = (const uint8_t *)field.text, *end = at + field.size;
	size_t n = 0;
	while (at < end) {
		int octet = *at++;
		if (quote && octet == quote)
			return false;
		if (octet == '\\' && (octet = escape_read(&at, end)) < 0)
			return false;
		if (n == max)
			return false;
		to[n++] = (uint8_t)octet;
	}
	*size = n;
	return true;
}

/* Takes the first character-string of a field, between quotes, and the blank behind it. False:
 * there is none. */
static bool next_string(struct field *field, struct field *inside)
{
	size_t at = 1;
	if (!field->size || field->text[0] != '"')
		return false;
	while (at < field->size && field->text[at] != '"')
		at += field->text[at] == '\\' ? 2 : 1;
	if (at >= field->size)
		return false;
	*inside = (struct field){ field->text + 1, at - 1 };
	at++;
	if (at < field->size && (field->text[at] != ' ' || ++at == field->size))
		return false;
	*field = (struct field){ field->text + at, field->size - at };
	return true;
}

/* One text of over 255 octets stands for strings whose lengths are not known. */
static bool parse_txt(struct answer_builder *b, struct field field)
{
	uint8_t wire[TEXT_MAX_BYTES + 1];
	size_t used = 0, size;
	struct field inside;
	do {
		if (used >= sizeof wire || !next_string(&field, &inside) ||
		        !parse_text(inside, '"', sizeof wire - used - 1, wire + used + 1, &size))
			return false;
		if (size > STRING_MAX_BYTES && (used > 0 || field.size > 0))
			return false;
		if (size > STRING_MAX_BYTES) {
			answer_builder_add(b, wire + 1, size, 0);
			return true;
		}
		wire[used] = (uint8_t)size;
		used += 1 + size;
	} while (field.size > 0);
	return used <= TEXT_MAX_BYTES && answer_builder_add_txt(b, wire, used);
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Rdata that follows its type, as dns/rdata.h keeps it. */
static bool add_octets(struct answer_builder *b, const uint8_t *octets, size_t size)
{
	uint8_t room[RDATA_ROOM_BYTES];
	struct reader r = { .start = octets, .at = octets, .end = octets + size };
	size_t read_size;
	const uint8_t *rdata = rdata_read(room, b->type, r, &read_size);
	if (!rdata || read_size != size || memcmp(rdata, octets, size) != 0)
		return false;
	answer_builder_add(b, octets, size, 0);
	return true;
}

static bool parse_octets(struct answer_builder *b, struct field field)
{
	uint8_t octets[TEXT_MAX_BYTES];
	static const char mark[] = "\\# ";
	size_t n = sizeof mark - 1;
	uint64_t size;
	if (field.size < n || memcmp(field.text, mark, n) != 0)
		return false;
	const char *blank = memchr(field.text + n, ' ', field.size - n);
	struct field number = { field.text + n,
		(blank ? (size_t)(blank - field.text) : field.size) - n };
	if (!parse_number(number, TEXT_MAX_BYTES, &size) ||
	        field.size != n + number.size + (size ? 1 + 2 * size : 0))
		return false;
	const char *digits = field.text + n + number.size + 1;
	for (size_t i = 0; i < size; i++) {
		int high = hex_digit(digits[2 * i]), low = hex_digit(digits[2 * i + 1]);
		if (high < 0 || low < 0)
			return false;
		octets[i] = (uint8_t)(high << 4 | low);
	}
	return add_octets(b, octets, size);
}

static bool parse_address(struct answer_builder *b, struct field field)
{
	struct ipaddr ip;
	bool is_6 = b->type == RRTYPE_AAAA;
	if (is_6 ? ipaddr_parse_6(&ip, field.text, field.size)
	         : ipaddr_parse_4(&ip, field.text, field.size))
		return false;
	answer_builder_add(b, ip.bytes, is_6 ? 16 : 4, 0);
	return true;
}

static bool parse_target(struct answer_builder *b, struct field field)
{
	struct dname target;
	uint64_t preference = 0;
	if (b->type == RRTYPE_MX) {
		const char *blank = memchr(field.text, ' ', field.size);
		struct field number = { field.text, blank ? (size_t)(blank - field.text) : 0 };
		if (!blank || !parse_number(number, UINT16_MAX, &preference))
			return false;
		field.size -= number.size + 1;
		field.text = blank + 1;
	}
	if (dname_parse_escaped(&target, field.text, field.size))
		return false;
	answer_builder_add(b, target.wire, target.size, (uint16_t)preference);
	return true;
}

static bool parse_record(struct answer_builder *b, struct field field)
{
	switch (b->type) {
	case RRTYPE_TXT:
		return parse_txt(b, field);
	case RRTYPE_A:
	case RRTYPE_AAAA:
		return parse_address(b, field);
	case RRTYPE_MX:
	case RRTYPE_PTR:
		return parse_target(b, field);
	default:
		return parse_octets(b, field);
	}
}

/* Only as it is printed: not "txt", nor "TYPE16". */
static bool parse_type(struct field field, enum rrtype *type)
{
	char text[RRTYPE_TEXT_BYTES];
	return rrtype_parse(type, field.text, field.size) &&
	        is_word(field, rrtype_print(text, *type));
}

static bool parse_status(struct field field, enum answer_status *status)
{
	for (unsigned i = 0; i < ANSWER_STATUS_COUNT; i++)
		if (is_word(field, answer_status_text((enum answer_status)i))) {
			*status = (enum answer_status)i;
			return true;
		}
	return false;
}

static bool parse_dnssec(struct field field, enum answer_dnssec *dnssec)
{
	for (unsigned i = 0; i < DNSSEC_COUNT; i++)
		if (is_word(field, dnssec_texts[i])) {
			*dnssec = (enum answer_dnssec)i;
			return true;
		}
	return false;
}

static bool parse_upstream(struct answer_line *line, struct field field)
{
	uint64_t port;
	line->upstream = (struct ipaddr){ .family = IPFAMILY_NONE };
	line->upstream_port = 0;
	if (!field.size)
		return true;
	const char *sign = memchr(field.text, '#', field.size);
	size_t size = sign ? (size_t)(sign - field.text) : 0;
	if (!sign ||
	        !parse_number(
	                (struct field){ sign + 1, field.size - size - 1 }, UINT16_MAX, &port) ||
	        !port)
		return false;
	line->upstream_port = (uint16_t)port;
	return !ipaddr_parse_4(&line->upstream, field.text, size) ||
	        !ipaddr_parse_6(&line->upstream, field.text, size);
}

/* The fields before the question. */
static const char *parse_head(struct answer_line *line, uint32_t *ttl_s, struct fields *f)
{
	struct field row, time, ttl, upstream;
	uint64_t number;
	if (!next_field(f, &row) || !next_field(f, &time) || !next_field(f, &ttl) ||
	        !next_field(f, &upstream))
		return "it has too few fields";
	if (!parse_number(row, UINT64_MAX, &line->row) || !line->row)
		return "its row is no number";
	line->received_s = 0;
	if (time.size && !clock_utc_parse(&line->received_s, time.text, time.size))
		return "its time is not as 2026-11-23T07:30:34Z";
	if (!parse_number(ttl, UINT32_MAX, &number))
		return "its TTL is no number";
	*ttl_s = (uint32_t)number;
	return parse_upstream(line, upstream) ? NULL : "its upstream is not as 192.0.2.1#53";
}

/* Type and name; then the builder is begun. */
static const char *parse_question(struct answer_builder *b, struct fields *f)
{
	struct field type_text, name_text;
	struct dname qname;
	enum rrtype type;
	if (!next_field(f, &type_text) || !next_field(f, &name_text))
		return "it has too few fields";
	if (!parse_type(type_text, &type))
		return "its type is none that is asked for";
	if (dname_parse_escaped(&qname, name_text.text, name_text.size))
		return "its name is no domain name";
	answer_builder_begin(b, &qname, type);
	return NULL;
}

static const char *parse_answer(struct answer_builder *b, struct fields *f)
{
	struct field status, dnssec, canonical, cause, record;
	size_t cause_size;
	if (!next_field(f, &status) || !next_field(f, &dnssec) || !next_field(f, &canonical) ||
	        !next_field(f, &cause))
		return "it has too few fields";
	if (!parse_status(status, &b->status))
		return "its status is no word of a status";
	if (!parse_dnssec(dnssec, &b->dnssec))
		return "its DNSSEC state is none of insecure, secure, bogus";
	if (canonical.size && dname_parse_escaped(&b->canonical, canonical.text, canonical.size))
		return "its canonical name is no domain name";
	if (!parse_text(cause, 0, sizeof b->cause - 1, (uint8_t *)b->cause, &cause_size) ||
	        memchr(b->cause, 0, cause_size))
		return "its cause is no text, or too long";
	b->cause[cause_size] = 0;
	while (next_field(f, &record))
		if (!parse_record(b, record))
			return "a record is none of its type";
	return b->status == ANSWER_OK && !b->n_records ? "it is ok, but has no record" : NULL;
}

const char *answer_line_parse(
        struct answer_builder *b, struct answer_line *line, const char *text, size_t size)
{
	struct fields f = { .at = text, .end = text + size, .more = true };
	uint32_t ttl_s = 0;
	const char *wrong = parse_head(line, &ttl_s, &f);
	if (!wrong)
		wrong = parse_question(b, &f);
	if (wrong)
		return wrong;
	b->ttl_s = ttl_s;
	return parse_answer(b, &f);
}
