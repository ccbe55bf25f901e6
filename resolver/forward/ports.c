/* ports.c - UDP, many datagrams a system call.
 *
 * Trap: an ICMP error is reported by the next call on the socket, whatever that call is. It is
 * about an earlier datagram. */
#include "resolver/forward/ports.h"

#include "resolver/endpoint.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/udp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BUFFER_BYTES (4 << 20)

static void mark_readable(void *arg)
{
	((struct port *)arg)->readable = true;
}

/* The kernel gives an unbound socket a random port (net.ipv4.ip_local_port_range) when it is
 * connected. */
static bool port_open(
        struct port *p, struct loop *loop, const struct sockaddr_storage *to, socklen_t size)
{
	int bytes = BUFFER_BYTES;
	p->readable = false;
	p->event = NULL;
	p->fd = socket(to->ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (p->fd < 0)
		return false;
	setsockopt(p->fd, SOL_SOCKET, SO_RCVBUF, &bytes,
	        sizeof bytes); /* the kernel gives what its limit allows */
	setsockopt(p->fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
	if (connect(p->fd, (const struct sockaddr *)to, size) == 0 &&
	        (p->event = loop_watch(loop, p->fd, mark_readable, p)) != NULL)
		return true;
	int why = errno;
	close(p->fd);
	errno = why;
	return false;
}

bool ports_open(
        struct ports *p, unsigned n, struct loop *loop, const struct ipaddr *ip, uint16_t port)
{
	struct sockaddr_storage to;
	socklen_t size = endpoint_sockaddr(&to, ip, port);
	*p = (struct ports){ 0 };
	while (p->n_sockets < n && port_open(&p->sockets[p->n_sockets], loop, &to, size))
		p->n_sockets++;
	if (!p->n_sockets)
		return false;
	int off = 0;
	p->can_segment = setsockopt(p->sockets[0].fd, SOL_UDP, UDP_SEGMENT, &off, sizeof off) == 0;
	return true;
}

void ports_close(struct ports *p)
{
	for (unsigned i = 0; i < p->n_sockets; i++) {
		loop_event_free(p->sockets[i].event);
		close(p->sockets[i].fd);
	}
	p->n_sockets = 0;
}

/* ---- sending ---- */

static enum ports_outcome outcome_of(int error)
{
	if (error == EAGAIN || error == ENOBUFS)
		return PORTS_FULL;
	return error == ECONNREFUSED ? PORTS_UNREACHABLE : PORTS_SENT;
}

/* When it fails, nothing was sent. */
static ssize_t send_segmented(int fd, const uint8_t *octets, size_t size, unsigned n)
{
	struct iovec all = { .iov_base = (void *)octets, .iov_len = size * n };
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(uint16_t))];
	} control = { .header = { .cmsg_len = CMSG_LEN(sizeof(uint16_t)),
		              .cmsg_level = SOL_UDP,
		              .cmsg_type = UDP_SEGMENT } };
	uint16_t segment = (uint16_t)size;
	memcpy(CMSG_DATA(&control.header), &segment, sizeof segment);
	struct msghdr message = { .msg_iov = &all,
		.msg_iovlen = 1,
		.msg_control = n > 1 ? control.space : NULL,
		.msg_controllen = n > 1 ? sizeof control.space : 0 };
	return sendmsg(fd, &message, 0);
}

/* What one sendmmsg() left over is sent by the next one, which also reports an error that stopped
 * the first. */
static enum ports_outcome send_one_by_one(int fd, const uint8_t *octets, size_t size, unsigned n)
{
	struct iovec parts[PORTS_SEGMENTS_MAX];
	struct mmsghdr messages[PORTS_SEGMENTS_MAX];
	memset(messages, 0, sizeof messages);
	for (unsigned i = 0; i < n; i++) {
		parts[i] =
		        (struct iovec){ .iov_base = (void *)(octets + i * size), .iov_len = size };
		messages[i].msg_hdr.msg_iov = &parts[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (unsigned done = 0; done < n;) {
		int sent = sendmmsg(fd, messages + done, n - done, 0);
		if (sent < 0 && errno != EINTR)
			return done ? PORTS_SENT : outcome_of(errno);
		done += sent > 0 ? (unsigned)sent : 0;
	}
	return PORTS_SENT;
}

enum ports_outcome ports_send(
        struct ports *p, unsigned which, const uint8_t *octets, size_t size, unsigned n)
{
	int fd = p->sockets[which].fd;
	if (n > 1 && !p->can_segment)
		return send_one_by_one(fd, octets, size, n);
	if (send_segmented(fd, octets, size, n) >= 0)
		return PORTS_SENT;
	/* some devices and some kernels accept the option but not the datagram */
	if (n > 1 &&
	        (errno == EIO || errno == EINVAL || errno == EMSGSIZE || errno == EOPNOTSUPP)) {
		p->can_segment = false;
		return send_one_by_one(fd, octets, size, n);
	}
	return outcome_of(errno);
}

/* ---- receiving ---- */

bool datagrams_init(struct datagrams *d)
{
	*d = (struct datagrams){ .octets = malloc(PORTS_BATCH * sizeof *d->octets) };
	for (unsigned i = 0; d->octets && i < PORTS_BATCH; i++) {
		d->parts[i] =
		        (struct iovec){ .iov_base = d->octets[i], .iov_len = PORTS_DATAGRAM_MAX };
		d->messages[i].msg_hdr =
		        (struct msghdr){ .msg_iov = &d->parts[i], .msg_iovlen = 1 };
	}
	return d->octets != NULL;
}

void datagrams_fini(struct datagrams *d)
{
	free(d->octets);
	d->octets = NULL;
}

bool ports_receive(struct ports *p, unsigned which, struct datagrams *d, bool *unreachable)
{
	int n = recvmmsg(p->sockets[which].fd, d->messages, PORTS_BATCH, 0, NULL);
	d->n = 0;
	if (n < 0) {
		*unreachable = errno == ECONNREFUSED;
		p->sockets[which].readable = errno != EAGAIN;
		return errno != EAGAIN;
	}
	d->n = (unsigned)n;
	for (unsigned i = 0; i < d->n; i++)
		d->sizes[i] = (uint16_t)d->messages[i].msg_len;
	/* a batch that is not full emptied the socket; what came since then wakes the loop */
	p->sockets[which].readable = d->n == PORTS_BATCH;
	return p->sockets[which].readable;
}
