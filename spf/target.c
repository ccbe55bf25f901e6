/* target.c - %{d} has the one value that is known without a check. */
#include "spf/target.h"

#include "spf/session.h"

enum spf_target spf_target_of(
        struct dname *target, const struct macro_string *m, const struct dname *domain)
{
	static const struct spf_request nobody;
	static const struct clientnames no_names;
	for (size_t i = 0; i < m->n_segments; i++)
		if (m->segments[i].letter && m->segments[i].letter != 'd')
			return SPF_TARGET_DEPENDS;
	const struct session s = { .request = &nobody, .domain = domain, .names = &no_names };
	session_expand_domain(&s, target, m);
	return target->size ? SPF_TARGET_NAME : SPF_TARGET_BAD;
}
