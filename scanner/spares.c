/* spares.c - a stack under a lock. */
#include "scanner/spares.h"

#include <stdlib.h>

bool spares_init(struct spares *s, unsigned most)
{
	*s = (struct spares){ .most = most };
	pthread_mutex_init(&s->lock, NULL);
	s->buffers = calloc(most, sizeof *s->buffers);
	return s->buffers;
}

void spares_fini(struct spares *s)
{
	while (s->n)
		textbuf_fini(&s->buffers[--s->n]);
	free(s->buffers);
	s->buffers = NULL;
	pthread_mutex_destroy(&s->lock);
}

static bool keep(struct spares *s, const struct textbuf *buffer)
{
	bool has_room = false;
	pthread_mutex_lock(&s->lock);
	if (s->buffers && s->n < s->most) {
		s->buffers[s->n++] = *buffer;
		has_room = true;
	}
	pthread_mutex_unlock(&s->lock);
	return has_room;
}

void spares_put(struct spares *s, struct textbuf *buffer)
{
	textbuf_reset(buffer);
	if (buffer->bytes && buffer->capacity <= SPARES_BUFFER_MAX_BYTES && keep(s, buffer))
		*buffer = (struct textbuf){ 0 };
	else
		textbuf_fini(buffer);
}

void spares_take(struct spares *s, struct textbuf *buffer)
{
	pthread_mutex_lock(&s->lock);
	if (s->n)
		*buffer = s->buffers[--s->n];
	pthread_mutex_unlock(&s->lock);
}
