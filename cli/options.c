/* options.c - the option table and its three readers: parser, defaults, help.
 *
 * A new option is one row of `option_table` and one line in docs/spfsweep.1; a test compares the
 * two. The parser is our own and not getopt_long(), because its messages must name the option, the
 * value and what would be right, in one line. */
#include "cli/options.h"

#include "dns/dname.h"
#include "base/message.h"
#include "resolver/engines.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum option_kind {
	KIND_FLAG,
	KIND_TEXT,
	KIND_NUMBER,
	KIND_CHECKS,
	KIND_UPSTREAM,
	KIND_UPSTREAMS,
	KIND_PROGRESS,
	KIND_HELP
};

enum {
	FOR_SCAN = 1,
	FOR_CHECK = 2,
	FOR_RETRY = 4,
	FOR_FILES = FOR_SCAN | FOR_RETRY,
	FOR_ALL = FOR_FILES | FOR_CHECK
};

struct option_row {
	const char *name;
	char letter;
	int commands;
	enum option_kind kind;
	size_t offset;
	unsigned min, max, preset;
	const char *argument, *help;
};

#define AT(member) offsetof(struct options, member)

static const struct option_row option_table[] = {
	{ "output", 'o', FOR_FILES, KIND_TEXT, AT(output), 0, 0, 0, "FILE",
	        "where the results go; '-' (default) is standard output, *.gz is block gzip" },
	{ "columns", 0, FOR_SCAN, KIND_TEXT, AT(columns), 0, 0, 0, "LIST",
	        "names of the input's columns, for files without a header row" },
	{ "checks", 0, FOR_ALL, KIND_CHECKS, AT(checks), 0, 0, CHECK_ALL, "LIST",
	        "what to check, of spf,iprev,mx,a (default: all)" },
	{ "upstream", 0, FOR_ALL, KIND_UPSTREAM, AT(upstreams), 0, 0, 0, "ADDR[:PORT]",
	        "ask this resolver instead of recursing from the root; repeatable" },
	{ "upstreams", 0, FOR_ALL, KIND_UPSTREAMS, AT(upstreams), 0, 0, 0, "FILE",
	        "ask the resolvers in this file, one ADDR[:PORT] a line; '#' begins a comment" },
	{ "unbound-config", 0, FOR_ALL, KIND_TEXT, AT(unbound_config), 0, 0, 0, "FILE",
	        "an unbound.conf for the built-in resolver (zones, stubs, forwards, anchors)" },
	{ "workers", 0, FOR_FILES, KIND_NUMBER, AT(workers), 1, OPTIONS_WORKERS_MAX, 0, "N",
	        "worker threads (default: one for each processor)" },
	{ "in-flight", 0, FOR_ALL, KIND_NUMBER, AT(in_flight), 1, 60000, 0, "N",
	        "questions in flight for each worker (default 1000; 2000 with --upstream)" },
	{ "window", 0, FOR_FILES, KIND_NUMBER, AT(window_rows), 64, 1u << 26, 524288, "ROWS",
	        "rows between reading and writing, at most (default 524288)" },
	{ "timeout", 0, FOR_ALL, KIND_NUMBER, AT(timeout_ms), 50, 600000, 2000, "MS",
	        "patience for one try with one server (default 2000)" },
	{ "retries", 0, FOR_ALL, KIND_NUMBER, AT(retries), 0, 20, 3, "N",
	        "tries after the first (default 3)" },
	{ "deadline", 0, FOR_ALL, KIND_NUMBER, AT(deadline_ms), 100, 3600000, 60000, "MS",
	        "time for one row, after which what is missing is temperror (default 60000)" },
	{ "qps", 0, FOR_ALL, KIND_NUMBER, AT(queries_per_s), 0, 100000000, 0, "N",
	        "questions per second, in all (default 0: no limit)" },
	{ "qps-per-upstream", 0, FOR_ALL, KIND_NUMBER, AT(queries_per_s_per_upstream), 0, 100000000,
	        0, "N", "questions per second to each upstream (default 0: no limit)" },
	{ "0x20", 0, FOR_ALL, KIND_FLAG, AT(mix_case), 0, 0, 0, NULL,
	        "ask upstreams in random letter case, which answers must repeat: harder to forge" },
	{ "cache", 0, FOR_ALL, KIND_NUMBER, AT(cache_mib), 1, 1u << 20, 320, "MIB",
	        "memory for cached answers, in all (default 320)" },
	{ "dnssec", 0, FOR_ALL, KIND_FLAG, AT(dnssec), 0, 0, 0, NULL,
	        "validate DNSSEC; bogus answers are temperror" },
	{ "trust-anchor", 0, FOR_ALL, KIND_TEXT, AT(trust_anchor), 0, 0, 0, "FILE",
	        "trust anchors for --dnssec (default: Debian's root anchor)" },
	{ "no-exp", 0, FOR_ALL, KIND_FLAG, AT(no_exp), 0, 0, 0, NULL,
	        "do not fetch SPF explanations" },
	{ "receiver", 0, FOR_ALL, KIND_TEXT, AT(receiver), 0, 0, 0, "NAME",
	        "what the SPF macro %{r} stands for (default: unknown)" },
	{ "helo", 0, FOR_CHECK, KIND_TEXT, AT(helo), 0, 0, 0, "NAME",
	        "the name given with HELO or EHLO" },
	{ "level", 0, FOR_FILES, KIND_NUMBER, AT(compression_level), 1, 12, 1, "N",
	        "compression level of *.gz output, 1 to 12 (default 1)" },
	{ "summary", 0, FOR_FILES, KIND_TEXT, AT(summary), 0, 0, 0, "FILE",
	        "write the summary as JSON, too" },
	{ "progress", 0, FOR_FILES, KIND_PROGRESS, AT(progress), 0, 0, PROGRESS_AUTO, "WHEN",
	        "auto (default: a live line on a terminal, else a line every 10 s), always, "
	        "never" },
	{ "resume", 0, FOR_FILES, KIND_FLAG, AT(resume), 0, 0, 0, NULL,
	        "go on with an output that was not finished; --output must name a *.gz file" },
	{ "sync-interval", 0, FOR_FILES, KIND_NUMBER, AT(sync_interval_s), 0, 86400, 10, "S",
	        "bring the output to the disk every so many seconds (default 10; 0: only at the "
	        "end)" },
	{ "csv-safe", 0, FOR_FILES, KIND_FLAG, AT(csv_safe), 0, 0, 0, NULL,
	        "put a ' before fields that a spreadsheet may take for formulas" },
	{ "help", 'h', FOR_ALL, KIND_HELP, AT(help), 0, 0, 0, NULL, "this text" },
};
enum { OPTION_COUNT = sizeof option_table / sizeof option_table[0] };

