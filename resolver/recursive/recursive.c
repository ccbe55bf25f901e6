/* recursive.c - the engine on libunbound's event API: recursion from the root, or forwarding, one
 * ub_ctx for each worker on the worker's own event loop.
 *
 * Traps, each of which shaped this file:
 * - An answer may call back before ub_resolve_event() returns (local zones, its own cache), and the
 *   packet lies in a buffer that
 *   the next question overwrites: the callback decodes at once, lands the flight, and asks nothing.
 * - ub_cancel() stops nothing. A flight that is given up leaves its *ticket* behind, which
 *   libunbound goes on to hold; the late
 *   answer is still worth caching.
 * - Deleting a context calls every open question back with SERVFAIL: `closing`.
 * - A name that libunbound cannot parse leaks memory in it; ours are printed from wire form, so
 *   none is.
 * - Failures (SERVFAIL, REFUSED, timeouts, no socket) all look alike: ANSWER_UNRESOLVED. The reason
 *   is in `rcode` for a fresh one,
 *   in the packet for one it had cached.
 * - When many names in a row stay without answer, libunbound takes the forwarder for dead and fails
 *   every question inside ub_resolve_event(), before it
 *   sent anything. That says nothing about the name; but it remembers it as a failure of the name
 * for 5 s. Such a question *rests* until that is forgotten. A name may fail there by its own fault,
 * too: a loop of CNAMEs that libunbound has cached. That is not remembered, which tells the two
 * apart: the question is asked again at once. (With a user's forward-zone we cannot tell: there it
 * may be the name's own zone that is dead.)
 * - Set-up and deletion write process-wide variables of libunbound, so they are serialised by a
 *   mutex, the one mutable variable at
 *   file scope; its configuration parser complains to the C library's stderr, everything else to a
 * log that is process-wide too. */
#include "resolver/engine.h"

#include "base/clock.h"
#include "resolver/recursive/ubconfig.h"
#include "dns/wire.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unbound.h>
#include <unbound-event.h>
#include <unistd.h>

#define ROOT_ANCHOR "/usr/share/dns/root.key"
#define CLASS_IN 1
#define FLAG_AA_OCTET 2
#define FLAG_AA 0x04
#define RCODE_OCTET 3
#define RCODE_SERVFAIL 2

/* libunbound answers from its cache of failures for 5 s (NORR_TTL), and its timers know nothing of
 * time that the thread did not live. */
enum { FAILURE_MS = 6000 };

/* A forwarder comes back after "infra-host-ttl", 10 s; a question that rested this often is given
 * up for good, after 30 s. And how long no other is started then, only to rest as well. */
enum { RESTS_MAX = 5, PAUSE_MS = 100 };

static const char cause_unknown[] = "libunbound cannot say why";

static pthread_mutex_t libunbound_lock = PTHREAD_MUTEX_INITIALIZER;

/* What libunbound holds for us while it works on a question. */
struct ticket {
	struct recursive *engine;
	struct flight *flight; /* NULL: abandoned, then the question is here */
	struct dname qname;
	enum rrtype type;
	struct ticket *next_free, *next_made;
	/* while its question rests */
	struct ticket *next_resting;
	uint64_t rested_ns; /* when that is over */
	unsigned n_rests;
	bool has_failed; /* at once: a failure that libunbound remembers may be that one */
};

/* What came of a question inside ub_resolve_event(). */
enum at_once { AT_ONCE_NOTHING, AT_ONCE_FAILED, AT_ONCE_REMEMBERED };

struct recursive {
	struct engine engine; /* first */
	struct ub_ctx *ctx;
	struct ticket *free_tickets, *all_tickets;
	struct answer_builder builder;
	bool ready, closing;
	/* forwarding: */
	bool may_distrust;       /* a failure at once may mean that nothing was tried */
	struct ticket *starting; /* inside ub_resolve_event() */
	enum at_once at_once;
	struct ticket *resting, **resting_end; /* by rested_ns */
};

