/* affinity.h - (private to resolver/forward/) which names belong together when there are several
 * upstreams: a recursor that knows a domain's servers should be asked all about that domain.
 *
 * The key is a hash of the registrable domain, the same in every worker, process and shard. Each
 * upstream has a weight for a key, by its address and port; a question goes to the heaviest first
 * (rendezvous hashing). So an upstream that is taken away moves its own names only.
 *
 *     names                              belong together by
 *     under in-addr.arpa                 their /16: the labels next to it, two
 *     under ip6.arpa                     their /32: the same, eight
 *     under a top-level domain of two    three labels, where the second has three letters at most
 *     letters                            (example.co.uk, example.com.au)
 *     others                             two labels
 *
 * It is no Public Suffix List, and need not be one: where it joins too many names (example.gov.uk
 * is right, example.github.io is not) one upstream knows them all, and where it parts the names
 * under a short domain (www.bmw.de) two know it. Pure. Any thread. */
#ifndef RESOLVER_FORWARD_AFFINITY_H
#define RESOLVER_FORWARD_AFFINITY_H

#include "dns/dname.h"
#include "dns/ipaddr.h"

/* Of a name in lower case. */
uint64_t affinity_of_name(const struct dname *name);
/* Of an upstream. */
uint64_t affinity_of_upstream(const struct ipaddr *ip, uint16_t port);
/* How much the upstream is wanted for the name. */
uint64_t affinity_weight(uint64_t of_name, uint64_t of_upstream);

#endif
