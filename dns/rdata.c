/* rdata.c - rdata by the fields of its type.
 *
 * An answer keeps PTR, MX and TXT in forms of its own (dns/answer.h): the checks read them often.
 * These are printed by functions of their own, all others by their fields. */
#include "dns/rdata.h"

#include "base/octets.h"
#include "dns/wirename.h"

#include <stdlib.h>
#include <string.h>

/* ---- read ---- */

/* The octets of a field that stand for themselves. */
static size_t field_size(char field, const struct reader *r)
{
	switch (field) {
	case FIELD_U8:
		return 1;
	case FIELD_U16:
		return 2;
	case FIELD_U32:
	case FIELD_IPV4:
		return 4;
	case FIELD_IPV6:
		return 16;
	case FIELD_STRING:
	case FIELD_TAG:
		return reader_left(r) ? *r->at + 1u : 1;
	default:
		return reader_left(r);
	}
}

static bool is_tag(const uint8_t *string)
{
	for (size_t i = 1; i <= string[0]; i++) {
		uint8_t c = string[i];
		if (!(c >= '0' && c <= '9') && !(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z'))
			return false;
	}
	return string[0] > 0;
}

/* Passes over a field. Its octets are at *octets, in `name` when it is one. */
static bool field_read(
        char field, struct reader *r, struct dname *name, const uint8_t **octets, size_t *size)
{
	if (field == FIELD_NAME) {
		if (!wirename_read(r, name))
			return false;
		*octets = name->wire;
		*size = name->size;
		return true;
	}
	*size = field_size(field, r);
	*octets = reader_bytes(r, *size);
	if (field == FIELD_TAG)
		return *octets && is_tag(*octets);
	if (field == FIELD_BASE64) /* of nothing an empty column would be printed */
		return *octets && *size > 0;
	if (field != FIELD_STRINGS)
		return *octets;
	size_t at = 0;
	while (*octets && at < *size)
		at += (*octets)[at] + 1u;
	return *octets && at == *size;
}

const uint8_t *rdata_read(
        uint8_t room[RDATA_ROOM_BYTES], enum rrtype type, struct reader r, size_t *size)
{
	const char *form = rrtype_form(type);
	const bool has_name = form && strchr(form, FIELD_NAME);
	const uint8_t *rdata = r.at, *octets;
	struct dname name;
	size_t field_bytes;
	*size = has_name ? 0 : reader_left(&r);
	if (!form)
		return rdata;
	for (; *form; form++) {
		if (!field_read(*form, &r, &name, &octets, &field_bytes))
			return NULL;
		if (!has_name)
			continue;
		if (field_bytes > RDATA_ROOM_BYTES - *size)
			return NULL;
		memcpy(room + *size, octets, field_bytes);
		*size += field_bytes;
	}
	return r.at != r.end ? NULL : has_name ? room : rdata;
}

/* ---- print ---- */

static void put_name(struct textbuf *out, const struct dname *name)
{
	dname_print(out, name);
	if (name->size > 1)
		textbuf_put_char(out, '.');
}

static void put_quoted(struct textbuf *out, const uint8_t *text, size_t size)
{
	textbuf_put_char(out, '"');
	for (const uint8_t *end = text + size, *at; text < end; text = at) {
		for (at = text; at < end && *at >= ' ' && *at <= '~' && *at != '"' && *at != ';' &&
		        *at != '\\';)
			at++;
		textbuf_put(out, text, (size_t)(at - text));
		if (at == end)
			break;
		if (*at == '"' || *at == '\\')
			textbuf_printf(out, "\\%c", *at++);
		else
			textbuf_printf(out, "\\%03u", *at++);
	}
	textbuf_put_char(out, '"');
}

static void put_hex(struct textbuf *out, const uint8_t *octets, size_t size)
{
	char *to = textbuf_reserve(out, size * 2);
	for (size_t i = 0; to && i < size; i++) {
		*to++ = "0123456789ABCDEF"[octets[i] >> 4];
		*to++ = "0123456789ABCDEF"[octets[i] & 15];
	}
	if (to)
		textbuf_advance(out, size * 2);
}

/* RFC 4648 section 4. */
static void put_base64(struct textbuf *out, const uint8_t *octets, size_t size)
{
	static const char digits[] =
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	for (size_t at = 0; at < size; at += 3) {
		const size_t left = size - at;
		const uint32_t bits = (uint32_t)octets[at] << 16 |
		        (left > 1 ? (uint32_t)octets[at + 1] << 8 : 0) |
		        (left > 2 ? octets[at + 2] : 0u);
		const char four[] = { digits[bits >> 18], digits[bits >> 12 & 63],
			left > 1 ? digits[bits >> 6 & 63] : '=',
			left > 2 ? digits[bits & 63] : '=' };
		textbuf_put(out, four, sizeof four);
	}
}

static void put_number(struct textbuf *out, const uint8_t *octets, size_t size)
{
	uint64_t value = 0;
	for (size_t i = 0; i < size; i++)
		value = value << 8 | octets[i];
	textbuf_put_u64(out, value);
}

static void put_ipv6(struct textbuf *out, const uint8_t *octets)
{
	struct ipaddr ip = { .family = IPFAMILY_6 };
	memcpy(ip.bytes, octets, sizeof ip.bytes);
	ipaddr_print(out, &ip);
}

static void put_strings(struct textbuf *out, const uint8_t *octets, size_t size)
{
	if (!size)
		put_quoted(out, octets, 0);
	for (size_t at = 0; at < size; at += octets[at] + 1u) {
		if (at)
			textbuf_put_char(out, ' ');
		put_quoted(out, octets + at + 1, octets[at]);
	}
}

static void put_field(struct textbuf *out, char field, const uint8_t *octets, size_t size)
{
	struct dname name;
	struct ipaddr ip;
	switch (field) {
	case FIELD_IPV4:
		ip = ipaddr_of_4(octets);
		ipaddr_print(out, &ip);
		break;
	case FIELD_IPV6:
		put_ipv6(out, octets);
		break;
	case FIELD_NAME:
		dname_decode(&name, octets, size);
		put_name(out, &name);
		break;
	case FIELD_STRING:
		put_quoted(out, octets + 1, size - 1);
		break;
	case FIELD_STRINGS:
		put_strings(out, octets, size);
		break;
	case FIELD_TAG:
		textbuf_put(out, octets + 1, size - 1);
		break;
	case FIELD_TEXT:
		put_quoted(out, octets, size);
		break;
	case FIELD_HEX:
		put_hex(out, octets, size);
		break;
	case FIELD_BASE64:
		put_base64(out, octets, size);
		break;
	default:
		put_number(out, octets, size);
	}
}

static void put_fields(
        struct textbuf *out, const char *form, const uint8_t *rdata, size_t rdata_size)
{
	struct reader r = reader_of(rdata, rdata_size);
	const uint8_t *octets;
	struct dname name;
	size_t size;
	for (const char *field = form; *field; field++) {
		if (!field_read(*field, &r, &name, &octets, &size))
			return;
		if (field != form && (size || *field == FIELD_TEXT))
			textbuf_put_char(out, ' ');
		put_field(out, *field, octets, size);
	}
}

/* RFC 3597 section 5. */
static void put_generic(struct textbuf *out, const uint8_t *rdata, size_t size)
{
	textbuf_printf(out, "\\# %zu%s", size, size ? " " : "");
	put_hex(out, rdata, size);
}

/* One whose strings are not known is cut where it must be. */
static void put_txt(struct textbuf *out, const struct answer *a, unsigned i)
{
	const uint8_t *text = answer_rdata(a, i), *sizes;
	const unsigned n = answer_strings(a, i, &sizes);
	size_t left = a->records[i].rdata_size;
	for (unsigned k = 0; k < n || left > 0 || k == 0; k++) {
		const size_t size = k < n ? sizes[k] : left < UINT8_MAX ? left : UINT8_MAX;
		if (k)
			textbuf_put_char(out, ' ');
		put_quoted(out, text, size);
		text += size;
		left -= size;
	}
}

void rdata_print(struct textbuf *out, const struct answer *a, unsigned i)
{
	struct dname name;
	const char *form = rrtype_form((enum rrtype)a->type);
	switch ((enum rrtype)a->type) {
	case RRTYPE_MX:
		textbuf_printf(out, "%u ", a->records[i].preference);
		/* fall through */
	case RRTYPE_PTR:
		answer_target(a, i, &name);
		put_name(out, &name);
		return;
	case RRTYPE_TXT:
		put_txt(out, a, i);
		return;
	default:
		if (form)
			put_fields(out, form, answer_rdata(a, i), a->records[i].rdata_size);
		else
			put_generic(out, answer_rdata(a, i), a->records[i].rdata_size);
	}
}

/* By text, then by how that is cut into strings. */
static int compare_txt(const void *left, const void *right, void *answer)
{
	const struct answer *a = answer;
	const uint16_t x = *(const uint16_t *)left, y = *(const uint16_t *)right;
	const uint8_t *x_sizes, *y_sizes;
	const unsigned n_x = answer_strings(a, x, &x_sizes), n_y = answer_strings(a, y, &y_sizes);
	const int order = octets_compare(answer_rdata(a, x), a->records[x].rdata_size,
	        answer_rdata(a, y), a->records[y].rdata_size);
	return order ? order : octets_compare(x_sizes, n_x, y_sizes, n_y);
}

/* The order in which TXT records are printed. NULL: out of memory. */
static uint16_t *txt_order(const struct answer *a)
{
	uint16_t *order = malloc(a->n_records * sizeof *order);
	if (!order)
		return NULL;
	for (unsigned i = 0; i < a->n_records; i++)
		order[i] = (uint16_t)i;
	qsort_r(order, a->n_records, sizeof *order, compare_txt, (void *)a);
	return order;
}

bool rdata_print_all(
        struct textbuf *out, const struct answer *a, const char *between, size_t most_bytes)
{
	const size_t begin = out->size;
	uint16_t *order = NULL;
	bool fits = true;
	if (a->type == RRTYPE_TXT && a->n_records > 1 && !(order = txt_order(a))) {
		out->failed = true;
		return true;
	}
	for (unsigned i = 0; i < a->n_records && fits; i++) {
		if (i)
			textbuf_put_text(out, between);
		rdata_print(out, a, order ? order[i] : i);
		fits = out->size - begin <= most_bytes;
	}
	free(order);
	if (!fits)
		textbuf_truncate(out, begin);
	return fits;
}