/* ---- tickets ---- */

static struct ticket *ticket_get(struct recursive *e)
{
	struct ticket *t = e->free_tickets;
	if (t) {
		e->free_tickets = t->next_free;
		return t;
	}
	t = calloc(1, sizeof *t);
	if (!t)
		return NULL;
	t->engine = e;
	t->next_made = e->all_tickets;
	e->all_tickets = t;
	return t;
}

static void ticket_put(struct ticket *t)
{
	t->next_free = t->engine->free_tickets;
	t->engine->free_tickets = t;
}

/* ---- answers ---- */

static const struct answer *bogus_of(
        const struct dname *qname, enum rrtype type, const char *why_bogus)
{
	struct answer *a = answer_of_failure(qname, type, ANSWER_BOGUS, why_bogus);
	if (a)
		a->dnssec = ANSWER_DNSSEC_BOGUS;
	return a;
}

static bool is_servfail(const uint8_t *packet, size_t size)
{
	return packet && size > RCODE_OCTET && (packet[RCODE_OCTET] & 0x0f) == RCODE_SERVFAIL;
}

static const struct answer *answer_of_packet(
        const struct ticket *t, const uint8_t *packet, size_t size, int security)
{
	struct answer_builder *b = &t->engine->builder;
	if (t->flight)
		flight_begin_answer(t->flight, b);
	else
		answer_builder_begin(b, &t->qname, t->type);
	wire_decode(b, packet, size);
	if (b->status == ANSWER_SERVFAIL && is_servfail(packet, size)) {
		b->status = ANSWER_UNRESOLVED;
		snprintf(b->cause, sizeof b->cause, "%s", cause_unknown);
	}
	b->dnssec = security == 2 ? ANSWER_SECURE : ANSWER_INSECURE;
	return answer_build(b);
}

/* `rcode` is of libunbound's own making; only with 0 is there a packet to look at. */
static const struct answer *answer_of(struct ticket *t, int rcode, const void *packet, int size,
        int security, const char *why_bogus, int was_ratelimited)
{
	const struct dname *qname = t->flight ? &t->flight->qname : &t->qname;
	const bool has_packet = rcode == 0 && packet && size > RCODE_OCTET;
	if (has_packet && security == 1)
		return bogus_of(qname, t->type, why_bogus);
	if (has_packet)
		return answer_of_packet(t, packet, (size_t)size, security);
	const char *cause = was_ratelimited ? "libunbound's own rate limit" : cause_unknown;
	return answer_of_failure(qname, t->type, ANSWER_UNRESOLVED, cause);
}

static void answered(void *arg, int rcode, void *packet, int size, int security, char *why_bogus,
        int was_ratelimited)
{
	struct ticket *t = arg;
	struct recursive *e = t->engine;
	if (e->closing)
		return;
	if (t == e->starting && e->may_distrust) {
		e->at_once = rcode != 0                                      ? AT_ONCE_FAILED
		        : t->has_failed && is_servfail(packet, (size_t)size) ? AT_ONCE_REMEMBERED
		                                                             : AT_ONCE_NOTHING;
		if (e->at_once != AT_ONCE_NOTHING)
			return;
	}
	if (rcode == 0 && packet && size > RCODE_OCTET &&
	        ((const uint8_t *)packet)[FLAG_AA_OCTET] & FLAG_AA)
		resolver_count(e->engine.resolver,
		        RESOLVER_LOCAL_ANSWER); /* what it has from others never has AA set */
	const struct answer *answer =
	        answer_of(t, rcode, packet, size, security, why_bogus, was_ratelimited);
	struct flight *f = t->flight;
	ticket_put(t);
	if (f) {
		f->ticket = NULL;
		resolver_land(e->engine.resolver, f, answer);
	} else {
		e->engine.n_abandoned--;
		resolver_late(e->engine.resolver, answer);
	}
}

