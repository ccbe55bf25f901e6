/* main.c - spfsweep: which command, and what every command needs first. */
#include "base/hash.h"
#include "base/message.h"
#include "scanner/inspect.h"
#include "scanner/options.h"
#include "scanner/scan.h"
#include "scanner/version.h"

#include <stdio.h>
#include <sys/resource.h>

/* Engines hold hundreds of sockets for each worker; the usual soft limit is 1024. */
static void raise_file_limit(void)
{
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static int print(enum command command)
{
	if (command == COMMAND_VERSION)
		puts("spfsweep " SPFSWEEP_VERSION);
	else
		options_print_help(stdout, command);
	return fflush(stdout) ? EXIT_STOPPED : EXIT_DONE;
}

int main(int argc, char **argv)
{
	struct options options;
	if (!options_parse(&options, argc, argv))
		return EXIT_USAGE;
	if (options.help || options.command == COMMAND_HELP || options.command == COMMAND_VERSION)
		return print(options.command);
	hash_init();
	raise_file_limit();
	return options.command == COMMAND_SCAN ? scan_run(&options) : inspect_run(&options);
}
