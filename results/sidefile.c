/* sidefile.c - members in step with those of an output.
 *
 * Of each question the hash of the last line is kept in a table with one place for it. A question
 * that finds another in its place takes it: the line of the other is written once more later. So
 * the table never makes the file wrong, only larger. */
#include "results/sidefile.h"

#include "base/exit_status.h"
#include "base/message.h"
#include "io/members.h"
#include "io/sink.h"
#include "results/note.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 16 MiB, touched as it fills. */
enum { SEEN_SLOTS = 1 << 21 };

struct sidefile {
	const char *path, *kind;
	struct sink *sink;
	uint64_t keep_bytes; /* what --resume found */
	/* the collector's */
	struct bgzf *z;
	struct bgzf_checkpoint mark; /* of the next member */
	uint64_t *seen;              /* the content that was written last, by question */
	struct textbuf text;         /* of the member in the making */
	struct textbuf packed;
	bool failed; /* told */
};

/* ---- lines ---- */

struct line_head {
	struct sidefile_key key;
	uint32_t size;
};

void sidefile_add_line(
        struct textbuf *lines, const struct sidefile_key *key, const char *text, size_t size)
{
	struct line_head head = { .key = *key, .size = (uint32_t)size };
	textbuf_put(lines, &head, sizeof head);
	textbuf_put(lines, text, size);
}

bool sidefile_next_line(const char *lines, size_t size, size_t *at, struct sidefile_line *line)
{
	struct line_head head;
	if (*at >= size)
		return false;
	memcpy(&head, lines + *at, sizeof head);
	*line = (struct sidefile_line){
		.key = head.key, .text = lines + *at + sizeof head, .size = head.size
	};
	*at += sizeof head + head.size;
	return true;
}

/* Whether the line says what the last one of its question said. Remembers it. */
static bool is_repeated(struct sidefile *s, const struct sidefile_key *key)
{
	if (!key->content)
		return false;
	uint64_t *slot = &s->seen[key->question % SEEN_SLOTS];
	if (*slot == key->content)
		return true;
	*slot = key->content;
	return false;
}

/* ---- members ---- */

static bool fail(struct sidefile *s, const char *why)
{
	if (!s->failed)
		message(MESSAGE_ERROR, "%s: the %s cannot be written: %s", s->path, s->kind, why);
	s->failed = true;
	return false;
}

/* Appends a member with the first `size` octets of the text. */
static void pack(struct sidefile *s, size_t size, uint32_t n_rows)
{
	s->mark.n_rows = n_rows;
	bgzf_put_member(s->z, &s->packed, s->text.bytes, size, &s->mark);
	s->mark.first_row += n_rows;
	memmove(s->text.bytes, s->text.bytes + size, s->text.size - size);
	s->text.size -= size;
}

static void pack_full(struct sidefile *s)
{
	s->packed.failed |= s->text.failed;
	while (!s->packed.failed && s->text.size > BGZF_TEXT_MAX_BYTES)
		pack(s, BGZF_TEXT_MAX_BYTES, 0);
}

void sidefile_put_row(struct sidefile *s, const char *lines, size_t size)
{
	struct sidefile_line line;
	for (size_t at = 0; sidefile_next_line(lines, size, &at, &line);) {
		if (!is_repeated(s, &line.key)) {
			textbuf_put(&s->text, line.text, line.size);
			textbuf_put_char(&s->text, '\n');
		}
		pack_full(s);
	}
}

void sidefile_end_member(struct sidefile *s, uint32_t n_rows)
{
	textbuf_reserve(&s->text, 1); /* then text.bytes is not NULL */
	pack_full(s);
	if (!s->packed.failed)
		pack(s, s->text.size, n_rows);
}

bool sidefile_write(struct sidefile *s)
{
	if (s->failed)
		return false;
	if (s->packed.failed)
		return fail(s, error_text(ERROR_NOMEM));
	if (s->packed.size && sink_write(s->sink, s->packed.bytes, s->packed.size))
		return fail(s, sink_why(s->sink));
	textbuf_shrink(&s->packed, BGZF_MEMBER_MAX_BYTES);
	return true;
}

