/* summary.c - a scan in numbers: printed for people, or made a manifest. */
#include "scanner/summary.h"

#include "base/clock.h"
#include "base/message.h"
#include "base/version.h"
#include "scanner/versions.h"

#include <stdio.h>
#include <string.h>

/* VmHWM and not getrusage(): ru_maxrss is kept over execve(), so a program started by a larger one
 * would report the larger one's peak. */
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

void summary_init(struct summary *s, const struct scan_job *job, const struct exchange *x,
        uint64_t started_ms, uint64_t started_ns, uint64_t n_bytes)
{
	*s = (struct summary){ .job = job,
		.exchange = x,
		.options = x->options,
		.bytes_written = n_bytes,
		.started_ms = started_ms,
		.ended_ms = clock_wall_ms() };
	exchange_tally(x, &s->tally, &s->counters);
	s->rows_read = x->inputs->n_rows;
	s->rows_written = atomic_load(&x->n_written_rows);
	s->rows_before = x->resumption->n_rows;
	s->wall_s = (double)(clock_now_ns() - started_ns) / (double)CLOCK_NS_PER_S;
	s->cpu_s = (double)clock_cpu_ns() / (double)CLOCK_NS_PER_S;
	s->peak_memory_bytes = peak_memory_bytes();
}

static void put_verdicts(struct textbuf *out, const tally_count counts[SPF_VERDICT_COUNT])
{
	for (enum spf_verdict v = SPF_NONE; v < SPF_VERDICT_COUNT; v++)
		if (tally_read(&counts[v]))
			textbuf_printf(out, "  %s %llu", spf_verdict_text(v),
			        (unsigned long long)tally_read(&counts[v]));
}

static void tell_dns(const struct resolver_counters *c)
{
	char repeated[40] = "";
	if (c->retries)
		snprintf(
		        repeated, sizeof repeated, " (%llu again)", (unsigned long long)c->retries);
	message(MESSAGE_INFO,
	        "dns: %llu questions, %llu from the cache, %llu shared, %llu sent%s, %llu failed "
	        "(%llu timeouts)",
	        (unsigned long long)c->questions, (unsigned long long)c->cache_hits,
	        (unsigned long long)c->joined, (unsigned long long)c->queries_sent, repeated,
	        (unsigned long long)c->failures, (unsigned long long)c->timeouts);
}

static void tell_no_host_names(const struct tally *t)
{
	struct textbuf name = { 0 };
	uint64_t n = tally_read(&t->no_host_names);
	if (!n)
		return;
	textbuf_put_escaped(&name, t->first_no_host, strlen(t->first_no_host));
	message(MESSAGE_INFO, "%llu rows with names that no mail host can have, as row %llu: '%s'",
	        (unsigned long long)n, (unsigned long long)tally_read(&t->first_no_host_row),
	        textbuf_text(&name));
	textbuf_fini(&name);
}

void summary_tell(const struct summary *s)
{
	struct textbuf line = { 0 };
	double wall_s = s->wall_s > 0 ? s->wall_s : 1e-9;
	uint64_t rows_now = s->rows_written - s->rows_before;
	if (s->rows_before)
		textbuf_printf(&line, ", and %llu that were there before",
		        (unsigned long long)s->rows_before);
	message(MESSAGE_INFO, "%llu rows in %.1f s (%.0f rows/s)%s, %llu bad%s",
	        (unsigned long long)rows_now, s->wall_s, (double)rows_now / wall_s,
	        textbuf_text(&line), (unsigned long long)tally_read(&s->tally.bad_rows),
	        s->complete ? "" : "; stopped before the end");
	if (s->options->retry)
		message(MESSAGE_INFO,
		        "retried %llu rows: %llu changed, %llu rows with temperror are left",
		        (unsigned long long)tally_read(&s->tally.retried_rows),
		        (unsigned long long)tally_read(&s->tally.changed_rows),
		        (unsigned long long)tally_read(&s->tally.temperror_rows));
	tell_no_host_names(&s->tally);
	textbuf_reset(&line);
	put_verdicts(&line, s->tally.spf);
	if (line.size)
		message(MESSAGE_INFO, "spf:%s", textbuf_text(&line));
	textbuf_reset(&line);
	for (enum iprev_verdict v = IPREV_PASS; v < IPREV_VERDICT_COUNT; v++)
		if (tally_read(&s->tally.iprev[v]))
			textbuf_printf(&line, "  %s %llu", iprev_verdict_text(v),
			        (unsigned long long)tally_read(&s->tally.iprev[v]));
	if (line.size)
		message(MESSAGE_INFO, "iprev:%s", textbuf_text(&line));
	tell_dns(&s->counters);
	message(MESSAGE_INFO, "cpu %.1f s, peak memory %.0f MiB", s->cpu_s,
	        (double)s->peak_memory_bytes / (1 << 20));
	textbuf_fini(&line);
}

/* ---- the manifest ---- */

#define COUNTER(name)                                                                              \
	{                                                                                          \
#name, offsetof(struct resolver_counters, name)                                    \
	}

/* The members about questions. docs/output.md says what they count. */
static const struct {
	const char *name;
	size_t offset;
} counters[] = {
	COUNTER(questions),
	COUNTER(cache_hits),
	COUNTER(joined),
	COUNTER(queries_sent),
	COUNTER(answers),
	COUNTER(failures),
	COUNTER(timeouts),
	COUNTER(retries),
	COUNTER(tcp_queries),
	COUNTER(stray_packets),
	COUNTER(bad_packets),
	COUNTER(local_answers),
	COUNTER(cache_entries),
	COUNTER(cache_bytes),
	COUNTER(cache_evictions),
};

static void put_questions(struct json *j, const void *of)
{
	for (size_t i = 0; i < sizeof counters / sizeof counters[0]; i++)
		json_u64(j, counters[i].name,
		        *(const uint64_t *)((const char *)of + counters[i].offset));
}

/* The options that were used: headroom_fit() may have lowered some. */
static void put_options(struct json *j, const void *of)
{
	const struct summary *s = of;
	s->job->put_json(j, s->options);
}

static void put_versions(struct json *j)
{
	const struct version *version;
	for (unsigned i = 0; (version = version_at(i)) != NULL; i++)
		json_text(j, version->name, version->text());
}

struct manifest summary_manifest(const struct summary *s, const struct digest *output)
{
	const struct resumption *before = s->exchange->resumption;
	const struct inputs *inputs = s->exchange->inputs;
	return (struct manifest){
		.command = s->job->command,
		.version = SPFSWEEP_VERSION,
		.complete = s->complete,
		.exit_status = s->exit_status,
		.started_ms = s->started_ms,
		.ended_ms = s->ended_ms,
		.inputs = s->options->inputs,
		.n_inputs = s->options->n_inputs,
		.input_digests = inputs->digests,
		.output = s->options->output,
		.output_digest = output,
		.rows_read = s->rows_read,
		.rows = s->rows_written,
		.rows_before = s->rows_before,
		.bytes_written = s->bytes_written,
		.tally = &s->tally,
		.runs = before->runs,
		.n_runs = before->n_runs,
		.wall_s = s->wall_s,
		.cpu_s = s->cpu_s,
		.peak_memory_bytes = s->peak_memory_bytes,
		.put_questions = put_questions,
		.counters = &s->counters,
		.put_options = put_options,
		.options = s,
		.put_versions = put_versions,
	};
}
