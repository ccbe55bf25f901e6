/* test_source.c - what is delivered, and what is told, for whole, cut, damaged and padded gzip
 * files, for plain text, and for pipes that bring things bit by bit. */
#include "base/textbuf.h"
#include "io/bgzf.h"
#include "io/source.h"
#include "tests/io/gzip_member.h"
#include "tests/io/pipe_source.h"
#include "tests/io/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>

static const char first_text[] =
        "domain,ip\nexample.com,192.0.2.1\nexample.com,192.0.2.2\nexample.org,2001:db8::1\n";
static const char second_text[] =
        "example.net,198.51.100.7\nexample.net,198.51.100.7\nexample.net,198.51.100.8\n";

/* Everything a source gives, read by `chunk` octets. */
static void drain(struct source *s, struct textbuf *text, size_t chunk)
{
	size_t n;
	do {
		n = source_read(s, textbuf_reserve(text, chunk), chunk, NULL);
		textbuf_advance(text, n);
	} while (n);
	assert_true(source_ended(s));
	assert_int_equal(source_read(s, textbuf_reserve(text, 1), 1, NULL), 0);
}

struct reading {
	struct textbuf text;
	enum error error;
	bool is_gzip;
};

static struct reading read_file(const char *path, size_t chunk)
{
	struct reading reading = { 0 };
	struct source *s;
	assert_int_equal(source_open(&s, path), ERROR_NONE);
	assert_string_equal(source_path(s), path);
	drain(s, &reading.text, chunk);
	reading.error = source_error(s);
	reading.is_gzip = source_is_gzip(s);
	if (!reading.error)
		assert_int_equal(source_raw_bytes(s), source_raw_size(s));
	source_close(s);
	return reading;
}

static struct reading read_octets(const void *bytes, size_t size, size_t chunk)
{
	struct tempfile file = tempfile_new(bytes, size);
	struct reading reading = read_file(file.path, chunk);
	tempfile_free(&file);
	return reading;
}

struct two_members {
	struct textbuf gz, text;
	size_t boundary;
};

static struct two_members make_two_members(void)
{
	struct two_members two = { 0 };
	put_gzip_member(&two.gz, first_text, sizeof(first_text) - 1, 6);
	two.boundary = two.gz.size;
	put_gzip_member(&two.gz, second_text, sizeof(second_text) - 1, 6);
	textbuf_put_text(&two.text, first_text);
	textbuf_put_text(&two.text, second_text);
	return two;
}

static void free_two_members(struct two_members *two)
{
	textbuf_fini(&two->gz);
	textbuf_fini(&two->text);
}

static void test_whole_gzip(void **state)
{
	(void)state;
	struct two_members two = make_two_members();
	const size_t chunks[] = { 1, 2, 7, 64, 100000 };
	for (size_t i = 0; i < sizeof(chunks) / sizeof(chunks[0]); i++) {
		struct reading reading = read_octets(two.gz.bytes, two.gz.size, chunks[i]);
		assert_int_equal(reading.error, ERROR_NONE);
		assert_true(reading.is_gzip);
		assert_string_equal(textbuf_text(&reading.text), textbuf_text(&two.text));
		textbuf_fini(&reading.text);
	}
	free_two_members(&two);
}

static void test_every_cut(void **state)
{
	(void)state;
	struct two_members two = make_two_members();
	size_t longest = 0;
	for (size_t cut = 0; cut < two.gz.size; cut++) {
		struct reading reading = read_octets(two.gz.bytes, cut, 100000);
		bool at_boundary = cut == 0 || cut == two.boundary;
		assert_int_equal(reading.error, at_boundary ? ERROR_NONE : ERROR_TRUNCATED);
		assert_int_equal(reading.is_gzip, cut > 0);
		/* a prefix, and never less than a shorter file gave */
		assert_true(reading.text.size <= two.text.size && reading.text.size >= longest);
		if (reading.text.size)
			assert_memory_equal(reading.text.bytes, two.text.bytes, reading.text.size);
		longest = reading.text.size;
		/* only the 8 octets of the trailer missing: all text is there */
		if (cut == two.boundary - 8)
			assert_int_equal(reading.text.size, sizeof(first_text) - 1);
		textbuf_fini(&reading.text);
	}
	assert_int_equal(longest, two.text.size);
	free_two_members(&two);
}

/* Whatever octet is damaged, either the text is right all the same (time, flags of no weight), or
 * the reader is told. */
