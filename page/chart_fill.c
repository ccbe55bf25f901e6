/* chart_fill.c - charts whose rows are no groups: bins, shares, upstreams. */
#include "page/chart.h"

#include "base/clock.h"

#include <stdio.h>

/* RFC 7208 section 4.6.4. */
enum { LOOKUPS_MAX = 10 };
/* As many as a network of 16 bits has, and the bin that begins with them. */
enum { MANY = 65536, MANY_BIN = 17, DAY_S = 86400 };

static struct csv_field nothing(void)
{
	return (struct csv_field){ "", 0 };
}

/* ---- what would be lost ---- */

bool chart_enforced(struct figure *f, const struct chart *chart, const struct charts *c)
{
	const struct report *r = c->report;
	const uint64_t numbers[] = { r->n_accepted - r->n_unknown - r->n_lost, r->n_unknown,
		r->n_lost };
	(void)chart;
	f->total = r->n_accepted;
	f->detail_head = "meaning";
	for (unsigned i = 0; i < 3; i++) {
		const struct word *w = words_at(WORDS_ENFORCED, i);
		struct figure_row *row =
		        figure_add(f, (struct csv_field){ w->word, strlen(w->word) }, numbers[i]);
		row->detail = (struct csv_field){ w->meaning, strlen(w->meaning) };
		row->colour = w->colour;
	}
	chart_put_part(f, r->n_lost);
	chart_put(f, " would be lost: they pass by none of SPF, HELO and reverse name.");
	textbuf_put_text(&f->notes,
	        "Of messages that were taken in. Forwarding and mailing lists break SPF, and DKIM "
	        "is not looked at: a message that fails here may well be wanted, and pass by "
	        "DKIM. ");
	return r->n_accepted != 0;
}

/* ---- histograms ---- */

static void count_text(char *text, size_t size, uint64_t n)
{
	struct textbuf out = { 0 };
	figure_put_count(&out, n);
	snprintf(text, size, "%s", textbuf_text(&out));
	textbuf_fini(&out);
}

bool chart_lookups(struct figure *f, const struct chart *chart, const struct charts *c)
{
	const struct histogram *h = &c->report->lookups;
	bool is_audit = c->report->files.kind == RESULT_OF_AUDIT;
	unsigned n = histogram_bins(h);
	(void)chart;
	f->total = h->n;
	f->unit = is_audit ? "policies" : "checks";
	f->limit_at = LOOKUPS_MAX + 1;
	f->limit_label = "limit: 10";
	for (unsigned i = 0; i < n || i <= LOOKUPS_MAX + 1; i++) {
		struct figure_row *row = figure_add(f, nothing(), h->counts[i]);
		bool is_rest = (!is_audit && i > LOOKUPS_MAX) || i == HISTOGRAM_LINEAR_BINS - 1;
		row->colour = i > LOOKUPS_MAX ? COLOUR_BAD : COLOUR_GOOD;
		snprintf(row->own, sizeof row->own, is_rest ? "%u and more" : "%u", i);
		if (n <= LOOKUPS_MAX + 2 || i % 5 == 0)
			snprintf(row->tick, sizeof row->tick, is_rest ? "%u+" : "%u", i);
	}
	chart_put_part(f, histogram_over(h, LOOKUPS_MAX));
	chart_put(f,
	        is_audit ? " need more than 10 look-ups, and are permerror for many."
	                 : " of a record broke at the limit of 10 look-ups.");
	return h->n != 0;
}