/* ---- questions ---- */

/* The absolute name in presentation form, which is what libunbound takes; it understands \DDD. */
static void name_print(char text[DNAME_TEXT_BYTES + 1], const struct dname *name)
{
	dname_text(name, text);
	size_t size = strlen(text);
	if (name->size > 1) {
		text[size] = '.';
		text[size + 1] = '\0';
	}
}

/* libunbound has the ticket then, or has given it back with the answer, unless it failed at once,
 * or would not take the question (the error of that). */
static int ask(struct recursive *e, struct ticket *t)
{
	char name[DNAME_TEXT_BYTES + 1];
	name_print(name, flight_name(t->flight));
	e->starting = t;
	e->at_once = AT_ONCE_NOTHING;
	int error = ub_resolve_event(e->ctx, name, (int)t->type, CLASS_IN, t, answered, NULL);
	e->starting = NULL;
	return error;
}

static void rest(struct recursive *e, struct ticket *t, uint64_t now_ns)
{
	t->n_rests++;
	t->rested_ns = now_ns + FAILURE_MS * CLOCK_NS_PER_MS;
	t->next_resting = NULL;
	*e->resting_end = t;
	e->resting_end = &t->next_resting;
	resolver_hold(e->engine.resolver, t->flight);
	resolver_pause(e->engine.resolver, PAUSE_MS);
}

static void try(struct recursive *e, struct ticket *t, uint64_t now_ns)
{
	struct flight *f = t->flight;
	int error = ask(e, t);
	if (!error && e->at_once == AT_ONCE_FAILED) {
		t->has_failed = true;
		error = ask(e, t);
	}
	if (!error && e->at_once == AT_ONCE_NOTHING)
		return;
	if (!error && e->at_once == AT_ONCE_REMEMBERED && t->n_rests < RESTS_MAX) {
		rest(e, t, now_ns);
		return;
	}
	ticket_put(t);
	f->ticket = NULL;
	resolver_land(e->engine.resolver, f,
	        answer_of_failure(&f->qname, f->type, ANSWER_UNRESOLVED,
	                error ? ub_strerror(error) : cause_unknown));
}

static void recursive_start(struct engine *engine, struct flight *f, uint64_t now_ns)
{
	struct recursive *e = (struct recursive *)engine;
	struct ticket *t = ticket_get(e);
	if (!t) {
		resolver_land(engine->resolver, f, NULL);
		return;
	}
	t->flight = f;
	t->type = f->type;
	t->n_rests = 0;
	t->has_failed = false;
	f->ticket = t;
	try(e, t, now_ns);
}

static void recursive_turn(struct engine *engine, uint64_t now_ns)
{
	struct recursive *e = (struct recursive *)engine;
	for (struct ticket *t; (t = e->resting) != NULL && t->rested_ns <= now_ns;) {
		e->resting = t->next_resting;
		if (!e->resting)
			e->resting_end = &e->resting;
		resolver_renew(engine->resolver, t->flight);
		try(e, t, now_ns);
	}
}

static void recursive_abandon(struct engine *engine, struct flight *f)
{
	struct ticket *t = f->ticket;
	t->qname = *flight_name(f);
	t->flight = NULL;
	f->ticket = NULL;
	engine->n_abandoned++;
}

static void recursive_free(struct engine *engine)
{
	struct recursive *e = (struct recursive *)engine;
	e->closing = true;
	pthread_mutex_lock(&libunbound_lock);
	if (e->ctx)
		ub_ctx_delete(e->ctx);
	pthread_mutex_unlock(&libunbound_lock);
	while (e->all_tickets) {
		struct ticket *t = e->all_tickets;
		e->all_tickets = t->next_made;
		free(t);
	}
	answer_builder_fini(&e->builder);
	free(e);
}

