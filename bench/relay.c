/* relay.c - a way to a DNS server that delays, loses and limits, at a hundred thousand questions a
 * second on one core:
 *
 *     relay LISTEN-ADDRESS PORT SERVER-ADDRESS PORT [delay=MS] [jitter=MS] [loss=PERCENT]
 *           [rate=PER-SECOND] [silent=PERCENT] [seed=N]
 *
 *     delay     each answer comes so much later; up to 5 s together with the jitter
 *     jitter    up to so much more, at random: answers overtake each other
 *     loss      questions that are dropped, at random
 *     rate      a token bucket of a tenth of a second's; what is too much is dropped
 *     silent    names of which every question is dropped: by a hash of the last two labels, of all
 *               labels below "arpa"
 *
 * SERVER-ADDRESS "-": nobody is asked. The relay answers by itself: TXT with "v=spf1 -all", all
 * else with no data. So nothing but the way is measured.
 *
 * UDP goes through one thread: many datagrams a system call, an id of its own for each question, a
 * wheel of 250 us slots for what is delayed. TCP is passed on as it comes, neither delayed nor
 * lost, by a thread for each connection. A line "relay is ready" on standard output says that it
 * listens; at SIGTERM it prints what it counted. */
#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	BATCH = 64,
	PACKET_BYTES = 4096,
	HEADER_BYTES = 12,
	N_IDS = 65536,
	N_SLOTS = 32768, /* 8 s */
	TYPE_TXT = 16,
	SOCKET_BUFFER_BYTES = 16 << 20
};
#define SLOT_NS (CLOCK_NS_PER_MS / 4)
#define DELAY_MAX_MS 5000

/* A question that the server was asked. */
struct asked {
	struct sockaddr_in client;
	uint16_t id; /* the client's */
	bool is_open;
};

/* An answer that is delayed. */
struct delayed {
	struct delayed *next;
	struct sockaddr_in client;
	size_t size;
	uint8_t octets[];
};

struct slot {
	struct delayed *first, **end;
};

struct way {
	double delay_ms, jitter_ms, loss_percent, rate, silent_percent, seed;
};

struct batch {
	struct mmsghdr messages[BATCH];
	struct iovec parts[BATCH];
	struct sockaddr_in addresses[BATCH];
	uint8_t octets[BATCH][PACKET_BYTES];
};

struct relay {
	struct way way;
	int client_fd, server_fd; /* -1: it answers by itself */
	struct asked asked[N_IDS];
	uint16_t next_id;
	struct slot slots[N_SLOTS];
	uint64_t slot_now; /* all before it are sent */
	uint64_t n_delayed, dice, filled_ns;
	double tokens;
	uint64_t n_questions, n_lost, n_limited, n_silent, n_answers;
	struct batch in, out;
};

static struct sockaddr_in server;
static volatile sig_atomic_t is_stopping;

static void on_stop(int number)
{
	(void)number;
	is_stopping = 1;
}

/* 0 to 1, splitmix64. */
static double roll(struct relay *r)
{
	uint64_t z = r->dice += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (double)((z ^ z >> 31) >> 11) / 9007199254740992.0;
}

/* ---- what happens to a question ---- */

static bool is_arpa(const uint8_t *label)
{
	return label[0] == 4 && !strncasecmp((const char *)label + 1, "arpa", 4);
}

/* Of the last two labels, or of all under arpa. *end: behind the name. False: it is none. */
static bool hash_name(const uint8_t *packet, size_t size, size_t *end, uint64_t *hash)
{
	size_t at = HEADER_BYTES, last = at, before = at;
	while (at < size && packet[at]) {
		if (packet[at] > 63)
			return false;
		before = last;
		last = at;
		at += packet[at] + 1u;
	}
	if (at + 5 > size)
		return false;
	*end = at + 1;
	*hash = 14695981039346656037u;
	for (size_t i = is_arpa(packet + last) ? HEADER_BYTES : before; i < at; i++)
		*hash = (*hash ^ (packet[i] | 0x20)) * 1099511628211u;
	return true;
}

