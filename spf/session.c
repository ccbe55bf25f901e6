/* session.c - the values behind the macro letters: those of the request, of the frame on top and of
 * the client's validated names.
 *
 * Texts are made on the stack for one expansion, since <domain> changes with every frame and most
 * domain-specs hold no macro at all. Domain names are written as their octets with dots between the
 * labels, without escapes: section 4.8 wants the expansion taken as it stands. */
#include "spf/machine.h"

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

/* Section 7.3: "unknown" when the client has no validated name. */
static void fill_validated(
        struct spf_check *c, struct macro_session *session, struct session_texts *texts)
{
	struct dname best;
	session->validated = "unknown";
	session->validated_size = strlen("unknown");
	if (!clientnames_best(c, &check_top(c)->domain, &best))
		return;
	session->validated = texts->validated;
	session->validated_size = write_name(texts->validated, &best);
}

/* What `m` needs. */
static void fill(struct spf_check *c, struct macro_session *session, struct session_texts *texts,
        const struct macro_string *m)
{
	const struct spf_request *r = c->request;
	*session = (struct macro_session){
		.ip = &r->ip,
		.local_part = "postmaster",
		.local_part_size = strlen("postmaster"),
		.sender_domain = r->sender_domain,
		.sender_domain_size = r->sender_domain_size,
		.helo = "unknown",
		.helo_size = strlen("unknown"),
		.domain = texts->domain,
		.domain_size = write_name(texts->domain, &check_top(c)->domain),
		.receiver = r->receiver ? r->receiver : "unknown",
		.time_s = r->time_s,
	};
	if (r->local_part && r->local_part_size > 0) {
		session->local_part = r->local_part;
		session->local_part_size = r->local_part_size;
	}
	if (!r->sender_domain) {
		session->sender_domain = texts->sender_domain;
		session->sender_domain_size = write_name(texts->sender_domain, &r->domain);
	}
	if (r->helo && r->helo_size > 0) {
		session->helo = r->helo;
		session->helo_size = r->helo_size;
	}
	if (macro_string_uses(m, 'p'))
		fill_validated(c, session, texts);
}

size_t session_expand(struct spf_check *c, char *room, size_t room_bytes,
        const struct macro_string *m, bool *is_cut)
{
	struct macro_session session;
	struct session_texts texts;
	fill(c, &session, &texts, m);
	return macro_expand(room, room_bytes, m, &session, is_cut);
}

void session_expand_domain(struct spf_check *c, struct dname *name, const struct macro_string *m)
{
	if (m->n_segments == 1 && !m->segments[0].letter &&
	        m->segments[0].literal_size < DNAME_MAX_BYTES - 1) {
		dname_parse(name, m->segments[0].literal, m->segments[0].literal_size);
		return;
	}
	struct macro_session session;
	struct session_texts texts;
	fill(c, &session, &texts, m);
	macro_expand_domain(name, m, &session);
}

bool session_is_unspeakable(const struct spf_check *c, const struct macro_string *m)
{
	const struct spf_request *r = c->request;
	if (!macro_string_uses(m, 'l') && !macro_string_uses(m, 's'))
		return false;
	for (size_t i = 0; r->local_part && i < r->local_part_size; i++) {
		if ((uint8_t)r->local_part[i] > 127)
			return true;
	}
	return false;
}
