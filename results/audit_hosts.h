/* audit_hosts.h - the columns of an audit about mail hosts, for the table in audit_columns.c. */
#ifndef RESULTS_AUDIT_HOSTS_H
#define RESULTS_AUDIT_HOSTS_H

#include "results/outcome.h"

/* Between two elements of a list that begins there. */
static inline void audit_put_separator(struct textbuf *out, size_t begin)
{
	if (out->size > begin)
		textbuf_put_char(out, ';');
}

void audit_put_mx_hosts(struct textbuf *out, const struct outcome *o);
void audit_put_mx_alias(struct textbuf *out, const struct outcome *o);
void audit_put_mx_literal(struct textbuf *out, const struct outcome *o);
void audit_put_mx_private(struct textbuf *out, const struct outcome *o);
void audit_put_mx_without_address(struct textbuf *out, const struct outcome *o);
void audit_put_mx_ptr(struct textbuf *out, const struct outcome *o);

#endif