bool chart_addresses(struct figure *f, const struct chart *chart, const struct charts *c)
{
	const struct histogram *h = &c->report->pass_v4;
	unsigned n = histogram_bins(h), middle = histogram_middle(h);
	(void)chart;
	f->total = h->n;
	f->unit = "policies";
	f->limit_at = MANY_BIN;
	f->limit_label = "a /16 or more";
	for (unsigned i = 0; i < n || i <= MANY_BIN; i++) {
		char from[24], to[24];
		struct figure_row *row = figure_add(f, nothing(), h->counts[i]);
		row->colour = i >= MANY_BIN ? COLOUR_BAD : COLOUR_GOOD;
		count_text(from, sizeof from, histogram_from(h, i));
		count_text(to, sizeof to, histogram_to(h, i));
		if (i < 2)
			snprintf(row->own, sizeof row->own, "%s", from);
		else if (histogram_to(h, i) == UINT64_MAX)
			snprintf(row->own, sizeof row->own, "%s and more", from);
		else
			snprintf(row->own, sizeof row->own, "%s to %s", from, to);
		static const char *const ticks[] = { "1", "16", "256", "4096", "65536", "1 M",
			"16 M", "268 M", "4 G" };
		if (i % 4 == 1)
			snprintf(row->tick, sizeof row->tick, "%s", ticks[i / 4]);
	}
	chart_put_part(f, histogram_over(h, MANY - 1));
	chart_put(f,
	        " let 65\xe2\x80\xaf"
	        "536 or more addresses pass, as many as a /16 has; half of all let ");
	if (middle < 2)
		figure_put_count(&f->sentence, middle);
	else
		figure_put_count(&f->sentence, histogram_to(h, middle));
	chart_put(f, " or fewer.");
	return h->n != 0;
}

/* ---- time ---- */

/* "2026-11-28 16:36:33" */
static void time_text(char text[CLOCK_UTC_BYTES], uint64_t time_s)
{
	clock_utc_text(time_s, text);
	text[10] = ' ';
	text[19] = 0;
}

static void note_old_mail(struct figure *f, const struct report *r)
{
	if (!r->n_old)
		return;
	figure_put_things(&f->notes, r->n_old, f->unit);
	textbuf_put_text(
	        &f->notes, " are older than the answers by more than a week, the oldest by ");
	figure_put_things(&f->notes, (uint64_t)(r->oldest_s / DAY_S), "days");
	textbuf_put_text(&f->notes,
	        ". Records change: these verdicts are of the answers' day, not of the day when "
	        "the mail came. ");
}

/* In a sentence no line ends within a date: U+2011, and a no-break space. */
static void put_time(struct figure *f, uint64_t time_s)
{
	char text[CLOCK_UTC_BYTES];
	time_text(text, time_s);
	for (const char *p = text; *p; p++)
		if (*p == '-' || *p == ' ')
			chart_put(f, *p == '-' ? "\xe2\x80\x91" : "\xc2\xa0");
		else
			textbuf_put_char(&f->sentence, *p);
}

/* What stands below a bin: as much of its time as tells it from others. */
static void put_tick(struct figure_row *row, const struct histogram *h)
{
	uint64_t width_s = histogram_to(h, 0) - histogram_from(h, 0) + 1;
	bool is_one_day = h->least / DAY_S == h->most / DAY_S;
	if (width_s >= DAY_S) /* 2026-11-28 */
		snprintf(row->tick, sizeof row->tick, "%.10s", row->own);
	else if (is_one_day) /* 16:36:33 */
		snprintf(row->tick, sizeof row->tick, "%.8s", row->own + 11);
	else /* 11-28 16:36 */
		snprintf(row->tick, sizeof row->tick, "%.11s", row->own + 5);
}

bool chart_age(struct figure *f, const struct chart *chart, const struct charts *c)
{
	const struct histogram *h = &c->report->times;
	unsigned n = histogram_bins(h), every = n / 4 + 1;
	(void)chart;
	f->total = h->n;
	if (!h->n)
		return false;
	for (unsigned i = 0; i < n; i++) {
		struct figure_row *row = figure_add(f, nothing(), h->counts[i]);
		row->colour = COLOUR_GOOD;
		time_text(row->own, histogram_from(h, i));
		if (i % every == 0)
			put_tick(row, h);
	}
	bool is_short = h->least == h->most;
	chart_put(f, is_short ? "The answers came at " : "The answers came from ");
	put_time(f, h->least);
	if (!is_short) {
		chart_put(f, " to ");
		put_time(f, h->most);
	}
	chart_put(f, " UTC.");
	note_old_mail(f, c->report);
	return true;
}

