/* answer.c - packs a builder's records into one block, and reads them back.
 *
 * The block: struct answer, record table, qname, canonical name (left out when it is the qname),
 * rdata, cause with a NUL. Where the rdata end at the block's end there is no cause.
 *
 * Duplicates are removed (RFC 2181 section 5): the same MX twice must not cost two look-ups. Two
 * TXT records with other character-strings are two records, also when their joined texts are equal,
 * and two SPF records are permerror (RFC 7208 section 4.5). So a TXT has its string lengths behind
 * its text, which rdata_size does not count, and their number in `preference`. */
#include "dns/answer.h"

#include "base/octets.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
	MALLOC_HEADER_BYTES = 16,
	RECORDS_MAX = 65535,
	FIRST_RECORDS = 16,
	TXT_LOOK_BACK = 64,
	RDATA_BYTES_MAX = INT32_MAX
};

const char *answer_status_text(enum answer_status status)
{
	static const char *const texts[ANSWER_STATUS_COUNT] = {
		[ANSWER_OK] = "ok",
		[ANSWER_NODATA] = "nodata",
		[ANSWER_NXDOMAIN] = "nxdomain",
		[ANSWER_SERVFAIL] = "servfail",
		[ANSWER_REFUSED] = "refused",
		[ANSWER_TIMEOUT] = "timeout",
		[ANSWER_BOGUS] = "bogus",
		[ANSWER_MALFORMED] = "malformed",
		[ANSWER_UNRESOLVED] = "unresolved",
		[ANSWER_CANCELLED] = "cancelled",
		[ANSWER_EXCLUDED] = "excluded",
		[ANSWER_NOT_RECORDED] = "not_recorded",
	};
	return (unsigned)status < ANSWER_STATUS_COUNT ? texts[status] : "?";
}

static const uint8_t *answer_at(const struct answer *a, size_t offset)
{
	return (const uint8_t *)a + offset;
}

static void name_load(struct dname *name, const uint8_t *wire, size_t size)
{
	name->size = (uint8_t)size;
	memcpy(name->wire, wire, size);
}

/* A single label and the root. */
static bool is_top(const uint8_t *wire, size_t size)
{
	return size > 1 && wire[0] + 2u == size;
}

static bool is_arpa(const uint8_t *wire, size_t size)
{
	static const uint8_t arpa[] = { 4, 'a', 'r', 'p', 'a', 0 };
	return size == sizeof arpa && !memcmp(wire, arpa, size);
}

bool answer_is_no_such_top(const struct answer *a)
{
	const uint8_t *qname = answer_qname_wire(a);
	const size_t size = answer_qname_size(a);
	return answer_is_no_such_name(a) && a->is_of_root && is_top(qname, size) &&
	        !is_arpa(qname, size);
}

const uint8_t *answer_rdata(const struct answer *a, unsigned i)
{
	assert(i < a->n_records);
	return answer_at(a, a->records[i].rdata_at);
}

void answer_target(const struct answer *a, unsigned i, struct dname *target)
{
	assert(a->type == RRTYPE_PTR || a->type == RRTYPE_MX);
	name_load(target, answer_rdata(a, i), a->records[i].rdata_size);
}

unsigned answer_strings(const struct answer *a, unsigned i, const uint8_t **sizes)
{
	assert(a->type == RRTYPE_TXT);
	*sizes = answer_rdata(a, i) + a->records[i].rdata_size;
	return a->records[i].preference;
}

struct ipaddr answer_address(const struct answer *a, unsigned i)
{
	assert(a->type == RRTYPE_A || a->type == RRTYPE_AAAA);
	const uint8_t *rdata = answer_rdata(a, i);
	if (a->type == RRTYPE_A)
		return ipaddr_of_4(rdata);
	/* see docs/spf-decisions.md, "Mapped addresses" */
	struct ipaddr ip = { .family = IPFAMILY_6 };
	memcpy(ip.bytes, rdata, sizeof ip.bytes);
	return ip;
}

bool answer_has_address(const struct answer *a, const struct ipaddr *ip, unsigned prefix_bits)
{
	for (unsigned i = 0; i < a->n_records; i++) {
		struct ipaddr address = answer_address(a, i);
		if (ipaddr_in_prefix(ip, &address, prefix_bits))
			return true;
	}
	return false;
}

