/* stream.c - each message follows its length in two octets (RFC 1035 section 4.2.2). */
#include "resolver/forward/stream.h"

#include "base/textbuf.h"
#include "resolver/endpoint.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	WAITING_MAX_BYTES = 1 << 20,
	MESSAGE_MAX_BYTES = 65535,
	LENGTH_BYTES = 2,
	READ_BYTES = 1 << 16,
	READS_MAX = 16
};

struct stream {
	struct loop *loop;
	struct loop_event *event;
	stream_message *message;
	stream_broken *broken;
	void *arg;
	struct ipaddr ip;
	uint16_t port;
	int fd; /* -1: closed */
	bool readable;
	struct textbuf out;
	size_t out_at; /* octets of `out` that were written */
	uint8_t *in;   /* what came and is not a whole message yet */
	size_t n_in, in_capacity;
};

struct stream *stream_new(struct loop *loop, const struct ipaddr *ip, uint16_t port,
        stream_message *message, stream_broken *broken, void *arg)
{
	struct stream *s = calloc(1, sizeof *s);
	if (!s)
		return NULL;
	*s = (struct stream){ .loop = loop,
		.message = message,
		.broken = broken,
		.arg = arg,
		.ip = *ip,
		.port = port,
		.fd = -1 };
	return s;
}

void stream_close(struct stream *s)
{
	loop_event_free(s->event);
	s->event = NULL;
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	s->readable = false;
	s->out.size = s->out_at = s->n_in = 0;
}

void stream_trim(struct stream *s)
{
	free(s->in);
	s->in = NULL;
	s->n_in = 0;
}

void stream_free(struct stream *s)
{
	if (!s)
		return;
	stream_close(s);
	textbuf_fini(&s->out);
	free(s->in);
	free(s);
}

static void mark_readable(void *arg)
{
	((struct stream *)arg)->readable = true;
}

static bool stream_open(struct stream *s)
{
	int on = 1;
	struct sockaddr_storage to;
	socklen_t size = endpoint_sockaddr(&to, &s->ip, s->port);
	s->fd = socket(to.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return false;
	setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	if ((connect(s->fd, (struct sockaddr *)&to, size) && errno != EINPROGRESS) ||
	        !(s->event = loop_watch(s->loop, s->fd, mark_readable, s))) {
		stream_close(s);
		return false;
	}
	return true;
}

bool stream_is_open(const struct stream *s)
{
	return s->fd >= 0;
}

bool stream_put(struct stream *s, const uint8_t *octets, size_t size)
{
	uint8_t length[LENGTH_BYTES] = { (uint8_t)(size >> 8), (uint8_t)size };
	if (s->fd < 0 && !stream_open(s))
		return false;
	if (s->out.size - s->out_at + size > WAITING_MAX_BYTES)
		return false;
	size_t before = s->out.size;
	textbuf_put(&s->out, length, sizeof length);
	textbuf_put(&s->out, octets, size);
	if (!s->out.failed)
		return true;
	s->out.failed = false;
	s->out.size = before;
	return false;
}

static void stream_break(struct stream *s)
{
	stream_close(s);
	s->broken(s->arg);
}

/* False: the connection is gone. While it is being made, send() fails with EAGAIN. */
static bool write_out(struct stream *s)
{
	while (s->out_at < s->out.size) {
		ssize_t n = send(
		        s->fd, s->out.bytes + s->out_at, s->out.size - s->out_at, MSG_NOSIGNAL);
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		s->out_at += (size_t)n;
	}
	s->out.size = s->out_at = 0;
	return true;
}

/* Hands over every whole message and keeps the rest. The receiver may put queries meanwhile: that
 * does not touch `in`. */
static void take_messages(struct stream *s)
{
	size_t at = 0;
	while (s->n_in - at >= LENGTH_BYTES) {
		size_t size = (size_t)s->in[at] << 8 | s->in[at + 1];
		if (s->n_in - at - LENGTH_BYTES < size)
			break;
		s->message(s->arg, s->in + at + LENGTH_BYTES, size);
		if (s->fd < 0)
			return; /* the receiver closed it */
		at += LENGTH_BYTES + size;
	}
	memmove(s->in, s->in + at, s->n_in - at);
	s->n_in -= at;
}

static bool has_room(struct stream *s)
{
	if (s->in)
		return true;
	s->in_capacity = READ_BYTES + LENGTH_BYTES + MESSAGE_MAX_BYTES;
	s->in = malloc(s->in_capacity);
	return s->in != NULL;
}

/* False: the connection is gone. */
static bool read_in(struct stream *s)
{
	for (int i = 0; i < READS_MAX && s->readable && s->fd >= 0; i++) {
		if (!has_room(s))
			return false;
		ssize_t n = recv(s->fd, s->in + s->n_in, s->in_capacity - s->n_in, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN) {
			s->readable = false;
			return true;
		}
		if (n <= 0)
			return false;
		s->n_in += (size_t)n;
		take_messages(s);
	}
	return true;
}

void stream_turn(struct stream *s)
{
	if (s->fd >= 0 && !write_out(s))
		stream_break(s);
	if (s->fd >= 0 && s->readable && !read_in(s))
		stream_break(s);
}
