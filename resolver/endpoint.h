/* endpoint.h - (private to resolver/) an address and a port, as the socket calls take
 * them. */
#ifndef RESOLVER_ENDPOINT_H
#define RESOLVER_ENDPOINT_H

#include "dns/ipaddr.h"

#include <stdint.h>
#include <sys/socket.h>

/* Returns the size of what it wrote. */
socklen_t endpoint_sockaddr(struct sockaddr_storage *to, const struct ipaddr *ip, uint16_t port);

#endif
