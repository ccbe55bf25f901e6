/* manifest.c - a scan as JSON, in the order in which docs/output.md has the members. */
#include "results/manifest.h"

#include "base/clock.h"
#include "base/message.h"

#include <errno.h>
#include <string.h>

/* UTC, RFC 3339. */
static void put_time(struct json *j, const char *name, uint64_t ms)
{
	char text[CLOCK_UTC_BYTES];
	json_text(j, name, clock_utc_text(ms / 1000, text));
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
	json_open(j, "problems");
	const char *word;
	for (unsigned i = 0; (word = problems_word(i)) != NULL; i++)
		json_u64(j, word, tally_read(&t->problems[i]));
	json_close(j);
	json_open(j, "spf_problem");
	for (enum spf_problem p = SPF_PROBLEM_NONE + 1; p < SPF_PROBLEM_COUNT; p++)
		json_u64(j, spf_problem_text(p), tally_read(&t->spf_problem[p]));
	json_close(j);
	json_open(j, "mx_state");
	for (enum mx_state s = MX_UNASKED + 1; s < MX_STATE_COUNT; s++)
		json_u64(j, mx_state_text(s), tally_read(&t->mx_state[s]));
	json_close(j);
}

/* Of the files as they are on the disk. An input that was not read to its end has none: null. */
static void put_digests(struct json *j, const struct manifest *m)
{
	char text[DIGEST_TEXT_BYTES];
	json_open_list(j, "input_sha256");
	for (unsigned i = 0; i < m->n_inputs; i++)
		json_text(j, NULL,
		        m->input_digests && m->input_digests[i][0] ? m->input_digests[i] : NULL);
	json_close_list(j);
	json_text(
	        j, "output_sha256", m->output_digest ? digest_text(m->output_digest, text) : NULL);
}

static void put_run(struct json *j, uint64_t started_ms, uint64_t first_row, uint64_t n_rows)
{
	json_open(j, NULL);
	put_time(j, "started_at", started_ms);
	json_u64(j, "first_row", first_row);
	json_u64(j, "rows", n_rows);
	json_close(j);
}

/* The earlier runs, which the output's members tell of, and this one. */
static void put_runs(struct json *j, const struct manifest *m)
{
	json_open_list(j, "runs");
	for (unsigned i = 0; i < m->n_runs; i++)
		put_run(j, m->runs[i].started_ms, m->runs[i].first_row, m->runs[i].n_rows);
	put_run(j, m->started_ms, m->rows_before + 1, m->rows - m->rows_before);
	json_close_list(j);
}

void manifest_put(struct textbuf *out, const struct manifest *m)
{
	struct json j;
	json_begin(&j, out);
	json_text(&j, "program", "spfsweep");
	json_text(&j, "version", m->version);
	json_text(&j, "command", m->command);
	json_bool(&j, "complete", m->complete);
	json_u64(&j, "exit_status", (uint64_t)m->exit_status);
	put_time(&j, "started_at", m->started_ms);
	put_time(&j, "ended_at", m->ended_ms);
	json_texts(&j, "inputs", m->inputs, m->n_inputs);
	json_text(&j, "output", m->output);
	json_u64(&j, "rows_read", m->rows_read);
	json_u64(&j, "rows", m->rows);
	json_u64(&j, "bad_rows", tally_read(&m->tally->bad_rows));
	json_u64(&j, "excluded_rows", tally_read(&m->tally->excluded_rows));
	json_u64(&j, "no_host_names", tally_read(&m->tally->no_host_names));
	json_u64(&j, "temperror_rows", tally_read(&m->tally->temperror_rows));
	put_results(&j, m->tally);
	m->put_questions(&j, m->questions);
	json_u64(&j, "bytes_written", m->bytes_written);
	json_real(&j, "wall_seconds", m->wall_s);
	json_real(&j, "cpu_seconds", m->cpu_s);
	json_u64(&j, "peak_memory_bytes", m->peak_memory_bytes);
	json_open(&j, "options");
	m->put_options(&j, m->options);
	json_close(&j);
	put_digests(&j, m);
	json_u64(&j, "rows_before", m->rows_before);
	json_u64(&j, "retried_rows", tally_read(&m->tally->retried_rows));
	json_u64(&j, "changed_rows", tally_read(&m->tally->changed_rows));
	json_u64(&j, "kept_rows", tally_read(&m->tally->kept_rows));
	put_runs(&j, m);
	json_open(&j, "versions");
	m->put_versions(&j);
	json_close(&j);
	if (m->put_parts)
		m->put_parts(&j, m->parts);
	json_end(&j);
}

bool manifest_write(const struct manifest *m, struct sink *sink)
{
	struct textbuf text = { 0 };
	manifest_put(&text, m);
	bool good = !text.failed && !sink_cut(sink, 0) &&
	        !sink_write(sink, text.bytes, text.size) && !sink_sync(sink);
	if (!good)
		message(MESSAGE_ERROR, "%s: the summary cannot be written: %s", sink_path(sink),
		        text.failed                  ? error_text(ERROR_NOMEM)
		                : sink_is_lost(sink) ? sink_why(sink)
		                                     : strerror(errno));
	textbuf_fini(&text);
	return good;
}
