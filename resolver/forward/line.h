/* line.h - (private to resolver/) queries that wait in line at a route: for a place by TCP, or for
 * the pace of the upstream. A query is in one line at the most, and may leave it from anywhere. */
#ifndef RESOLVER_FORWARD_LINE_H
#define RESOLVER_FORWARD_LINE_H

#include <stddef.h>

struct query;

struct line {
	struct query *first, *last;
};

void line_push(struct line *l, struct query *q);
/* Out of the line that it is in; nothing when it is in none. */
void line_leave(struct query *q);

#endif