static void test_every_flip(void **state)
{
	(void)state;
	struct two_members two = make_two_members();
	unsigned n_corrupt = 0;
	for (size_t at = 0; at < two.gz.size; at++) {
		two.gz.bytes[at] ^= 0x55;
		struct reading reading = read_octets(two.gz.bytes, two.gz.size, 100000);
		two.gz.bytes[at] ^= 0x55;
		n_corrupt += reading.error == ERROR_CORRUPT;
		bool is_right = reading.text.size == two.text.size &&
		        memcmp(reading.text.bytes, two.text.bytes, two.text.size) == 0;
		bool was_told = reading.error == ERROR_CORRUPT ||
		        reading.error == ERROR_TRUNCATED || !reading.is_gzip;
		assert_true(is_right || was_told);
		/* A bad checksum or length costs none of the text before it. */
		if (at >= two.gz.size - 8) {
			assert_int_equal(reading.error, ERROR_CORRUPT);
			assert_true(is_right);
		}
		textbuf_fini(&reading.text);
	}
	assert_true(n_corrupt > two.gz.size / 2);
	free_two_members(&two);
}

static void test_padding_and_garbage(void **state)
{
	(void)state;
	const struct {
		const char *bytes;
		size_t size;
		enum error error;
	} tails[] = {
		{ "\0", 1, ERROR_NONE },
		{ "\0\0\0\0\0\0\0\0", 8, ERROR_NONE },
		{ "garbage", 7, ERROR_CORRUPT },
		{ "\x1f garbage", 9, ERROR_CORRUPT },
		{ "\0\0\0x", 4, ERROR_CORRUPT },
		{ "\0\0\x1f\x8b", 4, ERROR_CORRUPT },
		{ "\x1f", 1, ERROR_TRUNCATED },
		{ "\x1f\x8b", 2, ERROR_TRUNCATED },
		{ "\x1f\x8b\x08\0\0", 5, ERROR_TRUNCATED },
		/* a method that does not exist */
		{ "\x1f\x8b\x07\0\0\0\0\0\0\0", 10, ERROR_CORRUPT },
	};
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++) {
		struct two_members two = make_two_members();
		textbuf_put(&two.gz, tails[i].bytes, tails[i].size);
		struct reading reading = read_octets(two.gz.bytes, two.gz.size, i % 2 ? 3 : 100000);
		assert_int_equal(reading.error, tails[i].error);
		assert_string_equal(textbuf_text(&reading.text), textbuf_text(&two.text));
		textbuf_fini(&reading.text);
		free_two_members(&two);
	}
}

static void test_empty_member(void **state)
{
	(void)state;
	struct textbuf gz = { 0 };
	put_gzip_member(&gz, "", 0, 6);
	put_gzip_member(&gz, "a", 1, 6);
	put_gzip_member(&gz, "", 0, 6);
	put_gzip_member(&gz, "b", 1, 6);
	struct reading reading = read_octets(gz.bytes, gz.size, 10);
	assert_int_equal(reading.error, ERROR_NONE);
	assert_string_equal(textbuf_text(&reading.text), "ab");
	textbuf_fini(&reading.text);
	textbuf_fini(&gz);
}

/* Larger than every buffer in the way, and hard to pack, so that members straddle reads. */
static void test_large(void **state)
{
	(void)state;
	struct textbuf text = { 0 }, gz = { 0 };
	uint64_t seed = 1;
	size_t member_begin = 0;
	for (unsigned i = 0; i < 400000; i++) {
		seed = seed * 6364136223846793005u + 1442695040888963407u;
		textbuf_put_u64(&text, seed >> 20);
		textbuf_put_char(&text, '\n');
		if (seed >> 48 < 100) {
			put_gzip_member(
			        &gz, text.bytes + member_begin, text.size - member_begin, 6);
			member_begin = text.size;
		}
	}
	put_gzip_member(&gz, text.bytes + member_begin, text.size - member_begin, 6);
	assert_true(gz.size > 1000000);
	for (int as_gzip = 0; as_gzip < 2; as_gzip++) {
		const struct textbuf *raw = as_gzip ? &gz : &text;
		struct reading reading = read_octets(raw->bytes, raw->size, 70001);
		assert_int_equal(reading.error, ERROR_NONE);
		assert_int_equal(reading.is_gzip, as_gzip);
		assert_int_equal(reading.text.size, text.size);
		assert_memory_equal(reading.text.bytes, text.bytes, text.size);
		textbuf_fini(&reading.text);
	}
	textbuf_fini(&text);
	textbuf_fini(&gz);
}

