/* story.h - runs a probe over a zone in every order in which its answers can come, and compares
 * what comes out, as one line of text, with what is wanted.
 *
 * A test gives a function that begins its probe, runs it, prints the outcome and gives the probe
 * up; story_run() adds the questions that were asked. Single thread. */
#ifndef TESTS_CHECKS_STORY_H
#define TESTS_CHECKS_STORY_H

#include "tests/spf/world.h"

struct story {
	const char *title, *zone;
	const char *ip;      /* the client; NULL: none. The domain is example.com. */
	const char *outcome; /* what `tell` printed */
	const char *asked;   /* every question in order; NULL: not compared */
};

typedef void story_tell(struct textbuf *out, const struct story *story, struct world *world);

/* All orders must come to the same. */
void story_run(const struct story *stories, size_t n, story_tell *tell);
/* The same with one story; gives the number of questions. */
unsigned story_count(const struct story *story, story_tell *tell);

/* For `tell`. */
struct ipaddr story_ip(const struct story *story);
struct dname story_domain(void);
/* "TXT example.com servfail"; "-" for NULL. */
void story_put_failed(struct textbuf *out, const struct answer *failed);

#endif
