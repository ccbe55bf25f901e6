/* stamp.c - time stamps read, and made UTC. */
#include "maillog/stamp.h"

#include <time.h>

enum { MONTHS = 12, HOUR_S = 3600, DAY_S = 86400 };

/* 1 to 12; 0: no name of a month. */
static int month_of(const char *at)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (int i = 0; i < MONTHS; i++)
		if (!memcmp(names + 3 * i, at, 3))
			return i + 1;
	return 0;
}

/* `n` digits; -1: they are none. */
static int digits(const char *at, size_t n)
{
	int value = 0;
	for (size_t i = 0; i < n; i++) {
		if (!logtext_is_digit(at[i]))
			return -1;
		value = value * 10 + at[i] - '0';
	}
	return value;
}

static bool is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Of a year that is not known it may have 366 days. */
static int days_of(int month, int year)
{
	static const char days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	return days[month - 1] + (month == 2 && (!year || is_leap(year)));
}

/* A leap second stands in the second behind it. */
static bool is_sound(const struct stamp *s)
{
	return s->month >= 1 && s->month <= MONTHS && s->day >= 1 &&
	        s->day <= days_of(s->month, s->year) && s->hour >= 0 && s->hour < 24 &&
	        s->minute >= 0 && s->minute < 60 && s->second >= 0 && s->second <= 60;
}

/* "16:36:33" */
static bool take_clock(struct logtext *t, struct stamp *s)
{
	if (t->size < 8 || t->at[2] != ':' || t->at[5] != ':')
		return false;
	s->hour = digits(t->at, 2);
	s->minute = digits(t->at + 3, 2);
	s->second = digits(t->at + 6, 2);
	*t = logtext_behind(*t, 8);
	return true;
}

static void skip_fraction(struct logtext *t)
{
	if (t->size < 2 || (t->at[0] != '.' && t->at[0] != ',') || !logtext_is_digit(t->at[1]))
		return;
	*t = logtext_behind(*t, 1);
	while (t->size && logtext_is_digit(t->at[0]))
		*t = logtext_behind(*t, 1);
}

/* "Z", "+01:00" or "+0100". False: it is no zone. */
static bool take_zone(struct logtext *t, struct stamp *s)
{
	if (logtext_skip(t, LOGTEXT("Z"))) {
		s->has_zone = true;
		return true;
	}
	if (t->size < 5 || (t->at[0] != '+' && t->at[0] != '-'))
		return false;
	size_t colon = t->at[3] == ':';
	if (t->size < 5 + colon)
		return false;
	int hours = digits(t->at + 1, 2), minutes = digits(t->at + 3 + colon, 2);
	if (hours < 0 || hours > 24 || minutes < 0)
		return false;
	s->zone_s = (hours * HOUR_S + minutes * 60) * (t->at[0] == '-' ? -1 : 1);
	s->has_zone = true;
	*t = logtext_behind(*t, 5 + colon);
	return true;
}

static bool take_rfc3164(struct logtext *t, struct stamp *s)
{
	if (t->size < 15 || t->at[3] != ' ' || t->at[6] != ' ')
		return false;
	const char *day = t->at + 4;
	s->month = month_of(t->at);
	s->day = day[0] == ' ' ? digits(day + 1, 1) : digits(day, 2);
	*t = logtext_behind(*t, 7);
	if (!s->month || !take_clock(t, s))
		return false;
	skip_fraction(t);
	return true;
}

static bool take_iso(struct logtext *t, struct stamp *s)
{
	if (t->size < 19 || t->at[4] != '-' || t->at[7] != '-' ||
	        (t->at[10] != 'T' && t->at[10] != ' '))
		return false;
	bool is_spaced = t->at[10] == ' ';
	s->year = digits(t->at, 4);
	s->month = digits(t->at + 5, 2);
	s->day = digits(t->at + 8, 2);
	*t = logtext_behind(*t, 11);
	if (s->year < 1970 || !take_clock(t, s))
		return false;
	skip_fraction(t);
	struct logtext zone = *t;
	if (is_spaced)
		logtext_skip(&zone, LOGTEXT(" "));
	if (take_zone(&zone, s))
		*t = zone;
	return true;
}

bool stamp_take(struct logtext *t, struct stamp *stamp)
{
	struct logtext rest = *t;
	*stamp = (struct stamp){ 0 };
	bool found = rest.size && logtext_is_digit(rest.at[0]) ? take_iso(&rest, stamp)
	                                                       : take_rfc3164(&rest, stamp);
	if (!found || !is_sound(stamp))
		return false;
	logtext_skip(&rest, LOGTEXT(" "));
	*t = rest;
	return true;
}