static void test_plain(void **state)
{
	(void)state;
	const struct {
		const char *bytes;
		size_t size;
	} plains[] = { { "", 0 }, { "a", 1 }, { "\0", 1 }, { "\x1f,", 2 },
		{ "example.com,192.0.2.1\n", 22 } };
	for (size_t i = 0; i < sizeof(plains) / sizeof(plains[0]); i++) {
		struct reading reading = read_octets(plains[i].bytes, plains[i].size, 5);
		assert_int_equal(reading.error, ERROR_NONE);
		assert_false(reading.is_gzip);
		assert_int_equal(reading.text.size, plains[i].size);
		if (plains[i].size)
			assert_memory_equal(reading.text.bytes, plains[i].bytes, plains[i].size);
		textbuf_fini(&reading.text);
	}
}

static void test_cannot_open(void **state)
{
	(void)state;
	struct source *s;
	assert_int_equal(source_open(&s, "/nonexistent/input.csv"), ERROR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_null(s);
	assert_int_equal(source_open(&s, "/tmp"), ERROR_SYSTEM);
	assert_int_equal(errno, EISDIR);
	source_close(NULL);
}

/* /proc/self/mem can be opened, and fails to be read at its begin. */
static void test_read_error(void **state)
{
	(void)state;
	struct source *s;
	char c;
	assert_int_equal(source_open(&s, "/proc/self/mem"), ERROR_NONE);
	assert_int_equal(source_read(s, &c, 1, NULL), 0);
	assert_true(source_ended(s));
	assert_int_equal(source_error(s), ERROR_SYSTEM);
	assert_int_equal(source_errno(s), EIO);
	source_close(s);
}

/* ---- pipes ---- */

static void test_pipe_gives_what_is_there(void **state)
{
	(void)state;
	struct pipe_source p;
	pipe_source_open(&p);
	assert_int_equal(source_raw_size(p.source), 0);
	char buffer[100];
	assert_int_equal(source_read_ready(p.source, buffer, sizeof(buffer)), 0);
	assert_false(source_ended(p.source));
	pipe_source_send(&p, "abc", 3);
	assert_int_equal(source_read(p.source, buffer, sizeof(buffer), NULL), 3);
	assert_memory_equal(buffer, "abc", 3);
	pipe_source_send(&p, "de", 2);
	assert_int_equal(source_read_ready(p.source, buffer, sizeof(buffer)), 2);
	assert_int_equal(source_read_ready(p.source, buffer, sizeof(buffer)), 0);
	assert_false(source_ended(p.source));
	pipe_source_hang_up(&p);
	assert_int_equal(source_read_ready(p.source, buffer, sizeof(buffer)), 0);
	assert_true(source_ended(p.source));
	assert_int_equal(source_error(p.source), ERROR_NONE);
	pipe_source_close(&p);
}

/* One octet at a time, and never a wait in between. */
static void test_pipe_gzip_octet_by_octet(void **state)
{
	(void)state;
	struct pipe_source p;
	pipe_source_open(&p);
	struct two_members two = make_two_members();
	struct textbuf text = { 0 };
	for (size_t i = 0; i < two.gz.size; i++) {
		pipe_source_send(&p, two.gz.bytes + i, 1);
		size_t n = source_read_ready(p.source, textbuf_reserve(&text, 1000), 1000);
		textbuf_advance(&text, n);
		assert_false(source_ended(p.source));
		if (i == two.boundary - 9) /* all but the trailer */
			assert_int_equal(text.size, sizeof(first_text) - 1);
	}
	pipe_source_hang_up(&p);
	drain(p.source, &text, 1000);
	assert_int_equal(source_error(p.source), ERROR_NONE);
	assert_string_equal(textbuf_text(&text), textbuf_text(&two.text));
	textbuf_fini(&text);
	free_two_members(&two);
	pipe_source_close(&p);
}

static volatile bool stop_flag;

static void set_stop(int signal_number)
{
	(void)signal_number;
	__atomic_store_n(&stop_flag, true, __ATOMIC_RELAXED);
}

static void test_stop_ends_the_wait(void **state)
{
	(void)state;
	struct pipe_source p;
	pipe_source_open(&p);
	char c;
	struct sigaction action = { .sa_handler = set_stop };
	sigaction(SIGALRM, &action, NULL);
	stop_flag = false;
	alarm(1);
	assert_int_equal(source_read(p.source, &c, 1, &stop_flag), 0);
	assert_true(stop_flag);
	assert_false(source_ended(p.source));
	/* what is there is given all the same */
	pipe_source_send(&p, "x", 1);
	assert_int_equal(source_read(p.source, &c, 1, &stop_flag), 1);
	pipe_source_close(&p);
}

static void *waste_a_signal(void *arg)
{
	(void)arg;
	sigset_t alarms;
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	int number;
	sigwait(&alarms, &number);
	__atomic_store_n(&stop_flag, true, __ATOMIC_RELAXED);
	return NULL;
}

/* The signal goes to another thread: no EINTR here, and yet the wait ends. */
static void test_stop_without_interruption(void **state)
{
	(void)state;
	struct pipe_source p;
	pipe_source_open(&p);
	char c;
	sigset_t alarms;
	sigemptyset(&alarms);
	sigaddset(&alarms, SIGALRM);
	pthread_sigmask(SIG_BLOCK, &alarms, NULL);
	stop_flag = false;
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, waste_a_signal, NULL), 0);
	kill(getpid(), SIGALRM);
	assert_int_equal(source_read(p.source, &c, 1, &stop_flag), 0);
	assert_false(source_ended(p.source));
	pthread_join(thread, NULL);
	pthread_sigmask(SIG_UNBLOCK, &alarms, NULL);
	pipe_source_close(&p);
}

