/* fuzz_probes.c - SPF, iprev, mail hosts, addresses, and the policies and mail servers of an audit
 * against a DNS that the octets direct: it fails, lies, repeats itself, gives thousands of names
 * and answers late and backwards. Every probe ends within its limits, a verdict has its reason, and
 * it does not depend on when the answers came.
 *
 * Octets in: what is asked (see request_of()), then one answer after the other (see fill()) in the
 * order of the questions. */
#include "target.h"

#include "base/reader.h"
#include "checks/flatten.h"
#include "checks/hostaddr.h"
#include "checks/iprev.h"
#include "checks/mailhosts.h"
#include "checks/mailservers.h"
#include "checks/policy_report.h"
#include "spf/check.h"

#include <stdio.h>
#include <string.h>

enum { QUESTIONS_MAX = 300, MX_QUESTIONS_MAX = 3 + 2 * MAILHOSTS_MAX };

enum order { AT_HAND, FORWARDS, BACKWARDS, MIXED, GIVEN_UP, ORDERS };

struct world {
	struct asker asker; /* first */
	struct reader script;
	enum order order;
	unsigned n_asked, most; /* questions; more are a fault */
	const struct answer *held[PROBE_FANOUT_MAX];
};

static const uint8_t client_4[16] = { 192, 0, 2, 1 },
                     client_6[16] = { 0x20, 0x01, 0x0d, 0xb8, [15] = 1 };

/* A name from the script: one of a few that mean something, or any labels. */
static struct dname name_of(struct reader *script)
{
	static const char *const names[] = { "example.com", "www.example.com", "mail.example.com",
		"1.2.0.192.in-addr.arpa", "com", ".", "other.example" };
	struct dname name;
	uint8_t choice = reader_u8(script);
	if (choice < 7) {
		require(dname_parse(&name, names[choice], strlen(names[choice])) == ERROR_NONE);
		return name;
	}
	size_t size = choice % 64;
	const uint8_t *text = reader_bytes(script, size);
	if (!text || dname_parse(&name, (const char *)text, size))
		require(dname_parse(&name, "x", 1) == ERROR_NONE);
	return name;
}

static void add_record(struct answer_builder *b, struct reader *script)
{
	uint8_t choice = reader_u8(script), octets[16] = { 10, choice };
	struct dname name;
	size_t size;
	switch (b->type) {
	case RRTYPE_TXT:
		size = choice < reader_left(script) ? choice : reader_left(script);
		answer_builder_add(b, reader_bytes(script, size), size, 0);
		break;
	case RRTYPE_A:
		answer_builder_add(b, choice ? octets : client_4, 4, 0);
		break;
	case RRTYPE_AAAA:
		answer_builder_add(b, choice ? octets : client_6, 16, 0);
		break;
	default:
		name = name_of(script);
		answer_builder_add(b, name.wire, name.size, choice);
	}
}

/* One octet: up to 63 records, secure with 64 added; 63 of MX or PTR are a thousand more; from 128
 * on a failure, or no records, 254: not asked. Nothing left: no such name. */
static void fill(struct answer_builder *b, struct reader *script)
{
	uint8_t head = reader_left(script) ? reader_u8(script) : 128 + ANSWER_NXDOMAIN;
	b->dnssec = head & 64 ? ANSWER_SECURE : ANSWER_INSECURE;
	if (head >= 128) {
		b->status = head == 254 ? ANSWER_EXCLUDED
		                        : (enum answer_status)(1 + head % ANSWER_CANCELLED);
		b->dnssec = b->status == ANSWER_BOGUS ? ANSWER_DNSSEC_BOGUS : b->dnssec;
		return;
	}
	for (unsigned n = head % 64; n && reader_left(script); n--)
		add_record(b, script);
	for (unsigned n = head % 64 == 63 && (b->type == RRTYPE_MX || b->type == RRTYPE_PTR) ? 1000
	                                                                                     : 0;
	        n; n--) {
		const uint8_t wire[] = { 3, (uint8_t)('a' + n % 26), (uint8_t)('a' + n / 26 % 26),
			(uint8_t)('a' + n / 676), 0 };
		answer_builder_add(b, wire, sizeof(wire), 10);
	}
}

