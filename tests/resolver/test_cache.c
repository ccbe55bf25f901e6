/* test_cache.c - resolver/cache.h: bytes, time and CLOCK. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/clock.h"
#include "resolver/cache.h"

#include <stdio.h>
#include <string.h>

static void question(struct question *q, struct dname *name, const char *text, enum rrtype type)
{
	assert_int_equal(dname_parse(name, text, strlen(text)), ERROR_NONE);
	question_of(q, name, type);
}

/* Until the next call. */
static const char *numbered(char letter, unsigned i)
{
	static char name[32];
	snprintf(name, sizeof name, "%c%u", letter, i);
	return name;
}

/* An answer to (text, TXT) with `payload` octets of records. */
static const struct answer *answer_with(
        const char *text, uint32_t ttl_s, size_t payload, enum answer_status status)
{
	struct answer_builder b = { 0 };
	struct dname name;
	assert_int_equal(dname_parse(&name, text, strlen(text)), ERROR_NONE);
	answer_builder_begin(&b, &name, RRTYPE_TXT);
	b.ttl_s = ttl_s;
	b.status = status;
	char octets[1000];
	memset(octets, 'x', sizeof octets);
	if (status == ANSWER_OK)
		answer_builder_add(&b, octets, payload, 0);
	const struct answer *a = answer_build(&b);
	assert_non_null(a);
	answer_builder_fini(&b);
	return a;
}

static void put(struct cache *c, const char *text, uint32_t ttl_s, size_t payload,
        enum answer_status status, uint64_t now_ns)
{
	struct question q;
	struct dname name;
	question(&q, &name, text, RRTYPE_TXT);
	const struct answer *a = answer_with(text, ttl_s, payload, status);
	cache_put(c, &q, a, now_ns);
	answer_unref(a);
}

static bool has(struct cache *c, const char *text, enum rrtype type, uint64_t now_ns)
{
	struct question q;
	struct dname name;
	question(&q, &name, text, type);
	uint32_t expires_s;
	const struct answer *a = cache_find(c, &q, now_ns, &expires_s);
	if (!a)
		a = cache_find_nxdomain(c, &q, now_ns, &expires_s);
	if (!a)
		return false;
	struct dname found;
	answer_qname(a, &found);
	assert_true(dname_equal(&found, &name));
	answer_unref(a);
	return true;
}

static void keys_are_name_and_type(void **state)
{
	(void)state;
	struct cache c;
	assert_true(cache_init(&c, 1 << 20, 30, 0));
	put(&c, "example.com", 60, 10, ANSWER_OK, 0);
	assert_true(has(&c, "EXAMPLE.com", RRTYPE_TXT, 0));
	assert_false(has(&c, "example.com", RRTYPE_A, 0));
	assert_false(has(&c, "example.co", RRTYPE_TXT, 0));
	put(&c, "example.com", 60, 20, ANSWER_OK, 0); /* replaces */
	assert_int_equal(c.table.n_items, 1);
	cache_fini(&c);
}

static void time_runs_out(void **state)
{
	(void)state;
	struct cache c;
	assert_true(cache_init(&c, 1 << 20, 30, 0));
	const uint64_t start_ns = 7 * CLOCK_NS_PER_S;
	put(&c, "data", 60, 10, ANSWER_OK, start_ns);
	put(&c, "none", 0, 0, ANSWER_NXDOMAIN, start_ns);
	put(&c, "week", 7 * 86400, 10, ANSWER_OK, start_ns);
	put(&c, "failed", 60, 0, ANSWER_SERVFAIL, start_ns);
	put(&c, "cancelled", 60, 0, ANSWER_CANCELLED, start_ns);
	assert_int_equal(c.table.n_items, 3);
	assert_false(has(&c, "none", RRTYPE_TXT, start_ns));
	assert_false(has(&c, "cancelled", RRTYPE_TXT, start_ns));
	assert_true(has(&c, "failed", RRTYPE_TXT, start_ns + 30 * CLOCK_NS_PER_S - 1));
	assert_false(has(&c, "failed", RRTYPE_TXT, start_ns + 30 * CLOCK_NS_PER_S));
	assert_true(has(&c, "data", RRTYPE_TXT, start_ns + 60 * CLOCK_NS_PER_S - 1));
	assert_false(has(&c, "data", RRTYPE_TXT, start_ns + 60 * CLOCK_NS_PER_S));
	assert_true(has(&c, "week", RRTYPE_TXT, start_ns + CACHE_TTL_MAX_S * CLOCK_NS_PER_S - 1));
	assert_false(has(&c, "week", RRTYPE_TXT, start_ns + CACHE_TTL_MAX_S * CLOCK_NS_PER_S));
	assert_int_equal(c.table.n_items, 0);
	cache_fini(&c);
}

