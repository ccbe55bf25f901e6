/* ubanswer.h - (private to resolver/recursive/) what libunbound's callback says, as an answer.
 *
 * libunbound does not say why it failed: SERVFAIL, REFUSED, timeouts and no socket all look alike,
 * so all of them become ANSWER_UNRESOLVED. A fresh failure is an `rcode` without a packet. One from
 * libunbound's cache is a packet with SERVFAIL. */
#ifndef RESOLVER_RECURSIVE_UBANSWER_H
#define RESOLVER_RECURSIVE_UBANSWER_H

#include "dns/answer.h"

/* The callback's arguments: see libunbound(3), ub_event_callback_type. */
struct ubreply {
	int rcode; /* libunbound's own; with any but 0 there is no packet */
	const uint8_t *packet;
	size_t size;  /* 0: there is no packet */
	int security; /* 0: insecure, 1: bogus, 2: secure */
	const char *why_bogus;
	bool was_ratelimited;
};

/* The cause of a failure that libunbound does not explain. */
extern const char ubanswer_cause_unknown[];

/* No answer: without a packet, SERVFAIL, or bogus. */
bool ubreply_is_failure(const struct ubreply *reply);
/* The packet says SERVFAIL. */
bool ubreply_is_servfail(const struct ubreply *reply);
/* The packet is from libunbound's local or auth zones: what it has from others never has AA set. */
bool ubreply_is_local(const struct ubreply *reply);

/* The answer to (qname, type), whose name `asked` was put to libunbound: `qname`, or where CNAMEs
 * led. A new reference; NULL: out of memory. */
const struct answer *ubanswer_make(struct answer_builder *b, const struct dname *qname,
        const struct dname *asked, enum rrtype type, const struct ubreply *reply);

#endif
