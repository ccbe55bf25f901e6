/* message.h - the one way to standard error: messages to the user, and the live progress line.
 *
 * A message is one line that begins with "spfsweep: ". It wipes a live line and draws it again
 * below. Any thread; the calls take a lock, so nothing calls them for each row. What cannot be
 * written is dropped, a message after a second, the live line at once: standard error never stops
 * or delays a scan. */
#ifndef BASE_MESSAGE_H
#define BASE_MESSAGE_H

enum message_level { MESSAGE_ERROR, MESSAGE_WARNING, MESSAGE_INFO };

/* As printf(), without a newline at the end. A warning has "warning: " behind the prefix. */
void message(enum message_level level, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* From now on only errors are written, and no live line. Before threads are started. */
void message_quiet(void);

/* Replaces the live line; NULL or "" removes it. The caller cuts it to the terminal's width. */
void message_live(const char *text);

#endif
