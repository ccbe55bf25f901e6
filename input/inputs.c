/* inputs.c - the input files as one sequence of data rows. */
#include "input/inputs.h"

#include "base/message.h"
#include "input/foreign.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool fail_at_source(struct inputs *in)
{
	enum error err = source_error(in->source);
	const char *what = err == ERROR_SYSTEM ? strerror(source_errno(in->source))
	        : err == ERROR_TRUNCATED       ? "the gzip data ends too early"
	        : err == ERROR_CORRUPT         ? "the gzip data is corrupt"
	                                       : error_text(err);
	in->broke = true;
	if (in->n_rows)
		message(MESSAGE_ERROR, "%s: %s after row %llu; every row before is in the output",
		        source_path(in->source), what, (unsigned long long)in->n_rows);
	else
		message(MESSAGE_ERROR, "%s: %s before the first row", source_path(in->source),
		        what);
	return false;
}

/* Out of memory. */
static bool fail_without_memory(struct inputs *in, const char *path)
{
	message(MESSAGE_ERROR, "%s: %s", path, error_text(ERROR_NOMEM));
	in->broke = true;
	return false;
}

/* For a file that will be read to its end. */
static bool begin_digest(struct inputs *in)
{
	if (!in->digests)
		return true;
	in->digest = digest_new();
	source_set_digest(in->source, in->digest);
	return in->digest || fail_without_memory(in, in->paths[in->at]);
}

static void end_digest(struct inputs *in, const volatile bool *stop)
{
	if (in->digest && source_drain(in->source, stop))
		digest_text(in->digest, in->digests[in->at]);
}

/* Opening a FIFO waits for a writer. A signal ends the wait; with *stop set that is no error. */
static bool open_at(struct inputs *in, unsigned at, const volatile bool *stop)
{
	enum error err;
	do {
		if (stop && *stop)
			return false;
		err = source_open(&in->source, in->paths[at]);
	} while (err == ERROR_SYSTEM && errno == EINTR);
	if (err) {
		in->broke = err != ERROR_SYSTEM || !error_is_wrong_name(errno);
		message(MESSAGE_ERROR, "%s: %s", in->paths[at],
		        err == ERROR_SYSTEM ? strerror(errno) : error_text(err));
		return false;
	}
	in->csv = in->form ? csv_reader_new_for(in->source, in->form->row_max_bytes)
	                   : csv_reader_new(in->source);
	in->at = at;
	return in->csv || fail_without_memory(in, in->paths[at]);
}

static void close_current(struct inputs *in)
{
	csv_reader_free(in->csv);
	source_close(in->source);
	digest_free(in->digest);
	in->digest = NULL;
	in->csv = NULL;
	in->source = NULL;
	in->has_first = false;
}

/* The first record of a file of another form. The columns are those of the input in it. */
static bool read_form(struct inputs *in)
{
	struct csv_record first = { .text = "" }, header;
	if (in->has_first)
		first = in->first;
	in->has_first = false;
	if (!in->form->begin(in->form, source_path(in->source), &first, &header))
		return false;
	bool known = layout_from_names(&in->layout, &header);
	in->layout.has_header = in->layout.keeps_names = true;
	in->layout.delimiter = in->form->delimiter;
	memset(in->layout.names, 0, sizeof in->layout.names);
	if (in->form->has_columns) {
		for (enum role role = 0; role < ROLE_COUNT; role++)
			*role_column(&in->layout, role) = in->form->columns[role];
		return true;
	}
	if (known)
		return true;
	message(MESSAGE_ERROR,
	        "%s: none of its input's columns is named domain, ip, sender or helo; rename them "
	        "in its header row",
	        source_path(in->source));
	return false;
}

/* As the header row of the first file. */
static bool is_same_header(const struct layout *a, const struct layout *b)
{
	return a->header.size == b->header.size &&
	        !memcmp(a->header.bytes, b->header.bytes, a->header.size);
}

