/* command_line.c - argv parsed: words into a command, options and operands. */
#include "cli/command_line.h"

#include "base/message.h"
#include "cli/completion.h"
#include "cli/nearest.h"
#include "cli/option_table.h"
#include "dns/dname.h"
#include "input/layout.h"
#include "resolver/engines.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

/* The first command that has an option of the name. NULL: none has. */
static const struct command *command_with(const char *name)
{
	const struct command *command;
	for (unsigned i = 0; (command = command_at(i)) != NULL; i++)
		if (option_find(name, strlen(name), 0, command->groups))
			return command;
	return NULL;
}

/* With the name that was most likely meant, of this command's options; or with the command that has
 * it. */
static void tell_unknown_option(const struct command *command, const char *word)
{
	unsigned groups = command->groups | GROUP_EVERY;
	const struct option_row *row;
	char wanted[64];
	snprintf(wanted, sizeof wanted, "%.*s", (int)strcspn(word + strspn(word, "-"), "="),
	        word + strspn(word, "-"));
	const struct command *other = word[1] == '-' ? command_with(wanted) : NULL;
	if (other) {
		message(MESSAGE_ERROR,
		        "spfsweep %s has no option '--%s', spfsweep %s has; see spfsweep %s --help",
		        command->name, wanted, other->name, command->name);
		return;
	}
	struct nearest nearest = nearest_of(wanted);
	for (unsigned i = 0; (row = option_at(i)) != NULL; i++)
		if (row->group & groups)
			nearest_try(&nearest, row->name);
	if (nearest.name && word[1] == '-')
		message(MESSAGE_ERROR,
		        "unknown option '%s'; did you mean --%s? See spfsweep %s --help", word,
		        nearest.name, command->name);
	else
		message(MESSAGE_ERROR, "unknown option '%s'; see spfsweep %s --help", word,
		        command->name);
}

/* Of two values one would be lost without a word. Those of upstreams and asks add up. */
static bool is_given_again(struct command_line *line, const struct option_row *row)
{
	bool *given = &line->given[row - option_at(0)];
	bool adds_up = !row->argument || row->kind == KIND_UPSTREAM ||
	        row->kind == KIND_UPSTREAMS || row->kind == KIND_ASK;
	bool again = !adds_up && *given;
	*given = true;
	if (again)
		message(MESSAGE_ERROR, "--%s is given twice: give it once", row->name);
	return again;
}

/* The value was forgotten, and the next word is an option, or a mistyped one. "-" is none. */
static bool is_option(
        const struct command_line *line, const struct option_row *row, const char *value)
{
	bool looks_so = value[0] == '-' &&
	        (value[1] == '-' ||
	                (value[1] &&
	                        option_find(
	                                NULL, 0, value[1], line->command->groups | GROUP_EVERY)));
	if (looks_so && !strcmp(row->argument, "FILE"))
		message(MESSAGE_ERROR, "--%s takes FILE, and '%s' is an option (write ./%s)",
		        row->name, value, value);
	else if (looks_so)
		message(MESSAGE_ERROR, "--%s takes %s, and '%s' is an option", row->name,
		        row->argument, value);
	return looks_so;
}

/* One option: --name, --name=value, --name value, -o value, -ovalue. Gives how many words it took,
 * 0 after telling the user a mistake. */
