/* inputs.c - the input files as one sequence of data rows. */
#include "input/inputs.h"

#include "base/message.h"
#include "input/atfile.h"
#include "input/beginning.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void note_progress(struct inputs *in)
{
	uint64_t n =
	        in->reader ? in->reader->raw_bytes : in->raw_before + source_raw_bytes(in->source);
	atomic_store_explicit(&in->raw_bytes, n, memory_order_relaxed);
}

static void note_sizes(struct inputs *in)
{
	uint64_t total = 0;
	for (unsigned i = 0; i < in->n_paths; i++) {
		struct stat st;
		if (stat(in->paths[i], &st) || !S_ISREG(st.st_mode))
			return;
		total += (uint64_t)st.st_size;
	}
	atomic_store_explicit(&in->raw_size, total, memory_order_relaxed);
}

/* Opening or reading it may wait without end: a pipe, a FIFO, a terminal. */
static bool may_block(const char *path)
{
	struct stat st;
	return !strcmp(path, "-") ||
	        (!stat(path, &st) && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode));
}

/* Every further regular file is opened once before the scan starts: a wrong name or header row is
 * told at once, and not after hours. */
static bool check_further(struct inputs *in, const volatile bool *stop)
{
	struct inputs other = { .paths = in->paths,
		.n_paths = in->n_paths,
		.command = in->command,
		.form = in->form,
		.layout = in->layout,
		.wish = in->wish,
		.decided_by = in->decided_by };
	bool good = true;
	for (unsigned i = in->n_paths; good && i-- > in->decided_by + 1;) {
		if (may_block(in->paths[i]))
			continue;
		good = atfile_open(&other, i, stop) && beginning_read_further(&other, stop);
		atfile_close(&other);
	}
	textbuf_fini(&other.row);
	textbuf_fini(&other.fields);
	in->broke |= other.broke;
	return good;
}

/* Reads a file of another form from its beginning to its end. */
static bool look_ahead(struct inputs *in, const volatile bool *stop)
{
	static const volatile bool never;
	struct inputs other = { .paths = in->paths, .n_paths = 1, .form = in->form };
	struct input_row row;
	if (!in->form || !in->form->looks_ahead || may_block(in->paths[0]))
		return true;
	bool good = atfile_open(&other, 0, stop) && beginning_read(&other, stop);
	while (good && inputs_next(&other, &row, stop ? stop : &never))
		;
	in->broke = other.broke;
	in->is_wrong = other.is_wrong;
	inputs_close(&other);
	return good && !in->broke;
}

static void open_reader(struct inputs *in)
{
	const struct csv_record header = { in->reader->header, strlen(in->reader->header) };
	in->layout.has_header = layout_from_names(&in->layout, &header);
	in->layout.delimiter = ',';
	in->reader->digests = in->digests;
	note_sizes(in);
}

bool inputs_open(struct inputs *in, const struct inputs_config *config, const volatile bool *stop)
{
	*in = (struct inputs){
		.paths = config->paths,
		.n_paths = config->n_paths,
		.command = config->command,
		.form = config->form,
		.reader = config->reader,
		.expands = config->expands,
		.sampling = config->sampling,
		.wish = { config->columns, config->no_header, config->delimiter },
	};
	in->layout.guarded = config->guarded;
	if (config->shard.count && !(in->filter = shard_filter_new(&config->shard)))
		return atfile_fail_without_memory(in, in->paths[0]);
	if (config->wants_digests && !(in->digests = calloc(in->n_paths, sizeof *in->digests)))
		return atfile_fail_without_memory(in, in->paths[0]);
	if (in->reader) {
		open_reader(in);
		return true;
	}
	if (!look_ahead(in, stop) || !atfile_open(in, 0, stop) || !atfile_begin_digest(in) ||
	        !beginning_read(in, stop) || !check_further(in, stop))
		return false;
	note_sizes(in);
	return true;
}

void inputs_close(struct inputs *in)
{
	atfile_close(in);
	free(in->digests);
	shard_filter_free(in->filter);
	textbuf_fini(&in->layout.header);
	textbuf_fini(&in->row);
	textbuf_fini(&in->fields);
	textbuf_fini(&in->sampling.scratch);
	expansion_fini(&in->expansion);
}

static bool open_next(struct inputs *in, const volatile bool *stop)
{
	in->raw_before += source_raw_bytes(in->source);
	atfile_close(in);
	if (in->at + 1 >= in->n_paths)
		return false;
	if (atfile_open(in, in->at + 1, stop) && atfile_begin_digest(in) &&
	        beginning_read_further(in, stop))
		return true;
	in->broke |= in->source || !(stop && *stop);
	return false;
}

