/* error.c - the text table of "base/error.h". Indexed by the enum, so that a new error without a
 * text is seen by the test. */
#include "base/error.h"

#include <errno.h>
#include <stddef.h>

static const char *const texts[ERROR_COUNT] = {
	[ERROR_NONE] = "no error",
	[ERROR_NOMEM] = "out of memory",
	[ERROR_SYSTEM] = "a system call failed",
	[ERROR_EMPTY] = "an empty value",
	[ERROR_SYNTAX] = "a syntax error",
	[ERROR_LABEL_EMPTY] = "an empty label in a domain name",
	[ERROR_LABEL_LONG] = "a label over 63 octets in a domain name",
	[ERROR_NAME_LONG] = "a domain name over 255 octets",
	[ERROR_RANGE] = "a number out of range",
	[ERROR_TRUNCATED] = "the input ends too early",
	[ERROR_CORRUPT] = "the input contradicts itself",
	[ERROR_LIMIT] = "a limit of this program",
	[ERROR_IDN] = "a domain name that IDNA 2008 does not allow",
};

const char *error_text(enum error err)
{
	const char *text = (unsigned)err < ERROR_COUNT ? texts[err] : NULL;
	return text ? text : "an unknown error";
}

bool error_is_wrong_name(int errno_value)
{
	return errno_value == ENOENT || errno_value == ENOTDIR || errno_value == EISDIR ||
	        errno_value == ENAMETOOLONG || errno_value == ELOOP;
}
