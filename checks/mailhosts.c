/* mailhosts.c - a domain's mail hosts: START -> MX -> waves of host addresses, or without MX the
 * domain's own addresses. */
#include "checks/mailhosts.h"

static probe_step step_wave, step_implicit;

static enum rrtype other_type(enum rrtype type)
{
	return type == RRTYPE_A ? RRTYPE_AAAA : RRTYPE_A;
}

static void note(struct mailhosts *p, const struct answer *answer)
{
	p->match = match_join(p->match, match_answer(answer, &p->ip));
	if (answer->status == ANSWER_OK)
		p->any_address = true;
	for (unsigned i = 0; i < answer->n_records && !p->not_public; i++) {
		struct ipaddr address = answer_address(answer, i);
		p->not_public = ipaddr_is_local(&address);
	}
	p->any_failed |= !answer_is_definite(answer);
}

/* "localhost", or a name below it (RFC 6761 section 6.3). */
static bool is_localhost(const struct dname *host)
{
	static const uint8_t end[] = "\11localhost"; /* and the root */
	return host->size >= sizeof end &&
	        memcmp(host->wire + host->size - sizeof end, end, sizeof end) == 0;
}

/* An address where a name belongs, as text or in brackets. A name that could be one ends in a digit
 * or a bracket, or is a single label. */
static bool is_literal(const struct dname *host)
{
	char text[DNAME_TEXT_BYTES];
	struct ipaddr ip;
	uint8_t last = host->wire[host->size - 2];
	if ((last < '0' || last > '9') && last != ']' && host->wire[0] != host->size - 2)
		return false;
	dname_text(host, text);
	return !ipaddr_parse(&ip, text, strlen(text));
}

/* Asks for the next hosts; the root is none. True if there was one. */
static bool ask_wave(struct mailhosts *p)
{
	unsigned asked = 0;
	while (asked < PROBE_FANOUT_MAX && p->next_host < p->mx->n_records &&
	        p->next_host < MAILHOSTS_MAX) {
		struct dname host;
		answer_target(p->mx, p->next_host++, &host);
		if (host.size > 1) {
			p->not_public |= is_localhost(&host) || is_literal(&host);
			probe_ask(&p->probe, &host, p->type);
			asked++;
		}
	}
	return asked > 0;
}

static enum probe_turn go_on(struct mailhosts *p)
{
	if (p->match != MATCH_YES && ask_wave(p))
		return PROBE_ASK;
	if (!p->any_address && !p->any_failed && !p->other_family) {
		p->other_family = true;
		p->type = other_type(p->type);
		p->next_host = 0;
		if (ask_wave(p))
			return PROBE_ASK;
	}
	p->no_address = !p->any_address && !p->any_failed;
	if (p->match == MATCH_UNASKED && p->ip.family != IPFAMILY_NONE)
		p->match = MATCH_NO;
	return PROBE_DONE;
}

static enum probe_turn step_wave(struct probe *probe, const struct probe_answers *got)
{
	struct mailhosts *p = (struct mailhosts *)probe;
	for (unsigned i = 0; i < got->count; i++)
		note(p, got->by_slot[i]);
	return go_on(p);
}

static enum probe_turn step_implicit(struct probe *probe, const struct probe_answers *got)
{
	struct mailhosts *p = (struct mailhosts *)probe;
	note(p, got->by_slot[0]);
	note(p, got->by_slot[1]);
	p->state = p->any_address ? MX_IMPLICIT : p->any_failed ? MX_TEMPERROR : MX_ABSENT;
	return PROBE_DONE;
}

/* RFC 7505 section 3: the only MX has the root as its host. */
static bool is_null_mx(const struct answer *mx)
{
	struct dname host;
	answer_target(mx, 0, &host);
	return mx->n_records == 1 && host.size == 1;
}

static enum probe_turn step_mx(struct probe *probe, const struct probe_answers *got)
{
	struct mailhosts *p = (struct mailhosts *)probe;
	p->mx = answer_ref(got->by_slot[0]);
	if (!answer_is_definite(p->mx)) {
		p->state = MX_TEMPERROR;
		p->match = p->ip.family == IPFAMILY_NONE ? MATCH_UNASKED : MATCH_TEMPERROR;
		return PROBE_DONE;
	}
	if (answer_is_void(p->mx)) {
		probe_ask(probe, &p->domain, RRTYPE_A);
		probe_ask(probe, &p->domain, RRTYPE_AAAA);
		probe->step = step_implicit;
		return PROBE_ASK;
	}
	if (is_null_mx(p->mx)) {
		p->state = MX_NULL;
		p->match = p->ip.family == IPFAMILY_NONE ? MATCH_UNASKED : MATCH_NO;
		return PROBE_DONE;
	}
	p->state = MX_OK;
	probe->step = step_wave;
	return go_on(p);
}

static enum probe_turn step_start(struct probe *probe, const struct probe_answers *got)
{
	struct mailhosts *p = (struct mailhosts *)probe;
	(void)got;
	probe_ask(probe, &p->domain, RRTYPE_MX);
	probe->step = step_mx;
	return PROBE_ASK;
}

void mailhosts_begin(struct mailhosts *p, const struct dname *domain, const struct ipaddr *ip,
        struct asker *asker)
{
	p->domain = *domain;
	p->ip = *ip;
	p->state = MX_UNASKED;
	p->mx = NULL;
	p->match = MATCH_UNASKED;
	p->type = ip->family == IPFAMILY_6 ? RRTYPE_AAAA : RRTYPE_A;
	p->next_host = 0;
	p->no_address = p->not_public = p->other_family = p->any_address = p->any_failed = false;
	probe_begin(&p->probe, step_start, asker);
}

void mailhosts_fini(struct mailhosts *p)
{
	probe_fini(&p->probe);
	answer_unref(p->mx);
	p->mx = NULL;
}

const char *mx_state_text(enum mx_state state)
{
	static const char *const texts[] = { "", "ok", "implicit", "null", "none", "temperror" };
	return texts[state];
}
