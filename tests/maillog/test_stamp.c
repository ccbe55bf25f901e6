/* test_stamp.c - stamps of each form; the year that some lack; what a clock makes of them. */
#include "tests/cmocka_first.h"

#include "maillog/stamp.h"

#include <stdlib.h>
#include <time.h>

static struct logtext text_of(const char *text)
{
	return (struct logtext){ text, strlen(text) };
}

/* A stamp as UTC; "" when it is none. `rest` is what stands behind it. */
static const char *utc(const char *text, int year, const char *rest)
{
	static char printed[STAMP_TEXT_BYTES];
	struct logclock clock = { .year = year };
	struct logtext t = text_of(text);
	struct stamp stamp;
	printed[0] = 0;
	if (!stamp_take(&t, &stamp))
		return printed;
	assert_int_equal(t.size, strlen(rest));
	assert_memory_equal(t.at, rest, t.size);
	stamp_print(printed, logclock_time(&clock, &stamp));
	return printed;
}

static void forms(void **state)
{
	(void)state;
	assert_string_equal(utc("Nov 28 16:36:33 mx1", 2026, "mx1"), "2026-11-28T16:36:33Z");
	assert_string_equal(utc("Nov  1 06:06:03 mx1", 2024, "mx1"), "2024-11-01T06:06:03Z");
	assert_string_equal(utc("Feb 29 23:59:60 x", 2024, "x"), "2024-03-01T00:00:00Z");
	assert_string_equal(utc("Nov 28 16:36:33.123456 mx1", 2026, "mx1"), "2026-11-28T16:36:33Z");
	assert_string_equal(
	        utc("2026-11-28T16:36:33.123456+01:00 mx1", 0, "mx1"), "2026-11-28T15:36:33Z");
	assert_string_equal(utc("2026-11-28T16:36:33-0330 mx1", 0, "mx1"), "2026-11-28T20:06:33Z");
	assert_string_equal(utc("2026-11-28T16:36:33Z", 0, ""), "2026-11-28T16:36:33Z");
	assert_string_equal(utc("2026-11-28 16:36:33 1xX <=", 0, "1xX <="), "2026-11-28T16:36:33Z");
	assert_string_equal(
	        utc("2026-11-28 16:36:33.500 +0100 1xX", 0, "1xX"), "2026-11-28T15:36:33Z");
}

static void what_is_none(void **state)
{
	(void)state;
	static const char *const none[] = { "", "Nov", "Nov 28 16:36", "Nvo 28 16:36:33",
		"Nov 32 16:36:33", "Nov 28 24:36:33", "Nov 28 16:61:33", "2026-13-28T16:36:33",
		"2026-11-28T16:36", "2026-11-28X16:36:33", "1969-11-28T16:36:33Z", "connect from",
		"Nov 2x 16:36:33", "2026-11-28T1x:36:33", "Feb 30 16:36:33", "Nov 31 16:36:33",
		"2026-02-29T16:36:33Z", "2100-02-29T16:36:33Z" };
	for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
		struct logtext t = text_of(none[i]);
		struct stamp stamp;
		assert_false(stamp_take(&t, &stamp));
		assert_ptr_equal(t.at, none[i]);
	}
}

static void dates_of_headers(void **state)
{
	(void)state;
	static const struct {
		const char *text, *utc;
	} cases[] = {
		{ "Sat, 28 Nov 2026 16:36:33 +0100 (CET)", "2026-11-28T15:36:33Z" },
		{ " 1 Nov 2026 16:36:33 -0800", "2026-11-02T00:36:33Z" },
		{ "Sat, 28 Nov 2026 16:36:33 GMT", "2026-11-28T16:36:33Z" },
		{ "Sat, 28 Nov 2026", "" },
		{ "yesterday", "" },
		{ "", "" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct stamp stamp;
		struct logclock clock = { 0 };
		char printed[STAMP_TEXT_BYTES] = "";
		if (stamp_take_date(text_of(cases[i].text), &stamp))
			stamp_print(printed, logclock_time(&clock, &stamp));
		assert_string_equal(printed, cases[i].utc);
	}
}

/* Lines over two New Years, one of which is late. */
static void years_go_on(void **state)
{
	(void)state;
	static const struct {
		const char *stamp, *utc;
	} lines[] = {
		{ "Nov 30 10:00:00", "2024-11-30T10:00:00Z" },
		{ "Dec 31 23:59:59", "2024-12-31T23:59:59Z" },
		{ "Jan  1 00:00:00", "2025-01-01T00:00:00Z" },
		{ "Dec 31 23:59:58", "2024-12-31T23:59:58Z" },
		{ "Jan  1 00:00:01", "2025-01-01T00:00:01Z" },
		{ "May  1 00:00:00", "2025-05-01T00:00:00Z" },
		{ "Nov  1 00:00:00", "2025-11-01T00:00:00Z" },
		{ "Feb 28 12:00:00", "2026-02-28T12:00:00Z" },
	};
	struct logclock clock = { .year = 2024 };
	for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
		struct logtext t = text_of(lines[i].stamp);
		struct stamp stamp;
		char printed[STAMP_TEXT_BYTES];
		assert_true(stamp_take(&t, &stamp));
		stamp_print(printed, logclock_time(&clock, &stamp));
		assert_string_equal(printed, lines[i].utc);
	}
}

/* Seen from 2026-03-15T12:00:00Z. */
static void year_by_a_files_time(void **state)
{
	(void)state;
	static const struct {
		const char *stamp;
		int year;
	} cases[] = { { "Mar 15 11:00:00", 2026 }, { "Mar 16 11:00:00", 2026 },
		{ "Mar 17 00:00:00", 2025 }, { "Dec 31 23:00:00", 2025 },
		{ "Jan  1 00:00:00", 2026 }, { "Feb 29 00:00:00", 2024 } };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct logtext t = text_of(cases[i].stamp);
		struct stamp stamp;
		assert_true(stamp_take(&t, &stamp));
		assert_int_equal(stamp_year_before(&stamp, 1773576000), cases[i].year);
	}
}

/* What has no zone is local time. */
static void local_time(void **state)
{
	(void)state;
	setenv("TZ", "Europe/Berlin", 1);
	tzset();
	assert_string_equal(utc("Jul  1 12:00:00", 2026, ""), "2026-07-01T10:00:00Z");
	assert_string_equal(utc("Dec  1 12:00:00", 2026, ""), "2026-12-01T11:00:00Z");
	assert_string_equal(utc("2026-07-01T12:00:00Z", 0, ""), "2026-07-01T12:00:00Z");
	setenv("TZ", "UTC", 1);
	tzset();
}

/* The printed date is that of the library, over some centuries. */
static void printed_as_the_library_does(void **state)
{
	(void)state;
	for (int64_t s = 0; s < INT64_C(20000000000); s += 7654321) {
		char ours[STAMP_TEXT_BYTES], theirs[32];
		time_t t = (time_t)s;
		struct tm tm;
		gmtime_r(&t, &tm);
		strftime(theirs, sizeof theirs, "%Y-%m-%dT%H:%M:%SZ", &tm);
		stamp_print(ours, s);
		assert_string_equal(ours, theirs);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forms),
		cmocka_unit_test(what_is_none),
		cmocka_unit_test(dates_of_headers),
		cmocka_unit_test(years_go_on),
		cmocka_unit_test(year_by_a_files_time),
		cmocka_unit_test(local_time),
		cmocka_unit_test(printed_as_the_library_does),
	};
	setenv("TZ", "UTC", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
