/* leaders.c - lists of followers, and one of leaders. */
#include "resolver/leaders.h"

void leaders_init(struct leaders *l, uint64_t wait_ns)
{
	*l = (struct leaders){ .wait_ns = wait_ns };
	l->end = &l->first;
}

/* ---- followers ---- */

void leaders_follow(struct flight *f, struct flight *leader)
{
	f->state = FLIGHT_FOLLOWING;
	f->leader = leader;
	flight_list_push(&leader->followers, f);
}

void leaders_leave(struct flight *f)
{
	flight_list_remove(&f->leader->followers, f);
	f->leader = NULL;
}

/* ---- leaders ---- */

static void push(struct leaders *l, struct flight *f, uint64_t now_ns)
{
	f->leads_since_ns = now_ns;
	f->next_leader = NULL;
	f->leader_link = l->end;
	*l->end = f;
	l->end = &f->next_leader;
}

static void take_off(struct leaders *l, struct flight *f)
{
	if (!f->leader_link)
		return;
	*f->leader_link = f->next_leader;
	if (f->next_leader)
		f->next_leader->leader_link = f->leader_link;
	else
		l->end = f->leader_link;
	f->next_leader = NULL;
	f->leader_link = NULL;
}

void leaders_sent(struct leaders *l, struct flight *f, uint64_t now_ns)
{
	if (f->leads && !f->leader_link)
		push(l, f, now_ns);
}

/* Those whose time is over stand first. */
static void push_front(struct leaders *l, struct flight *f)
{
	f->next_leader = l->first;
	f->leader_link = &l->first;
	*(l->first ? &l->first->leader_link : &l->end) = &f->next_leader;
	l->first = f;
}

void leaders_failed(struct leaders *l, struct flight *f, uint64_t now_ns)
{
	if (!f->leader_link)
		return;
	take_off(l, f);
	push_front(l, f);
	f->leads_since_ns = now_ns - l->wait_ns;
}

void leaders_end(struct leaders *l, struct flight *f, struct flight_list *released)
{
	f->leads = false;
	take_off(l, f);
	for (struct flight *follower; (follower = f->followers.first) != NULL;) {
		leaders_leave(follower);
		flight_list_push(released, follower);
	}
}

/* If the first on the list has not led for too long, none has. */
struct flight *leaders_next_expired(struct leaders *l, uint64_t now_ns)
{
	for (struct flight *f;
	        (f = l->first) != NULL && now_ns - f->leads_since_ns >= l->wait_ns;) {
		if (f->state == FLIGHT_STARTED || (f->state == FLIGHT_HELD && !f->stops_clock))
			return f;
		take_off(l, f);
		push(l, f, now_ns); /* our own limits keep it back meanwhile */
	}
	return NULL;
}
