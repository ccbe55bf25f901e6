/* zonecase.h - runs a probe over a small zone in every order in which its answers can come, and
 * compares what comes out, as a line of text, with what is wanted.
 *
 * A test gives a function that begins its probe, runs it, prints the outcome and gives the probe
 * up. Single thread. */
#ifndef TESTS_CHECKS_ZONECASE_H
#define TESTS_CHECKS_ZONECASE_H

#include "tests/spf/world.h"

struct zonecase {
	const char *title, *zone;
	const char *ip;      /* the client; NULL: none. The domain is example.com. */
	const char *outcome; /* what `tell` printed */
	const char *asked;   /* every question in order; NULL: not compared */
};

typedef void zonecase_tell(struct textbuf *out, const struct zonecase *c, struct world *world);

/* All orders must come to the same. */
void zonecase_run(const struct zonecase *cases, size_t n, zonecase_tell *tell);
/* The same with one case; gives the number of questions. */
unsigned zonecase_count(const struct zonecase *c, zonecase_tell *tell);

/* For `tell`. */
struct ipaddr zonecase_ip(const struct zonecase *c);
struct dname zonecase_domain(void);
/* "TXT example.com servfail, A example.com timeout"; "-" for none. */
void zonecase_put_failures(struct textbuf *out, const struct failures *failures);

#endif