static bool is_limited(struct relay *r, uint64_t now_ns)
{
	if (r->way.rate <= 0)
		return false;
	double most = r->way.rate / 10 > 1 ? r->way.rate / 10 : 1;
	r->tokens += (double)(now_ns - r->filled_ns) * r->way.rate / 1e9;
	r->tokens = r->tokens < most ? r->tokens : most;
	r->filled_ns = now_ns;
	if (r->tokens < 1)
		return true;
	r->tokens--;
	return false;
}

/* True when the question goes on. */
static bool passes(struct relay *r, const uint8_t *packet, size_t size, uint64_t now_ns)
{
	size_t end;
	uint64_t hash;
	r->n_questions++;
	if (size < HEADER_BYTES || !hash_name(packet, size, &end, &hash))
		return false;
	if (is_limited(r, now_ns)) {
		r->n_limited++;
		return false;
	}
	if (roll(r) * 100 < r->way.loss_percent) {
		r->n_lost++;
		return false;
	}
	/* its high bits: those of FNV mix best */
	if ((double)(hash >> 40) * 100 < r->way.silent_percent * (1 << 24)) {
		r->n_silent++;
		return false;
	}
	return true;
}

/* In place of the server: writes the answer over the question, and gives its size. */
static size_t answer(uint8_t *packet, size_t size)
{
	static const uint8_t txt[] = { 0xc0, 12, 0, TYPE_TXT, 0, 1, 0, 0, 1, 44, 0, 12, 11, 'v',
		'=', 's', 'p', 'f', '1', ' ', '-', 'a', 'l', 'l' };
	size_t end;
	uint64_t hash;
	if (!hash_name(packet, size, &end, &hash))
		return 0;
	bool is_txt = packet[end] == 0 && packet[end + 1] == TYPE_TXT;
	end += 4;
	packet[2] |= 0x80;
	packet[3] = 0x80;
	memset(packet + 6, 0, 6);
	if (!is_txt)
		return end;
	packet[7] = 1;
	memcpy(packet + end, txt, sizeof txt);
	return end + sizeof txt;
}

/* ---- datagrams ---- */

static unsigned receive(int fd, struct batch *b)
{
	for (unsigned i = 0; i < BATCH; i++) {
		b->parts[i] = (struct iovec){ b->octets[i], PACKET_BYTES };
		b->messages[i].msg_hdr = (struct msghdr){ .msg_name = &b->addresses[i],
			.msg_namelen = sizeof b->addresses[i],
			.msg_iov = &b->parts[i],
			.msg_iovlen = 1 };
	}
	int n = recvmmsg(fd, b->messages, BATCH, MSG_DONTWAIT, NULL);
	return n > 0 ? (unsigned)n : 0;
}

/* What the socket does not take is lost, as on a real way. */
static void transmit(int fd, struct batch *b, unsigned n, bool is_connected)
{
	for (unsigned i = 0; i < n; i++)
		b->messages[i].msg_hdr =
		        (struct msghdr){ .msg_name = is_connected ? NULL : &b->addresses[i],
			        .msg_namelen = is_connected ? 0 : sizeof b->addresses[i],
			        .msg_iov = &b->parts[i],
			        .msg_iovlen = 1 };
	for (unsigned at = 0; at < n;) {
		int sent = sendmmsg(fd, b->messages + at, n - at, 0);
		at += sent > 0 ? (unsigned)sent : 1;
	}
}

static void delay(struct relay *r, const struct sockaddr_in *client, const uint8_t *octets,
        size_t size, uint64_t now_ns)
{
	double ms = r->way.delay_ms + roll(r) * r->way.jitter_ms;
	uint64_t at = (now_ns + (uint64_t)(ms * (double)CLOCK_NS_PER_MS)) / SLOT_NS;
	struct slot *slot = &r->slots[at % N_SLOTS];
	struct delayed *d = malloc(sizeof *d + size);
	if (!d)
		return;
	*d = (struct delayed){ .client = *client, .size = size };
	memcpy(d->octets, octets, size);
	*slot->end = d;
	slot->end = &d->next;
	r->n_delayed++;
}

