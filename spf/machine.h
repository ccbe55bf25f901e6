/* machine.h - (private to spf/) what the parts of the check_host() machine share: its steps, and
 * what every step may do.
 *
 * check.c drives and holds the frames, the terms and the two charges; clientnames.c finds the
 * client's validated names, for "ptr" and %{p}; explain.c makes the explanation; session.c expands
 * macros with the values of the request. A step looks at the answers to the questions of the step
 * before it, asks the next ones or not, sets the step that follows, and tells the driver whether to
 * go on at once or to wait. */
#ifndef SPF_MACHINE_H
#define SPF_MACHINE_H

#include "spf/check.h"

enum turn { GO, WAIT, DONE };

/* In life order. */
enum check_step {
	STEP_FETCH,  /* a frame was pushed: ask for the TXT of its domain, if it is one */
	STEP_SELECT, /* the TXT answer is here: find the record */
	STEP_TERM, /* take the next directive, the redirect, or the default; charge it; decide what
	              needs no DNS */
	STEP_TARGET,  /* make its target-name and ask; comes back here when the client's names were
	                 needed first */
	STEP_ADDRESS, /* "a": the addresses are here */
	STEP_EXISTS,  /* "exists": the A answer is here */
	STEP_MX,      /* "mx": the hosts are here, ask for all their addresses */
	STEP_MX_ADDRESS,     /* "mx": the addresses of every host are here */
	STEP_NAMES,          /* the client's PTR answer is here, ask for all the names' addresses */
	STEP_NAMES_ADDRESS,  /* the addresses of every name are here: go back to whoever needed the
	                        names */
	STEP_EXPLAIN,        /* fail: make the name of the explanation and ask for its TXT */
	STEP_EXPLAIN_TEXT,   /* the TXT answer is here: compile it */
	STEP_EXPLAIN_EXPAND, /* the values that it needs are here */
	STEP_END,            /* release what only the machine needed */
};

/* ---- check.c ---- */

/* True when one of the addresses agrees with the client's in the first `prefix_bits` bits. */
bool check_has_client(
        const struct spf_check *c, const struct answer *addresses, unsigned prefix_bits);
/* The answer in a slot: noted for the observer and for DNSSEC, charged when it is void. NULL: it
 * was one void look-up too many, or the row's time is up; the check has given up then, and the step
 * returns GO. */
const struct answer *check_look(struct spf_check *c, unsigned slot);
/* Charges n void look-ups; false as above. */
bool check_charge_voids(struct spf_check *c, unsigned n);
/* The type of address to look up for the client (section 5). */
static inline enum rrtype check_address_type(const struct spf_check *c)
{
	return c->request->ip.family == IPFAMILY_6 ? RRTYPE_AAAA : RRTYPE_A;
}
static inline struct spf_frame *check_top(struct spf_check *c)
{
	return &c->frames[c->n_frames - 1];
}
static inline enum turn check_go(struct spf_check *c, enum check_step step)
{
	c->step = step;
	return GO;
}
static inline enum turn check_wait(struct spf_check *c, enum check_step step)
{
	c->step = step;
	return WAIT;
}

/* ---- clientnames.c ---- */

/* Makes the client's names ready for the term being tried, then goes on with `step`. */
enum turn clientnames_find(struct spf_check *c, enum check_step step);
enum turn clientnames_ask_addresses(struct spf_check *c);
enum turn clientnames_validate(struct spf_check *c);
/* True when a validated name is the domain or below it (section 5.5). */
bool clientnames_any_within(const struct spf_check *c, const struct dname *domain);
/* The name for %{p} (section 7.3); false when there is none. */
bool clientnames_best(const struct spf_check *c, const struct dname *domain, struct dname *best);

/* ---- explain.c ---- */

enum turn explain_ask(struct spf_check *c);
enum turn explain_compile(struct spf_check *c);
enum turn explain_expand(struct spf_check *c);

/* ---- session.c ---- */

/* The target-name of a domain-spec, in the frame on top. Size 0 of *name: what it expands to is no
 * domain name. */
void session_expand_domain(struct spf_check *c, struct dname *name, const struct macro_string *m);
/* As macro_expand(). */
size_t session_expand(struct spf_check *c, char *room, size_t room_bytes,
        const struct macro_string *m, bool *is_cut);
/* True when the domain-spec needs a local-part that no domain name can hold (RFC 8616 section 4):
 * such a term does not match. */
bool session_is_unspeakable(const struct spf_check *c, const struct macro_string *m);

#endif
