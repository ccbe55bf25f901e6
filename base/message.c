/* message.c - one mutex, one write(2) per message.
 *
 * The whole line, with the wiping and the redrawing of the live line, goes out in one write, so that it does not tear
 * even when other processes share the terminal. Control characters become '?': messages quote file names and DNS text, which
 * must not drive the user's terminal. The state below is process-wide because standard error is. */
#include "base/message.h"

#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define WIPE "\r\033[K"

enum { LINE_BYTES = 4096, LIVE_BYTES = 1024 };

static enum message_level level_max = MESSAGE_INFO;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char live[LIVE_BYTES]; /* under the lock; "" when none stands */

void message_set_level(enum message_level level)
{
	level_max = level;
}

static void stderr_write(const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = write(STDERR_FILENO, bytes, size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;
		bytes += n;
		size -= (size_t)n;
	}
}

static void controls_replace(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

void message(enum message_level level, const char *format, ...)
{
	if (level > level_max)
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
	size = snprintf(line, sizeof(line), "%sspfsweep: %s%s\n%s", live[0] ? WIPE : "", tag, text, live);
	if (size > 0)
		stderr_write(line, (size_t)size);
	pthread_mutex_unlock(&lock);
	errno = saved;
}

void message_live(const char *text)
{
	char line[LIVE_BYTES + 16];
	pthread_mutex_lock(&lock);
	const bool stood = live[0] != '\0';
	snprintf(live, sizeof(live), "%s", text ? text : "");
	controls_replace(live);
	int size = snprintf(line, sizeof(line), "%s%s", stood ? WIPE : "", live);
	if (size > 0)
		stderr_write(line, (size_t)size);
	pthread_mutex_unlock(&lock);
}