/* Answers whose time has come. */
static void turn_delayed(struct relay *r, uint64_t now_ns)
{
	unsigned n = 0;
	for (; r->slot_now <= now_ns / SLOT_NS; r->slot_now++) {
		struct slot *slot = &r->slots[r->slot_now % N_SLOTS];
		for (struct delayed *d; (d = slot->first) != NULL; free(d)) {
			slot->first = d->next;
			memcpy(r->out.octets[n], d->octets, d->size);
			r->out.parts[n] = (struct iovec){ r->out.octets[n], d->size };
			r->out.addresses[n++] = d->client;
			r->n_delayed--;
			r->n_answers++;
			if (n == BATCH) {
				transmit(r->client_fd, &r->out, n, false);
				n = 0;
			}
		}
		slot->end = &slot->first;
	}
	r->slot_now--; /* more may come for the slot of now */
	transmit(r->client_fd, &r->out, n, false);
}

static void turn_questions(struct relay *r, uint64_t now_ns)
{
	unsigned n_in = receive(r->client_fd, &r->in), n = 0;
	for (unsigned i = 0; i < n_in; i++) {
		uint8_t *packet = r->in.octets[i];
		size_t size = r->in.messages[i].msg_len;
		if (!passes(r, packet, size, now_ns))
			continue;
		if (r->server_fd < 0) {
			delay(r, &r->in.addresses[i], packet, answer(packet, size), now_ns);
			continue;
		}
		uint16_t id = r->next_id++;
		r->asked[id] = (struct asked){ .client = r->in.addresses[i],
			.id = (uint16_t)(packet[0] << 8 | packet[1]),
			.is_open = true };
		packet[0] = (uint8_t)(id >> 8);
		packet[1] = (uint8_t)id;
		r->out.parts[n++] = (struct iovec){ packet, size };
	}
	transmit(r->server_fd, &r->out, n, true);
}

static void turn_answers(struct relay *r, uint64_t now_ns)
{
	unsigned n_in = receive(r->server_fd, &r->in);
	for (unsigned i = 0; i < n_in; i++) {
		uint8_t *packet = r->in.octets[i];
		struct asked *a = &r->asked[packet[0] << 8 | packet[1]];
		if (r->in.messages[i].msg_len < HEADER_BYTES || !a->is_open)
			continue;
		a->is_open = false;
		packet[0] = (uint8_t)(a->id >> 8);
		packet[1] = (uint8_t)a->id;
		delay(r, &a->client, packet, r->in.messages[i].msg_len, now_ns);
	}
}

static void pass_on(struct relay *r)
{
	struct pollfd polled[] = { { r->client_fd, POLLIN, 0 }, { r->server_fd, POLLIN, 0 } };
	while (!is_stopping) {
		struct timespec rest = { 0, r->n_delayed ? (long)SLOT_NS : 100000000 };
		if (ppoll(polled, 2, &rest, NULL) < 0)
			continue;
		uint64_t now_ns = clock_now_ns();
		if (polled[1].revents)
			turn_answers(r, now_ns);
		if (polled[0].revents)
			turn_questions(r, now_ns);
		turn_delayed(r, now_ns);
	}
}

/* ---- TCP ---- */

static void copy(int from, int to)
{
	char octets[8192];
	ssize_t n = recv(from, octets, sizeof octets, 0);
	for (ssize_t at = 0, sent; at < n; at += sent)
		if ((sent = send(to, octets + at, (size_t)(n - at), MSG_NOSIGNAL)) <= 0)
			n = 0;
	if (n <= 0) {
		shutdown(from, SHUT_RDWR);
		shutdown(to, SHUT_RDWR);
	}
}

static void *serve(void *arg)
{
	int client = (int)(intptr_t)arg, fd = socket(AF_INET, SOCK_STREAM, 0);
	struct pollfd polled[] = { { client, POLLIN, 0 }, { fd, POLLIN, 0 } };
	if (connect(fd, (struct sockaddr *)&server, sizeof server))
		shutdown(client, SHUT_RDWR);
	else
		while (poll(polled, 2, -1) > 0 &&
		        !((polled[0].revents | polled[1].revents) & POLLHUP))
			copy(polled[0].revents ? client : fd, polled[0].revents ? fd : client);
	close(client);
	close(fd);
	return NULL;
}

