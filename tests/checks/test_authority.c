/* test_authority.c [WORLDS [ADDRESSES]] - a policy evaluated for all addresses at once, against
 * check_host() for one address after the other, over random worlds: records, includes, redirects,
 * loops, limits, failures, and the borders of every network. */
#include "checks/authority.h"

#include "resolver/scripted/script.h"
#include "tests/spf/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static unsigned n_worlds = 400, n_addresses = 150;

/* A zone in the making, and the borders of the networks in it. */
struct maker {
	uint64_t seed;
	struct textbuf zone;
	struct ipaddr borders[4096];
	unsigned n_borders;
};

static unsigned draw(struct maker *m, unsigned below)
{
	m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(m->seed >> 33) % below;
}

static void note_borders(struct maker *m, const struct ipaddr *ip, unsigned bits)
{
	struct addrset_range r = addrset_range_of(ip, bits);
	const unsigned width = ipaddr_width(ip);
	const addrset_number near[] = { r.first - 1, r.first, r.last, r.last + 1 };
	for (unsigned i = 0; i < 4 && m->n_borders < 4096; i++)
		m->borders[m->n_borders++] = addrset_net(near[i], width, width).ip;
}

/* In a small part of the address space, so that networks overlap. */
static struct ipaddr draw_address(struct maker *m, bool is_6)
{
	struct ipaddr ip = { .family = is_6 ? IPFAMILY_6 : IPFAMILY_4 };
	static const uint8_t head_6[] = { 0x20, 0x01, 0x0d, 0xb8 };
	memcpy(ip.bytes, head_6, is_6 ? sizeof head_6 : 0);
	ip.bytes[is_6 ? 14 : 0] = is_6 ? 0 : 10;
	ip.bytes[is_6 ? 7 : 2] = (uint8_t)draw(m, 4);
	ip.bytes[is_6 ? 15 : 3] = (uint8_t)draw(m, 256);
	return ip;
}

static unsigned draw_bits(struct maker *m, bool is_6)
{
	static const unsigned bits_4[] = { 32, 32, 31, 30, 28, 26, 24, 24, 22, 16, 8, 0 };
	static const unsigned bits_6[] = { 128, 128, 127, 126, 120, 112, 64, 63, 48, 32, 1, 0 };
	return (is_6 ? bits_6 : bits_4)[draw(m, 12)];
}

static void put_address(struct maker *m, struct textbuf *out, unsigned bits_or_0)
{
	bool is_6 = draw(m, 3) == 0;
	unsigned bits = bits_or_0 ? ipaddr_width(&(struct ipaddr){ .family = is_6 ? 6 : 4 })
	                          : draw_bits(m, is_6);
	struct ipaddr ip = draw_address(m, is_6);
	if (!bits_or_0)
		textbuf_printf(out, "ip%c:", is_6 ? '6' : '4');
	ipaddr_print(out, &ip);
	if (!bits_or_0)
		textbuf_printf(out, "/%u", bits);
	note_borders(m, &ip, bits);
}

static void put_cidr(struct maker *m)
{
	if (draw(m, 3) == 0)
		textbuf_printf(&m->zone, "/%u", draw_bits(m, false));
	if (draw(m, 3) == 0)
		textbuf_printf(&m->zone, "//%u", draw_bits(m, true));
}

