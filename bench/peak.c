/* peak.c - the most questions in one second that came to each server address:
 *
 *     peak FILE
 *
 * Looks at the loopback interface (a packet socket: root, or a network namespace of one's own) and
 * counts what is sent to port 53: UDP datagrams, and TCP segments that carry something. A second is
 * any ten slots of a tenth of a second in a row. FILE is written anew every second and at SIGTERM,
 * as JSON:
 *
 *     {"peaks": {"127.0.3.1": {"second": 200, "all": 12345}, ...}, "total": {"second": ..., "all":
 * ...}}
 *
 * A line "peak is ready" on standard output says that it looks. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	DNS_PORT = 53,
	SLOTS = 10,
	SLOT_MS = 1000 / SLOTS,
	ADDRESSES_MAX = 4096,
	WRITE_MS = 1000,
	BUFFER_BYTES = 64 << 20,
	PACKET_BYTES = 128
};

/* The last ten slots, and the most that ten in a row held. */
struct count {
	uint32_t address; /* network order; 0: free */
	uint64_t slot;    /* the newest */
	uint32_t in_slot[SLOTS];
	uint64_t in_second, peak, all;
};

static struct count counts[ADDRESSES_MAX], total;
static volatile sig_atomic_t stopping;

static void on_stop(int number)
{
	(void)number;
	stopping = 1;
}

static uint64_t now_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void add(struct count *c, uint64_t slot)
{
	for (unsigned i = 0; c->slot < slot && i < SLOTS; i++) {
		c->slot++;
		c->in_second -= c->in_slot[c->slot % SLOTS];
		c->in_slot[c->slot % SLOTS] = 0;
	}
	if (c->slot < slot) { /* nothing for over a second: all slots are empty */
		c->in_slot[slot % SLOTS] = 0;
		c->slot = slot;
	}
	c->in_slot[slot % SLOTS]++;
	c->in_second++;
	c->all++;
	c->peak = c->in_second > c->peak ? c->in_second : c->peak;
}

/* NULL: there are too many. */
static struct count *count_of(uint32_t address)
{
	for (uint32_t i = 0, at = ntohl(address) * 2654435761u; i < ADDRESSES_MAX; i++) {
		struct count *c = &counts[(at + i) % ADDRESSES_MAX];
		if (c->address == address || !c->address) {
			c->address = address;
			return c;
		}
	}
	return NULL;
}

/* A question: UDP to port 53, or TCP to port 53 with something in it. */
static bool is_question(const uint8_t *packet, size_t size, const struct iphdr *ip)
{
	size_t head = (size_t)ip->ihl * 4;
	if (ip->protocol == IPPROTO_UDP && size >= head + sizeof(struct udphdr)) {
		struct udphdr udp;
		memcpy(&udp, packet + head, sizeof udp);
		return udp.dest == htons(DNS_PORT);
	}
	if (ip->protocol == IPPROTO_TCP && size >= head + sizeof(struct tcphdr)) {
		struct tcphdr tcp;
		memcpy(&tcp, packet + head, sizeof tcp);
		return tcp.dest == htons(DNS_PORT) &&
		        ntohs(ip->tot_len) > head + (size_t)tcp.doff * 4;
	}
	return false;
}

static void look_at(const uint8_t *packet, size_t size, uint64_t slot)
{
	struct iphdr ip;
	if (size < sizeof ip)
		return;
	memcpy(&ip, packet, sizeof ip);
	struct count *c =
	        ip.version == 4 && is_question(packet, size, &ip) ? count_of(ip.daddr) : NULL;
	if (!c)
		return;
	add(c, slot);
	add(&total, slot);
}

/* Each packet is seen twice on the loopback, on its way out and on its way in. */
static void receive_all(int fd)
{
	uint8_t packet[PACKET_BYTES];
	struct sockaddr_ll from;
	socklen_t from_size = sizeof from;
	for (ssize_t size; (size = recvfrom(fd, packet, sizeof packet, MSG_DONTWAIT,
	                            (struct sockaddr *)&from, &from_size)) >= 0;)
		if (from.sll_pkttype != PACKET_OUTGOING)
			look_at(packet, (size_t)size, now_ms() / SLOT_MS);
}

static void put_count(FILE *out, const struct count *c)
{
	fprintf(out, "{\"second\": %llu, \"all\": %llu}", (unsigned long long)c->peak,
	        (unsigned long long)c->all);
}

/* Beside the file first, so that a reader never sees half of it. */
static bool write_counts(const char *path)
{
	char beside[4096], text[INET_ADDRSTRLEN];
	const char *between = "";
	snprintf(beside, sizeof beside, "%s.new", path);
	FILE *out = fopen(beside, "we");
	if (!out)
		return false;
	fputs("{\"peaks\": {", out);
	for (unsigned i = 0; i < ADDRESSES_MAX; i++) {
		if (!counts[i].address)
			continue;
		fprintf(out, "%s\"%s\": ", between,
		        inet_ntop(AF_INET, &counts[i].address, text, sizeof text));
		put_count(out, &counts[i]);
		between = ", ";
	}
	fputs("}, \"total\": ", out);
	put_count(out, &total);
	fputs("}\n", out);
	return !fclose(out) && !rename(beside, path);
}

static int open_socket(void)
{
	struct sockaddr_ll loopback = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex("lo") };
	int fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_IP)), size = BUFFER_BYTES;
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size);
	return bind(fd, (const struct sockaddr *)&loopback, sizeof loopback) ? -1 : fd;
}

int main(int argc, char **argv)
{
	if (argc != 2) {
		fprintf(stderr, "usage: peak FILE\n");
		return 2;
	}
	int fd = open_socket();
	if (fd < 0 || !write_counts(argv[1])) {
		fprintf(stderr, "peak: %s\n", strerror(errno));
		return 1;
	}
	signal(SIGTERM, on_stop);
	signal(SIGINT, on_stop);
	puts("peak is ready");
	fflush(stdout);
	for (uint64_t written_ms = now_ms(); !stopping;) {
		poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, SLOT_MS);
		receive_all(fd);
		if (now_ms() - written_ms >= WRITE_MS) {
			write_counts(argv[1]);
			written_ms = now_ms();
		}
	}
	receive_all(fd);
	return write_counts(argv[1]) ? 0 : 1;
}
