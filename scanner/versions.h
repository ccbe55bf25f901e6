/* versions.h - the program and the libraries that it runs with, as one table: --version and the
 * manifest print it. */
#ifndef SCANNER_VERSIONS_H
#define SCANNER_VERSIONS_H

struct version {
	const char *name;
	/* Of what is loaded, which need not be what the program was built with. Main thread. */
	const char *(*text)(void);
};

/* The rows, the program first. NULL past the last. */
const struct version *version_at(unsigned i);

#endif