static const struct {
	const char *name;
	enum check check;
} check_names[] = { { "spf", CHECK_SPF }, { "iprev", CHECK_IPREV }, { "mx", CHECK_MX },
	{ "a", CHECK_A } };
enum { CHECK_COUNT = sizeof check_names / sizeof check_names[0] };

bool options_parse_checks(unsigned *checks, const char *text)
{
	*checks = 0;
	for (const char *at = text; *at;) {
		size_t size = strcspn(at, ",");
		unsigned found = 0;
		for (unsigned i = 0; i < CHECK_COUNT; i++)
			if (strlen(check_names[i].name) == size &&
			        !memcmp(check_names[i].name, at, size))
				found = check_names[i].check;
		if (!found)
			return false;
		*checks |= found;
		at += size;
		if (*at == ',' && !*++at)
			return false;
	}
	return *checks != 0;
}

bool options_output_is_gzip(const struct options *options)
{
	size_t size = strlen(options->output);
	return size > 3 && !strcmp(options->output + size - 3, ".gz");
}

char *options_checks_text(char *text, size_t size, unsigned checks)
{
	size_t used = 0;
	text[0] = 0;
	for (unsigned i = 0; i < CHECK_COUNT; i++)
		if (checks & check_names[i].check && used < size)
			used += (size_t)snprintf(text + used, size - used, "%s%s", used ? "," : "",
			        check_names[i].name);
	return text;
}

