/* test_recall.c - rows with a memo and without it, in random worlds (worlds.h) and virtual time:
 * what they come to must be the same, octet by octet, but for the columns of time. The rows of a
 * world are few, drawn again and again, from fewer domains and addresses; some differ in the
 * local-part alone.
 *
 * An argument says how many worlds: scanner/recall runs a few, and a long search is
 * `tests/scanner/test_scanner_recall 50000`. */
#include "tests/cmocka_first.h"

#include "base/clock.h"
#include "base/hash.h"
#include "results/columns.h"
#include "results/problems.h"
#include "scanner/findings.h"
#include "scanner/recall.h"
#include "scanner/runner.h"
#include "tests/scanner/worlds.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXTS = 40, ROWS_OF_WORLD = 200, TEXT_BYTES = 256 };

/* So many that each thing which a result may hang on is seen: without the mark of a macro letter,
 * say, the first row differs in one of the first 2000. */
static unsigned n_worlds = 2000;

/* ---- rows ---- */

static const char *a_domain(uint64_t *state, char text[32])
{
	snprintf(text, 32, worlds_draw(state, 12) ? "d%u.t" : "D%u.T",
	        worlds_draw(state, WORLDS_DOMAINS));
	return text;
}

static void put_sender(struct textbuf *out, uint64_t *state, uint64_t *local_state)
{
	static const char *const locals[] = { "a", "a", "b", "user", "u-v+w", "x.y", "\303\274",
		"o dd", "" };
	static const char *const forms[] = { "%s@%s", "%s@%s", "%s@%s", "<%s@%s>", " %s@%s" };
	char domain[32];
	const char *local = WORLDS_ONE_OF(local_state, locals);
	a_domain(state, domain);
	if (!worlds_draw(state, 6))
		textbuf_put_text(out, worlds_draw(state, 2) ? "" : "<>");
	else if (!worlds_draw(state, 12))
		textbuf_put_text(out, domain);
	else
		textbuf_printf(out, WORLDS_ONE_OF(state, forms), local, domain);
}

/* `local_state` decides the local-part alone. */
static void put_row(struct textbuf *out, uint64_t *state, uint64_t *local_state)
{
	char domain[32];
	textbuf_reset(out);
	if (worlds_draw(state, 2))
		textbuf_put_text(out, a_domain(state, domain));
	if (worlds_draw(state, 4))
		textbuf_printf(out, ",192.0.2.%u,", worlds_draw(state, 18));
	else
		textbuf_printf(out, ",2001:db8::%x,", worlds_draw(state, 9));
	put_sender(out, state, local_state);
	textbuf_put_char(out, ',');
	if (worlds_draw(state, 2))
		textbuf_put_text(out, a_domain(state, domain));
	else if (!worlds_draw(state, 4))
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
	unsigned n_finished, n_known, n_found;
	unsigned n_of_subject[SUBJECTS]; /* rows that were judged without these checks */
};

static struct row_settings settings;
static struct asks asks;
static struct column_set columns;
static struct layout layout = { .n_columns = 4, .domain = 0, .ip = 1, .sender = 2, .helo = 3 };

static void on_finished(struct runner *runner, struct row *row)
{
	struct side *s = runner->owner;
	const struct outcome outcome = row_outcome(row);
	const struct tally_row counts = tally_of_outcome(&outcome);
	struct column_ends ends;
	columns_put_results(&s->out, &s->scratch, &layout, &columns, &outcome, &ends);
	tally_add_row(&s->tally, &counts);
	tally_name(&s->tally, &outcome);
	s->n_finished++;
	if (!s->memo)
		return;
	uint32_t now_s = resolver_cache_s(s->resolver);
	recall_keep(s->memo, &s->key, row, &counts, s->out.bytes, s->out.size, now_s);
	struct finished_row done = { .outcome = &outcome,
		.answers = &row->answers,
		.columns = &columns,
		.ends = &ends,
		.results = s->out.bytes,
		.now_s = now_s };
	row_expiries(row, done.expires_s);
	findings_keep(s->memo, &row->findings, &done);
}

