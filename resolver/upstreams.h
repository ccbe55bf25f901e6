/* upstreams.h - the resolvers that --upstream and --upstreams name: what a user writes, turned into
 * addresses and ports.
 *
 * A file has one ADDR[:PORT] a line; '#' begins a comment, blank lines do not count. Both options
 * add to one list, in the order in which they are given. An upstream that is named twice is one
 * upstream: two would get twice the questions that its limits allow. Mistakes are told here, in one
 * line, and false is returned. */
#ifndef RESOLVER_UPSTREAMS_H
#define RESOLVER_UPSTREAMS_H

#include "resolver/resolver.h"

#include <stdbool.h>

#define UPSTREAMS_MAX 64

struct upstreams {
	struct resolver_upstream list[UPSTREAMS_MAX];
	unsigned n;
};

bool upstreams_add(struct upstreams *u, const char *text);

/* It is a mistake, too, when the file names none. */
bool upstreams_read(struct upstreams *u, const char *path);

#endif