/* What a look-up says that it expires; 0: it is not there. */
static uint32_t expiry_of(struct cache *c, const char *text, enum rrtype type, uint64_t now_ns)
{
	struct question q;
	struct dname name;
	uint32_t expires_s = 0;
	question(&q, &name, text, type);
	const struct answer *a = cache_find(c, &q, now_ns, &expires_s);
	answer_unref(a ? a : cache_find_nxdomain(c, &q, now_ns, &expires_s));
	return expires_s;
}

/* The second that a look-up gives is the one in which the answer is gone. */
static void an_answer_says_when_it_expires(void **state)
{
	(void)state;
	const uint64_t now_ns = 7 * CLOCK_NS_PER_S + 5;
	struct cache c;
	assert_true(cache_init(&c, 1 << 20, 30, 0));
	put(&c, "data", 60, 0, ANSWER_OK, now_ns);
	assert_int_equal(expiry_of(&c, "data", RRTYPE_TXT, now_ns), 67);
	const struct answer *good = answer_with("data", 60, 0, ANSWER_OK),
	                    *failed = answer_with("data", 60, 0, ANSWER_TIMEOUT);
	assert_int_equal(cache_good_until_s(&c, good, now_ns), 67);
	assert_int_equal(cache_good_until_s(&c, failed, now_ns), 0);
	answer_unref(failed);
	answer_unref(good);
	assert_true(has(&c, "data", RRTYPE_TXT, 67 * CLOCK_NS_PER_S - 1));
	assert_false(has(&c, "data", RRTYPE_TXT, 67 * CLOCK_NS_PER_S));
	cache_fini(&c);
}

/* Thousands of answers of different sizes: never over the bound, the books balance, and what is
 * used often stays. */
static void bytes_are_bounded_and_use_is_rewarded(void **state)
{
	(void)state;
	const size_t limit = 200000;
	struct cache c;
	assert_true(cache_init(&c, limit, 30, 0));
	put(&c, "hot", 3600, 100, ANSWER_OK, 0);
	for (unsigned i = 0; i < 5000; i++) {
		put(&c, numbered('n', i), 3600, i % 900, i % 3 ? ANSWER_OK : ANSWER_NXDOMAIN, 0);
		assert_true(cache_used_bytes(&c) <= limit);
		assert_true(has(&c, "hot", RRTYPE_TXT, 0));
	}
	assert_true(cache_used_bytes(&c) > limit / 2);
	assert_true(c.n_evictions > 4000);
	assert_int_equal(c.table.n_items + c.n_evictions, 5001);
	uint64_t found = 0;
	for (unsigned i = 0; i < 5000; i++)
		found += has(&c, numbered('n', i), RRTYPE_TXT, 0);
	assert_int_equal(found + 1, c.table.n_items);
	cache_fini(&c);
}

static void attachment_free(struct answer_attachment *attachment)
{
	attachment->size_bytes = 0;
}

/* What is attached to an answer that is kept takes room from the others, whatever it is; and gives
 * it back with the answer. */
static void what_is_attached_counts(void **state)
{
	(void)state;
	enum { LIMIT = 200000, N = 40, LARGE = 150000 };
	struct cache c;
	assert_true(cache_init(&c, LIMIT, 30, 0));
	const size_t empty = cache_used_bytes(&c);
	for (unsigned i = 0; i < N; i++)
		put(&c, numbered('n', i), 3600, 900, ANSWER_OK, 0);
	const size_t before = cache_used_bytes(&c);
	struct question q;
	struct dname name;
	question(&q, &name, "n7", RRTYPE_TXT);
	uint32_t expires_s;
	const struct answer *a = cache_find(&c, &q, 0, &expires_s);
	struct answer_attachment large = { .free = attachment_free, .size_bytes = LARGE };
	answer_attach(a, &large);
	assert_int_equal(cache_used_bytes(&c), before + LARGE);
	assert_int_equal(answer_bytes(a), a->size_bytes + 16 + LARGE);
	cache_trim(&c, 0);
	assert_true(cache_used_bytes(&c) <= LIMIT);
	assert_true(c.n_evictions > 0 && c.table.n_items > 0);
	/* it lives as long as it is held, kept or not */
	for (unsigned i = 0; a->is_kept; i++)
		put(&c, numbered('m', i), 3600, 900, ANSWER_OK, 0);
	assert_true(c.account.alive_bytes >= c.account.kept_bytes + LARGE);
	answer_unref(a);
	assert_int_equal(large.size_bytes, 0);
	assert_int_equal(c.account.alive_bytes, c.account.kept_bytes);
	c.limit_bytes = c.allowed_bytes = 0;
	cache_trim(&c, 0);
	assert_int_equal(c.table.n_items, 0);
	assert_int_equal(cache_used_bytes(&c), empty);
	assert_int_equal(c.account.alive_bytes, 0);
	cache_fini(&c);
}