static const struct engine_ops recursive_ops = {
	.name = "libunbound",
	.start = recursive_start,
	.abandon = recursive_abandon,
	.turn = recursive_turn,
	.free = recursive_free,
	.failure_ms = FAILURE_MS,
};

/* ---- set-up, all of it under the lock ---- */

/* What is being set up, and what libunbound says meanwhile. */
struct setup {
	struct recursive *engine;
	const struct resolver_config *config;
	FILE *log;
	char *log_text;
	size_t log_size;
	char *why;
	size_t why_size;
};

/* `err`, with the reason for the user: libunbound's first line, without time and process, behind
 * what it was about; or `otherwise` when it said nothing. */
static enum error setup_failed(
        struct setup *s, enum error err, const char *about, const char *otherwise)
{
	fflush(s->log);
	const char *line = s->log_text && s->log_text[0] ? s->log_text : otherwise;
	if (line[0] == '[' && strstr(line, "] ") && strstr(line, ": "))
		line = strstr(strstr(line, "] "), ": ") + 2;
	snprintf(s->why, s->why_size, "%s: %.*s", about, (int)strcspn(line, "\n"), line);
	return err;
}

static enum error read_ours(struct setup *s)
{
	struct textbuf text;
	textbuf_init(&text, 0);
	ubconfig_print(&text, s->config);
	int fd = memfd_create("unbound.conf", MFD_CLOEXEC), failed = UB_SYNTAX;
	enum error err = fd < 0 ? ERROR_SYSTEM : text.failed ? ERROR_NOMEM : ERROR_NONE;
	if (!err && write(fd, text.bytes, text.size) != (ssize_t)text.size)
		err = ERROR_SYSTEM;
	if (!err) {
		char path[64];
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		failed = ub_ctx_config(s->engine->ctx, path);
	}
	if (!err && failed)
		err = ERROR_SYNTAX;
	if (err)
		setup_failed(s, err, "libunbound's settings",
		        err == ERROR_SYSTEM ? strerror(errno) : error_text(err));
	if (fd >= 0)
		close(fd);
	textbuf_fini(&text);
	return err;
}

static enum error read_users(struct setup *s)
{
	const char *path = s->config->unbound_config;
	if (!path)
		return ERROR_NONE;
	if (access(path, R_OK)) {
		snprintf(
		        s->why, s->why_size, "unbound configuration %s: %s", path, strerror(errno));
		return ERROR_SYSTEM;
	}
	/* The parser writes to the C library's stderr, whatever ub_ctx_debugout() was told; our own
	 * messages go to the descriptor, so they are not caught by this. */
	FILE *terminal = stderr;
	stderr = s->log;
	int failed = ub_ctx_config(s->engine->ctx, path);
	stderr = terminal;
	return failed ? setup_failed(s, ERROR_SYNTAX, "unbound configuration", ub_strerror(failed))
	              : ERROR_NONE;
}

/* Deleting a context whose module list did not start crashes in libunbound 1.17, so unknown names
 * must not get that far. */
static enum error check_modules(struct setup *s)
{
	static const char *const known[] = { "iterator", "validator", "respip", "dns64" };
	char *modules = NULL;
	enum error err = ERROR_NONE;
	if (ub_ctx_get_option(s->engine->ctx, "module-config", &modules))
		return ERROR_NONE;
	for (const char *at = modules + strspn(modules, " \t"); *at && !err;
	        at += strspn(at, " \t")) {
		size_t size = strcspn(at, " \t"), i = 0;
		while (i < sizeof known / sizeof known[0] &&
		        (strlen(known[i]) != size || memcmp(known[i], at, size) != 0))
			i++;
		if (i == sizeof known / sizeof known[0]) {
			snprintf(s->why, s->why_size,
			        "unbound configuration %s: no such module: %.*s",
			        s->config->unbound_config ? s->config->unbound_config : "",
			        (int)size, at);
			err = ERROR_SYNTAX;
		}
		at += size;
	}
	free(modules);
	return err;
}

