/* wire.c - DNS messages decoded, and queries encoded.
 *
 * The decoder reads a message in linear passes and keeps no table of its RRs. The first pass finds
 * wrong counts, the extended RCODE and the negative TTL. Then the answer section is read once for
 * its CNAMEs, once more for each CNAME out of order (at most WIRE_CNAME_MAX), and once for its
 * records. So a message of 64 KB costs a fixed multiple of its size, whatever it holds. Inner
 * functions give NULL, or what is wrong with the message in a few words.
 *
 * RRs of other owners and types are passed over. Beside a DNAME stands the CNAME that it makes
 * (RFC 6672 section 3.1); where that is missing we make it. Octets behind the last RR and answers
 * of another class make a message malformed: no resolver sends such. */
#include "dns/wire.h"

#include "dns/ede.h"
#include "dns/rdata.h"
#include "dns/wirename.h"

#include <stdio.h>
#include <string.h>

enum {
	FLAG_QR = 0x8000,
	FLAG_TC = 0x0200,
	FLAG_RD = 0x0100,
	MASK_OPCODE = 0x7800,
	MASK_RCODE = 0x000f
};
enum { RCODE_SERVFAIL = 2, RCODE_NXDOMAIN = 3, RCODE_REFUSED = 5 };
enum { CLASS_IN = 1, TYPE_OPT = 41, HEADER_BYTES = 12 };

struct rr {
	struct reader owner; /* stands on the owner name */
	uint16_t type, class, rdata_size;
	uint32_t ttl_s;
	const uint8_t *rdata;
};

struct message {
	struct reader answers; /* stands on the first RR */
	unsigned rcode, n_answers;
	bool has_soa, has_ns; /* in the authority section */
	struct reader soa_owner;
	uint32_t negative_ttl_s;
	const uint8_t *options; /* the rdata of the OPT; NULL: none */
	size_t options_size;
};

/* ---- names ---- */

/* The one name that fills the rdata from `skip` on. */
static bool rdata_name(const struct rr *rr, size_t skip, struct dname *name)
{
	if (rr->rdata_size < skip)
		return false;
	struct reader r = {
		.start = rr->owner.start, .at = rr->rdata + skip, .end = rr->rdata + rr->rdata_size
	};
	return wirename_read(&r, name) && r.at == r.end;
}

/* ---- structure ---- */

static bool rr_read(struct reader *r, struct rr *rr)
{
	rr->owner = *r;
	wirename_skip(r);
	rr->type = reader_u16(r);
	rr->class = reader_u16(r);
	rr->ttl_s = reader_u32(r);
	if (rr->ttl_s > INT32_MAX)
		rr->ttl_s = 0; /* RFC 2181 section 8 */
	rr->rdata_size = reader_u16(r);
	rr->rdata = reader_bytes(r, rr->rdata_size);
	return reader_ok(r);
}

static const char *question_check(struct reader *r, const struct answer_builder *b)
{
	struct dname name;
	if (!wirename_read(r, &name))
		return "bad name in the question";
	uint16_t type = reader_u16(r), class = reader_u16(r);
	if (!reader_ok(r))
		return "ends inside the question";
	return class == CLASS_IN && type == b->type && dname_equal(&name, &b->canonical)
	        ? NULL
	        : "answers another question";
}

/* RFC 2308 section 5: the negative TTL is the smaller of the SOA's own and its last field. */
static void authority_note(struct message *m, const struct rr *rr)
{
	m->has_ns = m->has_ns || rr->type == RRTYPE_NS;
	if (rr->type != RRTYPE_SOA || rr->class != CLASS_IN || m->has_soa || rr->rdata_size < 22)
		return;
	struct reader tail = reader_of(rr->rdata + rr->rdata_size - 4, 4);
	uint32_t minimum = reader_u32(&tail);
	m->has_soa = true;
	m->soa_owner = rr->owner;
	m->negative_ttl_s = minimum < rr->ttl_s ? minimum : rr->ttl_s;
}

