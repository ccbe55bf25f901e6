/* choice.c - the heaviest upstream, then the cheapest of those that suit best. */
#include "resolver/forward/choice.h"

#include "resolver/forward/affinity.h"

/* An upstream costs its round trip, times the queries in flight there and this one. Shorter round
 * trips than this count as equal. */
enum { TRIP_ALIKE_US = 1000 };
/* So many transmissions go to the upstream that a name belongs to. */
enum { TRIES_AT_HOME = 2 };

static uint64_t cost_of(const struct route *r, uint64_t unknown_ns)
{
	uint64_t trip_us = (r->health.rtt.srtt_ns ? r->health.rtt.srtt_ns : unknown_ns) / 1000;
	return (upstream_in_flight(&r->health) + 1ull) *
	        (trip_us > TRIP_ALIKE_US ? trip_us : TRIP_ALIKE_US);
}

/* An upstream that has not answered yet is taken to be as quick as the quickest: when the first
 * question of a scan was answered and hundreds wait to be sent, all upstreams get their share. */
static uint64_t shortest_trip_ns(const struct forwarder *e)
{
	uint64_t shortest_ns = 0;
	for (unsigned i = 0; i < e->n_routes; i++) {
		uint64_t ns = e->routes[i].health.rtt.srtt_ns;
		if (ns && (!shortest_ns || ns < shortest_ns))
			shortest_ns = ns;
	}
	return shortest_ns;
}

static struct route *cheapest(struct forwarder *e,
        bool (*suits)(const struct route *r, const struct query *q), const struct query *q)
{
	struct route *best = NULL;
	uint64_t unknown_ns = shortest_trip_ns(e);
	for (unsigned i = 0; i < e->n_routes; i++) {
		struct route *r = &e->routes[(e->first_route + i) % e->n_routes];
		if (suits(r, q) && (!best || cost_of(r, unknown_ns) < cost_of(best, unknown_ns)))
			best = r;
	}
	return best;
}

bool choice_has_room(const struct route *r)
{
	return upstream_room(&r->health) > 0;
}

static bool has_room(const struct route *r, const struct query *q)
{
	return choice_has_room(r) && !(q->tried & route_bit(r));
}

static bool is_untried(const struct route *r, const struct query *q)
{
	return !upstream_is_dead(&r->health) && !(q->tried & route_bit(r));
}

static bool has_not_failed(const struct route *r, const struct query *q)
{
	return !upstream_is_dead(&r->health) && !(q->failed & route_bit(r));
}

static bool is_alive(const struct route *r, const struct query *q)
{
	(void)q;
	return !upstream_is_dead(&r->health);
}

static bool is_any(const struct route *r, const struct query *q)
{
	(void)r, (void)q;
	return true;
}

/* Of those with room, and of those that take what is theirs beyond it, the one for which the name's
 * domain weighs most. NULL: none is such. */
static struct route *heaviest(struct forwarder *e, const struct query *q)
{
	uint64_t of_name = affinity_of_name(flight_name(q->flight)), most = 0;
	struct route *best = NULL;
	for (unsigned i = 0; i < e->n_routes; i++) {
		struct route *r = &e->routes[i];
		uint64_t weight = affinity_weight(of_name, r->affinity);
		bool takes = choice_has_room(r) || upstream_takes_more(&r->health);
		if (takes && (!best || weight > most)) {
			best = r;
			most = weight;
		}
	}
	return best;
}

/* The first retransmission goes where the first transmission went: a recursor that has to look for
 * the answer is at it, and another one would look for it, too. */
static bool stays(const struct forwarder *e, const struct query *q)
{
	return e->n_routes > 1 && q->n_tries < TRIES_AT_HOME && !q->n_failed;
}

struct route *choice_of_route(struct forwarder *e, const struct query *q)
{
	static bool (*const wishes[])(const struct route *, const struct query *) = { has_room,
		is_untried, has_not_failed, is_alive, is_any };
	struct route *best = stays(e, q) ? heaviest(e, q) : NULL;
	e->first_route++;
	for (size_t i = 0; !best && i < sizeof wishes / sizeof wishes[0]; i++)
		best = cheapest(e, wishes[i], q);
	return best;
}

static bool is_free(const struct route *r)
{
	return !r->waiting.first && upstream_may_repeat(&r->health);
}

bool choice_must_wait(const struct forwarder *e, const struct route *r)
{
	return (!upstream_is_dead(&r->health) || e->is_pausing) && !is_free(r);
}

static bool can_repeat(const struct route *r, const struct query *q)
{
	return has_not_failed(r, q) && is_free(r);
}

struct route *choice_of_ready_route(struct forwarder *e, const struct query *q)
{
	return cheapest(e, can_repeat, q);
}