void answer_qname(const struct answer *a, struct dname *qname)
{
	name_load(qname, answer_qname_wire(a), answer_qname_size(a));
}

void answer_canonical(const struct answer *a, struct dname *name)
{
	name_load(name, answer_at(a, a->canonical_at), a->canonical_size);
}

/* What is kept of a record: for TXT also its string lengths. */
static size_t kept_size(enum rrtype type, const struct answer_record *r)
{
	return r->rdata_size + (type == RRTYPE_TXT ? r->preference : 0u);
}

const char *answer_cause(const struct answer *a)
{
	const struct answer_record *last = a->n_records ? &a->records[a->n_records - 1] : NULL;
	size_t at = last ? last->rdata_at + kept_size((enum rrtype)a->type, last)
	                 : a->canonical_at + a->canonical_size;
	return at < a->size_bytes ? (const char *)answer_at(a, at) : "";
}

size_t answer_bytes(const struct answer *a)
{
	return a->size_bytes + MALLOC_HEADER_BYTES +
	        (a->attachment ? a->attachment->size_bytes : 0);
}

/* `bytes` may be negative: unsigned numbers wrap. */
static void account_add(const struct answer *a, size_t bytes)
{
	if (!a->account)
		return;
	a->account->alive_bytes += bytes;
	if (a->is_kept)
		a->account->kept_bytes += bytes;
}

void answer_enter(const struct answer *a, struct answer_account *account)
{
	if (a->account)
		return;
	((struct answer *)a)->account = account;
	account_add(a, answer_bytes(a));
}

void answer_set_kept(const struct answer *a, bool is_kept)
{
	assert(a->account && a->is_kept != is_kept);
	((struct answer *)a)->is_kept = is_kept;
	a->account->kept_bytes += is_kept ? answer_bytes(a) : -answer_bytes(a);
}

void answer_free(struct answer *a)
{
	account_add(a, -answer_bytes(a));
	if (a->attachment)
		a->attachment->free(a->attachment);
	if (a->in_slab)
		slab_put(a);
	else
		free(a);
}

void answer_attach(const struct answer *a, struct answer_attachment *attachment)
{
	assert(!a->attachment);
	((struct answer *)a)->attachment = attachment;
	account_add(a, attachment->size_bytes);
}

/* ---- making one ---- */

void answer_builder_begin(struct answer_builder *b, const struct dname *qname, enum rrtype type)
{
	b->qname = *qname;
	dname_lower(&b->qname);
	b->canonical = b->qname;
	b->type = type;
	b->status = ANSWER_OK;
	b->dnssec = ANSWER_INSECURE;
	b->attempts = 0;
	b->upstream = 0;
	b->ttl_s = 0;
	b->is_half = b->is_of_root = false;
	b->cause[0] = '\0';
	b->n_records = 0;
	textbuf_reset(&b->rdata);
	b->rdata.limit_bytes = RDATA_BYTES_MAX; /* offsets have 32 bits */
	b->failed = false;
}

void answer_builder_fini(struct answer_builder *b)
{
	free(b->records);
	textbuf_fini(&b->rdata);
	b->records = NULL;
	b->n_records = b->records_capacity = 0;
}

static struct answer_record *record_push(struct answer_builder *b)
{
	if (b->n_records == b->records_capacity) {
		size_t capacity = b->records_capacity ? b->records_capacity * 2 : FIRST_RECORDS;
		struct answer_record *records = realloc(b->records, capacity * sizeof(*records));
		if (!records) {
			b->failed = true;
			return NULL;
		}
		b->records = records;
		b->records_capacity = capacity;
	}
	struct answer_record *r = &b->records[b->n_records++];
	*r = (struct answer_record){ .rdata_at = (uint32_t)b->rdata.size };
	return r;
}

/* Rdata of a wrong form is a bug. It is refused all the same, since the readers above trust it. */
static bool rdata_fits(enum rrtype type, size_t size)
{
	return type == RRTYPE_A ? size == 4 : type == RRTYPE_AAAA ? size == 16 : size <= UINT16_MAX;
}

