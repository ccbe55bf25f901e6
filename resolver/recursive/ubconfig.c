/* ubconfig.c - our settings for libunbound; most of them are about ports.
 *
 * By default libunbound opens a socket for each datagram: 11 system calls a question. With
 * "udp-connect: no" and a fixed set of permitted ports it keeps one socket open for each port, and
 * needs fewer than 3. The set must be
 *
 *     free on this machine      otherwise a question costs up to 10 000 bind() calls
 *     disjoint between workers
 *     outside of the range from which the kernel gives ports to others
 *
 * Its size is a trade. With a few ports mostly the query id protects against forged answers: enough
 * for resolvers of one's own. The open Internet needs some hundreds. Each query draws its port at
 * random, so one query says nothing of the next one's port.
 *
 * Trap: the RTT limits, the TTL limits, the zones' rate and minimal-responses are process-wide in
 * libunbound. All workers must set them alike. */
#include "resolver/recursive/ubconfig.h"

#include "resolver/exclusions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <unistd.h>

#define PORTS_FORWARD 32
#define PORTS_RECURSIVE 512
#define PORT_FIRST 1024 /* below it are the privileged ones */
#define RANDOM_PORTS_RANGE 1024
#define TCP_SLOTS 32
#define FDS_DEFAULT 4096
/* Of one try. A longer one would need a change of libunbound's own limit of 120 s, and any change
 * of that makes it give up servers for good. */
#define TIMEOUT_MAX_MS 60000

struct ports {
	unsigned count;
	uint16_t list[PORTS_RECURSIVE];
};

/* ---- ports ---- */

