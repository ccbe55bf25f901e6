/* fuzz_resume.c - any octets as an output that --resume is to go on with, and as one that `retry`
 * reads, beside any input.
 *
 * FORM INPUT '\f' OUTPUT: with the form 'o' the output is taken as it stands; with 't' it is text,
 * which is packed into members with the right marks, one for each part between '\v', so that what
 * is behind the checksums is reached, too. */
#include "base/hash.h"
#include "base/message.h"
#include "io/bgzf.h"
#include "results/resume.h"
#include "tests/fuzz/memfile.h"
#include "tests/fuzz/target.h"

#include <string.h>

static struct options options_of(enum command command, char **input)
{
	return (struct options){ .command = command,
		.inputs = input,
		.n_inputs = 1,
		.checks = CHECK_ALL,
		.output = "x.gz" };
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

static void pack(struct textbuf *out, const char *text, size_t size, const struct note *note)
{
	struct bgzf *z = bgzf_new(1);
	struct bgzf_checkpoint checkpoint = { .fingerprint = note->fingerprint,
		.first_row = 1,
		.run = 1,
		.note = note->text.bytes,
		.note_size = note->text.size };
	bool quoted = false, has_header = false;
	for (const char *end = text + size; text <= end;) {
		const char *stop = memchr(text, '\v', (size_t)(end - text));
		size_t part = (size_t)((stop ? stop : end) - text);
		part = part < 60000 ? part : 60000;
		uint32_t n = count_rows(text, part, &quoted);
		checkpoint.n_rows = n && !has_header ? n - 1 : n;
		has_header = has_header || n;
		bgzf_put_member(z, out, text, part, &checkpoint);
		checkpoint.first_row += checkpoint.n_rows;
		checkpoint.note_size = 0;
		checkpoint.run += part % 2;
		text = (stop ? stop : end) + 1;
	}
	bgzf_free(z);
}

/* What --resume finds in an output; the input stands behind the rows that are there. */
static enum resume_outcome look(
        struct resumption *r, const char *output, char *input, const struct note *note)
{
	struct options options = options_of(COMMAND_SCAN, &input);
	struct inputs in;
	enum resume_outcome outcome = RESUME_REFUSED;
	*r = (struct resumption){ 0 };
	if (inputs_open(&in, &options, NULL)) {
		outcome = resume_read(r, output, note, &in);
		require(outcome != RESUME_READY ||
		        (r->n_rows == in.n_rows && tally_read(&r->tally.rows) == r->n_rows));
	}
	inputs_close(&in);
	return outcome;
}

/* What was kept is found again, the same rows and nothing to be cut. */
static void check_kept(const struct resumption *r, const struct textbuf *output, char *input,
        const struct note *note)
{
	struct memfile kept;
	struct resumption again;
	uint64_t n_rows = 0;
	require(r->keep_bytes <= output->size);
	for (unsigned i = 0; i < r->n_runs; i++)
		n_rows += r->runs[i].n_rows;
	require(n_rows == r->n_rows);
	memfile_open(&kept, (const uint8_t *)output->bytes, r->keep_bytes);
	require(look(&again, kept.path, input, note) == RESUME_READY &&
	        again.keep_bytes == r->keep_bytes && again.n_rows == r->n_rows &&
	        !again.was_complete);
	resume_fini(&again);
	memfile_close(&kept);
}

static void check_resume(
        const struct textbuf *output, char *output_path, char *input, const struct note *note)
{
	struct resumption r;
	if (look(&r, output_path, input, note) == RESUME_READY)
		check_kept(&r, output, input, note);
	resume_fini(&r);
}

/* Rows come numbered from 1, and those that are kept have a text. */
static void check_retry(char *output_path, const struct note *note)
{
	static const volatile bool never;
	struct options options = options_of(COMMAND_RETRY, &output_path);
	struct inputs in;
	struct input_row row;
	resume_fits_retry(output_path, note);
	if (inputs_open(&in, &options, NULL))
		while (inputs_next(&in, &row, &never))
			require(row.printed.text && row.printed.size > 0 &&
			        (row.keep || row.record.text));
	inputs_close(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *feed = size > 1 ? memchr(data + 1, '\f', size - 1) : NULL;
	if (!feed)
		return 0;
	struct memfile input, file;
	struct textbuf output = { 0 };
	char *path = input.path;
	hash_init();
	memfile_open(&input, data + 1, (size_t)(feed - data) - 1);
	struct options options = options_of(COMMAND_SCAN, &path);
	struct inputs in;
	struct note note = { 0 };
	if (inputs_open(&in, &options, NULL)) {
		note_init(&note, &options, &in.layout);
		size_t output_size = size - (size_t)(feed + 1 - data);
		if (data[0] == 't')
			pack(&output, (const char *)feed + 1, output_size, &note);
		else
			textbuf_put(&output, feed + 1, output_size);
		memfile_open(&file, (const uint8_t *)output.bytes, output.size);
		check_resume(&output, file.path, path, &note);
		check_retry(file.path, &note);
		memfile_close(&file);
	}
	inputs_close(&in);
	note_fini(&note);
	textbuf_fini(&output);
	memfile_close(&input);
	return 0;
}
