/* linefile.c - a place in block gzip is the offset of a member, shifted by 16 bits, and the offset
 * in its text. A line may go on in the members behind it. */
#include "io/linefile.h"

#include "base/digest.h"
#include "io/members.h"
#include "io/source.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Members that a reader keeps inflated: 4 MiB. */
enum { KEPT_BITS = 6, KEPT = 1 << KEPT_BITS };
/* Most members are not larger, and every header is smaller. */
enum { READ_FIRST_BYTES = 20 << 10 };
enum { READ_BYTES = 64 << 10, OFFSET_BITS = 16 };

struct linefile {
	int fd;
	struct textbuf plain;    /* all of it, when it is no block gzip */
	bool is_cut;             /* its gzip data end too early */
	struct members *members; /* of the walk; NULL: it is plain */
	/* the walk */
	struct textbuf text; /* what is left of the members before, and a member's text */
	size_t pos;          /* of it, taken */
	uint64_t n_lines;
	uint64_t tail_at;   /* where the text begins, when it begins before the member */
	size_t tail_size;   /* so much of it is of the members before */
	uint64_t member_at; /* the place of the member's text */
};

/* ---- open and close ---- */

static enum error read_plain(struct linefile *f, const char *path)
{
	struct source *source;
	enum error err = source_open(&source, path);
	if (err)
		return err;
	for (size_t n = 1; n > 0 && !f->plain.failed;) {
		char *to = textbuf_reserve(&f->plain, READ_BYTES);
		n = to ? source_read(source, to, READ_BYTES, NULL) : 0;
		textbuf_advance(&f->plain, n);
	}
	err = f->plain.failed ? ERROR_NOMEM : source_error(source);
	if (err == ERROR_SYSTEM)
		errno = source_errno(source);
	source_close(source);
	f->is_cut = err == ERROR_TRUNCATED;
	return f->is_cut ? ERROR_NONE : err;
}

/* By its first member. */
static enum error open_text(struct linefile *f, const char *path)
{
	struct member member;
	enum error err = members_open(&f->members, path);
	if (err)
		return err;
	err = members_next(f->members, &member);
	if (!err || err == ERROR_EMPTY)
		return members_seek(f->members, 0);
	members_close(f->members);
	f->members = NULL;
	return err == ERROR_SYSTEM || err == ERROR_NOMEM ? err : read_plain(f, path);
}

enum error linefile_open(struct linefile **out, const char *path)
{
	struct stat st;
	*out = NULL;
	struct linefile *f = calloc(1, sizeof *f);
	if (!f)
		return ERROR_NOMEM;
	f->fd = open(path, O_RDONLY | O_CLOEXEC);
	enum error err = f->fd < 0 || fstat(f->fd, &st) ? ERROR_SYSTEM : ERROR_NONE;
	if (!err && !S_ISREG(st.st_mode)) {
		errno = S_ISDIR(st.st_mode) ? EISDIR : ESPIPE;
		err = ERROR_SYSTEM;
	}
	if (!err)
		err = open_text(f, path);
	if (!err) {
		*out = f;
		return ERROR_NONE;
	}
	int saved = errno;
	linefile_close(f);
	errno = saved;
	return err;
}

void linefile_close(struct linefile *f)
{
	if (!f)
		return;
	if (f->fd >= 0)
		close(f->fd);
	members_close(f->members);
	textbuf_fini(&f->plain);
	textbuf_fini(&f->text);
	free(f);
}

