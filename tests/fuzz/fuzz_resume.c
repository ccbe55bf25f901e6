/* fuzz_resume.c - any octets as an output that --resume is to go on with, and as one that `retry`
 * reads, beside any input.
 *
 * FORM INPUT '\f' OUTPUT. With the form 'o' the output is taken as it stands. With 't' it is text,
 * which is packed into members with the right marks, one for each part between '\v', so that what
 * is behind the checksums is reached, too; 'u' is the same in the members of version 0.1.0. In text
 * an octet 1 stands for the names of the columns of 0.1.0, with a comma before each. */
#include "base/hash.h"
#include "base/message.h"
#include "io/bgzf.h"
#include "results/resume.h"
#include "base/exit_status.h"
#include "results/part.h"
#include "results/retry.h"
#include "tests/fuzz/memfile.h"
#include "tests/fuzz/target.h"

#include <string.h>

static struct inputs_config config_of(char **input)
{
	return (struct inputs_config){ .paths = input, .n_paths = 1 };
}

/* What decides the rows, as some scan has it; made once. */
static const struct note *note_of_scan(void)
{
	static const char *const lines[][2] = {
		{ "checks", "spf,iprev,mx,a" },
		{ "dnssec", "no" },
		{ "no-exp", "no" },
		{ "receiver", "unknown" },
		{ "csv-safe", "no" },
	};
	static struct note note;
	if (note.n_lines)
		return &note;
	textbuf_put_text(note_add(&note, NOTE_COMMAND, "command", "scan"), "scan");
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		textbuf_put_text(
		        note_add(&note, NOTE_OPTION, lines[i][0], lines[i][1]), lines[i][1]);
	return &note;
}

/* Line ends outside quotes. */
static uint32_t count_rows(const char *text, size_t size, bool *quoted)
{
	uint32_t n = 0;
	for (size_t i = 0; i < size; i++) {
		if (text[i] == '"')
			*quoted = !*quoted;
		n += text[i] == '\n' && !*quoted;
	}
	return n;
}

static void put_columns(struct textbuf *out)
{
	struct column_set set;
	columns_of_0_1(&set);
	for (unsigned i = 0; i < set.n; i++)
		textbuf_printf(out, ",%s", set.at[i]->name);
}

/* The text with the names of the columns in it. */
static struct textbuf expanded(const char *text, size_t size)
{
	struct textbuf out = { 0 };
	for (size_t i = 0; i < size; i++)
		if (text[i] == 1)
			put_columns(&out);
		else
			textbuf_put_char(&out, text[i]);
	return out;
}

/* Of the note and the header row, which is all before the first line end. */
static uint64_t fingerprint_of(const struct textbuf *note, const struct textbuf *text)
{
	struct textbuf both = { 0 };
	size_t size = text->size ? csv_row_size(text->bytes, text->size) : 0;
	textbuf_put(&both, note->bytes, note->size);
	textbuf_put(&both, text->bytes, size);
	uint64_t fingerprint = hash_stable(both.bytes, both.size);
	textbuf_fini(&both);
	return fingerprint;
}

static void pack(struct textbuf *out, const struct textbuf *text, unsigned version)
{
	struct bgzf *z = bgzf_new(1);
	struct textbuf note = { 0 };
	bool quoted = false, has_header = false;
	const char *at = text->size ? text->bytes : "";
	note_put(&note, note_of_scan());
	struct bgzf_checkpoint checkpoint = { .version = version,
		.fingerprint = fingerprint_of(&note, text),
		.first_row = 1,
		.run = 1,
		.note = note.bytes,
		.note_size = note.size };
	for (const char *end = at + text->size; at <= end;) {
		const char *stop = memchr(at, '\v', (size_t)(end - at));
		size_t part = (size_t)((stop ? stop : end) - at);
		part = part < 60000 ? part : 60000;
		uint32_t n = count_rows(at, part, &quoted);
		checkpoint.n_rows = n && !has_header ? n - 1 : n;
		has_header = has_header || n;
		bgzf_put_member(z, out, at, part, &checkpoint);
		checkpoint.first_row += checkpoint.n_rows;
		checkpoint.note_size = 0;
		checkpoint.run += part % 2;
		at = (stop ? stop : end) + 1;
	}
	textbuf_fini(&note);
	bgzf_free(z);
}

