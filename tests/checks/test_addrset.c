/* test_addrset.c - sets of ranges against a table of all addresses of a small world, and the
 * borders of both families. */
#include "checks/addrset.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { WORLD = 200 };

static unsigned draw(uint64_t *state, unsigned below)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*state >> 33) % below;
}

static struct addrset_range draw_range(uint64_t *state)
{
	unsigned a = draw(state, WORLD), b = draw(state, 8) ? a + draw(state, 12) : WORLD - 1;
	return (struct addrset_range){ a, b < WORLD ? b : WORLD - 1 };
}

static void assert_is(const struct addrset *s, const bool *wanted)
{
	bool got[WORLD] = { false };
	for (size_t i = 0; i < s->n; i++)
		for (addrset_number a = s->at[i].first; a <= s->at[i].last; a++) {
			assert_false(got[a]);
			got[a] = true;
		}
	assert_memory_equal(got, wanted, sizeof got);
}

static void cutting_and_uniting_keeps_every_address(void **state)
{
	(void)state;
	uint64_t seed = 19;
	for (unsigned round = 0; round < 2000; round++) {
		struct addrset s = { 0 }, out = { 0 };
		bool in_s[WORLD], in_out[WORLD] = { false };
		memset(in_s, true, sizeof in_s);
		addrset_append(&s, (struct addrset_range){ 0, WORLD - 1 });
		for (unsigned cut = draw(&seed, 30); cut > 0; cut--) {
			struct addrset_range r = draw_range(&seed);
			addrset_cut(&s, r, &out);
			for (addrset_number a = r.first; a <= r.last; a++) {
				in_out[a] |= in_s[a];
				in_s[a] = false;
			}
			assert_is(&s, in_s);
			assert_is(&out, in_out);
		}
		assert_int_equal((int)(addrset_count(&s) + addrset_count(&out)), WORLD);
		addrset_sort(&out);
		assert_is(&out, in_out);
		for (size_t i = 1; i < out.n; i++)
			assert_true(out.at[i].first > out.at[i - 1].last + 1);
		addrset_unite(&s, &out);
		memset(in_s, true, sizeof in_s);
		assert_is(&s, in_s);
		assert_int_equal(out.n, 0);
		addrset_fini(&s);
		addrset_fini(&out);
	}
}

static void networks_of_a_range_fill_it(void **state)
{
	(void)state;
	uint64_t seed = 8;
	for (unsigned round = 0; round < 3000; round++) {
		struct addrset_range r = draw_range(&seed);
		addrset_number next = r.first, last;
		while (next <= r.last) {
			unsigned bits = addrset_next_network(
			        (struct addrset_range){ next, r.last }, 32, &last);
			addrset_number size = (addrset_number)1 << (32 - bits);
			assert_true(next % size == 0 && last == next + size - 1);
			assert_true(last <= r.last);
			/* a network twice as large does not fit */
			assert_true(next % (2 * size) != 0 || next + 2 * size - 1 > r.last);
			next = last + 1;
		}
	}
}

static struct addrset_range range_of(const char *text)
{
	struct net net;
	assert_int_equal(net_parse(&net, text, strlen(text)), ERROR_NONE);
	return addrset_range_of(&net.ip, net.prefix_bits);
}

static void assert_count(const char *const *nets, const char *n)
{
	struct addrset s = { 0 };
	struct textbuf text = { 0 };
	for (; *nets; nets++)
		addrset_append(&s, range_of(*nets));
	addrset_sort(&s);
	addrset_put_number(&text, addrset_count(&s));
	assert_string_equal(textbuf_text(&text), n);
	textbuf_fini(&text);
	addrset_fini(&s);
}

static void counts_are_exact_to_the_borders(void **state)
{
	(void)state;
	assert_count((const char *const[]){ "0.0.0.0/0", NULL }, "4294967296");
	assert_count((const char *const[]){ "255.255.255.255", "0.0.0.0", NULL }, "2");
	assert_count(
	        (const char *const[]){ "::/0", NULL }, "340282366920938463463374607431768211455");
	assert_count((const char *const[]){ "2001:db8::/64", "2001:db8::1", NULL },
	        "18446744073709551616");
	assert_count((const char *const[]){ NULL }, "0");
}

static void a_network_is_printed_as_it_was(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		unsigned width;
	} cases[] = { { "192.0.2.128/25", 32 }, { "0.0.0.0/0", 32 }, { "2001:db8:0:4::/62", 128 },
		{ "::/0", 128 }, { "203.0.113.7", 32 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct net net;
		char text[NET_TEXT_BYTES];
		addrset_number last;
		struct addrset_range r = range_of(cases[i].text);
		unsigned bits = addrset_next_network(r, cases[i].width, &last);
		assert_true(last == r.last);
		net = addrset_net(r.first, bits, cases[i].width);
		struct net wanted;
		net_parse(&wanted, cases[i].text, strlen(cases[i].text));
		char wanted_text[NET_TEXT_BYTES];
		assert_string_equal(net_text(&net, text), net_text(&wanted, wanted_text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cutting_and_uniting_keeps_every_address),
		cmocka_unit_test(networks_of_a_range_fill_it),
		cmocka_unit_test(counts_are_exact_to_the_borders),
		cmocka_unit_test(a_network_is_printed_as_it_was),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
