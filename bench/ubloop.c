/* ubloop.c - questions per CPU-second to one forwarder through libunbound, asked in one of four ways; one way a run.
 *
 *     library   a bare ub_resolve_event() loop, libunbound's own settings but for the forwarder: a socket for each datagram, 16 of
 *               them, the validator in its module list
 *     default   the same loop with our settings, but for the sockets: "udp-connect" and the ports as libunbound has them, with 1024
 *               places so that no question waits for one
 *     tuned     the same loop with our settings: what the engine's libunbound gets, from the same ubconfig_print()
 *     layer     resolver_ask() and resolver_pump(): decoding, answers, cache, single flight and deadlines on top of the same
 *
 * The bare loops do nothing with an answer but look at its two rcodes. Each keeps `window` questions open and refills from the
 * loop, never from a callback, which would recurse on answers that come at once. CPU seconds are this process's own, from the
 * first question to the last answer: reading the questions and setting up are not in them. */
#include "base/clock.h"
#include "base/hash.h"
#include "base/loop.h"
#include "resolver/resolver.h"
#include "resolver/ubconfig.h"

#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unbound-event.h>
#include <unbound.h>
#include <unistd.h>

#define RCODE_OCTET 3
#define RCODE_NXDOMAIN 3
#define CLASS_IN 1
#define CACHE_BYTES (256u << 20)

struct question {
	const char *name;
	uint8_t *packed; /* only for the layer: the wire form behind its size; whole dnames would fill the processor's caches */
	enum rrtype type;
};

struct questions {
	char *text;
	struct question *list;
	size_t count, next;
};

struct slot {
	struct resolver_waiter waiter; /* first; only for the layer */
	struct bench *bench;
	struct slot *next_free;
};

