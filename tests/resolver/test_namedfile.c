/* test_namedfile.c - files that options name: what is read, what is told of the rest. */
#include "resolver/namedfile.h"
#include "tests/io/tempfile.h"

#include <string.h>
#include <sys/stat.h>

static const char *why_not(const char *path, size_t max_bytes, bool again)
{
	struct textbuf text = { 0 };
	const char *why = "nothing";
	assert_false(namedfile_read(&text, path, max_bytes, again, &why));
	textbuf_fini(&text);
	return why;
}

static void test_a_file(void **state)
{
	struct tempfile file = tempfile_new("a\0b\n", 4);
	struct textbuf text = { 0 };
	const char *why;
	(void)state;
	assert_true(namedfile_read(&text, file.path, 4, true, &why));
	assert_null(why);
	assert_int_equal(text.size, 4);
	assert_memory_equal(text.bytes, "a\0b\n", 4);
	textbuf_fini(&text);
	assert_string_equal(why_not(file.path, 3, true), "it has more than 3 octets");
	tempfile_free(&file);
}

static void test_what_is_no_file(void **state)
{
	(void)state;
	assert_string_equal(why_not("/", 100, false), "Is a directory");
	assert_string_equal(why_not("/nonexistent", 100, false), "No such file or directory");
	assert_string_equal(why_not("", 100, false), "No such file or directory");
	assert_string_equal(why_not("/dev/zero", 100, false), "it is a device, and no file");
}

/* A shell's <(...) is one. */
static void test_a_pipe(void **state)
{
	struct textbuf text = { 0 };
	const char *why;
	char path[32];
	int ends[2];
	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "text", 4), 4);
	snprintf(path, sizeof path, "/proc/self/fd/%d", ends[0]);
	assert_non_null(strstr(why_not(path, 100, true), "pipe"));
	assert_string_equal(why_not(path, 3, false), "it has more than 3 octets");
	assert_int_equal(write(ends[1], "text", 4), 4);
	close(ends[1]);
	assert_true(namedfile_read(&text, path, 100, false, &why));
	assert_memory_equal(text.bytes, "text", 4);
	textbuf_fini(&text);
	close(ends[0]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_file),
		cmocka_unit_test(test_what_is_no_file),
		cmocka_unit_test(test_a_pipe),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
