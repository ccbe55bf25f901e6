/* fuzz_options.c - any octets as a command line, one argument a line: what is taken keeps to the
 * limits that the program counts on.
 *
 * Without a slash, so that no file but one of this folder could be read. */
#include "target.h"

#include "cli/command_line.h"

#include <string.h>

enum { ARGUMENTS_MAX = 64 };

static void check_rows(const struct options *o)
{
	require(o->output);
	require(o->workers >= 1 && o->workers <= OPTIONS_WORKERS_MAX && o->compression_level <= 12);
	require(o->window_rows >= 64 && o->progress <= PROGRESS_NEVER);
}

/* --checks, printed and read again. */
static void check_checks(const struct options *o)
{
	char text[CHECKS_TEXT_BYTES];
	unsigned again;
	require(o->checks && !(o->checks & ~(unsigned)CHECK_ALL));
	require(checks_parse(&again, checks_print(text, o->checks)) && again == o->checks);
}

static void check_line(const struct command_line *line, char **argv, int argc)
{
	const struct options *o = &line->options;
	require(line->command || line->help || line->version);
	if (line->help || line->version)
		return;
	require(line->operands == argv + 2 && line->n_operands <= (unsigned)argc);
	require(line->n_operands >= line->command->n_operands_min &&
	        line->n_operands <= line->command->n_operands_max);
	for (unsigned i = 0; i < line->n_operands; i++)
		require(line->operands[i]);
	check_rows(o);
	check_checks(o);
	require(o->in_flight >= 1 && o->in_flight <= 60000 && o->timeout_ms >= 50 &&
	        o->retries <= 20 && o->cache_mib >= 1);
	require(o->upstreams.n <= UPSTREAMS_MAX && (!o->mix_case || o->upstreams.n) &&
	        (!o->trust_anchor || o->dnssec));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size),
	     *argv[ARGUMENTS_MAX + 1] = { (char[]){ "spfsweep" } };
	require(text);
	int argc = 1;
	for (char *rest = text, *word; argc < ARGUMENTS_MAX && (word = strsep(&rest, "\n"));)
		argv[argc++] = word;
	struct command_line line;
	if (!strchr(text, '/')) {
		bool taken = command_line_parse(&line, argc, argv);
		tell_outcome(!taken ? "refused" : line.help || line.version ? "help" : "taken");
		if (taken)
			check_line(&line, argv, argc);
		command_line_fini(&line);
	}
	free(text);
	return 0;
}
