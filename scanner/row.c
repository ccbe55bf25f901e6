/* row.c - one row: begins probes, takes their questions to the resolver and the answers back, until
 * every probe is done.
 *
 * An answer that is at hand is returned by ask(), and probe_run() goes on with it. One that comes
 * later is stored by on_answer(), which marks the probe and wakes the row. The work is done by
 * row_continue(), in the runner's turn, never inside a callback. */
#include "scanner/row.h"

#include "base/clock.h"
#include "checks/checks.h"
#include "resolver/exclusions.h"
#include "results/problems.h"

#include <stdlib.h>
#include <string.h>

/* A row keeps no more than this for the next one. */
enum { SCRATCH_KEEP_BYTES = 16 << 10 };

static struct probe *probe_of(struct row *row, enum row_probe which)
{
	switch (which) {
	case ROW_SPF:
		return &row->spf.probe;
	case ROW_IPREV:
		return &row->iprev.probe;
	case ROW_ADDRESS:
		return &row->address.probe;
	case ROW_ASKS:
		return &row->asking->probe;
	case ROW_POLICY:
		return &row->audit->policy.probe;
	case ROW_SERVERS:
		return &row->audit->servers.probe;
	default:
		return &row->mailhosts.probe;
	}
}

static enum row_probe which_probe(struct row *row, const struct probe *probe)
{
	for (enum row_probe which = ROW_SPF; which < ROW_ASKS; which++)
		if (probe_of(row, which) == probe)
			return which;
	if (row->audit && probe == &row->audit->policy.probe)
		return ROW_POLICY;
	return row->audit && probe == &row->audit->servers.probe ? ROW_SERVERS : ROW_ASKS;
}

/* The probe saw an answer that is good until then: struct resolver_waiter. */
static void note_expiry(struct row *row, enum row_probe which, uint32_t expires_s)
{
	if (expires_s < row->expires_s[which])
		row->expires_s[which] = expires_s;
}

/* Keeps it for the row's next check that asks the same. */
static void keep(
        struct row *row, enum row_probe which, const struct answer *answer, uint32_t expires_s)
{
	row->lacked_memory |= !row_answers_add(&row->answers, answer, expires_s);
	note_expiry(row, which, expires_s);
}

/* ---- waiters ---- */

static void on_answer(struct resolver_waiter *waiter, const struct answer *answer);

static struct row_waiter *waiter_get(struct row *row)
{
	struct row_waiter *w = row->host->free_waiters;
	if (w)
		row->host->free_waiters = w->next;
	else if (!(w = malloc(sizeof *w)))
		return NULL;
	*w = (struct row_waiter){ .waiter = { .row = row->number, .done = on_answer }, .row = row };
	return w;
}

static void waiter_put(struct row_host *host, struct row_waiter *w)
{
	w->next = host->free_waiters;
	host->free_waiters = w;
}

void row_host_fini(struct row_host *host)
{
	for (struct row_waiter *w; (w = host->free_waiters) != NULL; free(w))
		host->free_waiters = w->next;
}

/* It waits for the answer to the question in a slot of a probe. */
static void waiter_link(struct row_waiter *w, enum row_probe which, unsigned slot)
{
	struct row *row = w->row;
	w->probe = (uint8_t)which;
	w->slot = (uint8_t)slot;
	w->link = row->waiting_end;
	*row->waiting_end = w;
	row->waiting_end = &w->next;
}

/* Gives the answer to the probe: true when it lacks none. The waiter is gone. */
static bool waiter_take(struct row_waiter *w, const struct answer *answer)
{
	struct row *row = w->row;
	keep(row, w->probe, answer, w->waiter.expires_s);
	bool is_ready = probe_take(probe_of(row, w->probe), w->slot, answer);
	*w->link = w->next;
	*(w->next ? &w->next->link : &row->waiting_end) = w->link;
	waiter_put(row->host, w);
	return is_ready;
}

static void on_answer(struct resolver_waiter *waiter, const struct answer *answer)
{
	struct row_waiter *w = (struct row_waiter *)waiter;
	struct row *row = w->row;
	unsigned probe = 1u << w->probe;
	if (!waiter_take(w, answer))
		return;
	row->ready |= probe;
	row->host->wake(row->host, row);
}

/* ---- asking ---- */

