/* summary.c - a scan in numbers: printed for people, or made a manifest. */
#include "scanner/summary.h"

#include "base/clock.h"
#include "base/message.h"
#include "base/version.h"
#include "logs/logcounts.h"
#include "scanner/versions.h"

#include <stdio.h>
#include <stdlib.h>
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

static void add_past(struct summary *s, const struct summary_past *past)
{
	resolver_counters_sum(&s->counters, &past->counters);
	s->log = past->log;
	/* these are told of the rows that a scan began itself, and a sweep begins none of its own
	 */
	s->tally.memo_rows = past->tally.memo_rows;
	s->tally.no_host_names = past->tally.no_host_names;
	s->tally.first_no_host_row = past->tally.first_no_host_row;
	memcpy(s->tally.first_no_host, past->tally.first_no_host, sizeof s->tally.first_no_host);
}

void summary_init(struct summary *s, const struct scan_job *job, const struct exchange *x,
        uint64_t started_ms, uint64_t started_ns, uint64_t n_bytes)
{
	*s = (struct summary){ .job = job,
		.exchange = x,
		.options = job->past ? &job->past->options : x->options,
		.bytes_written = n_bytes,
		.started_ms = job->past ? job->past->started_ms : started_ms,
		.ended_ms = clock_wall_ms() };
	if (job->past)
		started_ns = job->past->started_ns;
	exchange_tally(x, &s->tally, &s->counters);
	exchange_tally_names(x, &s->tally);
	s->rows_read = x->inputs->n_rows;
	s->rows_written = atomic_load(&x->n_written_rows);
	s->rows_before = x->resumption->n_rows;
	s->started_ns = started_ns;
	s->wall_s = (double)(clock_now_ns() - started_ns) / (double)CLOCK_NS_PER_S;
	s->cpu_s = (double)clock_cpu_ns() / (double)CLOCK_NS_PER_S;
	s->peak_memory_bytes = peak_memory_bytes();
	if (job->past)
		add_past(s, job->past);
}

void summary_set_log(struct summary *s, const struct logfiles *logs)
{
	s->log.format = logfiles_format(logs)->name;
	for (enum log_count i = 0; i < LOG_COUNTS; i++)
		s->log.counts[i] = logfiles_count(logs, i);
}

/* False: the engine cannot tell. */
static bool find_upstream(const struct summary *s, unsigned index, struct upstream_counters *sum)
{
	if (!exchange_upstream(s->exchange, index, sum))
		return false;
	if (s->job->past)
		upstream_counters_sum(sum, &s->job->past->upstreams[index]);
	return true;
}

bool summary_past_init(struct summary_past *past, const struct summary *s)
{
	const struct inputs *in = s->exchange->inputs;
	const unsigned n_upstreams = s->options->upstreams.n, n_inputs = s->options->n_inputs;
	*past = (struct summary_past){ .options = *s->options,
		.log = s->log,
		.started_ms = s->started_ms,
		.started_ns = s->started_ns,
		.counters = s->counters,
		.tally = s->tally,
		.upstreams = calloc(n_upstreams + 1, sizeof *past->upstreams),
		.input_digests = calloc(n_inputs, sizeof *past->input_digests) };
	if (!past->upstreams || !past->input_digests) {
		summary_past_fini(past);
		return false;
	}
	for (unsigned i = 0; i < n_upstreams; i++)
		exchange_upstream(s->exchange, i, &past->upstreams[i]);
	if (in->digests)
		memcpy(past->input_digests, in->digests, n_inputs * sizeof *in->digests);
	return true;
}

void summary_past_fini(struct summary_past *past)
{
	free(past->upstreams);
	free(past->input_digests);
	*past = (struct summary_past){ 0 };
}

/* A line with the counts that are not 0: "spf:  pass 10  none 2". */
static void tell_counts(const char *label, const tally_count *counts, const char *(*word)(unsigned))
{
	struct textbuf line = { 0 };
	const char *text;
	for (unsigned i = 0; (text = word(i)) != NULL; i++)
		if (tally_read(&counts[i]) && *text)
			textbuf_printf(&line, "  %s %llu", text,
			        (unsigned long long)tally_read(&counts[i]));
	if (line.size)
		message(MESSAGE_INFO, "%s:%s", label, textbuf_text(&line));
	textbuf_fini(&line);
}

static const char *spf_word(unsigned i)
{
	return i < SPF_VERDICT_COUNT ? spf_verdict_text((enum spf_verdict)i) : NULL;
}

static const char *spf_problem_word(unsigned i)
{
	return i < SPF_PROBLEM_COUNT ? spf_problem_text((enum spf_problem)i) : NULL;
}

static const char *iprev_word(unsigned i)
{
	return i == 0                     ? ""
	        : i < IPREV_VERDICT_COUNT ? iprev_verdict_text((enum iprev_verdict)i)
	                                  : NULL;
}

