/* authority.h - what check_host() says of every address: a policy evaluated for whole sets of
 * addresses instead of one client after the other.
 *
 * Each term takes the addresses that it matches out of those that have come so far. So order,
 * qualifiers, includes and redirects count as they do for a client (RFC 7208 sections 4.6, 5, 6),
 * and so do the limits of section 4.6.4: addresses that reach the eleventh term have permerror.
 * Addresses that have spent different numbers of terms or void look-ups are followed apart.
 *
 *     piece     a range of addresses with one result, decided at one path
 *     path      the directive that decided behind its includes and redirects, as spf_matched has it
 *
 * A term that depends on the client or the sender is taken as one that does not match, and what
 * comes behind it is marked: `depends`. Pure. Single thread. Out of memory: `failed`. */
#ifndef CHECKS_AUTHORITY_H
#define CHECKS_AUTHORITY_H

#include "checks/addrset.h"
#include "checks/policy.h"

/* Beside the results of check_host(): behind a redirect that depends on the client or the sender,
 * or what a bound of the tree cut off. */
enum { AUTHORITY_UNKNOWN = SPF_VERDICT_COUNT };
/* Beside the mechanisms: the root of a path is a redirect. */
enum { AUTHORITY_REDIRECT = SPF_EXISTS + 1, AUTHORITY_MECHANISMS };

struct authority_path {
	const char *term; /* as published; in the tree's records */
	uint32_t term_size;
	uint32_t above;    /* the include or redirect that led here; 0: none */
	uint8_t mechanism; /* of the first term that is no redirect: how the domain itself says it
	                    */
};

struct authority_piece {
	struct addrset_range range;
	uint32_t path; /* 0: no directive decided */
	uint8_t verdict;
	bool depends;
};

/* Of one family: pieces without gap or overlap, by address. */
struct authority_family {
	unsigned width;
	struct authority_piece *at;
	size_t n, capacity;
};

struct authority {
	struct authority_family v4, v6;
	struct authority_path *paths; /* the first stands for none */
	uint32_t n_paths, paths_capacity;
	bool failed;
};

/* Of a policy that is done. *a is zeroed or was made before; its memory is used again. */
void authority_make(struct authority *a, const struct policy *p, const struct spf_limits *limits);
/* Gives memory over that of an ordinary policy back. */
void authority_reset(struct authority *a);
/* Takes a zeroed one. */
void authority_fini(struct authority *a);

/* Appends the path as text, as `spf_matched` has it: "include:_spf.example.com > ip4:192.0.2.1". */
void authority_put_path(struct textbuf *out, const struct authority *a, uint32_t path);
/* "pass", ...; "unknown". Lives for ever. */
const char *authority_verdict_text(unsigned verdict);

/* How much of a family has pass by paths whose root has the mechanism; AUTHORITY_MECHANISMS: by
 * any. Addresses of IPv4; of IPv6 the networks of 64 bits in which there is such an address. */
addrset_number authority_count(
        const struct authority *a, const struct authority_family *family, unsigned mechanism);

#endif
