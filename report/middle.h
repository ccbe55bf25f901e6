/* middle.h - the number in the middle of many: a selection octet by octet, since sorting millions
 * of them takes longer than counting them did. Pure. */
#ifndef REPORT_MIDDLE_H
#define REPORT_MIDDLE_H

#include <stdint.h>

/* The one at place n / 2 of the sorted numbers; n is not 0. Overwrites the list. */
uint64_t middle_of(uint64_t *numbers, uint32_t n);

#endif
