/* fuzz_csv.c - any octets as an input file, plain or gzip: records keep their promises, and the
 * fields of a sound record are the same after writing and reading them again, and a pipe that fills
 * slowly gives the same records. */
#include "memfile.h"

#include "io/csv.h"

#include <fcntl.h>
#include <string.h>

/* Written and read again, a field is what it was: alone in its record, so that only the writer's
 * quotes protect it. */
static void check_round_trip(
        const struct csv_field *field, struct textbuf *row, struct textbuf *scratch)
{
	textbuf_reset(row);
	csv_put_field(row, field->text, field->size);
	struct csv_fields again =
	        csv_fields_of(textbuf_text(row), row->size, false, false, scratch);
	struct csv_field same;
	require(csv_next_field(&again, &same) && same.size == field->size &&
	        memcmp(same.text, field->text, same.size) == 0);
	require(!csv_next_field(&again, &same));
}

static void check_record(const struct csv_record *record, struct textbuf *scratch)
{
	const char *lf = memchr(record->text, '\n', record->size);
	struct textbuf row = { 0 }, row_scratch = { 0 };
	require(record->size <= CSV_RECORD_MAX_BYTES);
	require(!lf || !(record->plain || record->broken || record->too_long));
	require(record->plain ==
	        (!memchr(record->text, '"', record->size) &&
	                !memchr(record->text, '\r', record->size)));
	struct csv_fields fields =
	        csv_fields_of(record->text, record->size, record->plain, record->broken, scratch);
	struct csv_field field;
	while (csv_next_field(&fields, &field))
		check_round_trip(&field, &row, &row_scratch);
	textbuf_fini(&row);
	textbuf_fini(&row_scratch);
}

/* All that a record says, appended: two readings are the same when their notes are. */
static void note(struct textbuf *notes, const struct csv_record *record)
{
	textbuf_printf(notes, "%llu %zu %d%d%d ", (unsigned long long)record->line, record->size,
	        record->plain, record->broken, record->too_long);
	textbuf_put(notes, record->text, record->size);
}

static void read_file(struct textbuf *notes, const char *path)
{
	struct source *source;
	require(source_open(&source, path) == ERROR_NONE);
	struct csv_reader *r = csv_reader_new(source);
	struct csv_record record;
	struct textbuf scratch = { 0 };
	uint64_t line = 0;
	bool any = false, any_broken = false;
	while (csv_read(r, &record, NULL)) {
		require(record.line > line);
		line = record.line;
		any = true;
		any_broken = any_broken || record.broken || record.too_long;
		check_record(&record, &scratch);
		note(notes, &record);
	}
	require(source_ended(source) && !csv_would_block(r));
	tell_outcome(source_error(source) == ERROR_TRUNCATED ? "torn"
	                : source_error(source)               ? "corrupt"
	                : any_broken                         ? "broken"
	                : any                                ? "whole"
	                                                     : "none");
	textbuf_fini(&scratch);
	csv_reader_free(r);
	source_close(source);
}

/* By a pipe that is filled piece by piece, each time no record can be had without waiting. */
static void read_pipe(struct textbuf *notes, const uint8_t *data, size_t size, size_t piece_size)
{
	int ends[2];
	char path[32];
	struct source *source;
	struct csv_record record;
	require(pipe2(ends, O_CLOEXEC) == 0);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	require(source_open(&source, path) == ERROR_NONE);
	struct csv_reader *r = csv_reader_new(source);
	for (size_t at = 0; at < size && !source_ended(source); at += piece_size) {
		size_t n = size - at < piece_size ? size - at : piece_size;
		require(write(ends[1], data + at, n) == (ssize_t)n);
		while (!csv_would_block(r) && csv_read(r, &record, NULL))
			note(notes, &record);
	}
	close(ends[1]);
	while (csv_read(r, &record, NULL))
		note(notes, &record);
	csv_reader_free(r);
	source_close(source);
	close(ends[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memfile file;
	struct textbuf of_file = { 0 }, of_pipe = { 0 };
	memfile_open(&file, data, size);
	read_file(&of_file, file.path);
	read_pipe(&of_pipe, data, size, 1 + size % 5 + size / 32);
	require(of_file.size == of_pipe.size &&
	        (of_file.size == 0 || memcmp(of_file.bytes, of_pipe.bytes, of_file.size) == 0));
	textbuf_fini(&of_file);
	textbuf_fini(&of_pipe);
	memfile_close(&file);
	return 0;
}
