/* stream.h - (private to resolver/) one TCP connection to an upstream, for answers that no datagram
 * holds (RFC 7766): queries go out as they come, answers come in any order.
 *
 * Non-blocking throughout; all calls come from the worker's thread. It is opened by the first query
 * and again after it was closed: servers close idle connections, and that loses only what was open.
 * Nothing is matched here: whoever put a query knows its id. */
#ifndef RESOLVER_FORWARD_STREAM_H
#define RESOLVER_FORWARD_STREAM_H

#include "dns/ipaddr.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct stream;

/* A whole message of the upstream's; the octets are valid only during the call. It must not free
 * the stream, but may put queries. */
typedef void stream_message(void *arg, const uint8_t *octets, size_t size);
/* The connection is gone (refused, reset, closed, or it sent what is no DNS over TCP); what was put
 * and not answered will not be. The next put opens another one. */
typedef void stream_broken(void *arg);

/* Opens nothing yet. NULL: no memory. */
struct stream *stream_new(struct loop *loop, const struct ipaddr *ip, uint16_t port,
        stream_message *message, stream_broken *broken, void *arg);
void stream_free(struct stream *s); /* takes NULL; calls nobody back */

/* A connection is there or being made. */
bool stream_is_open(const struct stream *s);

/* Queues a query of at most 65535 octets, which is copied; connects if need be. False: it could not
 * be queued (no memory, no descriptor, more than 1 MiB waits), nothing was done. */
bool stream_put(struct stream *s, const uint8_t *octets, size_t size);

/* Writes what waits, and reads what came: once a turn of the loop. All callbacks come from here. */
void stream_turn(struct stream *s);

/* Closes a connection that nothing is expected from. */
void stream_close(struct stream *s);

#endif