static const struct answer *cancelled(
        const struct row *row, const struct dname *qname, enum rrtype type)
{
	struct answer *answer =
	        answer_of_failure(qname, type, ANSWER_CANCELLED, "the row's deadline passed");
	if (!answer)
		return resolver_out_of_memory(row->host->resolver);
	answer->received_s = (uint32_t)row->host->wall_s;
	return answer;
}

/* NULL: it comes later. Else *expires_s is set as struct resolver_waiter has it. */
static const struct answer *ask_resolver(struct row *row, enum row_probe which, unsigned slot,
        const struct dname *qname, enum rrtype type, uint32_t *expires_s)
{
	struct row_waiter *w = waiter_get(row);
	if (!w)
		return resolver_out_of_memory(row->host->resolver);
	const struct answer *answer = resolver_ask(row->host->resolver, &w->waiter, qname, type);
	*expires_s = w->waiter.expires_s;
	if (answer)
		waiter_put(row->host, w);
	else
		waiter_link(w, which, slot);
	return answer;
}

static const struct answer *ask(struct asker *asker, struct probe *probe, unsigned slot,
        const struct dname *qname, enum rrtype type)
{
	struct row *row = (struct row *)asker;
	enum row_probe which = which_probe(row, probe);
	uint32_t expires_s = 0;
	const struct answer *answer = row_answers_find(&row->answers, qname, type, &expires_s);
	if (answer) {
		note_expiry(row, which, expires_s);
		return answer_ref(answer);
	}
	answer = row->expired ? cancelled(row, qname, type)
	                      : ask_resolver(row, which, slot, qname, type, &expires_s);
	if (answer)
		keep(row, which, answer, expires_s);
	return answer;
}

struct row *row_new(struct row_host *host)
{
	const struct row_settings *settings = host->settings;
	struct row *row = calloc(1, sizeof *row);
	if (!row)
		return NULL;
	row->asker.ask = ask;
	row->host = host;
	row->waiting_end = &row->waiting;
	findings_reset(&row->findings);
	bool is_audited = settings->checks & (CHECK_POLICY | CHECK_SERVERS);
	row->asking = settings->asks ? calloc(1, sizeof *row->asking) : NULL;
	row->audit = is_audited ? calloc(1, sizeof *row->audit) : NULL;
	if ((!settings->asks || row->asking) && (!is_audited || row->audit))
		return row;
	free(row->asking);
	free(row->audit);
	free(row);
	return NULL;
}

void row_free(struct row *row)
{
	if (!row)
		return;
	spf_check_fini(&row->spf);
	row_answers_fini(&row->answers);
	identity_fini(&row->identity);
	findings_fini(&row->findings);
	if (row->audit) {
		policy_report_fini(&row->audit->report);
		policy_fini(&row->audit->policy);
		mailservers_fini(&row->audit->servers);
	}
	free(row->audit);
	free(row->asking);
	free(row);
}

/* check_host() for one identity: first HELO, when there is one, then MAIL FROM (RFC 7208
 * sections 2.3 and 2.4). */
static void begin_spf(struct row *row, bool helo)
{
	const struct row_settings *settings = row->host->settings;
	const struct identity *s = &row->identity;
	row->checking_helo = helo;
	row->request = (struct spf_request){
		.ip = s->ip,
		.helo = s->helo.text,
		.helo_size = s->helo.size,
		.receiver = settings->receiver,
		.time_s = row->evaluated_s,
		.explain = settings->explain && !helo,
		.observer = row->observer,
	};
	row->request.domain = helo ? s->helo_domain : s->domain;
	if (!helo) {
		row->request.local_part = s->local_part.text;
		row->request.local_part_size = s->local_part.size;
		row->request.hides_local_part = s->hides_local_part;
		row->request.sender_domain = s->sender_domain.size ? s->sender_domain.text : NULL;
		row->request.sender_domain_size = s->sender_domain.size;
	}
	spf_check_begin(&row->spf, &row->request, &settings->limits, &row->asker);
	row->running |= 1u << ROW_SPF;
}

static bool runs(const struct row *row, enum check check)
{
	return row->host->settings->checks & check;
}

/* Of the sender of RFC 7208 section 2.4. An address, which a HELO name may be, is no domain, nor is
 * what made the row bad input. */
