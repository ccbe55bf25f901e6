/* cases.h - SPF test cases read from data files; the format is told in cases/README.md. */
#ifndef TESTS_SPF_CASES_H
#define TESTS_SPF_CASES_H

#include <stddef.h>

struct script;

struct value {
	char *text; /* unescaped, with a NUL behind it; NULL: not given */
	size_t size;
};

struct spf_case {
	char *name; /* "a.txt:12 title" */
	const struct script *zone;
	/* what is asked */
	struct value ip, helo, from, receiver, time, cancel, secure, insecure;
	/* what must come out; what is not given is not compared */
	struct value verdict, problem, matched, explanation, lookups, voids, failed, failures,
	        record, dnssec, asked;
};

struct spf_cases {
	struct spf_case *cases;
	size_t n_cases;
	struct script **zones;
	size_t n_zones;
};

/* Adds a file's cases. Any mistake in the file ends the program with a message: a case that is not
 * read must not pass. */
void spf_cases_read(struct spf_cases *all, const char *path);
void spf_cases_free(struct spf_cases *all);

#endif
