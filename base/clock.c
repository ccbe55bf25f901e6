/* clock.c - clock_gettime() in plain integers; for these clocks it cannot fail. */
#include "base/clock.h"

#include <string.h>
#include <time.h>

static uint64_t clock_read_ns(clockid_t id)
{
	struct timespec t;
	clock_gettime(id, &t);
	return (uint64_t)t.tv_sec * CLOCK_NS_PER_S + (uint64_t)t.tv_nsec;
}

uint64_t clock_now_ns(void)
{
	return clock_read_ns(CLOCK_BOOTTIME);
}

uint64_t clock_wall_ms(void)
{
	return clock_read_ns(CLOCK_REALTIME) / CLOCK_NS_PER_MS;
}

uint64_t clock_cpu_ns(void)
{
	return clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t clock_running_turn(struct clock_running *clock, uint64_t now_ns)
{
	if (!clock->read_ns)
		clock->now_ns = clock->read_ns = now_ns;
	uint64_t took_ns = now_ns - clock->read_ns,
	         ran_ns = took_ns < CLOCK_TURN_MAX_NS ? took_ns : CLOCK_TURN_MAX_NS;
	clock->read_ns = now_ns;
	clock->now_ns += ran_ns;
	clock->lost_ns += took_ns - ran_ns;
	return took_ns - ran_ns;
}

/* ---- RFC 3339 ---- */

#define SECONDS_PER_DAY 86400
#define LATEST_S UINT64_C(253402300799) /* 9999-12-31T23:59:59Z */

static bool is_leap(unsigned year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned month_days(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* From 1970-01-01 to the year's first day. */
static uint64_t days_before(unsigned year)
{
	const unsigned past = year - 1;
	return past * UINT64_C(365) + past / 4 - past / 100 + past / 400 - 719162;
}

static void put_digits(char *at, unsigned value, unsigned n)
{
	for (; n > 0; value /= 10)
		at[--n] = (char)('0' + value % 10);
}

char *clock_utc_text(uint64_t s, char text[CLOCK_UTC_BYTES])
{
	static const char form[CLOCK_UTC_BYTES] = "0000-00-00T00:00:00Z";
	memcpy(text, form, sizeof form);
	s = s < LATEST_S ? s : LATEST_S;
	uint64_t day = s / SECONDS_PER_DAY;
	unsigned second = (unsigned)(s % SECONDS_PER_DAY);
	/* a year is at least 365 days long, so the guess is never too early by much */
	unsigned year = 1970 + (unsigned)(day / 366), month = 1;
	while (days_before(year + 1) <= day)
		year++;
	for (day -= days_before(year); day >= month_days(year, month); month++)
		day -= month_days(year, month);
	put_digits(text, year, 4);
	put_digits(text + 5, month, 2);
	put_digits(text + 8, (unsigned)day + 1, 2);
	put_digits(text + 11, second / 3600, 2);
	put_digits(text + 14, second / 60 % 60, 2);
	put_digits(text + 17, second % 60, 2);
	return text;
}

static unsigned digits(const char *at, unsigned n)
{
	unsigned value = 0;
	for (; n > 0; n--)
		value = value * 10 + (unsigned)(*at++ - '0');
	return value;
}

bool clock_utc_parse(uint64_t *s, const char *text, size_t size)
{
	static const char form[] = "0000-00-00T00:00:00Z";
	if (size != sizeof form - 1)
		return false;
	for (size_t i = 0; i < size; i++)
		if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
			return false;
	const unsigned year = digits(text, 4), month = digits(text + 5, 2),
	               day = digits(text + 8, 2), hour = digits(text + 11, 2),
	               minute = digits(text + 14, 2), second = digits(text + 17, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 || day > month_days(year, month) ||
	        hour > 23 || minute > 59 || second > 59)
		return false;
	uint64_t days = days_before(year) + day - 1;
	for (unsigned m = 1; m < month; m++)
		days += month_days(year, m);
	*s = days * SECONDS_PER_DAY + hour * 3600u + minute * 60u + second;
	return true;
}
