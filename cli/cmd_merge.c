/* cmd_merge.c - `spfsweep merge`: shards of one scan into one output, or with --append outputs of
 * different inputs; and the summaries of both as one. */
#include "cli/commands.h"

#include "base/clock.h"
#include "base/digest.h"
#include "base/exit_status.h"
#include "base/message.h"
#include "base/version.h"
#include "cli/option_table.h"
#include "results/manifest.h"
#include "results/merge.h"
#include "results/standing.h"
#include "scanner/filenames.h"
#include "scanner/versions.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A file is written beside the output, and takes its place when it is whole: who reads the output
 * never sees half of it, and what stood there before stays when the merge is refused or killed. */
struct run {
	const struct options *options;
	struct note presets;
	struct merge merge;
	struct sink *standing;     /* the output as it was, locked; NULL: written in place */
	char *place;               /* of the output, links followed; owned */
	struct textbuf part_place; /* of the file beside it; empty: there is none */
	struct sink *sink, *summary_sink;
	struct digest *digest;
	uint64_t started_ns;
};

static int fail_to_open(const char *path, int why)
{
	message(MESSAGE_ERROR, "%s: %s", path,
	        why == EWOULDBLOCK ? "another process is writing it" : strerror(why));
	return error_is_wrong_name(why) ? EXIT_USAGE : EXIT_STOPPED;
}

/* What was refused on the way leaves nothing behind that looks like an output. */
static void drop_output(struct run *r)
{
	if (!r->standing && sink_is_file(r->sink) && !sink_cut(r->sink, 0))
		unlink(r->options->output);
}

/* A folder that takes no new files: the output in it can only be written in place. */
static bool takes_no_files(int why)
{
	return why == EACCES || why == EPERM || why == EROFS || why == ENAMETOOLONG;
}

/* An empty file of a new name in the output's folder, with the output's permissions. False, with
 * errno: there is none, and part_place is empty; or it could not be made like the output. */
static bool make_part(struct run *r)
{
	struct stat st;
	const char *slash = strrchr(r->place, '/');
	textbuf_printf(
	        &r->part_place, "%.*s/.spfsweep-merge-XXXXXX", (int)(slash - r->place), r->place);
	const bool has_name = !r->part_place.failed;
	int fd = has_name ? mkstemp((char *)textbuf_text(&r->part_place)) : -1;
	if (fd < 0) {
		int why = has_name ? errno : ENOMEM;
		textbuf_reset(&r->part_place);
		errno = why;
		return false;
	}
	bool good = !stat(r->place, &st) && !fchmod(fd, st.st_mode & 07777);
	return !close(fd) && good;
}

/* The file beside an output that is one. */
static int open_part(struct run *r)
{
	r->place = realpath(r->options->output, NULL);
	if (!r->place)
		return fail_to_open(r->options->output, errno);
	if (!make_part(r))
		return !r->part_place.size && takes_no_files(errno) ? EXIT_DONE
		                                                    : fail_to_open(r->place, errno);
	r->standing = r->sink;
	r->sink = NULL;
	const char *place = textbuf_text(&r->part_place);
	return sink_open(&r->sink, place) ? fail_to_open(place, errno) : EXIT_DONE;
}

/* Opens the output, and changes nothing in it. */
static int open_output(struct run *r)
{
	const struct options *o = r->options;
	if (sink_open(&r->sink, o->output))
		return fail_to_open(options_output_name(o), errno);
	if (sink_found_bytes(r->sink) && !o->overwrite) {
		standing_refuse(o->output, "output");
		return EXIT_USAGE;
	}
	int status = sink_is_file(r->sink) ? open_part(r) : EXIT_DONE;
	if (status != EXIT_DONE || !o->summary)
		return status;
	r->digest = digest_new();
	sink_set_digest(r->sink, r->digest);
	return sink_open(&r->summary_sink, o->summary) ? fail_to_open(o->summary, errno)
	                                               : EXIT_DONE;
}

static int write_output(struct run *r)
{
	const struct options *o = r->options;
	int level = options_output_is_gzip(o) ? (int)o->compression_level : ROWFILE_PLAIN;
	if (sink_cut(r->sink, 0)) {
		message(MESSAGE_ERROR, "%s: %s", options_output_name(o), strerror(errno));
		return EXIT_STOPPED;
	}
	int status = merge_write(&r->merge, r->sink, level, clock_wall_ms());
	if (status != EXIT_DONE)
		drop_output(r);
	return status;
}

