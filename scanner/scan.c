/* scan.c - opens input and output, runs the pipeline between them, tells how it went.
 *
 *     set_up()        understands the input; nothing is changed yet
 *     open_output()   locks the output; with --resume finds what it holds
 *     add_rows()      cuts the output to that, and runs the pipeline
 *     tell_end()      closes it; the summary, the manifest, the exit status
 */
#include "scanner/scan.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/exit_status.h"
#include "base/message.h"
#include "input/privacy.h"
#include "io/bgzf.h"
#include "resolver/rewriting.h"
#include "results/aside.h"
#include "results/retry.h"
#include "results/standing.h"
#include "scanner/ending.h"
#include "scanner/filenames.h"
#include "scanner/headroom.h"
#include "scanner/logwish.h"
#include "scanner/pipeline.h"
#include "scanner/progress.h"
#include "scanner/replaying.h"
#include "scanner/scannote.h"
#include "scanner/stopsignals.h"
#include "scanner/summary.h"
#include "scanner/understood.h"

#include <errno.h>
#include <string.h>

/* What a scan is made of, in the order in which it is made. */
struct scan {
	struct options fitting;        /* the job's, lowered by headroom_fit() */
	const struct options *options; /* these */
	const struct scan_job *job;
	uint64_t started_ms, started_ns;
	struct retry retry;     /* with options->retry: how the input is read */
	struct asks told_asks;  /* the same: what its note says was asked, */
	struct closing closing; /* and what its scan told at its end */
	struct logwish logwish; /* --log */
	struct logfiles *logs;  /* NULL without it */
	struct textbuf years;   /* what the output that is resumed says of them */
	struct inputs inputs;
	struct note note;     /* what decides the rows */
	struct format format; /* of the output */
	struct pipeline pipeline;
	struct digest *digest;            /* of the output; NULL without --summary */
	struct sink *sink, *summary_sink; /* NULL without --summary */
	struct sides sides;
	struct replaying replaying; /* --replay */
	struct rewriting rewriting; /* of the upstreams; the collector's while it runs */
	bool refused;               /* one of them rewrites: nothing was written */
	struct resumption resumption;
};

static int fail_without_memory(void)
{
	message(MESSAGE_ERROR, "the scan cannot begin: %s", error_text(ERROR_NOMEM));
	return EXIT_STOPPED;
}

/* With --resume the years are those that the scan began with, however old the files are now. */
static bool open_logs(struct scan *s)
{
	const struct options *o = s->options;
	bool is_wrong = true;
	if (!logwish_init(&s->logwish, o, "scan"))
		s->inputs.is_wrong = true;
	else if (o->resume && !o->year && retry_note_value(o->output, SCANNOTE_YEAR, &s->years))
		s->logwish.config.years = textbuf_text(&s->years);
	if (!s->inputs.is_wrong)
		s->logs = logfiles_open(&s->logwish.config, &is_wrong);
	s->inputs.is_wrong = is_wrong;
	s->inputs.broke = !s->logs;
	return s->logs;
}

static bool open_inputs(struct scan *s)
{
	static const volatile bool never;
	const struct options *o = s->options;
	struct inputs_config config = {
		.paths = o->inputs,
		.n_paths = o->n_inputs,
		.command = o->audit ? "audit" : "scan",
		.columns = o->columns,
		.no_header = o->no_header,
		.guarded = o->csv_safe,
		.wants_digests = o->summary,
		.shard = o->shard,
		.expands = !o->audit,
		.sampling = { .share = sampling_share(o->sample, OPTIONS_SAMPLE_ALL),
		        .seed = o->seed },
	};
	if (o->delimiter)
		layout_delimiter_parse(&config.delimiter, o->delimiter);
	if (o->retry) {
		if (!retry_asks(o->inputs[0], &s->told_asks))
			return false;
		if (!o->asks.n)
			s->fitting.asks = s->told_asks;
		retry_init(&s->retry, o->csv_safe, o->checks, retry_told(o->inputs[0]),
		        s->told_asks.n ? &s->told_asks : &o->asks);
		s->fitting.shard = s->retry.told.shard;
		if (o->older_than_s != OPTIONS_NO_LIMIT)
			retry_set_age(&s->retry, o->older_than_s, s->started_ms);
		config.form = &s->retry.form;
	}
	if (o->log) {
		if (!open_logs(s))
			return false;
		config.reader = logfiles_reader(s->logs);
	}
	if (!inputs_open(&s->inputs, &config, &never))
		return false;
	privacy_decide(&s->inputs.layout, o->send_local_parts);
	return true;
}

