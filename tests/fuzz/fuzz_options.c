/* fuzz_options.c - any octets as a command line, one argument a line: what is taken keeps to the
 * limits that the program counts on.
 *
 * Without a slash, so that no file but one of this folder could be read. */
#include "target.h"

#include "cli/options.h"

#include <string.h>

enum { ARGUMENTS_MAX = 64 };

static void check_scan(const struct options *o, char **argv, int argc)
{
	require(o->n_inputs >= 1 && o->n_inputs <= (unsigned)argc && o->inputs == argv + 2 &&
	        o->output);
	require(o->workers >= 1 && o->workers <= OPTIONS_WORKERS_MAX && o->compression_level >= 1 &&
	        o->compression_level <= 12);
	require(o->window_rows >= 64 && o->progress <= PROGRESS_NEVER);
	for (unsigned i = 0; i < o->n_inputs; i++)
		require(o->inputs[i]);
}

/* --checks, printed and read again. */
static void check_checks(const struct options *o)
{
	char text[CHECKS_TEXT_BYTES];
	unsigned again;
	require(o->checks && !(o->checks & ~(unsigned)CHECK_ALL));
	require(checks_parse(&again, checks_print(text, o->checks)) && again == o->checks);
}

static void check_options(const struct options *o, char **argv, int argc)
{
	require(o->command != COMMAND_NONE);
	if (o->help || o->command == COMMAND_HELP || o->command == COMMAND_VERSION)
		return;
	if (o->command == COMMAND_SCAN)
		check_scan(o, argv, argc);
	else
		require(o->check_ip && o->check_who);
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
	struct options options;
	if (!strchr(text, '/') && options_parse(&options, argc, argv))
		check_options(&options, argv, argc);
	free(text);
	return 0;
}
