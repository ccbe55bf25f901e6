/* check.h - check_host() of RFC 7208 section 4 as a probe.
 *
 * One check: fill a request, spf_check_begin(), run the probe (dns/probe.h), read `result`, then
 * spf_check_begin() the next one or spf_check_fini(). A check compiles nothing: it runs the records
 * that are attached to TXT answers (spf/record.h), one frame for each open include or redirect, on
 * a stack of fixed size.
 *
 * The verdict does not depend on the order in which answers come: questions about the hosts of an
 * MX or the names of a PTR are asked together and their answers judged in the answer's order.
 *
 * Without a client (a request whose address has no family) it ends with the record of the domain:
 * none, temperror or permerror when that decides, else `undecided`.
 *
 * A check never fails: what goes wrong is a verdict with a problem (spf/verdict.h). All in the
 * thread of the asker. How open places of the RFC are read: docs/spf-decisions.md. */
#ifndef SPF_CHECK_H
#define SPF_CHECK_H

#include "spf/machine.h"

/* 10 terms, 2 void look-ups, 10 MX names, 10 PTR names (section 4.6.4). */
extern const struct spf_limits spf_limits_of_rfc;

/* Begins a check, or begins anew one that is done or given up; buffers keep their memory. Zero
 * *check before the first time. The request, its texts, the limits and the asker outlive it. */
void spf_check_begin(struct spf_check *check, const struct spf_request *request,
        const struct spf_limits *limits, struct asker *asker);
/* Gives up the answers that the check and its result hold, and unusually large buffers. The result
 * is empty then. A zeroed check may be given. */
void spf_check_release(struct spf_check *check);
/* As spf_check_release(), and frees all memory of the check; it is zeroed then. */
void spf_check_fini(struct spf_check *check);

#endif
