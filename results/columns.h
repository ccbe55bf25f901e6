/* columns.h - the output's columns, as one table: the header row, the rows and docs/output.md (a
 * test compares) come from it.
 *
 * An output has `row`, the input's columns as they stood, then ours. Ours are found by name. An
 * output of an older version has fewer of them; it is read, continued and retried in the columns
 * that it was begun with, a `column_set`. Names are a contract: they are added, never renamed or
 * removed. Each --ask has a column more, with the name that its list gives it (checks/ask.h). Pure.
 */
#ifndef RESULTS_COLUMNS_H
#define RESULTS_COLUMNS_H

#include "base/textbuf.h"
#include "checks/ask.h"
#include "input/inputs.h"
#include "results/outcome.h"

enum { COLUMNS_MAX = 96 };

/* What the text of a column is. docs/output.md, "Types", says how each is written; export/ reads it
 * back. An empty text is none of any type: NULL. */
enum column_type {
	TYPE_TEXT,      /* words are text, too */
	TYPE_INTEGER,   /* not negative, below 2^63 */
	TYPE_WIDE,      /* not negative, up to 2^64, which no 64 bits hold */
	TYPE_BOOLEAN,   /* `yes`, `no` */
	TYPE_TIMESTAMP, /* RFC 3339, UTC, whole seconds */
	/* lists, joined with `;` */
	TYPE_TEXTS,     /* of names or words */
	TYPE_ADDRESSES, /* of IP addresses */
	TYPE_NETWORKS,  /* of address/length */
	TYPE_MX,        /* of "preference host" */
	TYPE_HOSTS,     /* of "host address,address"; of a host without addresses "host" */
	TYPE_REVERSE,   /* of "address result name"; the name may be missing */
	TYPE_COUNT
};

enum column_flags {
	COLUMN_QUOTED = 1, /* its text may hold a comma or a quote */
	COLUMN_TIME = 2,   /* a time: not compared when two rows are (results_same()) */
	/* Its text hangs on that subject: enum subject. */
	COLUMN_OF_ADDRESS = 4,
	COLUMN_OF_DOMAIN = 8,
	COLUMN_OF_POLICY = 16,
};

/* Its name and text: column_name(), column_put(). */
struct column {
	const char *name; /* NULL: one of --ask */
	void (*put)(struct textbuf *out, const struct outcome *o);
	unsigned since; /* the first version whose outputs have it */
	unsigned flags; /* a set of enum column_flags */
	enum column_type type;
	unsigned ask; /* of --ask: its place in the list */
};

/* The columns of one output, in its order. */
struct column_set {
	unsigned n;
	const struct column *at[COLUMNS_MAX];
	const struct asks *asks; /* of the output; NULL: none. Outlives the set */
};

/* The columns of a new output. `asks` may be NULL. */
void columns_all(struct column_set *set, const struct asks *asks);
/* Column `i` of an audit's output, in its order (audit_columns.c, docs/audit.md). One without `put`
 * is a scan's column of that name. NULL: there are only `i`. */
const struct column *audit_column_at(unsigned i);
/* The columns of a new output of an audit. */
void columns_of_audit(struct column_set *set, const struct asks *asks);
/* True when it has a column that only an audit has. */
bool columns_are_of_audit(const struct column_set *set);
/* The columns of version 0.1.0. */
void columns_of_0_1(struct column_set *set);
/* The lists of columns that versions of this program wrote, the newest first, and that of an audit,
 * each with those of set->asks. False: there are only `i` of them. */
bool columns_of_list(struct column_set *set, unsigned i);
/* The name of column `i` of the set. Lives as long as set->asks. */
const char *column_name(const struct column_set *set, unsigned i);
/* The type of the column of that name, of a scan or an audit; of `row`, too. False: neither has
 * one. */
bool columns_find_type(struct csv_field name, enum column_type *type);
/* The type of the columns of --ask: a list of records, or of one word. */
#define COLUMNS_ASK_TYPE TYPE_TEXTS
/* The columns of --ask stand before this one: `problems` counts their failures, and the columns of
 * time stay the last. */
#define COLUMNS_BEHIND_ASKS "problems"

/* The files beside an audit: their columns, in their order. */
enum edge_file { EDGES_INCLUDES, EDGES_NETWORKS, EDGE_FILES };
struct edge_column {
	const char *name;
	enum column_type type;
};
/* NULL: there are only `i`. */
const struct edge_column *edge_column_at(enum edge_file file, unsigned i);
/* Appends the header row with its line end. */
void edge_columns_put_header(struct textbuf *out, enum edge_file file);

/* Appends the text of column `i`, without quotes of CSV. */
void column_put(
        struct textbuf *out, const struct column_set *set, unsigned i, const struct outcome *o);
/* True for the name of one of ours, also of another list, in any letter case; and for `row`. */
bool columns_have_name(const char *name);
/* Adds the column of that name. False: there is no such column, or the set has it already. */
bool columns_add_name(struct column_set *set, struct csv_field name);
/* The longest list of columns that some version wrote and that these names end with, with those of
 * set->asks. False: they end with none. */
bool columns_of_names(struct column_set *set, const struct csv_field *names, unsigned n);

/* True for the same columns in the same order. */
bool columns_same(const struct column_set *a, const struct column_set *b);

/* Appends the header row with its line end. */
void columns_put_header(
        struct textbuf *out, const struct layout *layout, const struct column_set *set);

/* Where the results of a row stand in a buffer: from `begin` on, and the end of each column. */
struct column_ends {
	size_t begin;
	unsigned n;
	uint32_t at[COLUMNS_MAX]; /* from `begin` */
};

/* The columns of one subject out of the results of a row, as outcome.known has them: of each column
 * its size in two octets, and its text. columns_known_bytes() gives the octets that they take;
 * SIZE_MAX: a text is too long for its size. columns_put_known() needs room for as many. */
size_t columns_known_bytes(
        const struct column_set *set, const struct column_ends *ends, enum subject subject);
void columns_put_known(char *out, const struct column_set *set, const struct column_ends *ends,
        const char *results, enum subject subject);

/* Appends a finished row with its line end, in three parts: what is the row's own, what hangs on
 * its key and the answers, and the columns of time, the last. `scratch` is used for quoting; its
 * contents are lost. `ends` may be NULL. Out of memory: out->failed. */
void columns_put_head(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        uint64_t number, const struct csv_record *record);
void columns_put_results(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct column_set *set, const struct outcome *o, struct column_ends *ends);
void columns_put_times(struct textbuf *out, const struct column_set *set, const struct outcome *o);

/* All three. `scratch` is used for quoting; its contents are lost.
 * Out of memory: out->failed. */
void columns_put_row(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct column_set *set, const struct outcome *o);

/* Appends the input's columns alone, as columns_put_row() does. */
void columns_put_input(struct textbuf *out, struct textbuf *scratch, const struct layout *layout,
        const struct csv_record *record);

#endif
