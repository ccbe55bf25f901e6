/* ubanswer.c - libunbound's replies, decoded. */
#include "resolver/recursive/ubanswer.h"

#include "dns/wire.h"

#include <stdio.h>

/* Octets and bits of the header: RFC 1035 section 4.1.1. */
enum { FLAGS_OCTET = 2, FLAG_AA = 0x04, RCODE_OCTET = 3, RCODE_MASK = 0x0f, RCODE_SERVFAIL = 2 };

const char ubanswer_cause_unknown[] = "libunbound cannot say why";

static bool has_packet(const struct ubreply *reply)
{
	return reply->rcode == 0 && reply->size > RCODE_OCTET;
}

bool ubreply_is_servfail(const struct ubreply *reply)
{
	return reply->size > RCODE_OCTET &&
	        (reply->packet[RCODE_OCTET] & RCODE_MASK) == RCODE_SERVFAIL;
}

bool ubreply_is_failure(const struct ubreply *reply)
{
	return !has_packet(reply) || reply->security == 1 || ubreply_is_servfail(reply);
}

bool ubreply_is_local(const struct ubreply *reply)
{
	return has_packet(reply) && reply->packet[FLAGS_OCTET] & FLAG_AA;
}

static const struct answer *of_bogus(
        const struct dname *qname, enum rrtype type, const char *why_bogus)
{
	struct answer *a = answer_of_failure(qname, type, ANSWER_BOGUS, why_bogus);
	if (a)
		a->dnssec = ANSWER_DNSSEC_BOGUS;
	return a;
}

static const struct answer *of_packet(struct answer_builder *b, const struct dname *qname,
        const struct dname *asked, enum rrtype type, const struct ubreply *reply)
{
	answer_builder_begin(b, qname, type);
	b->canonical = *asked;
	wire_decode(b, reply->packet, reply->size);
	if (b->status == ANSWER_SERVFAIL && ubreply_is_servfail(reply)) {
		b->status = ANSWER_UNRESOLVED;
		snprintf(b->cause, sizeof b->cause, "%s", ubanswer_cause_unknown);
	}
	b->dnssec = reply->security == 2 ? ANSWER_SECURE : ANSWER_INSECURE;
	return answer_build(b);
}

const struct answer *ubanswer_make(struct answer_builder *b, const struct dname *qname,
        const struct dname *asked, enum rrtype type, const struct ubreply *reply)
{
	if (has_packet(reply) && reply->security == 1)
		return of_bogus(qname, type, reply->why_bogus);
	if (has_packet(reply))
		return of_packet(b, qname, asked, type, reply);
	return answer_of_failure(qname, type, ANSWER_UNRESOLVED, ubanswer_cause_unknown);
}
