/* match.h - whether the client's address is among those of one or more names. Pure; any thread. */
#ifndef CHECKS_MATCH_H
#define CHECKS_MATCH_H

#include "dns/answer.h"

enum match {
	MATCH_UNASKED, /* no client, or nothing of its family was asked */
	MATCH_YES,
	MATCH_NO,
	MATCH_TEMPERROR, /* a failure leaves it open */
};

/* "yes"; "" for MATCH_UNASKED. Lives for ever. */
static inline const char *match_text(enum match match)
{
	static const char *const texts[] = { "", "yes", "no", "temperror" };
	return texts[match];
}

/* By one A or AAAA answer; UNASKED when that is not of the family of `ip`. */
static inline enum match match_answer(const struct answer *a, const struct ipaddr *ip)
{
	if (ip->family == IPFAMILY_NONE || (a->type == RRTYPE_A) != (ip->family == IPFAMILY_4))
		return MATCH_UNASKED;
	if (!answer_is_definite(a))
		return MATCH_TEMPERROR;
	return answer_has_address(a, ip, ipaddr_width(ip)) ? MATCH_YES : MATCH_NO;
}

/* Of two answers: one YES decides, else a failure leaves it open. */
static inline enum match match_join(enum match a, enum match b)
{
	if (a == MATCH_YES || b == MATCH_YES)
		return MATCH_YES;
	if (a == MATCH_TEMPERROR || b == MATCH_TEMPERROR)
		return MATCH_TEMPERROR;
	return a == MATCH_NO || b == MATCH_NO ? MATCH_NO : MATCH_UNASKED;
}

#endif