static void take_sender_domain(struct dname *domain, const struct identity *s)
{
	const struct identity_text *text = &s->sender_domain;
	struct ipaddr ip;
	domain->size = 0;
	if (text->size && strncmp(s->error, "sender:", 7) != 0 && text->text[0] != '[' &&
	        ipaddr_parse(&ip, text->text, text->size))
		dname_parse(domain, text->text, text->size);
}

static void begin_asks(struct row *row)
{
	const struct identity *s = &row->identity;
	struct ask_subject subject = { .domain = s->domain, .helo = s->helo_domain, .ip = s->ip };
	take_sender_domain(&subject.sender_domain, s);
	asking_begin(row->asking, row->host->settings->asks, &subject, &row->asker);
	row->running |= 1u << ROW_ASKS;
}

/* Of `check` with an address the steps of the SPF machine are shown, and no tree. */
static void begin_audit(struct row *row)
{
	const struct row_settings *settings = row->host->settings;
	const struct dname *domain = &row->identity.domain;
	if (runs(row, CHECK_POLICY) && (!runs(row, CHECK_SPF) || !row->identity.ip.family)) {
		policy_begin(&row->audit->policy, domain, &settings->limits, &row->asker);
		row->running |= 1u << ROW_POLICY;
	}
	if (runs(row, CHECK_SERVERS)) {
		mailservers_begin(&row->audit->servers, domain, settings->mx_ptr, &row->asker);
		row->running |= 1u << ROW_SERVERS;
	}
}

/* NULL: it may be asked about. */
static const char *why_excluded(const struct row *row)
{
	const struct exclusions *x = row->host->settings->exclusions;
	const struct identity *s = &row->identity;
	return !x                                          ? NULL
	        : exclusions_hold_name(x, &s->domain)      ? "domain: excluded"
	        : exclusions_hold_address(x, &s->ip)       ? "ip: excluded"
	        : exclusions_hold_name(x, &s->helo_domain) ? "helo: excluded"
	                                                   : NULL;
}

static void begin_policy_check(struct row *row)
{
	const struct identity *s = &row->identity;
	if (!runs(row, CHECK_SPF))
		return;
	if (s->ip.family && (s->helo.size || s->has_domain))
		begin_spf(row, s->helo.size > 0);
	else if (s->has_domain)
		begin_spf(row, false); /* the record alone */
}

static void begin_address_check(struct row *row)
{
	if (!runs(row, CHECK_IPREV) || !row->identity.ip.family)
		return;
	iprev_begin(&row->iprev, &row->identity.ip, &row->asker);
	row->running |= 1u << ROW_IPREV;
}

static void begin_domain_checks(struct row *row)
{
	const struct identity *s = &row->identity;
	if (runs(row, CHECK_A) && s->domain.size) {
		hostaddr_begin(&row->address, &s->domain, &s->ip, &row->asker);
		row->running |= 1u << ROW_ADDRESS;
	}
	if (runs(row, CHECK_MX) && s->domain.size) {
		mailhosts_begin(&row->mailhosts, &s->domain, &s->ip, &row->asker);
		row->running |= 1u << ROW_MX;
	}
}

/* The checks of the subjects that are known, or of those that are not. */
static void begin_checks(struct row *row, const bool is_known[SUBJECTS], bool which)
{
	if (is_known[SUBJECT_POLICY] == which)
		begin_policy_check(row);
	if (is_known[SUBJECT_ADDRESS] == which)
		begin_address_check(row);
	if (is_known[SUBJECT_DOMAIN] == which)
		begin_domain_checks(row);
}

static void begin_probes(struct row *row)
{
	row->excluded = why_excluded(row);
	if (row->excluded)
		return;
	begin_checks(row, row->findings.is_known, false);
	if (row->asking)
		begin_asks(row);
	if (row->audit && row->identity.domain.size)
		begin_audit(row);
}

/* The SPF machine has ended. After HELO its verdict is kept, and MAIL FROM begins if there is one:
 * true. Else SPF is done. */
static bool next_identity(struct row *row)
{
	row->lacked_memory |= row->spf.result.problem == SPF_PROBLEM_MEMORY ||
	        row->spf.result.matched.failed || row->spf.result.explanation.failed;
	if (row->spf.result.looks_at & SPF_LOOKS_TIME)
		row->expires_s[ROW_SPF] = 0;
	if (!row->checking_helo) {
		row->looks_at_local_part = row->spf.result.looks_at & SPF_LOOKS_LOCAL_PART;
		row->has_spf = true;
		return false;
	}
	row->has_helo_spf = true;
	row->helo_verdict = row->spf.result.verdict;
	row->helo_failed = answer_ref(row->spf.result.failed);
	failures_move(&row->helo_failures, &row->spf.probe.failures);
	if (!row->identity.has_domain) {
		row->checking_helo = false;
		return false;
	}
	begin_spf(row, false);
	return true;
}