static void put_many(struct cache *c, char letter, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		put(c, numbered(letter, i), 3600, 0, ANSWER_OK, 0);
}

/* What is never found again does not take up the limit; what is, does. */
static void room_is_earned(void **state)
{
	(void)state;
	enum { N = 400000 };
	struct cache c;
	assert_true(cache_init(&c, 128 << 20, 30, 0));
	put_many(&c, 'n', N);
	assert_true(c.n_evictions > 0);
	assert_in_range(cache_used_bytes(&c), 15 << 20, 16 << 20);
	/* once for each, until the hand comes by again */
	for (unsigned i = 0; i < 1000; i++)
		assert_true(has(&c, "n399999", RRTYPE_TXT, 0));
	assert_in_range(c.allowed_bytes, 16 << 20, (16 << 20) + 4096);
	for (unsigned i = 1; i <= 16384; i++)
		has(&c, numbered('n', N - i), RRTYPE_TXT, 0);
	assert_in_range(c.allowed_bytes, 76 << 20, (80 << 20) + 4096); /* full lines lost some */
	uint64_t n_evictions = c.n_evictions;
	put_many(&c, 'm', N);
	assert_in_range(c.n_evictions, n_evictions, n_evictions + N / 20); /* of full lines */
	assert_true(cache_used_bytes(&c) > 32 << 20);
	cache_fini(&c);
}

/* Everything is marked as used, so the hand's first round takes nothing but what is out of date. */
static void out_of_date_goes_first(void **state)
{
	(void)state;
	struct cache c;
	assert_true(cache_init(&c, 40000, 30, 0));
	put(&c, "old", 1, 920, ANSWER_OK, 0);
	assert_true(has(&c, "old", RRTYPE_TXT, 0)); /* marked as used, and yet: */
	unsigned i = 0;
	for (; c.n_evictions == 0; i++) {
		const char *name = numbered('n', i);
		put(&c, name, 3600, 900, ANSWER_OK, 2 * CLOCK_NS_PER_S);
		assert_true(has(&c, name, RRTYPE_TXT, 2 * CLOCK_NS_PER_S));
	}
	assert_int_equal(c.table.n_items, i);
	for (unsigned k = 0; k < i; k++)
		assert_true(has(&c, numbered('n', k), RRTYPE_TXT, 2 * CLOCK_NS_PER_S));
	cache_fini(&c);
}

/* Keys that collide as far as the table can see are still told apart. */
static void collisions_are_told_apart(void **state)
{
	(void)state;
	struct cache c;
	assert_true(cache_init(&c, 1 << 20, 30, 0));
	static const char *const names[] = { "a", "b", "c", "d", "e" };
	for (size_t i = 0; i < 5; i++) {
		struct question q;
		struct dname name;
		question(&q, &name, names[i], RRTYPE_TXT);
		q.hash = q.name_hash = 42;
		const struct answer *a = answer_with(names[i], 60, i, ANSWER_OK);
		cache_put(&c, &q, a, 0);
		answer_unref(a);
	}
	assert_int_equal(c.table.n_items, 5);
	for (size_t i = 0; i < 5; i++) {
		struct question q;
		struct dname name;
		question(&q, &name, names[i], RRTYPE_TXT);
		q.hash = q.name_hash = 42;
		uint32_t expires_s;
		const struct answer *a = cache_find(&c, &q, 0, &expires_s);
		assert_non_null(a);
		assert_int_equal(a->records[0].rdata_size, i);
		answer_unref(a);
	}
	cache_fini(&c);
}

