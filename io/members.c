/* members.c - one buffer that always has room for a whole member, filled by read(). */
#include "io/members.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_BYTES (4 * BGZF_MEMBER_MAX_BYTES)

struct members {
	int fd;
	bool ended; /* read() said so */
	uint64_t at;
	struct bgzf *z;
	struct textbuf text;
	size_t begin, end; /* of what was read and not yet used */
	uint8_t buffer[BUFFER_BYTES];
};

enum error members_open(struct members **out, const char *path)
{
	*out = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return ERROR_SYSTEM;
	struct members *m = malloc(sizeof *m);
	if (m) {
		memset(m, 0, offsetof(struct members, buffer));
		m->fd = fd;
		m->z = bgzf_new(1);
	}
	if (!m || !m->z) {
		close(fd);
		free(m);
		return ERROR_NOMEM;
	}
	*out = m;
	return ERROR_NONE;
}

void members_close(struct members *m)
{
	if (!m)
		return;
	close(m->fd);
	bgzf_free(m->z);
	textbuf_fini(&m->text);
	free(m);
}

/* Until a whole member is there, or the file's end. */
static enum error fill(struct members *m)
{
	if (m->ended || m->end - m->begin >= BGZF_MEMBER_MAX_BYTES)
		return ERROR_NONE;
	memmove(m->buffer, m->buffer + m->begin, m->end - m->begin);
	m->end -= m->begin;
	m->begin = 0;
	while (!m->ended && m->end < BUFFER_BYTES) {
		ssize_t n = read(m->fd, m->buffer + m->end, BUFFER_BYTES - m->end);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERROR_SYSTEM;
		m->ended = n == 0;
		m->end += (size_t)n;
	}
	return ERROR_NONE;
}

enum error members_next(struct members *m, struct member *member)
{
	enum error err = fill(m);
	const uint8_t *bytes = m->buffer + m->begin;
	size_t left = m->end - m->begin;
	if (err)
		return err;
	if (!left)
		return ERROR_EMPTY;
	*member = (struct member){ .at = m->at };
	textbuf_reset(&m->text);
	err = bgzf_parse_header(
	        bytes, left, &member->size, &member->checkpoint, &member->has_checkpoint);
	if (!err)
		err = bgzf_get_member(m->z, bytes, left, &m->text);
	if (err)
		return err;
	member->is_eof = bgzf_is_eof(bytes, member->size);
	member->text = textbuf_text(&m->text);
	member->text_size = m->text.size;
	m->begin += member->size;
	m->at += member->size;
	return ERROR_NONE;
}

enum error members_seek(struct members *m, uint64_t at)
{
	if (lseek(m->fd, (off_t)at, SEEK_SET) < 0)
		return ERROR_SYSTEM;
	m->at = at;
	m->begin = m->end = 0;
	m->ended = false;
	return ERROR_NONE;
}

enum error members_skip(struct members *m)
{
	static const uint8_t magic[] = { 0x1f, 0x8b };
	enum error err;
	for (size_t step = 1;; step = 1) {
		m->begin += step;
		m->at += step;
		if ((err = fill(m)) != ERROR_NONE)
			return err;
		const uint8_t *from = m->buffer + m->begin, *end = m->buffer + m->end;
		if (end - from < (ptrdiff_t)sizeof magic)
			return ERROR_EMPTY;
		const uint8_t *found = memmem(from, (size_t)(end - from), magic, sizeof magic);
		/* its second octet may not be read yet */
		size_t passed = found ? (size_t)(found - from) : (size_t)(end - from) - 2;
		m->begin += passed;
		m->at += passed;
		if (found)
			return fill(m);
	}
}

uint64_t members_at(const struct members *m)
{
	return m->at;
}
