/* machine.h - the state of one check and its steps in life order; private to spf/.
 *
 * Callers get this header with spf/check.h since they embed a struct spf_check. They run `probe`
 * and read `result`; all else is the machine's own.
 *
 * A step reads the answers to the questions of the step before it, asks the next ones or none, sets
 * the step that follows, and tells the driver to go on (GO), to wait for answers (WAIT), or that
 * the check is over (DONE). The parts of the machine, each of which needs only those above it:
 *
 *     clientnames  the client's validated names; session: the values of the macro letters
 *     machine      the state, and what the observer is told
 *     frame        the stack of check_host() calls, and what becomes of their verdicts
 *     lookup       answers, charges, and how the client's names are looked up
 *     explain      the steps of the explanation
 *     check        all other steps, and the driver */
#ifndef SPF_MACHINE_H
#define SPF_MACHINE_H

#include "base/arena.h"
#include "dns/probe.h"
#include "spf/clientnames.h"
#include "spf/record.h"
#include "spf/request.h"
#include "spf/session.h"

enum turn { GO, WAIT, DONE };

/* In life order. */
enum check_step {
	STEP_FETCH,      /* a frame was pushed: ask for the TXT of its domain */
	STEP_SELECT,     /* the TXT answer is here: find the record */
	STEP_TERM,       /* take the next directive, the redirect, or the default; charge it */
	STEP_TARGET,     /* make the target-name and ask; again once the names are ready */
	STEP_ADDRESS,    /* "a": the addresses are here */
	STEP_EXISTS,     /* "exists": the A answer is here */
	STEP_MX,         /* "mx": the hosts are here, ask for the addresses of all */
	STEP_MX_ADDRESS, /* "mx": the addresses of every host are here */
	STEP_NAMES,      /* the client's PTR answer is here, ask for the addresses of its names */
	STEP_NAMES_ADDRESS,  /* the addresses are here: back to the step that needed the names */
	STEP_EXPLAIN,        /* fail: make the target-name of "exp" and ask for its TXT */
	STEP_EXPLAIN_TEXT,   /* the TXT answer is here: compile it */
	STEP_EXPLAIN_EXPAND, /* the values that it needs are here */
	STEP_END,            /* release what only the machine needed */
};

/* The domain asked for, and one for each include or redirect that may be open: as many as there are
 * terms to spend. */
#define SPF_FRAMES_MAX 12

/* One check_host() call. */
struct spf_frame {
	struct dname domain;         /* <domain> */
	const struct answer *answer; /* a reference; owns the record */
	const struct spf_record *record;
	size_t at;        /* the directive being tried; n_directives: the redirect */
	const char *term; /* that term as published */
	size_t term_size; /* 0: none yet */
	bool is_redirect; /* its verdict is that of the frame below */
};

struct spf_check {
	struct probe probe; /* first */
	const struct spf_request *request;
	const struct spf_limits *limits;
	struct spf_result result;
	/* the machine's own */
	const struct probe_answers *got; /* while a step runs: the answers to its questions */
	unsigned step;                   /* enum check_step */
	unsigned n_frames;
	bool charging;       /* void look-ups count: not for the first TXT, nor after the verdict */
	bool explaining;     /* the verdict stands */
	bool announced;      /* the observer was told of the term */
	bool looked;         /* an answer was looked at */
	bool names_ready;    /* the client's names are known, and charged to the term being tried */
	unsigned names_step; /* enum check_step: where to go on once they are known */
	struct clientnames names;
	struct dname target;
	struct macro_string explanation;
	struct arena memory; /* of the explanation */
	/* allocated when a check first goes so deep, but for the lowest; see frame.c */
	struct spf_frame *frames[SPF_FRAMES_MAX];
	struct spf_frame lowest;
};

/* The frame on top. */
static inline struct spf_frame *machine_top(struct spf_check *c)
{
	return c->frames[c->n_frames - 1];
}

static inline enum turn machine_go(struct spf_check *c, enum check_step step)
{
	c->step = step;
	return GO;
}

static inline enum turn machine_wait(struct spf_check *c, enum check_step step)
{
	c->step = step;
	return WAIT;
}

/* Whose values the macros of `m`, of the frame on top, expand to. Notes what it looks at. */
static inline struct session machine_session(struct spf_check *c, const struct macro_string *m)
{
	c->result.looks_at |= session_looks_at(m);
	return (struct session){
		.request = c->request, .domain = &machine_top(c)->domain, .names = &c->names
	};
}

/* For machine_tell(): there is an observer. Changes the event. */
void machine_tell_observer(struct spf_check *c, struct spf_event *event);

/* Tells the observer, if there is one. `event` lacks what the machine knows: depth, domain and
 * charges; its void_lookups are added to those charged. */
static inline void machine_tell(struct spf_check *c, struct spf_event event)
{
	if (c->request->observer)
		machine_tell_observer(c, &event);
}
/* The same about the term being tried. `target` may be NULL. */
static inline void machine_tell_term(
        struct spf_check *c, enum spf_event_kind kind, const struct dname *target)
{
	machine_tell(c,
	        (struct spf_event){ .kind = kind,
	                .text = machine_top(c)->term,
	                .text_size = machine_top(c)->term_size,
	                .target = target });
}

#endif