void answer_builder_add(
        struct answer_builder *b, const void *rdata, size_t size, uint16_t preference)
{
	struct dname target;
	const bool is_name = b->type == RRTYPE_PTR || b->type == RRTYPE_MX;
	const bool fits = is_name ? dname_decode(&target, rdata, size) : rdata_fits(b->type, size);
	assert(fits);
	if (!fits)
		b->failed = true;
	if (b->failed || b->n_records >= RECORDS_MAX)
		return;
	struct answer_record *r = record_push(b);
	if (!r)
		return;
	if (is_name) {
		dname_lower(&target);
		rdata = target.wire;
	}
	r->rdata_size = (uint16_t)size;
	r->preference = b->type == RRTYPE_MX ? preference : 0;
	textbuf_put(&b->rdata, rdata, size);
}

/* The number of character-strings, or -1 when the last one is cut. None at all is taken as empty
 * text, although RFC 1035 section 3.3.14 asks for one. */
static int strings_count(const uint8_t *rdata, size_t size)
{
	int n = 0;
	size_t at = 0;
	while (at < size) {
		at += rdata[at] + 1u;
		n++;
	}
	return at == size ? n : -1;
}

bool answer_builder_add_txt(struct answer_builder *b, const uint8_t *rdata, size_t size)
{
	const int n_strings = size <= UINT16_MAX ? strings_count(rdata, size) : -1;
	if (n_strings < 0)
		return false;
	if (b->failed || b->n_records >= RECORDS_MAX)
		return true;
	struct answer_record *r = record_push(b);
	if (!r)
		return true;
	r->rdata_size = (uint16_t)(size - (size_t)n_strings);
	r->preference = (uint16_t)n_strings;
	for (size_t at = 0; at < size; at += rdata[at] + 1u)
		textbuf_put(&b->rdata, rdata + at + 1, rdata[at]);
	for (size_t at = 0; at < size; at += rdata[at] + 1u)
		textbuf_put(&b->rdata, rdata + at, 1);
	return true;
}

static const uint8_t *built_rdata(const struct answer_builder *b, const struct answer_record *r)
{
	return (const uint8_t *)b->rdata.bytes + r->rdata_at;
}

static int records_compare(const void *left, const void *right, void *builder)
{
	const struct answer_builder *b = builder;
	const struct answer_record *x = left, *y = right;
	if (b->type != RRTYPE_MX && b->type != RRTYPE_PTR)
		return octets_compare(
		        built_rdata(b, x), x->rdata_size, built_rdata(b, y), y->rdata_size);
	if (x->preference != y->preference)
		return x->preference < y->preference ? -1 : 1;
	return dname_compare_wire(
	        built_rdata(b, x), x->rdata_size, built_rdata(b, y), y->rdata_size);
}

static bool records_equal(const struct answer_builder *b, const struct answer_record *x,
        const struct answer_record *y)
{
	if (x->rdata_size != y->rdata_size || x->preference != y->preference)
		return false;
	const size_t size = kept_size(b->type, x);
	return size == 0 || memcmp(built_rdata(b, x), built_rdata(b, y), size) == 0;
}

/* Is `r` one of the `n` records kept so far? Of sorted records only the last is compared. For TXT
 * the look back is bounded, since a packet can hold thousands. */
static bool record_is_known(const struct answer_builder *b, size_t n, const struct answer_record *r)
{
	const size_t look_back = b->type == RRTYPE_TXT ? TXT_LOOK_BACK : 1;
	for (size_t i = n; i > 0 && n - i < look_back; i--)
		if (records_equal(b, &b->records[i - 1], r))
			return true;
	return false;
}

static void records_settle(struct answer_builder *b)
{
	if (b->n_records < 2)
		return;
	if (b->type != RRTYPE_TXT)
		qsort_r(b->records, b->n_records, sizeof(b->records[0]), records_compare, b);
	size_t n = 0;
	for (size_t i = 0; i < b->n_records; i++)
		if (!record_is_known(b, n, &b->records[i]))
			b->records[n++] = b->records[i];
	b->n_records = n;
}

/* Where everything goes in the block; `end` is its size. */
struct answer_layout {
	size_t rdata_at, qname_at, canonical_at, cause_at, end;
};

static struct answer_layout layout_of(const struct answer_builder *b, size_t cause_size)
{
	/* The names come first: a cache compares the qname of every answer that it finds, next to
	 * the header that it has just read. */
	struct answer_layout l = { .qname_at = sizeof(struct answer) +
		        b->n_records * sizeof(b->records[0]) };
	l.end = l.qname_at + b->qname.size;
	l.canonical_at = l.qname_at;
	if (!dname_equal(&b->canonical, &b->qname)) {
		l.canonical_at = l.end;
		l.end += b->canonical.size;
	}
	l.rdata_at = l.end;
	for (size_t i = 0; i < b->n_records; i++)
		l.end += kept_size(b->type, &b->records[i]);
	if (cause_size > 0) {
		l.cause_at = l.end;
		l.end += cause_size + 1;
	}
	return l;
}

