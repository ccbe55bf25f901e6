/* octets.h - looks at eight octets of a text at once; orders two texts.
 *
 * A word holds eight octets. Each test gives a mask in which the highest bit of an octet is set
 * when the test holds for it; a mask of 0 says that it holds for none. A mask may have more bits
 * behind the first octet for which the test holds, so it says whether and not how many. Pure. */
#ifndef BASE_OCTETS_H
#define BASE_OCTETS_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { OCTETS_WORD_BYTES = 8 };

#define OCTETS_ONES UINT64_C(0x0101010101010101)
#define OCTETS_HIGH UINT64_C(0x8080808080808080)

/* From any address. */
static inline uint64_t octets_word(const void *at)
{
	uint64_t word;
	memcpy(&word, at, sizeof word);
	return word;
}

/* Octets that are less than `limit`, which is at most 128. */
static inline uint64_t octets_below(uint64_t word, uint8_t limit)
{
	return (word - OCTETS_ONES * limit) & ~word & OCTETS_HIGH;
}

/* Octets that are `octet`. */
static inline uint64_t octets_equal(uint64_t word, uint8_t octet)
{
	return octets_below(word ^ OCTETS_ONES * octet, 1);
}

/* Octets over 127. */
static inline uint64_t octets_not_ascii(uint64_t word)
{
	return word & OCTETS_HIGH;
}

/* A total order of octet strings; <0, 0, >0. Either may be NULL when it is empty. */
static inline int octets_compare(const uint8_t *a, size_t a_size, const uint8_t *b, size_t b_size)
{
	const size_t size = a_size < b_size ? a_size : b_size;
	const int order = size ? memcmp(a, b, size) : 0;
	return order ? order : (a_size > b_size) - (a_size < b_size);
}

#endif
