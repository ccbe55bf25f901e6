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

static void print_command(FILE *out, const struct command *c)
{
	fprintf(out, "usage: spfsweep %s [OPTIONS] %s\n\n%s\n", c->name, c->operands, c->help);
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
		snprintf(usage, sizeof usage, "%s [OPTIONS] %s", command->name, command->operands);
		fprintf(out, "%s spfsweep %-39s %s\n", i ? "      " : "usage:", usage,
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
