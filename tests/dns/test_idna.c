/* test_idna.c - names as people write them: only those with octets over 127 are converted. */
#include "tests/cmocka_first.h"

#include "dns/idna.h"

#include <string.h>

static enum error parse(const char *text, char *out)
{
	struct dname name;
	enum error err = idna_parse(&name, text, strlen(text), NULL);
	out[0] = 0;
	if (!err)
		dname_text(&name, out);
	return err;
}

static void test_ascii_stays(void **state)
{
	char out[DNAME_TEXT_BYTES];
	(void)state;
	assert_int_equal(parse("_spf.A-b.example", out), ERROR_NONE);
	assert_string_equal(out, "_spf.A-b.example");
	assert_int_equal(parse("a..b", out), ERROR_LABEL_EMPTY);
}

static void test_utf8_becomes_a_labels(void **state)
{
	char out[DNAME_TEXT_BYTES];
	(void)state;
	assert_int_equal(parse("m\303\274ller.example", out), ERROR_NONE);
	assert_string_equal(out, "xn--mller-kva.example");
	assert_int_equal(parse("M\303\234LLER.example", out), ERROR_NONE);
	assert_string_equal(out, "xn--mller-kva.example");
	assert_int_equal(parse("stra\303\237e.example", out), ERROR_NONE);
	assert_string_equal(out, "xn--strae-oqa.example");
}

static void test_refused(void **state)
{
	char out[DNAME_TEXT_BYTES], longer[1100];
	(void)state;
	assert_int_equal(parse("\377\376.example", out), ERROR_IDN);
	memset(longer, 'a', sizeof longer - 1);
	longer[sizeof longer - 1] = 0;
	longer[0] = (char)0xc3;
	longer[1] = (char)0xbc;
	assert_int_not_equal(parse(longer, out), ERROR_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ascii_stays),
		cmocka_unit_test(test_utf8_becomes_a_labels),
		cmocka_unit_test(test_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
