/* provenance.c - the first member, and the last ones. */
#include "results/provenance.h"

#include "io/members.h"

#include <sys/stat.h>

/* From where a whole closing stands before the end-of-file member for sure. */
#define TAIL_BYTES (BGZF_MEMBER_MAX_BYTES + BGZF_EOF_BYTES)

static void take_closing(struct provenance *p, const struct bgzf_checkpoint *mark)
{
	textbuf_reset(&p->closing_text);
	textbuf_put(&p->closing_text, mark->note, mark->note_size);
	p->has_closing = !p->closing_text.failed &&
	        closing_parse(&p->closing, p->closing_text.bytes, p->closing_text.size);
}

static void look_at_end(struct provenance *p, struct members *m, uint64_t size)
{
	struct member member;
	enum error err = members_seek(m, size > TAIL_BYTES ? size - TAIL_BYTES : 0);
	while (!err) {
		err = members_next(m, &member);
		if (!err) {
			p->is_complete = member.is_eof;
			if (closing_is_in(&member))
				take_closing(p, &member.checkpoint);
			if (member.has_checkpoint)
				p->n_rows =
				        member.checkpoint.first_row + member.checkpoint.n_rows - 1;
		} else if (err == ERROR_CORRUPT || err == ERROR_TRUNCATED) {
			p->is_complete = false;
			err = members_skip(m);
		}
	}
}

void provenance_read(struct provenance *p, const char *path)
{
	struct members *m;
	struct member first;
	struct stat st;
	*p = (struct provenance){ 0 };
	if (stat(path, &st) || !S_ISREG(st.st_mode) || members_open(&m, path))
		return;
	p->is_ours = !members_next(m, &first) && first.has_checkpoint && first.checkpoint.note_size;
	if (p->is_ours) {
		textbuf_put(&p->note, first.checkpoint.note, first.checkpoint.note_size);
		look_at_end(p, m, (uint64_t)st.st_size);
	}
	members_close(m);
}

void provenance_fini(struct provenance *p)
{
	textbuf_fini(&p->note);
	textbuf_fini(&p->closing_text);
}