/* More than a line and its twin hold. */
static void a_name_may_have_many_types(void **state)
{
	enum { FIRST = 250, TYPES = 20 };
	(void)state;
	struct cache c;
	assert_true(cache_init(&c, 1 << 20, 30, 0));
	for (unsigned i = 0; i < TYPES; i++) {
		struct question q;
		struct dname name;
		const struct answer *a = answer_with("name", 60, i, ANSWER_OK);
		question(&q, &name, "name", (enum rrtype)(FIRST + i));
		((struct answer *)a)->type = (uint16_t)(FIRST + i);
		cache_put(&c, &q, a, 0);
		answer_unref(a);
	}
	assert_int_equal(c.table.n_items, TYPES);
	for (unsigned i = 0; i < TYPES; i++)
		assert_true(has(&c, "name", (enum rrtype)(FIRST + i), 0));
	cache_fini(&c);
}

/* ---- NXDOMAIN is for all types ---- */

struct nx {
	const char *name, *canonical; /* NULL: no alias */
	enum rrtype type;
	bool is_of_root;
	uint32_t ttl_s;
};

static void put_nx(struct cache *c, const struct nx *nx, uint64_t now_ns)
{
	struct answer_builder b = { 0 };
	struct question q;
	struct dname name;
	question(&q, &name, nx->name, nx->type);
	answer_builder_begin(&b, &name, nx->type);
	b.status = ANSWER_NXDOMAIN;
	b.ttl_s = nx->ttl_s;
	b.is_of_root = nx->is_of_root;
	if (nx->canonical)
		assert_int_equal(dname_parse(&b.canonical, nx->canonical, strlen(nx->canonical)),
		        ERROR_NONE);
	struct answer *a = answer_build(&b);
	assert_non_null(a);
	cache_put(c, &q, a, now_ns);
	answer_unref(a);
	answer_builder_fini(&b);
}

/* Its name; "" when there is none. */
static const char *nx_for(struct cache *c, const char *text, enum rrtype type, uint64_t now_ns)
{
	static char name[DNAME_TEXT_BYTES];
	struct question q;
	struct dname qname;
	question(&q, &qname, text, type);
	uint32_t expires_s;
	assert_null(cache_find(c, &q, now_ns, &expires_s));
	const struct answer *a = cache_find_nxdomain(c, &q, now_ns, &expires_s);
	if (!a)
		return "";
	answer_qname(a, &qname);
	dname_text(&qname, name);
	answer_unref(a);
	return name;
}

static void expect_nx(struct cache *c, const char *text, enum rrtype type, const char *name)
{
	assert_string_equal(nx_for(c, text, type, 0), name);
}

static void nxdomain_is_for_all_types(void **state)
{
	(void)state;
	struct cache c;
	const uint64_t start_ns = 9 * CLOCK_NS_PER_S, end_ns = start_ns + 60 * CLOCK_NS_PER_S;
	const char *gone = "gone.example.com";
	assert_true(cache_init(&c, 1 << 20, 30, 0));
	put_nx(&c, &(struct nx){ gone, NULL, RRTYPE_TXT, .ttl_s = 60 }, start_ns);
	static const enum rrtype types[] = { RRTYPE_TXT, RRTYPE_A, RRTYPE_AAAA, RRTYPE_MX,
		RRTYPE_PTR };
	for (size_t i = 0; i < sizeof types / sizeof types[0]; i++)
		assert_string_equal(
		        nx_for(&c, "Gone.example.COM", types[i], end_ns - CLOCK_NS_PER_S), gone);
	/* neither beneath the name, nor above */
	static const char *const others[] = { "a.gone.example.com", "example.com", "com", "." };
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		assert_string_equal(nx_for(&c, others[i], RRTYPE_TXT, start_ns), "");
	assert_int_equal(c.table.n_items, 1);
	assert_string_equal(nx_for(&c, gone, RRTYPE_A, end_ns), "");
	assert_int_equal(c.table.n_items, 0);
	cache_fini(&c);
}

