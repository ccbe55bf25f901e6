/* ports.h - (private to resolver/forward/) the UDP sockets to one upstream: connected, on random
 * source ports (RFC 5452), many datagrams a system call.
 *
 * Datagrams of one size leave in one sendmsg() that the kernel cuts (UDP_SEGMENT, Linux 4.18), or
 * in one sendmmsg() where it cannot. Answers come in by recvmmsg(). A connected socket receives
 * only from the upstream's address and port, and reports when nothing listens there. All sockets
 * are non-blocking. One thread. */
#ifndef RESOLVER_FORWARD_PORTS_H
#define RESOLVER_FORWARD_PORTS_H

#include "dns/ipaddr.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define PORTS_PER_UPSTREAM 8u
#define PORTS_SEGMENTS_MAX 64u   /* of one sendmsg(), in kernels before 6.9 */
#define PORTS_DATAGRAM_MAX 4096u /* what is received of one; we ask for 1232 */
#define PORTS_BATCH 64u

struct port {
	int fd;
	bool readable;
	struct loop_event *event;
};

struct ports {
	struct port sockets[PORTS_PER_UPSTREAM];
	unsigned n_sockets;
	bool can_segment;
};

/* What one call received, and the buffers for it. */
struct datagrams {
	unsigned n;
	uint16_t sizes[PORTS_BATCH];
	uint8_t (*octets)[PORTS_DATAGRAM_MAX];
	struct iovec parts[PORTS_BATCH];
	struct mmsghdr messages[PORTS_BATCH];
};

/* False: out of memory. */
bool datagrams_init(struct datagrams *d);
/* Takes a zeroed one, too. */
void datagrams_fini(struct datagrams *d);

enum ports_outcome {
	PORTS_SENT,        /* or lost, as datagrams may be */
	PORTS_FULL,        /* the socket takes no more now */
	PORTS_UNREACHABLE, /* an earlier datagram found that nothing listens there; these were not
	                      sent */
};

/* Opens `n` sockets, at most PORTS_PER_UPSTREAM, or as many as it can. False, with errno: not even
 * one. `loop` wakes when a datagram comes, and must live longer. */
bool ports_open(
        struct ports *p, unsigned n, struct loop *loop, const struct ipaddr *ip, uint16_t port);
void ports_close(struct ports *p);

/* Sends `n` datagrams of `size` octets each, which lie side by side, through socket `which`. At
 * most PORTS_SEGMENTS_MAX of them. */
enum ports_outcome ports_send(
        struct ports *p, unsigned which, const uint8_t *octets, size_t size, unsigned n);

/* Receives what is there, at most PORTS_BATCH. Sets *unreachable when nothing listens at the
 * upstream. False: there is no more. */
bool ports_receive(struct ports *p, unsigned which, struct datagrams *d, bool *unreachable);

#endif
