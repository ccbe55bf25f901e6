/* escape.h - reads what textbuf_put_escaped() writes: the escapes of a master file (RFC 1035
 * section 5.1). Pure. */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stdint.h>

/* The octet that an escape stands for, "X" or "DDD" behind a backslash. *at is behind the
 * backslash, and behind the escape afterwards. -1: it stands for no octet. */
static inline int escape_read(const uint8_t **at, const uint8_t *end)
{
	const uint8_t *c = *at;
	if (c == end)
		return -1;
	if (*c < '0' || *c > '9') {
		++*at;
		return *c;
	}
	if (end - c < 3 || c[1] < '0' || c[1] > '9' || c[2] < '0' || c[2] > '9')
		return -1;
	int octet = (c[0] - '0') * 100 + (c[1] - '0') * 10 + (c[2] - '0');
	*at += 3;
	return octet <= UINT8_MAX ? octet : -1;
}

#endif
