/* atfile.h - (private to input/) the one file of the inputs that is read now: `at`, `source`,
 * `csv`, `digest` and the next record, `first`. One thread. With a `stop` that is NULL nothing ends
 * a wait. */
#ifndef INPUT_ATFILE_H
#define INPUT_ATFILE_H

#include "base/digest.h"
#include "base/error.h"
#include "base/textbuf.h"
#include "input/expansion.h"
#include "input/layout.h"
#include "input/sampling.h"
#include "input/shard.h"
#include "io/csv.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* One row from the input. Its texts are the reader's and valid until the next row. */
struct input_row {
	uint64_t number;          /* in the whole input, from 1; grows from row to row */
	struct csv_record record; /* what to check */
	/* `retry`: what the row was in the output, without its line end. Else text is NULL. */
	struct csv_field printed;
	bool keep; /* write `printed` again as it stands, check nothing */
};

/* Files whose rows hold the input's rows among other columns: how one is taken out of the other.
 * The functions are called from the feeder's thread. */
struct input_form {
	size_t row_max_bytes;
	/* Read a regular file once before the scan: what is wrong with a row far behind is told
	 * before anything is asked. */
	bool looks_ahead;
	const char *refusal; /* row() sets it: why, when it gives ERROR_SYNTAX; NULL: no such row */
	/* What the note says of the columns, from 0 or COLUMN_NONE. Without it their names do. */
	bool has_columns;
	int columns[ROLE_COUNT];
	char delimiter; /* of the input, for our note; 0: a comma */
	/* From the first record: the header row of the input. False: the file is not of this form;
	 * the user was told why, with `path`. */
	bool (*begin)(struct input_form *form, const char *path, const struct csv_record *first,
	        struct csv_record *header);
	/* From any other record: the row. Its number is set to how many-th it is, and may be
	 * changed. ERROR_SYNTAX: it is no row of this form; ERROR_NOMEM. */
	enum error (*row)(
	        struct input_form *form, const struct csv_record *record, struct input_row *row);
};

/* Files that are no CSV, as records of CSV: mail logs (logs/logfiles.h). Its functions are called
 * from the feeder's thread. */
struct input_reader {
	const char *header; /* the names of its columns, as a record */
	uint64_t raw_bytes; /* read so far */
	bool broke;         /* a file cannot be read to its end */
	/* Of each of the inputs' files that was read to its end. NULL: not wanted. */
	char (*digests)[DIGEST_TEXT_BYTES];
	/* The next record, valid until the next call of it or would_block(). False at the end, at
	 * *stop, or when `broke` is set: then the user was told. */
	bool (*next)(
	        struct input_reader *reader, struct csv_record *record, const volatile bool *stop);
	/* True when next() would have to wait for a pipe. */
	bool (*would_block)(struct input_reader *reader);
	/* The current file's name, for messages. */
	const char *(*path)(const struct input_reader *reader);
};

struct inputs {
	char **paths;
	unsigned n_paths, at;
	const char *command; /* struct inputs_config */
	struct input_form *form;
	struct input_reader *reader;
	struct source *source;
	struct csv_reader *csv;
	struct layout layout;
	struct layout_wish wish;
	struct csv_record first; /* the next record, read but not yet given out */
	bool has_first;
	bool is_taken;              /* that record is a row to be given out, or several */
	unsigned decided_by;        /* which file has the first record */
	struct textbuf row, fields; /* a record of another delimiter, with commas */
	struct digest *digest;      /* of the current file; NULL: not wanted */
	/* Of each file that was read to its end, "" for the others. NULL: not wanted. Owned. */
	char (*digests)[DIGEST_TEXT_BYTES];
	struct shard_filter *filter; /* --shard; NULL: all rows are given out */
	bool expands;
	struct sampling sampling;
	struct expansion expansion; /* of a record that is taken: its rows that are left */
	bool is_by_address;         /* the shard takes some of these, and not others */
	/* Data rows up to the one given out last, with those of other shards and of no sample. */
	uint64_t n_records;
	uint64_t n_rows;     /* data rows given out */
	uint64_t raw_before; /* raw bytes of the files before this one */
	bool broke;          /* an input cannot be read to its end; a later run may succeed, */
	bool is_wrong;       /* ... but not where this is set, too */
	/* written here, read by the progress thread */
	_Atomic uint64_t raw_bytes, raw_size; /* raw_size 0: unknown */
};

/* Opens file `at`. A FIFO waits for its writer; a signal ends the wait, and with *stop set that is
 * no error. False: the user was told, or *stop is set. */
bool atfile_open(struct inputs *in, unsigned at, const volatile bool *stop);
/* Takes a file that is not open. */
void atfile_close(struct inputs *in);

/* For a file that will be read to its end, not only checked. False: out of memory, told. */
bool atfile_begin_digest(struct inputs *in);
/* The file was read to its last record; reads what stands behind it. */
void atfile_end_digest(struct inputs *in, const volatile bool *stop);

/* The next record into `first`, with commas between its fields whatever the file has. */
bool atfile_read(struct inputs *in, const volatile bool *stop);

/* Tells what the source's error is, and sets `broke`. Returns false. */
bool atfile_fail(struct inputs *in);
/* The same where memory is lacking. */
bool atfile_fail_without_memory(struct inputs *in, const char *path);

#endif