static int load_replay(struct scan *s)
{
	if (!s->options->replay)
		return EXIT_DONE;
	s->fitting.replaying = &s->replaying;
	return replaying_load(&s->replaying, s->options->replay);
}

/* The columns of `retry` are those of what is retried, which may be an audit. */
static bool init_format(struct scan *s)
{
	const struct options *o = s->options;
	struct column_set audit;
	columns_of_audit(&audit, &o->asks);
	return format_init(&s->format, &s->note, &s->inputs.layout, &o->asks,
	        o->retry           ? &s->retry.results.columns
	                : o->audit ? &audit
	                           : NULL);
}

/* Changes nothing yet: a mistake of the command line leaves no file behind. EXIT_DONE, or the exit
 * status after telling the user why. */
static int set_up(struct scan *s)
{
	const struct options *o = s->options;
	if (!filenames_allow(o))
		return EXIT_USAGE;
	if (!headroom_fit(&s->fitting, true))
		return EXIT_STOPPED;
	int status = load_replay(s);
	if (status != EXIT_DONE)
		return status;
	if (!open_inputs(s))
		return s->inputs.broke && !s->inputs.is_wrong ? EXIT_STOPPED : EXIT_USAGE;
	if (o->retry)
		s->fitting.audit = columns_are_of_audit(&s->retry.results.columns);
	if (!understood_allows(&s->inputs.layout, o))
		return EXIT_USAGE;
	scannote_write(&s->note,
	        &(struct scannote){ s->job, o, &s->inputs.layout, s->logs, s->replaying.digest });
	if (!init_format(s))
		return fail_without_memory();
	if (o->retry && !retry_fits(o->inputs[0], &s->note, &s->closing))
		return EXIT_USAGE;
	if (s->job->past && !retry_keep_note(o->inputs[0], &s->format))
		return fail_without_memory();
	if (!pipeline_init(&s->pipeline, o, &s->inputs, &s->format, &s->resumption))
		return s->pipeline.status;
	if (s->job->past)
		s->pipeline.exchange.mark.run = s->job->past->started_ms;
	return EXIT_DONE;
}

static int fail_with_output(const struct scan *s, const char *why)
{
	message(MESSAGE_ERROR, "%s: %s", options_output_name(s->options), why);
	return EXIT_STOPPED;
}

/* Of the output or the summary: `before` says which. */
static int fail_to_open(const char *path, const char *before, int why)
{
	message(MESSAGE_ERROR, "%s: %s%s", path, before,
	        why == EWOULDBLOCK ? "another process is writing it" : strerror(why));
	return error_is_wrong_name(why) ? EXIT_USAGE : EXIT_STOPPED;
}

/* An output that holds something is continued or, when the user says so, begun anew. Standard
 * output is what the shell made of it. */
static bool may_begin(const struct scan *s)
{
	const struct options *o = s->options;
	if (o->resume || o->overwrite || !sink_found_bytes(s->sink))
		return true;
	standing_refuse(o->output, "output");
	return false;
}

/* Opens and locks the output, and with --resume finds what it holds. Does not change it. */
static int open_output(struct scan *s)
{
	const struct options *o = s->options;
	if (sink_open(&s->sink, o->output))
		return fail_to_open(options_output_name(o), "", errno);
	if (!may_begin(s))
		return EXIT_USAGE;
	if (o->summary && !(s->digest = digest_new()))
		return fail_with_output(s, error_text(ERROR_NOMEM));
	sink_set_digest(s->sink, s->digest);
	if (!o->resume)
		return EXIT_DONE;
	if (!sink_is_file(s->sink)) {
		message(MESSAGE_ERROR, "%s: --resume needs a regular file; choose another --output",
		        o->output);
		return EXIT_USAGE;
	}
	switch (resume_read(&s->resumption, o->output, &s->format, &s->inputs)) {
	case RESUME_READY:
		atomic_store(&s->pipeline.exchange.n_written_rows, s->resumption.n_rows);
		if (s->resumption.is_behind_retry)
			s->pipeline.exchange.mark.run |= RESUME_RUN_BEHIND_RETRY;
		return EXIT_DONE;
	case RESUME_REFUSED:
		return EXIT_USAGE;
	case RESUME_FAILED:
		break;
	}
	return EXIT_STOPPED;
}

/* What is cut off is kept aside, when it is more than a torn end. */
static bool keep_aside(const struct scan *s, uint64_t keep_bytes)
{
	return !s->options->resume || !keep_bytes ||
	        aside_keep(s->options->output, keep_bytes, s->resumption.header_bytes, &s->format);
}

