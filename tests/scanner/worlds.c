/* worlds.c - random worlds: what their names have, and the engine that answers from them. */
#include "tests/scanner/worlds.h"

#include "tests/cmocka_first.h"

#include "base/clock.h"
#include "resolver/dispatcher.h"
#include "resolver/resolver.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t worlds_mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

unsigned worlds_draw(uint64_t *state, unsigned n)
{
	*state += 0x9e3779b97f4a7c15;
	return (unsigned)(worlds_mix(*state) >> 20) % n;
}

/* ---- what names have ---- */

struct made {
	struct answer_builder *b;
	uint64_t state;
};

static void add_name(struct made *m, const char *format, unsigned number, unsigned preference)
{
	char text[64];
	struct dname name;
	int size = snprintf(text, sizeof text, format, number);
	assert_int_equal(dname_parse(&name, text, (size_t)size), ERROR_NONE);
	answer_builder_add(m->b, name.wire, name.size, (uint16_t)preference);
}

static void put_macro(struct made *m, struct textbuf *out, const char *letters)
{
	static const char *const transformers[] = { "", "r", "1", "1r-", "2r", "r+", "1.-" };
	char letter = letters[worlds_draw(&m->state, (unsigned)strlen(letters))];
	textbuf_printf(out, "%%{%c%s}", letter, WORLDS_ONE_OF(&m->state, transformers));
}

static void put_term(struct made *m, struct textbuf *out)
{
	static const char *const qualifiers[] = { "", "", "-", "~", "?" };
	static const char *const prefixes[] = { "", "/28", "/31", "/29//126" };
	textbuf_printf(out, " %s", WORLDS_ONE_OF(&m->state, qualifiers));
	unsigned number = worlds_draw(&m->state, WORLDS_DOMAINS);
	const char *prefix = WORLDS_ONE_OF(&m->state, prefixes);
	switch (worlds_draw(&m->state, 12)) {
	case 0:
	case 1:
	case 2:
		textbuf_printf(out, "ip4:192.0.2.%u/%u", worlds_draw(&m->state, 16),
		        27 + worlds_draw(&m->state, 6));
		return;
	case 3:
		textbuf_printf(out, "ip6:2001:db8::%x/%u", worlds_draw(&m->state, 8),
		        125 + worlds_draw(&m->state, 4));
		return;
	case 4:
		textbuf_printf(out, "a%s", prefix);
		return;
	case 5:
		textbuf_printf(out, "a:d%u.t%s", number, prefix);
		return;
	case 6:
		textbuf_printf(out, "mx%s", prefix);
		return;
	case 7:
		textbuf_put_text(out, worlds_draw(&m->state, 2) ? "ptr" : "ptr:t");
		return;
	case 8:
	case 9:
		textbuf_put_text(out, "exists:");
		put_macro(m, out, "sloidpvhSLOIDVH");
		textbuf_put_text(out, ".x.t");
		return;
	case 10:
		textbuf_put_text(out, "include:");
		if (worlds_draw(&m->state, 4))
			textbuf_printf(out, "d%u.t", number);
		else
			put_macro(m, out, "odh");
		return;
	default:
		textbuf_printf(out, "include:d%u.t", number);
	}
}

static void put_record(struct made *m, struct textbuf *out)
{
	textbuf_put_text(out, worlds_draw(&m->state, 30) ? "v=spf1" : "v=spf1 bad:term");
	for (unsigned n = worlds_draw(&m->state, 5); n; n--)
		put_term(m, out);
	if (!worlds_draw(&m->state, 5))
		textbuf_printf(out, " redirect=d%u.t", worlds_draw(&m->state, WORLDS_DOMAINS));
	else if (worlds_draw(&m->state, 8))
		textbuf_put_text(out, worlds_draw(&m->state, 2) ? " -all" : " ~all");
	if (!worlds_draw(&m->state, 2))
		textbuf_printf(out, " exp=e%u.t", worlds_draw(&m->state, WORLDS_DOMAINS));
}

static void add_txt(struct made *m, const struct textbuf *text)
{
	answer_builder_add(m->b, text->bytes, text->size, 0);
}

static void make_txt(struct made *m, char kind)
{
	struct textbuf text = { 0 };
	unsigned n = kind == 'd' ? (worlds_draw(&m->state, 12) ? 1 : worlds_draw(&m->state, 3)) : 1;
	for (unsigned i = 0; i < n; i++) {
		textbuf_reset(&text);
		if (kind == 'd') {
			put_record(m, &text);
		} else {
			textbuf_put_text(&text, "see");
			for (unsigned k = worlds_draw(&m->state, 3); k; k--) {
				textbuf_put_char(&text, ' ');
				put_macro(m, &text, "slodiphvcrtSDT");
			}
		}
		add_txt(m, &text);
	}
	textbuf_fini(&text);
}

