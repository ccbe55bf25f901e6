/* charts.c - the table, and the charts whose rows are groups. */
#include "page/charts.h"

static struct csv_field text_of(const char *text)
{
	return (struct csv_field){ text, text ? strlen(text) : 0 };
}

const char *charts_things(const struct report *r)
{
	return r->files.kind == RESULT_OF_AUDIT ? "domains"
	        : r->files.is_mail              ? "messages"
	                                        : "rows";
}

/* ---- rows from groups ---- */

/* A text of our own fits where it is a name or a word of the program. */
static void add_word(struct figure *f, const struct word *w, struct csv_field key, uint64_t n)
{
	struct figure_row *row = figure_add(f, w && w->label ? text_of(w->label) : key, n);
	if (!row)
		return;
	row->detail = text_of(w ? w->meaning : NULL);
	row->colour = w ? w->colour : COLOUR_OTHER;
}

/* In the order of the list; then words that it does not have. */
static void add_in_order(struct figure *f, const struct groups *g, enum words_list list)
{
	const struct word *w;
	struct group group;
	for (unsigned k = 0; (w = words_at(list, k)) != NULL; k++)
		add_word(f, w, text_of(w->word), chart_count(g, w->word));
	for (uint64_t i = 0; groups_at(g, i, &group); i++)
		if (!words_find(list, group.key))
			add_word(f, NULL, group.key, group.counts[GROUP_MESSAGES]);
	unsigned n = 0;
	for (unsigned i = 0; i < f->n_rows; i++)
		if (f->rows[i].n)
			f->rows[n++] = f->rows[i];
	f->n_rows = n;
}

bool chart_shares(struct figure *f, const struct chart *chart, const struct charts *c)
{
	f->total = c->report->totals[GROUP_MESSAGES];
	f->detail_head = "meaning";
	add_in_order(f, c->report->groups[chart->by], chart->list);
	return chart->say(f, c) || f->total;
}

/* Rows without a name: they are no group of their own. */
static const struct csv_field no_name = { "(none)", 6 };

/* How many names behind the group at `first` have as many as that. */
static uint64_t count_alike(const struct groups *g, uint64_t first)
{
	struct group group;
	uint64_t n = 0, most = groups_at(g, first, &group) ? group.counts[GROUP_MESSAGES] : 0;
	for (uint64_t i = first + 1; groups_at(g, i, &group); i++) {
		if (group.counts[GROUP_MESSAGES] != most)
			break;
		n += !csv_field_same(group.key, no_name);
	}
	return n;
}

/* Words, the most frequent first. */
bool chart_words(struct figure *f, const struct chart *chart, const struct charts *c)
{
	const struct groups *g = c->report->groups[chart->by];
	struct group group;
	f->total = c->report->totals[GROUP_MESSAGES];
	f->detail_head = "meaning";
	f->shows_details = true;
	for (uint64_t i = 0; i < FIGURE_ROWS_MAX && groups_at(g, i, &group); i++) {
		const struct word *w = words_find(chart->list, group.key);
		add_word(f, w, group.key, group.counts[GROUP_MESSAGES]);
		f->rows[i].colour = chart->colour;
	}
	f->n_alike = count_alike(g, f->first);
	return chart->say(f, c);
}

/* Names, the largest first. When all that are shown are alike, none is: they would be those that
 * the alphabet has first. */
bool chart_names(struct figure *f, const struct chart *chart, const struct charts *c)
{
	const struct groups *g = c->report->groups[chart->by];
	struct group group;
	f->total = c->report->totals[GROUP_MESSAGES];
	for (unsigned i = 0; i < CHART_NAMES && groups_at(g, i, &group); i++) {
		bool is_named = !csv_field_same(group.key, no_name);
		struct figure_row *row = figure_add(f, is_named ? group.key : text_of(chart->none),
		        group.counts[GROUP_MESSAGES]);
		row->detail = group.name;
		row->colour = chart->colour;
		if (is_named && !f->n_names++)
			f->first = i;
	}
	f->n_alike = count_alike(g, f->first);
	f->n_more = groups_count(g) - f->n_rows;
	if (f->n_more && f->rows[0].n == f->rows[f->n_rows - 1].n) {
		f->n_rows = f->n_names = 0;
		f->n_more = 0;
	}
	return chart->say(f, c);
}

