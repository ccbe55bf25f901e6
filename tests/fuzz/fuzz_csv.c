/* fuzz_csv.c - any octets as an input file, plain or gzip: records keep their promises, and the fields of a sound record are the
 * same after writing and reading them again. */
#include "memfile.h"

#include "io/csv.h"

#include <string.h>

/* Written and read again, a field is what it was: alone in its record, so that only the writer's quotes protect it. */
static void check_round_trip(const struct csv_field *field, struct textbuf *row, struct textbuf *scratch)
{
	textbuf_reset(row);
	csv_put_field(row, field->text, field->size);
	struct csv_fields again = csv_fields_of(textbuf_text(row), row->size, false, false, scratch);
	struct csv_field same;
	require(csv_next_field(&again, &same) && same.size == field->size && memcmp(same.text, field->text, same.size) == 0);
	require(!csv_next_field(&again, &same));
}

static void check_record(const struct csv_record *record, struct textbuf *scratch)
{
	const char *lf = memchr(record->text, '\n', record->size);
	struct textbuf row = { 0 }, row_scratch = { 0 };
	require(record->size <= CSV_RECORD_MAX_BYTES);
	require(!lf || !(record->plain || record->broken || record->too_long));
	require(record->plain == (!memchr(record->text, '"', record->size) && !memchr(record->text, '\r', record->size)));
	struct csv_fields fields = csv_fields_of(record->text, record->size, record->plain, record->broken, scratch);
	struct csv_field field;
	while (csv_next_field(&fields, &field))
		check_round_trip(&field, &row, &row_scratch);
	textbuf_fini(&row);
	textbuf_fini(&row_scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memfile file;
	struct source *source;
	memfile_open(&file, data, size);
	require(source_open(&source, file.path) == ERROR_NONE);
	struct csv_reader *r = csv_reader_new(source);
	struct csv_record record;
	struct textbuf scratch = { 0 };
	uint64_t line = 0;
	while (csv_read(r, &record, NULL)) {
		require(record.line > line);
		line = record.line;
		check_record(&record, &scratch);
	}
	require(source_ended(source) && !csv_would_block(r));
	textbuf_fini(&scratch);
	csv_reader_free(r);
	source_close(source);
	memfile_close(&file);
	return 0;
}