static void make_addresses(struct made *m, enum rrtype type)
{
	for (unsigned n = worlds_draw(&m->state, 4); n; n--) {
		uint8_t v4[4] = { 192, 0, 2, (uint8_t)worlds_draw(&m->state, 18) };
		uint8_t v6[16] = { 0x20, 1, 0xd, 0xb8, [15] = (uint8_t)worlds_draw(&m->state, 9) };
		if (type == RRTYPE_A)
			answer_builder_add(m->b, v4, sizeof v4, 0);
		else
			answer_builder_add(m->b, v6, sizeof v6, 0);
	}
}

static void make_records(struct made *m, char kind)
{
	switch ((unsigned)m->b->type) {
	case RRTYPE_TXT:
		if (kind == 'd' || kind == 'e')
			make_txt(m, kind);
		break;
	case RRTYPE_A:
	case RRTYPE_AAAA:
		make_addresses(m, m->b->type);
		break;
	case RRTYPE_MX:
		for (unsigned n = worlds_draw(&m->state, 3); n; n--)
			add_name(m, "m%u.t", worlds_draw(&m->state, WORLDS_DOMAINS),
			        worlds_draw(&m->state, 3));
		break;
	default: /* PTR */
		for (unsigned n = worlds_draw(&m->state, 3); n; n--)
			add_name(m, worlds_draw(&m->state, 2) ? "p%u.d1.t" : "d%u.t",
			        worlds_draw(&m->state, WORLDS_DOMAINS), 0);
	}
}

/* ---- the engine: all answers from the seed of the world, the name, the type and the time ---- */

struct random_engine {
	struct engine engine; /* first */
	const uint64_t *seed;
	struct answer_builder builder;
};

static uint64_t fold(uint64_t seed, const struct dname *name, enum rrtype type)
{
	struct dname lower = *name;
	dname_lower(&lower);
	for (unsigned i = 0; i < lower.size; i++)
		seed = worlds_mix(seed * 31 + lower.wire[i] + 1);
	return worlds_mix(seed + type);
}

static void engine_start(struct engine *e, struct flight *f, uint64_t now_ns)
{
	static const unsigned hasty[] = { 0, 1, 2, 2, 3, 60, 3600 },
	                      calm[] = { 1, 2, 60, 3600, 3600, 3600, 3600, 3600, 3600, 3600, 3600 };
	struct random_engine *w = (struct random_engine *)e;
	struct made m = { .b = &w->builder, .state = fold(*w->seed, &f->qname, f->type) };
	flight_begin_answer(f, m.b);
	m.b->ttl_s = *w->seed % 4 ? WORLDS_ONE_OF(&m.state, calm) : WORLDS_ONE_OF(&m.state, hasty);
	unsigned period_s = 1 + worlds_draw(&m.state, 4);
	if (m.b->ttl_s < 60 && worlds_draw(&m.state, 2))
		m.state += now_ns / CLOCK_NS_PER_S / period_s * 977;
	if (!worlds_draw(&m.state, 200))
		m.b->status = ANSWER_SERVFAIL;
	else
		make_records(&m, (char)f->qname.wire[1]);
	if (m.b->status == ANSWER_OK && !m.b->n_records && worlds_draw(&m.state, 2))
		m.b->status = ANSWER_NXDOMAIN;
	dispatcher_finish(e->dispatcher, f, answer_build(m.b));
}

static void engine_abandon(struct engine *e, struct flight *f)
{
	(void)e;
	(void)f;
}

static enum error engine_new(struct engine **out, const struct resolver_config *config,
        struct dispatcher *dispatcher, struct loop *loop, char *why, size_t why_size);

static void engine_free(struct engine *e)
{
	struct random_engine *w = (struct random_engine *)e;
	answer_builder_fini(&w->builder);
	free(w);
}

const struct engine_type worlds_engine = {
	.name = "worlds",
	.new = engine_new,
	.free = engine_free,
	.start = engine_start,
	.abandon = engine_abandon,
};

static enum error engine_new(struct engine **out, const struct resolver_config *config,
        struct dispatcher *dispatcher, struct loop *loop, char *why, size_t why_size)
{
	(void)loop;
	(void)why;
	(void)why_size;
	struct random_engine *w = calloc(1, sizeof *w);
	assert_non_null(w);
	w->engine = (struct engine){ .type = &worlds_engine, .dispatcher = dispatcher };
	w->seed = config->source;
	*out = &w->engine;
	return ERROR_NONE;
}
