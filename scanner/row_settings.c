/* row_settings.c - from the options of a run. */
#include "scanner/row_settings.h"

#include "base/clock.h"
#include "checks/checks.h"
#include "spf/check.h"

void row_settings_init(struct row_settings *settings, const struct options *options)
{
	*settings = (struct row_settings){
		.checks = options->audit ? checks_of_audit(options->checks) : options->checks,
		.asks = options->asks.n ? &options->asks : NULL,
		.explain = !options->no_exp,
		.dnssec = options->dnssec,
		.mx_ptr = options->mx_ptr,
		.receiver = options->receiver,
		.deadline_ns = options->deadline_ms * CLOCK_NS_PER_MS,
		.limits = spf_limits_of_rfc,
		.exclusions = options->exclusions,
	};
	settings->limits.void_lookups = options->void_limit;
}
