/* middle.c - from the highest octet to the lowest: those with the octet of the middle stay. */
#include "report/middle.h"

uint64_t middle_of(uint64_t *numbers, uint32_t n)
{
	uint64_t found = 0;
	uint32_t before = n / 2;
	for (int shift = 56; shift >= 0; shift -= 8) {
		uint32_t counts[256] = { 0 }, left = 0;
		unsigned octet = 0;
		for (uint32_t i = 0; i < n; i++)
			counts[numbers[i] >> shift & 255]++;
		for (; counts[octet] <= before; octet++)
			before -= counts[octet];
		for (uint32_t i = 0; i < n; i++)
			if ((numbers[i] >> shift & 255) == octet)
				numbers[left++] = numbers[i];
		n = left;
		found |= (uint64_t)octet << shift;
	}
	return found;
}
