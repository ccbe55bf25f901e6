/* manifest.c - a scan as JSON: the numbers, and all that somebody needs who wants to know later
 * what was done to which file with what. */
#include "results/manifest.h"

#include "base/hash.h"
#include "base/loop.h"
#include "base/message.h"
#include "io/bgzf.h"
#include "io/source.h"
#include "dns/idna.h"
#include "base/json.h"
#include "scanner/resolving.h"
#include "scanner/version.h"

#include <errno.h>
#include <string.h>
#include <time.h>

/* UTC, RFC 3339. */
static void put_time(struct json *j, const char *name, uint64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm utc;
	char text[32];
	gmtime_r(&seconds, &utc);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	json_text(j, name, text);
}

static void put_upstreams(struct json *j, const struct upstreams *upstreams)
{
	json_open_list(j, "upstream_addresses");
	for (unsigned i = 0; i < upstreams->n; i++) {
		struct textbuf text = { 0 };
		bool is_ipv6 = upstreams->list[i].ip.family == IPFAMILY_6;
		textbuf_put_text(&text, is_ipv6 ? "[" : "");
		ipaddr_print(&text, &upstreams->list[i].ip);
		textbuf_printf(&text, "%s:%u", is_ipv6 ? "]" : "", upstreams->list[i].port);
		json_text(j, NULL, textbuf_text(&text));
		textbuf_fini(&text);
	}
	json_close_list(j);
}

static void put_options(struct json *j, const struct options *o)
{
	char checks[32];
	json_open(j, "options");
	json_text(j, "checks", options_checks_text(checks, sizeof checks, o->checks));
	json_text(j, "columns", o->columns);
	json_text(j, "engine", resolving_engine_text(o));
	json_text(j, "unbound_config", o->unbound_config);
	json_u64(j, "upstreams", o->upstreams.n);
	put_upstreams(j, &o->upstreams);
	json_u64(j, "workers", o->workers);
	json_u64(j, "in_flight", o->in_flight);
	json_u64(j, "window", o->window_rows);
	json_u64(j, "timeout_ms", o->timeout_ms);
	json_u64(j, "retries", o->retries);
	json_u64(j, "deadline_ms", o->deadline_ms);
	json_u64(j, "qps", o->queries_per_s);
	json_u64(j, "qps_per_upstream", o->queries_per_s_per_upstream);
	json_bool(j, "mix_case", o->mix_case);
	json_u64(j, "cache_mib", o->cache_mib);
	json_bool(j, "dnssec", o->dnssec);
	json_bool(j, "explanations", !o->no_exp);
	json_text(j, "receiver", o->receiver ? o->receiver : "unknown");
	json_text(j, "trust_anchor", o->trust_anchor);
	json_bool(j, "csv_safe", o->csv_safe);
	json_u64(j, "sync_interval_s", o->sync_interval_s);
	json_close(j);
}

static void put_results(struct json *j, const struct tally *t)
{
	json_open(j, "spf");
	for (enum spf_verdict v = SPF_NONE; v < SPF_VERDICT_COUNT; v++)
		json_u64(j, spf_verdict_text(v), tally_read(&t->spf[v]));
	json_close(j);
	json_open(j, "helo_spf");
	for (enum spf_verdict v = SPF_NONE; v < SPF_VERDICT_COUNT; v++)
		json_u64(j, spf_verdict_text(v), tally_read(&t->helo_spf[v]));
	json_close(j);
	json_open(j, "iprev");
	for (enum iprev_verdict v = IPREV_PASS; v < IPREV_VERDICT_COUNT; v++)
		json_u64(j, iprev_verdict_text(v), tally_read(&t->iprev[v]));
	json_close(j);
}

static void put_dns(struct json *j, const struct resolver_counters *c)
{
	json_u64(j, "questions", c->questions);
	json_u64(j, "cache_hits", c->cache_hits);
	json_u64(j, "joined", c->joined);
	json_u64(j, "queries_sent", c->queries_sent);
	json_u64(j, "answers", c->answers);
	json_u64(j, "failures", c->failures);
	json_u64(j, "timeouts", c->timeouts);
	json_u64(j, "retries", c->retries);
	json_u64(j, "tcp_queries", c->tcp_queries);
	json_u64(j, "stray_packets", c->stray_packets);
	json_u64(j, "bad_packets", c->bad_packets);
	json_u64(j, "local_answers", c->local_answers);
	json_u64(j, "cache_entries", c->cache_entries);
	json_u64(j, "cache_bytes", c->cache_bytes);
	json_u64(j, "cache_evictions", c->cache_evictions);
}

