/* session.c - the values of the macro letters, out of the request, the frame and the client's
 * names.
 *
 * Domain names are written as their octets with dots between the labels, without escapes: RFC 7208
 * section 4.8 takes the expansion as it stands. See docs/spf-decisions.md, "Missing values". */
#include "spf/session.h"

#include <string.h>

struct session_texts {
	char domain[DNAME_MAX_BYTES], sender_domain[DNAME_MAX_BYTES], validated[DNAME_MAX_BYTES];
};

/* "" for the root. */
static size_t write_name(char text[DNAME_MAX_BYTES], const struct dname *name)
{
	size_t size = 0;
	for (size_t at = 0; at < name->size && name->wire[at]; at += 1u + name->wire[at]) {
		if (size > 0)
			text[size++] = '.';
		memcpy(text + size, name->wire + at + 1, name->wire[at]);
		size += name->wire[at];
	}
	return size;
}

static void fill_validated(
        const struct session *s, struct macro_session *values, struct session_texts *texts)
{
	struct dname best;
	values->validated = "unknown";
	values->validated_size = strlen("unknown");
	if (!clientnames_best(s->names, s->domain, &best))
		return;
	values->validated = texts->validated;
	values->validated_size = write_name(texts->validated, &best);
}

/* All values but %{p}, which is made only when `m` uses it. */
static void fill(const struct session *s, struct macro_session *values, struct session_texts *texts,
        const struct macro_string *m)
{
	const struct spf_request *r = s->request;
	*values = (struct macro_session){
		.ip = &r->ip,
		.local_part = "postmaster",
		.local_part_size = strlen("postmaster"),
		.sender_domain = r->sender_domain,
		.sender_domain_size = r->sender_domain_size,
		.helo = "unknown",
		.helo_size = strlen("unknown"),
		.domain = texts->domain,
		.domain_size = write_name(texts->domain, s->domain),
		.receiver = r->receiver ? r->receiver : "unknown",
		.time_s = r->time_s,
	};
	if (r->local_part && r->local_part_size > 0) {
		values->local_part = r->local_part;
		values->local_part_size = r->local_part_size;
	}
	if (!r->sender_domain) {
		values->sender_domain = texts->sender_domain;
		values->sender_domain_size = write_name(texts->sender_domain, &r->domain);
	}
	if (r->helo && r->helo_size > 0) {
		values->helo = r->helo;
		values->helo_size = r->helo_size;
	}
	if (macro_string_uses(m, 'p'))
		fill_validated(s, values, texts);
}

size_t session_expand(const struct session *s, char *room, size_t room_bytes,
        const struct macro_string *m, bool *is_cut)
{
	struct macro_session values;
	struct session_texts texts;
	fill(s, &values, &texts, m);
	return macro_expand(room, room_bytes, m, &values, is_cut);
}

/* Apart, for its large stack. */
__attribute__((noinline)) static void expand_macros(
        const struct session *s, struct dname *name, const struct macro_string *m)
{
	struct macro_session values;
	struct session_texts texts;
	fill(s, &values, &texts, m);
	macro_expand_domain(name, m, &values);
}

void session_expand_domain(
        const struct session *s, struct dname *name, const struct macro_string *m)
{
	if (m->n_segments == 1 && !m->segments[0].letter &&
	        m->segments[0].literal_size < DNAME_MAX_BYTES - 1) {
		dname_parse(name, m->segments[0].literal, m->segments[0].literal_size);
		return;
	}
	expand_macros(s, name, m);
}

static unsigned looks_of_letter(char letter)
{
	switch (letter) {
	case 's':
		return SPF_LOOKS_LOCAL_PART | SPF_LOOKS_SENDER;
	case 'l':
		return SPF_LOOKS_LOCAL_PART;
	case 'o':
		return SPF_LOOKS_SENDER;
	case 'h':
		return SPF_LOOKS_HELO;
	case 't':
		return SPF_LOOKS_TIME;
	case 'i':
	case 'c':
	case 'p':
		return SPF_LOOKS_CLIENT;
	default:
		return 0;
	}
}

unsigned session_looks_at(const struct macro_string *m)
{
	unsigned looks_at = 0;
	for (size_t i = 0; i < m->n_segments; i++)
		looks_at |= looks_of_letter(m->segments[i].letter);
	return looks_at;
}

bool session_is_non_ascii(const struct session *s, const struct macro_string *m)
{
	const struct spf_request *r = s->request;
	if (!macro_string_uses(m, 'l') && !macro_string_uses(m, 's'))
		return false;
	for (size_t i = 0; r->local_part && i < r->local_part_size; i++) {
		if ((uint8_t)r->local_part[i] > 127)
			return true;
	}
	return false;
}

bool session_hides(const struct session *s, const struct macro_string *m)
{
	return s->request->hides_local_part &&
	        (macro_string_uses(m, 'l') || macro_string_uses(m, 's'));
}
