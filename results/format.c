/* format.c - the format of an output: made for a new one, or taken over from one that exists. */
#include "results/format.h"

#include "base/error.h"
#include "base/hash.h"
#include "io/bgzf.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define INPUT_COLUMNS "input_columns"
#define SHARD "shard"

bool format_fingerprint(uint64_t *fingerprint, const char *note, size_t note_size,
        const char *header, size_t header_size)
{
	struct textbuf both = { 0 };
	textbuf_put(&both, note, note_size);
	textbuf_put(&both, header, header_size);
	*fingerprint = hash_stable(both.bytes, both.size);
	bool good = !both.failed;
	textbuf_fini(&both);
	return good;
}

static uint64_t fingerprint_of(
        const char *note, size_t note_size, const char *header, size_t header_size, bool *failed)
{
	uint64_t fingerprint;
	*failed |= !format_fingerprint(&fingerprint, note, note_size, header, header_size);
	return fingerprint;
}

/* From a header row: the input's part of it in *input, and our columns. */
static bool parse_header(struct results *r, const char *header, size_t size, int n_input,
        const struct asks *asks, struct csv_field *input, const char **why)
{
	struct csv_record record = { .text = header,
		.size = size && header[size - 1] == '\n' ? size - 1 : size };
	return results_of_header(r, &record, n_input, asks, input, why);
}

bool format_init(struct format *f, const struct note *ours, const struct layout *layout,
        const struct asks *asks, const struct column_set *columns)
{
	struct column_set all;
	struct csv_field input;
	const char *why;
	bool failed = false;
	*f = (struct format){ .ours = ours, .layout = layout, .version = BGZF_VERSION };
	columns_all(&all, asks);
	note_put(&f->note, ours);
	assert(f->note.size <= FORMAT_NOTE_MAX_BYTES); /* the command line limits its texts */
	columns_put_header(&f->header, layout, columns ? columns : &all);
	f->fingerprint = fingerprint_of(
	        f->note.bytes, f->note.size, f->header.bytes, f->header.size, &failed);
	if (failed || f->note.failed || f->header.failed)
		return false;
	return parse_header(&f->results, f->header.bytes, f->header.size, (int)layout->n_columns,
	        columns ? columns->asks : asks, &input, &why);
}

void format_fini(struct format *f)
{
	textbuf_fini(&f->note);
	textbuf_fini(&f->header);
}

enum { NUMBER_DIGITS_MAX = 7 }; /* a header row has room for no more columns */

static int parse_count(struct csv_field field)
{
	uint64_t n;
	if (field.size > NUMBER_DIGITS_MAX || !csv_field_u64(field, &n))
		return RESULTS_UNTOLD;
	return (int)n;
}

/* The lines of the columns. An empty one: there is no such column. */
static void read_columns(struct format_told *told, const char *note, size_t size)
{
	bool any = false;
	for (enum role role = 0; role < ROLE_COUNT; role++) {
		struct csv_field value = note_value(note, size, role_text(role));
		int n = parse_count(value);
		if (!value.text || (value.size && (n < 1 || n > told->n_input)))
			return;
		told->columns[role] = value.size ? n - 1 : COLUMN_NONE;
		any |= value.size > 0;
	}
	told->has_columns = any;
}

/* --sample leaves rows out. */
static bool is_sample(const char *note, size_t size)
{
	struct csv_field sample = note_value(note, size, "sample");
	return sample.size && !csv_field_is(sample, "1");
}

struct format_told format_told_by(const char *note, size_t size)
{
	struct format_told told = {
		.n_input = parse_count(note_value(note, size, INPUT_COLUMNS)),
		.is_sample = is_sample(note, size),
		.has_gaps = note_value(note, size, SHARD).size > 0 || is_sample(note, size),
	};
	struct csv_field delimiter = note_value(note, size, "delimiter");
	char text[8] = "";
	if (delimiter.size && delimiter.size < sizeof text) {
		memcpy(text, delimiter.text, delimiter.size);
		layout_delimiter_parse(&told.delimiter, text);
	}
	struct csv_field shard = note_value(note, size, SHARD);
	shard_parse(&told.shard, shard.text, shard.size);
	read_columns(&told, note, size);
	return told;
}

enum { SHOWN_BYTES = 128 };

/* Says which of the input's columns is the first that differs. */
static void tell_column(struct csv_field theirs, struct csv_field ours, char *why, size_t why_size)
{
	struct textbuf scratch[2] = { { 0 } };
	struct csv_fields was = csv_fields_of(theirs.text, theirs.size, false, false, &scratch[0]);
	struct csv_fields is = csv_fields_of(ours.text, ours.size, false, false, &scratch[1]);
	struct csv_field a = { 0 }, b = { 0 };
	unsigned n = 1; /* `row` */
	bool has_both;
	do {
		a = b = (struct csv_field){ 0 };
		bool has_a = csv_next_field(&was, &a), has_b = csv_next_field(&is, &b);
		has_both = has_a && has_b;
		n++;
	} while (has_both && csv_field_same(a, b));
	char before[SHOWN_BYTES], now[SHOWN_BYTES];
	snprintf(why, why_size, "its column %u is '%s', not '%s'", n,
	        csv_field_show(before, sizeof before, a), csv_field_show(now, sizeof now, b));
	textbuf_fini(&scratch[0]);
	textbuf_fini(&scratch[1]);
}

