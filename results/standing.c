/* standing.c - by the first member, with our note, and the last ones, which say how many rows there
 * are. Whether all between them is whole is for --resume to say. */
#include "results/standing.h"

#include "base/message.h"
#include "io/members.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

struct standing {
	bool is_ours, is_complete;
	uint64_t n_rows;
};

/* From where a whole member stands before the end-of-file member for sure. */
#define TAIL_BYTES (BGZF_MEMBER_MAX_BYTES + BGZF_EOF_BYTES)

static void look_at_end(struct standing *s, struct members *m, uint64_t size)
{
	struct member member;
	enum error err = members_seek(m, size > TAIL_BYTES ? size - TAIL_BYTES : 0);
	while (!err) {
		err = members_next(m, &member);
		if (!err) {
			s->is_complete = member.is_eof;
			if (member.has_checkpoint)
				s->n_rows =
				        member.checkpoint.first_row + member.checkpoint.n_rows - 1;
		} else if (err == ERROR_CORRUPT || err == ERROR_TRUNCATED) {
			s->is_complete = false;
			err = members_skip(m);
		}
	}
}

static struct standing look(const char *path)
{
	struct standing s = { 0 };
	struct members *m;
	struct member first;
	struct stat st;
	if (stat(path, &st) || members_open(&m, path))
		return s;
	s.is_ours = !members_next(m, &first) && first.has_checkpoint && first.checkpoint.note_size;
	if (s.is_ours)
		look_at_end(&s, m, (uint64_t)st.st_size);
	members_close(m);
	return s;
}

void standing_refuse(const char *path)
{
	struct standing s = look(path);
	if (!s.is_ours)
		message(MESSAGE_ERROR,
		        "%s: not overwritten: it is not empty; choose another --output, or give "
		        "--overwrite",
		        path);
	else if (s.is_complete)
		message(MESSAGE_ERROR,
		        "%s: not overwritten: it is complete, with %llu rows; --overwrite begins "
		        "anew",
		        path, (unsigned long long)s.n_rows);
	else
		message(MESSAGE_ERROR,
		        "%s: not overwritten: it is an output that was not finished; --resume goes "
		        "on with it, --overwrite begins anew",
		        path);
}