static enum error read_anchor(struct setup *s)
{
	if (!s->config->dnssec)
		return ERROR_NONE;
	const char *path = s->config->trust_anchor ? s->config->trust_anchor : ROOT_ANCHOR;
	if (access(path, R_OK)) {
		snprintf(s->why, s->why_size, "trust anchor %s: %s%s", path, strerror(errno),
		        s->config->trust_anchor ? "" : " (Debian's package dns-root-data has it)");
		return ERROR_SYSTEM;
	}
	int failed = ub_ctx_add_ta_file(s->engine->ctx, path);
	return failed ? setup_failed(s, ERROR_SYNTAX, "trust anchor", ub_strerror(failed))
	              : ERROR_NONE;
}

static void ready_answered(void *arg, int rcode, void *packet, int size, int security,
        char *why_bogus, int was_ratelimited)
{
	struct recursive *e = arg;
	(void)packet, (void)size, (void)security, (void)why_bogus, (void)was_ratelimited;
	e->ready = rcode == 0;
}

/* Settings are only believed, and zones and anchors only read, at the first question: ask one that
 * is answered at once. */
static enum error finish(struct setup *s)
{
	struct recursive *e = s->engine;
	int failed = ub_resolve_event(
	        e->ctx, UBCONFIG_READY_NAME, RRTYPE_A, CLASS_IN, e, ready_answered, NULL);
	if (e->ready)
		return ERROR_NONE;
	char about[512] = "libunbound";
	if (s->config->unbound_config)
		snprintf(
		        about, sizeof about, "unbound configuration %s", s->config->unbound_config);
	return setup_failed(
	        s, ERROR_SYNTAX, about, failed ? ub_strerror(failed) : "it does not answer");
}

static enum error set_up(struct setup *s, struct loop *loop)
{
	static enum error (*const steps[])(
	        struct setup *) = { read_ours, read_users, check_modules, read_anchor, finish };
	s->log = open_memstream(&s->log_text, &s->log_size);
	if (s->log)
		s->engine->ctx = ub_ctx_create_event(loop_event_base(loop));
	enum error err = s->engine->ctx ? ERROR_NONE : ERROR_NOMEM;
	if (err)
		snprintf(s->why, s->why_size, "%s", error_text(err));
	else
		ub_ctx_debugout(s->engine->ctx, s->log);
	for (size_t i = 0; !err && i < sizeof steps / sizeof steps[0]; i++)
		err = steps[i](s);
	if (s->engine->ctx)
		ub_ctx_debugout(
		        s->engine->ctx, NULL); /* from here on it has no log, whatever happens */
	if (s->log)
		fclose(s->log);
	free(s->log_text);
	return err;
}

enum error recursive_engine_new(struct engine **out, struct resolver *r,
        const struct resolver_config *config, struct loop *loop, char *why, size_t why_size)
{
	*out = NULL;
	if (config->kind == RESOLVER_FORWARD && config->n_upstreams == 0) {
		snprintf(why, why_size, "no upstream to forward to");
		return ERROR_EMPTY;
	}
	struct recursive *e = calloc(1, sizeof *e);
	if (!e) {
		snprintf(why, why_size, "%s", error_text(ERROR_NOMEM));
		return ERROR_NOMEM;
	}
	e->engine = (struct engine){ .ops = &recursive_ops, .resolver = r };
	e->builder.slab = resolver_slab(r);
	e->may_distrust = config->kind == RESOLVER_FORWARD;
	e->resting_end = &e->resting;
	struct setup setup = { .engine = e, .config = config, .why = why, .why_size = why_size };
	pthread_mutex_lock(&libunbound_lock);
	enum error err = set_up(&setup, loop);
	pthread_mutex_unlock(&libunbound_lock);
	if (err)
		recursive_free(&e->engine);
	else
		*out = &e->engine;
	return err;
}

const char *resolver_library_version(void)
{
	return ub_version();
}
