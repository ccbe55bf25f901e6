/* option_table.h - the options, as one table: the parser, the defaults, --help, the note of an
 * output, the manifest and the tests that compare documents read it.
 *
 * A new option is one row of the table, one member of struct options, and one paragraph in
 * docs/spfsweep.1. The row says what the option decides. An option that decides rows stands in an
 * output's note, where --resume and retry compare it. Pure, but that messages go to the user. */
#ifndef CLI_OPTION_TABLE_H
#define CLI_OPTION_TABLE_H

#include "base/json.h"
#include "resolver/engine.h"
#include "results/note.h"
#include "scanner/options.h"

#include <stdbool.h>
#include <stddef.h>

/* A command takes the options of several groups (commands.h). */
enum option_group {
	GROUP_SCAN = 1,     /* how an input is understood */
	GROUP_ROWS = 2,     /* many rows in, as many out, by asking the DNS */
	GROUP_CHECK = 4,    /* one pair */
	GROUP_RESOLVER = 8, /* how the DNS is asked, and the rules of the checks */
	GROUP_EVERY = 16,   /* of every command */
	GROUP_OUTPUT = 32,  /* an output, and the summary of it */
	GROUP_LOG = 64,     /* how mail logs are read */
	GROUP_EXTRACT = 128,
	GROUP_MEMORY = 256, /* of the commands that have tables of groups */
	GROUP_SENT = 512,   /* of the commands that take senders from mail logs */
	GROUP_MERGE = 1024, /* outputs into one */
	GROUP_AUDIT = 2048, /* rows of policy */
	GROUP_EDGES = 4096, /* what is written beside them */
	GROUP_REPORT = 8192,
	GROUP_RETRY = 16384, /* which rows of an output are done again */
	GROUP_EXPORT = 32768,
	GROUP_SCHEMA = 65536,
	GROUP_FIELDS = 131072, /* which columns */
	GROUP_WHERE = 262144,  /* which rows of results */
};

/* Rows of the table, at most. */
enum { OPTIONS_MAX = 128 };

enum option_kind {
	KIND_FLAG,      /* bool */
	KIND_TEXT,      /* const char * */
	KIND_NUMBER,    /* unsigned */
	KIND_SHARE,     /* unsigned, millionths: "1%" or "0.01" */
	KIND_LIMIT,     /* unsigned, or the word "none": OPTIONS_NO_LIMIT */
	KIND_CHECKS,    /* unsigned, a set of enum check */
	KIND_ASK,       /* struct asks: one more */
	KIND_UPSTREAM,  /* struct upstreams: one more */
	KIND_UPSTREAMS, /* struct upstreams: a file of them */
	KIND_EXCLUDE,   /* struct exclusions *, and its file */
	KIND_PROGRESS,  /* enum progress_mode */
	KIND_BAD_INPUT, /* bool: `ok` */
	KIND_SHARD,     /* struct shard */
	KIND_AGE,       /* unsigned, seconds; not given: OPTIONS_NO_LIMIT */
	KIND_HELP,      /* no member */
};

/* What an option decides. Every row of the table says it. */
enum option_decides {
	DECIDES_ROWS = 1, /* what stands in the rows: in the note; --resume and retry compare it */
	DECIDES_INPUT,    /* which column is what: the note has lines of its own for that */
	DECIDES_ASKING,   /* how the DNS is asked: a scan may go on with another value */
	DECIDES_RUN,      /* how the run goes: files, memory, speed, messages */
};

struct option_row {
	const char *name;
	char letter; /* 0: none */
	enum option_group group;
	enum option_kind kind;
	size_t offset; /* of the member of struct options */
	enum option_decides decides;
	/* Its member of the manifest's `options`. "!x": x is its opposite. NULL: none. */
	const char *manifest;
	unsigned min, max, preset; /* numbers */
	const char *preset_text;   /* the value of a text that is not given; NULL: none */
	const char *argument;      /* NULL: takes no value */
	const char *help;
	unsigned wish; /* enum engine_wish: the option wishes an engine that serves it; 0: none */
	const char *words; /* what a text can be, for completion; NULL: anything */
};

/* Row `i` of the table, in the order of --help. NULL: there is none. */
const struct option_row *option_at(unsigned i);

/* A name may stand in several rows, of groups that no command takes together.
 *
 * The option of one of `groups` with that name; with that letter when `letter` is not 0. NULL:
 * there is none. */
const struct option_row *option_find(const char *name, size_t size, char letter, unsigned groups);

/* Fills *options with the defaults. */
void options_set_defaults(struct options *options);

/* Sets an option. `value` must outlive *options; NULL for an option that takes none. False after
 * telling the user, in one line, what is wrong. */
bool option_set(struct options *options, const struct option_row *row, const char *value);

/* Adds a line to the note for every option that decides rows. Out of memory: the value fails. */
void options_put_note(struct note *note, const struct options *options);

/* Adds the members of the manifest's `options`. Out of memory: j->out->failed. */
void options_put_json(struct json *j, const struct options *options);

#endif
