/* options.h - the command line, as one table: parser, --help, the man page's test and the defaults
 * all come from it.
 *
 * options_parse() fills a `struct options`, which is const from then on and may be read by any
 * thread. Its texts point into argv. */
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "base/error.h"
#include "resolver/upstreams.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define OPTIONS_WORKERS_MAX 256

struct engine_type;

enum command {
	COMMAND_NONE,
	COMMAND_SCAN,
	COMMAND_CHECK,
	COMMAND_RETRY,
	COMMAND_HELP,
	COMMAND_VERSION
};

enum check { CHECK_SPF = 1, CHECK_IPREV = 2, CHECK_MX = 4, CHECK_A = 8, CHECK_ALL = 15 };

enum progress_mode { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct options {
	enum command command;
	bool help; /* --help after a command */

	/* scan and retry */
	char **inputs;
	unsigned n_inputs;
	const char *output, *columns, *summary;
	unsigned checks; /* enum check */
	unsigned workers, window_rows;
	enum progress_mode progress;
	unsigned compression_level, sync_interval_s;
	bool resume, csv_safe;

	/* check */
	const char *check_ip, *check_who, *helo;

	/* all: resolver and SPF */
	struct upstreams upstreams;
	const struct engine_type *engine; /* resolver/engines.h: chosen by upstreams and dnssec */
	const char *unbound_config, *trust_anchor, *receiver;
	unsigned timeout_ms, retries, deadline_ms, queries_per_s, queries_per_s_per_upstream,
	        in_flight, cache_mib;
	bool mix_case, dnssec, no_exp;
	unsigned resolver_fds; /* headroom_fit()'s: file descriptors that one resolver may have
	                          open; 0: any number */
};

/* Fills *options with the defaults and then from argv. On a mistake it says what is wrong on
 * standard error, in one line, and returns false. */
bool options_parse(struct options *options, int argc, char **argv);

/* The help of a command, COMMAND_NONE for the program's. */
void options_print_help(FILE *out, enum command command);

/* The output's name says that it is block gzip. */
bool options_output_is_gzip(const struct options *options);

/* "spf,iprev" into a set of enum check; false on an unknown word. And back, into `text` of at least
 * 32 bytes. */
bool options_parse_checks(unsigned *checks, const char *text);
char *options_checks_text(char *text, size_t size, unsigned checks);

#endif