struct bench {
	const char *mode;
	struct resolver_config config;
	struct resolver_upstream upstream;
	unsigned window;
	struct questions questions;
	struct slot *slots, *free_slots;
	size_t n_asked, n_ended, n_definite;
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

/* ---- questions: lines of "name TYPE" ---- */

static char *read_file(const char *path)
{
	struct textbuf text = { 0 };
	FILE *f = fopen(path, "re");
	char block[1 << 16];
	if (!f)
		die(path, "cannot be opened");
	for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
		textbuf_put(&text, block, n);
	fclose(f);
	textbuf_put_char(&text, '\0');
	if (text.failed)
		die(path, "out of memory");
	return text.bytes;
}

static enum rrtype type_of(const char *text)
{
	static const enum rrtype types[] = { RRTYPE_A, RRTYPE_AAAA, RRTYPE_MX, RRTYPE_PTR, RRTYPE_TXT };
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		if (!strcmp(text, rrtype_text(types[i])))
			return types[i];
	die(text, "unknown type");
	return RRTYPE_A;
}

static void add_question(struct questions *q, char *line, bool want_wire)
{
	char *blank = strchr(line, ' ');
	struct dname qname;
	if (!blank)
		die(line, "a line without a type");
	*blank = '\0';
	struct question *one = &q->list[q->count++];
	*one = (struct question){ .name = line, .type = type_of(blank + 1) };
	if (dname_parse(&qname, line, strlen(line)))
		die(line, "no domain name");
	if (!want_wire)
		return;
	one->packed = must(malloc(1u + qname.size));
	one->packed[0] = qname.size;
	memcpy(one->packed + 1, qname.wire, qname.size);
}

static void read_questions(struct questions *q, const char *path, bool want_wire)
{
	q->text = read_file(path);
	size_t n = 0;
	for (const char *at = q->text; (at = strchr(at, '\n')) != NULL; at++)
		n++;
	q->list = must(calloc(n + 1, sizeof *q->list));
	for (char *line = q->text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		*end = '\0';
		add_question(q, line, want_wire);
	}
}

/* ---- slots ---- */

static void make_slots(struct bench *b)
{
	b->slots = must(calloc(b->window, sizeof *b->slots));
	for (unsigned i = 0; i < b->window; i++) {
		b->slots[i].bench = b;
		b->slots[i].next_free = b->free_slots;
		b->free_slots = &b->slots[i];
	}
}

static struct slot *take_slot(struct bench *b)
{
	struct slot *slot = b->free_slots;
	if (!slot || b->questions.next == b->questions.count)
		return NULL;
	b->free_slots = slot->next_free;
	b->n_asked++;
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

static void answered(void *arg, int rcode, void *packet, int size, int security, char *why_bogus, int was_ratelimited)
{
	(void)security, (void)why_bogus, (void)was_ratelimited;
	const uint8_t *octets = packet;
	unsigned in_packet = rcode == 0 && size > RCODE_OCTET ? octets[RCODE_OCTET] & 0x0f : 15;
	end_slot(arg, in_packet == 0 || in_packet == RCODE_NXDOMAIN);
}

/* Our settings without what they say about sockets. */
static void drop_socket_settings(struct textbuf *text)
{
	struct textbuf kept = { 0 };
	const char *at = textbuf_text(text);
	for (const char *end; *at; at = end) {
		end = strchr(at, '\n') ? strchr(at, '\n') + 1 : at + strlen(at);
		const char *word = at + strspn(at, "\t");
		if (strncmp(word, "outgoing-port-", 14) && strncmp(word, "outgoing-range:", 15) && strncmp(word, "udp-connect:", 12))
			textbuf_put(&kept, at, (size_t)(end - at));
		if (!strncmp(word, "udp-connect:", 12))
			textbuf_put_text(&kept, "\toutgoing-range: 1024\n");
	}
	textbuf_fini(text);
	*text = kept;
}

static void set_up_bare(struct bench *b)
{
	b->base = must(event_base_new());
	b->ctx = must(ub_ctx_create_event(b->base));
	ub_ctx_debugout(b->ctx, NULL);
	struct textbuf text = { 0 };
	if (!strcmp(b->mode, "library")) {
		textbuf_printf(&text, "server:\n\tlocal-zone: \"" UBCONFIG_READY_NAME "\" always_nxdomain\n\tunblock-lan-zones: yes\n");
		char address[IPADDR_TEXT_BYTES];
		textbuf_printf(&text, "forward-zone:\n\tname: \".\"\n\tforward-addr: %s@%u\n", ipaddr_text(&b->upstream.ip, address),
			b->upstream.port);
	} else {
		ubconfig_print(&text, &b->config);
	}
	if (!strcmp(b->mode, "default"))
		drop_socket_settings(&text);
	int fd = memfd_create("unbound.conf", MFD_CLOEXEC);
	char path[64];
	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (text.failed || fd < 0 || write(fd, text.bytes, text.size) != (ssize_t)text.size || ub_ctx_config(b->ctx, path))
		die("libunbound", "its settings are refused");
	close(fd);
	textbuf_fini(&text);
	if (b->config.unbound_config && ub_ctx_config(b->ctx, b->config.unbound_config))
		die(b->config.unbound_config, "its settings are refused");
	/* finishes the set-up, without a datagram */
	struct slot ready = { .bench = b };
	int failed = ub_resolve_event(b->ctx, UBCONFIG_READY_NAME, RRTYPE_A, CLASS_IN, &ready, answered, NULL);
	if (failed || b->n_ended != 1)
		die("libunbound", failed ? ub_strerror(failed) : "it is not ready");
	b->free_slots = NULL;
	b->n_ended = b->n_definite = 0;
}

static void run_bare(struct bench *b)
{
	while (b->n_ended < b->questions.count) {
		for (struct slot *slot; (slot = take_slot(b)) != NULL;) {
			const struct question *q = &b->questions.list[b->questions.next++];
			int failed = ub_resolve_event(b->ctx, q->name, (int)q->type, CLASS_IN, slot, answered, NULL);
			if (failed)
				die(q->name, ub_strerror(failed));
		}
		if (b->n_ended < b->questions.count)
			event_base_loop(b->base, EVLOOP_ONCE);
	}
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
	const struct question *q = &b->questions.list[b->questions.next++];
	struct dname qname;
	qname.size = q->packed[0];
	memcpy(qname.wire, q->packed + 1, qname.size);
	slot->waiter.done = told;
	const struct answer *answer = resolver_ask(b->resolver, &slot->waiter, &qname, q->type);
	if (answer)
		told(&slot->waiter, answer);
}

static void run_layer(struct bench *b)
{
	while (b->n_ended < b->questions.count) {
		for (struct slot *slot; (slot = take_slot(b)) != NULL;)
			ask(b, slot);
		resolver_pump(b->resolver, clock_now_ns());
		if (b->n_ended < b->questions.count && (!b->free_slots || b->questions.next == b->questions.count))
			loop_turn(b->loop, !resolver_wants_pump(b->resolver));
	}
}

/* ---- the measurement ---- */

static double seconds_of(struct timeval t)
{
	return (double)t.tv_sec + (double)t.tv_usec / 1e6;
}

static void measure(struct bench *b, void (*run)(struct bench *b))
{
	struct rusage before, after;
	uint64_t began_ns = clock_now_ns();
	getrusage(RUSAGE_SELF, &before);
	run(b);
	getrusage(RUSAGE_SELF, &after);
	double user = seconds_of(after.ru_utime) - seconds_of(before.ru_utime);
	double system = seconds_of(after.ru_stime) - seconds_of(before.ru_stime);
	printf("{\"mode\": \"%s\", \"window\": %u, \"questions\": %zu, ", b->mode, b->window, b->n_asked);
	printf("\"definite\": %zu, ", b->n_definite);
	printf("\"cpu\": %.6f, \"user\": %.6f, \"system\": %.6f, \"wall\": %.6f, \"peak_mib\": %.1f}\n", user + system, user, system,
		(double)(clock_now_ns() - began_ns) / 1e9, (double)after.ru_maxrss / 1024);
}

/* A server to forward to is ADDRESS:PORT; anything with a slash is an unbound.conf for recursion. */
static void set_server(struct bench *b, char *text)
{
	char *colon = strrchr(text, ':');
	if (strchr(text, '/')) {
		b->config.kind = RESOLVER_RECURSIVE;
		b->config.unbound_config = text;
		return;
	}
	if (!colon || ipaddr_parse(&b->upstream.ip, text, (size_t)(colon - text)) || !(b->upstream.port = (uint16_t)strtoul(colon + 1, NULL, 10)))
		die(text, "neither ADDRESS:PORT nor the path of an unbound.conf");
	b->config.kind = RESOLVER_FORWARD;
	b->config.upstreams = &b->upstream;
	b->config.n_upstreams = 1;
}

int main(int argc, char **argv)
{
	if (argc != 5) {
		fputs("usage: ubloop library|default|tuned|layer ADDRESS:PORT|UNBOUND-CONF QUESTIONS-FILE WINDOW\n", stderr);
		return 2;
	}
	struct bench b = { .mode = argv[1], .window = (unsigned)strtoul(argv[4], NULL, 10) };
	bool layer = !strcmp(b.mode, "layer");
	if (!layer && strcmp(b.mode, "library") && strcmp(b.mode, "default") && strcmp(b.mode, "tuned"))
		die(b.mode, "no such way");
	if (!b.window)
		die("arguments", "no window");
	hash_init();
	/* as scanner/resolving.c makes it from the program's defaults */
	b.config = (struct resolver_config){ .timeout_ms = 2000, .retries = 3, .question_deadline_ms = 10000, .max_in_flight = b.window,
		.cache_bytes = CACHE_BYTES, .failure_ttl_s = 30, .n_workers = 1 };
	set_server(&b, argv[2]);
	read_questions(&b.questions, argv[3], layer);
	(layer ? set_up_layer : set_up_bare)(&b);
	make_slots(&b);
	measure(&b, layer ? run_layer : run_bare);
	/* everything is answered: leaving the rest to the exit keeps the clean-up out of nobody's figures but the user's patience */
	return 0;
}
