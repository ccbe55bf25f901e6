/* test_octets.c - eight octets at once say the same as one after the other. */
#include "tests/cmocka_first.h"

#include "base/octets.h"

#include <stdbool.h>

static bool any(const uint8_t octets[8], bool (*holds)(uint8_t octet, uint8_t value), uint8_t value)
{
	for (unsigned i = 0; i < 8; i++)
		if (holds(octets[i], value))
			return true;
	return false;
}

static bool is_below(uint8_t octet, uint8_t limit)
{
	return octet < limit;
}

static bool is_equal(uint8_t octet, uint8_t value)
{
	return octet == value;
}

static bool is_not_ascii(uint8_t octet, uint8_t unused)
{
	(void)unused;
	return octet > 127;
}

static void check(const uint8_t octets[8])
{
	uint64_t word = octets_word(octets);
	for (unsigned value = 0; value < 256; value++)
		assert_int_equal(octets_equal(word, (uint8_t)value) != 0,
		        any(octets, is_equal, (uint8_t)value));
	for (unsigned limit = 0; limit <= 128; limit++)
		assert_int_equal(octets_below(word, (uint8_t)limit) != 0,
		        any(octets, is_below, (uint8_t)limit));
	assert_int_equal(octets_not_ascii(word) != 0, any(octets, is_not_ascii, 0));
}

/* Every octet at every place, among others that are next to what is looked for. */
static void every_octet(void **state)
{
	(void)state;
	static const uint8_t others[] = { 0, 1, 0x1f, 0x20, 0x7e, 0x7f, 0x80, 0xff };
	for (unsigned octet = 0; octet < 256; octet++)
		for (unsigned place = 0; place < 8; place++)
			for (unsigned i = 0; i < sizeof others; i++) {
				uint8_t octets[8];
				memset(octets, others[i], sizeof octets);
				octets[place] = (uint8_t)octet;
				check(octets);
			}
}

static void noise(void **state)
{
	(void)state;
	uint64_t seed = 1;
	for (unsigned n = 0; n < 5000; n++) {
		uint8_t octets[8];
		for (unsigned i = 0; i < 8; i++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			octets[i] = (uint8_t)(seed >> 56);
		}
		check(octets);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_octet),
		cmocka_unit_test(noise),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