static void *listen_by_tcp(void *arg)
{
	int listening = (int)(intptr_t)arg;
	for (;;) {
		pthread_t thread;
		int fd = accept(listening, NULL, NULL);
		if (fd >= 0 && pthread_create(&thread, NULL, serve, (void *)(intptr_t)fd))
			close(fd);
		else if (fd >= 0)
			pthread_detach(thread);
	}
	return NULL;
}

/* ---- the whole ---- */

static int open_socket(int type, const struct sockaddr_in *bound, const struct sockaddr_in *peer)
{
	int fd = socket(AF_INET, type, 0), one = 1, size = SOCKET_BUFFER_BYTES;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
	if (fd < 0 || (bound && bind(fd, (const struct sockaddr *)bound, sizeof *bound)) ||
	        (peer && connect(fd, (const struct sockaddr *)peer, sizeof *peer)) ||
	        (type == SOCK_STREAM && listen(fd, BATCH))) {
		perror("relay");
		exit(2);
	}
	return fd;
}

static bool parse_way(struct way *way, int n, char **words)
{
	const struct {
		const char *name;
		double *value, most;
	} options[] = { { "delay=", &way->delay_ms, DELAY_MAX_MS / 2.0 },
		{ "jitter=", &way->jitter_ms, DELAY_MAX_MS / 2.0 },
		{ "loss=", &way->loss_percent, 100 }, { "rate=", &way->rate, 1e9 },
		{ "silent=", &way->silent_percent, 100 }, { "seed=", &way->seed, 1e9 } };
	for (int i = 0; i < n; i++) {
		bool is_known = false;
		for (size_t o = 0; o < sizeof options / sizeof options[0]; o++) {
			size_t size = strlen(options[o].name);
			if (strncmp(words[i], options[o].name, size) != 0)
				continue;
			*options[o].value = strtod(words[i] + size, NULL);
			is_known = *options[o].value >= 0 && *options[o].value <= options[o].most;
		}
		if (!is_known)
			return false;
	}
	return true;
}

static bool parse_address(struct sockaddr_in *address, const char *ip, const char *port)
{
	*address = (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons((uint16_t)strtoul(port, NULL, 10)) };
	return inet_pton(AF_INET, ip, &address->sin_addr) == 1;
}

int main(int argc, char **argv)
{
	static struct relay r; /* its tables are large */
	struct sockaddr_in listening;
	bool is_alone = argc > 3 && strcmp(argv[3], "-") == 0;
	if (argc < 5 || !parse_address(&listening, argv[1], argv[2]) ||
	        (!is_alone && !parse_address(&server, argv[3], argv[4])) ||
	        !parse_way(&r.way, argc - 5, argv + 5)) {
		fprintf(stderr, "relay: see the head of bench/relay.c\n");
		return 2;
	}
	struct sigaction stop = { .sa_handler = on_stop };
	sigaction(SIGTERM, &stop, NULL);
	sigaction(SIGINT, &stop, NULL);
	r.client_fd = open_socket(SOCK_DGRAM, &listening, NULL);
	r.server_fd = is_alone ? -1 : open_socket(SOCK_DGRAM, NULL, &server);
	r.dice = (uint64_t)r.way.seed;
	r.filled_ns = clock_now_ns();
	r.slot_now = r.filled_ns / SLOT_NS;
	for (unsigned i = 0; i < N_SLOTS; i++)
		r.slots[i].end = &r.slots[i].first;
	pthread_t thread;
	if (!is_alone &&
	        pthread_create(&thread, NULL, listen_by_tcp,
	                (void *)(intptr_t)open_socket(SOCK_STREAM, &listening, NULL)))
		return 2;
	printf("relay is ready\n");
	fflush(stdout);
	pass_on(&r);
	printf("questions %llu, lost %llu, limited %llu, of silent names %llu, answers %llu\n",
	        (unsigned long long)r.n_questions, (unsigned long long)r.n_lost,
	        (unsigned long long)r.n_limited, (unsigned long long)r.n_silent,
	        (unsigned long long)r.n_answers);
	return 0;
}