/* The next record, with commas between its fields whatever the file has. */
static bool read_csv(struct inputs *in, const volatile bool *stop)
{
	char delimiter = in->form ? ',' : in->layout.delimiter;
	if (!csv_read(in->csv, &in->first, stop))
		return false;
	if (delimiter != ',')
		in->first = csv_split(&in->first, delimiter, &in->row, &in->fields);
	return true;
}

/* How the file just opened is to be read, from its beginning. The delimiter of the first file holds
 * for all. */
static bool begin_text(struct inputs *in, const volatile bool *stop)
{
	struct textbuf why = { 0 };
	struct csv_field begin = csv_peek(in->csv, stop);
	const struct typed_file file = { in->paths[in->at], source_is_gzip(in->source) };
	if (foreign_tell(&why, begin, &file)) {
		message(MESSAGE_ERROR, "%s: %s", source_path(in->source), textbuf_text(&why));
		textbuf_fini(&why);
		return false;
	}
	char named = 0;
	struct csv_field line = { begin.text, csv_line_size(begin) };
	bool is_sep = layout_sep_line(&named, line);
	if (is_sep) {
		size_t pass = line.size;
		while (pass < begin.size && (begin.text[pass] == '\r' || begin.text[pass] == '\n'))
			if (begin.text[pass++] == '\n')
				break;
		begin = (struct csv_field){ begin.text + pass, begin.size - pass };
	}
	if (!in->layout.delimiter && begin.size) {
		line.size = is_sep ? line.size : csv_line_size(begin);
		in->layout.delimiter = in->wish.delimiter ? in->wish.delimiter
		        : is_sep                          ? named
		                                          : layout_find_delimiter(&in->wish, line);
	}
	csv_begin(
	        in->csv, in->layout.delimiter ? in->layout.delimiter : ',', is_sep ? line.size : 0);
	return true;
}

/* Reads the first record of the file just opened. */
static bool read_record(struct inputs *in, const volatile bool *stop)
{
	if (!in->form && !begin_text(in, stop))
		return false;
	in->has_first = read_csv(in, stop);
	return in->has_first || !source_error(in->source) || fail_at_source(in);
}

/* The file at hand does not begin as the first one did. */
static void tell_other_begin(const struct inputs *in, const struct csv_record *first, bool known)
{
	const char *path = in->paths[in->at], *other = in->paths[in->decided_by];
	char delimiter =
	        in->layout.has_header && !in->form ? layout_other_delimiter(&in->layout, first) : 0;
	struct textbuf scratch = { 0 };
	struct firstrow row = firstrow_look(csv_fields_of_record(first, &scratch));
	textbuf_fini(&scratch);
	if (delimiter)
		message(MESSAGE_ERROR,
		        "%s: its columns are separated by '%s', and those of %s by '%s'; scan it "
		        "on its own",
		        path, layout_delimiter_text(delimiter), other,
		        layout_delimiter_text(in->layout.delimiter));
	else if (in->layout.has_header && !known && firstrow_has_value(&row))
		message(MESSAGE_ERROR,
		        "%s: it has no header row, and %s has one; scan it on its own", path,
		        other);
	else if (!in->layout.has_header)
		message(MESSAGE_ERROR,
		        "%s: it has a header row, and %s has none; scan it on its own", path,
		        other);
	else
		message(MESSAGE_ERROR,
		        "%s: its header row differs from that of %s; scan it on its own", path,
		        other);
}

