/* test_rowkey.c - which rows have the same key: those that differ in nothing that decides a
 * result. */
#include "tests/cmocka_first.h"

#include "base/hash.h"
#include "scanner/rowkey.h"

#include <string.h>

static const struct layout usual = { .n_columns = 5, .domain = 0, .ip = 1, .sender = 2, .helo = 3 };

static struct row_key key_in(const struct layout *layout, const char *text)
{
	struct textbuf scratch = { 0 };
	struct csv_record record = {
		.text = text, .size = strlen(text), .plain = !strchr(text, '"')
	};
	struct row_fields fields;
	rowkey_fields(&fields, layout, &record, &scratch);
	struct row_key key = rowkey_of(&fields, &record);
	textbuf_fini(&scratch);
	return key;
}

static struct row_key key_of(const char *text)
{
	return key_in(&usual, text);
}

static bool is_same(const struct row_key *a, const struct row_key *b)
{
	return !memcmp(a->hash, b->hash, sizeof a->hash);
}

static bool same(const char *a, const char *b)
{
	struct row_key keys[] = { key_of(a), key_of(b) };
	assert_true(keys[0].is_known && keys[1].is_known);
	return is_same(&keys[0], &keys[1]);
}

static bool same_in_full(const char *a, const char *b)
{
	struct row_key keys[] = { key_of(a), key_of(b) };
	assert_true(rowkey_with_local_part(&keys[0], a));
	assert_true(rowkey_with_local_part(&keys[1], b));
	return is_same(&keys[0], &keys[1]);
}

static void what_counts(void **state)
{
	(void)state;
	const char *row = "a.example,192.0.2.1,u@b.example,h.example,note";
	assert_true(same(row, "a.example,192.0.2.1,u@b.example,h.example,other"));
	assert_true(same(row, "a.example,192.0.2.1,v@b.example,h.example,note"));
	assert_true(same(row, "a.example,192.0.2.1,<v@b.example>,h.example,note"));
	assert_true(same(row, "\"a.example\",192.0.2.1,v@b.example,h.example,\"no,te\""));
	assert_false(same(row, "A.example,192.0.2.1,u@b.example,h.example,note"));
	assert_false(same(row, "a.example,192.0.2.2,u@b.example,h.example,note"));
	assert_false(same(row, "a.example,192.0.2.1,u@c.example,h.example,note"));
	assert_false(same(row, "a.example,192.0.2.1,b.example,h.example,note"));
	assert_false(same(row, "a.example,192.0.2.1,,h.example,note"));
	assert_false(same(row, "a.example,192.0.2.1,u@b.example,,note"));
	assert_false(same("a.example,192.0.2.1,,x,", "a.example,192.0.2.1,x,,"));
	assert_false(same("a.example,,,,", ",a.example,,,"));
}

static void the_local_part_counts_where_it_was_looked_at(void **state)
{
	(void)state;
	const char *row = "a.example,192.0.2.1,u@b.example,h.example,";
	assert_true(same_in_full(row, "a.example,192.0.2.1,<u@b.example>,h.example,"));
	assert_false(same_in_full(row, "a.example,192.0.2.1,v@b.example,h.example,"));
	assert_false(same_in_full(row, "a.example,192.0.2.1,@b.example,h.example,"));
	/* a row without a local-part is never taken for one that has any */
	struct row_key empty = key_of("a.example,192.0.2.1,@b.example,h.example,"), full = empty;
	assert_true(rowkey_with_local_part(&full, "a.example,192.0.2.1,@b.example,h.example,"));
	assert_false(is_same(&empty, &full));
	/* without an @ there is only one key */
	struct row_key none = key_of("a.example,192.0.2.1,,h.example,"), before = none;
	assert_true(rowkey_with_local_part(&none, ""));
	assert_true(is_same(&none, &before));
}

static void a_local_part_in_doubled_quotes_stands_elsewhere(void **state)
{
	(void)state;
	const char *near = "a.example,192.0.2.1,\"u@b.example\",h.example,";
	struct row_key key = key_of(near),
	               plain = key_of("a.example,192.0.2.1,u@b.example,h.example,");
	assert_true(key.is_known && !key.has_far_local);
	assert_true(rowkey_with_local_part(&key, near));
	assert_true(rowkey_with_local_part(&plain, "a.example,192.0.2.1,u@b.example,h.example,"));
	assert_true(is_same(&key, &plain));
	/* it has quotes, which could make the row bad input */
	assert_false(key_of("a.example,192.0.2.1,\"\"\"u\"\"@b.example\",h.example,").is_known);
}

static void rows_without_a_key(void **state)
{
	(void)state;
	char row[2048];
	assert_false(key_of("a.example,192.0.2.1,u v@b.example,h.example,").is_known);
	assert_false(key_of("a.example,192.0.2.1,u@v@b.example,h.example,").is_known);
	assert_false(key_of("a.example,192.0.2.1,<u@b.example,h.example,").is_known);
	assert_false(key_of("a.example,192.0.2.1,\303\274@b.example,h.example,").is_known);
	assert_false(key_of("a.example,192.0.2.1,x <u@b.example>,h.example,").is_known);
	assert_false(key_of("a.example,192.0.2.1").is_known);
	assert_false(key_of("a.example,192.0.2.1,,,,").is_known);
	memset(row, 'a', sizeof row);
	memcpy(row + 1000, ",192.0.2.1,,,", 14);
	assert_false(key_of(row).is_known);
}

static void columns_in_any_order(void **state)
{
	(void)state;
	const struct layout other = {
		.n_columns = 3, .domain = 2, .ip = 0, .sender = COLUMN_NONE, .helo = COLUMN_NONE
	};
	struct row_key a = key_in(&other, "192.0.2.1,x,a.example"),
	               b = key_of("a.example,192.0.2.1,,,");
	assert_true(a.is_known && is_same(&a, &b));
}

static void whose_row_it_is(void **state)
{
	(void)state;
	static const char *const rows[] = { "A.example,192.0.2.1,,,", "a.example,192.0.2.9,x@y,z,",
		",,u@a.EXAMPLE,,", ",,a.example,,", ",a.example,,," };
	uint64_t hashes[5];
	for (unsigned i = 0; i < 5; i++) {
		struct textbuf scratch = { 0 };
		struct csv_record record = {
			.text = rows[i], .size = strlen(rows[i]), .plain = true
		};
		struct row_fields fields;
		rowkey_fields(&fields, &usual, &record, &scratch);
		hashes[i] = rowkey_domain_hash(&fields);
		assert_int_equal(hashes[i], hashes[0]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_counts),
		cmocka_unit_test(the_local_part_counts_where_it_was_looked_at),
		cmocka_unit_test(a_local_part_in_doubled_quotes_stands_elsewhere),
		cmocka_unit_test(rows_without_a_key),
		cmocka_unit_test(columns_in_any_order),
		cmocka_unit_test(whose_row_it_is),
	};
	hash_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
