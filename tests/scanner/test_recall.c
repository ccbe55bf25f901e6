/* test_recall.c - rows with a memo and without it, in random worlds and virtual time: what they
 * come to must be the same, octet by octet, but for the columns of time.
 *
 *     a world     records with networks that touch, overlap and nest, a, mx, ptr, exists, include,
 *                 redirect, exp, and macros of every letter; some names fail
 *     its time    answers have TTLs of 0, 1, 2 and more seconds, and many change meanwhile
 *     its rows    few, drawn again and again; some differ in the local-part alone
 *
 * An argument says how many worlds: scanner/recall runs a few, and a long search is
 * `tests/scanner/test_scanner_recall 50000`. */
#include "tests/cmocka_first.h"

#include "base/clock.h"
#include "base/hash.h"
#include "resolver/dispatcher.h"
#include "results/columns.h"
#include "results/problems.h"
#include "scanner/recall.h"
#include "scanner/runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DOMAINS = 9, TEXTS = 40, ROWS_OF_WORLD = 200, TEXT_BYTES = 256 };

static unsigned n_worlds = 150;

/* ---- chance ---- */

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

static unsigned draw(uint64_t *state, unsigned n)
{
	*state += 0x9e3779b97f4a7c15;
	return (unsigned)(mix(*state) >> 20) % n;
}

#define ONE_OF(state, list) (list)[draw(state, sizeof(list) / sizeof((list)[0]))]

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
	char letter = letters[draw(&m->state, (unsigned)strlen(letters))];
	textbuf_printf(out, "%%{%c%s}", letter, ONE_OF(&m->state, transformers));
}

