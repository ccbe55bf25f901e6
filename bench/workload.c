/* workload.c - domains that send through a provider, through hosts of their own, or both; each
 * row's client belongs to its domain or to its provider. Four kinds of records in turn, so that the
 * middle of many rows is the middle of all kinds. */
#include "bench/workload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROVIDERS = 20, POOL = 200 };

static void put_address(struct textbuf *out, unsigned base, unsigned i)
{
	textbuf_printf(out, "10.%u.%u.%u", base + (i >> 16), i >> 8 & 255, i & 255);
}

static void put_host(struct textbuf *zone, unsigned base, unsigned i, const char *host)
{
	textbuf_printf(zone, "%s A ", host);
	put_address(zone, base, i);
	textbuf_printf(zone, "\n%u.%u.%u.10.in-addr.arpa PTR %s\n", i & 255, i >> 8 & 255,
	        base + (i >> 16), host);
}

static void put_provider(struct textbuf *zone, unsigned k)
{
	char host[64];
	textbuf_printf(zone,
	        "_spf.provider%u.bench TXT \"v=spf1 include:_a._spf.provider%u.bench "
	        "ip4:10.%u.0.0/20 ~all\"\n",
	        k, k, k);
	textbuf_printf(zone,
	        "_a._spf.provider%u.bench TXT \"v=spf1 ip4:192.0.2.%u ip6:2001:db8:%x::/48 "
	        "~all\"\n",
	        k, k, k);
	for (unsigned n = 1; n <= 2; n++)
		textbuf_printf(zone, "mx%u.provider%u.bench A 10.%u.240.%u\n", n, k, k, n);
	for (unsigned i = 0; i < POOL; i++) {
		snprintf(host, sizeof host, "out%u.provider%u.bench", i, k);
		put_host(zone, k, i, host);
	}
}

static void put_record(struct textbuf *zone, unsigned n, const char *name)
{
	unsigned k = n / 4 % PROVIDERS;
	textbuf_printf(zone, "%s TXT \"v=spf1 ", name);
	switch (n % 4) {
	case 0:
		textbuf_printf(zone, "include:_spf.provider%u.bench ~all\"\n", k);
		break;
	case 1:
		textbuf_put_text(zone, "a mx -all\"\n");
		break;
	case 2:
		textbuf_printf(zone,
		        "ip4:198.51.100.0/24 ip4:203.0.113.%u ip4:192.0.2.0/27 "
		        "include:_spf.provider%u.bench ",
		        n & 255, k);
		textbuf_printf(zone, "a:mail.%s -all\"\n", name);
		break;
	default:
		textbuf_printf(zone, "redirect=_spf.provider%u.bench\"\n", k);
	}
	if (n % 2)
		textbuf_printf(zone, "%s TXT \"site-verification=%08x%08x%08x\"\n", name,
		        n * 2654435761u, n, ~n);
}

static void put_domain(struct textbuf *zone, struct textbuf *rows, unsigned n)
{
	static const char *const tops[] = { "com", "org", "net", "de", "co", "info", "fr", "nl" };
	char name[64], host[80];
	unsigned k = n / 4 % PROVIDERS;
	snprintf(name, sizeof name, "domain-%u.%s.bench", n, tops[n % 8]);
	snprintf(host, sizeof host, "mail.%s", name);
	put_record(zone, n, name);
	textbuf_printf(zone, "%s A 10.200.%u.%u\n", name, n >> 8 & 255, n & 255);
	if (n % 4 == 0)
		textbuf_printf(zone, "%s AAAA 2001:db8::%x\n", name, n + 1);
	put_host(zone, 64, n, host);
	if (n % 4 == 1)
		textbuf_printf(zone, "%s MX 10 %s\n", name, host);
	else
		textbuf_printf(zone,
		        "%s MX 10 mx1.provider%u.bench\n%s MX 20 mx2.provider%u.bench\n", name, k,
		        name, k);
	textbuf_printf(rows, "%s,", name);
	if (n % 4 == 1 || n % 8 == 2)
		put_address(rows, 64, n);
	else
		put_address(rows, k, n % POOL);
	textbuf_put_char(rows, '\n');
}

static bool find_rows(struct workload *p, unsigned n_rows)
{
	p->records = calloc(n_rows, sizeof *p->records);
	const char *at = textbuf_text(&p->text), *end;
	if (!p->records)
		return false;
	for (at = strchr(at, '\n') + 1; (end = strchr(at, '\n')) != NULL; at = end + 1)
		p->records[p->n_rows++] = (struct csv_record){
			.text = at, .size = (size_t)(end - at), .plain = true
		};
	return p->n_rows == n_rows;
}

bool workload_init(struct workload *p, unsigned n_domains)
{
	struct textbuf zone = { 0 };
	char why[128];
	*p = (struct workload){ 0 };
	textbuf_put_text(&p->text, "domain,ip\n");
	for (unsigned k = 0; k < PROVIDERS; k++)
		put_provider(&zone, k);
	for (unsigned n = 0; n < n_domains; n++)
		put_domain(&zone, &p->text, n);
	bool good = !zone.failed && !p->text.failed;
	good = good && !script_parse(&p->script, zone.bytes, zone.size, why, sizeof why) &&
	        find_rows(p, n_domains);
	textbuf_fini(&zone);
	return good;
}

void workload_fini(struct workload *p)
{
	script_free(p->script);
	textbuf_fini(&p->text);
	free(p->records);
}
