/* test_sink.c - everything arrives, however little the kernel takes at a time, and every failure is
 * told, once and again. */
#include "io/sink.h"

#include "base/digest.h"
#include "tests/io/tempfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static void assert_file_holds(const char *path, const char *text)
{
	char buffer[200];
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t n = fread(buffer, 1, sizeof(buffer), file);
	fclose(file);
	assert_int_equal(n, strlen(text));
	assert_memory_equal(buffer, text, n);
}

/* As a new output is. */
static enum error open_empty(struct sink **s, const char *path)
{
	enum error error = sink_open(s, path);
	return error ? error : sink_cut(*s, 0);
}

static void test_file(void **state)
{
	(void)state;
	struct tempfile file = tempfile_new("what stood there before", 23);
	struct sink *s;
	assert_int_equal(open_empty(&s, file.path), ERROR_NONE);
	assert_string_equal(sink_path(s), file.path);
	assert_file_holds(file.path, "");
	assert_int_equal(sink_write(s, "one,", 4), ERROR_NONE);
	assert_int_equal(sink_write(s, "", 0), ERROR_NONE);
	assert_int_equal(sink_write(s, "two\n", 4), ERROR_NONE);
	assert_int_equal(sink_bytes(s), 8);
	assert_int_equal(sink_sync(s), ERROR_NONE);
	assert_file_holds(file.path, "one,two\n");
	assert_int_equal(sink_close(s), ERROR_NONE);
	assert_int_equal(sink_close(NULL), ERROR_NONE);
	tempfile_free(&file);
}

static void test_open_to_append(void **state)
{
	(void)state;
	struct tempfile file = tempfile_new("kept,torn", 9);
	struct sink *s;
	assert_int_equal(sink_open(&s, file.path), ERROR_NONE);
	assert_int_equal(sink_cut(s, 10), ERROR_SYSTEM); /* longer than the file */
	assert_int_equal(errno, EINVAL);
	assert_file_holds(file.path, "kept,torn");
	assert_int_equal(sink_cut(s, 5), ERROR_NONE);
	assert_int_equal(sink_bytes(s), 5);
	assert_int_equal(sink_write(s, "new", 3), ERROR_NONE);
	assert_int_equal(sink_bytes(s), 8);
	assert_int_equal(sink_close(s), ERROR_NONE);
	assert_file_holds(file.path, "kept,new");
	tempfile_free(&file);
	assert_int_equal(sink_open(&s, "/dev/null"), ERROR_NONE);
	assert_false(sink_is_file(s));
	assert_int_equal(sink_cut(s, 1), ERROR_SYSTEM);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(sink_cut(s, 0), ERROR_NONE);
	assert_int_equal(sink_close(s), ERROR_NONE);
}

static void test_a_new_file_to_append_to(void **state)
{
	(void)state;
	struct tempfile file = tempfile_new("", 0);
	struct sink *s;
	assert_int_equal(unlink(file.path), 0);
	assert_int_equal(sink_open(&s, file.path), ERROR_NONE);
	assert_int_equal(sink_cut(s, 0), ERROR_NONE);
	assert_int_equal(sink_write(s, "new", 3), ERROR_NONE);
	assert_int_equal(sink_close(s), ERROR_NONE);
	assert_file_holds(file.path, "new");
	tempfile_free(&file);
}

static void test_one_writer(void **state)
{
	(void)state;
	struct tempfile file = tempfile_new("the first one's", 15);
	struct sink *first, *second;
	assert_int_equal(sink_open(&first, file.path), ERROR_NONE);
	assert_int_equal(sink_open(&second, file.path), ERROR_SYSTEM);
	assert_int_equal(errno, EWOULDBLOCK);
	assert_null(second);
	assert_file_holds(file.path, "the first one's");
	assert_int_equal(sink_close(first), ERROR_NONE);
	assert_int_equal(sink_open(&second, file.path), ERROR_NONE);
	assert_int_equal(sink_close(second), ERROR_NONE);
	tempfile_free(&file);
}

