/* nsd.h - a real name server for one test program: NSD on a loopback port of its own, with zones
 * that it writes itself. */
#ifndef TESTS_RESOLVER_NSD_H
#define TESTS_RESOLVER_NSD_H

#include <stdint.h>
#include <sys/types.h>

/* h0 to h19999.many.example have addresses: 10. and their number. */
#define NSD_N_MANY 20000

struct nsd {
	char folder[64];
	uint16_t port;
	pid_t pid;
	int silent_fd; /* a bound port that never answers */
	uint16_t silent_port;
};

/* Fixtures for cmocka; *state is a struct nsd. The server is ready when nsd_start() returns: it has
 * answered a query. */
int nsd_start(void **state);
int nsd_stop(void **state);

/* A file in the server's folder, for zones and configurations of a test's own. */
void nsd_write_file(const struct nsd *s, const char *name, const char *text);

#endif
