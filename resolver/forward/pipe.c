/* pipe.c - a ring of slots by time. */
#include "resolver/forward/pipe.h"

static struct pipe_slot *slot_of(struct pipe *p, uint64_t number)
{
	return &p->slots[number % PIPE_SLOTS];
}

static void slot_begin(struct pipe *p, struct pipe_slot *slot, uint64_t number)
{
	if (slot->is_judged) {
		p->n_new_overtaken -= slot->n_new;
		p->n_repeated_overtaken -= slot->n_repeated;
	}
	*slot = (struct pipe_slot){ .number = number };
}

void pipe_sent(struct pipe *p, bool is_new, uint64_t now_ns)
{
	uint64_t number = now_ns / PIPE_SLOT_NS;
	struct pipe_slot *slot = slot_of(p, number);
	if (!p->newest)
		p->judged = number;
	if (slot->number != number)
		slot_begin(p, slot, number);
	slot->n_sent += is_new;
	slot->n_new += is_new;
	slot->n_repeated += !is_new;
	p->newest = number;
}

void pipe_heard(struct pipe *p, uint64_t sent_ns)
{
	p->heard_ns = sent_ns > p->heard_ns ? sent_ns : p->heard_ns;
}

void pipe_left(struct pipe *p, bool is_new, uint64_t sent_ns)
{
	uint64_t number = sent_ns / PIPE_SLOT_NS;
	struct pipe_slot *slot = slot_of(p, number);
	unsigned *n = is_new ? &slot->n_new : &slot->n_repeated;
	if (slot->number != number || !*n)
		return;
	--*n;
	p->n_new_overtaken -= slot->is_judged && is_new;
	p->n_repeated_overtaken -= slot->is_judged && !is_new;
}

void pipe_turn(struct pipe *p, uint64_t late_ns)
{
	uint64_t to = p->heard_ns > late_ns ? (p->heard_ns - late_ns) / PIPE_SLOT_NS : 0;
	uint64_t oldest = p->newest < PIPE_SLOTS ? 0 : p->newest - PIPE_SLOTS + 1;
	p->judged = p->judged < oldest ? oldest : p->judged;
	for (; p->judged < to; p->judged++) {
		struct pipe_slot *slot = slot_of(p, p->judged);
		if (slot->number != p->judged)
			continue;
		slot->is_judged = true;
		p->n_new_overtaken += slot->n_new;
		p->n_repeated_overtaken += slot->n_repeated;
		p->judge.n_sent += slot->n_sent;
		p->judge.n_overtaken += slot->n_new;
	}
}
