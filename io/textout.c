/* textout.c - on top of a sink, and of members without a note. */
#include "io/textout.h"

#include "io/bgzf.h"
#include "io/sink.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct textout {
	struct sink *sink;
	struct bgzf *z; /* NULL: plain */
	struct textbuf text, members;
	bool is_begun, failed;
	const char *why; /* NULL: nothing failed */
};

enum error textout_open(
        struct textout **out, const char *path, bool as_gzip, int level, uint64_t *found_bytes)
{
	struct textout *t = calloc(1, sizeof *t);
	enum error err = t ? sink_open(&t->sink, path) : ERROR_NOMEM;
	*out = NULL;
	if (!err && as_gzip && !(t->z = bgzf_new(level)))
		err = ERROR_NOMEM;
	if (err) {
		if (t)
			sink_close(t->sink);
		free(t);
		return err;
	}
	*found_bytes = sink_found_bytes(t->sink);
	*out = t;
	return ERROR_NONE;
}

struct textbuf *textout_text(struct textout *t)
{
	return &t->text;
}

static bool fail(struct textout *t, const char *why)
{
	t->failed = true;
	t->why = why;
	return false;
}

/* The first `size` octets of the text. */
static bool write_part(struct textout *t, size_t size)
{
	const struct bgzf_checkpoint no_note = { 0 };
	if (!t->is_begun && sink_cut(t->sink, 0))
		return fail(t, sink_why(t->sink));
	t->is_begun = true;
	if (!t->z)
		return !sink_write(t->sink, t->text.bytes, size) || fail(t, sink_why(t->sink));
	textbuf_reset(&t->members);
	for (size_t at = 0; at < size;) {
		size_t n = size - at < BGZF_TEXT_MAX_BYTES ? size - at : BGZF_TEXT_MAX_BYTES;
		bgzf_put_member(t->z, &t->members, t->text.bytes + at, n, &no_note);
		at += n;
	}
	if (t->members.failed)
		return fail(t, error_text(ERROR_NOMEM));
	return !sink_write(t->sink, t->members.bytes, t->members.size) ||
	        fail(t, sink_why(t->sink));
}

bool textout_flush(struct textout *t, bool all)
{
	if (t->failed)
		return false;
	if (t->text.failed)
		return fail(t, error_text(ERROR_NOMEM));
	size_t size = all ? t->text.size : t->text.size - t->text.size % BGZF_TEXT_MAX_BYTES;
	if (!size)
		return true;
	if (!write_part(t, size))
		return false;
	memmove(t->text.bytes, t->text.bytes + size, t->text.size - size);
	t->text.size -= size;
	return true;
}

/* An empty text is a file, too. */
static bool end(struct textout *t)
{
	if (!textout_flush(t, true))
		return false;
	if (!t->is_begun && sink_cut(t->sink, 0))
		return fail(t, sink_why(t->sink));
	textbuf_reset(&t->members);
	if (t->z)
		bgzf_put_eof(&t->members);
	if (t->members.size && sink_write(t->sink, t->members.bytes, t->members.size))
		return fail(t, sink_why(t->sink));
	return !sink_sync(t->sink) || fail(t, sink_why(t->sink));
}

static enum error close_and_free(struct textout *t)
{
	enum error err = sink_close(t->sink);
	bgzf_free(t->z);
	textbuf_fini(&t->text);
	textbuf_fini(&t->members);
	free(t);
	return err;
}

void textout_drop(struct textout *t)
{
	if (t)
		close_and_free(t);
}

void textout_abandon(struct textout *t)
{
	const bool is_ours = t->is_begun || !sink_found_bytes(t->sink);
	if (sink_is_file(t->sink) && is_ours && !sink_cut(t->sink, 0))
		unlink(sink_path(t->sink));
	close_and_free(t);
}

const char *textout_close(struct textout *t)
{
	static char why[128];
	if (!t)
		return NULL;
	bool good = end(t);
	if (!good)
		snprintf(why, sizeof why, "%s", t->why);
	if (close_and_free(t) && good) {
		good = false;
		snprintf(why, sizeof why, "%s", strerror(errno));
	}
	return good ? NULL : why;
}
