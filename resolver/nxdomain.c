/* nxdomain.c - who leads, who follows, and what an answer means for the others. */
#include "resolver/nxdomain.h"

#include "base/clock.h"

bool nxdomain_init(struct nxdomain *n, struct dispatcher *dispatcher, struct flights *flights)
{
	*n = (struct nxdomain){ .dispatcher = dispatcher, .flights = flights };
	return tops_init(&n->tops);
}

void nxdomain_fini(struct nxdomain *n)
{
	tops_fini(&n->tops);
}

/* ---- from the cache ---- */

static bool is_answer_to(const struct answer *a, const struct question *q)
{
	return a->type == q->type && answer_qname_size(a) == q->size;
}

const struct answer *nxdomain_find(
        struct nxdomain *n, const struct question *q, uint32_t *good_until_s)
{
	struct dispatcher *d = n->dispatcher;
	const struct answer *known =
	        cache_find_nxdomain(d->cache, q, dispatcher_cache_ns(d), good_until_s);
	if (!known)
		return NULL;
	if (is_answer_to(known, q)) {
		counter_add(&d->counters->cache_hits, 1);
		return known;
	}
	struct dname qname;
	question_name(q, &qname);
	const struct answer *derived = answer_derive(known, &qname, (enum rrtype)q->type, d->slab);
	answer_unref(known);
	if (derived) {
		answer_enter(derived, &d->cache->account);
		counter_add(&d->counters->spared_by_nxdomain, 1);
	}
	return derived;
}

/* ---- who leads ---- */

static struct top *top_of(struct nxdomain *n, const struct question *q)
{
	struct question top;
	return question_of_top(&top, q) ? tops_get(&n->tops, &top) : NULL;
}

/* The flight leads those below a top-level domain, too. */
static void lead(struct flight *f, struct top *top)
{
	top->leader = f;
	f->top = top;
}

static void stop_leading(struct flight *f)
{
	if (f->top)
		f->top->leader = NULL;
	f->top = NULL;
}

void nxdomain_admit(struct nxdomain *n, struct flight *f, const struct question *q)
{
	struct dispatcher *d = n->dispatcher;
	if (d->leaders.wait_ns) {
		struct flight *leader = flights_find_leader(n->flights, q);
		struct top *top = leader ? NULL : top_of(n, q);
		if (top && top->leader)
			leader = top->leader;
		if (leader) {
			leaders_follow(f, leader);
			return;
		}
		f->leads = true;
		if (top && top->state == TOP_UNKNOWN)
			lead(f, top);
	}
	dispatcher_queue(d, f);
}

/* ---- what an answer means ---- */

static bool is_same_name(const struct flight *a, const struct flight *b)
{
	return a->name_hash == b->name_hash && dname_equal(&a->qname, &b->qname);
}

/* A follower of `leader`, which has its answer, leads no longer, or is given up. */
static void go_on(struct nxdomain *n, struct flight *f, const struct flight *leader)
{
	struct dispatcher *d = n->dispatcher;
	const struct answer *said = leader->answer;
	bool same = is_same_name(f, leader);
	if (said && (same ? answer_is_no_such_name(said) : answer_is_no_such_top(said))) {
		dispatcher_finish_unsent(d, f, answer_derive(said, &f->qname, f->type, d->slab));
	} else if (same) {
		dispatcher_queue(d, f);
	} else {
		struct question q;
		question_of(&q, &f->qname, f->type);
		nxdomain_admit(n, f, &q);
	}
}

static void release(struct nxdomain *n, struct flight *leader)
{
	struct flight_list released;
	flight_list_init(&released);
	leaders_end(&n->dispatcher->leaders, leader, &released);
	for (struct flight *f; (f = released.first) != NULL;) {
		flight_list_remove(&released, f);
		go_on(n, f, leader);
	}
}

static enum top_state state_after(const struct answer *said)
{
	if (!said || !answer_is_definite(said))
		return TOP_OPEN;
	if (said->status != ANSWER_NXDOMAIN)
		return TOP_EXISTS;
	return answer_is_no_such_top(said) ? TOP_UNKNOWN : TOP_OPEN;
}

/* The root said NXDOMAIN of a name below: the top-level domain itself is asked for, and that
 * question leads. */
static void doubt(struct nxdomain *n, struct top *top)
{
	struct dispatcher *d = n->dispatcher;
	struct question q;
	tops_question(top, &q);
	uint32_t unused_s;
	const struct answer *known = cache_find(d->cache, &q, dispatcher_cache_ns(d), &unused_s);
	if (!known)
		known = cache_find_nxdomain(d->cache, &q, dispatcher_cache_ns(d), &unused_s);
	if (known) {
		top->state = (uint8_t)state_after(known);
		answer_unref(known);
		return;
	}
	if (flights_find(n->flights, &q))
		return; /* whoever asked will find out */
	struct flight *f = flights_get(n->flights, &q);
	if (!f) {
		top->state = TOP_OPEN;
		return;
	}
	counter_add(&d->counters->questions, 1);
	f->leads = d->leaders.wait_ns != 0;
	lead(f, top);
	dispatcher_queue(d, f);
}

/* What the answer says of the top-level domain. */
static void note_top(struct nxdomain *n, struct flight *f)
{
	const struct answer *said = f->answer;
	bool is_doubtful = said && said->is_of_root && answer_is_no_such_name(said) &&
	        !answer_is_no_such_top(said);
	struct top *top = f->top;
	stop_leading(f);
	if (top && !is_doubtful)
		top->state = (uint8_t)state_after(said);
	if (!is_doubtful)
		return;
	struct question q;
	question_of(&q, &f->qname, f->type);
	top = top_of(n, &q);
	if (top && !top->leader && top->state != TOP_EXISTS)
		doubt(n, top);
}

void nxdomain_answered(struct nxdomain *n, struct flight *f)
{
	note_top(n, f);
	release(n, f);
}

/* ---- leaving ---- */

bool nxdomain_drop(struct nxdomain *n, struct flight *f)
{
	if (f->state == FLIGHT_FOLLOWING) {
		leaders_leave(f);
		return true;
	}
	if (f->followers.first)
		return false;
	stop_leading(f);
	release(n, f);
	dispatcher_unqueue(n->dispatcher, f);
	return true;
}

void nxdomain_make_urgent(struct nxdomain *n, struct flight *f)
{
	dispatcher_make_urgent(n->dispatcher, f);
	if (f->state != FLIGHT_FOLLOWING)
		return;
	leaders_leave(f);
	dispatcher_queue(n->dispatcher, f);
}

void nxdomain_turn(struct nxdomain *n)
{
	struct dispatcher *d = n->dispatcher;
	for (struct flight *f; (f = leaders_next_expired(&d->leaders, d->now_ns)) != NULL;) {
		if (f->top)
			f->top->state = TOP_OPEN;
		stop_leading(f);
		release(n, f);
	}
}