/* Cuts the output to what is kept, and syncs that: its writer may have been killed before it was on
 * the disk. */
static bool cut_output(struct scan *s, uint64_t keep_bytes)
{
	if (!keep_aside(s, keep_bytes))
		return false;
	if (sink_cut(s->sink, keep_bytes)) {
		fail_with_output(s, strerror(errno));
		return false;
	}
	if (!keep_bytes || !sink_sync(s->sink))
		return true;
	if (sink_is_lost(s->sink))
		return !fail_with_output(s, sink_why(s->sink));
	message(MESSAGE_ERROR,
	        "%s: %s; whether the rows that it holds are on the disk is not known",
	        s->options->output, strerror(errno));
	return false;
}

/* False: an upstream rewrites, and that is not allowed. */
static bool check_upstreams(struct scan *s)
{
	const struct options *o = s->options;
	rewriting_wait(&s->rewriting);
	for (unsigned i = 0; i < o->upstreams.n; i++) {
		if (s->rewriting.of[i].rewrites != REWRITES_YES)
			continue;
		struct textbuf name = { 0 };
		upstream_print(&name, &o->upstreams.list[i]);
		message(o->allow_rewriting ? MESSAGE_WARNING : MESSAGE_ERROR,
		        "the upstream %s has addresses for names that do not exist, so `exists` "
		        "always matches%s",
		        textbuf_text(&name),
		        o->allow_rewriting ? "" : ": use another one, or --allow-rewriting");
		textbuf_fini(&name);
		s->refused = s->refused || !o->allow_rewriting;
	}
	return !s->refused;
}

static bool begin_sides(struct scan *s)
{
	struct bgzf_checkpoint mark = s->pipeline.exchange.mark;
	mark.first_row = s->resumption.n_rows + 1;
	return sides_begin(&s->sides, &mark, (int)s->options->compression_level);
}

/* In the collector's thread: rows are asked meanwhile. */
static bool begin_output(void *arg)
{
	struct scan *s = arg;
	return check_upstreams(s) && cut_output(s, s->resumption.keep_bytes) && begin_sides(s);
}

static void begin_summary(const struct scan *s, struct summary *summary)
{
	summary_init(summary, s->job, &s->pipeline.exchange, s->started_ms, s->started_ns,
	        sink_bytes(s->sink));
	summary->rewriting = &s->rewriting;
	if (s->logs)
		summary_set_log(summary, s->logs);
}

/* Every row is written. In the collector's thread. */
static void put_closing(void *arg, struct textbuf *out)
{
	struct scan *s = arg;
	struct summary summary;
	begin_summary(s, &summary);
	summary.complete = true;
	summary.exit_status = ending_find(&summary);
	summary_put_closing(&summary, &s->closing, out);
}

/* The output was begun with a side file that is not gone on with, and rows are to be added. */
static void warn_of_side(const struct scan *s, enum side side)
{
	struct csv_field path =
	        note_value(s->format.note.bytes, s->format.note.size, sides_note(side));
	if (!path.text || sides_path(s->options, side))
		return;
	if (side == SIDE_RECORD)
		message(MESSAGE_WARNING,
		        "the answers so far are recorded in %.*s; without --record those from here "
		        "on are not",
		        (int)path.size, path.text);
	else
		message(MESSAGE_WARNING,
		        "the %s so far are in %.*s; without --%s those from here on are nowhere",
		        sides_option(side), (int)path.size, path.text, sides_option(side));
}

/* True when every row is in the output. A complete output keeps its end-of-file member all the
 * time. */
static bool cut_and_add(struct scan *s)
{
	struct pipeline *p = &s->pipeline;
	uint64_t keep_bytes = s->resumption.keep_bytes;
	if (s->resumption.was_complete && !inputs_has_more(&s->inputs, &p->exchange.stop_reading)) {
		/* before the sync: a signal that comes in it does not count */
		bool whole = !p->exchange.stop_reading && !s->inputs.broke;
		return cut_output(s, keep_bytes + s->resumption.end_bytes) && whole;
	}
	for (enum side side = 0; side < SIDE_COUNT && !s->job->past; side++)
		warn_of_side(s, side);
	p->exchange.begin_output = begin_output;
	p->exchange.put_closing = put_closing;
	p->exchange.begin_output_arg = s;
	p->exchange.rewriting = &s->rewriting;
	p->exchange.sides = &s->sides;
	return pipeline_run(p, s->sink);
}