static const char *rrs_scan(
        struct reader *r, struct message *m, unsigned n_authority, unsigned n_additional)
{
	struct rr rr;
	for (unsigned i = 0; i < m->n_answers && rr_read(r, &rr); i++)
		if (rr.class != CLASS_IN)
			return "a record of another class";
	for (unsigned i = 0; i < n_authority && rr_read(r, &rr); i++)
		authority_note(m, &rr);
	for (unsigned i = 0; i < n_additional; i++) {
		struct reader field = *r;
		/* The extended RCODE is the first octet of an OPT's TTL (RFC 6891 section 6.1.3);
		 * rr_read() would clamp it. */
		if (!rr_read(r, &rr))
			break;
		if (rr.type == TYPE_OPT) {
			wirename_skip(&field);
			reader_bytes(&field, 4);
			m->rcode |= (unsigned)reader_u8(&field) << 4;
			m->options = rr.rdata;
			m->options_size = rr.rdata_size;
		}
	}
	if (!reader_ok(r))
		return "ends inside a record";
	return r->at == r->end ? NULL : "octets behind the last record";
}

static const char *message_scan(
        struct message *m, const struct answer_builder *b, const uint8_t *packet, size_t size)
{
	if (size < HEADER_BYTES)
		return "shorter than a header";
	struct reader r = reader_of(packet, size);
	reader_u16(&r);
	unsigned flags = reader_u16(&r), n_questions = reader_u16(&r);
	m->n_answers = reader_u16(&r);
	unsigned n_authority = reader_u16(&r), n_additional = reader_u16(&r);
	if (!(flags & FLAG_QR))
		return "not a response";
	if (flags & MASK_OPCODE)
		return "not an answer to a query";
	if (n_questions != 1)
		return "not one question";
	const char *wrong = question_check(&r, b);
	if (wrong)
		return wrong;
	if (flags & FLAG_TC)
		return "truncated";
	m->rcode = flags & MASK_RCODE;
	m->answers = r;
	return rrs_scan(&r, m, n_authority, n_additional);
}

/* ---- meaning ---- */

static const char *owner_check(const struct rr *rr, const struct dname *name, bool *equal)
{
	struct reader r = rr->owner;
	struct dname owner;
	if (!wirename_read(&r, &owner))
		return "bad owner name";
	*equal = owner.size == name->size && memcmp(owner.wire, name->wire, name->size) == 0;
	return NULL;
}

static void ttl_note(struct answer_builder *b, uint32_t ttl_s)
{
	b->ttl_s = ttl_s < b->ttl_s ? ttl_s : b->ttl_s;
}

static void status_set(struct answer_builder *b, enum answer_status status, const char *cause)
{
	b->status = status;
	snprintf(b->cause, sizeof b->cause, "%s", cause);
}

/* Follows the CNAMEs that stand in order, in one pass; *n_links counts on. */
static const char *chain_pass(struct answer_builder *b, const struct message *m, unsigned *n_links)
{
	struct reader r = m->answers;
	struct rr rr;
	for (unsigned i = 0; i < m->n_answers && rr_read(&r, &rr); i++) {
		if (rr.type != RRTYPE_CNAME || rr.class != CLASS_IN)
			continue;
		bool equal;
		const char *wrong = owner_check(&rr, &b->canonical, &equal);
		if (wrong)
			return wrong;
		if (!equal)
			continue;
		if (!rdata_name(&rr, 0, &b->canonical))
			return "bad CNAME record";
		ttl_note(b, rr.ttl_s);
		if (++*n_links > WIRE_CNAME_MAX)
			break;
	}
	return NULL;
}

/* Puts the target of the first DNAME above the name in its place (RFC 6672 section 2.2). Only when
 * no CNAME leads on. */
