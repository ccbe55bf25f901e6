/* upstreams.h - the resolvers of --upstream and --upstreams: a user's text, turned into addresses
 * and ports.
 *
 * A file has one ADDR[:PORT] or ADDR#PORT a line; a '#' behind a blank begins a comment, blank
 * lines and a byte-order mark do not count. Both options
 * add to one list, in the order in which they are given. An upstream that is named twice is one
 * upstream, because two would get twice the questions that its limits allow. On a mistake the
 * functions print one line (base/message.h) and return false. */
#ifndef RESOLVER_UPSTREAMS_H
#define RESOLVER_UPSTREAMS_H

#include "base/textbuf.h"
#include "resolver/resolver.h"

#include <stdbool.h>

#define UPSTREAMS_MAX 64

struct upstreams {
	struct resolver_upstream list[UPSTREAMS_MAX];
	unsigned n;
	const char *files[UPSTREAMS_MAX]; /* those that were read, by their names; the caller's */
	unsigned n_files;
};

/* "192.0.2.1", "192.0.2.1:53", "2001:db8::1" or "[2001:db8::1]:53". */
bool upstreams_add(struct upstreams *u, const char *text);

/* Adds those of a file. A file that names none is a mistake, too. `path` outlives *u. */
bool upstreams_read(struct upstreams *u, const char *path);

/* Appends the first `n_max` of them, and "..." for more: "192.0.2.1:53, [2001:db8::1]:53, ...". */
void upstreams_print(struct textbuf *out, const struct upstreams *u, unsigned n_max);

/* Appends "192.0.2.1:53" or "[2001:db8::1]:53". */
void upstream_print(struct textbuf *out, const struct resolver_upstream *upstream);

#endif
