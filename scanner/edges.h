/* edges.h - `--includes` and `--networks` of an audit: the edges of a policy's tree, and the
 * flattened policy, as CSV lines of side files. docs/audit.md describes both. A worker's thread. */
#ifndef SCANNER_EDGES_H
#define SCANNER_EDGES_H

#include "checks/policy_report.h"
#include "scanner/options.h"

/* A policy has no more networks in the file; the last row says so. */
enum { EDGES_NETWORKS_MAX = 65536 };

/* The header rows. */
void edges_put_includes_head(struct textbuf *out, const struct options *options);
void edges_put_networks_head(struct textbuf *out, const struct options *options);

/* Append a line for each include and redirect of the tree, and for each network, as
 * sidefile_add_line() does. `scratch` is theirs. Out of memory: out->failed. */
void edges_put_includes(struct textbuf *out, struct textbuf *scratch, uint64_t row,
        const struct policy_report *report);
void edges_put_networks(struct textbuf *out, struct textbuf *scratch, uint64_t row,
        const struct policy_report *report);

#endif
