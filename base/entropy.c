/* entropy.c - a kilobyte of the kernel's random numbers at a time. */
#include "base/entropy.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

/* More than 256 octets may be interrupted by a signal. */
static void fill(void *to, size_t size)
{
	uint8_t *at = to;
	while (size) {
		ssize_t n = getrandom(at, size, 0);
		if (n < 0 && errno != EINTR)
			abort();
		at += n > 0 ? n : 0;
		size -= n > 0 ? (size_t)n : 0;
	}
}

uint64_t entropy_u64(struct entropy *e)
{
	if (!e->left) {
		fill(e->words, sizeof e->words);
		e->left = sizeof e->words / sizeof e->words[0];
	}
	return e->words[--e->left];
}

uint16_t entropy_u16(struct entropy *e)
{
	if (e->current_bits == 0) {
		e->current = entropy_u64(e);
		e->current_bits = 64;
	}
	uint16_t value = (uint16_t)e->current;
	e->current >>= 16;
	e->current_bits -= 16;
	return value;
}
