/* jq.c - by the first characters of the first two lines. */
#include "input/jq.h"

#include "input/clean.h"
#include "input/look.h"

#include <string.h>

static struct csv_field first_field(const struct csv_record *record, struct textbuf *scratch)
{
	struct csv_fields fields = csv_fields_of_record(record, scratch);
	struct csv_field field = { "", 0 };
	csv_next_field(&fields, &field);
	return clean_blanks(field);
}

static bool is_json(struct csv_field t)
{
	return t.size && (*t.text == '{' || *t.text == '[') &&
	        (t.size == 1 || memchr("\"[{ \t]}", t.text[1], 8));
}

bool jq_is_json(const struct csv_record *first)
{
	return is_json(clean_blanks((struct csv_field){ first->text, first->size }));
}

/* ["d1.example","192.0.2.1"] in a line: a row, and no list of domains or addresses. */
static bool is_pair(const struct csv_record *first)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of_record(first, &scratch);
	struct csv_field t;
	bool has_domain = false, has_ip = false;
	while (csv_next_field(&fields, &t)) {
		for (t = clean_blanks(t); t.size && strchr("[\"", *t.text); t.text++)
			t.size--;
		while (t.size && strchr("\"]", t.text[t.size - 1]))
			t.size--;
		enum look look = look_at(t);
		has_domain |= look == LOOK_DOMAIN || look == LOOK_MAIL;
		has_ip |= look == LOOK_ADDRESS;
	}
	textbuf_fini(&scratch);
	return has_domain && has_ip;
}

/* `begin`: from its first character that is not blank. `next`: '[' where the next line begins so.
 */
static const char *command_for_json(
        struct csv_field begin, char next, const struct csv_record *first)
{
	char second = begin.size > 1 ? begin.text[1] : next;
	if (*begin.text == '{')
		return "jq -r '[.domain, .ip] | @csv'";
	if (second == '"')
		return (begin.size > 1 && next == '[') || is_pair(first) ? "jq -r '@csv'"
		                                                         : "jq -r '.[]'";
	return second == '[' ? "jq -r '.[] | @csv'" : "jq -r '.[] | [.domain, .ip] | @csv'";
}

bool jq_tell(struct textbuf *why, const struct csv_record *first, const struct csv_record *next,
        const struct typed_file *file)
{
	struct textbuf scratch = { 0 };
	struct csv_field begin = first_field(first, &scratch), below = { "", 0 };
	bool good = is_json(begin);
	if (next)
		below = clean_blanks((struct csv_field){ next->text, next->size });
	if (good) {
		const char *command = command_for_json(begin, below.size ? *below.text : 0, first);
		textbuf_put_text(
		        why, "it is JSON, and only CSV is read; with the names of your members ");
		typed_put_pipe(why, file, command, command, NULL);
	}
	textbuf_fini(&scratch);
	return good;
}
