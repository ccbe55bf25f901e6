/* endpoint.c - sockaddr_in and sockaddr_in6 from our own addresses. */
#include "resolver/endpoint.h"

#include <netinet/in.h>
#include <string.h>

socklen_t endpoint_sockaddr(struct sockaddr_storage *to, const struct ipaddr *ip, uint16_t port)
{
	*to = (struct sockaddr_storage){ 0 };
	if (ip->family == IPFAMILY_4) {
		struct sockaddr_in *in = (struct sockaddr_in *)to;
		in->sin_family = AF_INET;
		in->sin_port = htons(port);
		memcpy(&in->sin_addr, ip->bytes, 4);
		return sizeof *in;
	}
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
	in6->sin6_family = AF_INET6;
	in6->sin6_port = htons(port);
	memcpy(&in6->sin6_addr, ip->bytes, 16);
	return sizeof *in6;
}
