/* test_csv_fields.c - fields out of a record, and into text; and that both are each other's
 * inverse. */
#include "io/csv.h"
#include "tests/io/pipe_source.h"

#include <stdlib.h>
#include <string.h>

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void test_fields(void **state)
{
	(void)state;
	const struct {
		const char *record;
		bool plain, broken;
		const char *fields; /* a bar behind each */
	} cases[] = {
		{ "", true, false, "|" },
		{ "a", true, false, "a|" },
		{ ",", true, false, "||" },
		{ "a,b,,c", true, false, "a|b||c|" },
		{ "\"a,b\",c", false, false, "a,b|c|" },
		{ "\"\",\"\"", false, false, "||" },
		{ "\"a\"\"b\",\"\"\"\"", false, false, "a\"b|\"|" },
		{ "x,\"a\nb\"", false, false, "x|a\nb|" },
		{ "a\"b\",c\"", false, false, "a\"b\"|c\"|" },
		{ "a\rb,c", false, false, "a\rb|c|" },
		{ "\"a,b", false, true, "\"a|b|" },
		{ "\"a\"b,\"c\"", false, true, "\"a\"b|\"c\"|" },
		/* not as csv_read() gives them, but no reason to read behind the end */
		{ "\"a,b", false, false, "\"a|b|" },
		{ "\"a\"b,\"c\"", false, false, "\"a\"b|c|" },
		{ "\"", false, false, "\"|" },
		{ "\"\"\"", false, false, "\"\"\"|" },
		{ "a,\"", false, false, "a|\"|" },
	};
	struct textbuf scratch = { 0 };
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		size_t size = strlen(cases[i].record);
		char *record = malloc(size ? size : 1); /* of its own size, for the sanitizer */
		memcpy(record, cases[i].record, size);
		struct csv_fields fields =
		        csv_fields_of(record, size, cases[i].plain, cases[i].broken, &scratch);
		struct csv_field field;
		struct textbuf list = { 0 };
		while (csv_next_field(&fields, &field)) {
			textbuf_put(&list, field.text, field.size);
			textbuf_put_char(&list, '|');
		}
		assert_string_equal(textbuf_text(&list), cases[i].fields);
		assert_false(csv_next_field(&fields, &field));
		textbuf_fini(&list);
		free(record);
	}
	textbuf_fini(&scratch);
}

/* The first fields stay readable when later ones need the scratch too. */
static void test_fields_stay_valid(void **state)
{
	(void)state;
	struct textbuf record = { 0 }, scratch = { 0 };
	for (unsigned i = 0; i < 2000; i++)
		textbuf_put_text(&record, "\"a\"\"b\",");
	textbuf_put_text(&record, "end");
	struct csv_fields fields = csv_fields_of(record.bytes, record.size, false, false, &scratch);
	struct csv_field first, field;
	assert_true(csv_next_field(&fields, &first));
	unsigned n = 1;
	while (csv_next_field(&fields, &field))
		n++;
	assert_int_equal(n, 2001);
	assert_int_equal(first.size, 3);
	assert_memory_equal(first.text, "a\"b", 3);
	textbuf_fini(&scratch);

	textbuf_init(&scratch, 2); /* no memory */
	fields = csv_fields_of(record.bytes, record.size, false, false, &scratch);
	assert_true(csv_next_field(&fields, &field));
	assert_true(scratch.failed);
	assert_memory_equal(field.text, "a\"\"b", field.size);
	textbuf_fini(&scratch);
	textbuf_fini(&record);
}

