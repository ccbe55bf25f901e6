/* message.c - one mutex, and one write(2) for each message.
 *
 * A terminal or pipe that nobody reads must not hold up a scan, so it is written without blocking.
 * It is opened anew for that: O_NONBLOCK on the descriptor that we were given would be set for
 * other processes, too.
 *
 * A message, with the live line wiped and drawn again, is one write, so that it stays in one piece
 * when other processes share the terminal. Control characters (C0, DEL, C1) and octets that are no
 * UTF-8 become '?': messages quote file names and DNS text, which must not drive a terminal. The
 * state is the process's, because standard error is. */
#include "base/message.h"

#include "base/utf8.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WIPE "\r\033[K"

enum { LINE_BYTES = 4096, LIVE_BYTES = 1024, PATIENCE_MS = 1000 };

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char live[LIVE_BYTES]; /* under the lock; "" when none stands */
static bool quiet;            /* fixed while threads run */
static bool stuck;            /* under the lock: it takes no more */

/* A descriptor that may block, opened anew. Files, and what cannot be opened (a socket, another
 * user's terminal), are written as they are. */
static int stderr_open(void)
{
	struct stat st;
	int fd = -1;
	if (!fstat(STDERR_FILENO, &st) && (S_ISCHR(st.st_mode) || S_ISFIFO(st.st_mode)))
		fd = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return fd < 0 ? STDERR_FILENO : fd;
}

/* Whether there is room, now or within a second. After a wait in vain there is no other until
 * something was written. */
static bool wait_for_room(int fd, bool patient)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };
	stuck = poll(&p, 1, patient && !stuck ? PATIENCE_MS : 0) <= 0;
	return !stuck;
}

/* What is not taken in time is dropped. */
static void stderr_write(const char *bytes, size_t size, bool patient)
{
	int fd = stderr_open();
	const bool may_block = fd == STDERR_FILENO; /* a file never does, and has always room */
	while (size > 0 && (!may_block || wait_for_room(fd, patient))) {
		/* for so much there is room where there is any */
		ssize_t n = write(fd, bytes, may_block && size > PIPE_BUF ? PIPE_BUF : size);
		if (n < 0 && (errno == EINTR || (errno == EAGAIN && wait_for_room(fd, patient))))
			continue;
		if (n <= 0)
			break;
		stuck = false;
		bytes += n;
		size -= (size_t)n;
	}
	if (fd != STDERR_FILENO)
		close(fd);
}

/* Controls (C0, DEL, U+0080 to U+009F) and what is no UTF-8. */
static void controls_replace(char *text)
{
	for (size_t left = strlen(text); left;) {
		uint32_t code = 0;
		size_t size = utf8_decode(text, left, &code);
		if (code < 0x20 || (code >= 0x7f && code < 0xa0) || !size) {
			*text = '?';
			size = 1;
		}
		text += size;
		left -= size;
	}
}

void message(enum message_level level, const char *format, ...)
{
	if (quiet && level != MESSAGE_ERROR)
		return;
	const int saved = errno;
	const char *tag = level == MESSAGE_WARNING ? "warning: " : "";
	char text[LINE_BYTES], line[LINE_BYTES + LIVE_BYTES + 64];
	va_list args;
	va_start(args, format);
	int size = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (size < 0)
		text[0] = '\0';
	controls_replace(text);

	pthread_mutex_lock(&lock);
	size = snprintf(
	        line, sizeof(line), "%sspfsweep: %s%s\n%s", live[0] ? WIPE : "", tag, text, live);
	if (size > 0)
		stderr_write(line, (size_t)size, true);
	pthread_mutex_unlock(&lock);
	errno = saved;
}

void message_quiet(void)
{
	quiet = true;
}

void message_live(const char *text)
{
	char line[LIVE_BYTES + 16];
	if (quiet)
		return;
	pthread_mutex_lock(&lock);
	const bool stood = live[0] != '\0';
	snprintf(live, sizeof(live), "%s", text ? text : "");
	controls_replace(live);
	int size = snprintf(line, sizeof(line), "%s%s", stood ? WIPE : "", live);
	if (size > 0)
		stderr_write(line, (size_t)size, false);
	pthread_mutex_unlock(&lock);
}
