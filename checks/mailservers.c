/* mailservers.c - MX, then the addresses of all hosts, then the names of all addresses, then the
 * addresses of all names: each behind the other in one list of questions. */
#include "checks/mailservers.h"

#include "checks/specialnet.h"

#include <string.h>

/* ---- what there is ---- */

bool mailservers_host(const struct mailservers *p, unsigned i, struct dname *host)
{
	if (p->found.state == MX_IMPLICIT && i == 0) {
		*host = p->found.domain;
		return true;
	}
	if (p->found.state != MX_OK || i >= p->found.mx->n_records || i >= MAILSERVERS_HOSTS_MAX)
		return false;
	answer_target(p->found.mx, i, host);
	return true;
}

static const struct answer *addresses_of(
        const struct mailservers *p, const struct dname *host, enum rrtype type)
{
	return questions_answer(&p->questions, host->wire, host->size, type);
}

static bool leads_elsewhere(const struct answer *a, const struct dname *host)
{
	struct dname end;
	if (!a || !answer_is_definite(a))
		return false;
	answer_canonical(a, &end);
	return !dname_equal(&end, host);
}

/* As text or in brackets. A name that could be one ends in a digit or a bracket, or is a single
 * label. */
static bool is_literal(const struct dname *host)
{
	char text[DNAME_TEXT_BYTES];
	struct ipaddr ip;
	if (host->size < 3)
		return false;
	uint8_t last = host->wire[host->size - 2];
	if ((last < '0' || last > '9') && last != ']' && host->wire[0] != host->size - 2)
		return false;
	dname_text(host, text);
	return !ipaddr_parse(&ip, text, strlen(text));
}

/* "localhost", or a name below it (RFC 6761 section 6.3). */
static bool is_localhost(const struct dname *host)
{
	static const uint8_t end[] = "\11localhost"; /* and the root */
	return host->size >= sizeof end &&
	        memcmp(host->wire + host->size - sizeof end, end, sizeof end) == 0;
}

static bool has_special(const struct answer *a)
{
	for (unsigned i = 0; a && i < a->n_records; i++) {
		struct ipaddr ip = answer_address(a, i);
		if (specialnet_holds(&ip, ipaddr_width(&ip)))
			return true;
	}
	return false;
}

static bool are_void(const struct mailserver *s)
{
	return s->a && s->aaaa && answer_is_void(s->a) && answer_is_void(s->aaaa);
}

static unsigned faults_of(const struct mailserver *s, const struct dname *host)
{
	unsigned faults = is_literal(host) ? MAILSERVER_LITERAL | MAILSERVER_NO_ADDRESS : 0;
	if (leads_elsewhere(s->a, host) || leads_elsewhere(s->aaaa, host))
		faults |= MAILSERVER_ALIAS;
	if (has_special(s->a) || has_special(s->aaaa) || is_localhost(host))
		faults |= MAILSERVER_PRIVATE;
	if (host->size <= 1 || are_void(s))
		faults |= MAILSERVER_NO_ADDRESS;
	return faults;
}

enum iprev_verdict mailservers_iprev(
        const struct mailservers *p, const struct ipaddr *ip, struct dname *name)
{
	const enum rrtype type = ip->family == IPFAMILY_6 ? RRTYPE_AAAA : RRTYPE_A;
	struct dname reverse;
	bool failed = false;
	name->size = 0;
	dname_of_reverse(&reverse, ip);
	const struct answer *ptr =
	        questions_answer(&p->questions, reverse.wire, reverse.size, RRTYPE_PTR);
	if (!ptr || !answer_is_definite(ptr))
		return ptr ? IPREV_TEMPERROR : IPREV_NONE;
	for (unsigned i = 0; i < ptr->n_records && i < IPREV_NAMES_MAX; i++) {
		struct dname one;
		answer_target(ptr, i, &one);
		const struct answer *a = addresses_of(p, &one, type);
		if (a && answer_has_address(a, ip, ipaddr_width(ip))) {
			*name = one;
			return IPREV_PASS;
		}
		failed |= !a || !answer_is_definite(a);
		if (i == 0)
			*name = one;
	}
	return !ptr->n_records ? IPREV_PERMERROR : failed ? IPREV_TEMPERROR : IPREV_FAIL;
}

/* ---- questions ---- */

static void ask_for_host(struct mailservers *p, const struct dname *host)
{
	questions_add(&p->questions, host, RRTYPE_A);
	questions_add(&p->questions, host, RRTYPE_AAAA);
}

static bool is_null_mx(const struct answer *mx)
{
	struct dname host;
	answer_target(mx, 0, &host);
	return mx->n_records == 1 && host.size == 1;
}

static void see_mx(struct mailservers *p, const struct answer *mx)
{
	p->found.mx = answer_ref(mx);
	if (!answer_is_definite(mx)) {
		p->found.state = MX_TEMPERROR;
		return;
	}
	if (answer_is_void(mx)) {
		ask_for_host(p, &p->found.domain);
		return;
	}
	p->found.state = is_null_mx(mx) ? MX_NULL : MX_OK;
	for (unsigned i = 0;
	        p->found.state == MX_OK && i < mx->n_records && i < MAILSERVERS_HOSTS_MAX; i++) {
		struct dname host;
		answer_target(mx, i, &host);
		/* a literal is no name to ask for */
		if (host.size > 1 && !is_literal(&host))
			ask_for_host(p, &host);
	}
}

