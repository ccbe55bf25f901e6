/* rewriting.c - two questions to each upstream, over one socket of each family. */
#include "resolver/rewriting.h"

#include "base/clock.h"
#include "dns/wire.h"
#include "resolver/endpoint.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_NS (2 * CLOCK_NS_PER_S)
#define AGAIN_NS (500 * CLOCK_NS_PER_MS)

/* What a name may be under: the first of a row that is not excluded. */
static const char *const tops[REWRITING_NAMES][6] = {
	{ "invalid" },
	{ "com", "net", "org", "de", "info" },
};

static void add_name(
        struct rewriting *r, const char *const *candidates, const struct exclusions *exclusions)
{
	for (; *candidates; candidates++) {
		struct dname *name = &r->names[r->n_names];
		char text[64];
		int size = snprintf(text, sizeof text, "%08x%08x%08x.%s", arc4random(),
		        arc4random(), arc4random(), *candidates);
		dname_parse(name, text, (size_t)size);
		if (exclusions_hold_name(exclusions, name))
			continue;
		r->n_names++;
		return;
	}
}

static void send_missing(struct rewriting *r, uint64_t now_ns)
{
	r->sent_ns = now_ns;
	for (unsigned u = 0; u < r->upstreams->n; u++) {
		const struct resolver_upstream *to = &r->upstreams->list[u];
		struct sockaddr_storage address;
		socklen_t size = endpoint_sockaddr(&address, &to->ip, to->port);
		int fd = r->fds[to->ip.family == IPFAMILY_6];
		for (unsigned i = 0; fd >= 0 && i < r->n_names; i++) {
			uint8_t packet[WIRE_QUERY_MAX_BYTES];
			if (r->of[u].answered[i])
				continue;
			/* without EDNS: every server understands that */
			size_t n = wire_encode_query(
			        packet, r->of[u].ids[i], &r->names[i], RRTYPE_A, 0, false);
			/* what does not leave is sent again */
			(void)!sendto(fd, packet, n, 0, (const struct sockaddr *)&address, size);
		}
	}
}

void rewriting_begin(
        struct rewriting *r, const struct upstreams *upstreams, const struct exclusions *exclusions)
{
	*r = (struct rewriting){
		.upstreams = upstreams, .fds = { -1, -1 }, .begun_ns = clock_now_ns()
	};
	for (unsigned i = 0; i < REWRITING_NAMES; i++)
		add_name(r, tops[i], exclusions);
	for (unsigned u = 0; u < upstreams->n; u++) {
		bool is_ipv6 = upstreams->list[u].ip.family == IPFAMILY_6;
		for (unsigned i = 0; i < r->n_names; i++)
			r->of[u].ids[i] = (uint16_t)arc4random();
		if (r->fds[is_ipv6] < 0)
			r->fds[is_ipv6] = socket(is_ipv6 ? AF_INET6 : AF_INET,
			        SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	}
	send_missing(r, r->begun_ns);
}

/* UPSTREAMS_MAX: it is of none. */
static unsigned upstream_at(const struct rewriting *r, const struct sockaddr_storage *from)
{
	unsigned u = 0;
	for (; u < r->upstreams->n; u++) {
		struct sockaddr_storage address;
		socklen_t size = endpoint_sockaddr(
		        &address, &r->upstreams->list[u].ip, r->upstreams->list[u].port);
		if (from->ss_family == address.ss_family && !memcmp(from, &address, size))
			return u;
	}
	return UPSTREAMS_MAX;
}

static bool has_all(const struct rewriting *r, unsigned u)
{
	for (unsigned i = 0; i < r->n_names; i++)
		if (!r->of[u].answered[i])
			return false;
	return true;
}

static void take(struct rewriting *r, unsigned u, const uint8_t *packet, size_t size)
{
	for (unsigned i = 0; i < r->n_names; i++) {
		struct answer_builder b = { 0 };
		if (size < 2 || (packet[0] << 8 | packet[1]) != r->of[u].ids[i] ||
		        r->of[u].answered[i])
			continue;
		answer_builder_begin(&b, &r->names[i], RRTYPE_A);
		if (wire_decode(&b, packet, size)) {
			r->of[u].answered[i] = true;
			bool all = has_all(r, u);
			atomic_store_explicit(&r->heard, true, memory_order_relaxed);
			if (b.status == ANSWER_OK && b.n_records)
				r->of[u].rewrites = REWRITES_YES;
			else if (all && r->of[u].rewrites == REWRITES_UNKNOWN)
				r->of[u].rewrites = REWRITES_NO;
		}
		answer_builder_fini(&b);
	}
}

static void receive(struct rewriting *r, int fd)
{
	uint8_t packet[4096];
	struct sockaddr_storage from = { 0 };
	socklen_t from_size = sizeof from;
	for (ssize_t n; (n = recvfrom(fd, packet, sizeof packet, 0, (struct sockaddr *)&from,
	                         &from_size)) >= 0;
	        from_size = sizeof from) {
		if (from.ss_family == AF_INET6) /* flow and scope are no part of who it is */
			memset((char *)&from + 24, 0, sizeof from - 24);
		unsigned u = upstream_at(r, &from);
		if (u < UPSTREAMS_MAX)
			take(r, u, packet, (size_t)n);
		from = (struct sockaddr_storage){ 0 };
	}
}

static bool is_missing(const struct rewriting *r)
{
	for (unsigned u = 0; u < r->upstreams->n; u++)
		if (r->of[u].rewrites == REWRITES_UNKNOWN)
			return true;
	return false;
}

void rewriting_wait(struct rewriting *r)
{
	while (r->n_names && is_missing(r) && (r->fds[0] >= 0 || r->fds[1] >= 0)) {
		struct pollfd polled[2] = { { r->fds[0], POLLIN, 0 }, { r->fds[1], POLLIN, 0 } };
		poll(polled, 2, 50);
		for (unsigned i = 0; i < 2; i++)
			if (polled[i].fd >= 0)
				receive(r, polled[i].fd);
		uint64_t now_ns = clock_now_ns();
		if (now_ns - r->begun_ns >= PATIENCE_NS)
			return;
		if (now_ns - r->sent_ns >= AGAIN_NS)
			send_missing(r, now_ns);
	}
}

bool rewriting_hears(const struct rewriting *r)
{
	static const struct timespec pause = { .tv_nsec = CLOCK_NS_PER_MS };
	while (r->n_names && !rewriting_has_heard(r) && clock_now_ns() - r->begun_ns < PATIENCE_NS)
		nanosleep(&pause, NULL);
	return rewriting_has_heard(r);
}

void rewriting_end(struct rewriting *r)
{
	for (unsigned i = 0; i < 2; i++)
		if (r->fds[i] >= 0)
			close(r->fds[i]);
	r->fds[0] = r->fds[1] = -1;
}
