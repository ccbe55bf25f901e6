/* bare.c - a bare send/receive loop: what a question to one DNS server costs with one socket, a
 * system call or two for each, and nothing beside them.
 *
 *     bare ADDRESS PORT QUESTIONS-FILE WINDOW SECONDS       one send() and one recv() a question
 *     bare ADDRESS PORT QUESTIONS-FILE WINDOW SECONDS gso   up to 64 questions of equal size in one
 * send(), which the kernel cuts (UDP_SEGMENT)
 *
 * Resolvers are held against it; it is none, and no lower bound either, since calls that receive
 * many datagrams need fewer of them. Ids alone match answers to questions, nothing of an answer is
 * looked at but its rcode and whether it is cut off (then it is no answer, and is not asked for
 * again by TCP), nothing is cached. All packets are made before the clock starts. It passes over
 * the questions until SECONDS of CPU are over, once at the least. poll() is called only when
 * nothing can be sent or received. A question without an answer is sent again after a second, some
 * times, so that a pass ends with all of them answered. For "gso" the questions are sorted by size;
 * runs of one size then lie side by side. */
#include "base/clock.h"
#include "bench/questions.h"
#include "dns/wire.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/udp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define EDNS_PAYLOAD 1232
#define N_IDS 65536u
#define WINDOW_MAX                                                                                 \
	(N_IDS / 2)   /* so that a free id is soon found, and not one that was free a moment ago */
#define GROUP_MAX 64u /* what kernels before 6.9 cut a datagram into at the most */
#define TRIES_MAX 8
#define PATIENCE_NS CLOCK_NS_PER_S
#define RESEND_EVERY_NS (CLOCK_NS_PER_S / 8)
#define SOCKET_BUFFER_BYTES (4 << 20)
#define HEADER_BYTES 12

struct packet {
	size_t offset;
	uint16_t size;
};

struct open_question {
	size_t packet;
	uint64_t sent_ns;
	unsigned tries; /* 0: this id is free */
};

struct bench {
	struct textbuf octets; /* all packets, in the order of `packets` */
	struct packet *packets;
	size_t n_packets, next; /* `next` of this pass */
	bool gso;
	int fd, segment_bytes; /* as UDP_SEGMENT is set */
	unsigned window, n_open;
	uint16_t next_id;
	uint64_t next_resend_ns;
	struct open_question open[N_IDS];
	size_t n_ended; /* of this pass */
	size_t n_passes, n_answered, n_truncated, n_resent;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "bare: %s: %s\n", what, why);
	exit(1);
}

/* ---- before the clock ---- */

static void add_packet(struct bench *b, const struct question *question)
{
	uint8_t packet[WIRE_QUERY_MAX_BYTES];
	struct dname qname;
	if (dname_parse(&qname, question->name, strlen(question->name)))
		die(question->name, "no domain name");
	size_t size = wire_encode_query(packet, 0, &qname, question->type, EDNS_PAYLOAD, false);
	b->packets[b->n_packets++] =
	        (struct packet){ .offset = b->octets.size, .size = (uint16_t)size };
	textbuf_put(&b->octets, packet, size);
}

static void make_packets(struct bench *b, const char *path)
{
	struct questions questions = { 0 };
	const char *why = questions_read(&questions, path);
	if (why)
		die(path, why);
	b->packets = calloc(questions.count, sizeof *b->packets);
	if (!b->packets)
		die(path, "out of memory");
	for (size_t i = 0; i < questions.count; i++)
		add_packet(b, &questions.list[i]);
	if (b->octets.failed)
		die(path, "out of memory");
	questions_fini(&questions);
}

static int by_size(const void *a, const void *b)
{
	const struct packet *one = a, *other = b;
	if (one->size != other->size)
		return one->size < other->size ? -1 : 1;
	return one->offset < other->offset ? -1 : 1;
}

static void sort_by_size(struct bench *b)
{
	struct textbuf sorted = { 0 };
	qsort(b->packets, b->n_packets, sizeof *b->packets, by_size);
	for (size_t i = 0; i < b->n_packets; i++) {
		size_t from = b->packets[i].offset;
		b->packets[i].offset = sorted.size;
		textbuf_put(&sorted, b->octets.bytes + from, b->packets[i].size);
	}
	if (sorted.failed)
		die("questions", "out of memory");
	textbuf_fini(&b->octets);
	b->octets = sorted;
}

