/* route.c - datagrams out, many a system call. */
#include "resolver/forward/route.h"

/* One datagram of segments may hold as much as UDP allows. */
enum { BATCH_BYTES = 65000 };
/* What is put waits until it is a quarter of what is in flight, or for so long. */
enum { RIPE_PART = 4 };
#define RIPE_NS 2000000ull

void route_put(struct route *r, struct attempt *a, size_t packet_size, uint64_t now_ns)
{
	if (r->n_put++ == 0)
		r->first_put_ns = now_ns;
	a->is_put = true;
	a->next_put = r->put[packet_size];
	r->put[packet_size] = a;
	r->put_sizes[packet_size / 64] |= 1ull << packet_size % 64;
}

void route_take_back(struct attempt *a)
{
	a->given_up = true;
	a->query = NULL;
}

static struct attempt *pop(struct route *r, size_t size)
{
	struct attempt *a = r->put[size];
	r->put[size] = a->next_put;
	if (!r->put[size])
		r->put_sizes[size / 64] &= ~(1ull << size % 64);
	a->next_put = NULL;
	a->is_put = false;
	r->n_put--;
	return a;
}

static void drop_given_up(struct route *r, struct attempts *as, size_t size)
{
	while (r->put[size] && r->put[size]->given_up)
		attempts_put(as, pop(r, size));
}

/* Takes the next ones of a size that leave through one socket; returns how many. */
static unsigned take_batch(struct route *r, struct attempts *as, size_t size,
        struct attempt *batch[PORTS_SEGMENTS_MAX])
{
	unsigned n = 0;
	while (n < PORTS_SEGMENTS_MAX && (n + 1) * size <= BATCH_BYTES) {
		drop_given_up(r, as, size);
		if (!r->put[size] || (n && r->put[size]->channel.port != batch[0]->channel.port))
			break;
		batch[n++] = pop(r, size);
	}
	return n;
}

/* False: the socket takes no more. */
static bool send_batch(struct route *r, struct attempt *const *batch, unsigned n, size_t size,
        route_encode *encode, uint64_t now_ns)
{
	static _Thread_local uint8_t octets[BATCH_BYTES + WIRE_QUERY_MAX_BYTES];
	for (unsigned i = 0; i < n; i++)
		encode(r->engine, batch[i], octets + i * size);
	enum ports_outcome outcome = ports_send(&r->ports, batch[0]->channel.port, octets, size, n);
	if (outcome == PORTS_UNREACHABLE) {
		/* the error is of an earlier datagram: these have not left */
		upstream_unreachable(&r->health, now_ns);
		outcome = ports_send(&r->ports, batch[0]->channel.port, octets, size, n);
	}
	if (outcome == PORTS_FULL)
		for (unsigned i = 0; i < n; i++)
			route_put(r, batch[i], size, now_ns);
	return outcome != PORTS_FULL;
}

/* Every packet of a size, until the socket is full; false then. */
static bool flush_size(
        struct route *r, struct attempts *as, size_t size, route_encode *encode, uint64_t now_ns)
{
	struct attempt *batch[PORTS_SEGMENTS_MAX];
	for (unsigned n; (n = take_batch(r, as, size, batch)) > 0;)
		if (!send_batch(r, batch, n, size, encode, now_ns))
			return false;
	return true;
}

bool route_is_ripe(const struct route *r, uint64_t now_ns)
{
	return r->n_put &&
	        (r->n_put * RIPE_PART >= upstream_in_flight(&r->health) ||
	                now_ns - r->first_put_ns >= RIPE_NS);
}

void route_flush(struct route *r, struct attempts *as, route_encode *encode, uint64_t now_ns)
{
	bool room = true;
	for (size_t word = 0; room && word < sizeof r->put_sizes / sizeof r->put_sizes[0]; word++)
		for (uint64_t sizes = r->put_sizes[word]; room && sizes; sizes &= sizes - 1)
			room = flush_size(
			        r, as, word * 64 + (size_t)__builtin_ctzll(sizes), encode, now_ns);
	r->port_now = (uint16_t)(entropy_u16(&as->entropy) % r->ports.n_sockets);
}

void route_tcp_leave(struct route *r, const struct attempt *a)
{
	unsigned number = a->channel.port - (unsigned)CHANNEL_TCP;
	struct tcp_connection *c = number ? &r->tcp.alone[number - 1] : &r->tcp.shared;
	c->n_open--;
	if (number)
		c->is_done = true;
	else
		tcp_window_leave(&r->tcp.window);
	c->only = NULL;
}
