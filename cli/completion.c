/* completion.c - a function for bash, by compgen; one for zsh, by _arguments. */
#include "cli/completion.h"

#include "cli/commands.h"
#include "cli/option_table.h"

#include <string.h>

/* Options of one name may differ in their words, each for its commands. */
static bool has_namesake(const struct option_row *row)
{
	const struct option_row *other;
	for (unsigned i = 0; (other = option_at(i)) != NULL; i++)
		if (other != row && !strcmp(other->name, row->name))
			return true;
	return false;
}

static bool is_option_of(const struct option_row *row, const struct command *command)
{
	return row->group & (command->groups | GROUP_EVERY);
}

/* The words that an option takes; NULL: any text, or a file. */
static const char *words_of(const struct option_row *row)
{
	switch (row->kind) {
	case KIND_PROGRESS:
		return "auto always never";
	case KIND_BAD_INPUT:
		return "report ok";
	case KIND_CHECKS:
		return "spf iprev mx a";
	case KIND_LIMIT:
		return "none";
	default:
		return row->words;
	}
}

static bool takes_file(const struct option_row *row)
{
	return row->argument &&
	        (!strcmp(row->argument, "FILE") || !strcmp(row->argument, "FOLDER"));
}

/* ---- bash ---- */

/* "scan,-o|scan,--output", a pattern of `case $command,$prev`; "*" is every command. */
static void put_pattern(FILE *out, const char *command, const struct option_row *row, bool *any)
{
	fprintf(out, "%s", *any ? "|" : "");
	*any = true;
	if (row->letter)
		fprintf(out, "%s,-%c|", command, row->letter);
	fprintf(out, "%s,--%s", command, row->name);
}

/* One arm: the words that an option takes in its commands. */
static void put_words(FILE *out, const struct option_row *row)
{
	const struct command *command;
	bool any = false;
	fputc('\t', out);
	if (!has_namesake(row))
		put_pattern(out, "*", row, &any);
	else
		for (unsigned i = 0; (command = command_at(i)) != NULL; i++)
			if (is_option_of(row, command))
				put_pattern(out, command->name, row, &any);
	fprintf(out, ")\n\t\tCOMPREPLY=($(compgen -W \"%s\" -- \"$cur\"))\n\t\treturn\n\t\t;;\n",
	        words_of(row));
}

/* The arms of `case $command,$prev`. */
static void put_values(FILE *out)
{
	const struct option_row *row;
	bool any = false;
	for (unsigned i = 0; (row = option_at(i)) != NULL; i++)
		if (takes_file(row))
			put_pattern(out, "*", row, &any);
	fputs(")\n\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n\t\treturn\n\t\t;;\n", out);
	for (unsigned i = 0; (row = option_at(i)) != NULL; i++)
		if (words_of(row))
			put_words(out, row);
	any = false;
	fputc('\t', out);
	for (unsigned i = 0; (row = option_at(i)) != NULL; i++)
		if (row->argument && !takes_file(row) && !words_of(row))
			put_pattern(out, "*", row, &any);
	fputs(")\n\t\treturn\n\t\t;;\n", out);
}

static void print_bash(FILE *out)
{
	const struct command *command;
	const struct option_row *row;
	fputs("# bash completion of spfsweep; made by spfsweep --completion bash\n"
	      "_spfsweep()\n{\n"
	      "\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} options=\n"
	      "\tlocal command=${COMP_WORDS[1]}\n"
	      "\tCOMPREPLY=()\n"
	      "\t# bash has three words of --option=value\n"
	      "\t[[ $cur != = ]] || cur=\n"
	      "\t[[ $prev != = ]] || prev=${COMP_WORDS[COMP_CWORD - 2]}\n"
	      "\tif [[ $COMP_CWORD -eq 1 ]]; then\n"
	      "\t\tCOMPREPLY=($(compgen -W \"",
	        out);
	for (unsigned i = 0; (command = command_at(i)) != NULL; i++)
		fprintf(out, "%s ", command->name);
	fputs("--help --version\" -- \"$cur\"))\n\t\treturn\n\tfi\n\tcase $command,$prev in\n\t",
	        out);
	put_values(out);
	fputs("\tesac\n\tcase $command in\n", out);
	for (unsigned i = 0; (command = command_at(i)) != NULL; i++) {
		fprintf(out, "\t%s) options=\"", command->name);
		for (unsigned k = 0; (row = option_at(k)) != NULL; k++)
			if (is_option_of(row, command))
				fprintf(out, "--%s ", row->name);
		fputs("\" ;;\n", out);
	}
	fputs("\tesac\n"
	      "\tif [[ $cur == -* ]]; then\n"
	      "\t\tCOMPREPLY=($(compgen -W \"$options\" -- \"$cur\"))\n"
	      "\telse\n"
	      "\t\tCOMPREPLY=($(compgen -f -- \"$cur\"))\n"
	      "\tfi\n}\n"
	      "complete -o filenames -F _spfsweep spfsweep\n",
	        out);
}

/* ---- zsh ---- */

/* Inside '...' of a specification of _arguments. */
static void put_quoted(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (*text == '\'')
			fputs("'\\'", out);
		else if (strchr("[]:\\", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void put_option(FILE *out, const struct option_row *row)
{
	const bool adds_up = row->kind == KIND_UPSTREAM || row->kind == KIND_ASK;
	fprintf(out, " \\\n\t\t\t'%s--%s%s[", adds_up ? "*" : "", row->name,
	        row->argument ? "=" : "");
	put_quoted(out, row->help);
	fputc(']', out);
	if (row->argument) {
		fputc(':', out);
		put_quoted(out, row->argument);
		fputc(':', out);
		if (takes_file(row))
			fputs("_files", out);
		else if (words_of(row))
			fprintf(out, "(%s)", words_of(row));
	}
	fputc('\'', out);
	if (row->letter)
		fprintf(out, " \\\n\t\t\t'-%c[the same as --%s]%s'", row->letter, row->name,
		        !row->argument            ? ""
		                : takes_file(row) ? ":FILE:_files"
		                                  : ":VALUE:");
}

static void print_zsh(FILE *out)
{
	const struct command *command;
	const struct option_row *row;
	fputs("#compdef spfsweep\n# made by spfsweep --completion zsh\n_spfsweep() {\n"
	      "\tif (( CURRENT == 2 )); then\n\t\tlocal -a commands\n\t\tcommands=(",
	        out);
	for (unsigned i = 0; (command = command_at(i)) != NULL; i++) {
		fprintf(out, "\n\t\t\t'%s:", command->name);
		put_quoted(out, command->summary);
		fputc('\'', out);
	}
	fputs(")\n\t\t_describe command commands\n\t\treturn\n\tfi\n"
	      "\tlocal command=$words[2]\n\tshift words\n\t(( CURRENT-- ))\n\tcase $command in\n",
	        out);
	for (unsigned i = 0; (command = command_at(i)) != NULL; i++) {
		fprintf(out, "\t%s)\n\t\t_arguments", command->name);
		for (unsigned k = 0; (row = option_at(k)) != NULL; k++)
			if (is_option_of(row, command))
				put_option(out, row);
		fputs(" \\\n\t\t\t'*:file:_files'\n\t\t;;\n", out);
	}
	fputs("\tesac\n}\n_spfsweep \"$@\"\n", out);
}

bool completion_has_shell(const char *shell)
{
	return shell && (!strcmp(shell, "bash") || !strcmp(shell, "zsh"));
}

void completion_print(FILE *out, const char *shell)
{
	(strcmp(shell, "zsh") ? print_bash : print_zsh)(out);
}