/* What others do to a file while it is written is told by the next sync. */
static void test_a_file_that_others_change(void **state)
{
	(void)state;
	enum { DELETED, RENAMED, REPLACED, EMPTIED, APPENDED, N_KINDS };
	static const char *const words[] = { "deleted", "renamed", "renamed", "emptied",
		"another program" };
	for (int kind = DELETED; kind < N_KINDS; kind++) {
		struct tempfile file = tempfile_new("", 0);
		char other[sizeof file.path + 8];
		snprintf(other, sizeof other, "%s.other", file.path);
		struct sink *s;
		assert_int_equal(open_empty(&s, file.path), ERROR_NONE);
		assert_int_equal(sink_write(s, "before", 6), ERROR_NONE);
		assert_int_equal(sink_sync(s), ERROR_NONE);
		assert_false(sink_is_lost(s));
		if (kind == DELETED)
			assert_int_equal(unlink(file.path), 0);
		if (kind == RENAMED || kind == REPLACED)
			assert_int_equal(rename(file.path, other), 0);
		FILE *by_others = fopen(kind == REPLACED || kind >= EMPTIED ? file.path : other,
		        kind == EMPTIED ? "w" : "a");
		assert_non_null(by_others);
		if (kind == APPENDED)
			fputs("x", by_others);
		fclose(by_others);
		assert_int_equal(sink_write(s, "after", 5), ERROR_NONE);
		assert_int_equal(sink_sync(s), ERROR_SYSTEM);
		assert_int_equal(errno, ESTALE);
		assert_true(sink_is_lost(s));
		assert_non_null(strstr(sink_why(s), words[kind]));
		assert_int_equal(sink_write(s, "more", 4), ERROR_SYSTEM);
		assert_int_equal(sink_sync(s), ERROR_SYSTEM);
		if (kind == EMPTIED) /* and no zeros before it */
			assert_file_holds(file.path, "after");
		if (kind == RENAMED || kind == REPLACED)
			assert_non_null(strstr(sink_why(s), other));
		assert_int_equal(sink_close(s), ERROR_NONE);
		unlink(other);
		if (kind == DELETED || kind == RENAMED)
			fclose(fopen(file.path, "w"));
		tempfile_free(&file);
	}
}

static void test_a_file_that_is_replaced_before_it_is_cut(void **state)
{
	(void)state;
	struct tempfile file = tempfile_new("ours", 4);
	struct sink *s;
	assert_int_equal(sink_open(&s, file.path), ERROR_NONE);
	assert_int_equal(sink_found_bytes(s), 4);
	assert_int_equal(unlink(file.path), 0);
	fclose(fopen(file.path, "w"));
	assert_int_equal(sink_cut(s, 2), ERROR_SYSTEM);
	assert_int_equal(errno, ESTALE);
	assert_int_equal(sink_close(s), ERROR_NONE);
	tempfile_free(&file);
}