static void side_init(struct side *s, const uint64_t *seed, bool with_memo)
{
	char why[128];
	struct resolver_config config = {
		.engine = &worlds_engine,
		.source = seed,
		.question_deadline_ms = 1000,
		.max_in_flight = 100,
		.cache_bytes = 1 << 20,
		.failure_ttl_s = 3,
		.min_ttl_s = *seed % 5 ? 0 : 2,
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

/* A row of whose subjects all is known, as the worker does it. */
static bool put_found(struct side *s, const struct row *row)
{
	struct outcome outcome;
	if (!findings_outcome(&row->findings, &row->identity, &settings, &outcome))
		return false;
	const struct tally_row counts = tally_of_outcome(&outcome);
	columns_put_results(&s->out, &s->scratch, &layout, &columns, &outcome, NULL);
	tally_add_row(&s->tally, &counts);
	recall_keep_until(s->memo, &s->key, &counts, s->out.bytes, s->out.size,
	        row->findings.expires_s, resolver_cache_s(s->resolver));
	s->n_found++;
	return true;
}

static void find(struct side *s, struct row *row)
{
	struct finding_keys keys;
	findings_keys(&keys, &row->identity, &settings);
	findings_find(
	        &row->findings, s->memo, &keys, &row->identity.ip, resolver_cache_s(s->resolver));
	for (enum subject subject = 0; subject < SUBJECTS; subject++)
		s->n_of_subject[subject] += row->findings.is_known[subject];
}

static void judge(struct side *s, uint64_t number, const struct csv_record *record)
{
	unsigned n = s->n_finished;
	struct row *row = runner_take_row(&s->runner);
	assert_non_null(row);
	row->number = number;
	row->record = *record;
	identity_parse(&row->identity, &layout, record);
	if (s->memo)
		find(s, row);
	if (s->memo && put_found(s, row)) {
		row_reset(row);
		row_free(row);
		return;
	}
	runner_start(&s->runner, row);
	while (s->n_finished == n)
		runner_turn(&s->runner);
}

static void take_row(
        struct side *s, uint64_t number, const struct csv_record *record, uint64_t now_ns)
{
	struct row_fields fields;
	const struct recalled_row *known = NULL;
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
	layout.hides_local_parts = !worlds_draw(state, 4);
	layout.lacks_local_parts = layout.hides_local_parts && worlds_draw(state, 2);
	asks = (struct asks){ 0 };
	if (worlds_draw(state, 2)) {
		assert_true(asks_add(&asks, "A:{sender.domain}", 17, why));
		assert_true(asks_add(&asks, "TXT:{helo}", 10, why));
	}
	columns_all(&columns, &asks);
	settings = (struct row_settings){ .checks = WORLDS_ONE_OF(state, checks),
		.asks = asks.n ? &asks : NULL,
		.explain = worlds_draw(state, 4) > 0,
		.dnssec = worlds_draw(state, 2),
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

/* Adds what the memo had to `sum`. */
static void run_world(uint64_t seed, struct side *sum)
{
	struct side with, without;
	struct textbuf texts[TEXTS] = { 0 };
	uint64_t state = worlds_mix(seed), now_ns = 1000 * CLOCK_NS_PER_S;
	settle(&state);
	side_init(&with, &seed, true);
	side_init(&without, &seed, false);
	for (unsigned i = 0; i < TEXTS; i++) {
		uint64_t row_state =
		        worlds_mix(seed + i / 4); /* four rows differ in the local-part alone */
		put_row(&texts[i], &row_state, &state);
	}
	for (unsigned i = 1; i <= ROWS_OF_WORLD; i++) {
		struct textbuf *text = &texts[worlds_draw(&state, TEXTS)];
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
		now_ns += worlds_draw(&state, 400) * CLOCK_NS_PER_MS;
		if (!worlds_draw(&state, 50))
			now_ns += worlds_draw(&state, 100) * CLOCK_NS_PER_S;
	}
	compare_tallies(&with, &without);
	sum->n_known += with.n_known;
	sum->n_found += with.n_found;
	for (enum subject subject = 0; subject < SUBJECTS; subject++)
		sum->n_of_subject[subject] += with.n_of_subject[subject];
	for (unsigned i = 0; i < TEXTS; i++)
		textbuf_fini(&texts[i]);
	side_fini(&with);
	side_fini(&without);
}

static void rows_are_the_same_with_a_memo(void **state)
{
	(void)state;
	struct side sum = { 0 };
	unsigned n_rows = n_worlds * ROWS_OF_WORLD;
	for (unsigned i = 0; i < n_worlds; i++)
		run_world(7208 + i, &sum);
	print_message("%u rows; the memo knew %u, found all of %u, and of the address of %u, the "
	              "domain of %u, the policy of %u\n",
	        n_rows, sum.n_known, sum.n_found, sum.n_of_subject[SUBJECT_ADDRESS],
	        sum.n_of_subject[SUBJECT_DOMAIN], sum.n_of_subject[SUBJECT_POLICY]);
	assert_true(sum.n_known > n_rows / 8);
	assert_true(sum.n_found > n_rows / 100);
	for (enum subject subject = 0; subject < SUBJECTS; subject++)
		assert_true(sum.n_of_subject[subject] > n_rows / 20);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(rows_are_the_same_with_a_memo) };
	hash_init();
	if (argc > 1)
		n_worlds = (unsigned)strtoul(argv[1], NULL, 10);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