static void *member_of(struct options *options, const struct option_row *row)
{
	return (char *)options + row->offset;
}

static void set_defaults(struct options *options)
{
	*options = (struct options){ .output = "-" };
	for (unsigned i = 0; i < OPTION_COUNT; i++)
		if (option_table[i].kind == KIND_NUMBER || option_table[i].kind == KIND_CHECKS)
			*(unsigned *)member_of(options, &option_table[i]) = option_table[i].preset;
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	options->workers = processors < 1          ? 1
	        : processors > OPTIONS_WORKERS_MAX ? OPTIONS_WORKERS_MAX
	                                           : (unsigned)processors;
}

static bool set_number(unsigned *value, const struct option_row *row, const char *text)
{
	char *end;
	errno = 0;
	unsigned long number = strtoul(text, &end, 10);
	if (errno || !isdigit((unsigned char)text[0]) || *end || number < row->min ||
	        number > row->max) {
		message(MESSAGE_ERROR, "--%s takes a whole number from %u to %u, not '%s'",
		        row->name, row->min, row->max, text);
		return false;
	}
	*value = (unsigned)number;
	return true;
}

static bool set_progress(enum progress_mode *mode, const char *text)
{
	static const char *const words[] = { "auto", "always", "never" };
	for (unsigned i = 0; i < 3; i++)
		if (!strcmp(words[i], text)) {
			*mode = (enum progress_mode)i;
			return true;
		}
	message(MESSAGE_ERROR, "--progress takes auto, always or never, not '%s'", text);
	return false;
}

static bool set_option(struct options *options, const struct option_row *row, const char *value)
{
	void *member = member_of(options, row);
	switch (row->kind) {
	case KIND_FLAG:
	case KIND_HELP:
		*(bool *)member = true;
		return true;
	case KIND_TEXT:
		*(const char **)member = value;
		return true;
	case KIND_NUMBER:
		return set_number(member, row, value);
	case KIND_UPSTREAM:
		return upstreams_add(member, value);
	case KIND_UPSTREAMS:
		return upstreams_read(member, value);
	case KIND_PROGRESS:
		return set_progress(member, value);
	case KIND_CHECKS:
		if (options_parse_checks(member, value))
			return true;
		message(MESSAGE_ERROR, "--checks takes a list of spf,iprev,mx,a, not '%s'", value);
		return false;
	}
	return false;
}

static const struct option_row *find_option(const char *name, size_t size, char letter, int command)
{
	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_table[i];
		if (!(row->commands & command))
			continue;
		if (letter ? row->letter == letter
		           : strlen(row->name) == size && !memcmp(row->name, name, size))
			return row;
	}
	return NULL;
}

static const char *command_name(int command)
{
	return command == FOR_SCAN ? "scan" : command == FOR_RETRY ? "retry" : "check";
}

/* One word that begins with '-': --name, --name=value, --name value, -o value, -ovalue. Gives how
 * many words it took, 0 on a mistake. */
static int take_option(struct options *options, int command, int argc, char **argv)
{
	const char *word = argv[0], *value = NULL;
	const struct option_row *row;
	if (word[1] == '-') {
		size_t size = strcspn(word + 2, "=");
		row = find_option(word + 2, size, 0, command);
		if (word[2 + size] == '=')
			value = word + 2 + size + 1;
	} else {
		row = find_option(NULL, 0, word[1], command);
		if (word[1] && word[2])
			value = word + 2;
	}
	if (!row) {
		message(MESSAGE_ERROR, "unknown option '%s'; see spfsweep %s --help", word,
		        command_name(command));
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
	}
	return set_option(options, row, value) ? used : 0;
}

