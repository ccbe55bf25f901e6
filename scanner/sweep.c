/* sweep.c - a scan, a wait, and a retry whose output takes the place of the scan's. */
#include "scanner/sweep.h"

#include "base/exit_status.h"
#include "base/message.h"
#include "io/sink.h"
#include "scanner/filenames.h"
#include "scanner/scan.h"
#include "scanner/sides.h"
#include "scanner/stopsignals.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* The file beside the output. */
#define BESIDE "%s.sweep.gz"

struct sweep {
	const char *output;    /* as the user named it */
	char *target;          /* the file itself, where that is a link; owned */
	struct textbuf beside; /* what is written, until it is complete */
	int fd;                /* the target, locked; -1: not open */
	struct stat found;     /* the target as it was then */
};

/* ---- what does not go together ---- */

static bool is_regular_or_new(const char *path)
{
	struct stat st;
	return strcmp(path, "-") != 0 && (stat(path, &st) || S_ISREG(st.st_mode));
}

/* The option that does not go with a sweep: side files are in step with the rows as the scan wrote
 * them, and a replay would say the same again. NULL: none was given. */
static const char *misfit(const struct options *o)
{
	for (enum side side = 0; side < SIDE_COUNT; side++)
		if (sides_path(o, side))
			return sides_option(side);
	return o->replay ? "replay" : NULL;
}

/* What is left over from a sweep that was killed is removed, and nothing else may be: no file that
 * the command line names. */
static bool beside_is_free(const struct options *o)
{
	struct options other = *o;
	struct textbuf beside = { 0 };
	char *target = realpath(o->output, NULL); /* NULL: it does not exist yet */
	textbuf_printf(&beside, BESIDE, target ? target : o->output);
	other.output = textbuf_text(&beside);
	bool is_free = !beside.failed && filenames_allow(&other);
	textbuf_fini(&beside);
	free(target);
	return is_free;
}

static bool sweep_allows(const struct options *o)
{
	const char *option = misfit(o);
	if (option)
		message(MESSAGE_ERROR,
		        "--sweep does not go with --%s: use `spfsweep retry` behind the scan",
		        option);
	else if (!options_output_is_gzip(o) || !is_regular_or_new(o->output))
		message(MESSAGE_ERROR,
		        "--sweep needs an --output that is a file named *.gz, not '%s'", o->output);
	else if (o->summary && !is_regular_or_new(o->summary))
		message(MESSAGE_ERROR,
		        "--sweep writes the summary twice: --summary must name a file, not '%s'",
		        o->summary);
	else
		return beside_is_free(o);
	return false;
}

/* ---- the two files ---- */

static bool fail(const struct sweep *s, const char *why)
{
	message(MESSAGE_ERROR, "%s: not swept: %s", s->output, why);
	return false;
}

/* Nobody else of us may write the output from here on. */
static bool lock_output(struct sweep *s)
{
	s->target = realpath(s->output, NULL);
	if (!s->target || (s->fd = open(s->target, O_RDONLY | O_CLOEXEC)) < 0 ||
	        fstat(s->fd, &s->found) < 0)
		return fail(s, strerror(errno));
	if (flock(s->fd, LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK)
		return fail(s, "another process is writing it");
	return true;
}

/* With the owner and the mode of the output. What is there is left over from a sweep that was
 * killed. */
static bool make_beside(struct sweep *s)
{
	textbuf_printf(&s->beside, BESIDE, s->target);
	if (s->beside.failed)
		return fail(s, error_text(ERROR_NOMEM));
	const char *path = textbuf_text(&s->beside);
	unlink(path);
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0) {
		message(MESSAGE_ERROR, "%s: %s", path, strerror(errno));
		return false;
	}
	(void)!fchown(fd, s->found.st_uid, s->found.st_gid);
	(void)!fchmod(fd, s->found.st_mode & 07777);
	close(fd);
	return true;
}

static bool put_in_place(void *arg)
{
	struct sweep *s = arg;
	struct stat now;
	if (stat(s->target, &now) < 0 || now.st_ino != s->found.st_ino ||
	        now.st_dev != s->found.st_dev || now.st_size != s->found.st_size)
		return fail(s, "it was replaced or changed meanwhile");
	if (rename(textbuf_text(&s->beside), s->target) < 0)
		return fail(s, strerror(errno));
	sink_sync_name(s->target);
	return true;
}

/* ---- the sweep ---- */

/* What the scan was told about its input is in the output's note, and its rows are there. */
static struct options options_of_sweep(const struct scan_job *job, struct sweep *s, char **input)
{
	struct options o = *job->options;
	*input = s->target;
	o.inputs = input;
	o.n_inputs = 1;
	o.output = textbuf_text(&s->beside);
	o.retry = o.overwrite = true;
	o.resume = false;
	o.shard = (struct shard){ 0 };
	o.columns = o.delimiter = o.log = o.since = o.until = o.trusted = NULL;
	o.no_header = o.connects = false;
	o.year = 0;
	return o;
}

/* True when the sweep came to its end; then *status is that of the output. */
static bool sweep(struct sweep *s, const struct scan_job *job, struct scan_end *end, int *status)
{
	char *input;
	if (!lock_output(s))
		return false;
	message(MESSAGE_INFO, "sweep: look-ups failed in %llu rows, which are asked again in %u s",
	        (unsigned long long)end->temperror_rows, job->options->sweep_s);
	if (!stopsignals_wait(job->options->sweep_s) || !make_beside(s))
		return false;
	struct options o = options_of_sweep(job, s, &input);
	struct scan_job again = *job;
	struct scan_end swept = { 0 };
	again.options = &o;
	again.past = &end->past;
	again.put_in_place = put_in_place;
	again.put_in_place_arg = s;
	int now = scan_run(&again, &swept);
	summary_past_fini(&swept.past);
	if (swept.complete)
		*status = now;
	else
		unlink(textbuf_text(&s->beside));
	return swept.complete;
}

int sweep_run(const struct scan_job *job)
{
	struct scan_end end = { 0 };
	struct sweep s = { .output = job->options->output, .fd = -1 };
	if (!job->options->sweep_s)
		return scan_run(job, NULL);
	if (!sweep_allows(job->options))
		return EXIT_USAGE;
	int status = scan_run(job, &end);
	const bool wanted = end.complete && end.temperror_rows;
	if (wanted && (end.stopped || !sweep(&s, job, &end, &status)))
		message(MESSAGE_WARNING,
		        "%s: the sweep did not come to its end: it stays as the scan left it",
		        s.output);
	if (s.fd >= 0)
		close(s.fd);
	free(s.target);
	textbuf_fini(&s.beside);
	summary_past_fini(&end.past);
	return status;
}