static void run_probe(struct row *row, enum row_probe which)
{
	do {
		if (!probe_run(probe_of(row, which)))
			return;
	} while (which == ROW_SPF && next_identity(row));
	row->running &= ~(1u << which);
}

static void run_probes(struct row *row, unsigned set)
{
	for (enum row_probe which = ROW_SPF; which < ROW_PROBES; which++)
		if (set & 1u << which)
			run_probe(row, which);
}

/* What the policy comes to is made last, so that few rows hold it at a time. */
static void conclude(struct row *row)
{
	struct row_audit *audit = row->audit;
	row->elapsed_ms = (row->host->now_ns - row->started_ns) / CLOCK_NS_PER_MS;
	if (!audit)
		return;
	audit->has_report = audit->policy.done;
	if (audit->has_report)
		policy_report_make(&audit->report, &audit->policy, &row->host->settings->limits);
	row->lacked_memory |= audit->policy.failed || audit->servers.questions.failed ||
	        (audit->has_report && audit->report.failed);
}

static bool finish_if_done(struct row *row)
{
	if (row->running)
		return false;
	conclude(row);
	return true;
}

/* A row that waits runs the checks that earlier rows have run, too: so its answers are those of
 * now, and are held to its end. With findings that run out meanwhile it could contradict itself. */
static void run_known(struct row *row)
{
	bool was_known[SUBJECTS];
	unsigned before = row->running;
	if (!findings_forget(&row->findings, was_known))
		return;
	begin_checks(row, was_known, true);
	run_probes(row, row->running & ~before);
}

bool row_start(struct row *row)
{
	row->started_ns = row->host->now_ns;
	row->evaluated_s = row->host->wall_s;
	memcpy(row->evaluated_at, row->host->wall_text, sizeof row->evaluated_at);
	row->running = row->ready = 0;
	row->lacked_memory = row->identity.lacked_memory;
	for (enum row_probe which = ROW_SPF; which < ROW_PROBES; which++)
		row->expires_s[which] = UINT32_MAX;
	row->looks_at_local_part = false;
	row->expired = row->has_spf = row->has_helo_spf = row->checking_helo = false;
	begin_probes(row);
	run_probes(row, row->running);
	if (row->running)
		run_known(row);
	return finish_if_done(row);
}

bool row_continue(struct row *row)
{
	unsigned ready = row->ready;
	row->ready = 0;
	run_probes(row, ready);
	return finish_if_done(row);
}

void row_make_urgent(struct row *row)
{
	for (struct row_waiter *w = row->waiting; w; w = w->next)
		resolver_make_urgent(row->host->resolver, &w->waiter);
}

void row_expire(struct row *row)
{
	row->expired = true;
	for (struct row_waiter *w; (w = row->waiting) != NULL;)
		waiter_take(w,
		        resolver_give_up(
		                row->host->resolver, &w->waiter, "the row's deadline passed"));
	run_probes(row, row->running);
	finish_if_done(row);
}

void row_reset(struct row *row)
{
	spf_check_release(&row->spf);
	textbuf_shrink(&row->identity.scratch, SCRATCH_KEEP_BYTES);
	findings_reset(&row->findings);
	iprev_fini(&row->iprev);
	hostaddr_fini(&row->address);
	mailhosts_fini(&row->mailhosts);
	row_answers_reset(&row->answers);
	if (row->asking)
		asking_fini(row->asking);
	if (row->audit) {
		policy_report_reset(&row->audit->report);
		policy_reset(&row->audit->policy);
		mailservers_reset(&row->audit->servers);
		row->audit->has_report = false;
	}
	answer_unref(row->helo_failed);
	row->helo_failed = NULL;
	failures_clear(&row->helo_failures);
	row->iprev.verdict = IPREV_NONE;
	row->address.done = false;
	row->address.match = row->mailhosts.match = MATCH_UNASKED;
	row->mailhosts.state = MX_UNASKED;
	row->mailhosts.no_address = row->mailhosts.not_public = false;
	row->observer = NULL;
}