/* Only of the addresses of hosts, which are asked for before any of their names. */
static void see_addresses(struct mailservers *p, const struct answer *addresses)
{
	for (unsigned i = 0; i < addresses->n_records; i++) {
		struct ipaddr ip = answer_address(addresses, i);
		struct dname reverse;
		dname_of_reverse(&reverse, &ip);
		questions_add(&p->questions, &reverse, RRTYPE_PTR);
	}
}

static void see_names(struct mailservers *p, const struct answer *ptr)
{
	struct dname reverse;
	answer_qname(ptr, &reverse);
	const bool is_6 = reverse.size > DNAME_MAX_BYTES / 4; /* nibbles */
	for (unsigned i = 0; i < ptr->n_records && i < IPREV_NAMES_MAX; i++) {
		struct dname name;
		answer_target(ptr, i, &name);
		int number = questions_add(&p->questions, &name, is_6 ? RRTYPE_AAAA : RRTYPE_A);
		if (number >= (int)p->questions.n_taken)
			p->questions.at[number].tag = 0;
	}
}

/* The tag of a question that a name of an address made: its answer leads no further. */
static void see(void *owner, unsigned number, const struct answer *answer)
{
	struct mailservers *p = owner;
	switch (p->questions.at[number].type) {
	case RRTYPE_MX:
		see_mx(p, answer);
		break;
	case RRTYPE_PTR:
		see_names(p, answer);
		break;
	default:
		if (p->with_ptr && p->questions.at[number].tag == QUESTIONS_NO_TAG)
			see_addresses(p, answer);
	}
}

/* Without MX the domain's own addresses decide. */
static enum mx_state implicit_state(const struct mailservers *p)
{
	const struct answer *a = addresses_of(p, &p->found.domain, RRTYPE_A),
	                    *aaaa = addresses_of(p, &p->found.domain, RRTYPE_AAAA);
	if ((a && a->status == ANSWER_OK) || (aaaa && aaaa->status == ANSWER_OK))
		return MX_IMPLICIT;
	return a && aaaa && answer_is_void(a) && answer_is_void(aaaa) ? MX_ABSENT : MX_TEMPERROR;
}

static unsigned count_hosts(const struct mailservers *p)
{
	const unsigned n = p->found.state == MX_OK ? p->found.mx->n_records : 0;
	return p->found.state == MX_IMPLICIT ? 1
	        : n > MAILSERVERS_HOSTS_MAX  ? MAILSERVERS_HOSTS_MAX
	                                     : n;
}

/* Once for each host: columns and problems ask again and again. */
static void look_at_hosts(struct mailservers *p)
{
	const unsigned n = count_hosts(p);
	struct dname host;
	p->hosts = n ? arena_alloc(&p->questions.memory, n * sizeof *p->hosts) : NULL;
	p->questions.failed |= n && !p->hosts;
	p->found.no_address = p->found.state == MX_OK;
	for (unsigned i = 0; p->hosts && mailservers_host(p, i, &host); i++) {
		struct mailserver *s = &p->hosts[p->n_hosts++];
		*s = (struct mailserver){ .a = addresses_of(p, &host, RRTYPE_A),
			.aaaa = addresses_of(p, &host, RRTYPE_AAAA) };
		s->faults = faults_of(s, &host);
		p->faults |= s->faults;
		p->found.no_address &= (s->faults & MAILSERVER_NO_ADDRESS) != 0;
	}
	p->found.not_public = p->faults & (MAILSERVER_PRIVATE | MAILSERVER_LITERAL);
}

static void conclude(struct mailservers *p)
{
	if (!p->found.state)
		p->found.state = implicit_state(p);
	look_at_hosts(p);
}

static enum probe_turn step(struct probe *probe, const struct probe_answers *got)
{
	struct mailservers *p = (struct mailservers *)probe;
	if (questions_step(&p->questions, probe, got, see, p))
		return PROBE_ASK;
	conclude(p);
	return PROBE_DONE;
}

void mailservers_begin(
        struct mailservers *p, const struct dname *domain, bool with_ptr, struct asker *asker)
{
	questions_begin(&p->questions, MAILSERVERS_QUESTIONS_MAX);
	p->with_ptr = with_ptr;
	p->found.domain = *domain;
	dname_lower(&p->found.domain);
	probe_begin(&p->probe, step, asker);
	questions_add(&p->questions, &p->found.domain, RRTYPE_MX);
}

void mailservers_reset(struct mailservers *p)
{
	probe_fini(&p->probe);
	answer_unref(p->found.mx);
	p->found = (struct mailhosts){ .state = MX_UNASKED };
	p->hosts = NULL;
	p->n_hosts = p->faults = 0;
	questions_reset(&p->questions);
}

void mailservers_fini(struct mailservers *p)
{
	mailservers_reset(p);
	questions_fini(&p->questions);
	*p = (struct mailservers){ .with_ptr = false };
}
