/* causes.c - each question that failed once, what decided a verdict first. */
#include "results/causes.h"

/* The failures of one row. `seen` holds those printed already: several checks may have asked the
 * same question. */
struct causes {
	struct textbuf *out;
	const struct answer *seen[FAILURES_MAX];
	unsigned n_seen;
};

static void put_cause(struct causes *c, const struct answer *failed)
{
	if (!failed || c->n_seen == FAILURES_MAX)
		return;
	for (unsigned i = 0; i < c->n_seen; i++)
		if (answer_same_question(c->seen[i], failed))
			return;
	if (c->n_seen)
		textbuf_put_char(c->out, ';');
	c->seen[c->n_seen++] = failed;
	struct dname qname;
	char type[RRTYPE_TEXT_BYTES];
	answer_qname(failed, &qname);
	textbuf_put_text(c->out, rrtype_print(type, (enum rrtype)failed->type));
	textbuf_put_char(c->out, ' ');
	dname_print(c->out, &qname);
	textbuf_put_text(c->out, ": ");
	textbuf_put_text(c->out, answer_status_text((enum answer_status)failed->status));
	const char *cause = answer_cause(failed);
	if (!*cause)
		return;
	textbuf_put_text(c->out, " (");
	for (; *cause; cause++)
		textbuf_put_char(c->out,
		        *cause == ';'                          ? ','
		                : *cause < ' ' || *cause > '~' ? '?'
		                                               : *cause);
	textbuf_put_char(c->out, ')');
}

void causes_put(struct textbuf *out, const struct outcome *o)
{
	struct causes c;
	c.out = out;
	c.n_seen = 0;
	/* what decided a verdict stands first: the list is cut behind eight */
	put_cause(&c, o->helo_failed);
	if (o->spf)
		put_cause(&c, o->spf->failed);
	for (unsigned list = 0; list < OUTCOME_FAILURES; list++)
		for (unsigned i = 0; o->failures[list] && i < o->failures[list]->n; i++)
			put_cause(&c, o->failures[list]->answers[i]);
}
