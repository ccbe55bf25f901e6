/* row_outcome.c - what a row that is done came to. */
#include "results/problems.h"
#include "scanner/row.h"

bool row_lacked_memory(const struct row *row)
{
	return row->lacked_memory || resolver_lacked_memory(row->host->resolver);
}

static uint32_t earlier(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

uint32_t row_expires_s(const struct row *row)
{
	uint32_t expires_s = row->findings.expires_s;
	for (enum row_probe which = ROW_SPF; which < ROW_PROBES; which++)
		expires_s = earlier(expires_s, row->expires_s[which]);
	return expires_s;
}

void row_expiries(const struct row *row, uint32_t expires_s[SUBJECTS])
{
	expires_s[SUBJECT_ADDRESS] = row->expires_s[ROW_IPREV];
	expires_s[SUBJECT_DOMAIN] = earlier(row->expires_s[ROW_ADDRESS], row->expires_s[ROW_MX]);
	expires_s[SUBJECT_POLICY] = row->expires_s[ROW_SPF];
}

struct outcome row_outcome(const struct row *row)
{
	struct outcome o = {
		.number = row->number,
		.record = row->record,
		.error = row->identity.error,
		.excluded = row->excluded,
		.no_host = { row->identity.no_host.text,
		        row->excluded ? 0 : row->identity.no_host.size },
		.filled = row->identity.filled,
		.validated = row->host->settings->dnssec,
		.spf = row->has_spf ? &row->spf.result : NULL,
		.spf_domain = row->has_spf || (row->audit && row->audit->has_report)
		        ? &row->identity.domain
		        : NULL,
		.spf_source = row->has_spf ? row->identity.source : IDENTITY_NONE,
		.iprev = row->iprev.verdict ? &row->iprev : NULL,
		.address = row->address.done ? &row->address : NULL,
		.mailhosts = row->mailhosts.state                       ? &row->mailhosts
		        : row->audit && row->audit->servers.found.state ? &row->audit->servers.found
		                                                        : NULL,
		.a_match = row->address.match,
		.mx_match = row->mailhosts.match,
		.policy = row->audit && row->audit->has_report ? &row->audit->report : NULL,
		.servers =
		        row->audit && row->audit->servers.found.state ? &row->audit->servers : NULL,
		.has_helo_spf = row->has_helo_spf,
		.helo_verdict = row->helo_verdict,
		.helo_failed = row->helo_failed,
		.failures = { &row->helo_failures, &row->spf.probe.failures,
		        &row->iprev.probe.failures, &row->address.probe.failures,
		        &row->mailhosts.probe.failures,
		        row->asking ? &row->asking->probe.failures : NULL,
		        row->audit ? &row->audit->policy.probe.failures : NULL,
		        row->audit ? &row->audit->servers.probe.failures : NULL },
		.limits = &row->host->settings->limits,
		.asked = row->asking && row->asking->done ? row->asking : NULL,
		.evaluated_at = row->evaluated_at,
		.elapsed_ms = row->elapsed_ms,
	};
	o.facts = facts_of(o.iprev, o.address, o.mailhosts, o.spf);
	if (!row->excluded)
		findings_tell(&row->findings, &o);
	o.problems = problems_of(&o);
	return o;
}