/* What --resume finds in an output; the input stands behind the rows that are there. */
static enum resume_outcome look(struct resumption *r, const char *output, char *input)
{
	struct inputs_config config = config_of(&input);
	struct inputs in;
	struct format format = { 0 };
	enum resume_outcome outcome = RESUME_REFUSED;
	*r = (struct resumption){ 0 };
	if (inputs_open(&in, &config, NULL)) {
		require(format_init(&format, note_of_scan(), &in.layout, NULL, NULL));
		outcome = resume_read(r, output, &format, &in);
		require(outcome != RESUME_READY ||
		        (r->n_rows == in.n_rows && tally_read(&r->tally.rows) == r->n_rows));
	}
	format_fini(&format);
	inputs_close(&in);
	return outcome;
}

/* What was kept is found again, the same rows and nothing to be cut. */
static void check_kept(const struct resumption *r, const struct textbuf *output, char *input)
{
	struct memfile kept;
	struct resumption again;
	uint64_t n_rows = 0;
	require(r->keep_bytes <= output->size);
	for (unsigned i = 0; i < r->n_runs; i++)
		n_rows += r->runs[i].n_rows;
	require(n_rows == r->n_rows);
	memfile_open(&kept, (const uint8_t *)output->bytes, r->keep_bytes);
	require(look(&again, kept.path, input) == RESUME_READY &&
	        again.keep_bytes == r->keep_bytes && again.n_rows == r->n_rows &&
	        !again.was_complete);
	resume_fini(&again);
	memfile_close(&kept);
}

static void check_resume(const struct textbuf *output, char *output_path, char *input)
{
	struct resumption r;
	enum resume_outcome outcome = look(&r, output_path, input);
	tell_outcome(outcome != RESUME_READY ? "refused"
	                : r.was_complete     ? "complete"
	                : r.n_rows           ? "rows"
	                                     : "none");
	if (outcome == RESUME_READY)
		check_kept(&r, output, input);
	resume_fini(&r);
}

/* Rows come numbered from 1, and those that are kept have a text. */
static void check_retry(char *output_path)
{
	static const volatile bool never;
	struct inputs_config config = config_of(&output_path);
	struct inputs in;
	struct input_row row;
	struct retry retry;
	retry_init(&retry, false, CHECK_ALL, retry_told(output_path), NULL);
	config.form = &retry.form;
	struct closing closing;
	retry_fits(output_path, note_of_scan(), &closing);
	if (inputs_open(&in, &config, NULL))
		while (inputs_next(&in, &row, &never))
			require(row.printed.text && row.printed.size > 0 &&
			        (row.keep || row.record.text));
	inputs_close(&in);
	retry_fini(&retry);
}

/* As a file that is merged: it ends, and its rows grow. */
static void check_part(const char *output_path)
{
	struct part part;
	struct tally tally = { 0 };
	uint64_t before = 0;
	bool good = part_open(&part, output_path) == EXIT_DONE;
	while (good && part_next(&part) == EXIT_DONE && part.has_row) {
		require(part.number > before && part.row_size &&
		        part.row[part.row_size - 1] == '\n');
		before = part.number;
		good = part_tally(&part, &tally);
	}
	part_fini(&part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *feed = size > 1 ? memchr(data + 1, '\f', size - 1) : NULL;
	if (!feed)
		return 0;
	struct memfile input, file;
	struct textbuf output = { 0 };
	const char *text = (const char *)feed + 1;
	size_t text_size = size - (size_t)(feed + 1 - data);
	hash_init();
	memfile_open(&input, data + 1, (size_t)(feed - data) - 1);
	if (data[0] == 't' || data[0] == 'u') {
		struct textbuf whole = expanded(text, text_size);
		pack(&output, &whole, data[0] == 't' ? BGZF_VERSION : BGZF_VERSION_OLDEST);
		textbuf_fini(&whole);
	} else {
		textbuf_put(&output, text, text_size);
	}
	memfile_open(&file, (const uint8_t *)output.bytes, output.size);
	check_resume(&output, file.path, input.path);
	check_retry(file.path);
	check_part(file.path);
	memfile_close(&file);
	textbuf_fini(&output);
	memfile_close(&input);
	return 0;
}
