/* ubloop.c - questions per CPU-second through libunbound, to one forwarder or by recursion, asked
 * in one of four ways; one way a run.
 *
 *     library   a bare ub_resolve_event() loop, libunbound's own settings but for the forwarder: a
 *               socket for each datagram, 16 of
 *               them, the validator in its module list
 *     default   the same loop with our settings, but for the sockets: "udp-connect" and the ports
 *               as libunbound has them, with 1024
 *               places so that no question waits for one
 *     tuned     the same loop with our settings: what the engine's libunbound gets, from the same
 *               ubconfig_print()
 *     layer     resolver_ask() and resolver_pump(): decoding, answers, cache, single flight and
 *               deadlines on top of an engine
 *
 * The bare loops do nothing with an answer but look at its two rcodes. Each keeps `window`
 * questions open and refills from the loop, never from a callback, which would recurse on answers
 * that come at once. It passes over the questions until SECONDS of CPU are over, once at the least,
 * each time with a context of its own that has nothing cached. CPU seconds are this process's own,
 * from the first question of a pass to its last answer: reading the questions, setting up and
 * clearing away are not in them. */
#include "base/clock.h"
#include "base/hash.h"
#include "base/loop.h"
#include "bench/questions.h"
#include "bench/ubcontext.h"
#include "resolver/engines.h"
#include "resolver/resolver.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound-event.h>
#include <unbound.h>

#define RCODE_OCTET 3
#define RCODE_NXDOMAIN 3
#define CLASS_IN 1
#define CACHE_BYTES                                                                                \
	(16u << 20) /* every question is new: more would only be filled and never read */

struct slot {
	struct resolver_waiter waiter; /* first; only for the layer */
	struct bench *bench;
	struct slot *next_free;
};

struct bench;

struct way {
	const char *name;
	enum ubcontext_settings settings; /* a bare loop's */
	void (*set_up)(struct bench *b), (*run)(struct bench *b), (*clear_away)(struct bench *b);
};

struct bench {
	const struct way *way;
	struct resolver_config config;
	struct resolver_upstream upstream;
	unsigned window;
	struct questions questions;
	uint8_t **packed; /* only for the layer: the wire form of each name behind its size; whole
	                     dnames would fill the processor's caches */
	struct slot *slots, *free_slots;
	size_t next, n_ended, n_definite; /* of this pass */
	/* a bare loop's */
	struct event_base *base;
	struct ub_ctx *ctx;
	/* the layer's */
	struct loop *loop;
	struct resolver *resolver;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "ubloop: %s: %s\n", what, why);
	exit(1);
}

static void *must(void *memory)
{
	if (!memory)
		die("set-up", "out of memory");
	return memory;
}

/* ---- questions ---- */

static void pack_names(struct bench *b)
{
	b->packed = must(calloc(b->questions.count, sizeof *b->packed));
	for (size_t i = 0; i < b->questions.count; i++) {
		const char *name = b->questions.list[i].name;
		struct dname qname;
		if (dname_parse(&qname, name, strlen(name)))
			die(name, "no domain name");
		b->packed[i] = must(malloc(1u + qname.size));
		b->packed[i][0] = qname.size;
		memcpy(b->packed[i] + 1, qname.wire, qname.size);
	}
}

/* ---- slots ---- */

static void make_slots(struct bench *b)
{
	b->slots = must(calloc(b->window, sizeof *b->slots));
	b->free_slots = NULL;
	for (unsigned i = 0; i < b->window; i++) {
		b->slots[i].bench = b;
		b->slots[i].next_free = b->free_slots;
		b->free_slots = &b->slots[i];
	}
}

static struct slot *take_slot(struct bench *b)
{
	struct slot *slot = b->free_slots;
	if (!slot || b->next == b->questions.count)
		return NULL;
	b->free_slots = slot->next_free;
	return slot;
}

static void end_slot(struct slot *slot, bool definite)
{
	struct bench *b = slot->bench;
	slot->next_free = b->free_slots;
	b->free_slots = slot;
	b->n_ended++;
	b->n_definite += definite;
}

/* ---- the bare loop ---- */

static void answered(void *arg, int rcode, void *packet, int size, int security, char *why_bogus,
        int was_ratelimited)
{
	(void)security, (void)why_bogus, (void)was_ratelimited;
	const uint8_t *octets = packet;
	unsigned in_packet = rcode == 0 && size > RCODE_OCTET ? octets[RCODE_OCTET] & 0x0f : 15;
	end_slot(arg, in_packet == 0 || in_packet == RCODE_NXDOMAIN);
}

static void set_up_bare(struct bench *b)
{
	char why[512];
	b->base = must(event_base_new());
	b->ctx = ubcontext_new(b->base, b->way->settings, &b->config, why, sizeof why);
	if (!b->ctx)
		die("libunbound", why);
}

static void run_bare(struct bench *b)
{
	while (b->n_ended < b->questions.count) {
		for (struct slot *slot; (slot = take_slot(b)) != NULL;) {
			const struct question *q = &b->questions.list[b->next++];
			int failed = ub_resolve_event(
			        b->ctx, q->name, (int)q->type, CLASS_IN, slot, answered, NULL);
			if (failed)
				die(q->name, ub_strerror(failed));
		}
		if (b->n_ended < b->questions.count)
			event_base_loop(b->base, EVLOOP_ONCE);
	}
}