/* Counts and drops addresses of the network at hand that are other shards'. */
static void pass_over(struct inputs *in)
{
	struct expansion *e = &in->expansion;
	if (!in->is_taken || !in->is_by_address)
		return;
	for (; e->n_left && !shard_filter_takes_address(in->filter, &e->next); in->n_records++)
		expansion_skip(e);
	in->is_taken = in->has_first = e->n_left > 0;
}

/* Whether the record that was read is to be given out. Else its rows are counted and dropped. */
static void choose_first(struct inputs *in)
{
	bool takes = true;
	if (in->expands && !in->form)
		expansion_begin(&in->expansion, &in->first, in->layout.ip);
	if (in->filter && shard_filter_take(in->filter, &in->layout, &in->first, &takes))
		atfile_fail_without_memory(in, in->paths[in->at]);
	in->is_by_address =
	        in->filter && in->expansion.n_left && shard_filter_lacks_key(in->filter);
	takes = takes || in->is_by_address;
	takes = takes && (in->form || sampling_takes(&in->sampling, &in->layout, &in->first));
	in->is_taken = in->has_first = takes && !in->broke;
	if (in->is_taken) {
		pass_over(in);
		return;
	}
	in->n_records += in->expansion.n_left ? in->expansion.n_left : 1;
	in->expansion.n_left = 0;
	if (in->n_records % 256 == 0)
		note_progress(in);
}

static bool take_record(struct inputs *in, const volatile bool *stop)
{
	if (!in->reader)
		return atfile_read(in, stop);
	bool has = in->reader->next(in->reader, &in->first, stop);
	in->broke = in->broke || in->reader->broke;
	return has;
}

/* Whether the next record can be read without waiting for it; a log tells by would_block(). */
static bool has_record(struct inputs *in)
{
	return in->reader || csv_has_next(in->csv);
}

/* The next row is in `first`. */
bool inputs_has_more(struct inputs *in, const volatile bool *stop)
{
	pass_over(in);
	while ((in->csv || in->reader) && !in->is_taken && !in->broke) {
		in->has_first = in->has_first || take_record(in, stop);
		if (in->has_first) {
			choose_first(in);
			if (!in->is_taken && *stop)
				return false;
			continue;
		}
		if (in->reader)
			return false;
		if (*stop)
			return false;
		if (source_error(in->source))
			return atfile_fail(in);
		atfile_end_digest(in, stop);
		if (!open_next(in, stop))
			return false;
	}
	return in->is_taken;
}

/* The row in the record at hand, of a file of another form. */
static bool form_row(struct inputs *in, struct input_row *row)
{
	enum error err = in->form->row(in->form, &in->first, row);
	if (!err)
		return true;
	if (err == ERROR_NOMEM)
		message(MESSAGE_ERROR, "%s: row %llu: %s", source_path(in->source),
		        (unsigned long long)in->n_rows, error_text(err));
	else if (in->form->refusal)
		message(MESSAGE_ERROR, "%s: line %llu: %s", source_path(in->source),
		        (unsigned long long)in->first.line, in->form->refusal);
	else
		message(MESSAGE_ERROR,
		        "%s: line %llu is not row %llu of an output: only whole outputs can be "
		        "retried",
		        source_path(in->source), (unsigned long long)in->first.line,
		        (unsigned long long)in->n_rows);
	in->broke = true;
	in->is_wrong = err != ERROR_NOMEM;
	return false;
}

bool inputs_next(struct inputs *in, struct input_row *row, const volatile bool *stop)
{
	if (!inputs_has_more(in, stop))
		return false;
	if (in->n_records++ % 256 == 0)
		note_progress(in);
	in->n_rows++;
	*row = (struct input_row){ .number = in->n_records, .record = in->first };
	bool expanded = in->expansion.n_left > 0;
	bool good = expanded ? expansion_next(&in->expansion, &row->record) ||
	                atfile_fail_without_memory(in, inputs_path(in))
	                     : !in->form || form_row(in, row);
	in->is_taken = in->has_first = good && in->expansion.n_left;
	if (good || expanded)
		return good;
	in->n_rows--;
	in->n_records--;
	return false;
}

bool inputs_would_block(struct inputs *in)
{
	pass_over(in);
	if ((!in->csv && !in->reader) || in->is_taken)
		return false;
	if (in->has_first)
		choose_first(in);
	while (!in->is_taken && !in->broke) {
		if (in->reader ? in->reader->would_block(in->reader) : csv_would_block(in->csv))
			return true;
		if (!in->filter || !has_record(in) || !take_record(in, NULL))
			break;
		choose_first(in);
	}
	if (in->reader || in->is_taken || in->broke)
		return false;
	/* the file has ended; the next one may have to be waited for */
	return !csv_has_next(in->csv) && in->at + 1 < in->n_paths &&
	        may_block(in->paths[in->at + 1]);
}

const char *inputs_path(const struct inputs *in)
{
	return in->reader    ? in->reader->path(in->reader)
	        : in->source ? source_path(in->source)
	                     : in->paths[in->at];
}