static bool take_operands(struct options *options, unsigned n, char **operands)
{
	if (options->help)
		return true;
	if (options->command == COMMAND_CHECK) {
		if (n != 2) {
			message(MESSAGE_ERROR,
			        "check takes an IP address and a domain or sender; see spfsweep "
			        "check --help");
			return false;
		}
		options->check_ip = operands[0];
		options->check_who = operands[1];
		return true;
	}
	if (options->command == COMMAND_RETRY && n != 1) {
		message(MESSAGE_ERROR,
		        "retry takes one file, an output of spfsweep scan; see spfsweep retry "
		        "--help");
		return false;
	}
	if (n == 0) {
		message(MESSAGE_ERROR,
		        "scan needs an input file ('-' is standard input); see spfsweep scan "
		        "--help");
		return false;
	}
	options->inputs = operands;
	options->n_inputs = n;
	return true;
}

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
	if (options->unbound_config && !engine->reads_unbound_config) {
		message(MESSAGE_ERROR,
		        "--unbound-config is libunbound's, which --upstream does not use without "
		        "--dnssec: give one of them");
		return false;
	}
	return true;
}

/* Only block gzip is its own checkpoint. */
static bool check_resume(const struct options *options)
{
	if (!options->resume || options_output_is_gzip(options))
		return true;
	message(MESSAGE_ERROR,
	        "--resume needs an --output named *.gz, not '%s': only block gzip says which rows "
	        "it holds",
	        options->output);
	return false;
}

/* It stands in the output's first member, which has no room for more. */
static bool check_receiver(const struct options *options)
{
	if (!options->receiver || strlen(options->receiver) <= DNAME_MAX_BYTES)
		return true;
	message(MESSAGE_ERROR, "--receiver is longer than a domain name can be");
	return false;
}

static bool check_combination(const struct options *options)
{
	if (!check_resume(options) || !check_receiver(options))
		return false;
	if (options->trust_anchor && !options->dnssec) {
		message(MESSAGE_ERROR, "--trust-anchor has no effect without --dnssec");
		return false;
	}
	return check_forwarding(options);
}

static enum command command_of(const char *word)
{
	static const struct {
		const char *word;
		enum command command;
	} words[] = { { "scan", COMMAND_SCAN }, { "check", COMMAND_CHECK },
		{ "retry", COMMAND_RETRY }, { "help", COMMAND_HELP }, { "--help", COMMAND_HELP },
		{ "-h", COMMAND_HELP }, { "version", COMMAND_VERSION },
		{ "--version", COMMAND_VERSION }, { "-V", COMMAND_VERSION } };
	for (unsigned i = 0; i < sizeof words / sizeof words[0]; i++)
		if (!strcmp(words[i].word, word))
			return words[i].command;
	return COMMAND_NONE;
}

/* Rates are shared out in whole questions a second: no worker may be left with less than one. */
static void limit_workers(struct options *options, unsigned rate)
{
	if (rate && options->workers > rate)
		options->workers = rate;
}

bool options_parse(struct options *options, int argc, char **argv)
{
	set_defaults(options);
	options->command = argc < 2 ? COMMAND_NONE : command_of(argv[1]);
	if (options->command == COMMAND_NONE) {
		if (argc < 2)
			message(MESSAGE_ERROR,
			        "a command is missing: scan, check or retry; see spfsweep --help");
		else
			message(MESSAGE_ERROR,
			        "unknown command '%s': scan, check or retry; see spfsweep --help",
			        argv[1]);
		return false;
	}
	if (options->command == COMMAND_HELP || options->command == COMMAND_VERSION)
		return true;
	int command = options->command == COMMAND_SCAN ? FOR_SCAN
	        : options->command == COMMAND_RETRY    ? FOR_RETRY
	                                               : FOR_CHECK;
	unsigned n_operands = 0;
	bool only_operands = false;
	for (int at = 2; at < argc;) {
		if (!only_operands && !strcmp(argv[at], "--")) {
			only_operands = true;
			at++;
		} else if (!only_operands && argv[at][0] == '-' && argv[at][1]) {
			int used = take_option(options, command, argc - at, argv + at);
			if (!used)
				return false;
			at += used;
		} else {
			argv[2 + n_operands++] = argv[at++]; /* operands move to the front of what
			                                        was read already */
		}
	}
	limit_workers(options, options->queries_per_s);
	limit_workers(options, options->queries_per_s_per_upstream);
	options->engine = engines_choose(options->upstreams.n > 0, options->dnssec);
	if (!options->in_flight)
		options->in_flight = options->engine->in_flight_preset;
	return take_operands(options, n_operands, argv + 2) && check_combination(options);
}

