/* test_loglines.c - lines of files and pipes, with every line end, and too long ones. */
#include "tests/cmocka_first.h"

#include "logs/loglines.h"
#include "tests/made_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const volatile bool never;

static void expect(struct loglines *l, const char *text)
{
	struct logtext line;
	bool is_long;
	assert_true(loglines_next(l, &line, &is_long, &never));
	assert_false(is_long);
	assert_int_equal(line.size, strlen(text));
	assert_memory_equal(line.at, text, line.size);
}

static void line_ends(void **state)
{
	(void)state;
	struct made_file file = made_text("a\nb\r\n\nlast");
	struct source *source;
	struct loglines l;
	struct logtext line;
	bool is_long;
	assert_int_equal(source_open(&source, file.path), 0);
	assert_true(loglines_init(&l, source));
	struct logtext begin = loglines_peek(&l, &never);
	assert_int_equal(begin.size, 10);
	expect(&l, "a");
	expect(&l, "b");
	expect(&l, "");
	expect(&l, "last");
	assert_false(loglines_next(&l, &line, &is_long, &never));
	loglines_fini(&l);
	source_close(source);
	made_close(&file);
}

/* What a file holds where the machine crashed while it was written. */
static void octets_of_value_0(void **state)
{
	(void)state;
	enum { ZEROS = 3 * LOGLINES_MAX_BYTES };
	char *octets = calloc(1, ZEROS + 12);
	assert_non_null(octets);
	memcpy(octets, "one\n", 4);
	memcpy(octets + ZEROS, "two\n\0\0three\n", 12);
	struct made_file file = made_file(octets, ZEROS + 12);
	struct source *source;
	struct loglines l;
	struct logtext line;
	bool is_long;
	assert_int_equal(source_open(&source, file.path), 0);
	assert_true(loglines_init(&l, source));
	expect(&l, "one");
	expect(&l, "two");
	expect(&l, "three");
	assert_false(loglines_next(&l, &line, &is_long, &never));
	loglines_fini(&l);
	source_close(source);
	made_close(&file);
	free(octets);
}

/* A line over the limit is cut, and the next one is whole; also where it spans buffers. */
static void long_lines(void **state)
{
	(void)state;
	static const size_t sizes[] = { LOGLINES_MAX_BYTES, LOGLINES_MAX_BYTES + 1,
		LOGLINES_MAX_BYTES * 9 };
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		char *text = malloc(sizes[i] + 16);
		assert_non_null(text);
		memset(text, 'x', sizes[i]);
		memcpy(text + sizes[i], "\nnext\n", 7);
		struct made_file file = made_text(text);
		struct source *source;
		struct loglines l;
		struct logtext line;
		bool is_long;
		assert_int_equal(source_open(&source, file.path), 0);
		assert_true(loglines_init(&l, source));
		assert_true(loglines_next(&l, &line, &is_long, &never));
		assert_int_equal(is_long, i > 0);
		assert_int_equal(line.size, LOGLINES_MAX_BYTES);
		expect(&l, "next");
		assert_false(loglines_next(&l, &line, &is_long, &never));
		loglines_fini(&l);
		source_close(source);
		made_close(&file);
		free(text);
	}
}

static void a_pipe_that_is_followed(void **state)
{
	(void)state;
	int ends[2];
	char path[32];
	struct source *source;
	struct loglines l;
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
	assert_int_equal(source_open(&source, path), 0);
	assert_true(loglines_init(&l, source));
	assert_int_equal(write(ends[1], "one\ntw", 6), 6);
	assert_false(loglines_would_block(&l));
	expect(&l, "one");
	assert_true(loglines_would_block(&l)); /* half a line is none */
	assert_int_equal(write(ends[1], "o\n", 2), 2);
	assert_false(loglines_would_block(&l));
	expect(&l, "two");
	/* the rest of a line that was too long is none either */
	char *text = malloc(LOGLINES_MAX_BYTES);
	struct logtext line;
	bool is_long;
	assert_non_null(text);
	memset(text, 'x', LOGLINES_MAX_BYTES);
	assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 2 * LOGLINES_MAX_BYTES) < 0, false);
	assert_int_equal(write(ends[1], text, LOGLINES_MAX_BYTES), LOGLINES_MAX_BYTES);
	while (loglines_would_block(&l))
		;
	assert_true(loglines_next(&l, &line, &is_long, &never));
	assert_true(is_long && line.size == LOGLINES_MAX_BYTES);
	assert_int_equal(write(ends[1], "xxx\nthr", 7), 7);
	assert_true(loglines_would_block(&l));
	assert_false(loglines_ended(&l));
	assert_int_equal(write(ends[1], "ee\n", 3), 3);
	assert_false(loglines_would_block(&l));
	expect(&l, "three");
	free(text);
	close(ends[1]);
	assert_false(loglines_would_block(&l));
	assert_true(loglines_ended(&l));
	loglines_fini(&l);
	source_close(source);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(line_ends),
		cmocka_unit_test(octets_of_value_0),
		cmocka_unit_test(long_lines),
		cmocka_unit_test(a_pipe_that_is_followed),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