static const struct answer *ask(struct asker *asker, struct probe *probe, unsigned slot,
        const struct dname *qname, enum rrtype type)
{
	struct world *w = (struct world *)asker;
	struct answer_builder b = { .n_records = 0 };
	struct dname whole;
	(void)probe;
	require(slot < PROBE_FANOUT_MAX && ++w->n_asked <= w->most &&
	        dname_decode(&whole, qname->wire, qname->size));
	answer_builder_begin(&b, qname, type);
	fill(&b, &w->script);
	const struct answer *answer = answer_build(&b);
	require(answer);
	answer_builder_fini(&b);
	if (w->order == AT_HAND || (w->order == MIXED && slot % 2))
		return answer;
	w->held[slot] = answer;
	return NULL;
}

static struct world world_of(struct reader script, enum order order)
{
	return (struct world){
		.asker = { .ask = ask }, .script = script, .order = order, .most = QUESTIONS_MAX
	};
}

/* To its end; false when it was given up, with half of its last questions answered. */
static bool run(struct world *w, struct probe *probe)
{
	for (unsigned turn = 0; !probe_run(probe); turn++) {
		bool give_up = w->order == GIVEN_UP && turn == 1;
		for (unsigned i = 0; i < PROBE_FANOUT_MAX; i++) {
			unsigned slot = w->order == FORWARDS ? i : PROBE_FANOUT_MAX - 1 - i;
			const struct answer *answer = w->held[slot];
			w->held[slot] = NULL;
			if (answer && give_up && slot % 2)
				answer_unref(answer);
			else if (answer)
				probe_take(probe, slot, answer);
		}
		if (give_up)
			return false;
	}
	return true;
}

/* ---- SPF ---- */

struct outcome {
	struct spf_result result; /* its answers are not to be looked at any more */
	char texts[2048];         /* what it matched and explained */
	unsigned n_asked;
};

static void check_result(const struct spf_result *r)
{
	require(r->verdict < SPF_VERDICT_COUNT && r->problem < SPF_PROBLEM_COUNT);
	require(r->lookups <= 10 && r->void_lookups <= 3 &&
	        (r->void_lookups == 3) == (r->problem == SPF_PROBLEM_VOID_LIMIT));
	require((r->problem == SPF_PROBLEM_LOOKUP_LIMIT) <= (r->lookups == 10));
	require((r->verdict >= SPF_TEMPERROR || r->problem == SPF_PROBLEM_BAD_DOMAIN) ==
	        (r->problem != SPF_PROBLEM_NONE));
	require((r->verdict == SPF_TEMPERROR) == (r->failed != NULL) &&
	        (!r->failed || !answer_is_definite(r->failed)));
	require(r->verdict == SPF_FAIL || r->explanation.size == 0);
	for (size_t i = 0; i < r->explanation.size; i++)
		require(r->explanation.bytes[i] >= 0x20 && r->explanation.bytes[i] < 0x7f);
	require(r->record_answer || !r->record_size);
	bool decided =
	        r->verdict == SPF_PASS || r->verdict == SPF_FAIL || r->verdict == SPF_SOFTFAIL;
	require(!decided || (r->matched.size && r->record_size));
}

static void watch(struct spf_observer *observer, const struct spf_event *event)
{
	(void)observer;
	/* an include of what is no domain name returns without having looked at anything */
	require(event->domain->size || event->kind == SPF_EVENT_RETURN);
	require(event->depth < SPF_FRAMES_MAX && event->lookups <= 10 && event->void_lookups <= 3);
	require((event->kind == SPF_EVENT_LOOKUP) == (event->answer != NULL));
}

static void run_spf(struct outcome *o, const struct spf_request *request, struct reader script,
        enum order order)
{
	struct world w = world_of(script, order);
	struct spf_check check = { .n_frames = 0 };
	spf_check_begin(&check, request, &spf_limits_of_rfc, &w.asker);
	bool ended = run(&w, &check.probe);
	*o = (struct outcome){ .n_asked = w.n_asked };
	if (ended) {
		check_result(&check.result);
		o->result = check.result;
		snprintf(o->texts, sizeof(o->texts), "%s|%s", textbuf_text(&check.result.matched),
		        textbuf_text(&check.result.explanation));
	}
	spf_check_fini(&check);
}

/* What the three kinds of probes came to with answers at hand: "pass.fail.ok" of SPF, iprev and the
 * mail hosts, "-" for one that ended without a word. */
static struct {
	const char *spf, *iprev, *mailhosts;
} words;

