/* stream.h - (private to resolver/forward/) one TCP connection to an upstream (RFC 7766): queries
 * are pipelined, answers come in any order.
 *
 * The first query opens it, and the next one opens it again after it was closed: servers close idle
 * connections. Nothing is matched here: the caller knows the ids of its queries. Non-blocking; all
 * calls in the worker's thread. */
#ifndef RESOLVER_FORWARD_STREAM_H
#define RESOLVER_FORWARD_STREAM_H

#include "dns/ipaddr.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream;

/* A whole message came; the octets are valid only during the call. The callback must not free the
 * stream. It may put queries and close the stream. */
typedef void stream_message(void *arg, const uint8_t *octets, size_t size);
/* The connection is gone: refused, reset, closed, or out of memory. What was not answered will not
 * be. The next put opens another one. */
typedef void stream_broken(void *arg);

/* Opens nothing yet. `arg` is for the callbacks. NULL: out of memory. */
struct stream *stream_new(struct loop *loop, const struct ipaddr *ip, uint16_t port,
        stream_message *message, stream_broken *broken, void *arg);
/* Takes NULL. Calls nobody back. */
void stream_free(struct stream *s);

/* A connection exists or is being made. */
bool stream_is_open(const struct stream *s);

/* Queues a copy of a query of at most 65535 octets; connects if need be. False: it was not queued,
 * because of memory, descriptors, or 1 MiB that waits already. */
bool stream_put(struct stream *s, const uint8_t *octets, size_t size);

/* Writes what waits and reads what came. Once a turn of the loop. All callbacks come from here. */
void stream_turn(struct stream *s);

/* Drops what was put and not answered. Calls nobody back. */
void stream_close(struct stream *s);
/* Gives its buffer for what comes in back, until more comes. Not from a callback. */
void stream_trim(struct stream *s);

#endif
