/* versions.h - the versions of the program and its libraries, as one table. --version and the
 * manifest print it. */
#ifndef SCANNER_VERSIONS_H
#define SCANNER_VERSIONS_H

struct version {
	const char *name;
	/* Of the library that is loaded, where it tells; it may be newer than the one that the
	 * program was built with. Main thread; a constant or static text. */
	const char *(*text)(void);
};

/* Row `i` of the table; the program is the first. NULL: there is none. */
const struct version *version_at(unsigned i);

#endif