static bool add_rows(struct scan *s)
{
	struct progress progress;
	/* this can fail, so it comes before the output is cut */
	if (!progress_start(&progress, &s->pipeline.exchange, s->options->progress))
		return false;
	bool whole = cut_and_add(s);
	progress_stop(&progress);
	return whole;
}

/* True when every row is in the output, and that where it belongs. */
static bool close_output(struct scan *s, bool whole)
{
	const struct scan_job *job = s->job;
	if (sink_close(s->sink)) {
		fail_with_output(s, strerror(errno));
		whole = false;
	}
	s->sink = NULL;
	if (whole && atomic_load(&s->pipeline.exchange.n_written_rows) != s->inputs.n_rows) {
		message(MESSAGE_ERROR, "%llu rows were read but %llu written: please report this",
		        (unsigned long long)s->inputs.n_rows,
		        (unsigned long long)atomic_load(&s->pipeline.exchange.n_written_rows));
		whole = false;
	}
	return whole && (!job->past || job->put_in_place(job->put_in_place_arg));
}

/* That of a sweep which was not put in place would be of nothing: the scan's summary stands. */
static bool wants_summary(const struct scan *s, const struct summary *summary)
{
	return s->summary_sink && (!s->job->past || summary->complete);
}

static bool keep_end(struct scan_end *end, const struct summary *summary)
{
	if (!end)
		return true;
	end->complete = summary->complete;
	end->temperror_rows = tally_read(&summary->tally.temperror_rows);
	return summary_past_init(&end->past, summary);
}

static int tell_end(struct scan *s, bool whole, struct scan_end *end)
{
	struct summary summary;
	begin_summary(s, &summary);
	if (s->digest && (s->refused || !sink_digest_is_right(s->sink))) {
		digest_free(s->digest);
		s->digest = NULL;
	}
	summary.complete = close_output(s, whole);
	summary.exit_status = s->refused ? EXIT_USAGE : ending_status(&summary);
	if (!s->refused && s->logs)
		logfiles_tell(s->logs);
	if (!s->refused)
		summary_tell(&summary);
	struct manifest manifest = summary_manifest(&summary, s->digest);
	if (wants_summary(s, &summary) && !manifest_write(&manifest, s->summary_sink))
		return EXIT_STOPPED;
	return keep_end(end, &summary) ? summary.exit_status : fail_without_memory();
}

/* With the side files, which are in step with it. */
static int open_files(struct scan *s)
{
	int status = open_output(s);
	if (status != EXIT_DONE)
		return status;
	return sides_open(&s->sides, s->options, &s->resumption, s->format.fingerprint);
}

/* Opened before the scan, so that a wrong name is told at once. Emptied when it is written. */
static int open_summary(struct scan *s)
{
	if (!s->options->summary || !sink_open(&s->summary_sink, s->options->summary))
		return EXIT_DONE;
	return fail_to_open(s->options->summary, "the summary cannot be written: ", errno);
}

static int run(struct scan *s, struct scan_end *end)
{
	int status = set_up(s);
	if (status == EXIT_DONE)
		status = open_files(s);
	if (status == EXIT_DONE)
		status = open_summary(s);
	if (status != EXIT_DONE)
		return status;
	if (s->logs)
		logfiles_tell_begin(s->logs);
	if (!s->job->past)
		understood_tell(&s->inputs.layout);
	stopsignals_take(&s->pipeline.exchange);
	rewriting_begin(&s->rewriting, &s->options->upstreams, s->options->exclusions);
	bool whole = add_rows(s);
	rewriting_end(&s->rewriting);
	status = tell_end(s, whole, end);
	stopsignals_leave();
	if (end)
		end->stopped = atomic_load(&s->pipeline.exchange.stopping);
	return status;
}

int scan_run(const struct scan_job *job, struct scan_end *end)
{
	struct scan s = { .fitting = *job->options,
		.job = job,
		.started_ms = clock_wall_ms(),
		.started_ns = clock_now_ns() };
	s.options = &s.fitting;
	int status = run(&s, end);
	sink_close(s.sink);
	sink_close(s.summary_sink);
	if (!sides_close(&s.sides) && status < EXIT_STOPPED)
		status = EXIT_STOPPED;
	pipeline_fini(&s.pipeline);
	digest_free(s.digest);
	resume_fini(&s.resumption);
	format_fini(&s.format);
	note_fini(&s.note);
	replaying_fini(&s.replaying);
	inputs_close(&s.inputs);
	logfiles_close(s.logs);
	logwish_fini(&s.logwish);
	textbuf_fini(&s.years);
	retry_fini(&s.retry);
	return status;
}