static const char *dname_pass(struct answer_builder *b, const struct message *m, unsigned *n_links)
{
	struct reader r = m->answers;
	struct rr rr;
	for (unsigned i = 0; i < m->n_answers && rr_read(&r, &rr); i++) {
		struct reader at = rr.owner;
		struct dname owner, target;
		if (rr.type != RRTYPE_DNAME || rr.class != CLASS_IN)
			continue;
		if (!wirename_read(&at, &owner))
			return "bad owner name";
		if (owner.size >= b->canonical.size || !dname_is_within(&b->canonical, &owner))
			continue;
		if (!rdata_name(&rr, 0, &target))
			return "bad DNAME record";
		size_t kept = b->canonical.size - owner.size;
		if (kept + target.size > DNAME_MAX_BYTES) {
			status_set(b, ANSWER_SERVFAIL, "a DNAME leads to a name that is too long");
			return NULL;
		}
		memcpy(b->canonical.wire + kept, target.wire, target.size);
		b->canonical.size = (uint8_t)(kept + target.size);
		ttl_note(b, rr.ttl_s);
		++*n_links;
		return NULL;
	}
	return NULL;
}

static const char *chain_follow(
        struct answer_builder *b, const struct message *m, unsigned *n_links)
{
	dname_lower(&b->canonical);
	unsigned before = 0;
	do {
		before = *n_links;
		const char *wrong = chain_pass(b, m, n_links);
		if (!wrong && *n_links == before)
			wrong = dname_pass(b, m, n_links);
		if (wrong)
			return wrong;
	} while (*n_links > before && *n_links <= WIRE_CNAME_MAX);
	if (*n_links > WIRE_CNAME_MAX)
		status_set(b, ANSWER_SERVFAIL, "CNAME loop, or too long a chain of CNAMEs");
	return NULL;
}

/* Of a type that no check asks for. */
static bool other_record_add(struct answer_builder *b, const struct rr *rr)
{
	uint8_t room[RDATA_ROOM_BYTES];
	struct reader r = {
		.start = rr->owner.start, .at = rr->rdata, .end = rr->rdata + rr->rdata_size
	};
	size_t size;
	const uint8_t *rdata = rdata_read(room, b->type, r, &size);
	if (rdata)
		answer_builder_add(b, rdata, size, 0);
	return rdata;
}

/* False when the rdata does not follow its type. */
static bool record_add(struct answer_builder *b, const struct rr *rr)
{
	struct dname target;
	switch (b->type) {
	case RRTYPE_A:
	case RRTYPE_AAAA:
		if (rr->rdata_size != (b->type == RRTYPE_A ? 4 : 16))
			return false;
		answer_builder_add(b, rr->rdata, rr->rdata_size, 0);
		return true;
	case RRTYPE_TXT:
		return answer_builder_add_txt(b, rr->rdata, rr->rdata_size);
	case RRTYPE_MX:
		if (!rdata_name(rr, 2, &target))
			return false;
		answer_builder_add(
		        b, target.wire, target.size, (uint16_t)(rr->rdata[0] << 8 | rr->rdata[1]));
		return true;
	case RRTYPE_PTR:
		if (!rdata_name(rr, 0, &target))
			return false;
		answer_builder_add(b, target.wire, target.size, 0);
		return true;
	default:
		return other_record_add(b, rr);
	}
}

static const char *records_collect(struct answer_builder *b, const struct message *m)
{
	struct reader r = m->answers;
	struct rr rr;
	for (unsigned i = 0; i < m->n_answers && rr_read(&r, &rr); i++) {
		if (rr.type != b->type || rr.class != CLASS_IN)
			continue;
		bool equal;
		const char *wrong = owner_check(&rr, &b->canonical, &equal);
		if (wrong)
			return wrong;
		if (!equal)
			continue;
		if (!record_add(b, &rr))
			return "bad record of the type that was asked";
		ttl_note(b, rr.ttl_s);
	}
	return NULL;
}

static bool soa_is_of_root(const struct message *m)
{
	struct reader r = m->soa_owner;
	struct dname zone;
	return m->has_soa && wirename_read(&r, &zone) && zone.size == 1;
}

static bool soa_covers(const struct message *m, const struct dname *name)
{
	struct reader r = m->soa_owner;
	struct dname zone;
	return m->has_soa && wirename_read(&r, &zone) && dname_is_within(name, &zone);
}

/* RCODE 0 without a record is not always NODATA. Behind a CNAME, only the SOA of the target's zone
 * says that the server looked at the target. And NS records without an SOA are a referral
 * (RFC 2308 section 2.2): the upstream does not recurse. */
