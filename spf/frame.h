/* frame.h - the stack of check_host() calls, and what becomes of their verdicts; private to spf/.
 *
 * A frame is pushed for the domain asked for, for an include and for a redirect (RFC 7208 sections
 * 5.2, 6.1). A term ends in frame_match(), frame_no_match() or frame_give_up(); each sets the next
 * step and gives the turn for the step to return. */
#ifndef SPF_FRAME_H
#define SPF_FRAME_H

#include "spf/machine.h"

/* Starts a check_host() of `domain`; size 0: the target-name is no domain name. The next step is
 * STEP_FETCH; with a full stack the check gives up. */
enum turn frame_push(struct spf_check *c, const struct dname *domain, bool is_redirect);
/* Releases all frames but the lowest `n_frames`. */
void frame_pop_to(struct spf_check *c, unsigned n_frames);
/* Frees the memory of all frames over `n_kept`; none of them may be in use. */
void frames_shrink(struct spf_check *c, unsigned n_kept);

/* The directive being tried matched, or not. */
enum turn frame_match(struct spf_check *c);
enum turn frame_no_match(struct spf_check *c);
static inline enum turn frame_match_if(struct spf_check *c, bool matches)
{
	return matches ? frame_match(c) : frame_no_match(c);
}
/* No directive matched and there is no redirect: neutral (section 4.7). */
enum turn frame_end_by_default(struct spf_check *c);

/* The term being tried ends its check_host() with an error. */
enum turn frame_give_up(struct spf_check *c, enum spf_verdict verdict, enum spf_problem problem);
/* The same with temperror, for an answer that is none; the result keeps a reference to it. */
enum turn frame_give_up_for(struct spf_check *c, const struct answer *failed);

#endif
