/* audit_hosts.c - mail hosts by preference, with their addresses and reverse names. */
#include "results/audit_hosts.h"

static bool put_addresses(struct textbuf *out, const struct answer *a, bool is_first)
{
	for (unsigned i = 0; a && i < a->n_records; i++) {
		struct ipaddr ip = answer_address(a, i);
		textbuf_put_char(out, is_first ? ' ' : ',');
		is_first = false;
		ipaddr_print(out, &ip);
	}
	return is_first;
}

/* "mx1.example.com 192.0.2.1,2001:db8::1;mx2.example.com 192.0.2.2" */
void audit_put_mx_hosts(struct textbuf *out, const struct outcome *o)
{
	const size_t begin = out->size;
	struct dname host;
	for (unsigned i = 0; o->servers && mailservers_host(o->servers, i, &host); i++) {
		audit_put_separator(out, begin);
		dname_print(out, &host);
		const struct mailserver *s = &o->servers->hosts[i];
		put_addresses(out, s->aaaa, put_addresses(out, s->a, true));
	}
}

/* Those with the fault. */
static void put_hosts(struct textbuf *out, const struct outcome *o, enum mailserver_fault fault)
{
	const size_t begin = out->size;
	struct dname host;
	if (!o->servers || o->servers->found.state != MX_OK || !(o->servers->faults & fault))
		return;
	for (unsigned i = 0; mailservers_host(o->servers, i, &host); i++) {
		if (!(o->servers->hosts[i].faults & fault))
			continue;
		audit_put_separator(out, begin);
		dname_print(out, &host);
	}
}

void audit_put_mx_alias(struct textbuf *out, const struct outcome *o)
{
	put_hosts(out, o, MAILSERVER_ALIAS);
}

void audit_put_mx_literal(struct textbuf *out, const struct outcome *o)
{
	put_hosts(out, o, MAILSERVER_LITERAL);
}

void audit_put_mx_private(struct textbuf *out, const struct outcome *o)
{
	put_hosts(out, o, MAILSERVER_PRIVATE);
}

void audit_put_mx_without_address(struct textbuf *out, const struct outcome *o)
{
	put_hosts(out, o, MAILSERVER_NO_ADDRESS);
}

static void put_ptr_of(
        struct textbuf *out, const struct outcome *o, const struct answer *a, size_t begin)
{
	for (unsigned i = 0; a && i < a->n_records; i++) {
		struct ipaddr ip = answer_address(a, i);
		struct dname name;
		const enum iprev_verdict verdict = mailservers_iprev(o->servers, &ip, &name);
		audit_put_separator(out, begin);
		ipaddr_print(out, &ip);
		textbuf_put_char(out, ' ');
		textbuf_put_text(out, iprev_verdict_text(verdict));
		if (name.size) {
			textbuf_put_char(out, ' ');
			dname_print(out, &name);
		}
	}
}

/* "192.0.2.1 pass mx1.example.com;192.0.2.2 permerror" */
void audit_put_mx_ptr(struct textbuf *out, const struct outcome *o)
{
	const size_t begin = out->size;
	if (!o->servers || !o->servers->with_ptr)
		return;
	for (unsigned i = 0; i < o->servers->n_hosts; i++) {
		put_ptr_of(out, o, o->servers->hosts[i].a, begin);
		put_ptr_of(out, o, o->servers->hosts[i].aaaa, begin);
	}
}