static const char *mx_word(unsigned i)
{
	return i < MX_STATE_COUNT ? mx_state_text((enum mx_state)i) : NULL;
}

static void tell_results(const struct tally *t)
{
	tell_counts("spf", t->spf, spf_word);
	tell_counts("spf_problem", t->spf_problem, spf_problem_word);
	tell_counts("iprev", t->iprev, iprev_word);
	tell_counts("mx_state", t->mx_state, mx_word);
	tell_counts("problems", t->problems, problems_word);
}

/* Within a second the busiest second says no more than the sum. */
static void tell_rates(const struct summary *s)
{
	const struct resolver_counters *c = &s->counters;
	if (s->wall_s >= 1 && c->queries_sent)
		message(MESSAGE_INFO, "dns: at most %llu sent in one second",
		        (unsigned long long)c->busiest_second);
	if (c->rate_waits)
		message(MESSAGE_INFO, "dns: zones' rates held questions back %llu times",
		        (unsigned long long)c->rate_waits);
}

static void tell_replay(const struct resolver_counters *c)
{
	message(MESSAGE_INFO,
	        "dns: %llu questions, %llu answered from the record, %llu not recorded, nobody "
	        "asked",
	        (unsigned long long)c->questions, (unsigned long long)c->replayed,
	        (unsigned long long)c->not_recorded);
}

static void tell_dns(const struct resolver_counters *c)
{
	char repeated[40] = "";
	if (c->retries)
		snprintf(
		        repeated, sizeof repeated, " (%llu again)", (unsigned long long)c->retries);
	message(MESSAGE_INFO,
	        "dns: %llu questions, %llu from the cache, %llu spared by NXDOMAIN, %llu shared, "
	        "%llu sent%s, %llu failed (%llu timeouts)",
	        (unsigned long long)c->questions, (unsigned long long)c->cache_hits,
	        (unsigned long long)c->spared_by_nxdomain, (unsigned long long)c->joined,
	        (unsigned long long)c->queries_sent, repeated, (unsigned long long)c->failures,
	        (unsigned long long)c->timeouts);
}

/* The upstreams that were asked and never answered. */
static void tell_silent_upstreams(const struct summary *s)
{
	const struct upstreams *upstreams = &s->options->upstreams;
	struct upstream_counters c;
	for (unsigned i = 0; i < upstreams->n; i++) {
		if (!find_upstream(s, i, &c) || !c.sent || c.answered)
			continue;
		struct textbuf name = { 0 };
		upstream_print(&name, &upstreams->list[i]);
		message(MESSAGE_INFO, "upstream %s never answered (%llu queries)",
		        textbuf_text(&name), (unsigned long long)c.sent);
		textbuf_fini(&name);
	}
}

static void tell_no_host_names(const struct tally *t)
{
	struct textbuf name = { 0 };
	uint64_t n = tally_read(&t->no_host_names);
	if (!n)
		return;
	textbuf_put_escaped(&name, t->first_no_host, strlen(t->first_no_host));
	message(MESSAGE_INFO, "%llu rows with names that no mail host can have, as row %llu: '%s'",
	        (unsigned long long)n, (unsigned long long)t->first_no_host_row,
	        textbuf_text(&name));
	textbuf_fini(&name);
}

static void tell_exclusions(const struct summary *s)
{
	if (s->options->exclusions)
		message(MESSAGE_INFO,
		        "excluded: %llu rows were asked nothing, and %llu questions of others left "
		        "out",
		        (unsigned long long)tally_read(&s->tally.excluded_rows),
		        (unsigned long long)s->counters.excluded);
}

static void tell_retried(const struct tally *t)
{
	message(MESSAGE_INFO, "retried %llu rows: %llu changed, %llu rows with temperror are left",
	        (unsigned long long)tally_read(&t->retried_rows),
	        (unsigned long long)tally_read(&t->changed_rows),
	        (unsigned long long)tally_read(&t->temperror_rows));
	if (tally_read(&t->kept_rows))
		message(MESSAGE_INFO,
		        "kept %llu of these rows as they stood: look-ups failed in them now, and "
		        "had not before",
		        (unsigned long long)tally_read(&t->kept_rows));
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
	if (s->options->retry || s->job->past)
		tell_retried(&s->tally);
	tell_no_host_names(&s->tally);
	tell_exclusions(s);
	tell_results(&s->tally);
	if (s->options->replay)
		tell_replay(&s->counters);
	else
		tell_dns(&s->counters);
	if (tally_read(&s->tally.memo_rows))
		message(MESSAGE_INFO, "memo: %llu rows repeated earlier ones, and asked nothing",
		        (unsigned long long)tally_read(&s->tally.memo_rows));
	tell_rates(s);
	tell_silent_upstreams(s);
	message(MESSAGE_INFO, "cpu %.1f s, peak memory %.0f MiB", s->cpu_s,
	        (double)s->peak_memory_bytes / (1 << 20));
	textbuf_fini(&line);
}