/* Of a further file: it must begin as the first file did. A header row is dropped. */
static bool read_further_first(struct inputs *in, const volatile bool *stop)
{
	struct layout other = { 0 };
	if (!read_record(in, stop))
		return false;
	bool wants = in->layout.has_header, is_header = false, same = true, known = false;
	if (in->has_first && !in->form) {
		known = layout_from_names(&other, &in->first);
		is_header = is_same_header(&other, &in->layout);
		if (in->wish.columns)
			known = firstrow_is_header(&in->layout, &in->first);
		same = wants ? is_header : in->wish.no_header || !known;
		is_header = is_header && wants;
	} else if (in->has_first) {
		is_header = layout_from_names(&other, &in->first);
		same = is_header == wants && (!wants || is_same_header(&other, &in->layout));
	}
	textbuf_fini(&other.header);
	if (!same)
		tell_other_begin(in, &in->first, known);
	in->has_first = in->has_first && !is_header;
	return same;
}

static void note_progress(struct inputs *in)
{
	atomic_store_explicit(&in->raw_bytes, in->raw_before + source_raw_bytes(in->source),
	        memory_order_relaxed);
}

/* Leaves the file that was read to its end for the next one. */
static bool pass_empty(struct inputs *in, const volatile bool *stop)
{
	end_digest(in, stop);
	in->raw_before += source_raw_bytes(in->source);
	close_current(in);
	return open_at(in, in->at + 1, stop) && begin_digest(in) && read_record(in, stop);
}

/* The first data row has the last word on a header row; it stays the next record. An error of the
 * source is told when the row is wanted. */
static bool confirm(struct inputs *in, struct textbuf *why, const volatile bool *stop)
{
	const struct typed_file file = { in->paths[in->at], source_is_gzip(in->source) };
	in->has_first = read_csv(in, stop);
	return layout_confirm(&in->layout, in->has_first ? &in->first : NULL, &file, why);
}

/* What stands behind a first record that is not understood helps to say what to type. Of a pipe
 * only what it has ready. */
static void refuse(struct inputs *in, struct textbuf *why, const volatile bool *stop)
{
	enum { SEARCHED_RECORDS = 32 };
	const struct typed_file file = { in->paths[in->at], source_is_gzip(in->source) };
	struct textbuf text = { 0 };
	struct csv_record next = { 0 };
	uint64_t begin_line = 0;
	for (unsigned i = 0; !begin_line && i < SEARCHED_RECORDS; i++) {
		if (csv_would_block(in->csv) || !read_csv(in, stop))
			break;
		if (!i) {
			next = in->first;
			textbuf_put(&text, in->first.text, in->first.size);
		}
		if (layout_begins(&in->wish, &in->first))
			begin_line = in->first.line;
	}
	next.text = textbuf_text(&text);
	layout_refuse(&in->layout, &in->wish, next.line ? &next : NULL, begin_line, &file, why);
	in->has_first = false;
	textbuf_fini(&text);
}

/* Of the first file that is not empty: it decides the layout. It is kept as data unless it is the
 * header row. */
static bool read_first(struct inputs *in, const volatile bool *stop)
{
	struct textbuf why = { 0 };
	if (!read_record(in, stop))
		return false;
	if (in->form)
		return read_form(in);
	while (!in->has_first && in->at + 1 < in->n_paths)
		if (!pass_empty(in, stop))
			return false;
	in->decided_by = in->at;
	if (!in->layout.delimiter)
		in->layout.delimiter = in->wish.delimiter ? in->wish.delimiter : ',';
	enum layout_state state =
	        layout_decide(&in->layout, &in->wish, in->has_first ? &in->first : NULL, &why);
	bool good = state == LAYOUT_DECIDED || state == LAYOUT_NAMED;
	in->has_first = in->has_first && !in->layout.has_header;
	if (state == LAYOUT_NAMED)
		good = confirm(in, &why, stop);
	else if (state == LAYOUT_UNKNOWN)
		refuse(in, &why, stop);
	if (!good && why.size)
		message(MESSAGE_ERROR, "%s: %s", source_path(in->source), textbuf_text(&why));
	textbuf_fini(&why);
	return good;
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
		.form = in->form,
		.layout = in->layout,
		.wish = in->wish,
		.decided_by = in->decided_by };
	bool good = true;
	for (unsigned i = in->n_paths; good && i-- > in->decided_by + 1;) {
		if (may_block(in->paths[i]))
			continue;
		good = open_at(&other, i, stop) && read_further_first(&other, stop);
		close_current(&other);
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
	bool good = open_at(&other, 0, stop) && read_first(&other, stop);
	while (good && inputs_next(&other, &row, stop ? stop : &never))
		;
	in->broke = other.broke;
	in->is_wrong = other.is_wrong;
	inputs_close(&other);
	return good && !in->broke;
}