static void records_pack(struct answer *a, const struct answer_builder *b, size_t rdata_at)
{
	for (size_t i = 0; i < b->n_records; i++) {
		const struct answer_record *from = &b->records[i];
		const size_t size = kept_size(b->type, from);
		a->records[i] = (struct answer_record){
			.rdata_at = (uint32_t)rdata_at,
			.rdata_size = from->rdata_size,
			.preference = from->preference,
		};
		if (size > 0)
			memcpy((uint8_t *)a + rdata_at, built_rdata(b, from), size);
		rdata_at += size;
	}
}

struct answer *answer_build(struct answer_builder *b)
{
	if (b->failed || b->rdata.failed)
		return NULL;
	records_settle(b);
	if (b->status == ANSWER_OK && b->n_records == 0)
		b->status = ANSWER_NODATA;
	dname_lower(&b->canonical);
	const size_t cause_size = strnlen(b->cause, sizeof(b->cause) - 1);
	const struct answer_layout l = layout_of(b, cause_size);
	const bool in_slab = b->slab && l.end <= SLAB_BLOCK_MAX_BYTES;
	struct answer *a = in_slab    ? slab_get(b->slab, l.end)
	        : l.end <= UINT32_MAX ? malloc(l.end)
	                              : NULL;
	if (!a)
		return NULL;
	*a = (struct answer){
		.status = (uint8_t)b->status,
		.dnssec = (unsigned)b->dnssec & 3,
		.is_half = b->is_half,
		.is_of_root = b->is_of_root,
		.in_slab = in_slab,
		.attempts = (uint8_t)(b->attempts < UINT8_MAX ? b->attempts : UINT8_MAX),
		.canonical_size = b->canonical.size,
		.type = (uint16_t)b->type,
		.n_records = (uint16_t)b->n_records,
		.ttl_s = b->ttl_s,
		.size_bytes = (uint32_t)l.end,
		.canonical_at = (uint32_t)l.canonical_at,
		.upstream = b->upstream,
		.n_references = 1,
	};
	records_pack(a, b, l.rdata_at);
	memcpy((uint8_t *)a + l.qname_at, b->qname.wire, b->qname.size);
	if (l.canonical_at != l.qname_at)
		memcpy((uint8_t *)a + l.canonical_at, b->canonical.wire, b->canonical.size);
	if (cause_size > 0) {
		memcpy((uint8_t *)a + l.cause_at, b->cause, cause_size);
		((char *)a)[l.cause_at + cause_size] = '\0';
	}
	return a;
}

/* For an answer without records: takes no memory of its own. */
static void begin_empty(
        struct answer_builder *b, const struct dname *qname, enum rrtype type, struct slab *slab)
{
	b->rdata = (struct textbuf){ 0 };
	b->slab = slab;
	b->records = NULL;
	b->records_capacity = 0;
	answer_builder_begin(b, qname, type);
}

struct answer *answer_of_failure(
        const struct dname *qname, enum rrtype type, enum answer_status status, const char *cause)
{
	struct answer_builder b;
	begin_empty(&b, qname, type, NULL);
	b.status = status;
	const size_t size = cause ? strnlen(cause, sizeof(b.cause) - 1) : 0;
	if (size > 0)
		memcpy(b.cause, cause, size);
	b.cause[size] = '\0';
	return answer_build(&b);
}

struct answer *answer_derive(const struct answer *nxdomain, const struct dname *qname,
        enum rrtype type, struct slab *slab)
{
	struct answer_builder b;
	begin_empty(&b, qname, type, slab);
	b.status = ANSWER_NXDOMAIN;
	b.dnssec = (enum answer_dnssec)nxdomain->dnssec;
	b.ttl_s = nxdomain->ttl_s;
	b.upstream = nxdomain->upstream;
	struct answer *a = answer_build(&b);
	if (a) {
		a->is_derived = true;
		a->received_s = nxdomain->received_s;
	}
	return a;
}