static void put_term(struct made *m, struct textbuf *out)
{
	static const char *const qualifiers[] = { "", "", "-", "~", "?" };
	static const char *const prefixes[] = { "", "/28", "/31", "/29//126" };
	textbuf_printf(out, " %s", ONE_OF(&m->state, qualifiers));
	unsigned number = draw(&m->state, DOMAINS);
	const char *prefix = ONE_OF(&m->state, prefixes);
	switch (draw(&m->state, 12)) {
	case 0:
	case 1:
	case 2:
		textbuf_printf(
		        out, "ip4:192.0.2.%u/%u", draw(&m->state, 16), 27 + draw(&m->state, 6));
		return;
	case 3:
		textbuf_printf(
		        out, "ip6:2001:db8::%x/%u", draw(&m->state, 8), 125 + draw(&m->state, 4));
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
		textbuf_put_text(out, draw(&m->state, 2) ? "ptr" : "ptr:t");
		return;
	case 8:
	case 9:
		textbuf_put_text(out, "exists:");
		put_macro(m, out, "sloidpvhSLOIDVH");
		textbuf_put_text(out, ".x.t");
		return;
	case 10:
		textbuf_put_text(out, "include:");
		if (draw(&m->state, 4))
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
	textbuf_put_text(out, draw(&m->state, 30) ? "v=spf1" : "v=spf1 bad:term");
	for (unsigned n = draw(&m->state, 5); n; n--)
		put_term(m, out);
	if (!draw(&m->state, 5))
		textbuf_printf(out, " redirect=d%u.t", draw(&m->state, DOMAINS));
	else if (draw(&m->state, 8))
		textbuf_put_text(out, draw(&m->state, 2) ? " -all" : " ~all");
	if (!draw(&m->state, 2))
		textbuf_printf(out, " exp=e%u.t", draw(&m->state, DOMAINS));
}

static void add_txt(struct made *m, const struct textbuf *text)
{
	answer_builder_add(m->b, text->bytes, text->size, 0);
}

static void make_txt(struct made *m, char kind)
{
	struct textbuf text = { 0 };
	unsigned n = kind == 'd' ? (draw(&m->state, 12) ? 1 : draw(&m->state, 3)) : 1;
	for (unsigned i = 0; i < n; i++) {
		textbuf_reset(&text);
		if (kind == 'd') {
			put_record(m, &text);
		} else {
			textbuf_put_text(&text, "see");
			for (unsigned k = draw(&m->state, 3); k; k--) {
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
	for (unsigned n = draw(&m->state, 4); n; n--) {
		uint8_t v4[4] = { 192, 0, 2, (uint8_t)draw(&m->state, 18) };
		uint8_t v6[16] = { 0x20, 1, 0xd, 0xb8, [15] = (uint8_t)draw(&m->state, 9) };
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
		for (unsigned n = draw(&m->state, 3); n; n--)
			add_name(m, "m%u.t", draw(&m->state, DOMAINS), draw(&m->state, 3));
		break;
	default: /* PTR */
		for (unsigned n = draw(&m->state, 3); n; n--)
			add_name(m, draw(&m->state, 2) ? "p%u.d1.t" : "d%u.t",
			        draw(&m->state, DOMAINS), 0);
	}
}

/* ---- the engine: all answers from the seed of the world, the name, the type and the time ---- */

struct worlds_engine {
	struct engine engine; /* first */
	const uint64_t *seed;
	struct answer_builder builder;
};

static uint64_t fold(uint64_t seed, const struct dname *name, enum rrtype type)
{
	struct dname lower = *name;
	dname_lower(&lower);
	for (unsigned i = 0; i < lower.size; i++)
		seed = mix(seed * 31 + lower.wire[i] + 1);
	return mix(seed + type);
}

static void engine_start(struct engine *e, struct flight *f, uint64_t now_ns)
{
	static const unsigned hasty[] = { 0, 1, 2, 2, 3, 60, 3600 },
	                      calm[] = { 1, 2, 60, 3600, 3600, 3600, 3600, 3600, 3600, 3600, 3600 };
	struct worlds_engine *w = (struct worlds_engine *)e;
	struct made m = { .b = &w->builder, .state = fold(*w->seed, &f->qname, f->type) };
	flight_begin_answer(f, m.b);
	m.b->ttl_s = *w->seed % 4 ? ONE_OF(&m.state, calm) : ONE_OF(&m.state, hasty);
	unsigned period_s = 1 + draw(&m.state, 4);
	if (m.b->ttl_s < 60 && draw(&m.state, 2))
		m.state += now_ns / CLOCK_NS_PER_S / period_s * 977;
	if (!draw(&m.state, 200))
		m.b->status = ANSWER_SERVFAIL;
	else
		make_records(&m, (char)f->qname.wire[1]);
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
	struct worlds_engine *w = (struct worlds_engine *)e;
	answer_builder_fini(&w->builder);
	free(w);
}

static const struct engine_type worlds = {
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
	struct worlds_engine *w = calloc(1, sizeof *w);
	assert_non_null(w);
	w->engine = (struct engine){ .type = &worlds, .dispatcher = dispatcher };
	w->seed = config->source;
	*out = &w->engine;
	return ERROR_NONE;
}

/* ---- rows ---- */

static const char *a_domain(uint64_t *state, char text[32])
{
	snprintf(text, 32, draw(state, 12) ? "d%u.t" : "D%u.T", draw(state, DOMAINS));
	return text;
}

static void put_sender(struct textbuf *out, uint64_t *state, uint64_t *local_state)
{
	static const char *const locals[] = { "a", "a", "b", "user", "u-v+w", "x.y", "\303\274",
		"o dd", "" };
	static const char *const forms[] = { "%s@%s", "%s@%s", "%s@%s", "<%s@%s>", " %s@%s" };
	char domain[32];
	const char *local = ONE_OF(local_state, locals);
	a_domain(state, domain);
	if (!draw(state, 6))
		textbuf_put_text(out, draw(state, 2) ? "" : "<>");
	else if (!draw(state, 12))
		textbuf_put_text(out, domain);
	else
		textbuf_printf(out, ONE_OF(state, forms), local, domain);
}

/* `local_state` decides the local-part alone. */
static void put_row(struct textbuf *out, uint64_t *state, uint64_t *local_state)
{
	char domain[32];
	textbuf_reset(out);
	if (draw(state, 2))
		textbuf_put_text(out, a_domain(state, domain));
	if (draw(state, 4))
		textbuf_printf(out, ",192.0.2.%u,", draw(state, 18));
	else
		textbuf_printf(out, ",2001:db8::%x,", draw(state, 9));
	put_sender(out, state, local_state);
	textbuf_put_char(out, ',');
	if (draw(state, 2))
		textbuf_put_text(out, a_domain(state, domain));
	else if (!draw(state, 4))
		textbuf_put_text(out, "[192.0.2.1]");
}

/* ---- a side: with the memo, or without ---- */

struct side {
	struct resolver *resolver;
	struct runner runner;
	struct memo *memo; /* NULL: none */
	struct textbuf out, scratch;
	struct tally tally;
	struct row_key key;
	unsigned n_finished, n_known;
};

static struct row_settings settings;
static struct asks asks;
static struct column_set columns;
static const struct layout layout = {
	.n_columns = 4, .domain = 0, .ip = 1, .sender = 2, .helo = 3
};

static void on_finished(struct runner *runner, struct row *row)
{
	struct side *s = runner->owner;
	const struct outcome outcome = row_outcome(row);
	const struct tally_row counts = tally_of_outcome(&outcome);
	columns_put_results(&s->out, &s->scratch, &layout, &columns, &outcome);
	tally_add_row(&s->tally, &counts);
	tally_name(&s->tally, &outcome);
	if (s->memo)
		recall_keep(s->memo, &s->key, row, &counts, s->out.bytes, s->out.size,
		        resolver_cache_s(s->resolver));
	s->n_finished++;
}

static void side_init(struct side *s, const uint64_t *seed, bool with_memo)
{
	char why[128];
	struct resolver_config config = {
		.engine = &worlds,
		.source = seed,
		.question_deadline_ms = 1000,
		.max_in_flight = 100,
		.cache_bytes = 1 << 20,
		.failure_ttl_s = 3,
		.n_workers = 1,
	};
	*s = (struct side){ .memo = with_memo ? memo_new(1 << 20) : NULL };
	assert_int_equal(resolver_new(&s->resolver, &config, NULL, why, sizeof why), ERROR_NONE);
	runner_init(&s->runner, s->resolver, &settings, 1);
	s->runner.finished = on_finished;
	s->runner.owner = s;
}

static void side_fini(struct side *s)
{
	runner_fini(&s->runner);
	resolver_free(s->resolver);
	memo_free(s->memo);
	textbuf_fini(&s->out);
	textbuf_fini(&s->scratch);
}

static void judge(struct side *s, uint64_t number, const struct csv_record *record)
{
	unsigned n = s->n_finished;
	struct row *row = runner_take_row(&s->runner);
	assert_non_null(row);
	row->number = number;
	row->record = *record;
	identity_parse(&row->identity, &layout, record);
	runner_start(&s->runner, row);
	while (s->n_finished == n)
		runner_turn(&s->runner);
}

static void take_row(
        struct side *s, uint64_t number, const struct csv_record *record, uint64_t now_ns)
{
	struct row_fields fields;
	const struct memo_entry *known = NULL;
	runner_tick(&s->runner, now_ns, 1800000000 + now_ns / CLOCK_NS_PER_S);
	runner_turn(&s->runner);
	textbuf_reset(&s->out);
	rowkey_fields(&fields, &layout, record, &s->scratch);
	s->key = rowkey_of(&fields, record);
	if (s->memo)
		known = recall_find(s->memo, &s->key, record->text, resolver_cache_s(s->resolver));
	if (!known) {
		judge(s, number, record);
		return;
	}
	textbuf_put(&s->out, known->text, known->size);
	tally_add_row(&s->tally, &known->counts);
	s->n_known++;
}

/* ---- worlds ---- */

static void settle(uint64_t *state)
{
	static const unsigned checks[] = { CHECK_ALL, CHECK_ALL, CHECK_SPF, CHECK_SPF | CHECK_IPREV,
		CHECK_MX | CHECK_A };
	char why[ASK_WHY_BYTES];
	asks = (struct asks){ 0 };
	if (draw(state, 2)) {
		assert_true(asks_add(&asks, "A:{sender.domain}", 17, why));
		assert_true(asks_add(&asks, "TXT:{helo}", 10, why));
	}
	columns_all(&columns, &asks);
	settings = (struct row_settings){ .checks = ONE_OF(state, checks),
		.asks = asks.n ? &asks : NULL,
		.explain = draw(state, 4) > 0,
		.dnssec = draw(state, 2),
		.deadline_ns = 60 * CLOCK_NS_PER_S,
		.limits = spf_limits_of_rfc };
}

/* What two sides must agree in: all counts. */
static void compare_tallies(const struct side *a, const struct side *b)
{
	static struct tally sums[2];
	memset(sums, 0, sizeof sums);
	tally_sum(&sums[0], &a->tally);
	tally_sum(&sums[1], &b->tally);
	assert_memory_equal(&sums[0], &sums[1], sizeof sums[0]);
}

/* Gives how many rows the memo knew. */
static unsigned run_world(uint64_t seed)
{
	struct side with, without;
	struct textbuf texts[TEXTS] = { 0 };
	uint64_t state = mix(seed), now_ns = 1000 * CLOCK_NS_PER_S;
	settle(&state);
	side_init(&with, &seed, true);
	side_init(&without, &seed, false);
	for (unsigned i = 0; i < TEXTS; i++) {
		uint64_t row_state =
		        mix(seed + i / 4); /* four rows differ in the local-part alone */
		put_row(&texts[i], &row_state, &state);
	}
	for (unsigned i = 1; i <= ROWS_OF_WORLD; i++) {
		struct textbuf *text = &texts[draw(&state, TEXTS)];
		struct csv_record record = {
			.text = textbuf_text(text), .size = text->size, .plain = true
		};
		take_row(&with, i, &record, now_ns);
		take_row(&without, i, &record, now_ns);
		if (with.out.size != without.out.size ||
		        memcmp(with.out.bytes, without.out.bytes, with.out.size) != 0)
			fail_msg("world %llu, row %u, %s:\nwith    %s\nwithout %s",
			        (unsigned long long)seed, i, record.text, textbuf_text(&with.out),
			        textbuf_text(&without.out));
		now_ns += draw(&state, 400) * CLOCK_NS_PER_MS;
		if (!draw(&state, 50))
			now_ns += draw(&state, 100) * CLOCK_NS_PER_S;
	}
	compare_tallies(&with, &without);
	unsigned n_known = with.n_known;
	for (unsigned i = 0; i < TEXTS; i++)
		textbuf_fini(&texts[i]);
	side_fini(&with);
	side_fini(&without);
	return n_known;
}

static void rows_are_the_same_with_a_memo(void **state)
{
	(void)state;
	uint64_t n_known = 0;
	for (unsigned i = 0; i < n_worlds; i++)
		n_known += run_world(7208 + i);
	print_message("%u rows, the memo knew %llu\n", n_worlds * ROWS_OF_WORLD,
	        (unsigned long long)n_known);
	assert_true(n_known > n_worlds * ROWS_OF_WORLD / 8);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(rows_are_the_same_with_a_memo) };
	hash_init();
	if (argc > 1)
		n_worlds = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