static void tell_words(void)
{
	static char text[64];
	snprintf(text, sizeof text, "%s.%s.%s", words.spf, words.iprev, words.mailhosts);
	tell_outcome(text);
}

static void check_spf(const struct spf_request *request, struct reader script)
{
	struct outcome first, other;
	run_spf(&first, request, script, AT_HAND);
	words.spf = spf_verdict_text(first.result.verdict);
	for (enum order order = FORWARDS; order < GIVEN_UP; order++) {
		run_spf(&other, request, script, order);
		require(first.result.verdict == other.result.verdict &&
		        first.result.problem == other.result.problem &&
		        first.result.lookups == other.result.lookups &&
		        first.result.void_lookups == other.result.void_lookups &&
		        first.result.dnssec == other.result.dnssec &&
		        first.n_asked == other.n_asked && strcmp(first.texts, other.texts) == 0);
	}
	run_spf(&other, request, script, GIVEN_UP);
}

/* ---- the other probes ---- */

static void check_iprev(const struct ipaddr *ip, struct reader script, enum order order)
{
	struct world w = world_of(script, order);
	struct iprev p;
	iprev_begin(&p, ip, &w.asker);
	if (run(&w, &p.probe)) {
		if (order == AT_HAND)
			words.iprev = iprev_verdict_text(p.verdict);
		require(p.verdict > IPREV_NONE && p.verdict < IPREV_VERDICT_COUNT && p.names &&
		        w.n_asked <= 1 + IPREV_NAMES_MAX);
		require(p.verdict != IPREV_TEMPERROR || p.probe.failures.n > 0);
		require((p.verdict == IPREV_PERMERROR) == answer_is_void(p.names));
		require(p.verdict != IPREV_PASS || p.confirmed < p.names->n_records);
	}
	iprev_fini(&p);
}

static void check_mailhosts(
        const struct dname *domain, const struct ipaddr *ip, struct reader script, enum order order)
{
	struct world w = world_of(script, order);
	struct mailhosts p;
	mailhosts_begin(&p, domain, ip, &w.asker);
	if (run(&w, &p.probe)) {
		if (order == AT_HAND && ip->family != IPFAMILY_NONE)
			words.mailhosts = mx_state_text(p.state);
		require(p.state > MX_UNASKED && p.state <= MX_TEMPERROR && p.mx &&
		        w.n_asked <= MX_QUESTIONS_MAX);
		require((p.match == MATCH_UNASKED) == (ip->family == IPFAMILY_NONE));
		require((p.state != MX_TEMPERROR && p.match != MATCH_TEMPERROR) ||
		        p.probe.failures.n > 0);
		require((p.state == MX_OK || p.state == MX_NULL) == (p.mx->n_records > 0));
		require(!p.no_address ||
		        (p.state == MX_OK && p.match != MATCH_YES && p.probe.failures.n == 0));
	}
	mailhosts_fini(&p);
}

static void check_hostaddr(
        const struct dname *domain, const struct ipaddr *ip, struct reader script, enum order order)
{
	struct world w = world_of(script, order);
	struct hostaddr p;
	hostaddr_begin(&p, domain, ip, &w.asker);
	if (run(&w, &p.probe)) {
		require(p.done && p.a && p.aaaa && w.n_asked == 2);
		require((p.match == MATCH_UNASKED) == (ip->family == IPFAMILY_NONE) &&
		        (p.match != MATCH_YES || hostaddr_state(&p) == A_OK ||
		                hostaddr_state(&p) == A_TEMPERROR));
	}
	hostaddr_fini(&p);
}

/* ---- an audit's ---- */

static void check_host(const struct mailservers *p, unsigned i)
{
	const struct answer *both[] = { p->hosts[i].a, p->hosts[i].aaaa };
	struct dname host, name;
	require(mailservers_host(p, i, &host) && host.size);
	for (unsigned f = 0; f < 2; f++)
		for (unsigned k = 0; both[f] && k < both[f]->n_records; k++) {
			struct ipaddr ip = answer_address(both[f], k);
			enum iprev_verdict verdict = mailservers_iprev(p, &ip, &name);
			require(verdict < IPREV_VERDICT_COUNT);
			require(verdict != IPREV_PASS || name.size);
		}
}

