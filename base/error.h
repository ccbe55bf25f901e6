/* error.h - every way an operation of ours can fail, and the text a user reads for it.
 *
 * Functions that can fail return `enum error` by value; ERROR_NONE is 0, so `if (err)` reads well.
 * An error says what kind of thing went wrong; where (file, row, name) is added by whoever prints
 * it. Errors of the DNS are not here: they are data, see `enum answer_status` in "dns/answer.h".
 * Any thread may call what is here. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

enum error {
	ERROR_NONE = 0,
	ERROR_NOMEM,       /* memory could not be had */
	ERROR_SYSTEM,      /* a system call failed: errno says which way */
	ERROR_EMPTY,       /* a value that must be there is empty */
	ERROR_SYNTAX,      /* text that does not follow its grammar */
	ERROR_LABEL_EMPTY, /* a domain name with an empty label */
	ERROR_LABEL_LONG,  /* a label over 63 octets */
	ERROR_NAME_LONG,   /* a domain name over 255 octets */
	ERROR_RANGE,       /* a number outside its range */
	ERROR_TRUNCATED,   /* input that ends too early */
	ERROR_CORRUPT,     /* input that contradicts itself (a checksum, a count) */
	ERROR_LIMIT,       /* a fixed limit of this program */
	ERROR_IDN,         /* a domain name that IDNA 2008 cannot convert to A-labels */
	ERROR_COUNT
};

/* errno of a file that cannot be opened: its name leads nowhere, or to a folder, which is a mistake
 * of whoever gave it. All else may be other tomorrow. */
bool error_is_wrong_name(int errno_value);

/* One lower-case phrase, without a full stop; never NULL, lives for ever. */
const char *error_text(enum error err);

#endif