static void clear_away_bare(struct bench *b)
{
	ub_ctx_delete(b->ctx);
	event_base_free(b->base);
}

/* ---- the resolver ---- */

static void told(struct resolver_waiter *waiter, const struct answer *answer)
{
	end_slot((struct slot *)waiter, answer_is_definite(answer));
	answer_unref(answer);
}

static void set_up_layer(struct bench *b)
{
	char why[512];
	b->loop = must(loop_new());
	if (resolver_new(&b->resolver, &b->config, b->loop, why, sizeof why))
		die("resolver", why);
}

static void ask(struct bench *b, struct slot *slot)
{
	size_t i = b->next++;
	struct dname qname;
	qname.size = b->packed[i][0];
	memcpy(qname.wire, b->packed[i] + 1, qname.size);
	slot->waiter.done = told;
	const struct answer *answer =
	        resolver_ask(b->resolver, &slot->waiter, &qname, b->questions.list[i].type);
	if (answer)
		told(&slot->waiter, answer);
}

static void run_layer(struct bench *b)
{
	while (b->n_ended < b->questions.count) {
		for (struct slot *slot; (slot = take_slot(b)) != NULL;)
			ask(b, slot);
		resolver_pump(b->resolver, clock_now_ns());
		if (b->n_ended < b->questions.count &&
		        (!b->free_slots || b->next == b->questions.count))
			loop_turn(b->loop, !resolver_wants_pump(b->resolver));
	}
}

static void clear_away_layer(struct bench *b)
{
	resolver_free(b->resolver);
	loop_free(b->loop);
}

/* ---- the measurement ---- */

static const struct way ways[] = {
	{ "library", UBCONTEXT_LIBRARY, set_up_bare, run_bare, clear_away_bare },
	{ "default", UBCONTEXT_DEFAULT_SOCKETS, set_up_bare, run_bare, clear_away_bare },
	{ "tuned", UBCONTEXT_TUNED, set_up_bare, run_bare, clear_away_bare },
	{ "layer", 0, set_up_layer, run_layer, clear_away_layer },
};

static const struct way *way_of(const char *name)
{
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
		if (!strcmp(name, ways[i].name))
			return &ways[i];
	die(name, "no such way");
	return NULL;
}

static void measure(struct bench *b, double seconds)
{
	uint64_t cpu_ns = 0, wall_ns = 0;
	size_t n_passes = 0, n_definite = 0;
	do {
		b->way->set_up(b);
		make_slots(b);
		b->next = b->n_ended = b->n_definite = 0;
		uint64_t began_ns = clock_now_ns(), cpu_began_ns = clock_cpu_ns();
		b->way->run(b);
		cpu_ns += clock_cpu_ns() - cpu_began_ns;
		wall_ns += clock_now_ns() - began_ns;
		n_definite += b->n_definite;
		n_passes++;
		b->way->clear_away(b);
		free(b->slots);
	} while ((double)cpu_ns < seconds * 1e9);
	printf("{\"mode\": \"%s\", \"window\": %u, \"passes\": %zu, ", b->way->name, b->window,
	        n_passes);
	printf("\"questions\": %zu, \"definite\": %zu, ", n_passes * b->questions.count,
	        n_definite);
	printf("\"cpu\": %.6f, \"wall\": %.6f}\n", (double)cpu_ns / 1e9, (double)wall_ns / 1e9);
}

/* A server to forward to is ADDRESS:PORT; anything with a slash is an unbound.conf for recursion.
 */
static void set_server(struct bench *b, char *text)
{
	char *colon = strrchr(text, ':');
	if (strchr(text, '/')) {
		b->config.engine = engines_choose(0);
		b->config.unbound_config = text;
		return;
	}
	if (!colon || ipaddr_parse(&b->upstream.ip, text, (size_t)(colon - text)) ||
	        !(b->upstream.port = (uint16_t)strtoul(colon + 1, NULL, 10)))
		die(text, "neither ADDRESS:PORT nor the path of an unbound.conf");
	b->config.engine = engines_choose(ENGINE_UPSTREAMS);
	b->config.upstreams = &b->upstream;
	b->config.n_upstreams = 1;
}

int main(int argc, char **argv)
{
	if (argc != 6) {
		fputs("usage: ubloop library|default|tuned|layer ADDRESS:PORT|UNBOUND-CONF "
		      "QUESTIONS-FILE WINDOW SECONDS\n",
		        stderr);
		return 2;
	}
	struct bench b = { .way = way_of(argv[1]), .window = (unsigned)strtoul(argv[4], NULL, 10) };
	if (!b.window)
		die("arguments", "no window");
	hash_init();
	/* as scanner/worker_resolver.c makes it from the program's defaults */
	b.config = (struct resolver_config){ .timeout_ms = 2000,
		.retries = 3,
		.question_deadline_ms = 10000,
		.max_in_flight = b.window,
		.cache_bytes = CACHE_BYTES,
		.failure_ttl_s = 30,
		.n_workers = 1 };
	set_server(&b, argv[2]);
	const char *why = questions_read(&b.questions, argv[3]);
	if (why)
		die(argv[3], why);
	if (b.way->run == run_layer)
		pack_names(&b);
	measure(&b, strtod(argv[5], NULL));
	return 0;
}