uint64_t chart_names_in_all(const struct groups *g)
{
	struct group group;
	return groups_count(g) - groups_find(g, no_name, &group);
}

/* The same with the names of addresses, and in whose name most of it was. */
bool chart_clients(struct figure *f, const struct chart *chart, const struct charts *c)
{
	const struct groups *g = c->report->groups[chart->by];
	struct group group;
	f->detail_head = "name";
	f->whose_head = "mostly as";
	f->shows_details = true;
	bool is_shown = chart_names(f, chart, c);
	for (unsigned i = 0; i < f->n_rows && groups_at(g, i, &group); i++)
		f->rows[i].whose = group.reason;
	return is_shown;
}

/* The same with a part of the bar for each result of SPF. */
bool chart_senders(struct figure *f, const struct chart *chart, const struct charts *c)
{
	static const enum group_count counts[] = { GROUP_PASS, GROUP_FAIL, GROUP_SOFTFAIL,
		GROUP_NEUTRAL, GROUP_NONE, GROUP_PERMERROR, GROUP_TEMPERROR, GROUP_OTHER };
	const struct groups *g = c->report->groups[chart->by];
	struct group group;
	bool is_shown = chart_names(f, chart, c);
	f->n_series = sizeof counts / sizeof counts[0];
	f->detail_head = "commonest reason";
	for (unsigned k = 0; k < f->n_series; k++) {
		const char *name = group_count_name(counts[k]);
		const struct word *w = words_find(WORDS_SPF, text_of(name));
		f->series[k] = (struct figure_series){
			.name = counts[k] == GROUP_OTHER ? "no verdict" : name,
			.colour = w ? w->colour : COLOUR_OTHER,
		};
		for (unsigned i = 0; i < f->n_rows && groups_at(g, i, &group); i++)
			f->rows[i].values[k] = group.counts[counts[k]];
	}
	for (unsigned i = 0; i < f->n_rows && groups_at(g, i, &group); i++)
		f->rows[i].detail = group.reason;
	return is_shown;
}

/* ---- the table ---- */

enum { SCAN = 1, MAIL = 2, AUDIT = 4 };