static void test_digest_of_the_whole_file(void **state)
{
	(void)state;
	struct tempfile file = tempfile_new("a, and what is cut", 18);
	char text[DIGEST_TEXT_BYTES];
	struct digest *d = digest_new();
	struct sink *s;
	assert_int_equal(sink_open(&s, file.path), ERROR_NONE);
	sink_set_digest(s, d);
	assert_int_equal(sink_cut(s, 1), ERROR_NONE);
	assert_int_equal(sink_write(s, "bc", 2), ERROR_NONE);
	assert_int_equal(sink_close(s), ERROR_NONE);
	assert_string_equal(digest_text(d, text),
	        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	digest_free(d);
	tempfile_free(&file);
}

/* RLIMIT_FSIZE stands for a disk that is full after so many octets: the kernel writes what fits,
 * and the next write fails. */
static void test_a_torn_block_is_taken_back(void **state)
{
	(void)state;
	struct tempfile file = tempfile_new("", 0);
	struct rlimit before, small = { .rlim_cur = 10, .rlim_max = RLIM_INFINITY };
	struct sink *s;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(open_empty(&s, file.path), ERROR_NONE);
	assert_int_equal(sink_write(s, "whole;", 6), ERROR_NONE);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	enum error error = sink_write(s, "torn block", 10);
	int why = errno;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(error, ERROR_SYSTEM);
	assert_int_equal(why, EFBIG);
	assert_file_holds(file.path, "whole;");
	assert_int_equal(sink_bytes(s), 6);
	assert_int_equal(sink_sync(s), ERROR_NONE);
	assert_int_equal(sink_write(s, "more", 4), ERROR_SYSTEM);
	assert_int_equal(sink_close(s), ERROR_NONE);
	assert_file_holds(file.path, "whole;");
	signal(SIGXFSZ, handler);
	tempfile_free(&file);
}

static void test_cannot_open(void **state)
{
	(void)state;
	struct sink *s;
	assert_int_equal(sink_open(&s, "/nonexistent/out.csv.gz"), ERROR_SYSTEM);
	assert_int_equal(errno, ENOENT);
	assert_null(s);
	assert_int_equal(sink_open(&s, "/tmp"), ERROR_SYSTEM);
	assert_int_equal(errno, EISDIR);
}

static void test_disk_full(void **state)
{
	(void)state;
	struct sink *s;
	assert_int_equal(sink_open(&s, "/dev/full"), ERROR_NONE);
	assert_int_equal(sink_write(s, "x", 1), ERROR_SYSTEM);
	assert_int_equal(errno, ENOSPC);
	errno = 0;
	assert_int_equal(sink_write(s, "x", 1), ERROR_SYSTEM);
	assert_int_equal(errno, ENOSPC);
	assert_int_equal(sink_sync(s), ERROR_NONE);
	assert_int_equal(sink_bytes(s), 0);
	assert_int_equal(sink_close(s), ERROR_NONE);
}

static void test_special_file_needs_no_sync(void **state)
{
	(void)state;
	struct sink *s;
	assert_int_equal(sink_open(&s, "/dev/null"), ERROR_NONE);
	assert_int_equal(sink_write(s, "x", 1), ERROR_NONE);
	assert_int_equal(sink_sync(s), ERROR_NONE);
	assert_int_equal(sink_close(s), ERROR_NONE);
}

/* A sink on standard output, which is the write end of a pipe. */
struct stdout_pipe {
	int saved, read_end;
	struct sink *sink;
};

static struct stdout_pipe open_stdout_pipe(int flags)
{
	struct stdout_pipe p;
	int ends[2];
	fflush(stdout);
	p.saved = dup(STDOUT_FILENO);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, flags), 0);
	assert_int_equal(dup2(ends[1], STDOUT_FILENO), STDOUT_FILENO);
	enum error error = sink_open(&p.sink, "-");
	/* Away from standard output again, before anything is asserted: cmocka reports there. */
	dup2(p.saved, STDOUT_FILENO);
	close(ends[1]);
	close(p.saved);
	p.read_end = ends[0];
	assert_int_equal(error, ERROR_NONE);
	return p;
}

static void test_closed_pipe(void **state)
{
	(void)state;
	signal(SIGPIPE, SIG_IGN); /* as the program does */
	struct stdout_pipe p = open_stdout_pipe(0);
	assert_string_equal(sink_path(p.sink), "standard output");
	assert_int_equal(sink_write(p.sink, "x", 1), ERROR_NONE);
	assert_int_equal(sink_sync(p.sink), ERROR_NONE);
	close(p.read_end);
	assert_int_equal(sink_write(p.sink, "x", 1), ERROR_SYSTEM);
	assert_int_equal(errno, EPIPE);
	errno = 0;
	assert_int_equal(sink_write(p.sink, "x", 1), ERROR_SYSTEM);
	assert_int_equal(errno, EPIPE);
	assert_int_equal(sink_close(p.sink), ERROR_NONE);
	assert_true(fcntl(STDOUT_FILENO, F_GETFD) >= 0);
}

