/* specialnet.h - networks that no host on the Internet has: private, shared, documentation,
 * loopback, multicast, reserved (IANA's registries of special-purpose addresses, RFC 6890). Pure;
 * any thread. */
#ifndef CHECKS_SPECIALNET_H
#define CHECKS_SPECIALNET_H

#include "dns/net.h"

/* True when the whole network lies in one of them. */
bool specialnet_holds(const struct ipaddr *ip, unsigned prefix_bits);

#endif
