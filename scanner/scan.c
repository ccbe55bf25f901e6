/* scan.c - `spfsweep scan`: opens input and output, runs the pipeline between them, tells how it went. */
#include "scanner/scan.h"

#include "base/clock.h"
#include "base/message.h"
#include "scanner/headroom.h"
#include "scanner/pipeline.h"
#include "scanner/progress.h"
#include "scanner/resolving.h"
#include "scanner/summary.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* The one thing a signal handler can reach. Set before the handlers are, and only then. */
static struct pipeline *stop_target;

static const int stop_signals[] = { SIGINT, SIGTERM, SIGHUP };

/* For the stop signals but those that whoever started us made us ignore (nohup, a background job): these stay ignored. */
static void on_stop_signals(const struct sigaction *action)
{
	struct sigaction now;
	for (size_t i = 0; i < sizeof stop_signals / sizeof *stop_signals; i++)
		if (!sigaction(stop_signals[i], NULL, &now) && now.sa_handler != SIG_IGN)
			sigaction(stop_signals[i], action, NULL);
}

static void on_stop_signal(int number)
{
	(void)number;
	int saved = errno;
	struct sigaction end = { .sa_handler = SIG_DFL };
	on_stop_signals(&end);
	pipeline_stop(stop_target, true);
	errno = saved;
}

/* How our own threads end a blocking read of the main thread. */
static void on_nudge(int number)
{
	(void)number;
	pipeline_stop(stop_target, true);
}

/* The first of the stop signals ends the scan in order; after it all of them have their default action again, so a second one, of whatever kind, ends it at once. */
static void take_signals(struct pipeline *pipeline)
{
	struct sigaction stop = { .sa_handler = on_stop_signal }, nudge = { .sa_handler = on_nudge }, ignore = { .sa_handler = SIG_IGN };
	stop_target = pipeline;
	on_stop_signals(&stop);
	sigaction(SIGUSR1, &nudge, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigaction(SIGXFSZ, &ignore, NULL);
}

static void leave_signals(void)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	on_stop_signals(&ignore);
	sigaction(SIGUSR1, &ignore, NULL);
	stop_target = NULL;
}

/* stat() of a path, or of the standard stream behind "-". */
static bool find_file(const char *path, int standard_fd, struct stat *st)
{
	return !strcmp(path, "-") ? !fstat(standard_fd, st) : !stat(path, st);
}

/* Opening the output empties it, and reading what was just written never ends: the output is never an input. */
static bool output_is_input(const struct options *options)
{
	struct stat out, in;
	if (!find_file(options->output, STDOUT_FILENO, &out) || !S_ISREG(out.st_mode))
		return false;
	for (unsigned i = 0; i < options->n_inputs; i++)
		if (find_file(options->inputs[i], STDIN_FILENO, &in) && in.st_dev == out.st_dev && in.st_ino == out.st_ino) {
			message(MESSAGE_ERROR, "the output is an input, too (%s): choose another --output", options->inputs[i]);
			return true;
		}
	return false;
}

static int exit_status_of(const struct pipeline *p, bool whole)
{
	struct tally tally;
	struct resolver_counters counters;
	if (!whole)
		return EXIT_STOPPED;
	pipeline_tally(p, &tally, &counters);
	return tally_read(&tally.bad_rows) ? EXIT_BAD_ROWS : EXIT_DONE;
}

/* A later run may find it better, other than a path that is wrong. */
static bool is_of_surroundings(int error)
{
	return error == ENOMEM || error == EMFILE || error == ENFILE || error == ENOSPC || error == EDQUOT || error == EIO;
}

static int run(struct pipeline *p, const struct options *options, struct inputs *inputs)
{
	uint64_t started_ms = clock_wall_ms(), started_ns = clock_now_ns();
	struct sink *sink;
	struct progress progress;
	/* what can be missing is asked for before an output of before is emptied */
	if (!progress_start(&progress, p, options->progress))
		return EXIT_STOPPED;
	if (sink_open(&sink, options->output)) {
		int why = errno;
		message(MESSAGE_ERROR, "%s: %s", options->output, strerror(why));
		progress_stop(&progress);
		return is_of_surroundings(why) ? EXIT_STOPPED : EXIT_USAGE;
	}
	bool whole = pipeline_run(p, sink);
	progress_stop(&progress);
	if (sink_close(sink)) {
		message(MESSAGE_ERROR, "%s: %s", options->output, strerror(errno));
		whole = false;
	}
	struct summary summary;
	summary_init(&summary, p, started_ms, started_ns);
	summary.complete = whole && summary.rows_written == inputs->n_rows;
	summary.exit_status = exit_status_of(p, summary.complete);
	if (whole && !summary.complete)
		message(MESSAGE_ERROR, "%llu rows were read but %llu written: please report this", (unsigned long long)inputs->n_rows, (unsigned long long)summary.rows_written);
	summary_tell(&summary);
	if (options->summary && !summary_write(&summary, options->summary))
		return EXIT_STOPPED;
	return summary.exit_status;
}

int scan_run(const struct options *wanted)
{
	struct options fitting = *wanted;
	const struct options *options = &fitting;
	struct inputs inputs;
	struct pipeline pipeline;
	int status = EXIT_USAGE;
	if (output_is_input(options))
		return EXIT_USAGE;
	if (!headroom_fit(&fitting))
		return EXIT_STOPPED;
	static const volatile bool never;
	if (inputs_open(&inputs, options->inputs, options->n_inputs, options->columns, &never)) {
		bool ready = pipeline_init(&pipeline, options, &inputs);
		status = pipeline.status;
		if (ready) {
			take_signals(&pipeline);
			status = run(&pipeline, options, &inputs);
			leave_signals();
		}
		pipeline_fini(&pipeline);
	}
	inputs_close(&inputs);
	return status;
}