static void test_put_field(void **state)
{
	(void)state;
	const char *const cases[][2] = {
		{ "", "" },
		{ "a", "a" },
		{ "a b", "a b" },
		{ "192.0.2.1", "192.0.2.1" },
		{ " a", "\" a\"" },
		{ "a ", "\"a \"" },
		{ "\ta", "\"\ta\"" },
		{ " ", "\" \"" },
		{ "a,b", "\"a,b\"" },
		{ "a\nb", "\"a\nb\"" },
		{ "a\rb", "\"a\rb\"" },
		{ "\"", "\"\"\"\"" },
		{ "a\"b\"", "\"a\"\"b\"\"\"" },
		{ "v=spf1 -all", "v=spf1 -all" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct textbuf out = { 0 };
		csv_put_field(&out, cases[i][0], strlen(cases[i][0]));
		assert_string_equal(textbuf_text(&out), cases[i][1]);
		textbuf_fini(&out);
	}
}

/* Whatever octets a field has, written and read they are the same. */
static void test_round_trip(void **state)
{
	(void)state;
	static const char octets[] = "\"\",,\n\r ab\0\t\xff";
	uint64_t seed = 3;
	struct textbuf scratch = { 0 };
	for (unsigned i = 0; i < 3000; i++) {
		char originals[4][12];
		size_t sizes[4];
		struct textbuf row = { 0 };
		for (unsigned f = 0; f < 4; f++) {
			sizes[f] = next_random(&seed) % 12;
			for (size_t j = 0; j < sizes[f]; j++)
				originals[f][j] = octets[next_random(&seed) % (sizeof(octets) - 1)];
			csv_put_field(&row, originals[f], sizes[f]);
			textbuf_put_char(&row, f < 3 ? ',' : '\n');
		}
		struct pipe_source p;
		struct csv_record record;
		pipe_source_open(&p);
		pipe_source_send(&p, row.bytes, row.size);
		struct csv_reader *r = csv_reader_new(p.source);
		assert_true(csv_read(r, &record, NULL));
		assert_false(record.broken);
		struct csv_fields fields = csv_fields_of(
		        record.text, record.size, record.plain, record.broken, &scratch);
		struct csv_field field;
		for (unsigned f = 0; f < 4; f++) {
			assert_true(csv_next_field(&fields, &field));
			assert_int_equal(field.size, sizes[f]);
			if (sizes[f])
				assert_memory_equal(field.text, originals[f], sizes[f]);
		}
		assert_false(csv_next_field(&fields, &field));
		csv_reader_free(r);
		pipe_source_close(&p);
		textbuf_fini(&row);
	}
	textbuf_fini(&scratch);
}

/* What a spreadsheet may take for a formula gets a quote before it, and loses it again. */
static void test_guarded_fields(void **state)
{
	(void)state;
	static const struct {
		const char *text, *guarded;
	} cases[] = {
		{ "", "" },
		{ "pass", "pass" },
		{ "=1+1", "'=1+1" },
		{ "+all", "'+all" },
		{ "-all", "'-all" },
		{ "@a", "'@a" },
		{ "a=b", "a=b" },
		{ "'", "''" },
		{ "'x", "''x" },
		{ "\tx", "\"'\tx\"" },
		{ "\rx", "\"'\rx\"" },
		{ "\nx", "\"'\nx\"" },
		{ "=a,b", "\"'=a,b\"" },
		{ "=\"x\"", "\"'=\"\"x\"\"\"" },
		{ "a,b", "\"a,b\"" },
		{ " =x", "\" =x\"" },
	};
	struct textbuf out = { 0 }, scratch = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct csv_field field;
		textbuf_reset(&out);
		csv_put_guarded_field(&out, cases[i].text, strlen(cases[i].text));
		assert_string_equal(textbuf_text(&out), cases[i].guarded);
		struct csv_fields fields =
		        csv_fields_of(out.bytes ? out.bytes : "", out.size, false, false, &scratch);
		assert_true(csv_next_field(&fields, &field));
		field = csv_unguard(field);
		assert_int_equal(field.size, strlen(cases[i].text));
		if (field.size)
			assert_memory_equal(field.text, cases[i].text, field.size);
	}
	textbuf_fini(&out);
	textbuf_fini(&scratch);
}

static struct csv_field field_of(const char *text)
{
	return (struct csv_field){ text, strlen(text) };
}

static void test_same_fields(void **state)
{
	(void)state;
	const struct csv_field none = { 0 };
	assert_true(csv_field_is(field_of("spf"), "spf"));
	assert_false(csv_field_is(field_of("SPF"), "spf"));
	assert_false(csv_field_is(field_of("spf_"), "spf"));
	assert_true(csv_field_is(none, ""));
	assert_false(csv_field_same(none, field_of("spf")));
}

static void test_numbers(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "-1", "+1", " 1", "1x", "12345678901234567890" };
	uint64_t n;
	for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
		assert_false(csv_field_u64(field_of(wrong[i]), &n));
	assert_true(csv_field_u64(field_of("007"), &n));
	assert_int_equal(n, 7);
	assert_true(csv_field_u64(field_of("9999999999999999999"), &n));
	assert_true(n == 9999999999999999999u);
}

/* No octet goes to a terminal that it could obey, and none behind the room. */
static void test_shown_fields(void **state)
{
	(void)state;
	char text[5] = "xxxx";
	assert_string_equal(csv_field_show(text, sizeof text, field_of("a\x1b\xff")), "a??");
	assert_string_equal(csv_field_show(text, sizeof text, field_of("abcdef")), "abcd");
	assert_string_equal(csv_field_show(text, sizeof text, field_of("")), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fields),
		cmocka_unit_test(test_fields_stay_valid),
		cmocka_unit_test(test_put_field),
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_guarded_fields),
		cmocka_unit_test(test_same_fields),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_shown_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
