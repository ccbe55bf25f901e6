/* inputs.c - the input files as one sequence of data rows. */
#include "input/inputs.h"

#include "base/message.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

static const struct {
	const char *name;
	size_t member;
} column_names[] = {
	{ "domain", offsetof(struct layout, domain) },
	{ "ip", offsetof(struct layout, ip) },
	{ "sender", offsetof(struct layout, sender) },
	{ "mailfrom", offsetof(struct layout, sender) },
	{ "mail_from", offsetof(struct layout, sender) },
	{ "helo", offsetof(struct layout, helo) },
};
enum { COLUMN_NAMES = sizeof column_names / sizeof column_names[0] };

static void trim(struct csv_field *field)
{
	while (field->size && (*field->text == ' ' || *field->text == '\t')) {
		field->text++;
		field->size--;
	}
	while (field->size &&
	        (field->text[field->size - 1] == ' ' || field->text[field->size - 1] == '\t'))
		field->size--;
}

static int *column_member(struct layout *layout, const struct csv_field *name)
{
	for (unsigned i = 0; i < COLUMN_NAMES; i++)
		if (strlen(column_names[i].name) == name->size &&
		        !strncasecmp(column_names[i].name, name->text, name->size))
			return (int *)((char *)layout + column_names[i].member);
	return NULL;
}

/* Names the columns after the fields of `record`. True if it names any column we know; the first of
 * two equal names counts. */
static bool layout_from_names(struct layout *layout, const struct csv_record *record)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields =
	        csv_fields_of(record->text, record->size, record->plain, record->broken, &scratch);
	struct csv_field field;
	bool known = false;
	layout->domain = layout->ip = layout->sender = layout->helo = COLUMN_NONE;
	layout->n_columns = 0;
	textbuf_reset(&layout->header);
	while (csv_next_field(&fields, &field)) {
		if (layout->n_columns)
			textbuf_put_char(&layout->header, ',');
		csv_put_field(&layout->header, field.text, field.size);
		trim(&field);
		int *member = column_member(layout, &field);
		if (member && *member == COLUMN_NONE) {
			*member = (int)layout->n_columns;
			known = true;
		}
		layout->n_columns++;
		textbuf_reset(&scratch);
	}
	textbuf_fini(&scratch);
	return known;
}

/* No header row: domain, ip, and names for what is left of the first record. */
static void layout_from_data(struct layout *layout, const struct csv_record *record)
{
	layout_from_names(layout, record);
	unsigned n_columns = layout->n_columns;
	layout->domain = 0;
	layout->ip = n_columns > 1 ? 1 : COLUMN_NONE;
	layout->sender = layout->helo = COLUMN_NONE;
	textbuf_reset(&layout->header);
	textbuf_put_text(&layout->header, n_columns > 1 ? "domain,ip" : "domain");
	for (unsigned i = 2; i < n_columns; i++)
		textbuf_printf(&layout->header, ",column%u", i + 1);
}

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

/* For a file that will be read to its end, not only checked. */
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

static bool is_set(const volatile bool *stop)
{
	return stop && *stop;
}