static int take_option(struct command_line *line, int argc, char **argv)
{
	const char *word = argv[0], *value = NULL;
	const struct option_row *row;
	unsigned groups = line->command->groups | GROUP_EVERY;
	if (word[1] == '-') {
		size_t size = strcspn(word + 2, "=");
		row = option_find(word + 2, size, 0, groups);
		if (word[2 + size] == '=')
			value = word + 2 + size + 1;
	} else {
		row = option_find(NULL, 0, word[1], groups);
		if (word[1] && word[2])
			value = word + 2;
	}
	if (!row) {
		tell_unknown_option(line->command, word);
		return 0;
	}
	if (!row->argument && value) {
		message(MESSAGE_ERROR, "--%s takes no value", row->name);
		return 0;
	}
	int used = 1;
	if (row->argument && !value) {
		if (argc < 2) {
			message(MESSAGE_ERROR, "--%s needs a value: %s", row->name, row->argument);
			return 0;
		}
		value = argv[1];
		used = 2;
		if (is_option(line, row, value))
			return 0;
	}
	if (is_given_again(line, row))
		return 0;
	if (row->kind == KIND_HELP)
		line->help = true;
	return option_set(&line->options, row, value) ? used : 0;
}

static bool check_operands(const struct command_line *line)
{
	const struct command *c = line->command;
	if (line->n_operands >= c->n_operands_min && line->n_operands <= c->n_operands_max)
		return true;
	message(MESSAGE_ERROR, "%s; see spfsweep %s --help", c->wanted, c->name);
	return false;
}

/* ---- options that do not go together ---- */

/* Options that not every engine obeys. */
static bool check_forwarding(const struct options *options)
{
	const struct engine_type *engine = options->engine;
	const char *name = options->queries_per_s_per_upstream && !engine->obeys_upstream_rate
	        ? "--qps-per-upstream"
	        : options->mix_case && !engine->obeys_mix_case ? "--0x20"
	                                                       : NULL;
	if (name && !options->upstreams.n) {
		message(MESSAGE_ERROR, "%s has no effect without --upstream or --upstreams", name);
		return false;
	}
	if (name) {
		message(MESSAGE_ERROR,
		        "%s cannot be used with --dnssec: libunbound validates and asks the "
		        "upstreams by itself then",
		        name);
		return false;
	}
	if (options->queries_per_s_per_zone && !engine->obeys_zone_rate) {
		message(MESSAGE_ERROR,
		        "--qps-per-zone has no effect with --upstream or --upstreams: these ask "
		        "the "
		        "zones; see --qps and --qps-per-upstream");
		return false;
	}
	if (options->unbound_config && !engine->reads_unbound_config) {
		message(MESSAGE_ERROR,
		        "--unbound-config is libunbound's, which --upstream does not use without "
		        "--dnssec: give one of them");
		return false;
	}
	return true;
}

/* What says how the DNS is asked, where nobody is. */
static bool check_replay(const struct options *options)
{
	const char *name = options->unbound_config    ? "--unbound-config"
	        : options->trust_anchor               ? "--trust-anchor"
	        : options->mix_case                   ? "--0x20"
	        : options->queries_per_s_per_upstream ? "--qps-per-upstream"
	        : options->queries_per_s_per_zone     ? "--qps-per-zone"
	                                              : NULL;
	if (!options->replay || !name)
		return true;
	message(MESSAGE_ERROR,
	        "%s has no effect with --replay, which asks nobody: give one of them", name);
	return false;
}

/* Only block gzip is its own checkpoint. */
static bool check_resume(const struct options *options)
{
	if (options->resume && options->overwrite) {
		message(MESSAGE_ERROR,
		        "--resume goes on with an output and --overwrite begins anew: give one of "
		        "them");
		return false;
	}
	if (!options->resume || options_output_is_gzip(options))
		return true;
	message(MESSAGE_ERROR,
	        "--resume needs an --output named *.gz, not '%s': only block gzip says which rows "
	        "it holds",
	        options->output);
	return false;
}

