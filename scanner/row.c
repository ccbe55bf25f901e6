/* row.c - one row: begins probes, takes their questions to the resolver and the answers back, until
 * every probe is done.
 *
 * An answer that is at hand is returned by ask(), and probe_run() goes on with it. One that comes
 * later is stored by on_answer(), which marks the probe and wakes the row. The work is done by
 * row_continue(), in the runner's turn, never inside a callback. */
#include "scanner/row.h"

#include "base/clock.h"
#include "resolver/exclusions.h"

#include <stdlib.h>
#include <string.h>

/* A row keeps no more than this for the next one. */
enum { SCRATCH_KEEP_BYTES = 16 << 10 };

void row_settings_init(struct row_settings *settings, const struct options *options)
{
	*settings = (struct row_settings){
		.checks = options->checks,
		.asks = options->asks.n ? &options->asks : NULL,
		.explain = !options->no_exp,
		.dnssec = options->dnssec,
		.receiver = options->receiver,
		.deadline_ns = options->deadline_ms * CLOCK_NS_PER_MS,
		.limits = spf_limits_of_rfc,
		.exclusions = options->exclusions,
	};
	settings->limits.void_lookups = options->void_limit;
}

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
		return &row->asks->asking.probe;
	default:
		return &row->mailhosts.probe;
	}
}

static enum row_probe which_probe(struct row *row, const struct probe *probe)
{
	for (enum row_probe which = ROW_SPF; which < ROW_ASKS; which++)
		if (probe_of(row, which) == probe)
			return which;
	return ROW_ASKS;
}

static struct resolver_waiter *waiter_at(struct row *row, enum row_probe which, unsigned slot)
{
	return (struct resolver_waiter *)&row_waiter_at(row, which, slot)->waiter;
}

/* Keeps it for the row's next check that asks the same. `expires_s`: struct resolver_waiter. */
static void keep(struct row *row, const struct answer *answer, uint32_t expires_s)
{
	row->lacked_memory |= !row_answers_add(&row->answers, answer);
	if (expires_s < row->expires_s)
		row->expires_s = expires_s;
}

static void on_answer(struct resolver_waiter *waiter, const struct answer *answer)
{
	struct row_waiter *w = (struct row_waiter *)waiter;
	keep(w->row, answer, waiter->expires_s);
	if (!probe_take(probe_of(w->row, w->probe), w->slot, answer))
		return;
	w->row->ready |= 1u << w->probe;
	w->row->host->wake(w->row->host, w->row);
}

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

static const struct answer *ask(struct asker *asker, struct probe *probe, unsigned slot,
        const struct dname *qname, enum rrtype type)
{
	struct row *row = (struct row *)asker;
	const struct answer *answer = row_answers_find(&row->answers, qname, type);
	if (answer)
		return answer_ref(answer);
	uint32_t expires_s = 0;
	if (row->expired) {
		answer = cancelled(row, qname, type);
	} else {
		struct resolver_waiter *waiter = waiter_at(row, which_probe(row, probe), slot);
		waiter->row = row->number;
		answer = resolver_ask(row->host->resolver, waiter, qname, type);
		expires_s = waiter->expires_s;
	}
	if (answer)
		keep(row, answer, expires_s);
	return answer;
}

static void init_waiters(struct row_waiter *waiters, struct row *row, enum row_probe which)
{
	for (unsigned s = 0; s < PROBE_FANOUT_MAX; s++)
		waiters[s] = (struct row_waiter){ .waiter.done = on_answer,
			.row = row,
			.probe = (uint8_t)which,
			.slot = (uint8_t)s };
}

struct row *row_new(struct row_host *host)
{
	struct row *row = calloc(1, sizeof *row);
	if (!row)
		return NULL;
	row->asker.ask = ask;
	row->host = host;
	for (enum row_probe p = ROW_SPF; p < ROW_ASKS; p++)
		init_waiters(row->waiters[p], row, p);
	if (!host->settings->asks)
		return row;
	row->asks = calloc(1, sizeof *row->asks);
	if (!row->asks) {
		free(row);
		return NULL;
	}
	init_waiters(row->asks->waiters, row, ROW_ASKS);
	return row;
}

