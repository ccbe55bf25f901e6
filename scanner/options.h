/* options.h - what one run of the program was told to do, as plain values.
 *
 * The command line fills a `struct options` (cli/command_line.h). headroom_fit() may lower some of
 * them. From then on it is const and may be read by any thread. Its texts are those of argv. */
#ifndef SCANNER_OPTIONS_H
#define SCANNER_OPTIONS_H

#include "checks/ask.h"
#include "checks/checks.h"
#include "input/shard.h"
#include "resolver/upstreams.h"

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#define OPTIONS_WORKERS_MAX 256
#define OPTIONS_NO_LIMIT UINT_MAX
/* Of a rate whose default depends on who is asked. */
#define OPTIONS_UNSET (UINT_MAX - 1)
/* Of a sample, in millionths. */
#define OPTIONS_SAMPLE_ALL 1000000

struct engine_type;
struct exclusions;
struct replaying;

enum progress_mode { PROGRESS_AUTO, PROGRESS_ALWAYS, PROGRESS_NEVER };

struct options {
	/* what goes in, what comes out */
	char **inputs;
	unsigned n_inputs;
	const char *output, *columns, *summary, *record;
	unsigned compression_level, sync_interval_s;
	const char *delimiter; /* a word of layout_delimiter_parse(); NULL: auto */
	bool no_header;
	unsigned sample, seed; /* millionths of the rows; which of them */
	struct shard shard;    /* count 0: the whole input */
	bool audit;            /* a row of policy for each domain */
	bool mx_ptr;
	const char *includes, *networks; /* its side files */
	bool retry;            /* the input is an output whose failed rows are done again, */
	unsigned older_than_s; /* and those that are older; OPTIONS_NO_LIMIT: no others */
	bool resume, overwrite, csv_safe, no_memo;
	bool bad_input_is_ok;           /* bad rows do not make the exit status 1 */
	unsigned max_temperror_percent; /* above it the exit status is 3 */
	unsigned sweep_s; /* so long behind the scan failed rows are asked again; 0: never */
	enum progress_mode progress;
	bool quiet; /* no messages but errors */

	/* how much at once */
	unsigned workers, window_rows, in_flight, cache_mib;
	unsigned shuffle_rows; /* rows whose order is mixed; 0: none is */
	unsigned resolver_fds; /* what one resolver may open; 0: no limit. Set by headroom_fit() */

	/* which checks, and their rules */
	unsigned checks; /* a set of enum check */
	struct asks asks;
	const char *receiver;
	bool no_exp;
	unsigned void_limit; /* OPTIONS_NO_LIMIT: none */
	unsigned deadline_ms;

	/* how the DNS is asked */
	struct upstreams upstreams;
	unsigned wishes; /* a set of enum engine_wish: the options that were given */
	const struct engine_type *engine; /* resolver/engines.h: chosen by the wishes */
	const char *unbound_config, *trust_anchor, *replay;
	const struct replaying *replaying; /* what --replay names, loaded; NULL without it */
	struct exclusions *exclusions;     /* --exclude; NULL: none. options_fini() frees them */
	const char *exclude;               /* their file */
	unsigned timeout_ms, retries;
	unsigned min_ttl_s; /* how long an answer is cached at least */
	unsigned queries_per_s, queries_per_s_per_upstream, queries_per_s_per_zone;
	bool mix_case, dnssec, allow_rewriting;

	/* mail logs: `spfsweep scan --log`, `spfsweep extract` */
	const char *log, *since, *until, *trusted; /* NULL: not given */
	unsigned year;                             /* 0: by the files' times */
	bool connects;
	bool send_local_parts; /* also those of mail logs */
	bool unique;
	const char *hash_key; /* the file of --hash-local-part */
	unsigned memory_mib;
	bool append; /* `spfsweep merge` */

	/* `spfsweep report`, `export`, `schema` */
	const char *by, *format, *where, *fields, *of;
	const char *html, *figures; /* a page; a folder of pictures; NULL: none */
	unsigned top;

	/* `spfsweep check` */
	const char *helo;
	bool json;
};

/* Frees what the options own. Takes zeroed ones. */
void options_fini(struct options *options);

/* True when the output's name ends in ".gz", in any letter case: it is block gzip. */
bool options_output_is_gzip(const struct options *options);
bool options_name_is_gzip(const char *path);

/* The output's name for messages: "standard output" for "-". */
const char *options_output_name(const struct options *options);

#endif
