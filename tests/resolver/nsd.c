/* nsd.c - see nsd.h. The server dies with the test program, also with one that crashed. */
#include "tests/resolver/nsd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/clock.h"
#include "dns/wire.h"

#include <arpa/inet.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define PATIENCE_NS (20 * CLOCK_NS_PER_S)

static const char example_zone[] = "$TTL 3600\n"
                                   "@ SOA ns hostmaster 1 3600 900 604800 120\n"
                                   "@ NS ns\n"
                                   "ns A 127.0.0.1\n"
                                   "@ A 192.0.2.2\n"
                                   "@ A 192.0.2.1\n"
                                   "@ 300 AAAA 2001:db8::1\n"
                                   "@ MX 20 mx2\n"
                                   "@ MX 10 MX1.Example.COM.\n"
                                   "@ TXT \"v=spf1 a \" \"mx\" \" -all\"\n"
                                   "@ TXT \"other\"\n"
                                   "alias CNAME hop\n"
                                   "hop 60 CNAME example.com.\n"
                                   "dangling CNAME nowhere\n"
                                   "none.sub A 192.0.2.3\n"
                                   "a\\032b A 192.0.2.4\n"
                                   "foo:bar/baz TXT \"odd\"\n"
                                   "dot\\.in.label A 192.0.2.5\n"
                                   "back\\\\slash A 192.0.2.6\n"
                                   "nul\\000\\255 A 192.0.2.7\n";

static const char head_of_zone[] =
        "$TTL 3600\n"
        "@ SOA ns.example.com. hostmaster.example.com. 1 3600 900 604800 120\n"
        "@ NS ns.example.com.\n";

/* A zone with one wildcard for each type of question that the built-in zones of libunbound would
 * have answered. */
static const char wild_zone[] =
        "$TTL 3600\n"
        "@ SOA ns.example.com. hostmaster.example.com. 1 3600 900 604800 120\n"
        "@ NS ns.example.com.\n"
        "@ A 192.0.2.77\n"
        "* A 192.0.2.77\n"
        "* PTR asked.example.com.\n";

static const char *const wild_zones[] = {
	"test",
	"invalid",
	"localhost",
	"onion",
	"home.arpa",
	"168.192.in-addr.arpa",
	"10.in-addr.arpa",
	"127.in-addr.arpa",
};

static struct sockaddr_in loopback_at(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
}

static int bound_socket(int type, uint16_t *port)
{
	struct sockaddr_in address = loopback_at(*port);
	socklen_t size = sizeof address;
	int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
	assert_true(fd >= 0);
	if (bind(fd, (const struct sockaddr *)&address, sizeof address)) {
		close(fd);
		return -1;
	}
	getsockname(fd, (struct sockaddr *)&address, &size);
	*port = ntohs(address.sin_port);
	return fd;
}

/* A port that is free for both UDP and TCP. */
static uint16_t free_port(void)
{
	for (;;) {
		uint16_t port = 0;
		int udp = bound_socket(SOCK_DGRAM, &port), tcp = bound_socket(SOCK_STREAM, &port);
		close(udp);
		if (tcp >= 0) {
			close(tcp);
			return port;
		}
	}
}

void nsd_write_file(const struct nsd *s, const char *name, const char *text)
{
	char path[128];
	snprintf(path, sizeof path, "%s/%s", s->folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static void write_zones(const struct nsd *s)
{
	struct textbuf text;
	textbuf_init(&text, 0);
	textbuf_put_text(&text, example_zone);
	textbuf_put_text(&text, "large TXT");
	for (int i = 0; i < 40; i++)
		textbuf_printf(&text, " \"%02d%0198d\"", i, i);
	textbuf_put_text(&text, "\n");
	nsd_write_file(s, "example.zone", textbuf_text(&text));
	nsd_write_file(s, "wild.zone", wild_zone);
	textbuf_reset(&text);
	textbuf_put_text(&text, head_of_zone);
	for (int i = 0; i < NSD_N_MANY; i++)
		textbuf_printf(&text, "h%d A 10.%d.%d.%d\n", i, i >> 16, i >> 8 & 255, i & 255);
	nsd_write_file(s, "many.zone", textbuf_text(&text));
	textbuf_fini(&text);
}

static void write_configuration(const struct nsd *s)
{
	struct textbuf text;
	textbuf_init(&text, 0);
	textbuf_printf(&text, "server:\n\tip-address: 127.0.0.1@%u\n", s->port);
	textbuf_put_text(&text, "\tusername: \"\"\n\tserver-count: 1\n\trrl-ratelimit: 0\n");
	textbuf_put_text(&text, "\tdatabase: \"\"\n\tpidfile: \"\"\n\txfrdfile: \"\"\n");
	textbuf_printf(&text, "\tzonesdir: \"%s\"\n\txfrdir: \"%s\"\n", s->folder, s->folder);
	textbuf_printf(&text, "\tzonelistfile: \"%s/zone.list\"\n\tlogfile: \"%s/nsd.log\"\n",
	        s->folder, s->folder);
	textbuf_put_text(&text, "remote-control:\n\tcontrol-enable: no\n");
	textbuf_put_text(&text, "zone:\n\tname: \"example.com\"\n\tzonefile: \"example.zone\"\n");
	textbuf_put_text(&text, "zone:\n\tname: \"many.example\"\n\tzonefile: \"many.zone\"\n");
	for (size_t i = 0; i < sizeof wild_zones / sizeof wild_zones[0]; i++)
		textbuf_printf(
		        &text, "zone:\n\tname: \"%s\"\n\tzonefile: \"wild.zone\"\n", wild_zones[i]);
	nsd_write_file(s, "nsd.conf", textbuf_text(&text));
	textbuf_fini(&text);
}

static bool answers_within(const struct nsd *s, int timeout_ms)
{
	const struct sockaddr_in address = loopback_at(s->port);
	uint8_t packet[WIRE_QUERY_MAX_BYTES];
	struct dname name;
	dname_parse(&name, "h19999.many.example", 19);
	const size_t size = wire_encode_query(packet, 1, &name, RRTYPE_A, 0, false);
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	bool answers = connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
	answers = answers && send(fd, packet, size, 0) == (ssize_t)size &&
	        poll(&p, 1, timeout_ms) == 1;
	answers = answers && recv(fd, packet, sizeof packet, 0) >= 12 && (packet[3] & 15) == 0;
	close(fd);
	return answers;
}

int nsd_start(void **state)
{
	static struct nsd server;
	struct nsd *s = &server;
	*state = s;
	snprintf(s->folder, sizeof s->folder, "/tmp/spfsweep-test-XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	s->silent_fd = bound_socket(SOCK_DGRAM, &s->silent_port);
	s->port = free_port();
	write_zones(s);
	write_configuration(s);
	char conf[128];
	snprintf(conf, sizeof conf, "%s/nsd.conf", s->folder);
	s->pid = fork();
	if (s->pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGTERM);
		execl(NSD_PROGRAM, "nsd", "-d", "-c", conf, (char *)NULL);
		_exit(127);
	}
	const uint64_t until_ns = clock_now_ns() + PATIENCE_NS;
	while (!answers_within(s, 100))
		if (clock_now_ns() > until_ns || waitpid(s->pid, NULL, WNOHANG) != 0)
			return -1;
	return 0;
}

int nsd_stop(void **state)
{
	struct nsd *s = *state;
	char command[128];
	kill(s->pid, SIGTERM);
	waitpid(s->pid, NULL, 0);
	close(s->silent_fd);
	snprintf(command, sizeof command, "rm -r %s", s->folder);
	return system(command);
}
