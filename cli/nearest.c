/* nearest.c - the distance of two words (Damerau and Levenshtein, the restricted one). */
#include "cli/nearest.h"

#include <string.h>

enum { WORD_MAX = 32 };

static unsigned least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static unsigned distance(const char *a, size_t a_size, const char *b, size_t b_size)
{
	unsigned rows[WORD_MAX + 1][WORD_MAX + 1];
	for (unsigned i = 0; i <= a_size; i++)
		rows[i][0] = i;
	for (unsigned k = 0; k <= b_size; k++)
		rows[0][k] = k;
	for (unsigned i = 1; i <= a_size; i++)
		for (unsigned k = 1; k <= b_size; k++) {
			unsigned replaced = rows[i - 1][k - 1] + (a[i - 1] != b[k - 1]);
			rows[i][k] = least(replaced, least(rows[i - 1][k], rows[i][k - 1]) + 1);
			if (i > 1 && k > 1 && a[i - 1] == b[k - 2] && a[i - 2] == b[k - 1])
				rows[i][k] = least(rows[i][k], rows[i - 2][k - 2] + 1);
		}
	return rows[a_size][b_size];
}

struct nearest nearest_of(const char *wanted)
{
	size_t size = strlen(wanted);
	/* one more than is near */
	return (struct nearest){ .wanted = wanted, .distance = (unsigned)(size + 2) / 3 + 1 };
}

void nearest_try(struct nearest *nearest, const char *name)
{
	size_t a_size = strlen(nearest->wanted), b_size = strlen(name);
	if (a_size == 0 || a_size > WORD_MAX || b_size > WORD_MAX)
		return;
	unsigned far = distance(nearest->wanted, a_size, name, b_size);
	if (far >= nearest->distance)
		return;
	nearest->distance = far;
	nearest->name = name;
}
