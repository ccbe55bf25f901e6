/* words.h - what the words in results mean, in a few of plain English: for those who read a page
 * and not docs/output.md. Pure. */
#ifndef PAGE_WORDS_H
#define PAGE_WORDS_H

#include "io/csv.h"

enum words_list {
	WORDS_SPF,
	WORDS_SPF_PROBLEM,
	WORDS_IPREV,
	WORDS_MX_STATE,
	WORDS_PROBLEMS,
	WORDS_CAUSE,
	WORDS_RECORD_STATE,
	WORDS_ALL,
	WORDS_ENFORCED,
	WORDS_LISTS
};

/* The colours, each with a pattern of its own (draw.h), by what they stand for. */
enum words_colour {
	COLOUR_GOOD,
	COLOUR_BAD,
	COLOUR_SOFT,
	COLOUR_BROKEN,
	COLOUR_FAILED, /* a look-up did */
	COLOUR_QUIET,  /* says nothing */
	COLOUR_ABSENT, /* there is none */
	COLOUR_OTHER,
	COLOURS
};

struct word {
	const char *word, *meaning;
	enum words_colour colour;
	const char *label; /* what is shown in the place of the word; or NULL */
};

/* Word `i` of a list, in the order in which a page shows them. NULL: there are only `i`. */
const struct word *words_at(enum words_list list, unsigned i);
/* NULL: no such word. */
const struct word *words_find(enum words_list list, struct csv_field word);

#endif