/* Opening a FIFO waits for a writer. A signal ends the wait; with *stop set that is no error. */
static bool open_at(struct inputs *in, unsigned at, const volatile bool *stop)
{
	enum error err;
	do {
		if (is_set(stop))
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
	in->layout.has_header = true;
	if (layout_from_names(&in->layout, &header))
		return true;
	message(MESSAGE_ERROR,
	        "%s: none of its input's columns is named domain, ip, sender or helo",
	        source_path(in->source));
	return false;
}

/* As the header row of the first file. */
static bool is_same_header(const struct layout *a, const struct layout *b)
{
	return a->header.size == b->header.size &&
	        !memcmp(a->header.bytes, b->header.bytes, a->header.size);
}

/* Reads the first record of the file just opened. */
static bool read_record(struct inputs *in, const volatile bool *stop)
{
	in->has_first = csv_read(in->csv, &in->first, stop);
	return in->has_first || !source_error(in->source) || fail_at_source(in);
}

/* Of a further file: it must begin as the first file did. A header row is dropped. */
static bool read_further_first(struct inputs *in, bool may_be_header, const volatile bool *stop)
{
	struct layout other = { 0 };
	if (!read_record(in, stop))
		return false;
	bool is_header = in->has_first && may_be_header && layout_from_names(&other, &in->first);
	bool same = !in->has_first ||
	        (is_header == in->layout.has_header &&
	                (!is_header || is_same_header(&other, &in->layout)));
	textbuf_fini(&other.header);
	if (!same)
		message(MESSAGE_ERROR,
		        "%s: its header row differs from that of %s; scan it on its own",
		        in->paths[in->at], in->paths[0]);
	in->has_first = in->has_first && !is_header;
	return same;
}

static bool layout_from_columns(struct layout *layout, const char *columns)
{
	struct csv_record names = { .text = columns, .size = strlen(columns), .plain = true };
	if (layout_from_names(layout, &names))
		return true;
	message(MESSAGE_ERROR, "--columns names none of domain, ip, sender, helo: '%s'", columns);
	return false;
}

/* Of the first file: it decides the layout. It is kept as data unless it is the header row. */
static bool read_first(struct inputs *in, const char *columns, const volatile bool *stop)
{
	struct csv_record nothing = { .text = "domain,ip", .size = 9, .plain = true };
	if (!read_record(in, stop))
		return false;
	if (columns)
		return layout_from_columns(&in->layout, columns);
	if (in->form)
		return read_form(in);
	in->layout.has_header = in->has_first && layout_from_names(&in->layout, &in->first);
	if (!in->layout.has_header)
		layout_from_data(&in->layout, in->has_first ? &in->first : &nothing);
	else
		in->has_first = false;
	return true;
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
static bool check_further(struct inputs *in, const char *columns, const volatile bool *stop)
{
	struct inputs other = {
		.paths = in->paths, .n_paths = in->n_paths, .form = in->form, .layout = in->layout
	};
	bool good = true;
	for (unsigned i = in->n_paths; good && i-- > 1;) {
		if (may_block(in->paths[i]))
			continue;
		good = open_at(&other, i, stop) && read_further_first(&other, !columns, stop);
		close_current(&other);
	}
	in->broke |= other.broke;
	return good;
}

bool inputs_open(struct inputs *in, const struct inputs_config *config, const volatile bool *stop)
{
	*in = (struct inputs){
		.paths = config->paths, .n_paths = config->n_paths, .form = config->form
	};
	in->layout.guarded = config->guarded;
	if (config->wants_digests && !(in->digests = calloc(in->n_paths, sizeof *in->digests)))
		return fail_without_memory(in, in->paths[0]);
	if (!open_at(in, 0, stop) || !begin_digest(in) || !read_first(in, config->columns, stop) ||
	        !check_further(in, config->columns, stop))
		return false;
	note_sizes(in);
	return true;
}

void inputs_close(struct inputs *in)
{
	close_current(in);
	free(in->digests);
	textbuf_fini(&in->layout.header);
}

static void note_progress(struct inputs *in)
{
	atomic_store_explicit(&in->raw_bytes, in->raw_before + source_raw_bytes(in->source),
	        memory_order_relaxed);
}

static bool open_next(struct inputs *in, const volatile bool *stop)
{
	in->raw_before += source_raw_bytes(in->source);
	close_current(in);
	if (in->at + 1 >= in->n_paths)
		return false;
	if (open_at(in, in->at + 1, stop) && begin_digest(in) &&
	        read_further_first(in, in->layout.has_header, stop))
		return true;
	in->broke |= in->source || !is_set(stop);
	return false;
}

/* The next record is in `first`. */
bool inputs_has_more(struct inputs *in, const volatile bool *stop)
{
	while (in->csv && !in->has_first && !in->broke) {
		in->has_first = csv_read(in->csv, &in->first, stop);
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

/* The row in the record at hand, of a file of another form. */
static bool form_row(struct inputs *in, struct input_row *row)
{
	enum error err = in->form->row(in->form, &in->first, row);
	if (!err)
		return true;
	if (err == ERROR_NOMEM)
		message(MESSAGE_ERROR, "%s: row %llu: %s", source_path(in->source),
		        (unsigned long long)in->n_rows, error_text(err));
	else
		message(MESSAGE_ERROR,
		        "%s: line %llu is not row %llu of an output: only whole outputs can be "
		        "retried",
		        source_path(in->source), (unsigned long long)in->first.line,
		        (unsigned long long)in->n_rows);
	in->broke = true;
	return false;
}

bool inputs_next(struct inputs *in, struct input_row *row, const volatile bool *stop)
{
	if (!inputs_has_more(in, stop))
		return false;
	in->has_first = false;
	if (in->n_rows++ % 256 == 0)
		note_progress(in);
	*row = (struct input_row){ .number = in->n_rows, .record = in->first };
	if (!in->form || form_row(in, row))
		return true;
	in->n_rows--;
	return false;
}

bool inputs_would_block(const struct inputs *in)
{
	if (!in->csv || in->has_first)
		return false;
	if (csv_would_block(in->csv))
		return true;
	/* the file has ended; the next one may have to be waited for */
	return !csv_has_next(in->csv) && in->at + 1 < in->n_paths &&
	        may_block(in->paths[in->at + 1]);
}

const char *inputs_path(const struct inputs *in)
{
	return in->source ? source_path(in->source) : in->paths[in->at];
}
