/* test_digest.c - SHA-256 as FIPS 180-4 has it, of any pieces, at any moment. */
#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define OF_NOTHING "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
#define OF_ABC "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
#define OF_TWO_BLOCKS "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"

static void known_texts(void **state)
{
	(void)state;
	char text[DIGEST_TEXT_BYTES];
	struct digest *d = digest_new();
	assert_string_equal(digest_text(d, text), OF_NOTHING);
	digest_add(d, "abc", 3);
	assert_string_equal(digest_text(d, text), OF_ABC);
	digest_free(d);
}

static void pieces_make_no_difference(void **state)
{
	(void)state;
	static const char message[] = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
	char text[DIGEST_TEXT_BYTES];
	struct digest *d = digest_new();
	for (size_t i = 0; i < strlen(message); i++) {
		digest_add(d, message + i, 1);
		digest_add(d, NULL, 0);
		digest_text(d, text); /* a look in between */
	}
	assert_string_equal(text, OF_TWO_BLOCKS);
	digest_free(d);
}

static void nobody_hashes(void **state)
{
	(void)state;
	digest_add(NULL, "abc", 3);
	digest_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_texts),
		cmocka_unit_test(pieces_make_no_difference),
		cmocka_unit_test(nobody_hashes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
