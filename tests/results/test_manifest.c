/* test_manifest.c - the summary as JSON: it is JSON, replaces what stood in the file, and says what
 * it was given. */
#include "tests/made_file.h"

#include "results/manifest.h"

#include <stdlib.h>

/* ---- a reader of JSON (RFC 8259) that only says whether it is some ---- */

static bool skip_value(const char **at);

static void skip_blanks(const char **at)
{
	*at += strspn(*at, " \t\r\n");
}

static bool skip_char(const char **at, char c)
{
	skip_blanks(at);
	if (**at != c)
		return false;
	++*at;
	return true;
}

static bool skip_string(const char **at)
{
	if (!skip_char(at, '"'))
		return false;
	for (; **at && **at != '"'; ++*at) {
		if ((unsigned char)**at < 0x20)
			return false;
		if (**at == '\\' && !strchr("\"\\/bfnrtu", *++*at))
			return false;
	}
	return skip_char(at, '"');
}

static bool skip_list(const char **at, char opening, char closing)
{
	if (!skip_char(at, opening))
		return false;
	if (skip_char(at, closing))
		return true;
	do {
		if (opening == '{' && !(skip_string(at) && skip_char(at, ':')))
			return false;
		if (!skip_value(at))
			return false;
	} while (skip_char(at, ','));
	return skip_char(at, closing);
}

static bool skip_word(const char **at)
{
	static const char *const words[] = { "true", "false", "null" };
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (!strncmp(*at, words[i], strlen(words[i]))) {
			*at += strlen(words[i]);
			return true;
		}
	char *end;
	strtod(*at, &end);
	bool is_number = end > *at;
	*at = end;
	return is_number;
}

static bool skip_value(const char **at)
{
	skip_blanks(at);
	return **at == '{'    ? skip_list(at, '{', '}')
	        : **at == '[' ? skip_list(at, '[', ']')
	        : **at == '"' ? skip_string(at)
	                      : skip_word(at);
}

static bool is_json(const char *text)
{
	bool good = skip_value(&text);
	skip_blanks(&text);
	return good && !*text;
}

static void the_reader_reads(void **state)
{
	(void)state;
	assert_true(is_json("{\"a\": [1, -2.5e3, \"x\\\"\\u0041\", {}, []], \"b\": null}\n"));
	static const char *const wrong[] = { "", "{", "{\"a\" 1}", "{\"a\": 1,}", "[1 2]", "\"\n\"",
		"{} {}", "nul" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(is_json(wrong[i]));
}

/* ---- */

static void put_questions(struct json *j, const void *counters)
{
	json_u64(j, "questions", *(const uint64_t *)counters);
}

static void put_options(struct json *j, const void *options)
{
	json_text(j, "engine", options);
}

static void put_versions(struct json *j)
{
	json_text(j, "spfsweep", "9.9");
}

/* Writes it over a longer file, and gives what is in the file then. */
static struct textbuf written(const struct manifest *m)
{
	static char before[4096];
	struct textbuf text = { 0 };
	struct sink *sink;
	memset(before, '#', sizeof before);
	struct made_file file = made_file(before, sizeof before);
	assert_int_equal(sink_open(&sink, file.path), ERROR_NONE);
	assert_true(manifest_write(m, sink));
	assert_int_equal(sink_close(sink), ERROR_NONE);
	char *room = textbuf_reserve(&text, 8192);
	ssize_t n = pread(file.fd, room, 8192, 0);
	assert_true(n > 0 && n < 8192);
	textbuf_advance(&text, (size_t)n);
	made_close(&file);
	return text;
}

static void expect(struct textbuf *text, const char *member)
{
	if (!strstr(textbuf_text(text), member))
		fail_msg("no %s in %s", member, textbuf_text(text));
}

static struct manifest manifest_of(const struct tally *tally, char **inputs)
{
	static const uint64_t n_questions = 321;
	static const struct resume_run runs[] = { { 1700000000000, 1, 40 } };
	static char digests[2][DIGEST_TEXT_BYTES] = { "0123abcd", "" };
	return (struct manifest){ .command = "retry",
		.version = "9.9",
		.complete = true,
		.exit_status = 1,
		.started_ms = 1800000000999,
		.ended_ms = 1800000001000,
		.inputs = inputs,
		.n_inputs = 2,
		.input_digests = digests,
		.output = "-",
		.rows_read = 100,
		.rows = 90,
		.rows_before = 40,
		.bytes_written = 12345,
		.tally = tally,
		.runs = runs,
		.n_runs = 1,
		.put_questions = put_questions,
		.questions = &n_questions,
		.put_options = put_options,
		.options = "forward",
		.put_versions = put_versions };
}

static void members(void **state)
{
	(void)state;
	char *inputs[] = { (char[]){ "a \"b\".csv" }, (char[]){ "c\n\\.csv" } };
	struct tally tally = { 0 };
	tally_add(&tally.bad_rows, 3);
	tally_add(&tally.spf[SPF_SOFTFAIL], 17);
	tally_add(&tally.iprev[IPREV_PERMERROR], 18);
	struct manifest m = manifest_of(&tally, inputs);
	struct textbuf text = written(&m);
	assert_true(is_json(textbuf_text(&text)));
	static const char *const expected[] = { "\"command\": \"retry\"", "\"complete\": true",
		"\"exit_status\": 1", "\"started_at\": \"2027-01-15T08:00:00Z\"",
		"\"ended_at\": \"2027-01-15T08:00:01Z\"", "\"a \\\"b\\\".csv\"",
		"\"rows_read\": 100", "\"rows\": 90", "\"rows_before\": 40", "\"bad_rows\": 3",
		"\"softfail\": 17", "\"permerror\": 18", "\"questions\": 321",
		"\"engine\": \"forward\"", "\"0123abcd\"", "\"output_sha256\": null",
		"\"bytes_written\": 12345", "\"started_at\": \"2023-11-14T22:13:20Z\"" };
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
		expect(&text, expected[i]);
	textbuf_fini(&text);
}

/* The runs before this one, and this one, share the rows. */
static void runs(void **state)
{
	(void)state;
	char *inputs[] = { (char[]){ "a" }, (char[]){ "b" } };
	struct tally tally = { 0 };
	struct manifest m = manifest_of(&tally, inputs);
	struct textbuf text = written(&m);
	const char *at = strstr(textbuf_text(&text), "\"runs\"");
	assert_non_null(at);
	const char *first = strstr(at, "\"first_row\": 1,"),
	           *second = strstr(at, "\"first_row\": 41,");
	assert_true(first && second && first < second);
	assert_non_null(strstr(first, "\"rows\": 40"));
	assert_non_null(strstr(second, "\"rows\": 50"));
	textbuf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reader_reads),
		cmocka_unit_test(members),
		cmocka_unit_test(runs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