/* Names: r0..r9 have records or not, h0..h7 addresses or not, m0..m4 mail hosts. */
static void put_term(struct maker *m)
{
	static const char *const qualifiers[] = { "", "", "", "", "+", "-", "~", "?" };
	textbuf_put_char(&m->zone, ' ');
	textbuf_put_text(&m->zone, qualifiers[draw(m, 8)]);
	switch (draw(m, 12)) {
	case 0:
	case 1:
	case 2:
	case 3:
		textbuf_printf(&m->zone, "include:r%u.%s", draw(m, 11), "example.com");
		break;
	case 4:
		textbuf_printf(&m->zone, "a:h%u.%s", draw(m, 9), "example.com");
		put_cidr(m);
		break;
	case 5:
		textbuf_printf(&m->zone, "mx:m%u.%s", draw(m, 6), "example.com");
		put_cidr(m);
		break;
	case 6:
		textbuf_printf(&m->zone, "exists:h%u.%s", draw(m, 40), "%{d}");
		break;
	case 7:
		textbuf_put_text(&m->zone, draw(m, 2) ? "a" : "mx");
		break;
	case 8:
		textbuf_put_text(&m->zone, draw(m, 3) ? "a:h1.%{d2}" : "include:..bad.example");
		break;
	default:
		put_address(m, &m->zone, 0);
	}
}

static void put_record(struct maker *m)
{
	static const char *const ends[] = { "", " -all", " ~all", " ?all", " +all", " all" };
	textbuf_put_text(&m->zone, "\"v=spf1");
	for (unsigned i = draw(m, 7); i > 0; i--)
		put_term(m);
	if (draw(m, 25) == 0)
		textbuf_put_text(&m->zone, " ip4:nonsense");
	if (draw(m, 5) == 0)
		textbuf_printf(&m->zone, " redirect=r%u.example.com", draw(m, 11));
	textbuf_printf(&m->zone, "%s\"\n", ends[draw(m, 6)]);
}

static void put_host(struct maker *m, const char *name)
{
	for (unsigned i = draw(m, 4); i > 0; i--) {
		struct textbuf ip = { 0 };
		put_address(m, &ip, 1);
		textbuf_printf(&m->zone, "%s %s %s\n", name,
		        strchr(textbuf_text(&ip), ':') ? "AAAA" : "A", textbuf_text(&ip));
		textbuf_fini(&ip);
	}
}

static void make_zone(struct maker *m)
{
	char name[32];
	textbuf_reset(&m->zone);
	m->n_borders = 0;
	textbuf_put_text(&m->zone, "example.com TXT ");
	put_record(m);
	put_host(m, "example.com");
	textbuf_put_text(&m->zone, "example.com MX 10 h0.example.com\n");
	for (unsigned i = 0; i < 10; i++) {
		unsigned kind = draw(m, 14);
		if (kind == 0)
			textbuf_printf(&m->zone, "r%u.example.com TXT !SERVFAIL\n", i);
		for (unsigned n = kind == 1 ? 2 : kind > 2; n > 0; n--) {
			textbuf_printf(&m->zone, "r%u.example.com TXT ", i);
			put_record(m);
		}
	}
	for (unsigned i = 0; i < 8; i++) {
		snprintf(name, sizeof name, "h%u.example.com", i);
		if (draw(m, 20) == 0)
			textbuf_printf(&m->zone, "%s A !TIMEOUT\n", name);
		else
			put_host(m, name);
	}
	for (unsigned i = 0; i < 5; i++)
		for (unsigned n = draw(m, 12) ? draw(m, 4) : 11; n > 0; n--)
			textbuf_printf(&m->zone, "m%u.example.com MX %u h%u.example.com\n", i, n,
			        n > 8 ? n : draw(m, 9));
}

static struct dname domain(void)
{
	struct dname name;
	assert_int_equal(dname_parse(&name, "example.com", strlen("example.com")), ERROR_NONE);
	return name;
}

static enum spf_verdict check(struct world *world, const struct ipaddr *ip)
{
	static struct spf_check c;
	struct spf_request request = { .ip = *ip, .domain = domain() };
	spf_check_begin(&c, &request, &spf_limits_of_rfc, &world->asker);
	world_run(world, &c.probe);
	enum spf_verdict verdict = c.result.verdict;
	spf_check_fini(&c);
	return verdict;
}