static void check_mailservers(const struct dname *domain, struct reader script, enum order order)
{
	struct world w = world_of(script, order);
	struct mailservers p = { .n_hosts = 0 };
	w.most = MAILSERVERS_QUESTIONS_MAX;
	mailservers_begin(&p, domain, true, &w.asker);
	if (run(&w, &p.probe)) {
		require(p.found.state > MX_UNASKED && p.found.state <= MX_TEMPERROR &&
		        !p.questions.failed && p.n_hosts <= MAILSERVERS_HOSTS_MAX);
		require((p.found.state == MX_OK || p.found.state == MX_IMPLICIT) ==
		        (p.n_hosts > 0));
		require(p.found.state != MX_TEMPERROR || p.probe.failures.n > 0);
		for (unsigned i = 0; i < p.n_hosts; i++)
			check_host(&p, i);
	}
	mailservers_fini(&p);
}

/* Every address has one result, and the networks that pass are those of the pieces that do. */
static void check_family(const struct authority *a, const struct authority_family *family)
{
	const struct authority_piece *piece;
	struct flatten f;
	struct net net;
	addrset_number passing = 0, wanted = 0;
	for (size_t i = 0; i < family->n; i++) {
		const struct addrset_range r = family->at[i].range;
		require(r.first == (i ? family->at[i - 1].range.last + 1 : 0) &&
		        family->at[i].path < a->n_paths);
		wanted += family->at[i].verdict == SPF_PASS ? r.last - r.first + 1 : 0;
	}
	flatten_begin(&f, family);
	while (flatten_next(&f, &net, &piece)) {
		const struct addrset_range r = addrset_range_of(&net.ip, net.prefix_bits);
		passing += piece->verdict == SPF_PASS ? r.last - r.first + 1 : 0;
	}
	require(passing == wanted);
}

/* What it counts is the same in every order. */
static void check_policy(const struct dname *domain, struct reader script, enum order order)
{
	static uint64_t lookups, voids;
	struct world w = world_of(script, order);
	struct policy p = { .n_nodes = 0 };
	struct policy_report r = { .policy = NULL };
	w.most = POLICY_QUESTIONS_MAX;
	policy_begin(&p, domain, &spf_limits_of_rfc, &w.asker);
	if (run(&w, &p.probe)) {
		require(p.done && !p.failed);
		policy_report_make(&r, &p, &spf_limits_of_rfc);
		require(!r.failed && r.state < POLICY_STATE_COUNT && r.n_order <= p.n_nodes);
		check_family(&r.authority, &r.authority.v4);
		check_family(&r.authority, &r.authority.v6);
		require(order == AT_HAND || (r.lookups == lookups && r.voids_4 == voids));
		lookups = r.lookups;
		voids = r.voids_4;
	}
	policy_report_fini(&r);
	policy_fini(&p);
}

/* One octet of flags, then the domain, then a length and so many octets as local-part and HELO. */
static struct spf_request request_of(struct reader *script, struct spf_observer *observer)
{
	uint8_t flags = reader_u8(script);
	struct spf_request request = { .explain = flags & 1,
		.ip = flags & 2 ? ipaddr_of_6(client_6) : ipaddr_of_4(client_4) };
	request.domain = name_of(script);
	if (flags & 4)
		request.domain.size = 0;
	if (flags & 8)
		request.observer = observer;
	size_t size = reader_u8(script) % 64;
	const uint8_t *text = reader_bytes(script, size);
	if (text && flags & 16) {
		request.local_part = request.helo = (const char *)text;
		request.local_part_size = request.helo_size = size;
	}
	return request;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader script = reader_of(data, size);
	struct spf_observer observer = { .event = watch };
	struct spf_request request = request_of(&script, &observer);
	const struct ipaddr nobody = { .family = IPFAMILY_NONE };
	if (!reader_ok(&script))
		return 0;
	words.spf = words.iprev = words.mailhosts = "-";
	check_spf(&request, script);
	for (enum order order = AT_HAND; order < ORDERS; order++) {
		check_iprev(&request.ip, script, order);
		if (!request.domain.size)
			continue;
		check_mailhosts(&request.domain, &request.ip, script, order);
		check_mailhosts(&request.domain, &nobody, script, order);
		check_hostaddr(&request.domain, &request.ip, script, order);
		check_hostaddr(&request.domain, &nobody, script, order);
		check_mailservers(&request.domain, script, order);
		check_policy(&request.domain, script, order);
	}
	tell_words();
	return 0;
}
