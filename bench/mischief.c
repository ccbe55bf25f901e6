/* mischief.c - an authoritative name server that misbehaves as the name says:
 *
 *     mischief ADDRESS [PORT]       PORT 0, the default: any free one, the same by UDP and TCP
 *     mischief --words              prints the words that misbehaviour.h explains
 *
 * One thread. UDP goes by many datagrams a system call, and what is late waits in a wheel of 1 ms
 * slots. A line "mischief is ready at ADDRESS:PORT" on standard output says that it listens; at
 * SIGTERM it prints what it counted. */
#include "base/clock.h"
#include "misbehaviour.h"

#include <arpa/inet.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BATCH = 64,
	QUESTION_BYTES = 2048,
	N_SLOTS = 65536, /* of 1 ms: more than MISBEHAVIOUR_MS_MAX */
	BACKLOG = 1024,
	TRIES_MAX = 100,
	SOCKET_BUFFER_BYTES = 16 << 20,
	SLOW_MS = 1000

};

/* An answer that is late. */
struct late {
	struct late *next;
	struct sockaddr_in client;
	size_t size;
	uint8_t octets[];
};

struct slot {
	struct late *first, *last;
};

struct connection {
	struct connection *next;
	int fd;
	uint8_t in[QUESTION_BYTES];
	size_t n_in;
	uint8_t *out;
	size_t n_out, out_bytes;
	bool is_slow, ends, ends_when_sent;
	uint32_t sent_ms; /* when a slow one sent its last octet */
};

struct batch {
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	struct sockaddr_in addresses[BATCH];
};

static struct mischief {
	int udp_fd, tcp_fd, epoll_fd;
	uint32_t now_ms, slot_ms; /* all slots before it are sent */
	struct slot slots[N_SLOTS];
	unsigned n_late, n_out;
	struct batch in, out;
	uint8_t in_octets[BATCH][QUESTION_BYTES], out_octets[BATCH][GOODZONE_ANSWER_BYTES];
	struct connection *connections;
	unsigned long n_udp, n_tcp, n_answers, n_connections;
} m;
static volatile sig_atomic_t is_stopping;

static void on_stop(int number)
{
	(void)number;
	is_stopping = 1;
}

static void die(const char *what)
{
	fprintf(stderr, "mischief: %s\n", what);
	exit(2);
}

/* ---- datagrams ---- */

/* What the socket does not take is lost. */
static void transmit(void)
{
	for (unsigned at = 0; at < m.n_out;) {
		int sent = sendmmsg(m.udp_fd, m.out.messages + at, m.n_out - at, 0);
		at += sent > 0 ? (unsigned)sent : 1;
	}
	m.n_answers += m.n_out;
	m.n_out = 0;
}

/* Of m.out_octets[m.n_out]. */
static void queue(const struct sockaddr_in *client, size_t size)
{
	unsigned i = m.n_out++;
	m.out.addresses[i] = *client;
	m.out.parts[i] = (struct iovec){ m.out_octets[i], size };
	m.out.messages[i].msg_hdr = (struct msghdr){ .msg_name = &m.out.addresses[i],
		.msg_namelen = sizeof m.out.addresses[i],
		.msg_iov = &m.out.parts[i],
		.msg_iovlen = 1 };
	if (m.n_out == BATCH)
		transmit();
}

static void put_off(
        const struct sockaddr_in *client, const uint8_t *octets, size_t size, uint32_t delay_ms)
{
	struct late *late = malloc(sizeof *late + size);
	struct slot *slot = &m.slots[(m.now_ms + delay_ms) % N_SLOTS];
	if (!late)
		die(strerror(errno));
	*late = (struct late){ .client = *client, .size = size };
	memcpy(late->octets, octets, size);
	*(slot->first ? &slot->last->next : &slot->first) = late;
	slot->last = late;
	m.n_late++;
}

