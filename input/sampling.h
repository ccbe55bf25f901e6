/* sampling.h - which rows are in a sample: by a hash of the domain, so that rows of one domain are
 * all in it or none is, and the same list gives the same sample, whatever its order. One thread. */
#ifndef INPUT_SAMPLING_H
#define INPUT_SAMPLING_H

#include "input/layout.h"

#include <stdint.h>

/* Zeroed: every row. */
struct sampling {
	uint32_t share; /* of 2^32 domains so many; 0: all */
	unsigned seed;  /* another one gives another sample */
	struct textbuf scratch;
};

/* `share` for so many of `all`. */
uint32_t sampling_share(unsigned n, unsigned all);

/* Whether the row is in the sample. Without a domain its first field counts. */
bool sampling_takes(
        struct sampling *s, const struct layout *layout, const struct csv_record *record);

#endif
