/* fuzz_forward.c - the forward engine against a server that the bytes direct: it drops, delays,
 * repeats, forges, cuts off and garbles, by UDP and TCP, on real sockets of loopback and in virtual
 * time. Every question must be answered exactly once, whatever comes. */
#include "target.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/reader.h"
#include "resolver/forward/forward.h"
#include "resolver/resolver.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { N_QUESTIONS = 6, DATAGRAM_MAX = 1500, STEPS_MAX = 200, TURNS_MAX = 4000 };

struct question {
	struct resolver_waiter waiter; /* first */
	unsigned n_told;
};

struct server {
	int udp, listener, tcp;
	struct sockaddr_in client; /* of the last query */
	uint8_t query[DATAGRAM_MAX];
	ssize_t query_size;
};

struct scene {
	struct loop *loop;
	struct resolver *resolver;
	struct server server;
	struct question questions[N_QUESTIONS];
	uint64_t now_ns;
};

static void told(struct resolver_waiter *waiter, const struct answer *answer)
{
	if (++((struct question *)waiter)->n_told > 1)
		abort();
	answer_unref(answer);
}

static uint16_t server_open(struct server *s)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t size = sizeof at;
	s->tcp = -1;
	s->query_size = 0;
	s->udp = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	s->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	require(bind(s->udp, (struct sockaddr *)&at, sizeof at) == 0 &&
	        getsockname(s->udp, (struct sockaddr *)&at, &size) == 0);
	if (bind(s->listener, (struct sockaddr *)&at, sizeof at) == 0)
		listen(s->listener, 4);
	return ntohs(at.sin_port);
}

static void server_close(struct server *s)
{
	close(s->udp);
	close(s->listener);
	if (s->tcp >= 0)
		close(s->tcp);
}

static void server_take_query(struct server *s)
{
	socklen_t size = sizeof s->client;
	ssize_t n = recvfrom(
	        s->udp, s->query, sizeof s->query, 0, (struct sockaddr *)&s->client, &size);
	if (n > 0)
		s->query_size = n;
}

static void server_say(struct server *s, const uint8_t *octets, size_t size)
{
	if (s->query_size)
		sendto(s->udp, octets, size, 0, (struct sockaddr *)&s->client, sizeof s->client);
}

/* The last query as a response, with as many octets changed and put behind it as the script says.
 */
static size_t garbled(const struct server *s, struct reader *script, uint8_t *octets)
{
	size_t size = s->query_size > 0 ? (size_t)s->query_size : 0;
	memcpy(octets, s->query, size);
	if (size > 2)
		octets[2] |= 0x80;
	for (unsigned n = reader_u8(script) % 8; n && size; n--) {
		size_t at = reader_u8(script) % size;
		octets[at] = reader_u8(script);
	}
	for (unsigned n = reader_u8(script) % 64; n && size < DATAGRAM_MAX; n--)
		octets[size++] = reader_u8(script);
	return size;
}

static void server_by_tcp(struct server *s, struct reader *script)
{
	uint8_t octets[DATAGRAM_MAX + 2], asked[512];
	if (s->tcp < 0)
		s->tcp = accept4(s->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
	if (s->tcp < 0)
		return;
	ssize_t n = recv(s->tcp, asked, sizeof asked, 0);
	if (n > 2) {
		s->query_size = n - 2;
		memcpy(s->query, asked + 2, (size_t)n - 2);
	}
	size_t size = garbled(s, script, octets + 2);
	octets[0] = (uint8_t)(size >> 8);
	octets[1] = (uint8_t)(size + reader_u8(script) % 2);
	send(s->tcp, octets, size + 2, MSG_NOSIGNAL);
	if (reader_u8(script) % 4 == 0) {
		close(s->tcp);
		s->tcp = -1;
	}
}

static void turn(struct scene *s, uint64_t later_ns)
{
	s->now_ns += later_ns;
	loop_turn(s->loop, false);
	resolver_pump(s->resolver, s->now_ns);
}

static void step(struct scene *s, struct reader *script)
{
	uint8_t octets[DATAGRAM_MAX];
	switch (reader_u8(script) % 8) {
	case 0:
		server_take_query(&s->server);
		break;
	case 1:
	case 2:
		server_take_query(&s->server);
		server_say(&s->server, octets, garbled(&s->server, script, octets));
		break;
	case 3: /* again, or late */
		server_say(&s->server, octets, garbled(&s->server, script, octets));
		break;
	case 4: /* truncated */
		server_take_query(&s->server);
		memcpy(octets, s->server.query, sizeof s->server.query);
		octets[2] |= 0x82;
		server_say(&s->server, octets, (size_t)s->server.query_size);
		break;
	case 5:
		server_by_tcp(&s->server, script);
		break;
	case 6:
		turn(s, reader_u16(script) * CLOCK_NS_PER_MS / 16);
		break;
	default:
		octets[0] = reader_u8(script);
		server_say(&s->server, octets, octets[0] % 14);
	}
	turn(s, CLOCK_NS_PER_MS);
}

static void ask_all(struct scene *s)
{
	static const char *const names[N_QUESTIONS] = { "a.example", "b.example",
		"long-name.of.some.labels.example", "a.example", "x", "d.example" };
	static const enum rrtype types[N_QUESTIONS] = { RRTYPE_A, RRTYPE_TXT, RRTYPE_MX, RRTYPE_PTR,
		RRTYPE_AAAA, RRTYPE_TXT };
	for (unsigned i = 0; i < N_QUESTIONS; i++) {
		struct dname qname;
		require(!dname_parse(&qname, names[i], strlen(names[i])));
		s->questions[i] = (struct question){ .waiter.done = told };
		require(!resolver_ask(s->resolver, &s->questions[i].waiter, &qname, types[i]));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct scene s = { .now_ns = clock_now_ns(), .loop = loop_new() };
	struct reader script = reader_of(data, size);
	char why[256];
	hash_init();
	struct resolver_upstream up = { .ip = ipaddr_of_4((const uint8_t[]){ 127, 0, 0, 1 }),
		.port = server_open(&s.server) };
	struct resolver_config config = { .engine = &forward_engine,
		.upstreams = &up,
		.n_upstreams = 1,
		.timeout_ms = 500,
		.retries = 2,
		.question_deadline_ms = 2000,
		.max_in_flight = 4,
		.cache_bytes = 1 << 20,
		.n_workers = 1,
		.worker = 1 };
	config.mix_case = reader_u8(&script) & 1;
	require(!resolver_new(&s.resolver, &config, s.loop, why, sizeof why));
	ask_all(&s);
	turn(&s, 0);
	for (unsigned i = 0; i < STEPS_MAX && script.at < script.end && !script.failed; i++)
		step(&s, &script);
	/* nobody answers any more: all deadlines, and the pause that is made for a dead upstream,
	 * pass */
	unsigned n_told = 0;
	for (unsigned i = 0; i < TURNS_MAX && n_told < N_QUESTIONS; i++) {
		turn(&s, 50 * CLOCK_NS_PER_MS);
		n_told = 0;
		for (unsigned k = 0; k < N_QUESTIONS; k++)
			n_told += s.questions[k].n_told;
	}
	require(n_told == N_QUESTIONS);
	resolver_free(s.resolver);
	loop_free(s.loop);
	server_close(&s.server);
	return 0;
}
