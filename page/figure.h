/* figure.h - the numbers of one chart, and the sentence that they come to: what draw.h makes a
 * picture of, table.h a table, and both --html and --figures.
 *
 * Rows point into the report that they are of, which outlives the figure. A figure is large, and is
 * filled, printed and filled again; it is never copied. One thread. */
#ifndef PAGE_FIGURE_H
#define PAGE_FIGURE_H

#include "page/words.h"

#include <stdint.h>

enum figure_shape {
	FIGURE_SHARE,     /* one bar for all, cut into shares */
	FIGURE_BARS,      /* a bar for each row, the largest first */
	FIGURE_HISTOGRAM, /* a column for each bin */
};

enum { FIGURE_ROWS_MAX = 64, FIGURE_SERIES_MAX = 8, FIGURE_OWN_BYTES = 64, FIGURE_TICK_BYTES = 16 };

struct figure_row {
	struct csv_field label;       /* text, of strangers too */
	char own[FIGURE_OWN_BYTES];   /* in its place, when it is empty */
	char tick[FIGURE_TICK_BYTES]; /* of a bin: what stands below it; or empty */
	struct csv_field detail;      /* what the label means, or why; or empty */
	struct csv_field whose;       /* of a client: the domain that it sends as; or empty */
	uint64_t n;                   /* the sum of its values */
	uint64_t values[FIGURE_SERIES_MAX];
	enum words_colour colour; /* without series */
};

struct figure_series {
	const char *name;
	enum words_colour colour;
};

struct figure {
	const char *id;       /* of its place in the page, and the name of its files */
	const char *question; /* a constant */
	enum figure_shape shape;
	struct textbuf sentence, notes;       /* markup */
	const char *unit;                     /* what is counted: "messages" */
	const char *label_head, *detail_head; /* of the table; NULL: no details */
	const char *whose_head;               /* NULL: none */
	bool shows_details;                   /* in the picture, too */
	struct figure_series series[FIGURE_SERIES_MAX];
	unsigned n_series; /* 0: rows have one number */
	struct figure_row rows[FIGURE_ROWS_MAX];
	unsigned n_rows;
	uint64_t total;          /* what shares are of */
	uint64_t n_more;         /* rows that are not shown */
	unsigned n_names, first; /* rows that have a name, and the first of them */
	uint64_t n_alike;        /* other names with as many as that, also those not shown */
	unsigned limit_at;       /* of a histogram: a line before this row; 0: none */
	const char *limit_label; /* what it says */
};

/* Empties it, and keeps its memory. */
void figure_begin(struct figure *f, const char *id, const char *question, enum figure_shape shape);
/* Takes a zeroed one. */
void figure_fini(struct figure *f);

/* One more row, with the number. NULL: there are FIGURE_ROWS_MAX. */
struct figure_row *figure_add(struct figure *f, struct csv_field label, uint64_t n);
struct csv_field figure_label(const struct figure_row *row);
/* The largest number of a row. */
uint64_t figure_most(const struct figure *f);

/* Append a number, "12 345", and a share, "7.3 %", with narrow no-break spaces. A share that is not
 * nothing is not printed as 0 %, nor one that is not all as 100 %. Pure. */
void figure_put_count(struct textbuf *out, uint64_t n);
void figure_put_share(struct textbuf *out, uint64_t part, uint64_t whole);
/* A number and what it counts: "1 message", "2 messages". `things` ends with s. */
void figure_put_things(struct textbuf *out, uint64_t n, const char *things);

/* The numbers as CSV, with a header row; names are whole. */
void figure_put_csv(struct textbuf *out, const struct figure *f);

#endif
