/* message.h - the one way to standard error: messages to the user and the live progress line.
 *
 * A message is one line, "spfsweep: " before it. While a live line stands on a terminal, a message
 * first wipes it and then draws it again below, so that the two never mix. Calls may come from any
 * thread; they take a lock, so nothing on the row path may call them per row. Output that cannot be
 * written is dropped, a message after a second, the live line at once: standard error is never a
 * reason to stop, or to wait. */
#ifndef BASE_MESSAGE_H
#define BASE_MESSAGE_H

enum message_level { MESSAGE_ERROR, MESSAGE_WARNING, MESSAGE_INFO };

/* printf-like; `format` has no newline at its end. Warnings say "warning: " after the prefix. */
void message(enum message_level level, const char *format, ...)
        __attribute__((format(printf, 2, 3)));

/* Replaces the live line by `text` (cut at the terminal's width by the caller); NULL or "" takes it
 * away. */
void message_live(const char *text);

#endif