bool sidefile_sync(struct sidefile *s)
{
	return !s->failed && (!sink_sync(s->sink) || fail(s, sink_why(s->sink)));
}

bool sidefile_end(struct sidefile *s)
{
	bgzf_put_eof(&s->packed);
	return sidefile_sync(s) && sidefile_write(s) && sidefile_sync(s);
}

static void put_head(struct sidefile *s, const char *head, size_t head_size)
{
	char note[64];
	int size = snprintf(note, sizeof note, "kind=%s\n", s->kind);
	struct bgzf_checkpoint checkpoint = s->mark;
	checkpoint.n_rows = 0;
	checkpoint.note = note;
	checkpoint.note_size = (size_t)size;
	const size_t room = BGZF_TEXT_MAX_BYTES - checkpoint.note_size;
	bgzf_put_member(s->z, &s->packed, head, head_size < room ? head_size : room, &checkpoint);
}

bool sidefile_begin(struct sidefile *s, const struct bgzf_checkpoint *mark, int level,
        const char *head, size_t head_size)
{
	s->mark = *mark;
	s->mark.version = BGZF_VERSION;
	s->mark.note_size = 0;
	s->z = bgzf_new(level);
	s->seen = calloc(SEEN_SLOTS, sizeof *s->seen);
	if (!s->z || !s->seen)
		return fail(s, error_text(ERROR_NOMEM));
	if (sink_cut(s->sink, s->keep_bytes))
		return fail(s, strerror(errno));
	if (!s->keep_bytes)
		put_head(s, head, head_size);
	return sidefile_write(s) && sidefile_sync(s);
}

/* ---- what is there ---- */

/* The walk over a side file that is to be gone on with. */
struct walk {
	struct sidefile *s;
	const char *output;
	const struct resumption *r;
	uint64_t fingerprint;
	struct members *members;
	uint64_t n_rows;   /* covered by the members so far */
	unsigned run;      /* of the output's runs, the one that wrote the next row */
	uint64_t run_rows; /* of it, covered */
	bool is_foreign;
};

static int refuse(const struct walk *w, const char *why)
{
	message(MESSAGE_ERROR,
	        "%s: this %s cannot be gone on with: %s; --resume without --%s goes on with %s "
	        "alone, --overwrite begins both anew",
	        w->s->path, w->s->kind, why, w->s->kind, w->output);
	return EXIT_USAGE;
}

static bool is_of_kind(const struct walk *w, const struct bgzf_checkpoint *c)
{
	struct csv_field kind = note_value(c->note, c->note_size, "kind");
	return kind.text && csv_field_is(kind, w->s->kind);
}

/* The run of the program that wrote the member must be the one that wrote those rows. */
static bool is_of_run(struct walk *w, const struct bgzf_checkpoint *c)
{
	const struct resumption *r = w->r;
	while (w->run < r->n_runs && w->run_rows == r->runs[w->run].n_rows) {
		w->run++;
		w->run_rows = 0;
	}
	if (w->run == r->n_runs || r->runs[w->run].started_ms != c->run)
		return false;
	w->run_rows += c->n_rows;
	return w->run_rows <= r->runs[w->run].n_rows;
}

/* False: it is no member of this side file of this output. */
static bool takes(struct walk *w, const struct member *member)
{
	const struct bgzf_checkpoint *c = &member->checkpoint;
	if (!member->has_checkpoint || c->fingerprint != w->fingerprint)
		return false;
	if (member->at == 0)
		return c->note_size && is_of_kind(w, c);
	if (c->first_row != w->n_rows + 1 || !is_of_run(w, c))
		return false;
	w->n_rows += c->n_rows;
	return true;
}

