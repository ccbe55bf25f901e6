/* test_note.c - what decides the rows: every option that does makes a difference, which is told
 * in words; no other does. */
#include "tests/cmocka_first.h"

#include "base/hash.h"
#include "input/inputs.h"
#include "results/note.h"

#include <string.h>

static struct layout layout = { .n_columns = 2,
	.header = { .bytes = "domain,ip", .size = 9, .capacity = 9 } };
static const struct options usual = { .command = COMMAND_SCAN, .checks = CHECK_ALL, .workers = 2 };

static struct note note_of(struct options options)
{
	struct note r;
	note_init(&r, &options, &layout);
	assert_false(r.text.failed || r.header.failed);
	return r;
}

static void check_difference(struct options other, const char *words)
{
	char why[640] = "";
	struct note ours = note_of(usual), theirs = note_of(other);
	assert_true(note_differs(&ours, theirs.text.bytes, theirs.text.size, false, why,
	                    sizeof why) == (words != NULL));
	assert_true((ours.fingerprint == theirs.fingerprint) == (words == NULL));
	assert_string_equal(why, words ? words : "");
	note_fini(&ours);
	note_fini(&theirs);
}

static struct options with(void (*change)(struct options *))
{
	struct options options = usual;
	change(&options);
	return options;
}

static void spf_only(struct options *o)
{
	o->checks = CHECK_SPF;
}

static void dnssec(struct options *o)
{
	o->dnssec = true;
}

static void no_exp(struct options *o)
{
	o->no_exp = true;
}

static void receiver(struct options *o)
{
	o->receiver = "mx\n.example";
}

static void csv_safe(struct options *o)
{
	o->csv_safe = true;
}

static void retry(struct options *o)
{
	o->command = COMMAND_RETRY;
}

static void what_only_asks_otherwise(struct options *o)
{
	o->workers = 7;
	o->timeout_ms = 1;
	o->resume = true;
	o->compression_level = 9;
	o->mix_case = true;
}

static void what_makes_a_difference(void **state)
{
	(void)state;
	check_difference(usual, NULL);
	check_difference(with(what_only_asks_otherwise), NULL);
	check_difference(with(spf_only), "--checks was 'spf' and is 'spf,iprev,mx,a' now");
	check_difference(with(dnssec), "--dnssec was 'yes' and is 'no' now");
	check_difference(with(no_exp), "--no-exp was 'yes' and is 'no' now");
	check_difference(with(receiver), "--receiver was 'mx\\010.example' and is 'unknown' now");
	check_difference(with(csv_safe), "--csv-safe was 'yes' and is 'no' now");
	check_difference(
	        with(retry), "it was written by 'spfsweep retry' and not by 'spfsweep scan'");
}

static void any_command(void **state)
{
	(void)state;
	char why[640];
	struct note ours = note_of(with(retry)), theirs = note_of(usual);
	assert_false(
	        note_differs(&ours, theirs.text.bytes, theirs.text.size, true, why, sizeof why));
	assert_true(
	        note_differs(&ours, theirs.text.bytes, theirs.text.size, false, why, sizeof why));
	note_fini(&ours);
	note_fini(&theirs);
}

static void foreign_text(void **state)
{
	(void)state;
	static const char *const texts[] = { "", "\n\n", "checks", "=",
		"command=scan\nchecks=\033[2J\n", "command=scan" };
	struct note ours = note_of(usual);
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		char why[640];
		assert_true(
		        note_differs(&ours, texts[i], strlen(texts[i]), false, why, sizeof why));
		assert_null(strchr(why, '\033'));
	}
	note_fini(&ours);
}

static void header_rows(void **state)
{
	(void)state;
	char why[640];
	struct note ours = note_of(usual);
	assert_false(
	        note_header_differs(&ours, ours.header.bytes, ours.header.size, why, sizeof why));
	assert_true(note_header_differs(&ours, "row,domain,helo\n", 16, why, sizeof why));
	assert_string_equal(why, "its column 3 is 'helo', not 'ip'");
	assert_true(note_header_differs(&ours, "row,domain\n", 11, why, sizeof why));
	assert_string_equal(why, "its column 3 is '', not 'ip'");
	note_fini(&ours);
}

static int draw_key(void **state)
{
	(void)state;
	hash_init();
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_makes_a_difference),
		cmocka_unit_test(any_command),
		cmocka_unit_test(foreign_text),
		cmocka_unit_test(header_rows),
	};
	return cmocka_run_group_tests(tests, draw_key, NULL);
}
