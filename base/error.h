/* error.h - every way in which an operation of ours can fail, and its text for users.
 *
 * Functions return `enum error`; ERROR_NONE is 0, so `if (err)` works. An error says what went
 * wrong; who prints it adds where (file, row, name). DNS errors are data and not here: see `enum
 * answer_status` in dns/answer.h. Pure; any thread. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

enum error {
	ERROR_NONE = 0,
	ERROR_NOMEM,       /* out of memory */
	ERROR_SYSTEM,      /* a system call failed: see errno */
	ERROR_EMPTY,       /* a value that must be there is empty */
	ERROR_SYNTAX,      /* text that does not follow its grammar */
	ERROR_LABEL_EMPTY, /* a domain name with an empty label */
	ERROR_LABEL_LONG,  /* a label over 63 octets */
	ERROR_NAME_LONG,   /* a domain name over 255 octets */
	ERROR_RANGE,       /* a number outside its range */
	ERROR_TRUNCATED,   /* input that ends too early */
	ERROR_CORRUPT,     /* input that contradicts itself: a checksum, a count */
	ERROR_LIMIT,       /* a fixed limit of this program */
	ERROR_IDN,         /* a domain name that IDNA 2008 cannot convert to A-labels */
	ERROR_COUNT
};

/* By the errno of a file that cannot be opened: true when its name is a mistake, since there is no
 * such file or it is a folder. Any other errno may be gone tomorrow. */
bool error_is_wrong_name(int errno_value);

/* One lower-case phrase, without a full stop; never NULL, lives for ever. */
const char *error_text(enum error err);

#endif