#define MUCH_BYTES (3u << 20)

struct drain {
	int fd;
	size_t n_bytes;
	bool in_order;
};

/* Reads in small bits, with a signal at the writer after each: short writes, EAGAIN and EINTR. */
static void *drain_pipe(void *arg)
{
	struct drain *drain = arg;
	unsigned char buffer[5000];
	ssize_t n;
	drain->in_order = true;
	while ((n = read(drain->fd, buffer, sizeof(buffer))) > 0) {
		for (ssize_t i = 0; i < n; i++)
			drain->in_order = drain->in_order &&
			        buffer[i] == (unsigned char)((drain->n_bytes + (size_t)i) % 251);
		drain->n_bytes += (size_t)n;
		kill(getpid(), SIGUSR1);
	}
	return NULL;
}

static void ignore_signal(int number)
{
	(void)number;
}

static void check_all_arrives(int flags)
{
	struct stdout_pipe p = open_stdout_pipe(flags);
	struct drain drain = { .fd = p.read_end };
	struct sigaction action = { .sa_handler = ignore_signal }; /* no SA_RESTART */
	sigaction(SIGUSR1, &action, NULL);
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &signals, NULL); /* inherited: only the writer takes it */
	pthread_t thread;
	assert_int_equal(pthread_create(&thread, NULL, drain_pipe, &drain), 0);
	pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
	unsigned char *bytes = malloc(MUCH_BYTES);
	assert_non_null(bytes);
	for (size_t i = 0; i < MUCH_BYTES; i++)
		bytes[i] = (unsigned char)(i % 251);
	assert_int_equal(sink_write(p.sink, bytes, MUCH_BYTES), ERROR_NONE);
	assert_int_equal(sink_bytes(p.sink), MUCH_BYTES);
	assert_int_equal(sink_close(p.sink), ERROR_NONE);
	pthread_join(thread, NULL);
	assert_int_equal(drain.n_bytes, MUCH_BYTES);
	assert_true(drain.in_order);
	free(bytes);
	close(p.read_end);
}

static void test_short_writes(void **state)
{
	(void)state;
	check_all_arrives(0);
}

/* Neither opened only, nor one that stood there already. */
static void test_an_unbegun_file_is_removed(void **state)
{
	(void)state;
	struct tempfile old = tempfile_new("", 0);
	char path[PATH_MAX];
	struct sink *s;
	snprintf(path, sizeof path, "%s.new", old.path);
	assert_int_equal(sink_open(&s, path), ERROR_NONE);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(sink_close(s), ERROR_NONE);
	assert_int_equal(access(path, F_OK), -1);
	assert_int_equal(open_empty(&s, path), ERROR_NONE);
	assert_int_equal(sink_close(s), ERROR_NONE);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(sink_open(&s, old.path), ERROR_NONE);
	assert_int_equal(sink_close(s), ERROR_NONE);
	assert_int_equal(access(old.path, F_OK), 0);
	tempfile_free(&old);
}

static void test_nonblocking_output(void **state)
{
	(void)state;
	check_all_arrives(O_NONBLOCK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_open_to_append),
		cmocka_unit_test(test_a_new_file_to_append_to),
		cmocka_unit_test(test_one_writer),
		cmocka_unit_test(test_a_file_that_others_change),
		cmocka_unit_test(test_a_file_that_is_replaced_before_it_is_cut),
		cmocka_unit_test(test_digest_of_the_whole_file),
		cmocka_unit_test(test_a_torn_block_is_taken_back),
		cmocka_unit_test(test_cannot_open),
		cmocka_unit_test(test_disk_full),
		cmocka_unit_test(test_special_file_needs_no_sync),
		cmocka_unit_test(test_closed_pipe),
		cmocka_unit_test(test_short_writes),
		cmocka_unit_test(test_an_unbegun_file_is_removed),
		cmocka_unit_test(test_nonblocking_output),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