static void print_options(FILE *out, int command)
{
	for (unsigned i = 0; i < OPTION_COUNT; i++) {
		const struct option_row *row = &option_table[i];
		if (!(row->commands & command))
			continue;
		char left[64];
		snprintf(left, sizeof left, "%s%c%s--%s%s%s", row->letter ? "-" : " ",
		        row->letter ? row->letter : ' ', row->letter ? ", " : "  ", row->name,
		        row->argument ? " " : "", row->argument ? row->argument : "");
		fprintf(out, "  %-30s %s\n", left, row->help);
	}
}

void options_print_help(FILE *out, enum command command)
{
	switch (command) {
	case COMMAND_SCAN:
		fputs("usage: spfsweep scan [OPTIONS] INPUT...\n\n"
		      "Reads CSV rows with a domain and an IP address (gzip or plain; '-' is "
		      "standard input) and writes one\n"
		      "row with SPF, reverse DNS, address and MX results for each. A header row "
		      "names the columns domain, ip,\n"
		      "sender (mailfrom, mail_from) and helo; without one, the first two are "
		      "domain and IP.\n\n",
		        out);
		print_options(out, FOR_SCAN);
		fputs("\nExit status: 0 every row written; 1 some rows were bad input (they are in "
		      "the output); 2 usage or\n"
		      "configuration; 3 stopped before the end (the output is valid up to there; "
		      "--resume goes on), or not\n"
		      "begun for want of memory, file descriptors or threads.\n",
		        out);
		break;
	case COMMAND_RETRY:
		fputs("usage: spfsweep retry [OPTIONS] RESULTS -o NEW\n\n"
		      "Reads an output of spfsweep scan, checks the rows again in which a look-up "
		      "failed (problems has temperror),\n"
		      "and writes all rows to NEW, the others as they stood. Options that decide "
		      "what is in a row (--checks,\n"
		      "--dnssec, --no-exp, --receiver, --csv-safe) must be those of the scan.\n\n",
		        out);
		print_options(out, FOR_RETRY);
		fputs("\nExit status: as of scan.\n", out);
		break;
	case COMMAND_CHECK:
		fputs("usage: spfsweep check [OPTIONS] IP DOMAIN_OR_SENDER\n\n"
		      "Checks one pair and explains each step: records, terms, look-ups and the "
		      "verdict.\n\n",
		        out);
		print_options(out, FOR_CHECK);
		fputs("\nExit status: 0 checked; 1 bad input; 2 usage or configuration; 3 no "
		      "memory or file descriptors.\n",
		        out);
		break;
	default:
		fputs("usage: spfsweep scan [OPTIONS] INPUT...                 many rows, CSV in, "
		      "CSV out\n"
		      "       spfsweep check [OPTIONS] IP DOMAIN_OR_SENDER     one pair, explained "
		      "step by step\n"
		      "       spfsweep retry [OPTIONS] RESULTS -o NEW          an output's rows "
		      "that ended in temperror, once more\n"
		      "       spfsweep COMMAND --help | --help | --version\n\n"
		      "spfsweep evaluates SPF (RFC 7208), forward-confirmed reverse DNS (RFC 8601 "
		      "iprev), addresses and MX\n"
		      "for millions of (domain, IP) pairs.\n",
		        out);
	}
}
