/* explain.h - the explanation of a fail (RFC 7208 section 6.2): the last steps of a check; private
 * to spf/. The verdict stands, and nothing here changes it. */
#ifndef SPF_EXPLAIN_H
#define SPF_EXPLAIN_H

#include "spf/machine.h"

/* STEP_EXPLAIN, STEP_EXPLAIN_TEXT, STEP_EXPLAIN_EXPAND. */
enum turn explain_step_ask(struct spf_check *c);
enum turn explain_step_compile(struct spf_check *c);
enum turn explain_step_expand(struct spf_check *c);

#endif