static void turn_late(void)
{
	for (; m.slot_ms != m.now_ms + 1; m.slot_ms++) {
		struct slot *slot = &m.slots[m.slot_ms % N_SLOTS];
		for (struct late *late; (late = slot->first) != NULL; free(late)) {
			slot->first = late->next;
			memcpy(m.out_octets[m.n_out], late->octets, late->size);
			queue(&late->client, late->size);
			m.n_late--;
		}
	}
	transmit();
}

static void turn_udp(void)
{
	for (unsigned i = 0; i < BATCH; i++) {
		m.in.parts[i] = (struct iovec){ m.in_octets[i], QUESTION_BYTES };
		m.in.messages[i].msg_hdr = (struct msghdr){ .msg_name = &m.in.addresses[i],
			.msg_namelen = sizeof m.in.addresses[i],
			.msg_iov = &m.in.parts[i],
			.msg_iovlen = 1 };
	}
	int n = recvmmsg(m.udp_fd, m.in.messages, BATCH, MSG_DONTWAIT, NULL);
	for (int i = 0; i < n; i++) {
		struct goodzone_question q;
		m.n_udp++;
		if (!goodzone_parse(&q, m.in_octets[i], m.in.messages[i].msg_len))
			continue;
		uint8_t *out = m.out_octets[m.n_out];
		struct misbehaviour_reply reply = misbehaviour_reply(&q, m.now_ms, false, out);
		if (reply.is_said && reply.delay_ms)
			put_off(&m.in.addresses[i], out, reply.size, reply.delay_ms);
		else if (reply.is_said)
			queue(&m.in.addresses[i], reply.size);
	}
	transmit();
}

/* ---- connections ---- */

static void put(struct connection *c, const uint8_t *octets, size_t size, size_t framed)
{
	if (c->n_out + size + 2 > c->out_bytes) {
		c->out_bytes = 2 * c->out_bytes + size + 2;
		c->out = realloc(c->out, c->out_bytes);
		if (!c->out)
			die(strerror(errno));
	}
	c->out[c->n_out++] = (uint8_t)(framed >> 8);
	c->out[c->n_out++] = (uint8_t)framed;
	memcpy(c->out + c->n_out, octets, size);
	c->n_out += size;
}

static void answer_by_tcp(struct connection *c, const uint8_t *packet, size_t size)
{
	uint8_t out[GOODZONE_ANSWER_BYTES];
	struct goodzone_question q;
	m.n_tcp++;
	if (!goodzone_parse(&q, packet, size))
		return;
	struct misbehaviour_reply reply = misbehaviour_reply(&q, m.now_ms, true, out);
	c->is_slow |= reply.is_slow;
	c->ends |= reply.ends && !reply.is_said;
	c->ends_when_sent |= reply.ends;
	if (reply.is_said)
		put(c, out, reply.size, reply.framed);
}

/* Whole questions only; after one that ends the connection no other is read. */
static void turn_connection(struct connection *c)
{
	ssize_t n = recv(c->fd, c->in + c->n_in, sizeof c->in - c->n_in, MSG_DONTWAIT);
	if (n <= 0) {
		c->ends |= n == 0 || errno != EAGAIN;
		return;
	}
	c->n_in += (size_t)n;
	size_t at = 0, size = 0;
	while (!c->ends && !c->ends_when_sent && c->n_in - at >= 2) {
		size = (size_t)(c->in[at] << 8 | c->in[at + 1]);
		if (size + 2 > c->n_in - at)
			break;
		answer_by_tcp(c, c->in + at + 2, size);
		at += size + 2;
	}
	c->ends |= size + 2 > sizeof c->in;
	c->n_in -= at;
	memmove(c->in, c->in + at, c->n_in);
	if (c->ends_when_sent)
		c->n_in = 0;
}

static void send_of(struct connection *c)
{
	if (!c->n_out || (c->is_slow && m.now_ms - c->sent_ms < SLOW_MS))
		return;
	ssize_t n = send(c->fd, c->out, c->is_slow ? 1 : c->n_out, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n < 0) {
		c->ends |= errno != EAGAIN;
		return;
	}
	c->sent_ms = m.now_ms;
	c->n_out -= (size_t)n;
	memmove(c->out, c->out + n, c->n_out);
	c->ends |= c->ends_when_sent && !c->n_out;
}

