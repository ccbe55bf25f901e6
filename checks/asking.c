/* asking.c - the questions of --ask for one row. */
#include "checks/asking.h"

#include "dns/rdata.h"

#include <string.h>

_Static_assert((int)ASKS_MAX <= (int)PROBE_FANOUT_MAX, "all are asked in one turn");

static enum probe_turn step_take(struct probe *probe, const struct probe_answers *got)
{
	struct asking *p = (struct asking *)probe;
	for (unsigned i = 0, slot = 0; i < p->asks->n; i++)
		if (p->names[i] == ASK_NAME_OK)
			p->answers[i] = answer_ref(got->by_slot[slot++]);
	p->done = true;
	return PROBE_DONE;
}

static enum probe_turn step_start(struct probe *probe, const struct probe_answers *got)
{
	struct asking *p = (struct asking *)probe;
	unsigned n_asked = 0;
	(void)got;
	for (unsigned i = 0; i < p->asks->n; i++) {
		const struct ask *ask = &p->asks->list[i];
		struct dname name;
		p->names[i] = ask_name_of(&name, ask, &p->subject);
		if (p->names[i] != ASK_NAME_OK)
			continue;
		probe_ask(probe, &name, ask->type);
		n_asked++;
	}
	probe->step = step_take;
	p->done = !n_asked;
	return n_asked ? PROBE_ASK : PROBE_DONE;
}

void asking_begin(struct asking *p, const struct asks *asks, const struct ask_subject *subject,
        struct asker *asker)
{
	p->asks = asks;
	p->subject = *subject;
	p->done = false;
	memset(p->answers, 0, sizeof p->answers);
	probe_begin(&p->probe, step_start, asker);
}

void asking_fini(struct asking *p)
{
	probe_fini(&p->probe);
	for (unsigned i = 0; i < ASKS_MAX; i++)
		answer_unref(p->answers[i]);
	memset(p->answers, 0, sizeof p->answers);
	p->done = false;
}

enum asked {
	ASKED_NONE,
	ASKED_NXDOMAIN,
	ASKED_TEMPERROR,
	ASKED_BAD_NAME,
	ASKED_TOO_LARGE,
	ASKED_EXCLUDED
};

static const char *asked_text(enum asked asked)
{
	static const char *const texts[] = { "none", "nxdomain", "temperror", "bad_name",
		"too_large", "excluded" };
	return texts[asked];
}

void asking_print(struct textbuf *out, const struct asking *p, unsigned i)
{
	const struct answer *a = p->answers[i];
	if (p->names[i] == ASK_NAME_BAD)
		textbuf_put_text(out, asked_text(ASKED_BAD_NAME));
	if (!a)
		return;
	if (a->status == ANSWER_EXCLUDED)
		textbuf_put_text(out, asked_text(ASKED_EXCLUDED));
	else if (!answer_is_definite(a))
		textbuf_put_text(out, asked_text(ASKED_TEMPERROR));
	else if (a->status == ANSWER_NXDOMAIN)
		textbuf_put_text(out, asked_text(ASKED_NXDOMAIN));
	else if (a->status == ANSWER_NODATA)
		textbuf_put_text(out, asked_text(ASKED_NONE));
	else if (!rdata_print_all(out, a, ";", ASKING_TEXT_MAX_BYTES))
		textbuf_put_text(out, asked_text(ASKED_TOO_LARGE));
}
