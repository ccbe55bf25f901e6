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
	f->unit = is_audit ? "policies" : "verdicts";
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
	                 : " broke at the limit of 10 look-ups.");
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
	char text[CLOCK_UTC_BYTES];
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
	chart_put(f, "The answers came from ");
	time_text(text, h->least);
	chart_put(f, text);
	chart_put(f, " to ");
	time_text(text, h->most);
	chart_put(f, text);
	chart_put(f, " UTC.");
	note_old_mail(f, c->report);
	return true;
}

/* ---- upstreams ---- */

bool chart_upstreams(struct figure *f, const struct chart *chart, const struct charts *c)
{
	static const struct figure_series series[] = { { "answered", COLOUR_GOOD },
		{ "answered when asked again", COLOUR_SOFT }, { "no answer", COLOUR_BAD } };
	const struct sources_upstream *list = c->sources->upstreams;
	unsigned n = c->sources->n_upstreams;
	uint64_t answered = 0;
	(void)chart;
	f->unit = "queries";
	memcpy(f->series, series, sizeof series);
	f->n_series = 3;
	for (unsigned i = 0; i < n; i++) {
		f->total += list[i].sent;
		answered += list[i].answered;
	}
	for (unsigned i = 0; i < n && i < CHART_NAMES; i++) {
		const struct sources_upstream *u = &list[i];
		uint64_t good = u->answered + u->lost;
		struct figure_row *row = figure_add(
		        f, (struct csv_field){ u->address, strlen(u->address) }, u->sent);
		row->values[0] = u->answered;
		row->values[1] = u->lost;
		row->values[2] = u->sent > good ? u->sent - good : 0;
	}
	f->n_more = n - f->n_rows;
	chart_put_part(f, answered);
	chart_put(f, n == 1 ? " to the upstream were answered." : " to ");
	if (n != 1) {
		figure_put_things(&f->sentence, n, "upstreams");
		chart_put(f, " were answered.");
	}
	textbuf_put_text(&f->notes, "As the scans told at their end; of each, the last run. ");
	return n != 0;
}