static bool is_renamed(struct csv_field was, struct csv_field is)
{
	static const char before[] = "input_";
	const size_t n = sizeof before - 1;
	return is.size == n + was.size && !memcmp(is.text, before, n) &&
	        !memcmp(is.text + n, was.text, was.size);
}

/* A version with fewer columns gave fewer of the input's columns another name. */
static bool has_same_names(struct csv_field theirs, struct csv_field ours)
{
	struct textbuf scratch[2] = { { 0 } };
	struct csv_fields was = csv_fields_of(theirs.text, theirs.size, false, false, &scratch[0]);
	struct csv_fields is = csv_fields_of(ours.text, ours.size, false, false, &scratch[1]);
	struct csv_field a, b;
	bool has_a, has_b, same = true;
	do {
		has_a = csv_next_field(&was, &a);
		has_b = csv_next_field(&is, &b);
		if (has_a && has_b)
			same = csv_field_same(a, b) || is_renamed(a, b);
	} while (has_a && has_b && same);
	same = same && has_a == has_b && !scratch[0].failed && !scratch[1].failed;
	textbuf_fini(&scratch[0]);
	textbuf_fini(&scratch[1]);
	return same;
}

/* The input's columns must be those of the input at hand, as we would write them. */
static bool fits_input(const struct format *f, struct csv_field theirs, char *why, size_t why_size)
{
	struct results unused;
	struct csv_field ours;
	const char *wrong;
	if (!parse_header(&unused, f->header.bytes, f->header.size, (int)f->layout->n_columns,
	            f->results.columns.asks, &ours, &wrong)) {
		snprintf(why, why_size, "%s", wrong);
		return false;
	}
	if (csv_field_same(theirs, ours) || has_same_names(theirs, ours))
		return true;
	tell_column(theirs, ours, why, why_size);
	return false;
}

bool format_adopt(struct format *f, unsigned version, const char *note, size_t note_size,
        const char *header, size_t header_size, char *why, size_t why_size)
{
	struct results results;
	struct csv_field input;
	const char *wrong;
	struct textbuf new_note = { 0 }, new_header = { 0 };
	bool failed = false;
	if (note_differs(f->ours, note, note_size, false, why, why_size))
		return false;
	if (note_size > FORMAT_NOTE_MAX_BYTES) {
		snprintf(why, why_size, "its note is longer than any that spfsweep writes");
		return false;
	}
	if (!parse_header(&results, header, header_size, format_told_by(note, note_size).n_input,
	            f->results.columns.asks, &input, &wrong)) {
		snprintf(why, why_size, "it is no output of this version of spfsweep: %s", wrong);
		return false;
	}
	if (!fits_input(f, input, why, why_size))
		return false;
	textbuf_put(&new_note, note, note_size);
	textbuf_put(&new_header, header, header_size);
	uint64_t fingerprint = fingerprint_of(note, note_size, header, header_size, &failed);
	if (failed || new_note.failed || new_header.failed) {
		textbuf_fini(&new_note);
		textbuf_fini(&new_header);
		snprintf(why, why_size, "%s", error_text(ERROR_NOMEM));
		return false;
	}
	format_fini(f);
	*f = (struct format){ .ours = f->ours,
		.layout = f->layout,
		.version = version,
		.results = results,
		.note = new_note,
		.header = new_header,
		.fingerprint = fingerprint };
	return true;
}

bool format_is_of(uint64_t fingerprint, const char *note, size_t note_size, const char *header,
        size_t header_size)
{
	bool failed = false;
	return fingerprint_of(note, note_size, header, header_size, &failed) == fingerprint &&
	        !failed;
}

/* With our columns of some version, and the input's as they stood or with other names. */
static bool may_have_as(const struct format *f, bool keeps_names, const struct column_set *set,
        const char *note, size_t note_size, uint64_t fingerprint)
{
	struct textbuf header = { 0 };
	struct layout layout = *f->layout;
	layout.keeps_names = keeps_names;
	columns_put_header(&header, &layout, set);
	bool may = !header.failed &&
	        format_is_of(fingerprint, note, note_size, header.bytes, header.size);
	textbuf_fini(&header);
	return may;
}

static bool may_have(const struct format *f, const struct column_set *set, const char *note,
        size_t note_size, uint64_t fingerprint)
{
	return may_have_as(f, true, set, note, note_size, fingerprint) ||
	        may_have_as(f, false, set, note, note_size, fingerprint);
}

bool format_may_begin(
        const struct format *f, const char *note, size_t note_size, uint64_t fingerprint)
{
	struct column_set set = { .asks = f->results.columns.asks };
	for (unsigned i = 0; columns_of_list(&set, i); i++)
		if (may_have(f, &set, note, note_size, fingerprint))
			return true;
	/* `retry`: in the columns of what is retried */
	return may_have(f, &f->results.columns, note, note_size, fingerprint);
}
