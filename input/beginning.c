/* beginning.c - what the first records of the inputs' files say. */
#include "input/beginning.h"

#include "base/message.h"
#include "input/atfile.h"
#include "input/foreign.h"

#include <string.h>

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

/* For what is to be typed in place of this command. */
static struct typed_file file_of(const struct inputs *in)
{
	return (struct typed_file){ in->paths[in->at], source_is_gzip(in->source), in->command };
}

/* How the file just opened is to be read, from its beginning. The delimiter of the first file holds
 * for all. */
static bool begin_text(struct inputs *in, const volatile bool *stop)
{
	struct textbuf why = { 0 };
	struct csv_field begin = csv_peek(in->csv, stop);
	const struct typed_file file = file_of(in);
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
	in->has_first = atfile_read(in, stop);
	return in->has_first || !source_error(in->source) || atfile_fail(in);
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

bool beginning_read_further(struct inputs *in, const volatile bool *stop)
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

/* Leaves the file that was read to its end for the next one. */
static bool pass_empty(struct inputs *in, const volatile bool *stop)
{
	atfile_end_digest(in, stop);
	in->raw_before += source_raw_bytes(in->source);
	atfile_close(in);
	return atfile_open(in, in->at + 1, stop) && atfile_begin_digest(in) &&
	        read_record(in, stop);
}

/* The first data row has the last word on a header row; it stays the next record. An error of the
 * source is told when the row is wanted. */
static bool confirm(struct inputs *in, struct textbuf *why, const volatile bool *stop)
{
	const struct typed_file file = file_of(in);
	in->has_first = atfile_read(in, stop);
	return layout_confirm(&in->layout, in->has_first ? &in->first : NULL, &file, why);
}

/* What stands behind a first record that is not understood helps to say what to type. Of a pipe
 * only what it has ready. */
static void refuse(struct inputs *in, struct textbuf *why, const volatile bool *stop)
{
	enum { SEARCHED_RECORDS = 32 };
	const struct typed_file file = file_of(in);
	struct textbuf text = { 0 };
	struct csv_record next = { 0 };
	uint64_t begin_line = 0;
	for (unsigned i = 0; !begin_line && i < SEARCHED_RECORDS; i++) {
		if (csv_would_block(in->csv) || !atfile_read(in, stop))
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

bool beginning_read(struct inputs *in, const volatile bool *stop)
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
