/* test_command_line.c - the command line: what it accepts, what it refuses, and the defaults. */
#include "tests/cmocka_first.h"

#include "base/message.h"
#include "cli/command_line.h"

#include <string.h>

static struct command_line parsed;

/* Parses the words of `line`, split at blanks; the options in *options. */
static bool parse(struct options *options, const char *line)
{
	static char text[512];
	char *argv[32], *save = NULL;
	int argc = 0;
	snprintf(text, sizeof text, "spfsweep %s", line);
	for (char *word = strtok_r(text, " ", &save); word; word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	argv[argc] = NULL;
	static char *kept[32];
	memcpy(kept, argv, sizeof kept);
	bool good = command_line_parse(&parsed, argc, kept);
	*options = parsed.options;
	return good;
}

static void test_defaults(void **state)
{
	struct options o;
	(void)state;
	assert_true(parse(&o, "scan in.csv"));
	assert_string_equal(parsed.command->name, "scan");
	assert_string_equal(o.output, "-");
	assert_int_equal(o.checks, CHECK_ALL);
	assert_int_equal(o.window_rows, 524288);
	assert_true(o.workers >= 1);
	assert_int_equal(parsed.n_operands, 1);
	assert_string_equal(parsed.operands[0], "in.csv");
}

static void test_forms(void **state)
{
	struct options o;
	(void)state;
	assert_true(parse(&o,
	        "scan a -o out.gz b --qps=50 --checks spf,mx --upstream 192.0.2.1 --upstream "
	        "[2001:db8::1]:5353 -- -c"));
	assert_string_equal(o.output, "out.gz");
	assert_int_equal(o.queries_per_s, 50);
	assert_int_equal(o.checks, CHECK_SPF | CHECK_MX);
	assert_int_equal(o.upstreams.n, 2);
	assert_int_equal(o.upstreams.list[0].port, 53);
	assert_int_equal(o.upstreams.list[1].port, 5353);
	assert_int_equal(o.upstreams.list[1].ip.family, IPFAMILY_6);
	assert_int_equal(parsed.n_operands, 3);
	assert_string_equal(parsed.operands[2], "-c");
	assert_true(parse(&o, "scan in --dnssec --dnssec -q -q --receiver mx_1.Example.com."));
	assert_true(parse(&o, "scan in -o out.xz.csv"));
	assert_false(options_output_is_gzip(&o));
	assert_true(parse(&o, "scan in -o out.GZ --resume"));
	assert_true(options_output_is_gzip(&o));
	assert_true(parse(&o, "scan -oout - --dnssec"));
	assert_string_equal(o.output, "out");
	assert_string_equal(parsed.operands[0], "-");
	assert_true(o.dnssec);
	assert_true(parse(&o, "check 192.0.2.1 user@example.com --helo mx.example.com"));
	assert_string_equal(parsed.operands[1], "user@example.com");
	assert_string_equal(o.helo, "mx.example.com");
}

static void test_refusals(void **state)
{
	static const char *const lines[] = {
		"",
		"scam",
		"scan",
		"scan --nonsense x",
		"scan -x in",
		"scan in --qps",
		"scan in --qps many",
		"scan in --qps -1",
		"scan in --qps 1x",
		"scan in --workers 0",
		"scan in --workers 257",
		"scan in --checks spf,",
		"scan in --checks dkim",
		"scan in --checks=",
		"scan in --upstream example.com",
		"scan in --upstream 192.0.2.1:0",
		"scan in --upstream 192.0.2.1:65536",
		"scan in --upstream 192.0.2.1:",
		"scan in --progress sometimes",
		"scan in --dnssec=yes",
		"scan in --helo x",
		"check 192.0.2.1 a b",
		"check 192.0.2.1 a --output x",
		"scan in --trust-anchor f",
		"scan in --upstreams",
		"scan in --upstreams /nowhere/file",
		"scan in --qps-per-upstream 5",
		"scan in --0x20",
		"scan in --upstream 192.0.2.1 --qps-per-upstream -1",
		"scan in --upstream 192.0.2.1 --dnssec --qps-per-upstream 5",
		"scan in --upstream 192.0.2.1 --dnssec --0x20",
		"check 192.0.2.1 a --0x20",
		"scan in -o a -o b",
		"scan in --output=a -oa",
		"scan in --checks spf --checks mx",
		"scan in --qps 5 --qps=6",
		"scan in --summary=",
		"scan in --output=",
		"check 192.0.2.1 --receiver=",
		"check 192.0.2.1 --receiver http://x/",
		"check 192.0.2.1 --receiver a..b",
		"check 192.0.2.1 --receiver .",
		"scan in -o out.csv.xz",
		"scan in -o out.TGZ",
		"scan in -o out.json",
	};
	struct options o;
	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++)
		if (parse(&o, lines[i]))
			fail_msg("accepted: spfsweep %s", lines[i]);
}

static void test_limits_of_upstreams(void **state)
{
	struct options o;
	(void)state;
	assert_true(parse(
	        &o, "scan in --workers 8 --0x20 --qps-per-upstream 100 --upstream 192.0.2.1"));
	assert_true(o.mix_case);
	assert_int_equal(o.queries_per_s_per_upstream, 100);
	assert_int_equal(o.workers, 8);
	assert_true(
	        parse(&o, "scan in --workers 8 --qps-per-upstream 3 --qps 5 --upstream 192.0.2.1"));
	assert_int_equal(o.workers, 3); /* each needs a share of its own */
	assert_true(parse(
	        &o, "scan in --workers 8 --upstream 192.0.2.1 --dnssec --qps-per-upstream 0"));
	assert_false(o.mix_case);
	assert_int_equal(o.workers, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_forms),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_limits_of_upstreams),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