/* ---- then and now ---- */

bool chart_then(struct figure *f, const struct chart *chart, const struct charts *c)
{
	const struct report *r = c->report;
	(void)chart;
	f->total = r->n_then;
	f->n_series = REPORT_WORDS;
	for (unsigned k = 0; k < REPORT_WORDS; k++) {
		bool is_other = k == REPORT_WORDS - 1;
		const char *name = report_word(k);
		const struct word *w =
		        words_find(WORDS_SPF, (struct csv_field){ name, strlen(name) });
		f->series[k] = (struct figure_series){ is_other ? "no verdict" : name, w->colour };
	}
	for (unsigned i = 0; i < REPORT_WORDS; i++) {
		const char *name = report_word(i);
		uint64_t n = 0;
		for (unsigned k = 0; k < REPORT_WORDS; k++)
			n += r->then[i][k];
		struct figure_row *row =
		        n ? figure_add(f, (struct csv_field){ name, strlen(name) }, n) : NULL;
		if (row)
			memcpy(row->values, r->then[i], sizeof row->values);
	}
	chart_put(f, "The log has a verdict for ");
	figure_put_things(&f->sentence, r->n_then, f->unit);
	chart_put(f, "; now SPF says something else for ");
	figure_put_count(&f->sentence, r->n_then_differs);
	chart_put(f, " (");
	figure_put_share(&f->sentence, r->n_then_differs, r->n_then);
	chart_put(f, ").");
	textbuf_put_text(
	        &f->notes, "A line for each verdict of then; its parts are those of now. ");
	return r->n_then != 0;
}

/* ---- upstreams ---- */

bool chart_upstreams(struct figure *f, const struct chart *chart, const struct charts *c)
{
	static const struct figure_series series[] = { { "answered", COLOUR_GOOD },
		{ "answered later", COLOUR_SOFT }, { "no answer", COLOUR_BAD } };
	const struct sources_upstream *list = c->sources->upstreams;
	static const char never[] = "it never answered";
	unsigned n = c->sources->n_upstreams, n_silent = 0;
	uint64_t answered = 0;
	(void)chart;
	f->unit = "queries";
	memcpy(f->series, series, sizeof series);
	f->n_series = 3;
	f->shows_details = true;
	for (unsigned i = 0; i < n; i++) {
		f->total += list[i].sent;
		answered += list[i].answered;
		n_silent += list[i].sent && !list[i].answered;
	}
	for (unsigned i = 0; i < n && i < CHART_NAMES; i++) {
		const struct sources_upstream *u = &list[i];
		uint64_t good = u->answered + u->lost;
		struct figure_row *row = figure_add(
		        f, (struct csv_field){ u->address, strlen(u->address) }, u->sent);
		row->values[0] = u->answered;
		row->values[1] = u->lost;
		row->values[2] = u->sent > good ? u->sent - good : 0;
		if (u->sent && !u->answered)
			row->detail = (struct csv_field){ never, sizeof never - 1 };
	}
	f->n_more = n - f->n_rows;
	chart_put_part(f, answered);
	chart_put(f, n == 1 ? " to the upstream were answered." : " to ");
	if (n != 1) {
		figure_put_things(&f->sentence, n, "upstreams");
		chart_put(f, " were answered.");
	}
	if (n_silent) {
		chart_put(f, " ");
		figure_put_count(&f->sentence, n_silent);
		chart_put(f, " never answered.");
	}
	textbuf_put_text(&f->notes, "As the scans told at their end; of each, the last run. ");
	return n != 0;
}