static const struct authority_piece *piece_of(
        const struct authority_family *f, const struct ipaddr *ip)
{
	struct addrset_range r = addrset_range_of(ip, ipaddr_width(ip));
	for (size_t i = 0; i < f->n; i++)
		if (f->at[i].range.first <= r.first && r.first <= f->at[i].range.last)
			return &f->at[i];
	fail_msg("a gap");
	return NULL;
}

static void assert_same(
        const struct maker *m, const struct authority *a, struct world *w, const struct ipaddr *ip)
{
	const struct authority_piece *piece =
	        piece_of(ip->family == IPFAMILY_6 ? &a->v6 : &a->v4, ip);
	enum spf_verdict wanted = check(w, ip);
	char text[IPADDR_TEXT_BYTES];
	struct textbuf path = { 0 };
	if (piece->verdict == wanted)
		return;
	authority_put_path(&path, a, piece->path);
	fail_msg("%s is %s by '%s', check_host() says %s, in\n%.*s", ipaddr_text(ip, text),
	        authority_verdict_text(piece->verdict), textbuf_text(&path),
	        spf_verdict_text(wanted), (int)m->zone.size, m->zone.bytes);
}

/* No gap, no overlap, from the first address to the last. */
static void assert_is_partition(const struct authority_family *f)
{
	assert_true(f->n > 0 && f->at[0].range.first == 0);
	for (size_t i = 1; i < f->n; i++)
		assert_true(f->at[i].range.first == f->at[i - 1].range.last + 1);
	assert_true(
	        addrset_range_of(&(struct ipaddr){ .family = f->width == 32 ? 4 : 6 }, 0).last ==
	        f->at[f->n - 1].range.last);
}

static void run_policy(struct policy *p, struct world *w)
{
	struct dname name = domain();
	policy_begin(p, &name, &spf_limits_of_rfc, &w->asker);
	world_run(w, &p->probe);
	assert_true(p->done && !p->failed && !p->bounds);
}

static unsigned compare_world(struct maker *m, unsigned *verdicts)
{
	struct script *script;
	char why[200];
	static struct policy p;
	static struct authority a;
	make_zone(m);
	if (script_parse(&script, m->zone.bytes, m->zone.size, why, sizeof why))
		fail_msg("%s in\n%.*s", why, (int)m->zone.size, m->zone.bytes);
	struct world w = { .script = script, .order = WORLD_AT_HAND };
	world_begin(&w);
	run_policy(&p, &w);
	authority_make(&a, &p, &spf_limits_of_rfc);
	assert_false(a.failed);
	assert_is_partition(&a.v4);
	assert_is_partition(&a.v6);
	for (size_t i = 0; i < a.v4.n; i++)
		*verdicts |= 1u << a.v4.at[i].verdict;
	unsigned n = 0;
	for (; n < m->n_borders; n++)
		assert_same(m, &a, &w, &m->borders[n]);
	for (; n < n_addresses; n++) {
		struct ipaddr ip = draw_address(m, draw(m, 2));
		assert_same(m, &a, &w, &ip);
		textbuf_reset(&w.asked);
	}
	policy_fini(&p);
	authority_fini(&a);
	world_fini(&w);
	script_free(script);
	return n;
}

static void every_address_gets_what_check_host_says(void **state)
{
	(void)state;
	static struct maker m;
	unsigned verdicts = 0, n = 0;
	for (unsigned i = 0; i < n_worlds; i++) {
		m.seed = i * 7919u + 1;
		n += compare_world(&m, &verdicts);
	}
	textbuf_fini(&m.zone);
	printf("%u worlds, %u addresses\n", n_worlds, n);
	/* the worlds show every result but `none` */
	for (unsigned v = SPF_NEUTRAL; n_worlds >= 400 && v < SPF_VERDICT_COUNT; v++)
		assert_true(verdicts & 1u << v);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		n_worlds = (unsigned)strtoul(argv[1], NULL, 10);
	if (argc > 2)
		n_addresses = (unsigned)strtoul(argv[2], NULL, 10);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_address_gets_what_check_host_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
