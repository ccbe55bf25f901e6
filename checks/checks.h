/* checks.h - the checks that a row may get, as one table: the words of --checks, of the note in an
 * output and of the manifest.
 *
 * A set of checks is an unsigned with one bit for each. Pure; any thread. */
#ifndef CHECKS_CHECKS_H
#define CHECKS_CHECKS_H

#include <stdbool.h>
#include <stddef.h>

enum check {
	CHECK_SPF = 1,
	CHECK_IPREV = 2,
	CHECK_MX = 4,
	CHECK_A = 8,
	CHECK_ALL = 15,
	/* of `audit`, and without a word */
	CHECK_POLICY = 16,
	CHECK_SERVERS = 32
};

/* Every word, each with a comma behind it but the last, and a NUL. */
#define CHECKS_TEXT_BYTES 32

/* "spf,iprev" into a set. False when a word is unknown or missing; *set is undefined then. */
bool checks_parse(unsigned *set, const char *text);
/* The words of a set in the table's order, with commas between them. Gives the buffer back. */
char *checks_print(char text[CHECKS_TEXT_BYTES], unsigned set);

/* What an audit does for the words of --checks: the policy for spf, all mail hosts for mx. */
unsigned checks_of_audit(unsigned set);

/* Those of a set that cannot run: each needs a name, an address or both. */
unsigned checks_lacking(unsigned set, bool has_name, bool has_address);

#endif
