/* cmd_report.c - `spfsweep report`: results in, a table out. */
#include "base/exit_status.h"
#include "base/message.h"
#include "base/version.h"
#include "cli/commands.h"
#include "cli/outfile.h"
#include "cli/pagefiles.h"
#include "cli/resultshape.h"
#include "report/reportprint.h"
#include "scanner/filenames.h"

#include <stdio.h>
#include <string.h>

/* How many lines people want to see, unless they say. */
enum { TOP_OF_TEXT = 25 };

static const struct {
	const char *name;
	void (*print)(struct textbuf *out, const struct report *r, enum report_by by, unsigned top);
	unsigned top;
} forms[] = {
	{ "text", reportprint_text, TOP_OF_TEXT },
	{ "csv", reportprint_csv, 0 },
	{ "json", reportprint_json, 0 },
};
enum { FORMS = sizeof forms / sizeof forms[0] };

static bool find_by(enum report_by *by, const char *word)
{
	for (unsigned i = 0; rowkeys_word(i); i++)
		if (!strcmp(rowkeys_word(i), word)) {
			*by = (enum report_by)i;
			return true;
		}
	message(MESSAGE_ERROR,
	        "--by takes domain, client, network, helo, problem or provider, not '%s'", word);
	return false;
}

static bool find_form(unsigned *form, const char *word)
{
	for (*form = 0; *form < FORMS; ++*form)
		if (!strcmp(forms[*form].name, word))
			return true;
	message(MESSAGE_ERROR, "--format takes text, csv or json, not '%s'", word);
	return false;
}

/* Files that end too early count as far as they go. */
static int read_files(struct report *r, char **paths, unsigned n_paths)
{
	char why[256] = "";
	int status = EXIT_DONE;
	for (unsigned i = 0; i < n_paths; i++) {
		const char *name = strcmp(paths[i], "-") ? paths[i] : "standard input";
		unsigned n_unfinished = r->files.n_unfinished;
		enum error err = report_read(r, paths[i], why, sizeof why);
		if (r->files.n_unfinished > n_unfinished)
			message(MESSAGE_WARNING,
			        "%s: it is of a scan that did not end; the rows that are there "
			        "count",
			        name);
		if (!err)
			continue;
		message(MESSAGE_ERROR, "%s: %s", name, why);
		if (err == ERROR_SYNTAX || (err == ERROR_SYSTEM && !r->n_rows))
			return EXIT_USAGE;
		status = EXIT_STOPPED;
		if (err == ERROR_NOMEM)
			return status;
	}
	return status;
}

static int write_report(
        const struct report *r, enum report_by by, const struct options *o, unsigned form)
{
	struct textout *out;
	int status = outfile_open(&out, o);
	if (status != EXIT_DONE)
		return status;
	unsigned top = o->top != OPTIONS_UNSET ? o->top : forms[form].top;
	forms[form].print(textout_text(out), r, by, top);
	return outfile_close(out, o->output);
}

static int begin(struct report *r, unsigned wanted, bool for_page, const struct options *o)
{
	if (report_init(r, wanted, for_page, (size_t)o->memory_mib << 20))
		return EXIT_DONE;
	message(MESSAGE_ERROR, "the report cannot begin: %s",
	        report_lacks_suffixes(r, wanted)
	                ? "there is no list of public suffixes; install publicsuffix"
	                : error_text(ERROR_NOMEM));
	return EXIT_STOPPED;
}

/* Begins, reads all files and adds them up. True when something can be made of that; otherwise
 * *status is the last word. */
static bool collect(
        struct report *r, unsigned wanted, bool for_page, const struct options *o, int *status)
{
	*status = begin(r, wanted, for_page, o);
	if (*status != EXIT_DONE)
		return false;
	*status = read_files(r, o->inputs, o->n_inputs);
	if (*status == EXIT_USAGE || r->lacked_memory)
		return false;
	if (report_finish(r))
		return true;
	message(MESSAGE_ERROR, "the report cannot end: %s", error_text(ERROR_NOMEM));
	*status = EXIT_STOPPED;
	return false;
}

static int make_table(struct report *r, const struct options *o)
{
	enum report_by by;
	unsigned form;
	int status;
	if (!find_by(&by, o->by ? o->by : "domain") ||
	        !find_form(&form, o->format ? o->format : "text"))
		return EXIT_USAGE;
	r->files.kind = RESULT_OF_SCAN;
	if (!collect(r, 1u << by, false, o, &status))
		return status;
	int written = write_report(r, by, o, form);
	return written != EXIT_DONE ? written : status;
}

/* What belongs to a table has no effect on a page. */
static bool is_page_alone(const struct options *o)
{
	const char *name = o->by              ? "--by"
	        : o->format                   ? "--format"
	        : o->top != OPTIONS_UNSET     ? "--top"
	        : strcmp(o->output, "-") != 0 ? "--output"
	                                      : NULL;
	if (!name)
		return true;
	message(MESSAGE_ERROR, "%s is for tables, and --html and --figures make none: leave it out",
	        name);
	return false;
}

static int make_page(struct report *r, const struct options *o)
{
	struct sources sources = { 0 };
	struct page page = {
		.charts = { r, &sources }, .where = o->where, .version = SPFSWEEP_VERSION
	};
	int status;
	if (!is_page_alone(o))
		return EXIT_USAGE;
	if (!collect(r, charts_groups(), true, o, &status))
		return status;
	for (unsigned i = 0; i < o->n_inputs; i++)
		sources_add(&sources, o->inputs[i]);
	sources_finish(&sources);
	page.is_torn = status == EXIT_STOPPED;
	int written = pagefiles_write(&page, o);
	sources_fini(&sources);
	return written != EXIT_DONE ? written : status;
}

int cmd_report(const struct options *options, char **operands, unsigned n_operands)
{
	struct options o = *options;
	struct report r = { 0 };
	o.inputs = operands;
	o.n_inputs = n_operands;
	if (!resultshape_take_where(&r.files.where, o.where) || !filenames_allow(&o))
		return EXIT_USAGE;
	int status = o.html || o.figures ? make_page(&r, &o) : make_table(&r, &o);
	report_fini(&r);
	return status;
}
