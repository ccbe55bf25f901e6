/* cmd_report.c - `spfsweep report`: results in, a table out. */
#include "base/exit_status.h"
#include "base/message.h"
#include "cli/commands.h"
#include "cli/outfile.h"
#include "report/reportprint.h"
#include "scanner/filenames.h"

#include <stdio.h>
#include <string.h>

/* How many lines people want to see, unless they say. */
enum { TOP_OF_TEXT = 25 };

static const struct {
	const char *name;
	void (*print)(struct textbuf *out, const struct report *r, unsigned top);
	unsigned top;
} forms[] = {
	{ "text", reportprint_text, TOP_OF_TEXT },
	{ "csv", reportprint_csv, 0 },
	{ "json", reportprint_json, 0 },
};
enum { FORMS = sizeof forms / sizeof forms[0] };

static bool find_by(enum report_by *by, const char *word)
{
	for (unsigned i = 0; report_by_text(i); i++)
		if (!strcmp(report_by_text(i), word)) {
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

static bool take_where(struct result_where *where, const char *text)
{
	if (!text || result_where_parse(where, text))
		return true;
	message(MESSAGE_ERROR,
	        "--where takes conditions with commas between them, as spf=fail or "
	        "spf=fail,iprev!=pass, not '%s'",
	        text);
	return false;
}

/* Files that end too early count as far as they go. */
static int read_files(struct report *r, char **paths, unsigned n_paths)
{
	char why[256] = "";
	int status = EXIT_DONE;
	for (unsigned i = 0; i < n_paths; i++) {
		enum error err = report_read(r, paths[i], why, sizeof why);
		if (!err)
			continue;
		message(MESSAGE_ERROR, "%s: %s",
		        strcmp(paths[i], "-") ? paths[i] : "standard input", why);
		if (err == ERROR_SYNTAX || (err == ERROR_SYSTEM && !r->n_rows))
			return EXIT_USAGE;
		status = EXIT_STOPPED;
		if (err == ERROR_NOMEM)
			return status;
	}
	return status;
}

static int write_report(const struct report *r, const struct options *o, unsigned form)
{
	struct textout *out;
	int status = outfile_open(&out, o);
	if (status != EXIT_DONE)
		return status;
	unsigned top = o->top != OPTIONS_UNSET ? o->top : forms[form].top;
	forms[form].print(textout_text(out), r, top);
	return outfile_close(out, o);
}

int cmd_report(const struct options *options, char **operands, unsigned n_operands)
{
	struct options o = *options;
	struct report r = { 0 };
	enum report_by by;
	unsigned form;
	o.inputs = operands;
	o.n_inputs = n_operands;
	if (!find_by(&by, o.by ? o.by : "domain") ||
	        !find_form(&form, o.format ? o.format : "text") || !take_where(&r.where, o.where) ||
	        !filenames_allow(&o))
		return EXIT_USAGE;
	if (!report_init(&r, by, (size_t)o.memory_mib << 20)) {
		message(MESSAGE_ERROR, "the report cannot begin: %s",
		        by == REPORT_BY_PROVIDER && r.groups
		                ? "there is no list of public suffixes; install publicsuffix"
		                : error_text(ERROR_NOMEM));
		report_fini(&r);
		return EXIT_STOPPED;
	}
	int status = read_files(&r, operands, n_operands);
	if (status != EXIT_USAGE && !r.lacked_memory) {
		report_finish(&r);
		int written = write_report(&r, &o, form);
		status = written != EXIT_DONE ? written : status;
	}
	report_fini(&r);
	return status;
}