static void open_socket(struct bench *b, const char *address, const char *port)
{
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_DGRAM },
	                *to;
	int failed = getaddrinfo(address, port, &hints, &to), size = SOCKET_BUFFER_BYTES;
	if (failed)
		die(address, gai_strerror(failed));
	b->fd = socket(to->ai_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (b->fd < 0 || connect(b->fd, to->ai_addr, to->ai_addrlen))
		die(address, strerror(errno));
	setsockopt(b->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	setsockopt(b->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
	freeaddrinfo(to);
}

/* ---- sending ---- */

/* What comes as an ICMP message is told by the next call of either kind. It is nobody's answer: the
 * question is asked again in time. */
static bool is_passing(int error)
{
	return error == ECONNREFUSED || error == EHOSTUNREACH || error == ENETUNREACH ||
	        error == ENOBUFS || error == EINTR;
}

static uint16_t take_id(struct bench *b)
{
	while (b->open[b->next_id].tries)
		b->next_id++;
	return b->next_id++;
}

static void cut_into(struct bench *b, int segment_bytes)
{
	if (b->segment_bytes != segment_bytes &&
	        setsockopt(b->fd, SOL_UDP, UDP_SEGMENT, &segment_bytes, sizeof segment_bytes))
		die("UDP_SEGMENT", strerror(errno));
	b->segment_bytes = segment_bytes;
}

/* One packet, or as many of its size as follow it, fill a group and find room in the window. */
static size_t group_size(const struct bench *b)
{
	size_t n = 1, most = b->gso ? GROUP_MAX : 1;
	while (n < most && b->next + n < b->n_packets &&
	        b->packets[b->next + n].size == b->packets[b->next].size)
		n++;
	return b->n_open + n <= b->window ? n : 0;
}

/* False when the socket takes no more. */
static bool send_group(struct bench *b, size_t n, uint64_t now_ns)
{
	const struct packet *first = &b->packets[b->next];
	char *octets = b->octets.bytes + first->offset;
	uint16_t ids[GROUP_MAX];
	for (size_t i = 0; i < n; i++) {
		ids[i] = take_id(b);
		octets[i * first->size] = (char)(ids[i] >> 8);
		octets[i * first->size + 1] = (char)ids[i];
	}
	cut_into(b, b->gso ? first->size : 0);
	if (send(b->fd, octets, n * first->size, 0) < 0 && !is_passing(errno)) {
		if (errno != EAGAIN)
			die("send", strerror(errno));
		return false;
	}
	for (size_t i = 0; i < n; i++)
		b->open[ids[i]] = (struct open_question){ b->next++, now_ns, 1 };
	b->n_open += (unsigned)n;
	return true;
}

static void send_window(struct bench *b, uint64_t now_ns)
{
	while (b->next < b->n_packets) {
		size_t n = group_size(b);
		if (!n || !send_group(b, n, now_ns))
			return;
	}
}

static void end_question(struct bench *b, uint16_t id)
{
	b->open[id].tries = 0;
	b->n_open--;
	b->n_ended++;
}

static void resend(struct bench *b, uint64_t now_ns)
{
	for (unsigned id = 0; id < N_IDS; id++) {
		struct open_question *open = &b->open[id];
		if (!open->tries || now_ns - open->sent_ns < PATIENCE_NS)
			continue;
		if (open->tries == TRIES_MAX) {
			end_question(b, (uint16_t)id);
			continue;
		}
		const struct packet *packet = &b->packets[open->packet];
		cut_into(b, 0);
		open->sent_ns = now_ns;
		open->tries++;
		b->n_resent++;
		if (send(b->fd, b->octets.bytes + packet->offset, packet->size, 0) < 0 &&
		        errno != EAGAIN && !is_passing(errno))
			die("send", strerror(errno));
	}
}

/* ---- receiving ---- */

static void take_answer(struct bench *b, const uint8_t *octets)
{
	uint16_t id = (uint16_t)(octets[0] << 8 | octets[1]);
	unsigned rcode = octets[3] & 15;
	bool truncated = octets[2] & 2;
	if (!b->open[id].tries)
		return; /* the second answer to a question that was sent twice */
	b->n_answered += !truncated && (rcode == 0 || rcode == 3);
	b->n_truncated += truncated;
	end_question(b, id);
}

static size_t receive_all(struct bench *b)
{
	uint8_t octets[EDNS_PAYLOAD];
	for (size_t n = 0;; n++) {
		ssize_t size = recv(b->fd, octets, sizeof octets, 0);
		if (size < 0 && errno == EAGAIN)
			return n;
		if (size < 0 && !is_passing(errno))
			die("recv", strerror(errno));
		if (size >= HEADER_BYTES)
			take_answer(b, octets);
	}
}

static void pass(struct bench *b)
{
	b->next = b->n_ended = 0;
	while (b->n_ended < b->n_packets) {
		uint64_t now_ns = clock_now_ns();
		if (now_ns >= b->next_resend_ns) {
			resend(b, now_ns);
			b->next_resend_ns = now_ns + RESEND_EVERY_NS;
		}
		send_window(b, now_ns);
		if (receive_all(b) || b->n_ended == b->n_packets)
			continue;
		bool may_send = b->next < b->n_packets && group_size(b);
		struct pollfd ready = { .fd = b->fd,
			.events = (short)(may_send ? POLLIN | POLLOUT : POLLIN) };
		poll(&ready, 1, (int)(RESEND_EVERY_NS / CLOCK_NS_PER_MS));
	}
	b->n_passes++;
}

static void measure(struct bench *b, double seconds)
{
	uint64_t began_ns = clock_now_ns(), cpu_began_ns = clock_cpu_ns(), cpu_ns;
	do {
		pass(b);
		cpu_ns = clock_cpu_ns() - cpu_began_ns;
	} while ((double)cpu_ns < seconds * 1e9);
	uint64_t wall_ns = clock_now_ns() - began_ns;
	printf("{\"passes\": %zu, \"questions\": %zu, \"answered\": %zu, ", b->n_passes,
	        b->n_passes * b->n_packets, b->n_answered);
	printf("\"truncated\": %zu, \"resent\": %zu, ", b->n_truncated, b->n_resent);
	printf("\"cpu\": %.6f, \"wall\": %.6f}\n", (double)cpu_ns / 1e9, (double)wall_ns / 1e9);
}

int main(int argc, char **argv)
{
	static struct bench b;
	b.gso = argc == 7 && !strcmp(argv[6], "gso");
	if (argc != 6 && !b.gso) {
		fputs("usage: bare ADDRESS PORT QUESTIONS-FILE WINDOW SECONDS [gso]\n", stderr);
		return 2;
	}
	b.window = (unsigned)strtoul(argv[4], NULL, 10);
	if (b.window < (b.gso ? GROUP_MAX : 1) || b.window > WINDOW_MAX)
		die(argv[4], "no window (1 to 32768; gso: 64 at the least)");
	make_packets(&b, argv[3]);
	if (b.gso)
		sort_by_size(&b);
	open_socket(&b, argv[1], argv[2]);
	measure(&b, strtod(argv[5], NULL));
	return 0;
}