static bool port_is_free_on(const struct sockaddr *address, socklen_t size)
{
	int fd = socket(address->sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), on = 1;
	if (fd < 0)
		return false;
	if (address->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
	bool is_free = bind(fd, address, size) == 0;
	close(fd);
	return is_free;
}

static bool port_is_free(uint16_t port, bool ip6)
{
	struct sockaddr_in any4 = { .sin_family = AF_INET, .sin_port = htons(port) };
	struct sockaddr_in6 any6 = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
	return port_is_free_on((const struct sockaddr *)&any4, sizeof any4) &&
	        (!ip6 || port_is_free_on((const struct sockaddr *)&any6, sizeof any6));
}

/* The ports that the kernel gives to sockets that name none. */
static void kernel_range(unsigned *first, unsigned *last)
{
	*first = 32768;
	*last = 60999;
	FILE *f = fopen("/proc/sys/net/ipv4/ip_local_port_range", "re");
	unsigned a, b;
	if (f && fscanf(f, "%u %u", &a, &b) == 2 && a > PORT_FIRST && a <= b && b <= UINT16_MAX) {
		*first = a;
		*last = b;
	}
	if (f)
		fclose(f);
}

/* Draws up to `wanted` free ports from this worker's slice of all those outside the kernel's range.
 */
static void ports_draw(
        struct ports *ports, unsigned wanted, bool ip6, unsigned worker, unsigned n_workers)
{
	unsigned kernel_first, kernel_last;
	kernel_range(&kernel_first, &kernel_last);
	unsigned n_low = kernel_first - PORT_FIRST, n = n_low + UINT16_MAX - kernel_last;
	unsigned slice = n / n_workers, tries = 8 * wanted;
	uint8_t tried[(UINT16_MAX + 1) / 8] = { 0 };
	ports->count = 0;
	while (slice > 0 && ports->count < wanted && tries-- > 0) {
		unsigned i = worker * slice + arc4random_uniform(slice);
		if (tried[i / 8] & 1u << i % 8)
			continue;
		tried[i / 8] = (uint8_t)(tried[i / 8] | 1u << i % 8);
		uint16_t port =
		        (uint16_t)(i < n_low ? PORT_FIRST + i : kernel_last + 1 + i - n_low);
		if (port_is_free(port, ip6))
			ports->list[ports->count++] = port;
	}
}

/* How many sockets this worker may open. */
static unsigned fds_allowed(const struct resolver_config *config)
{
	return config->max_fds ? config->max_fds : FDS_DEFAULT;
}

/* Of them, those for TCP. */
static unsigned tcp_slots(const struct resolver_config *config)
{
	unsigned quarter = fds_allowed(config) / 4;
	return quarter < TCP_SLOTS ? quarter : TCP_SLOTS;
}

static void print_ports(struct textbuf *out, const struct resolver_config *config, bool ip6)
{
	unsigned n_workers = config->n_workers ? config->n_workers : 1, families = ip6 ? 2 : 1;
	unsigned fds = fds_allowed(config) - tcp_slots(config),
	         wanted = config->n_upstreams ? PORTS_FORWARD : PORTS_RECURSIVE;
	if (wanted * families > fds)
		wanted = fds / families;
	struct ports ports;
	ports_draw(&ports, wanted, ip6, config->worker % n_workers, n_workers);
	if (ports.count < wanted / 2 || ports.count == 0) {
		/* too many are taken: a random port for each datagram costs more, but works */
		textbuf_printf(out, "\toutgoing-range: %u\n",
		        fds < RANDOM_PORTS_RANGE ? fds : RANDOM_PORTS_RANGE);
		return;
	}
	textbuf_put_text(out, "\toutgoing-port-avoid: 0-65535\n");
	for (unsigned i = 0; i < ports.count; i++)
		textbuf_printf(out, "\toutgoing-port-permit: %u\n", ports.list[i]);
	textbuf_printf(out, "\toutgoing-range: %u\n", families * ports.count + 32);
}

/* ---- IPv6 ---- */

/* Whether there is a route to the Internet. Connecting a UDP socket sends nothing, it only looks
 * for a route. The address is that of k.root-servers.net. */
static bool ip6_is_routed(void)
{
	struct sockaddr_in6 root = {
		.sin6_family = AF_INET6,
		.sin6_port = htons(53),
		.sin6_addr.s6_addr = { 0x20, 0x01, 0x07, 0xfd, [15] = 1 },
	};
	int fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	bool routed = connect(fd, (const struct sockaddr *)&root, sizeof root) == 0;
	close(fd);
	return routed;
}

static bool ip6_is_used(const struct resolver_config *config)
{
	if (!config->n_upstreams)
		return ip6_is_routed();
	for (unsigned i = 0; i < config->n_upstreams; i++)
		if (config->upstreams[i].ip.family == IPFAMILY_6)
			return true;
	return false;
}

/* ---- text ---- */

/* For both modes. A scan must see what the DNS says: libunbound's built-in zones (RFC 6303, RFC
 * 6761) answer nothing, and no name is minimised. */
static const char common_text[] =
        "server:\n"
        "\tuse-syslog: no\n"
        "\tudp-connect: no\n"
        "\tqname-minimisation: no\n"
        "\trrset-roundrobin: no\n"
        "\tminimal-responses: yes\n"
        "\tcache-max-ttl: 2147483647\n"
        "\tmsg-cache-slabs: 1\n\trrset-cache-slabs: 1\n\tinfra-cache-slabs: 1\n\tkey-cache-slabs: "
        "1\n"
        "\tunblock-lan-zones: yes\n"
        "\tlocal-zone: \"localhost.\" nodefault\n"
        "\tlocal-zone: \"127.in-addr.arpa.\" nodefault\n"
        "\tlocal-zone: "
        "\"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.ip6.arpa.\" nodefault\n"
        "\tlocal-zone: \"home.arpa.\" nodefault\n"
        "\tlocal-zone: \"onion.\" nodefault\n"
        "\tlocal-zone: \"test.\" nodefault\n"
        "\tlocal-zone: \"invalid.\" nodefault\n"
        "\tlocal-zone: \"" UBCONFIG_READY_NAME "\" always_nxdomain\n";

/* infra-cache-min-rtt: libunbound's estimate of a round trip falls to this while most names are
 * answered at once; a slow name would then be given up after a few times as much. */
static void print_forward(struct textbuf *out, const struct resolver_config *config)
{
	unsigned timeout_ms =
	        config->timeout_ms < TIMEOUT_MAX_MS ? config->timeout_ms : TIMEOUT_MAX_MS;
	textbuf_printf(out, "\tinfra-cache-min-rtt: %u\n", timeout_ms ? timeout_ms : 1);
	textbuf_printf(out, "\toutbound-msg-retry: %u\n", config->retries + 1);
	textbuf_put_text(out, "\tinfra-host-ttl: 10\n");
	textbuf_put_text(out, "forward-zone:\n\tname: \".\"\n");
	for (unsigned i = 0; i < config->n_upstreams; i++) {
		textbuf_put_text(out, "\tforward-addr: ");
		ipaddr_print(out, &config->upstreams[i].ip);
		textbuf_printf(out, "@%u\n", config->upstreams[i].port);
	}
	/* answers are cached by us; but a validator asks for DS and DNSKEY records again and again,
	 * so it keeps libunbound's caches */
	textbuf_printf(out, "\tforward-no-cache: %s\n", config->dnssec ? "no" : "yes");
}

/* Recursion needs libunbound's cache of delegations; the answers themselves are cached by us. */
static const char recursive_text[] = "\tinfra-cache-min-rtt: 400\n"
                                     "\tinfra-cache-numhosts: 200000\n"
                                     "\trrset-cache-size: 32m\n"
                                     "\tmsg-cache-size: 4m\n";

/* Reverse zones that each site has for itself, most often unsigned. All others are validated like
 * any name. */
static const char private_zones_text[] = "\tdomain-insecure: \"10.in-addr.arpa.\"\n"
                                         "\tdomain-insecure: \"168.192.in-addr.arpa.\"\n"
                                         "\tdomain-insecure: \"254.169.in-addr.arpa.\"\n"
                                         "\tdomain-insecure: \"127.in-addr.arpa.\"\n"
                                         "\tdomain-insecure: \"d.f.ip6.arpa.\"\n"
                                         "\tdomain-insecure: \"8.e.f.ip6.arpa.\"\n"
                                         "\tdomain-insecure: \"9.e.f.ip6.arpa.\"\n"
                                         "\tdomain-insecure: \"a.e.f.ip6.arpa.\"\n"
                                         "\tdomain-insecure: \"b.e.f.ip6.arpa.\"\n";

static void print_private_zones(struct textbuf *out)
{
	textbuf_put_text(out, private_zones_text);
	for (unsigned i = 16; i < 32; i++)
		textbuf_printf(out, "\tdomain-insecure: \"%u.172.in-addr.arpa.\"\n", i);
	for (unsigned i = 64; i < 128; i++)
		textbuf_printf(out, "\tdomain-insecure: \"%u.100.in-addr.arpa.\"\n", i);
}

/* Over the open Internet a stranger's NS record may name any address. What is no server of the
 * Internet (RFC 6890) is never asked because of one: it may be a neighbour of this machine. Users
 * with servers of their own say so, with a configuration or upstreams. */
static const char *const no_servers[] = { "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8",
	"169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.168.0.0/16",
	"198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3", "::/128", "::1/128",
	"::ffff:0:0/96", "100::/64", "2001:db8::/32", "fc00::/7", "fe80::/10", "ff00::/8" };

/* Every question to a zone's servers counts, in each second of the wall clock by itself. What is
 * more fails at once, all of it: recursive.c asks it again. */
static void print_zone_rate(struct textbuf *out, const struct resolver_config *config)
{
	if (!config->n_upstreams && config->queries_per_s_per_zone)
		textbuf_printf(out,
		        "\tratelimit: %u\n\tratelimit-factor: 0\n\tratelimit-slabs: 1\n",
		        config->queries_per_s_per_zone);
}

static void print_servers(struct textbuf *out, const struct resolver_config *config)
{
	bool is_open = !config->n_upstreams && !config->unbound_config;
	textbuf_printf(out, "\tdo-not-query-localhost: %s\n", is_open ? "yes" : "no");
	for (size_t i = 0; is_open && i < sizeof no_servers / sizeof no_servers[0]; i++)
		textbuf_printf(out, "\tdo-not-query-address: %s\n", no_servers[i]);
}

/* ---- what is never asked ---- */

/* A zone whose only server is one that must not be asked: libunbound fails for every name in it,
 * also where a CNAME or a server's name leads, and does not go to the servers above it. */
static void print_closed_zone(struct textbuf *out, const struct dname *name)
{
	char text[DNAME_TEXT_BYTES];
	textbuf_printf(out, "forward-zone:\n\tname: \"%s.\"\n\tforward-addr: 0.0.0.0\n",
	        dname_text(name, text));
}

/* Nor is a server in one of the networks asked, whatever it serves. */
static void print_closed_networks(struct textbuf *out, const struct exclusions *x)
{
	char text[NET_TEXT_BYTES];
	textbuf_put_text(out, "\tdo-not-query-address: 0.0.0.0\n");
	for (size_t i = 0; i < x->networks.n_nets; i++)
		textbuf_printf(
		        out, "\tdo-not-query-address: %s\n", net_text(&x->networks.nets[i], text));
}

static void print_closed_zones(struct textbuf *out, const struct exclusions *x)
{
	struct dname name;
	for (size_t at = 0; nameset_next(&x->names, &at, &name);)
		print_closed_zone(out, &name);
	for (size_t i = 0; i < x->networks.n_nets; i++)
		for (unsigned part = 0; net_reverse(&name, &x->networks.nets[i], part); part++)
			print_closed_zone(out, &name);
}

void ubconfig_print(struct textbuf *out, const struct resolver_config *config)
{
	bool ip6 = ip6_is_used(config);
	unsigned states = config->max_in_flight < 1u << 20 ? 8 * config->max_in_flight : 1u << 23;
	textbuf_put_text(out, common_text);
	print_servers(out, config);
	print_zone_rate(out, config);
	if (config->exclusions)
		print_closed_networks(out, config->exclusions);
	textbuf_printf(out, "\tmodule-config: \"%s\"\n",
	        config->dnssec ? "validator iterator" : "iterator");
	if (config->dnssec)
		print_private_zones(out);
	textbuf_printf(out, "\tdo-ip6: %s\n", ip6 ? "yes" : "no");
	textbuf_printf(out, "\tnum-queries-per-thread: %u\n", states > 4096 ? states : 4096);
	textbuf_printf(out, "\toutgoing-num-tcp: %u\n", tcp_slots(config));
	print_ports(out, config, ip6);
	if (config->n_upstreams)
		print_forward(out, config);
	else
		textbuf_put_text(out, recursive_text);
	if (config->exclusions)
		print_closed_zones(out, config->exclusions);
}