/* "28 Nov 2026 16:36:33 +0100", with "Sat, " before it or not. */
bool stamp_take_date(struct logtext t, struct stamp *stamp)
{
	const char *comma = logtext_find_char(t, ',');
	*stamp = (struct stamp){ 0 };
	if (comma)
		t = logtext_between(comma + 1, logtext_end(t));
	t = logtext_trim(t);
	size_t n = t.size > 1 && logtext_is_digit(t.at[1]) ? 2 : 1;
	if (t.size < n + 18)
		return false;
	stamp->day = digits(t.at, n);
	stamp->month = month_of(t.at + n + 1);
	stamp->year = digits(t.at + n + 5, 4);
	t = logtext_behind(t, n + 10);
	if (stamp->year < 1970 || !take_clock(&t, stamp) || !is_sound(stamp))
		return false;
	t = logtext_trim(t);
	if (!take_zone(&t, stamp))
		stamp->has_zone = true; /* obsolete names: most are UTC */
	return true;
}

/* ---- the clock ---- */

/* A step of more than half a year the other way is one over New Year. */
static int year_of(struct logclock *clock, const struct stamp *stamp)
{
	if (stamp->year)
		return stamp->year;
	if (!clock->year)
		clock->year = stamp_year_before(stamp, clock->before_s);
	int step = clock->month ? stamp->month - clock->month : 0;
	if (step > MONTHS / 2)
		return clock->year - 1; /* a line that is late: the clock stays */
	if (step < -MONTHS / 2)
		clock->year++;
	clock->month = stamp->month;
	return clock->year;
}

static int64_t hour_begins(const struct stamp *s)
{
	struct tm tm = { .tm_year = s->year - 1900,
		.tm_mon = s->month - 1,
		.tm_mday = s->day,
		.tm_hour = s->hour,
		.tm_isdst = -1 };
	return s->has_zone ? timegm(&tm) - s->zone_s : mktime(&tm);
}

static bool is_same_hour(const struct stamp *a, const struct stamp *b)
{
	return a->hour == b->hour && a->day == b->day && a->month == b->month &&
	        a->year == b->year && a->has_zone == b->has_zone && a->zone_s == b->zone_s;
}

int64_t logclock_time(struct logclock *clock, const struct stamp *stamp)
{
	struct stamp full = *stamp;
	full.year = year_of(clock, stamp);
	if (!is_same_hour(&full, &clock->hour)) {
		clock->hour = full;
		clock->hour_s = hour_begins(&full);
	}
	return clock->hour_s + stamp->minute * 60 + stamp->second;
}

/* A clock may be wrong by a day. */
int stamp_year_before(const struct stamp *stamp, int64_t time_s)
{
	time_t t = (time_t)time_s;
	struct tm tm;
	struct stamp full = *stamp;
	gmtime_r(&t, &tm);
	full.year = tm.tm_year + 1900 + 1;
	while (hour_begins(&full) > time_s + DAY_S || full.day > days_of(full.month, full.year))
		full.year--;
	return full.year;
}

static char *put_digits(char *at, unsigned value, unsigned n)
{
	for (unsigned i = n; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	return at + n;
}

/* The date by the days since 0000-03-01 in eras of 400 years: no library call, for each row. */
void stamp_print(char text[STAMP_TEXT_BYTES], int64_t time_s)
{
	int64_t days = time_s / DAY_S - (time_s % DAY_S < 0), left = time_s - days * DAY_S;
	int64_t z = days + 719468, era = (z >= 0 ? z : z - 146096) / 146097;
	unsigned doe = (unsigned)(z - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100), mp = (5 * doy + 2) / 153;
	unsigned month = mp < 10 ? mp + 3 : mp - 9;
	int64_t year = (int64_t)yoe + era * 400 + (month <= 2);
	unsigned s = (unsigned)left;
	char *at = put_digits(text, (unsigned)(year % 10000), 4);
	*at++ = '-';
	at = put_digits(at, month, 2);
	*at++ = '-';
	at = put_digits(at, doy - (153 * mp + 2) / 5 + 1, 2);
	*at++ = 'T';
	at = put_digits(at, s / HOUR_S, 2);
	*at++ = ':';
	at = put_digits(at, s / 60 % 60, 2);
	*at++ = ':';
	at = put_digits(at, s % 60, 2);
	*at++ = 'Z';
	*at = 0;
}