static const struct {
	unsigned kinds; /* of results */
	struct chart chart;
} table[] = {
	/* clang-format off */
	{ SCAN, { "spf", "Does SPF pass?", FIGURE_SHARE, "result", chart_shares, chart_say_spf,
	          REPORT_BY_SPF, WORDS_SPF } },
	{ AUDIT, { "record", "Who has an SPF record that works?", FIGURE_SHARE, "state", chart_shares, chart_say_record,
	           REPORT_BY_RECORD_STATE, WORDS_RECORD_STATE } },
	{ MAIL, { "enforced", "What would be lost if SPF were enforced?", FIGURE_SHARE, "messages that", chart_enforced } },
	{ SCAN | AUDIT, { "problems", "What is wrong, and how often?", FIGURE_BARS, "problem", chart_words, chart_say_problems,
	                  REPORT_BY_PROBLEM, WORDS_PROBLEMS, COLOUR_BAD } },
	{ SCAN, { "senders", "Which domains matter most, and how do they fare?", FIGURE_BARS, "domain", chart_senders,
	          chart_say_senders, REPORT_BY_DOMAIN, .none = "(no domain)" } },
	{ SCAN, { "clients", "Which clients send in the name of others?", FIGURE_BARS, "client", chart_clients, chart_say_clients,
	          REPORT_BY_REFUSED_CLIENT, 0, COLOUR_BAD, "(no address)" } },
	{ SCAN, { "names", "In whose name is mail sent without right?", FIGURE_BARS, "domain", chart_names, chart_say_refused,
	          REPORT_BY_REFUSED_DOMAIN, 0, COLOUR_BAD, "(no domain)" } },
	{ MAIL, { "then", "What did SPF say then, and what does it say now?", FIGURE_BARS, "then", chart_then } },
	{ SCAN, { "broken", "What is in the way of SPF?", FIGURE_BARS, "reason", chart_words, chart_say_broken,
	          REPORT_BY_SPF_PROBLEM, WORDS_SPF_PROBLEM, COLOUR_BROKEN } },
	{ AUDIT, { "all", "How do policies end?", FIGURE_SHARE, "end", chart_shares, chart_say_all,
	           REPORT_BY_ALL, WORDS_ALL } },
	{ SCAN | AUDIT, { "lookups", "How much of the limit of 10 look-ups is used?", FIGURE_HISTOGRAM, "look-up terms",
	                  chart_lookups } },
	{ AUDIT, { "addresses", "How many addresses may send?", FIGURE_HISTOGRAM, "IPv4 addresses", chart_addresses } },
	{ SCAN, { "reverse", "Do reverse names lead back to the address?", FIGURE_SHARE, "iprev", chart_shares, chart_say_reverse,
	          REPORT_BY_IPREV, WORDS_IPREV } },
	{ SCAN | AUDIT, { "includes", "Who may send for others, by include?", FIGURE_BARS, "provider", chart_names,
	                  chart_say_includes, REPORT_BY_INCLUDE, 0, COLOUR_GOOD, "(no name)" } },
	{ SCAN | AUDIT, { "mx", "Who takes in mail for others?", FIGURE_BARS, "provider", chart_names, chart_say_mx,
	                  REPORT_BY_MX, 0, COLOUR_GOOD, "(no name)" } },
	{ SCAN | AUDIT, { "mail-hosts", "Who receives the domains' mail?", FIGURE_SHARE, "mx_state", chart_shares, chart_say_hosts,
	                  REPORT_BY_MX_STATE, WORDS_MX_STATE } },
	{ AUDIT, { "mx-reverse", "Do the mail hosts' reverse names lead back?", FIGURE_BARS, "iprev", chart_words,
	           chart_say_mx_reverse, REPORT_BY_MX_PTR, WORDS_IPREV, COLOUR_GOOD } },
	{ SCAN | AUDIT, { "failures", "Which look-ups failed, and how?", FIGURE_BARS, "cause", chart_words, chart_say_failures,
	                  REPORT_BY_CAUSE, WORDS_CAUSE, COLOUR_BAD } },
	{ SCAN | AUDIT, { "upstreams", "How did the upstreams answer?", FIGURE_BARS, "upstream", chart_upstreams } },
	{ SCAN | AUDIT, { "age", "From when are the answers?", FIGURE_HISTOGRAM, "time (UTC)", chart_age } },
	/* clang-format on */
};
enum { CHARTS = sizeof table / sizeof table[0] };

unsigned charts_groups(void)
{
	unsigned groups = 1u << REPORT_BY_STATUS;
	for (unsigned i = 0; i < CHARTS; i++)
		if (table[i].chart.say)
			groups |= 1u << table[i].chart.by;
	return groups;
}

/* What is not shown, and what was dropped, stands below. */
static void add_notes(struct figure *f, const struct chart *chart, const struct charts *c)
{
	uint64_t messages, dropped;
	if (f->n_more) {
		textbuf_put_text(&f->notes, "The ");
		figure_put_count(&f->notes, f->n_rows);
		textbuf_put_text(&f->notes, " largest are shown, ");
		figure_put_count(&f->notes, f->n_more);
		textbuf_put_text(&f->notes, " are not. ");
	}
	dropped = chart->say ? groups_dropped(c->report->groups[chart->by], &messages) : 0;
	if (dropped) {
		textbuf_put_text(&f->notes, "Memory was full: at least ");
		figure_put_count(&f->notes, dropped);
		textbuf_put_text(&f->notes, " small groups are missing here, with ");
		figure_put_things(&f->notes, messages, f->unit);
		textbuf_put_text(&f->notes, "; --memory makes room. ");
	}
}

bool charts_fill(const struct charts *c, unsigned i, struct figure *f, bool *is_shown)
{
	const struct report *r = c->report;
	unsigned kind = r->files.kind == RESULT_OF_AUDIT ? AUDIT
	        : r->files.is_mail                       ? SCAN | MAIL
	                                                 : SCAN;
	if (i >= CHARTS)
		return false;
	const struct chart *chart = &table[i].chart;
	*is_shown = table[i].kinds & kind;
	if (!*is_shown)
		return true;
	figure_begin(f, chart->id, chart->question, chart->shape);
	f->unit = charts_things(r);
	f->label_head = chart->label_head;
	*is_shown = chart->fill(f, chart, c);
	add_notes(f, chart, c);
	return true;
}
