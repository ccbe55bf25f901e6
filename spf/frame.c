/* frame.c - the stack of check_host() calls: frames, the verdicts that go down through them, and
 * what the result says of the terms that led there. */
#include "spf/frame.h"

#include <stdlib.h>

enum { TERM_MAX_BYTES = 1000 }; /* what `matched` shows of a term */

/* "include:_spf.example.com > ip4:192.0.2.0/24". A term may have 64 KB, and the row may wait long
 * for its place in the output: hence the cut. */
static void write_matched(struct spf_check *c)
{
	struct textbuf *out = &c->result.matched;
	textbuf_reset(out);
	for (unsigned i = 0; i < c->n_frames; i++) {
		const struct spf_frame *f = c->frames[i];
		if (f->term_size == 0)
			continue;
		if (out->size > 0)
			textbuf_put(out, " > ", 3);
		bool is_long = f->term_size > TERM_MAX_BYTES;
		textbuf_put(out, f->term, is_long ? TERM_MAX_BYTES : f->term_size);
		if (is_long)
			textbuf_put(out, "...", 3);
	}
}

static enum turn finish(struct spf_check *c, enum spf_verdict verdict)
{
	c->result.verdict = verdict;
	c->explaining = true;
	c->charging = false;
	bool explain =
	        verdict == SPF_FAIL && c->request->explain && machine_top(c)->record->has_exp;
	return machine_go(c, explain ? STEP_EXPLAIN : STEP_END);
}

void frame_pop_to(struct spf_check *c, unsigned n_frames)
{
	while (c->n_frames > n_frames)
		answer_unref(c->frames[--c->n_frames]->answer);
}

/* The frame on top has its verdict. A redirect's verdict is that of the frame below; "none" becomes
 * permerror (RFC 7208 section 6.1). An include's verdict decides the directive of the frame below
 * (section 5.2):
 *
 *     check_host() of the target     the "include"
 *     pass                           matches
 *     fail, softfail, neutral        does not match
 *     temperror                      returns temperror
 *     permerror, none                returns permerror
 *
 * A match or an error is then the verdict of that frame, and so on down. */
static enum turn frame_return(struct spf_check *c, enum spf_verdict verdict)
{
	for (;;) {
		unsigned base = c->n_frames - 1;
		while (c->frames[base]->is_redirect)
			base--;
		if (verdict == SPF_NONE && base < c->n_frames - 1) {
			verdict = SPF_PERMERROR;
			c->result.problem = SPF_PROBLEM_REDIRECT_NONE;
		}
		if (base == 0)
			return finish(c, verdict);
		machine_tell(c, (struct spf_event){ .kind = SPF_EVENT_RETURN, .verdict = verdict });
		frame_pop_to(c, base);
		const struct spf_frame *f = machine_top(c);
		switch (verdict) {
		case SPF_PASS:
			verdict = f->record->directives[f->at].on_match;
			machine_tell_term(c, SPF_EVENT_MATCH, NULL);
			break;
		case SPF_NONE:
			verdict = SPF_PERMERROR;
			c->result.problem = SPF_PROBLEM_INCLUDE_NONE;
			break;
		case SPF_TEMPERROR:
		case SPF_PERMERROR:
			break;
		default:
			return frame_no_match(c);
		}
	}
}

enum turn frame_give_up(struct spf_check *c, enum spf_verdict verdict, enum spf_problem problem)
{
	c->result.problem = problem;
	write_matched(c);
	return frame_return(c, verdict);
}

enum turn frame_give_up_for(struct spf_check *c, const struct answer *failed)
{
	c->result.failed = answer_ref(failed);
	return frame_give_up(c, SPF_TEMPERROR,
	        failed->status == ANSWER_CANCELLED          ? SPF_PROBLEM_DEADLINE
	                : failed->status == ANSWER_EXCLUDED ? SPF_PROBLEM_EXCLUDED
	                                                    : SPF_PROBLEM_DNS_ERROR);
}

/* NULL: out of memory; never for the lowest. */
static struct spf_frame *frame_at(struct spf_check *c, unsigned depth)
{
	if (!depth)
		c->frames[0] = &c->lowest;
	else if (!c->frames[depth])
		c->frames[depth] = malloc(sizeof *c->frames[depth]);
	return c->frames[depth];
}

void frames_shrink(struct spf_check *c, unsigned n_kept)
{
	unsigned depth = n_kept ? n_kept : 1;
	/* they were allocated one after the other */
	for (; depth < SPF_FRAMES_MAX && c->frames[depth]; depth++) {
		free(c->frames[depth]);
		c->frames[depth] = NULL;
	}
}

enum turn frame_push(struct spf_check *c, const struct dname *domain, bool is_redirect)
{
	if (c->n_frames == SPF_FRAMES_MAX)
		return frame_give_up(c, SPF_PERMERROR, SPF_PROBLEM_LOOKUP_LIMIT);
	struct spf_frame *f = frame_at(c, c->n_frames);
	if (!f)
		return frame_give_up(c, SPF_TEMPERROR, SPF_PROBLEM_MEMORY);
	c->n_frames++;
	f->domain = *domain;
	f->answer = NULL;
	f->record = NULL;
	f->at = f->term_size = 0;
	f->is_redirect = is_redirect;
	return machine_go(c, STEP_FETCH);
}

enum turn frame_match(struct spf_check *c)
{
	const struct spf_frame *f = machine_top(c);
	machine_tell_term(c, SPF_EVENT_MATCH, NULL);
	write_matched(c);
	return frame_return(c, f->record->directives[f->at].on_match);
}

enum turn frame_end_by_default(struct spf_check *c)
{
	textbuf_reset(&c->result.matched);
	return frame_return(c, SPF_NEUTRAL);
}

enum turn frame_no_match(struct spf_check *c)
{
	struct spf_frame *f = machine_top(c);
	machine_tell_term(c, SPF_EVENT_NO_MATCH, NULL);
	/* A redirect comes here when its target-name needs a non-ASCII local-part. */
	bool was_redirect = f->at++ == f->record->n_directives;
	return was_redirect ? frame_end_by_default(c) : machine_go(c, STEP_TERM);
}
