/* fuzz_export.c - any octets as a file of results that is exported, and its columns as code for
 * each tool. The first octet chooses the form, and whether all columns are wanted.
 *
 * Whatever stands in it, what comes out is UTF-8 without NUL; a row of JSON lines is one line of
 * harmless characters; CSV that is read again has the same fields. */
#include "memfile.h"

#include "export/exporter.h"
#include "export/schema.h"
#include "export/value.h"

static void check_schemas(const struct shape *shape)
{
	struct textbuf out = { 0 };
	const struct dialect *d;
	for (unsigned i = 0; (d = dialect_at(i)) != NULL; i++)
		schema_print(&out, shape, d);
	schema_print_json(&out, shape);
	require(!out.failed && value_is_clean((struct csv_field){ out.bytes, out.size }));
	textbuf_fini(&out);
}

/* A line for each row, and nothing but what may be shown. */
static void check_lines(const struct textbuf *out, uint64_t n_rows)
{
	uint64_t n = 0;
	for (size_t i = 0; i < out->size; i++) {
		const unsigned char c = (unsigned char)out->bytes[i];
		require(c >= ' ' || c == '\n');
		require(c != '<' && c != 0x7f);
		n += c == '\n';
	}
	require(n == n_rows && (!n || out->bytes[0] == '{'));
}

/* What was written as CSV, read as CSV. */
static uint64_t check_csv(const struct textbuf *out, unsigned n_columns)
{
	struct memfile file;
	struct reading r;
	uint64_t n = 0;
	const char *why;
	memfile_open(&file, out->bytes, out->size);
	require(!reading_open(&r, file.path, false) && r.n == n_columns);
	while (reading_next(&r))
		n++;
	require(!reading_end(&r, &why));
	reading_close(&r);
	memfile_close(&file);
	return n;
}

/* All rows in one form. Gives how it ended. */
static enum error run(const char *path, enum export_form form, const char *fields)
{
	struct reading r;
	struct shape shape = { 0 };
	struct exporter e = { 0 };
	struct textbuf out = { 0 };
	struct csv_field wrong;
	const char *why;
	enum error err = reading_open(&r, path, false);
	if (!err)
		err = shape_of_names(&shape, r.fields, r.n);
	const unsigned n_fields = r.n;
	if (!err) {
		check_schemas(&shape);
		if (fields && !shape_choose(&shape, fields, &wrong))
			fields = NULL;
		require(!exporter_init(&e, &shape, form, n_fields));
		exporter_put_header(&e, &out);
		while (!err && reading_next(&r))
			err = exporter_put_row(&e, &out, &r);
		require(!out.failed && value_is_clean((struct csv_field){ out.bytes, out.size }));
		if (form == EXPORT_JSONL)
			check_lines(&out, e.n_rows);
		if (form == EXPORT_CSV)
			require(check_csv(&out, shape.n) == e.n_rows);
		err = err ? err : reading_end(&r, &why);
	}
	exporter_fini(&e);
	shape_fini(&shape);
	reading_close(&r);
	textbuf_fini(&out);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memfile file;
	if (!size)
		return 0;
	memfile_open(&file, data + 1, size - 1);
	enum error err = run(file.path, (enum export_form)(*data / 2 % EXPORT_FORMS),
	        *data % 2 ? "row,status" : NULL);
	tell_outcome(!err                     ? "rows"
	                : err == ERROR_SYNTAX ? "refused"
	                : err == ERROR_EMPTY  ? "empty"
	                                      : "torn");
	memfile_close(&file);
	return 0;
}