static void emptiness_judge(struct answer_builder *b, const struct message *m, unsigned n_links)
{
	if (n_links > 0)
		b->is_half = !soa_covers(m, &b->canonical);
	else if (m->has_ns && !m->has_soa)
		status_set(b, ANSWER_SERVFAIL,
		        "a referral and no answer: the upstream does not recurse");
}

/* An RCODE without a status of its own is SERVFAIL, and the cause names it. */
static void failure_set(struct answer_builder *b, unsigned rcode)
{
	static const char *const names[] = {
		[1] = "FORMERR",
		[4] = "NOTIMP",
		[6] = "YXDOMAIN",
		[7] = "YXRRSET",
		[8] = "NXRRSET",
		[9] = "NOTAUTH",
		[10] = "NOTZONE",
		[16] = "BADVERS",
	};
	b->ttl_s = 0;
	b->status = rcode == RCODE_REFUSED ? ANSWER_REFUSED : ANSWER_SERVFAIL;
	if (rcode == RCODE_REFUSED || rcode == RCODE_SERVFAIL)
		return;
	if (rcode < sizeof names / sizeof names[0] && names[rcode])
		snprintf(b->cause, sizeof b->cause, "rcode %s", names[rcode]);
	else
		snprintf(b->cause, sizeof b->cause, "rcode %u", rcode);
}

static const char *message_read(struct answer_builder *b, const uint8_t *packet, size_t size)
{
	struct message m = { 0 };
	const char *wrong = message_scan(&m, b, packet, size);
	if (wrong)
		return wrong;
	if (m.rcode != 0 && m.rcode != RCODE_NXDOMAIN) {
		failure_set(b, m.rcode);
		if (m.options)
			ede_append(b->cause, sizeof b->cause, m.options, m.options_size);
		return NULL;
	}
	b->ttl_s = UINT32_MAX;
	b->status = m.rcode == RCODE_NXDOMAIN ? ANSWER_NXDOMAIN : ANSWER_OK;
	unsigned n_links = 0;
	if (b->type != RRTYPE_CNAME)
		wrong = chain_follow(b, &m, &n_links);
	if (!wrong && b->status == ANSWER_OK) {
		wrong = records_collect(b, &m);
		if (b->n_records == 0)
			emptiness_judge(b, &m, n_links);
	}
	b->is_of_root = b->status == ANSWER_NXDOMAIN && soa_is_of_root(&m);
	if (b->n_records == 0 && !b->is_half)
		ttl_note(b, m.has_soa ? m.negative_ttl_s : 0);
	return wrong;
}

bool wire_decode(struct answer_builder *b, const uint8_t *packet, size_t size)
{
	const char *wrong = message_read(b, packet, size);
	if (!wrong)
		return true;
	struct dname qname = b->qname;
	answer_builder_begin(
	        b, &qname, b->type); /* forgets what was added before the message turned out bad */
	status_set(b, ANSWER_MALFORMED, wrong);
	return false;
}

/* ---- queries ---- */

static uint8_t *put_u16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
	return at + 2;
}

size_t wire_encode_query(uint8_t packet[WIRE_QUERY_MAX_BYTES], uint16_t id,
        const struct dname *qname, enum rrtype type, unsigned udp_payload, bool dnssec_ok)
{
	uint8_t *at = put_u16(packet, id);
	at = put_u16(at, FLAG_RD);
	at = put_u16(at, 1);
	at = put_u16(at, 0);
	at = put_u16(at, 0);
	at = put_u16(at, udp_payload ? 1 : 0);
	memcpy(at, qname->wire, qname->size);
	at = put_u16(at + qname->size, (unsigned)type);
	at = put_u16(at, CLASS_IN);
	if (udp_payload) {
		*at++ = 0; /* the root owns the OPT (RFC 6891 section 6.1.2) */
		at = put_u16(at, TYPE_OPT);
		at = put_u16(at, udp_payload);
		at = put_u16(at, 0);
		at = put_u16(at, dnssec_ok ? 0x8000 : 0);
		at = put_u16(at, 0);
	}
	return (size_t)(at - packet);
}
