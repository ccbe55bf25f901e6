/* questions.h - a population's questions (questions.txt), read for programs that ask them in bulk:
 * lines of "NAME TYPE", names without the final dot, types A, AAAA, MX, PTR and TXT. The names stay
 * one text, which the list points into and which the struct owns. */
#ifndef BENCH_QUESTIONS_H
#define BENCH_QUESTIONS_H

#include "dns/rrtype.h"
#include "base/textbuf.h"

struct question {
	const char *name;
	enum rrtype type;
};

struct questions {
	struct textbuf text;
	struct question *list;
	size_t count;
};

/* Fills a zeroed struct. NULL, or what is wrong with the file in some words; then what was read so
 * far is still to be freed. */
const char *questions_read(struct questions *questions, const char *path);

void questions_fini(struct questions *questions);

#endif
