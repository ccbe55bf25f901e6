/* draw.c - generates the rows of a log of any length: domains and addresses drawn from two lists,
 * apart or in pairs that come back.
 *
 *     draw DOMAINS ADDRESSES ROWS PAIRS
 *
 * DOMAINS and ADDRESSES are files with one a line, the popular domains first: that of rank n is
 * drawn in proportion to 1/n, addresses evenly. PAIRS is how many different pairs the rows are
 * drawn from; 0: each row draws anew. The rows are the same each time, and go to standard output as
 * CSV. */
#include "bench/textfile.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct list {
	struct textbuf text;
	size_t n;
	const char **at;
};

static void die(const char *what, const char *why)
{
	fprintf(stderr, "draw: %s: %s\n", what, why);
	exit(1);
}

static void list_read(struct list *l, const char *path)
{
	const char *wrong = textfile_read(&l->text, path);
	if (wrong || !l->text.size)
		die(path, wrong ? wrong : "empty");
	l->at = calloc(l->text.size, sizeof *l->at);
	if (!l->at)
		die(path, "out of memory");
	for (char *line = l->text.bytes; line && *line;) {
		char *end = strchr(line, '\n');
		if (end)
			*end++ = 0;
		l->at[l->n++] = line;
		line = end;
	}
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* One of n, by rank; `chance` decides which. */
static size_t by_rank(size_t n, uint64_t chance)
{
	double u = (double)(mix(chance) >> 11) / (double)(UINT64_C(1) << 53);
	size_t rank = (size_t)pow((double)n, u) - 1;
	return rank < n ? rank : n - 1;
}

int main(int argc, char **argv)
{
	struct list domains = { 0 }, addresses = { 0 };
	if (argc != 5)
		die("usage", "draw DOMAINS ADDRESSES ROWS PAIRS");
	list_read(&domains, argv[1]);
	list_read(&addresses, argv[2]);
	uint64_t rows = strtoull(argv[3], NULL, 10), pairs = strtoull(argv[4], NULL, 10);
	puts("domain,ip");
	for (uint64_t row = 0; row < rows; row++) {
		uint64_t pair = pairs ? mix(row + 1) % pairs : row;
		printf("%s,%s\n", domains.at[by_rank(domains.n, 2 * pair)],
		        addresses.at[mix(2 * pair + 1) % addresses.n]);
	}
	return fflush(stdout) ? 1 : 0;
}
