/* rowfile.c - as scanner/batch.c packs rows: a row that does not fit behind the others begins a
 * member; one that does not fit in a member spans several, and counts in the last of them. */
#include "results/rowfile.h"

/* What is gathered before it is written. */
enum { WRITE_BYTES = 1 << 20 };

static void fail(struct rowfile *f, enum error error)
{
	if (!f->error)
		f->error = error;
}

static void write_packed(struct rowfile *f)
{
	if (f->packed.failed)
		fail(f, ERROR_NOMEM);
	if (!f->error && f->packed.size)
		fail(f, sink_write(f->sink, f->packed.bytes, f->packed.size));
	textbuf_reset(&f->packed);
}

/* A member of the text at hand. */
static void end_member(struct rowfile *f)
{
	if (f->text.failed)
		fail(f, ERROR_NOMEM);
	if (!f->text.size || f->error)
		return;
	if (f->z)
		bgzf_put_member(f->z, &f->packed, f->text.bytes, f->text.size, &f->mark);
	else
		textbuf_put(&f->packed, f->text.bytes, f->text.size);
	f->mark.first_row += f->mark.n_rows;
	f->mark.n_rows = 0;
	f->mark.note_size = 0;
	textbuf_reset(&f->text);
	if (f->packed.size >= WRITE_BYTES)
		write_packed(f);
}

/* All but the last part of a text that is longer than a member. */
static void put_long(struct rowfile *f, const char **text, size_t *size, size_t room)
{
	while (*size > room) {
		textbuf_put(&f->text, *text, room);
		end_member(f);
		*text += room;
		*size -= room;
		room = BGZF_TEXT_MAX_BYTES;
	}
	textbuf_put(&f->text, *text, *size);
}

enum error rowfile_begin(struct rowfile *f, struct sink *sink, int level,
        const struct bgzf_checkpoint *mark, const struct textbuf *note,
        const struct textbuf *header)
{
	*f = (struct rowfile){ .sink = sink, .mark = *mark };
	f->mark.first_row = 1;
	f->mark.n_rows = 0;
	f->mark.note = note->bytes;
	f->mark.note_size = note->size;
	if (level != ROWFILE_PLAIN && !(f->z = bgzf_new(level)))
		fail(f, ERROR_NOMEM);
	const char *text = header->bytes;
	size_t size = header->size;
	put_long(f, &text, &size, BGZF_TEXT_MAX_BYTES - note->size);
	end_member(f);
	return f->error;
}

enum error rowfile_put(struct rowfile *f, const char *row, size_t size)
{
	if (f->text.size + size > BGZF_TEXT_MAX_BYTES)
		end_member(f);
	put_long(f, &row, &size, BGZF_TEXT_MAX_BYTES);
	f->mark.n_rows++;
	f->n_rows++;
	return f->error;
}

enum error rowfile_end(struct rowfile *f, const struct textbuf *closing)
{
	end_member(f);
	if (f->z && closing->size) {
		f->mark.note = closing->bytes;
		f->mark.note_size = closing->size;
		bgzf_put_member(f->z, &f->packed, NULL, 0, &f->mark);
	}
	if (f->z)
		bgzf_put_eof(&f->packed);
	write_packed(f);
	if (!f->error)
		fail(f, sink_sync(f->sink));
	return f->error;
}

void rowfile_fini(struct rowfile *f)
{
	bgzf_free(f->z);
	textbuf_fini(&f->text);
	textbuf_fini(&f->packed);
}
