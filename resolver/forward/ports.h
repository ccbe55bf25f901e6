/* ports.h - (private to resolver/) the UDP sockets to one upstream: connected, on random source
 * ports, many datagrams a system call.
 *
 * A batch of datagrams of one size leaves in one sendmsg() that the kernel cuts (UDP_SEGMENT,
 * Linux 4.18); where it cannot, in one sendmmsg(). Answers come in by recvmmsg(). Connected sockets
 * take datagrams from the upstream's address and port alone, and tell when nothing listens there.
 */
#ifndef RESOLVER_FORWARD_PORTS_H
#define RESOLVER_FORWARD_PORTS_H

#include "dns/ipaddr.h"
#include "base/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define PORTS_PER_UPSTREAM 8u
#define PORTS_SEGMENTS_MAX 64u   /* what kernels before 6.9 cut a datagram into at the most */
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

/* What came in one go, and where the kernel puts it. */
struct datagrams {
	unsigned n;
	uint16_t sizes[PORTS_BATCH];
	uint8_t (*octets)[PORTS_DATAGRAM_MAX];
	struct iovec parts[PORTS_BATCH];
	struct mmsghdr messages[PORTS_BATCH];
};

/* False: no memory. */
bool datagrams_init(struct datagrams *d);
/* Takes a zeroed one, too. */
void datagrams_fini(struct datagrams *d);

enum ports_outcome {
	PORTS_SENT,        /* or lost on the way, as datagrams are */
	PORTS_FULL,        /* the socket takes no more now */
	PORTS_UNREACHABLE, /* nothing listens there, so an earlier datagram told; these were not
	                      sent */
};

/* Opens `n` sockets, or as many as it can. False, with errno: not even one. `loop` wakes when a
 * datagram comes. */
bool ports_open(
        struct ports *p, unsigned n, struct loop *loop, const struct ipaddr *ip, uint16_t port);
void ports_close(struct ports *p);

/* Sends `n` datagrams of `size` octets each, which lie side by side, through socket `which`. */
enum ports_outcome ports_send(
        struct ports *p, unsigned which, const uint8_t *octets, size_t size, unsigned n);

/* Receives what is there, at most a batch; `*unreachable` tells that nothing listens. False: there
 * is no more. */
bool ports_receive(struct ports *p, unsigned which, struct datagrams *d, bool *unreachable);

#endif
