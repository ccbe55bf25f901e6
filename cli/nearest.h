/* nearest.h - the right word for one with a slip in it: of the options, of the commands.
 *
 * The distance is in letters: left out, put in, replaced, or two exchanged. A word with more than a
 * third of its letters wrong resembles nothing. Pure. */
#ifndef CLI_NEAREST_H
#define CLI_NEAREST_H

struct nearest {
	const char *wanted;
	const char *name; /* the nearest one so far; NULL: none is near */
	unsigned distance;
};

/* Begins a search; the text must outlive it. */
struct nearest nearest_of(const char *wanted);
/* A word that might have been meant. Of equally near ones the first stands. */
void nearest_try(struct nearest *nearest, const char *name);

#endif