/* Until the rows that the output keeps are covered. */
static enum error walk(struct walk *w)
{
	struct member member;
	enum error err = ERROR_NONE;
	while (!err && w->n_rows < w->r->n_rows) {
		err = members_next(w->members, &member);
		if (!err && member.is_eof)
			return ERROR_EMPTY;
		if (!err && !takes(w, &member)) {
			w->is_foreign = true;
			return ERROR_NONE;
		}
	}
	return err;
}

/* The output has no row yet: a file that is no side file of ours is not overwritten. One that was
 * killed while its first member was written is. */
static int begin_anew(struct walk *w)
{
	struct member member = { 0 };
	enum error err = members_next(w->members, &member);
	bool is_torn = err == ERROR_TRUNCATED && !member.size;
	if (err == ERROR_EMPTY || is_torn || (!err && takes(w, &member)))
		return EXIT_DONE;
	return refuse(w, "it is of another output, or none of spfsweep");
}

static int judge(struct walk *w)
{
	char why[200];
	enum error err = walk(w);
	if (err == ERROR_SYSTEM || err == ERROR_NOMEM) {
		message(MESSAGE_ERROR, "%s: %s", w->s->path,
		        err == ERROR_SYSTEM ? strerror(errno) : error_text(err));
		return EXIT_STOPPED;
	}
	if (w->n_rows == w->r->n_rows) {
		w->s->keep_bytes = members_at(w->members);
		return EXIT_DONE;
	}
	if (w->is_foreign && !w->n_rows)
		return refuse(w, "it is of another output, or none of spfsweep");
	snprintf(why, sizeof why, "it covers %llu rows of %llu, %s", (unsigned long long)w->n_rows,
	        (unsigned long long)w->r->n_rows,
	        w->is_foreign                ? "and behind them it is of another output"
	                : err == ERROR_EMPTY ? "and ends there"
	                                     : "and is damaged behind them");
	return refuse(w, why);
}

int sidefile_resume(
        struct sidefile *s, const char *output, const struct resumption *r, uint64_t fingerprint)
{
	struct walk w = { .s = s, .output = output, .r = r, .fingerprint = fingerprint };
	if (!sink_is_file(s->sink)) {
		message(MESSAGE_ERROR, "%s: --resume needs a file", s->path);
		return EXIT_USAGE;
	}
	if (members_open(&w.members, s->path)) {
		message(MESSAGE_ERROR, "%s: %s", s->path, strerror(errno));
		return EXIT_STOPPED;
	}
	int status = r->n_rows ? judge(&w) : begin_anew(&w);
	members_close(w.members);
	return status;
}

/* ---- open and close ---- */

int sidefile_open(struct sidefile **out, const char *path, const char *kind)
{
	struct sidefile *s = calloc(1, sizeof *s);
	*out = NULL;
	if (!s) {
		message(MESSAGE_ERROR, "%s: %s", path, error_text(ERROR_NOMEM));
		return EXIT_STOPPED;
	}
	*s = (struct sidefile){ .path = path, .kind = kind };
	if (sink_open(&s->sink, path)) {
		int why = errno;
		message(MESSAGE_ERROR, "%s: the %s cannot be written: %s", path, kind,
		        why == EWOULDBLOCK ? "another process is writing it" : strerror(why));
		free(s);
		return error_is_wrong_name(why) ? EXIT_USAGE : EXIT_STOPPED;
	}
	*out = s;
	return EXIT_DONE;
}

bool sidefile_may_begin(const struct sidefile *s, bool has_overwrite)
{
	if (!sink_found_bytes(s->sink))
		return true;
	message(MESSAGE_ERROR, "%s: not overwritten: it is not empty; choose another --%s%s",
	        s->path, s->kind, has_overwrite ? ", or give --overwrite" : "");
	return false;
}

bool sidefile_close(struct sidefile *s)
{
	if (!s)
		return true;
	bool good = !sink_close(s->sink);
	if (!good)
		message(MESSAGE_ERROR, "%s: %s", s->path, strerror(errno));
	bgzf_free(s->z);
	free(s->seen);
	textbuf_fini(&s->text);
	textbuf_fini(&s->packed);
	free(s);
	return good;
}