/* Only the root's word about a single label is for what lies beneath. */
static void nothing_lies_beneath_a_top_that_does_not_exist(void **state)
{
	(void)state;
	struct cache c;
	assert_true(cache_init(&c, 1 << 20, 30, 0));
	put_nx(&c, &(struct nx){ "dead", NULL, RRTYPE_A, .is_of_root = true, .ttl_s = 60 }, 0);
	put_nx(&c, &(struct nx){ "local", NULL, RRTYPE_A, .is_of_root = false, .ttl_s = 60 }, 0);
	put_nx(&c, &(struct nx){ "a.top", NULL, RRTYPE_A, .is_of_root = true, .ttl_s = 60 }, 0);
	put_nx(&c, &(struct nx){ ".", NULL, RRTYPE_A, .is_of_root = true, .ttl_s = 60 }, 0);
	put_nx(&c, &(struct nx){ "arpa", NULL, RRTYPE_A, .is_of_root = true, .ttl_s = 60 }, 0);
	expect_nx(&c, "dead", RRTYPE_MX, "dead");
	expect_nx(&c, "x.Dead", RRTYPE_MX, "dead");
	expect_nx(&c, "a.b.c.x.dead", RRTYPE_TXT, "dead");
	expect_nx(&c, "xdead", RRTYPE_TXT, "");
	expect_nx(&c, "dead.com", RRTYPE_TXT, "");
	expect_nx(&c, "x.local", RRTYPE_TXT, "");
	expect_nx(&c, "b.a.top", RRTYPE_TXT, "");
	expect_nx(&c, "b.top", RRTYPE_TXT, "");
	expect_nx(&c, "1.2.0.192.in-addr.arpa", RRTYPE_PTR, "");
	cache_fini(&c);
}

static void what_says_nothing_of_other_types(void **state)
{
	(void)state;
	struct cache c;
	assert_true(cache_init(&c, 1 << 20, 30, 0));
	put_nx(&c, &(struct nx){ "alias", "gone", RRTYPE_TXT, .ttl_s = 60 }, 0);
	put(&c, "failed", 60, 0, ANSWER_SERVFAIL, 0);
	put(&c, "bogus", 60, 0, ANSWER_BOGUS, 0);
	put(&c, "empty", 60, 0, ANSWER_NODATA, 0);
	assert_int_equal(c.table.n_items, 4);
	static const char *const names[] = { "alias", "gone", "failed", "bogus", "empty" };
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		expect_nx(&c, names[i], RRTYPE_MX, "");
	/* it is the answer to its own question */
	assert_true(has(&c, "alias", RRTYPE_TXT, 0));
	cache_fini(&c);
}

/* Some servers deny a name for one type that has another one. */
static void records_stand_beside_an_nxdomain(void **state)
{
	(void)state;
	struct cache c;
	struct question q;
	struct dname name;
	assert_true(cache_init(&c, 1 << 20, 30, 0));
	put(&c, "half.example", 60, 10, ANSWER_OK, 0);
	put_nx(&c, &(struct nx){ "half.example", NULL, RRTYPE_AAAA, .ttl_s = 600 }, 0);
	question(&q, &name, "half.example", RRTYPE_TXT);
	uint32_t expires_s;
	const struct answer *a = cache_find(&c, &q, 0, &expires_s);
	assert_int_equal(a->status, ANSWER_OK);
	answer_unref(a);
	expect_nx(&c, "half.example", RRTYPE_MX, "half.example");
	cache_fini(&c);
}

/* What is newer is what counts, wherever it is kept. */
static void a_name_may_come_and_go(void **state)
{
	(void)state;
	struct cache c;
	assert_true(cache_init(&c, 1 << 20, 30, 0));
	put(&c, "n", 60, 0, ANSWER_SERVFAIL, 0);
	put_nx(&c, &(struct nx){ "n", NULL, RRTYPE_TXT, .ttl_s = 60 }, 0);
	assert_int_equal(c.table.n_items, 1);
	expect_nx(&c, "n", RRTYPE_TXT, "n");
	put_nx(&c, &(struct nx){ "n", NULL, RRTYPE_A, .ttl_s = 60 }, 0);
	assert_int_equal(c.table.n_items, 1);
	put(&c, "n", 60, 10, ANSWER_OK, 0);
	assert_true(has(&c, "n", RRTYPE_TXT, 0));
	struct question q;
	struct dname name;
	question(&q, &name, "n", RRTYPE_TXT);
	uint32_t expires_s;
	const struct answer *a = cache_find(&c, &q, 0, &expires_s);
	assert_int_equal(a->status, ANSWER_OK);
	answer_unref(a);
	cache_fini(&c);
}

/* What follows from an NXDOMAIN is good as long as that. Of two that come together, by two types of
 * a name, the one that is good for longer stays: what was made of it would outlive it otherwise. */
