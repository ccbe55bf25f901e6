/* probe.c - the loop around a step.
 *
 * The answers of a turn are moved to the stack before the step runs, because the step fills the
 * slots with its next questions. n_asked grows after ask() came back, so the assertion in
 * probe_take() catches an asker that hands in an answer from inside ask(), a run inside a run. */
#include "dns/probe.h"

#include <assert.h>
#include <string.h>

void probe_begin(struct probe *p, probe_step *step, struct asker *asker)
{
	assert(step && asker);
	p->step = step;
	p->asker = asker;
	p->n_asked = p->n_missing = 0;
	p->done = false;
	p->failures.n = 0;
}

unsigned probe_ask(struct probe *p, const struct dname *qname, enum rrtype type)
{
	const unsigned slot = p->n_asked;
	assert(slot < PROBE_FANOUT_MAX);
	p->answers[slot] = NULL;
	const struct answer *at_hand = p->asker->ask(p->asker, p, slot, qname, type);
	p->answers[slot] = at_hand;
	p->n_missing += !at_hand;
	p->n_asked++;
	return slot;
}

static enum probe_turn probe_turn_once(struct probe *p)
{
	struct probe_answers got;
	got.count = p->n_asked;
	memcpy(got.by_slot, p->answers, got.count * sizeof(got.by_slot[0]));
	p->n_asked = 0;
	enum probe_turn turn = p->step(p, &got);
	for (unsigned i = 0; i < got.count; i++) {
		if (!answer_is_definite(got.by_slot[i]))
			failures_add(&p->failures, got.by_slot[i]);
		answer_unref(got.by_slot[i]);
	}
	return turn;
}

bool probe_run(struct probe *p)
{
	while (!p->done && p->n_missing == 0) {
		if (probe_turn_once(p) == PROBE_DONE) {
			/* Nobody would see the answers to questions of the last step. */
			assert(p->n_asked == 0);
			p->done = true;
		} else {
			/* Without a question it would wait for ever. */
			assert(p->n_asked > 0);
		}
	}
	return p->done;
}

bool probe_take(struct probe *p, unsigned slot, const struct answer *answer)
{
	assert(answer);
	assert(slot < p->n_asked && !p->answers[slot] && p->n_missing > 0);
	p->answers[slot] = answer;
	return --p->n_missing == 0;
}

void probe_fini(struct probe *p)
{
	for (unsigned i = 0; i < p->n_asked; i++)
		answer_unref(p->answers[i]);
	p->n_asked = p->n_missing = 0;
	failures_clear(&p->failures);
}