/* Of files as they stand on the disk. Of an input that was not read to its end there is none. */
static void put_digests(struct json *j, const struct inputs *inputs, const struct digest *output)
{
	char text[DIGEST_TEXT_BYTES];
	json_open_list(j, "input_sha256");
	for (unsigned i = 0; i < inputs->n_paths; i++)
		json_text(j, NULL,
		        inputs->digests && inputs->digests[i][0] ? inputs->digests[i] : NULL);
	json_close_list(j);
	json_text(j, "output_sha256", output ? digest_text(output, text) : NULL);
}

static void put_run(struct json *j, uint64_t started_ms, uint64_t first_row, uint64_t n_rows)
{
	json_open(j, NULL);
	put_time(j, "started_at", started_ms);
	json_u64(j, "first_row", first_row);
	json_u64(j, "rows", n_rows);
	json_close(j);
}

/* Those that the output tells of, and this one. */
static void put_runs(struct json *j, const struct summary *s)
{
	const struct resumption *before = s->pipeline->resumption;
	json_open_list(j, "runs");
	for (unsigned i = 0; i < before->n_runs; i++)
		put_run(j, before->runs[i].started_ms, before->runs[i].first_row,
		        before->runs[i].n_rows);
	put_run(j, s->started_ms, s->rows_before + 1, s->rows_written - s->rows_before);
	json_close_list(j);
}

/* Of what is loaded, which need not be what we were built with. */
static void put_versions(struct json *j)
{
	char nettle[DIGEST_VERSION_BYTES];
	const struct {
		const char *name, *version;
	} libraries[] = {
		{ "libunbound", engines_library_version("libunbound") },
		{ "libevent", loop_library_version() },
		{ "zlib", source_library_version() },
		{ "libdeflate", bgzf_library_version() },
		{ "libidn2", idna_library_version() },
		{ "libsodium", hash_library_version() },
		{ "nettle", digest_library_version(nettle) },
	};
	json_open(j, "versions");
	json_text(j, "spfsweep", SPFSWEEP_VERSION);
	for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++)
		json_text(j, libraries[i].name, libraries[i].version);
	json_close(j);
}

static void put_manifest(struct textbuf *out, const struct summary *s, const struct digest *output)
{
	struct json j;
	json_begin(&j, out);
	json_text(&j, "program", "spfsweep");
	json_text(&j, "version", SPFSWEEP_VERSION);
	json_text(&j, "command", s->options->command == COMMAND_RETRY ? "retry" : "scan");
	json_bool(&j, "complete", s->complete);
	json_u64(&j, "exit_status", (uint64_t)s->exit_status);
	put_time(&j, "started_at", s->started_ms);
	put_time(&j, "ended_at", s->ended_ms);
	json_texts(&j, "inputs", s->options->inputs, s->options->n_inputs);
	json_text(&j, "output", s->options->output);
	json_u64(&j, "rows_read", s->rows_read);
	json_u64(&j, "rows", s->rows_written);
	json_u64(&j, "bad_rows", tally_read(&s->tally.bad_rows));
	json_u64(&j, "temperror_rows", tally_read(&s->tally.temperror_rows));
	put_results(&j, &s->tally);
	put_dns(&j, &s->counters);
	json_u64(&j, "bytes_written", s->bytes_written);
	json_real(&j, "wall_seconds", s->wall_s);
	json_real(&j, "cpu_seconds", s->cpu_s);
	json_u64(&j, "peak_memory_bytes", s->peak_memory_bytes);
	put_options(&j, s->options);
	put_digests(&j, s->pipeline->inputs, output);
	json_u64(&j, "rows_before", s->rows_before);
	json_u64(&j, "retried_rows", tally_read(&s->tally.retried_rows));
	json_u64(&j, "changed_rows", tally_read(&s->tally.changed_rows));
	put_runs(&j, s);
	put_versions(&j);
	json_end(&j);
}

bool manifest_write(const struct summary *s, const struct digest *output, struct sink *sink)
{
	struct textbuf text = { 0 };
	put_manifest(&text, s, output);
	bool good = !text.failed && !sink_cut(sink, 0) &&
	        !sink_write(sink, text.bytes, text.size) && !sink_sync(sink);
	if (!good)
		message(MESSAGE_ERROR, "%s: the summary cannot be written: %s", sink_path(sink),
		        text.failed ? error_text(ERROR_NOMEM) : strerror(errno));
	textbuf_fini(&text);
	return good;
}