void row_free(struct row *row)
{
	if (!row)
		return;
	spf_check_fini(&row->spf);
	row_answers_fini(&row->answers);
	identity_fini(&row->identity);
	free(row->asks);
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
	asking_begin(&row->asks->asking, row->host->settings->asks, &subject, &row->asker);
	row->running |= 1u << ROW_ASKS;
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

static void begin_probes(struct row *row)
{
	const struct identity *s = &row->identity;
	row->excluded = why_excluded(row);
	if (row->excluded)
		return;
	if (runs(row, CHECK_SPF) && s->ip.family && (s->helo.size || s->has_domain))
		begin_spf(row, s->helo.size > 0);
	else if (runs(row, CHECK_SPF) && s->has_domain)
		begin_spf(row, false); /* the record alone */
	if (runs(row, CHECK_IPREV) && s->ip.family) {
		iprev_begin(&row->iprev, &s->ip, &row->asker);
		row->running |= 1u << ROW_IPREV;
	}
	if (runs(row, CHECK_A) && s->domain.size) {
		hostaddr_begin(&row->address, &s->domain, &s->ip, &row->asker);
		row->running |= 1u << ROW_ADDRESS;
	}
	if (runs(row, CHECK_MX) && s->domain.size) {
		mailhosts_begin(&row->mailhosts, &s->domain, &s->ip, &row->asker);
		row->running |= 1u << ROW_MX;
	}
	if (row->asks)
		begin_asks(row);
}

/* The SPF machine has ended. After HELO its verdict is kept, and MAIL FROM begins if there is one:
 * true. Else SPF is done. */
static bool next_identity(struct row *row)
{
	row->lacked_memory |= row->spf.result.problem == SPF_PROBLEM_MEMORY ||
	        row->spf.result.matched.failed || row->spf.result.explanation.failed;
	if (row->spf.result.looks_at & SPF_LOOKS_TIME)
		row->expires_s = 0;
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

static bool finish_if_done(struct row *row)
{
	if (row->running)
		return false;
	row->elapsed_ms = (row->host->now_ns - row->started_ns) / CLOCK_NS_PER_MS;
	return true;
}

bool row_start(struct row *row)
{
	row->started_ns = row->host->now_ns;
	row->evaluated_s = row->host->wall_s;
	memcpy(row->evaluated_at, row->host->wall_text, sizeof row->evaluated_at);
	row->running = row->ready = 0;
	row->lacked_memory = row->identity.lacked_memory;
	row->expires_s = UINT32_MAX;
	row->looks_at_local_part = false;
	row->expired = row->has_spf = row->has_helo_spf = row->checking_helo = false;
	begin_probes(row);
	run_probes(row, row->running);
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
	for (enum row_probe which = ROW_SPF; which < ROW_PROBES; which++)
		for (unsigned slot = 0; slot < PROBE_FANOUT_MAX && row->running & 1u << which;
		        slot++)
			resolver_make_urgent(row->host->resolver, waiter_at(row, which, slot));
}

void row_expire(struct row *row)
{
	row->expired = true;
	for (enum row_probe which = ROW_SPF; which < ROW_PROBES; which++) {
		if (!(row->running & 1u << which))
			continue;
		for (unsigned slot = 0; slot < PROBE_FANOUT_MAX; slot++) {
			const struct answer *answer = resolver_give_up(row->host->resolver,
			        waiter_at(row, which, slot), "the row's deadline passed");
			if (!answer)
				continue;
			keep(row, answer, 0);
			probe_take(probe_of(row, which), slot, answer);
		}
		run_probe(row, which);
	}
	finish_if_done(row);
}

bool row_lacked_memory(const struct row *row)
{
	return row->lacked_memory || resolver_lacked_memory(row->host->resolver);
}

struct outcome row_outcome(const struct row *row)
{
	return (struct outcome){
		.number = row->number,
		.record = row->record,
		.error = row->identity.error,
		.excluded = row->excluded,
		.no_host = { row->identity.no_host.text,
		        row->excluded ? 0 : row->identity.no_host.size },
		.filled = row->identity.filled,
		.validated = row->host->settings->dnssec,
		.spf = row->has_spf ? &row->spf.result : NULL,
		.spf_domain = row->has_spf ? &row->identity.domain : NULL,
		.spf_source = row->has_spf ? row->identity.source : IDENTITY_NONE,
		.iprev = row->iprev.verdict ? &row->iprev : NULL,
		.address = row->address.done ? &row->address : NULL,
		.mailhosts = row->mailhosts.state ? &row->mailhosts : NULL,
		.has_helo_spf = row->has_helo_spf,
		.helo_verdict = row->helo_verdict,
		.helo_failed = row->helo_failed,
		.failures = { &row->helo_failures, &row->spf.probe.failures,
		        &row->iprev.probe.failures, &row->address.probe.failures,
		        &row->mailhosts.probe.failures,
		        row->asks ? &row->asks->asking.probe.failures : NULL },
		.asked = row->asks && row->asks->asking.done ? &row->asks->asking : NULL,
		.evaluated_at = row->evaluated_at,
		.elapsed_ms = row->elapsed_ms,
	};
}

void row_reset(struct row *row)
{
	spf_check_release(&row->spf);
	textbuf_shrink(&row->identity.scratch, SCRATCH_KEEP_BYTES);
	iprev_fini(&row->iprev);
	hostaddr_fini(&row->address);
	mailhosts_fini(&row->mailhosts);
	row_answers_reset(&row->answers);
	if (row->asks)
		asking_fini(&row->asks->asking);
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
