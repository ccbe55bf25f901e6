/* cmd_schema.c - `spfsweep schema`: columns with their types, in the language of a tool. */
#include "base/exit_status.h"
#include "base/message.h"
#include "cli/commands.h"
#include "cli/outfile.h"
#include "cli/resultshape.h"
#include "export/schema.h"
#include "scanner/filenames.h"

#include <string.h>

#define JSON_WORD "json"

/* *dialect stays NULL for JSON. */
static bool find_dialect(const struct dialect **dialect, const char *word)
{
	*dialect = NULL;
	if (!strcmp(word, JSON_WORD))
		return true;
	for (unsigned i = 0; (*dialect = dialect_at(i)) != NULL; i++)
		if (!strcmp((*dialect)->name, word))
			return true;
	message(MESSAGE_ERROR,
	        "--format takes json, duckdb, pandas, polars, spark, postgres or r, not '%s'",
	        word);
	return false;
}

static int of_kind(struct shape *shape, const char *word)
{
	for (unsigned kind = 0; shape_kind_word(kind); kind++)
		if (!strcmp(shape_kind_word(kind), word))
			return shape_of_kind(shape, (enum shape_kind)kind) ? EXIT_STOPPED
			                                                   : EXIT_DONE;
	message(MESSAGE_ERROR, "--of takes scan, audit, includes or networks, not '%s'", word);
	return EXIT_USAGE;
}

static int of_file(struct shape *shape, const char *path)
{
	struct reading reading;
	int status = resultshape_open(&reading, shape, path, "schema");
	reading_close(&reading);
	return status;
}

static int print(const struct shape *shape, const struct dialect *dialect, const struct options *o)
{
	struct textout *out;
	int status = outfile_open(&out, o);
	if (status != EXIT_DONE)
		return status;
	if (dialect)
		schema_print(textout_text(out), shape, dialect);
	else
		schema_print_json(textout_text(out), shape);
	return outfile_close(out, o->output);
}

int cmd_schema(const struct options *options, char **operands, unsigned n_operands)
{
	struct options o = *options;
	struct shape shape = { 0 };
	const struct dialect *dialect;
	o.inputs = operands;
	o.n_inputs = n_operands;
	if (!find_dialect(&dialect, o.format ? o.format : JSON_WORD) || !filenames_allow(&o))
		return EXIT_USAGE;
	if (o.of && n_operands) {
		message(MESSAGE_ERROR,
		        "--of and a file both say whose columns are wanted: give one of them");
		return EXIT_USAGE;
	}
	int status = n_operands ? of_file(&shape, operands[0])
	                        : of_kind(&shape, o.of ? o.of : shape_kind_word(SHAPE_SCAN));
	if (status == EXIT_DONE && o.fields && !resultshape_choose(&shape, o.fields))
		status = EXIT_USAGE;
	if (status == EXIT_DONE)
		status = print(&shape, dialect, &o);
	shape_fini(&shape);
	return status;
}