static void an_nxdomain_says_when_it_expires(void **state)
{
	(void)state;
	struct cache c;
	assert_true(cache_init(&c, 1 << 20, 30, 0));
	put_nx(&c, &(struct nx){ "dead", NULL, RRTYPE_A, .is_of_root = true, .ttl_s = 60 },
	        3 * CLOCK_NS_PER_S);
	assert_int_equal(expiry_of(&c, "below.dead", RRTYPE_TXT, 9 * CLOCK_NS_PER_S), 63);
	put_nx(&c, &(struct nx){ "n", NULL, RRTYPE_TXT, .ttl_s = 60 }, 0);
	put_nx(&c, &(struct nx){ "n", NULL, RRTYPE_MX, .ttl_s = 1 }, 0);
	assert_int_equal(expiry_of(&c, "n", RRTYPE_TXT, 0), 60);
	put_nx(&c, &(struct nx){ "n", NULL, RRTYPE_A, .ttl_s = 70 }, 0);
	assert_int_equal(expiry_of(&c, "n", RRTYPE_TXT, 0), 70);
	cache_fini(&c);
}

static void answers_are_kept_for_a_while_at_least(void **state)
{
	(void)state;
	struct cache c;
	assert_true(cache_init(&c, 1 << 20, 5, 20));
	put(&c, "zero", 0, 10, ANSWER_OK, 0);
	put(&c, "long", 60, 10, ANSWER_OK, 0);
	put(&c, "none", 0, 0, ANSWER_NXDOMAIN, 0);
	put(&c, "failed", 0, 0, ANSWER_SERVFAIL, 0);
	put(&c, "cancelled", 60, 0, ANSWER_CANCELLED, 0);
	assert_int_equal(c.table.n_items, 4);
	assert_int_equal(expiry_of(&c, "zero", RRTYPE_TXT, 0), 20);
	assert_true(has(&c, "zero", RRTYPE_TXT, 20 * CLOCK_NS_PER_S - 1));
	assert_true(has(&c, "none", RRTYPE_TXT, 20 * CLOCK_NS_PER_S - 1));
	assert_false(has(&c, "zero", RRTYPE_TXT, 20 * CLOCK_NS_PER_S));
	assert_false(has(&c, "none", RRTYPE_TXT, 20 * CLOCK_NS_PER_S));
	assert_true(has(&c, "long", RRTYPE_TXT, 60 * CLOCK_NS_PER_S - 1));
	assert_false(has(&c, "failed", RRTYPE_TXT, 5 * CLOCK_NS_PER_S));
	cache_fini(&c);
}

static void extremes(void **state)
{
	(void)state;
	struct cache c;
	assert_true(cache_init(&c, 0, 30, 0));
	put(&c, "x", 60, 10, ANSWER_OK, 0);
	assert_int_equal(c.table.n_items, 0);
	assert_false(has(&c, "x", RRTYPE_TXT, 0));
	cache_fini(&c);

	assert_true(cache_init(&c, 7000, 0, 0));
	put(&c, "large", 60, 900, ANSWER_OK, 0);      /* over an eighth */
	put(&c, "failed", 60, 0, ANSWER_SERVFAIL, 0); /* failure_ttl_s is 0 */
	assert_int_equal(c.table.n_items, 0);
	put(&c, "small", 60, 0, ANSWER_NXDOMAIN, 0);
	assert_int_equal(c.table.n_items, 1);
	cache_fini(&c);
	cache_fini(&c);
}

int main(void)
{
	hash_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_are_name_and_type),
		cmocka_unit_test(time_runs_out),
		cmocka_unit_test(an_answer_says_when_it_expires),
		cmocka_unit_test(bytes_are_bounded_and_use_is_rewarded),
		cmocka_unit_test(what_is_attached_counts),
		cmocka_unit_test(room_is_earned),
		cmocka_unit_test(out_of_date_goes_first),
		cmocka_unit_test(collisions_are_told_apart),
		cmocka_unit_test(a_name_may_have_many_types),
		cmocka_unit_test(nxdomain_is_for_all_types),
		cmocka_unit_test(nothing_lies_beneath_a_top_that_does_not_exist),
		cmocka_unit_test(what_says_nothing_of_other_types),
		cmocka_unit_test(records_stand_beside_an_nxdomain),
		cmocka_unit_test(a_name_may_come_and_go),
		cmocka_unit_test(an_nxdomain_says_when_it_expires),
		cmocka_unit_test(answers_are_kept_for_a_while_at_least),
		cmocka_unit_test(extremes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
