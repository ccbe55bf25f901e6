/* spares.h - the buffers that workers print into next.
 *
 * A buffer that grows from nothing for each batch is copied again and again, and is new memory to
 * the processor. Whoever packs a batch puts its buffers here, and any worker takes the one that was
 * put last: the thread that packs is seldom the one that filled. One lock, taken twice for a buffer
 * of some thousand rows. Any thread. */
#ifndef SCANNER_SPARES_H
#define SCANNER_SPARES_H

#include "base/textbuf.h"

#include <pthread.h>
#include <stdbool.h>

/* A larger buffer is not kept. */
enum { SPARES_BUFFER_MAX_BYTES = 1 << 20 };

struct spares {
	pthread_mutex_t lock;
	struct textbuf *buffers; /* NULL: none is kept */
	unsigned n, most;
};

/* Keeps up to `most` buffers. False: out of memory. spares_fini() follows either way. */
bool spares_init(struct spares *s, unsigned most);
void spares_fini(struct spares *s);

/* Empties the buffer, whose memory is kept here or freed. `failed` is reset. */
void spares_put(struct spares *s, struct textbuf *buffer);
/* Gives the buffer, which has no memory, that of a spare one. There may be none. */
void spares_take(struct spares *s, struct textbuf *buffer);

#endif