enum error linefile_digest(const struct linefile *f, struct digest *digest)
{
	char buffer[READ_BYTES];
	for (off_t at = 0;;) {
		ssize_t n = pread(f->fd, buffer, sizeof buffer, at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? ERROR_SYSTEM : ERROR_NONE;
		digest_add(digest, buffer, (size_t)n);
		at += n;
	}
}

/* ---- the walk ---- */

static enum error give(
        struct linefile *f, struct linefile_line *line, const char *text, size_t size, uint64_t at)
{
	*line = (struct linefile_line){
		.text = text, .size = size, .at = at, .number = ++f->n_lines
	};
	return ERROR_NONE;
}

static enum error next_plain(struct linefile *f, struct linefile_line *line)
{
	size_t left = f->plain.size - f->pos, at = f->pos;
	const char *text = f->plain.bytes + at, *end = left ? memchr(text, '\n', left) : NULL;
	if (!end)
		return left || f->is_cut ? ERROR_TRUNCATED : ERROR_EMPTY;
	f->pos = (size_t)(end - f->plain.bytes) + 1;
	return give(f, line, text, (size_t)(end - text), at);
}

/* Where the text at `pos` stands. */
static uint64_t place_of(const struct linefile *f, size_t pos)
{
	return pos < f->tail_size ? f->tail_at : f->member_at + (pos - f->tail_size);
}

/* Appends the next member's text to what is not taken yet. */
static enum error take_member(struct linefile *f)
{
	struct member member;
	size_t left = f->text.size - f->pos;
	if (left > LINEFILE_LINE_MAX_BYTES)
		return ERROR_LIMIT;
	enum error err = members_next(f->members, &member);
	if (err)
		return err;
	f->tail_at = place_of(f, f->pos);
	f->tail_size = left;
	if (left)
		memmove(f->text.bytes, f->text.bytes + f->pos, left);
	textbuf_truncate(&f->text, left);
	f->pos = 0;
	f->member_at = member.at << OFFSET_BITS;
	textbuf_put(&f->text, member.text, member.text_size);
	return f->text.failed ? ERROR_NOMEM : ERROR_NONE;
}

enum error linefile_next(struct linefile *f, struct linefile_line *line)
{
	if (!f->members)
		return next_plain(f, line);
	/* in what is left of the members before there is no line end */
	for (size_t from = f->pos;; from = f->tail_size) {
		const char *end = from < f->text.size
		        ? memchr(f->text.bytes + from, '\n', f->text.size - from)
		        : NULL;
		if (end) {
			size_t at = f->pos;
			f->pos = (size_t)(end - f->text.bytes) + 1;
			return give(f, line, f->text.bytes + at, f->pos - at - 1, place_of(f, at));
		}
		enum error err = take_member(f);
		if (err)
			return err == ERROR_EMPTY && f->text.size > f->pos ? ERROR_TRUNCATED : err;
	}
}

/* ---- reading by place ---- */

struct kept_member {
	bool is_there;
	uint64_t at, next_at;
	struct textbuf text;
};

struct linefile_reader {
	const struct linefile *file;
	struct bgzf *z;
	struct kept_member *kept;
	struct textbuf line; /* one of several members */
	uint8_t buffer[BGZF_MEMBER_MAX_BYTES];
};

struct linefile_reader *linefile_reader_new(const struct linefile *f)
{
	struct linefile_reader *r = malloc(sizeof *r);
	if (!r)
		return NULL;
	memset(r, 0, offsetof(struct linefile_reader, buffer));
	r->file = f;
	if (!f->members)
		return r;
	r->z = bgzf_new(1);
	r->kept = calloc(KEPT, sizeof *r->kept);
	if (r->z && r->kept)
		return r;
	linefile_reader_free(r);
	return NULL;
}

void linefile_reader_free(struct linefile_reader *r)
{
	if (!r)
		return;
	for (unsigned i = 0; r->kept && i < KEPT; i++)
		textbuf_fini(&r->kept[i].text);
	free(r->kept);
	bgzf_free(r->z);
	textbuf_fini(&r->line);
	free(r);
}

/* The octets from `at` on, as many as the file has of `wanted`, behind those that are there. */
static enum error read_octets(struct linefile_reader *r, uint64_t at, size_t *size, size_t wanted)
{
	while (*size < wanted) {
		ssize_t n =
		        pread(r->file->fd, r->buffer + *size, wanted - *size, (off_t)(at + *size));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERROR_SYSTEM;
		if (n == 0)
			break;
		*size += (size_t)n;
	}
	return ERROR_NONE;
}

static enum error inflate(struct linefile_reader *r, struct kept_member *m, uint64_t at)
{
	struct bgzf_checkpoint checkpoint;
	bool has_checkpoint;
	size_t size = 0, member_size = 0;
	m->is_there = false;
	textbuf_reset(&m->text);
	enum error err = read_octets(r, at, &size, READ_FIRST_BYTES);
	if (!err)
		err = bgzf_parse_header(
		        r->buffer, size, &member_size, &checkpoint, &has_checkpoint);
	if (!err)
		err = read_octets(r, at, &size, member_size);
	if (!err)
		err = bgzf_get_member(r->z, r->buffer, size, &m->text);
	if (err)
		return err == ERROR_TRUNCATED ? ERROR_CORRUPT : err;
	m->is_there = true;
	m->at = at;
	m->next_at = at + member_size;
	return ERROR_NONE;
}

static enum error find_member(struct linefile_reader *r, uint64_t at, struct kept_member **found)
{
	/* members of one part of the file belong to other places: Fibonacci hashing */
	struct kept_member *m = &r->kept[(at * UINT64_C(0x9e3779b97f4a7c15)) >> (64 - KEPT_BITS)];
	*found = m;
	return m->is_there && m->at == at ? ERROR_NONE : inflate(r, m, at);
}

static enum error read_plain_line(
        const struct linefile *f, uint64_t at, const char **text, size_t *size)
{
	if (at >= f->plain.size)
		return ERROR_CORRUPT;
	*text = f->plain.bytes + at;
	const char *end = memchr(*text, '\n', f->plain.size - at);
	*size = end ? (size_t)(end - *text) : 0;
	return end ? ERROR_NONE : ERROR_CORRUPT;
}

/* Joins a line that goes on behind its first member. */
static enum error read_long_line(struct linefile_reader *r, struct kept_member *m, size_t offset)
{
	textbuf_reset(&r->line);
	textbuf_put(&r->line, m->text.bytes + offset, m->text.size - offset);
	while (!r->line.failed && r->line.size <= LINEFILE_LINE_MAX_BYTES) {
		enum error err = find_member(r, m->next_at, &m);
		if (err)
			return err;
		const char *end = m->text.size ? memchr(m->text.bytes, '\n', m->text.size) : NULL;
		textbuf_put(&r->line, m->text.bytes,
		        end ? (size_t)(end - m->text.bytes) : m->text.size);
		if (end)
			break;
	}
	return r->line.failed                            ? ERROR_NOMEM
	        : r->line.size > LINEFILE_LINE_MAX_BYTES ? ERROR_CORRUPT
	                                                 : ERROR_NONE;
}

enum error linefile_read(struct linefile_reader *r, uint64_t at, const char **text, size_t *size)
{
	struct kept_member *m;
	size_t offset = at & ((1u << OFFSET_BITS) - 1);
	if (!r->file->members)
		return read_plain_line(r->file, at, text, size);
	enum error err = find_member(r, at >> OFFSET_BITS, &m);
	if (!err && offset >= m->text.size)
		err = ERROR_CORRUPT;
	if (err)
		return err;
	const char *end = memchr(m->text.bytes + offset, '\n', m->text.size - offset);
	*text = m->text.bytes + offset;
	*size = end ? (size_t)(end - *text) : 0;
	if (end)
		return ERROR_NONE;
	err = read_long_line(r, m, offset);
	*text = r->line.bytes;
	*size = r->line.size;
	return err;
}
