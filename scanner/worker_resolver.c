/* worker_resolver.c - the options as the configuration of a worker's resolver. */
#include "scanner/worker_resolver.h"

#include "base/exit_status.h"
#include "base/message.h"
#include "resolver/engine.h"
#include "scanner/replaying.h"
#include "scanner/sides.h"

/* How long a failure is remembered: a dead domain's next rows do not wait for it again, and a short
 * outage does not stick. */
enum { FAILURE_TTL_S = 30 };

/* A question whose name does not exist is answered sooner than this, but for lost packets, and a
 * name that nobody answers for takes many times as long: docs/architecture.md has what was
 * measured. */
enum { LEADER_WAIT_MS = 500 };

/* Answers that rows in flight hold, all workers together. Rows of ordinary domains need a tenth of
 * it. */
#define ANSWERS_MAX_BYTES ((size_t)128 << 20)

/* Never 0 of a limit: the command line leaves no more workers than a rate has questions. */
static unsigned share(unsigned total, unsigned index, unsigned n)
{
	return total / n + (index < total % n ? 1 : 0);
}

/* The part of --cache that is the memo's, in tenths. */
enum { MEMO_TENTHS = 4 };

static size_t cache_share_bytes(const struct options *options, unsigned n_workers)
{
	return ((size_t)options->cache_mib << 20) / n_workers;
}

/* A side file has the answers of each row, as --record does; what a replay answers may hang on the
 * row; the rows of a retry have failed before; and an audit has each domain once. */
static bool memo_is_wanted(const struct options *options)
{
	for (enum side side = 0; side < SIDE_COUNT; side++)
		if (sides_path(options, side))
			return false;
	return !options->no_memo && !options->retry && !options->audit && !options->engine->answer;
}

size_t worker_memo_bytes(const struct options *options, unsigned n_workers)
{
	return memo_is_wanted(options) ? cache_share_bytes(options, n_workers) / 10 * MEMO_TENTHS
	                               : 0;
}

struct resolver *worker_resolver_new(const struct options *options, unsigned index,
        unsigned n_workers, struct loop *loop, int *status)
{
	struct resolver_config config = {
		.engine = options->engine,
		.upstreams = options->upstreams.list,
		.n_upstreams = options->upstreams.n,
		.source = options->replaying ? &options->replaying->source : NULL,
		.unbound_config = options->unbound_config,
		.exclusions = options->exclusions,
		.dnssec = options->dnssec,
		.trust_anchor = options->trust_anchor,
		.timeout_ms = options->timeout_ms,
		.retries = options->retries,
		.question_deadline_ms =
		        engine_question_ms(options->engine, options->timeout_ms, options->retries),
		.max_in_flight = options->in_flight,
		.queries_per_s = share(options->queries_per_s, index, n_workers),
		.queries_per_s_per_upstream =
		        share(options->queries_per_s_per_upstream, index, n_workers),
		/* libunbound has one for all its contexts */
		.queries_per_s_per_zone = options->queries_per_s_per_zone / n_workers,
		.mix_case = options->mix_case,
		.cache_bytes = cache_share_bytes(options, n_workers) -
		        worker_memo_bytes(options, n_workers),
		.memory_bytes = ANSWERS_MAX_BYTES / n_workers,
		.failure_ttl_s = FAILURE_TTL_S,
		.min_ttl_s = options->min_ttl_s,
		.leader_wait_ms = LEADER_WAIT_MS,
		.max_fds = options->resolver_fds,
		.worker = index,
		.n_workers = n_workers,
	};
	char why[512];
	struct resolver *resolver;
	enum error err = resolver_new(&resolver, &config, loop, why, sizeof why);
	if (!err)
		return resolver;
	message(MESSAGE_ERROR, "%s", why);
	*status = err == ERROR_NOMEM ? EXIT_STOPPED : EXIT_USAGE;
	return NULL;
}
