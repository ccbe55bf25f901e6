/* summary.c - a scan in numbers. */
#include "scanner/summary.h"

#include "base/clock.h"
#include "base/message.h"
#include "io/sink.h"
#include "scanner/json.h"
#include "scanner/resolving.h"
#include "scanner/version.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* VmHWM and not getrusage(): ru_maxrss survives execve(), so a small program started by a large one would report the large one's peak. */
static uint64_t peak_memory_bytes(void)
{
	char line[256];
	unsigned long long kib = 0;
	FILE *status = fopen("/proc/self/status", "re");
	while (status && fgets(line, sizeof line, status))
		if (sscanf(line, "VmHWM: %llu kB", &kib) == 1)
			break;
	if (status)
		fclose(status);
	return kib * 1024;
}

void summary_init(struct summary *s, const struct pipeline *p, uint64_t started_ms, uint64_t started_ns)
{
	*s = (struct summary){ .options = p->options, .started_ms = started_ms, .ended_ms = clock_wall_ms() };
	pipeline_tally(p, &s->tally, &s->counters);
	s->rows_read = p->inputs->n_rows;
	s->rows_written = atomic_load(&p->n_written_rows);
	s->bytes_written = atomic_load(&p->n_written_bytes);
	s->wall_s = (double)(clock_now_ns() - started_ns) / (double)CLOCK_NS_PER_S;
	s->cpu_s = (double)clock_cpu_ns() / (double)CLOCK_NS_PER_S;
	s->peak_memory_bytes = peak_memory_bytes();
}

static void put_verdicts(struct textbuf *out, const tally_count counts[SPF_VERDICT_COUNT])
{
	for (enum spf_verdict v = SPF_NONE; v < SPF_VERDICT_COUNT; v++)
		if (tally_read(&counts[v]))
			textbuf_printf(out, "  %s %llu", spf_verdict_text(v), (unsigned long long)tally_read(&counts[v]));
}

static void tell_dns(const struct resolver_counters *c)
{
	char repeated[40] = "";
	if (c->retries)
		snprintf(repeated, sizeof repeated, " (%llu again)", (unsigned long long)c->retries);
	message(MESSAGE_INFO, "dns: %llu questions, %llu from the cache, %llu shared, %llu sent%s, %llu failed (%llu timeouts)", (unsigned long long)c->questions,
		(unsigned long long)c->cache_hits, (unsigned long long)c->joined, (unsigned long long)c->queries_sent, repeated, (unsigned long long)c->failures,
		(unsigned long long)c->timeouts);
}

void summary_tell(const struct summary *s)
{
	struct textbuf line = { 0 };
	double wall_s = s->wall_s > 0 ? s->wall_s : 1e-9;
	message(MESSAGE_INFO, "%llu rows in %.1f s (%.0f rows/s), %llu bad%s", (unsigned long long)s->rows_written, s->wall_s, (double)s->rows_written / wall_s,
		(unsigned long long)tally_read(&s->tally.bad_rows), s->complete ? "" : "; stopped before the end");
	put_verdicts(&line, s->tally.spf);
	if (line.size)
		message(MESSAGE_INFO, "spf:%s", textbuf_text(&line));
	textbuf_reset(&line);
	for (enum iprev_verdict v = IPREV_PASS; v < IPREV_VERDICT_COUNT; v++)
		if (tally_read(&s->tally.iprev[v]))
			textbuf_printf(&line, "  %s %llu", iprev_verdict_text(v), (unsigned long long)tally_read(&s->tally.iprev[v]));
	if (line.size)
		message(MESSAGE_INFO, "iprev:%s", textbuf_text(&line));
	tell_dns(&s->counters);
	message(MESSAGE_INFO, "cpu %.1f s, peak memory %.0f MiB", s->cpu_s, (double)s->peak_memory_bytes / (1 << 20));
	textbuf_fini(&line);
}

static void json_time(struct json *j, const char *name, uint64_t ms)
{
	time_t seconds = (time_t)(ms / 1000);
	struct tm utc;
	char text[32];
	gmtime_r(&seconds, &utc);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
	json_text(j, name, text);
}

static void put_options(struct json *j, const struct options *o)
{
	char checks[32];
	json_open(j, "options");
	json_text(j, "checks", options_checks_text(checks, sizeof checks, o->checks));
	json_text(j, "engine", resolving_engine_text(o));
	json_text(j, "unbound_config", o->unbound_config);
	json_u64(j, "upstreams", o->upstreams.n);
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

static void put_summary(struct textbuf *out, const struct summary *s)
{
	struct json j;
	json_begin(&j, out);
	json_text(&j, "program", "spfsweep");
	json_text(&j, "version", SPFSWEEP_VERSION);
	json_bool(&j, "complete", s->complete);
	json_u64(&j, "exit_status", (uint64_t)s->exit_status);
	json_time(&j, "started_at", s->started_ms);
	json_time(&j, "ended_at", s->ended_ms);
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
	json_end(&j);
}

bool summary_write(const struct summary *s, const char *path)
{
	struct textbuf text = { 0 };
	struct sink *sink = NULL;
	put_summary(&text, s);
	bool good = !text.failed && !sink_open(&sink, path) && !sink_write(sink, text.bytes, text.size);
	int why = errno;
	if (sink && sink_close(sink)) {
		why = errno;
		good = false;
	}
	if (!good)
		message(MESSAGE_ERROR, "%s: the summary cannot be written: %s", path, strerror(why));
	textbuf_fini(&text);
	return good;
}
