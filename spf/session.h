/* session.h - the values of the macro letters (RFC 7208 section 7.2) in one check_host() call;
 * private to spf/.
 *
 * A session is three pointers, made for one expansion: <domain> changes with every frame, and most
 * domain-specs hold no macro at all. For %{p} the client's names must be known first. */
#ifndef SPF_SESSION_H
#define SPF_SESSION_H

#include "spf/clientnames.h"
#include "spf/macro.h"
#include "spf/request.h"

struct session {
	const struct spf_request *request;
	const struct dname *domain; /* <domain> */
	const struct clientnames *names;
};

/* The target-name of a domain-spec. Size 0 of *name: it expands to what is no domain name. */
void session_expand_domain(
        const struct session *s, struct dname *name, const struct macro_string *m);
/* As macro_expand(). */
size_t session_expand(const struct session *s, char *room, size_t room_bytes,
        const struct macro_string *m, bool *is_cut);
/* What it looks at of the request: a set of enum spf_looks. */
unsigned session_looks_at(const struct macro_string *m);
/* True when `m` needs a local-part that is not US-ASCII: a term with such a domain-spec does not
 * match (RFC 8616 section 4). See docs/spf-decisions.md, "Local-parts outside US-ASCII". */
bool session_is_non_ascii(const struct session *s, const struct macro_string *m);
/* True when `m` has the local-part in it, which must not be sent. */
bool session_hides(const struct session *s, const struct macro_string *m);

#endif
