/* test_loglines.c - lines of files and pipes, with every line end, and too long ones. */
#include "tests/cmocka_first.h"

#include "logs/loglines.h"
#include "tests/made_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static const volatile bool never;

/* The lines of a file or pipe, and what they are read from. */
struct reading {
	struct source *source;
	struct loglines lines;
};

static void reading_open(struct reading *r, const char *path)
{
	assert_int_equal(source_open(&r->source, path), 0);
	assert_true(loglines_init(&r->lines, r->source));
}

static void reading_close(struct reading *r)
{
	loglines_fini(&r->lines);
	source_close(r->source);
}

static void expect_end(struct reading *r)
{
	struct logtext line;
	bool is_long;
	assert_false(loglines_next(&r->lines, &line, &is_long, &never));
}

static void expect(struct reading *r, const char *text)
{
	struct logtext line;
	bool is_long;
	assert_true(loglines_next(&r->lines, &line, &is_long, &never));
	assert_false(is_long);
	assert_int_equal(line.size, strlen(text));
	assert_memory_equal(line.at, text, line.size);
}

static void line_ends(void **state)
{
	(void)state;
	struct made_file file = made_text("a\nb\r\n\nlast");
	struct reading r;
	reading_open(&r, file.path);
	struct logtext begin = loglines_peek(&r.lines, &never);
	assert_int_equal(begin.size, 10);
	expect(&r, "a");
	expect(&r, "b");
	expect(&r, "");
	expect(&r, "last");
	expect_end(&r);
	reading_close(&r);
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
	struct reading r;
	reading_open(&r, file.path);
	expect(&r, "one");
	expect(&r, "two");
	expect(&r, "three");
	expect_end(&r);
	reading_close(&r);
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
		struct reading r;
		struct logtext line;
		bool is_long;
		reading_open(&r, file.path);
		assert_true(loglines_next(&r.lines, &line, &is_long, &never));
		assert_int_equal(is_long, i > 0);
		assert_int_equal(line.size, LOGLINES_MAX_BYTES);
		expect(&r, "next");
		expect_end(&r);
		reading_close(&r);
		made_close(&file);
		free(text);
	}
}

static void a_pipe_that_is_followed(void **state)
{
	(void)state;
	int ends[2];
	char path[32];
	struct reading r;
	assert_int_equal(pipe(ends), 0);
	snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
	reading_open(&r, path);
	assert_int_equal(write(ends[1], "one\ntw", 6), 6);
	assert_false(loglines_would_block(&r.lines));
	expect(&r, "one");
	assert_true(loglines_would_block(&r.lines)); /* half a line is none */
	assert_int_equal(write(ends[1], "o\n", 2), 2);
	assert_false(loglines_would_block(&r.lines));
	expect(&r, "two");
	/* the rest of a line that was too long is none either */
	char *text = malloc(LOGLINES_MAX_BYTES);
	struct logtext line;
	bool is_long;
	assert_non_null(text);
	memset(text, 'x', LOGLINES_MAX_BYTES);
	assert_int_equal(fcntl(ends[1], F_SETPIPE_SZ, 2 * LOGLINES_MAX_BYTES) < 0, false);
	assert_int_equal(write(ends[1], text, LOGLINES_MAX_BYTES), LOGLINES_MAX_BYTES);
	while (loglines_would_block(&r.lines))
		;
	assert_true(loglines_next(&r.lines, &line, &is_long, &never));
	assert_true(is_long && line.size == LOGLINES_MAX_BYTES);
	assert_int_equal(write(ends[1], "xxx\nthr", 7), 7);
	assert_true(loglines_would_block(&r.lines));
	assert_false(loglines_ended(&r.lines));
	assert_int_equal(write(ends[1], "ee\n", 3), 3);
	assert_false(loglines_would_block(&r.lines));
	expect(&r, "three");
	free(text);
	close(ends[1]);
	assert_false(loglines_would_block(&r.lines));
	assert_true(loglines_ended(&r.lines));
	reading_close(&r);
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
