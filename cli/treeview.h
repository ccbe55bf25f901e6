/* treeview.h - a policy's tree for people: what each branch costs and gives, and every fault at its
 * place. For `spfsweep check`. */
#ifndef CLI_TREEVIEW_H
#define CLI_TREEVIEW_H

#include "checks/policy_report.h"

/* Appends the tree, some lines. */
void treeview_put(
        struct textbuf *out, const struct policy_report *report, const struct spf_limits *limits);

#endif
