/* layout.h - which column of the input is what, and how its columns are separated.
 *
 * Decided once, from the first records and what the command line says:
 *
 *     --columns domain,ip,x        positions; there is no header row
 *     --columns domain=site        names of the header row; other columns by the names we know
 *     --no-header                  domain, ip and others, or rank and domain
 *     nothing                      a header row with a name we know and no value; else as
 *                                  --no-header, when the first record is a domain and an address, a
 *                                  domain alone, or a rank and a domain
 *
 * Whatever else the first record is, it is refused: a guess would ask the DNS about columns that
 * nobody meant. So is a header row that leaves the domain or the address in a column of another
 * name, as the first data row shows. The reason has what to type. Pure. */
#ifndef INPUT_LAYOUT_H
#define INPUT_LAYOUT_H

#include "input/advice.h"

#include <stdbool.h>

/* What the command line says of it. */
struct layout_wish {
	const char *columns; /* --columns, or NULL */
	bool no_header;      /* --no-header */
	char delimiter;      /* --delimiter; 0: auto */
};

/* A value of --delimiter: auto (0), one of , ; |, tab. False: it is none. */
bool layout_delimiter_parse(char *delimiter, const char *text);
/* The same as text. */
const char *layout_delimiter_text(char delimiter);
/* The delimiter that a line `sep=;` of a spreadsheet names. False: it is no such line, or names one
 * that --delimiter does not know. */
bool layout_sep_line(char *delimiter, struct csv_field line);
/* With --delimiter auto: what separates the columns of the first line. */
char layout_find_delimiter(const struct layout_wish *wish, struct csv_field line);

enum layout_state {
	LAYOUT_REFUSED,
	LAYOUT_DECIDED,
	LAYOUT_NAMED,   /* a header row by its names: layout_confirm() has the last word */
	LAYOUT_UNKNOWN, /* nothing that is known: layout_refuse() */
};

/* From the first record; NULL: the input is empty. When it is refused `why` gets one line. */
enum layout_state layout_decide(struct layout *layout, const struct layout_wish *wish,
        const struct csv_record *first, struct textbuf *why);
/* After LAYOUT_NAMED, from the first data row; NULL: there is none. False: refused. */
bool layout_confirm(const struct layout *layout, const struct csv_record *data,
        const struct typed_file *file, struct textbuf *why);
/* After LAYOUT_UNKNOWN, from the record behind, or NULL. `begin_line`: the line of the first record
 * for which layout_begins() is true, or 0. */
void layout_refuse(const struct layout *layout, const struct layout_wish *wish,
        const struct csv_record *next, uint64_t begin_line, const struct typed_file *file,
        struct textbuf *why);
/* A record that could be the first: a header row, or data. */
bool layout_begins(const struct layout_wish *wish, const struct csv_record *record);
/* Names the columns after the fields of a header row. True if it has a name we know; the first of
 * two for the same role counts. */
bool layout_from_names(struct layout *layout, const struct csv_record *record);

/* What separates the names in the first record of another file when nothing else tells its header
 * row from that of the layout. 0: something else does. */
char layout_other_delimiter(const struct layout *l, const struct csv_record *first);

/* Appends "domain=2 (site)", the column that has the role. */
void layout_tell_column(struct textbuf *out, const struct layout *l, enum role role);
/* Appends "domain=2 (site), ip=1; no sender, no helo; 3 more pass through". */
void layout_tell(struct textbuf *out, const struct layout *layout);

#endif
