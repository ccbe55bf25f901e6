/* logtext.h - a part of a log line, and the few questions that formats ask of it.
 *
 * A text points into somebody else's octets, which outlive it, and need not end with NUL. Pure; any
 * thread. */
#ifndef MAILLOG_LOGTEXT_H
#define MAILLOG_LOGTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

struct logtext {
	const char *at;
	size_t size;
};

/* The text of a literal. */
#define LOGTEXT(literal) ((struct logtext){ literal, sizeof literal - 1 })

static inline struct logtext logtext_between(const char *from, const char *to)
{
	return (struct logtext){ from, (size_t)(to - from) };
}

static inline const char *logtext_end(struct logtext t)
{
	return t.at + t.size;
}

/* Without its first octets, of which it has that many. */
static inline struct logtext logtext_behind(struct logtext t, size_t n)
{
	return (struct logtext){ t.at + n, t.size - n };
}

static inline bool logtext_same(struct logtext a, struct logtext b)
{
	return a.size == b.size && (!a.size || !memcmp(a.at, b.at, a.size));
}

/* In any letter case. */
static inline bool logtext_alike(struct logtext a, struct logtext b)
{
	return a.size == b.size && (!a.size || !strncasecmp(a.at, b.at, a.size));
}

static inline bool logtext_begins(struct logtext t, struct logtext with)
{
	return t.size >= with.size && !memcmp(t.at, with.at, with.size);
}

static inline bool logtext_ends(struct logtext t, struct logtext with)
{
	return t.size >= with.size && !memcmp(t.at + t.size - with.size, with.at, with.size);
}

/* Takes the beginning away. False: the text begins otherwise, and is unchanged. */
static inline bool logtext_skip(struct logtext *t, struct logtext begin)
{
	if (!logtext_begins(*t, begin))
		return false;
	*t = logtext_behind(*t, begin.size);
	return true;
}

/* Where it stands first. NULL: nowhere. */
static inline const char *logtext_find(struct logtext t, struct logtext what)
{
	return t.size ? memmem(t.at, t.size, what.at, what.size) : NULL;
}

static inline const char *logtext_find_char(struct logtext t, char c)
{
	return t.size ? memchr(t.at, c, t.size) : NULL;
}

/* Takes the text before `c`, and `c`, away into *part. False: there is no `c`. */
static inline bool logtext_cut(struct logtext *t, char c, struct logtext *part)
{
	const char *at = logtext_find_char(*t, c);
	if (!at)
		return false;
	*part = logtext_between(t->at, at);
	*t = logtext_between(at + 1, logtext_end(*t));
	return true;
}

static inline struct logtext logtext_trim(struct logtext t)
{
	while (t.size && (t.at[0] == ' ' || t.at[0] == '\t'))
		t = logtext_behind(t, 1);
	while (t.size && (t.at[t.size - 1] == ' ' || t.at[t.size - 1] == '\t'))
		t.size--;
	return t;
}

static inline bool logtext_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool logtext_is_alnum(char c)
{
	return logtext_is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* An address in brackets at the text's beginning, as "<a@b>": what stands between them, which is
 * taken away with them. A quoted local-part may hold anything. False: there is none, or it does not
 * end, and the text is unchanged. */
bool logtext_take_address(struct logtext *t, struct logtext *address);

#endif
