/* help.c - what --help and --version print. */
#include "cli/help.h"

#include "cli/option_table.h"
#include "io/bgzf.h"
#include "scanner/versions.h"

static void print_options(FILE *out, unsigned groups)
{
	const struct option_row *row;
	for (unsigned i = 0; (row = option_at(i)) != NULL; i++) {
		if (!(row->group & groups))
			continue;
		char left[64];
		snprintf(left, sizeof left, "%s%c%s--%s%s%s", row->letter ? "-" : " ",
		        row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->name,
		        row->argument ? " " : "", row->argument ? row->argument : "");
		fprintf(out, "  %-30s %s\n", left, row->help);
	}
}

static void print_deciding_options(FILE *out, unsigned groups)
{
	const struct option_row *row;
	const char *comma = "";
	fputs("Options that decide what is in a row must be those of the scan:\n", out);
	for (unsigned i = 0; (row = option_at(i)) != NULL; i++) {
		if (row->decides != DECIDES_ROWS || !(row->group & groups))
			continue;
		fprintf(out, "%s--%s", comma, row->name);
		comma = ", ";
	}
	fputs(".\n", out);
}

/* "scan [OPTIONS] INPUT...", into `text`. */
static const char *usage_of(const struct command *c, char *text, size_t size)
{
	snprintf(text, size, "%s [OPTIONS]%s%s", c->name, c->operands[0] ? " " : "", c->operands);
	return text;
}

static void print_command(FILE *out, const struct command *c)
{
	char usage[128];
	fprintf(out, "usage: spfsweep %s\n\n%s", usage_of(c, usage, sizeof usage), c->help);
	if (c->keeps_rows)
		print_deciding_options(out, c->groups);
	fputc('\n', out);
	print_options(out, c->groups | GROUP_EVERY);
	fprintf(out, "\n%s", c->statuses);
}

void help_print(FILE *out, const struct command *command)
{
	if (command) {
		print_command(out, command);
		return;
	}
	for (unsigned i = 0; (command = command_at(i)) != NULL; i++) {
		char usage[128];
		fprintf(out, "%s spfsweep %-39s %s\n",
		        i ? "      " : "usage:", usage_of(command, usage, sizeof usage),
		        command->summary);
	}
	fputs("       spfsweep COMMAND --help | --help | --version\n\n"
	      "spfsweep evaluates SPF (RFC 7208), forward-confirmed reverse DNS (RFC 8601 iprev), "
	      "addresses and MX\n"
	      "for millions of (domain, IP) pairs.\n",
	        out);
}

void help_print_version(FILE *out)
{
	const struct version *version;
	for (unsigned i = 0; (version = version_at(i)) != NULL; i++)
		fprintf(out, "%s %s\n", version->name, version->text());
	fprintf(out, "format of outputs %u\n", BGZF_VERSION);
}
