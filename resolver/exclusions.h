/* exclusions.h - what is never asked: the names and networks of an --exclude file.
 *
 *     example.com      this name and all beneath it; U-labels are taken, too
 *     192.0.2.0/24     addresses of clients, and their names under in-addr.arpa and ip6.arpa
 *     2001:db8::/32
 *
 * One a line; '#' begins a comment where a line begins or behind a blank. Rows that are about one
 * of them are left out as a whole (scanner/row.h); the resolver answers any other question about
 * one with ANSWER_EXCLUDED; and libunbound is told, so that it asks none by itself
 * (resolver/recursive/ubconfig.h). Read once, by the command line; then const, for any thread. */
#ifndef RESOLVER_EXCLUSIONS_H
#define RESOLVER_EXCLUSIONS_H

#include "base/digest.h"
#include "dns/nameset.h"
#include "dns/netset.h"

struct exclusions {
	struct nameset names;
	struct netset networks;
	char sha256[DIGEST_TEXT_BYTES]; /* of the file */
};

/* Reads the file. NULL after telling the user, with file and line, what is wrong. */
struct exclusions *exclusions_read(const char *path);
/* Takes NULL. */
void exclusions_free(struct exclusions *x);

/* True when the name must not be asked: it, or one above it, is in the list, or it stands for
 * addresses that are all in the list's networks. Takes NULL, and a name of size 0. */
bool exclusions_hold_name(const struct exclusions *x, const struct dname *name);
/* Takes NULL, and an address of no family. */
bool exclusions_hold_address(const struct exclusions *x, const struct ipaddr *ip);

#endif