/* ---- the summary ---- */

static void put_counts(struct json *j, const void *of)
{
	const struct closing *sum = of;
	for (unsigned i = 0; i < sum->n_counts; i++)
		json_u64(j, sum->counts[i].name, sum->counts[i].value);
}

/* As the note of the output has them. */
static void put_options(struct json *j, const void *of)
{
	const struct run *r = of;
	for (unsigned i = 0; i < r->presets.n_lines; i++) {
		struct textbuf text = { 0 };
		struct csv_field value = note_value(
		        r->merge.note.bytes, r->merge.note.size, r->presets.lines[i].name);
		textbuf_put(&text, value.text, value.size);
		json_text(j, r->presets.lines[i].name, value.text ? textbuf_text(&text) : NULL);
		textbuf_fini(&text);
	}
}

static void put_versions(struct json *j)
{
	const struct version *version;
	for (unsigned i = 0; (version = version_at(i)) != NULL; i++)
		json_text(j, version->name, version->text());
}

/* The summary of each, as its own output has it. */
static void put_parts(struct json *j, const void *of)
{
	const struct merge *m = of;
	json_open_list(j, "shards");
	for (unsigned i = 0; i < m->n_parts; i++) {
		struct csv_field summary = m->order[i]->closing.summary;
		if (json_begins_object(summary.text, summary.size))
			json_raw(j, NULL, summary.text, summary.size);
		else
			json_text(j, NULL, NULL);
	}
	json_close_list(j);
}

static bool write_summary(const struct run *r)
{
	const struct merge *m = &r->merge;
	struct manifest manifest = {
		.command = "merge",
		.version = SPFSWEEP_VERSION,
		.complete = true,
		.started_ms = m->sum.started_ms,
		.ended_ms = m->sum.ended_ms,
		.inputs = r->options->inputs,
		.n_inputs = r->options->n_inputs,
		.output = r->options->output,
		.output_digest = r->digest,
		.rows_read = m->n_rows,
		.rows = m->n_rows,
		.bytes_written = sink_bytes(r->sink),
		.tally = &m->tally,
		.wall_s = (double)m->sum.wall_ms / 1000,
		.cpu_s = (double)m->sum.cpu_ms / 1000,
		.peak_memory_bytes = m->sum.peak_memory_bytes,
		.put_questions = put_counts,
		.questions = &m->sum,
		.put_options = put_options,
		.options = r,
		.put_versions = put_versions,
		.put_parts = put_parts,
		.parts = m,
	};
	return manifest_write(&manifest, r->summary_sink);
}

static int run(struct run *r)
{
	const struct options *o = r->options;
	if (!filenames_allow(o))
		return EXIT_USAGE;
	int status = merge_open(&r->merge, o->inputs, o->n_inputs, o->append, &r->presets);
	if (status == EXIT_DONE)
		status = open_output(r);
	if (status == EXIT_DONE)
		status = write_output(r);
	if (status != EXIT_DONE)
		return status;
	if (r->summary_sink && !write_summary(r))
		return EXIT_STOPPED;
	message(MESSAGE_INFO, "%llu rows of %u outputs in %.1f s",
	        (unsigned long long)r->merge.n_rows, r->merge.n_parts,
	        (double)(clock_now_ns() - r->started_ns) / (double)CLOCK_NS_PER_S);
	return EXIT_DONE;
}

/* Closes the output, which takes its place when all went well. */
static int close_output(struct run *r, int status)
{
	const char *part = textbuf_text(&r->part_place);
	if (sink_close(r->sink) && status == EXIT_DONE)
		status = fail_to_open(options_output_name(r->options), errno);
	sink_close(r->standing);
	if (*part && status != EXIT_DONE)
		unlink(part);
	else if (*part && rename(part, r->place))
		status = fail_to_open(r->place, errno);
	else if (*part)
		sink_sync_name(r->place);
	free(r->place);
	textbuf_fini(&r->part_place);
	return status;
}

int cmd_merge(const struct options *options, char **operands, unsigned n_operands)
{
	struct options o = *options, defaults;
	struct run r = { .options = &o, .started_ns = clock_now_ns() };
	o.inputs = operands;
	o.n_inputs = n_operands;
	options_set_defaults(&defaults);
	options_put_note(&r.presets, &defaults);
	int status = close_output(&r, run(&r));
	sink_close(r.summary_sink);
	digest_free(r.digest);
	merge_fini(&r.merge);
	note_fini(&r.presets);
	return status;
}