static void test_standard_input(void **state)
{
	(void)state;
	int ends[2], saved = dup(STDIN_FILENO);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	assert_int_equal(write(ends[1], "hello", 5), 5);
	close(ends[1]);
	struct source *s;
	struct textbuf text = { 0 };
	assert_int_equal(source_open(&s, "-"), ERROR_NONE);
	assert_string_equal(source_path(s), "standard input");
	drain(s, &text, 100);
	assert_string_equal(textbuf_text(&text), "hello");
	source_close(s);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* still open */
	dup2(saved, STDIN_FILENO);
	close(saved);
	close(ends[0]);
	textbuf_fini(&text);
}

/* True when the source says at its end that the file is block gzip without one. */
static bool lacks_end(const void *bytes, size_t size, size_t chunk)
{
	struct tempfile file = tempfile_new(bytes, size);
	struct textbuf text = { 0 };
	struct source *s;
	assert_int_equal(source_open(&s, file.path), ERROR_NONE);
	drain(s, &text, chunk);
	bool lacks = source_lacks_end(s);
	source_close(s);
	textbuf_fini(&text);
	tempfile_free(&file);
	return lacks;
}

static void test_end_of_block_gzip(void **state)
{
	(void)state;
	struct textbuf blocks = { 0 }, plain = { 0 };
	const struct bgzf_checkpoint no_note = { 0 };
	struct bgzf *z = bgzf_new(1);
	bgzf_put_member(z, &blocks, first_text, sizeof first_text - 1, &no_note);
	const size_t one = blocks.size;
	bgzf_put_eof(&blocks);
	put_gzip_member(&plain, first_text, sizeof first_text - 1, 6);
	for (size_t chunk = 1; chunk < 200; chunk += 66) {
		assert_false(lacks_end(blocks.bytes, blocks.size, chunk));
		assert_true(lacks_end(blocks.bytes, one, chunk));
		for (size_t cut = 1; cut < BGZF_EOF_BYTES; cut++)
			assert_true(lacks_end(blocks.bytes, blocks.size - cut, chunk));
		/* no block gzip: it has no end of its own */
		assert_false(lacks_end(plain.bytes, plain.size, chunk));
		assert_false(lacks_end(first_text, sizeof first_text - 1, chunk));
		assert_false(lacks_end("", 0, chunk));
	}
	bgzf_free(z);
	textbuf_fini(&blocks);
	textbuf_fini(&plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_whole_gzip),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_every_flip),
		cmocka_unit_test(test_padding_and_garbage),
		cmocka_unit_test(test_empty_member),
		cmocka_unit_test(test_large),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_end_of_block_gzip),
		cmocka_unit_test(test_cannot_open),
		cmocka_unit_test(test_read_error),
		cmocka_unit_test(test_pipe_gives_what_is_there),
		cmocka_unit_test(test_pipe_gzip_octet_by_octet),
		cmocka_unit_test(test_stop_ends_the_wait),
		cmocka_unit_test(test_stop_without_interruption),
		cmocka_unit_test(test_standard_input),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