static void turn_accept(void)
{
	int fd = accept(m.tcp_fd, NULL, NULL);
	if (fd < 0)
		return;
	struct connection *c = calloc(1, sizeof *c);
	if (!c)
		die(strerror(errno));
	*c = (struct connection){ .next = m.connections, .fd = fd };
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = c };
	epoll_ctl(m.epoll_fd, EPOLL_CTL_ADD, fd, &event);
	m.connections = c;
	m.n_connections++;
}

/* Sends what is due, and closes what ends. */
static void turn_connections(void)
{
	for (struct connection **at = &m.connections, *c; (c = *at) != NULL;) {
		if (!c->ends)
			send_of(c);
		if (!c->ends) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		close(c->fd);
		free(c->out);
		free(c);
	}
}

/* ---- the whole ---- */

static void serve(void)
{
	struct epoll_event events[BATCH];
	while (!is_stopping) {
		int rest_ms = m.n_late ? 1 : m.connections ? 10 : 100;
		int n = epoll_wait(m.epoll_fd, events, BATCH, rest_ms);
		m.now_ms = (uint32_t)(clock_now_ns() / CLOCK_NS_PER_MS);
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr == &m.udp_fd)
				turn_udp();
			else if (events[i].data.ptr == &m.tcp_fd)
				turn_accept();
			else
				turn_connection(events[i].data.ptr);
		}
		turn_late();
		turn_connections();
	}
}

static bool listen_at(struct sockaddr_in *address)
{
	int one = 1, size = SOCKET_BUFFER_BYTES;
	socklen_t address_bytes = sizeof *address;
	m.udp_fd = socket(AF_INET, SOCK_DGRAM, 0);
	m.tcp_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (setsockopt(m.udp_fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size))
		setsockopt(m.udp_fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	setsockopt(m.tcp_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	return !bind(m.udp_fd, (struct sockaddr *)address, sizeof *address) &&
	        !getsockname(m.udp_fd, (struct sockaddr *)address, &address_bytes) &&
	        !bind(m.tcp_fd, (struct sockaddr *)address, sizeof *address) &&
	        !listen(m.tcp_fd, BACKLOG);
}

static void watch(int *fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = fd };
	if (epoll_ctl(m.epoll_fd, EPOLL_CTL_ADD, *fd, &event))
		die(strerror(errno));
}

int main(int argc, char **argv)
{
	struct sockaddr_in address = { .sin_family = AF_INET };
	if (argc == 2 && strcmp(argv[1], "--words") == 0) {
		misbehaviour_print_words();
		return 0;
	}
	if (argc < 2 || argc > 3 || inet_pton(AF_INET, argv[1], &address.sin_addr) != 1)
		die("see the head of bench/mischief.c");
	address.sin_port = htons((uint16_t)(argc > 2 ? strtoul(argv[2], NULL, 10) : 0));
	struct sigaction stop = { .sa_handler = on_stop };
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	m.epoll_fd = epoll_create1(0);
	/* another may have the port by TCP that the system chose by UDP */
	in_port_t port = address.sin_port;
	for (unsigned n = 0; !listen_at(&address); n++) {
		if (port || errno != EADDRINUSE || n == TRIES_MAX)
			die(strerror(errno));
		close(m.udp_fd);
		close(m.tcp_fd);
		address.sin_port = 0;
	}
	watch(&m.udp_fd);
	watch(&m.tcp_fd);
	m.slot_ms = m.now_ms = (uint32_t)(clock_now_ns() / CLOCK_NS_PER_MS);
	printf("mischief is ready at %s:%u\n", argv[1], ntohs(address.sin_port));
	fflush(stdout);
	serve();
	printf("questions by UDP %lu, by TCP %lu, answers by UDP %lu, connections %lu\n", m.n_udp,
	        m.n_tcp, m.n_answers, m.n_connections);
	return 0;
}