bool inputs_open(struct inputs *in, const struct inputs_config *config, const volatile bool *stop)
{
	*in = (struct inputs){
		.paths = config->paths,
		.n_paths = config->n_paths,
		.form = config->form,
		.expands = config->expands,
		.sampling = config->sampling,
		.wish = { config->columns, config->no_header, config->delimiter },
	};
	in->layout.guarded = config->guarded;
	if (config->wants_digests && !(in->digests = calloc(in->n_paths, sizeof *in->digests)))
		return fail_without_memory(in, in->paths[0]);
	if (!look_ahead(in, stop) || !open_at(in, 0, stop) || !begin_digest(in) ||
	        !read_first(in, stop) || !check_further(in, stop))
		return false;
	note_sizes(in);
	return true;
}

void inputs_close(struct inputs *in)
{
	close_current(in);
	free(in->digests);
	textbuf_fini(&in->layout.header);
	textbuf_fini(&in->row);
	textbuf_fini(&in->fields);
	textbuf_fini(&in->sampling.scratch);
	expansion_fini(&in->expansion);
}

static bool open_next(struct inputs *in, const volatile bool *stop)
{
	in->raw_before += source_raw_bytes(in->source);
	close_current(in);
	if (in->at + 1 >= in->n_paths)
		return false;
	if (open_at(in, in->at + 1, stop) && begin_digest(in) && read_further_first(in, stop))
		return true;
	in->broke |= in->source || !(stop && *stop);
	return false;
}

/* The next record is in `first`, or one of an expansion is next. */
static bool has_record(struct inputs *in, const volatile bool *stop)
{
	while (in->csv && !in->has_first && !in->broke) {
		in->has_first = read_csv(in, stop);
		if (in->has_first)
			break;
		if (*stop)
			return false;
		if (source_error(in->source))
			return fail_at_source(in);
		end_digest(in, stop);
		if (!open_next(in, stop))
			return false;
	}
	return in->has_first;
}

bool inputs_has_more(struct inputs *in, const volatile bool *stop)
{
	if (in->expansion.n_left)
		return true;
	while (has_record(in, stop)) {
		if (in->form || sampling_takes(&in->sampling, &in->layout, &in->first))
			return true;
		in->has_first = false;
		in->n_seen++;
	}
	return false;
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
	in->has_first = false;
	if (in->n_seen % 256 == 0)
		note_progress(in);
	if (in->expands && !in->form && !in->expansion.n_left)
		expansion_begin(&in->expansion, &in->first, in->layout.ip);
	in->n_rows++;
	*row = (struct input_row){ .number = ++in->n_seen, .record = in->first };
	if (in->expansion.n_left)
		return expansion_next(&in->expansion, &row->record) ||
		        fail_without_memory(in, inputs_path(in));
	if (!in->form || form_row(in, row))
		return true;
	in->n_rows--;
	in->n_seen--;
	return false;
}

bool inputs_would_block(const struct inputs *in)
{
	if (!in->csv || in->has_first || in->expansion.n_left)
		return false;
	/* or the file has ended; the next one may have to be waited for */
	if (csv_would_block(in->csv))
		return true;
	return !csv_has_next(in->csv) && in->at + 1 < in->n_paths &&
	        may_block(in->paths[in->at + 1]);
}

const char *inputs_path(const struct inputs *in)
{
	return in->source ? source_path(in->source) : in->paths[in->at];
}
