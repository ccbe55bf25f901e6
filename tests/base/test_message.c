/* test_message.c - what reaches standard error, byte by byte.
 *
 * Standard error is a pipe while a case runs; the bytes are read back after it. */
#include "base/message.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WIPE "\r\033[K"

struct capture {
	int read_fd, saved_fd;
};

static void capture_begin(struct capture *c)
{
	int fds[2];
	assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
	c->read_fd = fds[0];
	c->saved_fd = dup(STDERR_FILENO);
	assert_true(c->saved_fd >= 0);
	assert_int_equal(dup2(fds[1], STDERR_FILENO), STDERR_FILENO);
	close(fds[1]);
}

/* Puts standard error back and gives what was written, with a NUL after it. */
static size_t capture_end(struct capture *c, char *out, size_t size)
{
	assert_int_equal(dup2(c->saved_fd, STDERR_FILENO), STDERR_FILENO);
	close(c->saved_fd);
	ssize_t n = read(c->read_fd, out, size - 1);
	close(c->read_fd);
	n = n < 0 ? 0 : n;
	out[n] = '\0';
	return (size_t)n;
}

static void a_message_is_one_line(void **state)
{
	(void)state;
	struct capture c;
	char out[512];
	capture_begin(&c);
	message(MESSAGE_ERROR, "%s: %s", "in.csv", "no such file");
	message(MESSAGE_WARNING, "%d rows", 3);
	message(MESSAGE_INFO, "done");
	capture_end(&c, out, sizeof(out));
	assert_string_equal(
	        out, "spfsweep: in.csv: no such file\nspfsweep: warning: 3 rows\nspfsweep: done\n");
}

/* A reader that does not read holds nobody up; when it reads again, what comes then is whole. The
 * pipe's own descriptor blocks, as that of any shell does. */
static void what_is_not_read_is_dropped(void **state)
{
	(void)state;
	struct capture c;
	static char filler[1 << 20], out[1 << 20];
	memset(filler, 'x', sizeof filler);
	capture_begin(&c);
	ssize_t n_filled = write(STDERR_FILENO, filler, sizeof filler);
	assert_true(n_filled > 0 && n_filled < (ssize_t)sizeof filler);
	assert_int_equal(fcntl(STDERR_FILENO, F_SETFL, O_WRONLY), 0);
	message(MESSAGE_ERROR, "dropped");
	message_live("dropped");
	message_live(NULL);
	assert_int_equal(read(c.read_fd, out, sizeof out), n_filled);
	message(MESSAGE_ERROR, "kept");
	assert_int_equal(fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK, 0);
	capture_end(&c, out, sizeof(out));
	assert_string_equal(out, "spfsweep: kept\n");
}

static void a_message_goes_above_the_live_line(void **state)
{
	(void)state;
	struct capture c;
	char out[512];
	capture_begin(&c);
	message_live("10%");
	message(MESSAGE_INFO, "note");
	message_live("20%");
	message_live(NULL);
	message_live("");
	message(MESSAGE_INFO, "end");
	capture_end(&c, out, sizeof(out));
	assert_string_equal(
	        out, "10%" WIPE "spfsweep: note\n10%" WIPE "20%" WIPE "spfsweep: end\n");
}

static void control_characters_cannot_drive_the_terminal(void **state)
{
	(void)state;
	struct capture c;
	char out[512];
	capture_begin(&c);
	message(MESSAGE_INFO, "a\nb\033[2Jc\x7f\xc3\xa9");
	message_live("x\ry");
	message_live(NULL);
	capture_end(&c, out, sizeof(out));
	assert_string_equal(out, "spfsweep: a?b?[2Jc?\xc3\xa9\nx?y" WIPE);
}

static void long_messages_are_cut_and_still_end(void **state)
{
	(void)state;
	struct capture c;
	static char out[16384], text[8192];
	memset(text, 'x', sizeof(text) - 1);
	capture_begin(&c);
	message_live(text);
	message(MESSAGE_WARNING, "%s", text);
	message_live(NULL);
	size_t n = capture_end(&c, out, sizeof(out));
	assert_in_range(n, 4096, 8192);
	assert_non_null(strstr(out, "x\nx"));
	assert_string_equal(out + n - strlen("x" WIPE), "x" WIPE);
}

/* Nobody reads and the pipe is full: the message is dropped, the program goes on, errno is
 * untouched. */
static void output_that_cannot_be_written_is_dropped(void **state)
{
	(void)state;
	struct capture c;
	static char out[256];
	capture_begin(&c);
	while (write(STDERR_FILENO, "....", 4) > 0)
		;
	errno = ENOENT;
	message(MESSAGE_ERROR, "lost");
	const int after = errno;
	capture_end(&c, out, sizeof(out));
	assert_int_equal(after, ENOENT);
	assert_null(strstr(out, "lost"));
}

/* Letters of all alphabets pass; a terminal takes U+0080 to U+009F for controls, and what it makes
 * of octets that are no UTF-8, nobody knows. */
static void only_utf8_without_controls_passes(void **state)
{
	(void)state;
	static const struct {
		const char *given, *shown;
	} table[] = {
		{ "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\xc2\xa0\xf4\x8f\xbf\xbf",
		        "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80\xc2\xa0\xf4\x8f\xbf\xbf" },
		{ "\xc2\x9b"
		  "2J",
		        "??2J" },
		{ "\xc2\x80|\xc2\x9f", "??|??" },
		{ "\x9b"
		  "2J",
		        "?2J" },
		{ "\xc3", "?" },
		{ "\xe2\x82", "??" },
		{ "\xf0\x9f\x98", "???" },
		{ "\xc3"
		  "a",
		        "?a" },
		{ "\xc0\x80", "??" },
		{ "\xe0\x80\x80", "???" },
		{ "\xf0\x80\x80\x80", "????" },
		{ "\xed\xa0\x80", "???" },
		{ "\xf4\x90\x80\x80", "????" },
		{ "\xff\xfe", "??" },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(*table); i++) {
		struct capture c;
		char out[128], expected[128];
		capture_begin(&c);
		message(MESSAGE_ERROR, "%s", table[i].given);
		capture_end(&c, out, sizeof(out));
		snprintf(expected, sizeof(expected), "spfsweep: %s\n", table[i].shown);
		assert_string_equal(out, expected);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_message_is_one_line),
		cmocka_unit_test(what_is_not_read_is_dropped),
		cmocka_unit_test(a_message_goes_above_the_live_line),
		cmocka_unit_test(control_characters_cannot_drive_the_terminal),
		cmocka_unit_test(only_utf8_without_controls_passes),
		cmocka_unit_test(long_messages_are_cut_and_still_end),
		cmocka_unit_test(output_that_cannot_be_written_is_dropped),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