/* It stands in the note of the output, and in explanations, which are ASCII. */
static bool check_receiver(const struct options *options)
{
	static const char host_octets[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                                  "0123456789-_.";
	const char *name = options->receiver;
	struct dname unused;
	if (!name ||
	        (!name[strspn(name, host_octets)] && strcmp(name, ".") != 0 &&
	                !dname_parse(&unused, name, strlen(name))))
		return true;
	message(MESSAGE_ERROR,
	        "--receiver takes the domain name of a host (letters, digits, '-', '_' and dots), "
	        "not '%s'",
	        name);
	return false;
}

/* Names of what others write. Nobody who reads such a file would find what the name says. */
static const char *const other_forms[] = { ".xz", ".zst", ".zstd", ".bz2", ".lz4", ".lzma", ".br",
	".7z", ".z", ".zip", ".tar", ".tgz", ".bgz", ".bgzf", ".parquet", ".avro", ".arrow",
	".feather", ".orc", ".xls", ".xlsx", ".ods", ".json", ".jsonl", ".ndjson", ".tsv",
	".sqlite", ".db" };

static bool check_output(const struct options *options)
{
	size_t size = strlen(options->output);
	for (size_t i = 0; i < sizeof other_forms / sizeof other_forms[0]; i++) {
		size_t end = strlen(other_forms[i]);
		if (size < end || strcasecmp(options->output + size - end, other_forms[i]) != 0)
			continue;
		message(MESSAGE_ERROR,
		        "--output '%s': what is written is CSV, and only *.gz is compressed: "
		        "choose a name that says so",
		        options->output);
		return false;
	}
	return true;
}

/* Names the options whose wishes no engine serves together. */
static bool check_engine(const struct options *options)
{
	const struct option_row *row;
	struct textbuf names = { 0 };
	if (options->engine)
		return true;
	for (unsigned i = 0, told = 0; (row = option_at(i)) != NULL; i++)
		if (row->wish & options->wishes & ~told) {
			textbuf_printf(&names, "%s--%s", told ? " and " : "", row->name);
			told |= row->wish;
		}
	message(MESSAGE_ERROR, "%s exclude each other: give one of them", textbuf_text(&names));
	textbuf_fini(&names);
	return false;
}

/* What says how CSV is read, and what says how mail logs are. */
static bool check_log(const struct options *options, bool is_scan)
{
	const char *of_csv = options->columns ? "--columns"
	        : options->no_header          ? "--no-header"
	        : options->delimiter          ? "--delimiter"
	                                      : NULL;
	const char *of_log = options->year ? "--year"
	        : options->since           ? "--since"
	        : options->until           ? "--until"
	        : options->connects        ? "--connects"
	        : options->trusted         ? "--trusted"
	                                   : NULL;
	if (options->log && of_csv) {
		message(MESSAGE_ERROR,
		        "%s is about CSV, and --log says that the input is mail logs", of_csv);
		return false;
	}
	if (is_scan && !options->log && of_log) {
		message(MESSAGE_ERROR, "%s has no effect without --log", of_log);
		return false;
	}
	return true;
}

static bool check_input(const struct options *options)
{
	char unused;
	if (options->delimiter && !layout_delimiter_parse(&unused, options->delimiter)) {
		message(MESSAGE_ERROR,
		        "--delimiter takes auto, ',', ';', tab or '|' (in quotes), not '%s'",
		        options->delimiter);
		return false;
	}
	if (!options->no_header || !options->columns || !strchr(options->columns, '='))
		return true;
	message(MESSAGE_ERROR,
	        "--no-header does not go with --columns '%s', which names columns of a header row",
	        options->columns);
	return false;
}

static bool check_combination(const struct options *options, const struct command *command)
{
	if (!check_log(options, command->groups & GROUP_SCAN) || !check_input(options) ||
	        !check_replay(options) || !check_engine(options) || !check_resume(options) ||
	        (!(command->groups & GROUP_EXPORT) && !check_output(options)) ||
	        !check_receiver(options))
		return false;
	if (options->trust_anchor && !options->dnssec) {
		message(MESSAGE_ERROR, "--trust-anchor has no effect without --dnssec");
		return false;
	}
	return check_forwarding(options);
}

/* Each worker gets a share of the rate, in whole questions a second, of at least one. */
static void limit_workers(struct options *options, unsigned rate)
{
	if (rate && options->workers > rate)
		options->workers = rate;
}

/* The rates over the open Internet, where strangers' servers are asked: docs/ethics.md says why so.
 */
enum { OPEN_QPS = 2000, OPEN_QPS_PER_ZONE = 200 };

static void settle_rates(struct options *options)
{
	bool is_open = !options->upstreams.n && !options->unbound_config && !options->replay;
	if (options->queries_per_s == OPTIONS_UNSET)
		options->queries_per_s = is_open ? OPEN_QPS : 0;
	if (options->queries_per_s_per_zone == OPTIONS_UNSET)
		options->queries_per_s_per_zone = is_open ? OPEN_QPS_PER_ZONE : 0;
	limit_workers(options, options->queries_per_s_per_zone);
}

static void settle(struct options *options)
{
	settle_rates(options);
	limit_workers(options, options->queries_per_s);
	limit_workers(options, options->queries_per_s_per_upstream);
	options->engine = engines_choose(options->wishes);
	if (options->engine && !options->in_flight)
		options->in_flight = options->engine->in_flight_preset;
}

/* ---- argv ---- */

static bool is_one_of(const char *word, const char *a, const char *b, const char *c)
{
	return !strcmp(word, a) || !strcmp(word, b) || !strcmp(word, c);
}

/* The first word: a command, help or version. */
static bool take_command(struct command_line *line, const char *word)
{
	char names[128];
	if (!word) {
		message(MESSAGE_ERROR, "a command is missing: %s; see spfsweep --help",
		        commands_print(names, sizeof names));
		return false;
	}
	line->help = is_one_of(word, "help", "--help", "-h");
	line->version = is_one_of(word, "version", "--version", "-V");
	line->command = command_find(word);
	if (line->command || line->help || line->version)
		return true;
	struct nearest nearest = nearest_of(word);
	const struct command *command;
	for (unsigned i = 0; (command = command_at(i)) != NULL; i++)
		nearest_try(&nearest, command->name);
	if (nearest.name)
		message(MESSAGE_ERROR, "unknown command '%s'; did you mean %s? See spfsweep --help",
		        word, nearest.name);
	else
		message(MESSAGE_ERROR, "unknown command '%s': there are %s; see spfsweep --help",
		        word, commands_print(names, sizeof names));
	return false;
}

/* --completion SHELL, in place of a command. */
static bool take_completion(struct command_line *line, const char *shell)
{
	line->completion = shell;
	if (completion_has_shell(shell))
		return true;
	message(MESSAGE_ERROR, "--completion takes bash or zsh, not '%s'", shell ? shell : "");
	return false;
}

static bool take_words(struct command_line *line, int argc, char **argv)
{
	bool only_operands = false;
	line->operands = argv + 2;
	for (int at = 2; at < argc;) {
		if (!only_operands && !strcmp(argv[at], "--")) {
			only_operands = true;
			at++;
		} else if (!only_operands && argv[at][0] == '-' && argv[at][1]) {
			int used = take_option(line, argc - at, argv + at);
			if (!used)
				return false;
			at += used;
		} else {
			/* operands go before the options that were read already */
			line->operands[line->n_operands++] = argv[at++];
		}
	}
	return true;
}

void command_line_fini(struct command_line *line)
{
	options_fini(&line->options);
}

bool command_line_parse(struct command_line *line, int argc, char **argv)
{
	*line = (struct command_line){ 0 };
	options_set_defaults(&line->options);
	if (argc > 1 && !strcmp(argv[1], "--completion"))
		return take_completion(line, argc > 2 ? argv[2] : NULL);
	if (!take_command(line, argc < 2 ? NULL : argv[1]))
		return false;
	if (!line->command)
		return true;
	if (!take_words(line, argc, argv))
		return false;
	settle(&line->options);
	return line->help ||
	        (check_operands(line) && check_combination(&line->options, line->command));
}