/* ---- the manifest ---- */

static void put_upstream(
        struct json *j, const struct resolver_upstream *upstream, const struct upstream_counters *c)
{
	struct textbuf name = { 0 };
	upstream_print(&name, upstream);
	json_open(j, NULL);
	json_text(j, "address", textbuf_text(&name));
	json_u64(j, "sent", c->sent);
	json_u64(j, "answered", c->answered);
	json_u64(j, "lost", c->lost);
	json_u64(j, "busiest_second", c->busiest_second);
	json_real(j, "round_trip_ms",
	        c->answered ? (double)c->trip_us / (double)c->answered / 1000 : 0);
	json_close(j);
	j->out->failed |= name.failed;
	textbuf_fini(&name);
}

/* Empty where no upstream was asked, or libunbound asked them. */
static void put_upstreams(struct json *j, const struct summary *s)
{
	struct upstream_counters c;
	json_open_list(j, "upstreams");
	for (unsigned i = 0; i < s->options->upstreams.n; i++)
		if (find_upstream(s, i, &c))
			put_upstream(j, &s->options->upstreams.list[i], &c);
	json_close_list(j);
}

/* Whether the upstreams have addresses for names that do not exist; null: it did not answer. */
static void put_rewriting(struct json *j, const struct summary *s)
{
	json_open_list(j, "rewriting");
	for (unsigned i = 0; i < s->options->upstreams.n; i++) {
		struct textbuf name = { 0 };
		enum rewrites rewrites = s->rewriting->of[i].rewrites;
		upstream_print(&name, &s->options->upstreams.list[i]);
		json_open(j, NULL);
		json_text(j, "address", textbuf_text(&name));
		if (rewrites == REWRITES_UNKNOWN)
			json_text(j, "rewrites", NULL);
		else
			json_bool(j, "rewrites", rewrites == REWRITES_YES);
		json_close(j);
		j->out->failed |= name.failed;
		textbuf_fini(&name);
	}
	json_close_list(j);
}

static void put_log(struct json *j, const struct summary_log *log)
{
	if (!log->format) {
		json_text(j, "log", NULL);
		return;
	}
	json_open(j, "log");
	json_text(j, "format", log->format);
	for (enum log_count i = 0; i < LOG_COUNTS; i++)
		json_u64(j, log_count_name(i), log->counts[i]);
	json_close(j);
}

static void put_questions(struct json *j, const void *of)
{
	const struct summary *s = of;
	const struct resolver_counter *row;
	json_u64(j, "memo_rows", tally_read(&s->tally.memo_rows));
	for (unsigned i = 0; (row = resolver_counter_at(i)) != NULL; i++)
		if (row->name)
			json_u64(j, row->name, resolver_counter_value(&s->counters, row));
	put_upstreams(j, s);
	put_rewriting(j, s);
	put_log(j, &s->log);
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
		.input_digests = s->job->past ? s->job->past->input_digests : inputs->digests,
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
		.questions = s,
		.put_options = put_options,
		.options = s,
		.put_versions = put_versions,
	};
}

static uint64_t in_ms(double s)
{
	return (uint64_t)(s * 1000);
}

static void add_counts(struct closing *c, const struct summary *s)
{
	const struct resolver_counter *row;
	closing_add_count(c, "memo_rows", false, tally_read(&s->tally.memo_rows));
	for (unsigned i = 0; (row = resolver_counter_at(i)) != NULL; i++)
		if (row->name)
			closing_add_count(c, row->name, row->is_peak,
			        resolver_counter_value(&s->counters, row));
}

void summary_put_closing(const struct summary *s, const struct closing *told, struct textbuf *out)
{
	const struct inputs *in = s->exchange->inputs;
	struct manifest manifest = summary_manifest(s, NULL);
	struct textbuf json = { 0 };
	struct closing c = {
		.input_rows = in->n_records,
		.has_rows = true,
		.output_rows = s->rows_written,
		.has_hash = in->filter != NULL,
		.input_hash = in->filter ? shard_filter_hash(in->filter) : 0,
		.started_ms = s->started_ms,
		.ended_ms = s->ended_ms,
		.wall_ms = in_ms(s->wall_s),
		.cpu_ms = in_ms(s->cpu_s),
		.peak_memory_bytes = s->peak_memory_bytes,
	};
	if (told->input_rows) {
		c.input_rows = told->input_rows;
		c.has_hash = told->has_hash;
		c.input_hash = told->input_hash;
	}
	add_counts(&c, s);
	manifest_put(&json, &manifest);
	if (json.size > 1)
		c.summary = (struct csv_field){ json.bytes, json.size - 1 }; /* without line end */
	closing_put(out, &c);
	out->failed |= json.failed;
	textbuf_fini(&json);
}
