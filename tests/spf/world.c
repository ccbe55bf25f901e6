/* world.c - the DNS of a test case, from a script, with answers delivered in the order that the
 * case asks for; see world.h. */
#include "world.h"

#include "resolver/scripted/script.h"

#include <stdlib.h>

static void note_question(struct world *w, const struct dname *qname, enum rrtype type)
{
	if (w->n_asked++ > 0)
		textbuf_put_text(&w->asked, "; ");
	textbuf_put_text(&w->asked, rrtype_text(type));
	textbuf_put_char(&w->asked, ' ');
	dname_print(&w->asked, qname);
}

static struct answer *find(struct world *w, const struct dname *qname, enum rrtype type)
{
	unsigned delay_ms;
	if (w->cancel_from && w->n_asked >= w->cancel_from)
		return answer_of_failure(qname, type, ANSWER_CANCELLED, NULL);
	struct answer *answer = script_find(w->script, qname, type, &delay_ms);
	if (!answer)
		abort();
	if (answer->status == ANSWER_BOGUS)
		answer->dnssec = ANSWER_DNSSEC_BOGUS;
	else if (w->secure && !(w->insecure && dname_equal(qname, w->insecure)))
		answer->dnssec = ANSWER_SECURE;
	return answer;
}

static const struct answer *ask(struct asker *asker, struct probe *probe, unsigned slot,
        const struct dname *qname, enum rrtype type)
{
	struct world *w = (struct world *)asker;
	(void)probe;
	note_question(w, qname, type);
	const struct answer *answer = find(w, qname, type);
	if (w->order == WORLD_AT_HAND || (w->order == WORLD_MIXED && w->n_asked % 2 == 0))
		return answer;
	w->held[slot] = answer;
	return NULL;
}

void world_begin(struct world *w)
{
	w->asker.ask = ask;
	w->n_asked = 0;
	textbuf_reset(&w->asked);
}

void world_fini(struct world *w)
{
	for (unsigned i = 0; i < PROBE_FANOUT_MAX; i++)
		answer_unref(w->held[i]);
	textbuf_fini(&w->asked);
}

static bool deliver(struct world *w, struct probe *probe, unsigned slot)
{
	const struct answer *answer = w->held[slot];
	w->held[slot] = NULL;
	return answer && probe_take(probe, slot, answer);
}

void world_run(struct world *w, struct probe *probe)
{
	while (!probe_run(probe)) {
		bool complete = false;
		for (unsigned i = 0; i < PROBE_FANOUT_MAX; i++)
			complete = deliver(w, probe,
			                   w->order == WORLD_FORWARDS ? i
			                                              : PROBE_FANOUT_MAX - 1 - i) ||
			        complete;
		if (!complete)
			abort(); /* a question without an answer would wait for ever */
	}
}
