/* reportprint.c - three forms of the same numbers. */
#include "report/reportprint.h"

#include "base/json.h"

#include <stdio.h>
#include <stdlib.h>

enum { KEY_COLUMNS_MAX = 44, DAY_S = 86400 };

/* The columns of the table for people. */
static const struct {
	enum group_count count;
	const char *title;
} columns[] = {
	{ GROUP_MESSAGES, "messages" },
	{ GROUP_PASS, "pass" },
	{ GROUP_FAIL, "fail" },
	{ GROUP_SOFTFAIL, "softfail" },
	{ GROUP_PERMERROR, "permerror" },
	{ GROUP_TEMPERROR, "temperror" },
	{ GROUP_RDNS_BAD, "rDNS bad" },
};
enum { COLUMNS = sizeof columns / sizeof columns[0] };

static const char sentence[] =
        "Forwarding and mailing lists break SPF, and DKIM is not looked at: a message that fails "
        "here\nmay well be wanted, and pass by DKIM.\n";

/* ---- text ---- */

static int digits_of(uint64_t n)
{
	char text[24];
	return snprintf(text, sizeof text, "%llu", (unsigned long long)n);
}

/* What people see of a key: a client with its name. Printable; DNS text is escaped already. */
static void put_key(struct textbuf *out, const struct group *g, size_t width)
{
	struct textbuf key = { 0 };
	textbuf_put(&key, g->key.text, g->key.size);
	if (g->name.size) {
		textbuf_put_char(&key, ' ');
		textbuf_put(&key, g->name.text, g->name.size);
	}
	char *shown = malloc(key.size + 1);
	if (!shown || key.failed) {
		out->failed = true;
	} else {
		csv_field_show(shown, key.size + 1, (struct csv_field){ key.bytes, key.size });
		if (key.size > width)
			memcpy(shown + width - 3, "...", 3);
		textbuf_printf(out, "%-*.*s", (int)width, (int)width, shown);
	}
	free(shown);
	textbuf_fini(&key);
}

static uint64_t shown_groups(const struct report *r, enum report_by by, unsigned top)
{
	uint64_t n = groups_count(r->groups[by]);
	return top && top < n ? top : n;
}

static size_t key_width(const struct report *r, enum report_by by, uint64_t n)
{
	size_t width = strlen("(none)");
	struct group g;
	for (uint64_t i = 0; i < n && groups_at(r->groups[by], i, &g); i++) {
		size_t size = g.key.size + (g.name.size ? g.name.size + 1 : 0);
		width = size > width ? size : width;
	}
	return width < KEY_COLUMNS_MAX ? width : KEY_COLUMNS_MAX;
}

static void put_reason(struct textbuf *out, const struct group *g)
{
	char *shown = malloc(g->reason.size + 1);
	if (!shown) {
		out->failed = true;
		return;
	}
	textbuf_printf(out, "  %s\n", csv_field_show(shown, g->reason.size + 1, g->reason));
	free(shown);
}

static void put_table(struct textbuf *out, const struct report *r, enum report_by by, unsigned top)
{
	uint64_t n = shown_groups(r, by, top);
	size_t width = key_width(r, by, n);
	int widths[COLUMNS];
	struct group g;
	textbuf_printf(out, "%-*s", (int)width, rowkeys_word(by));
	for (unsigned c = 0; c < COLUMNS; c++) {
		int title = (int)strlen(columns[c].title),
		    most = digits_of(r->totals[columns[c].count]);
		widths[c] = 2 + (title > most ? title : most);
		textbuf_printf(out, "%*s", widths[c], columns[c].title);
	}
	textbuf_put_text(out, "  commonest reason\n");
	for (uint64_t i = 0; i < n && groups_at(r->groups[by], i, &g); i++) {
		put_key(out, &g, width);
		for (unsigned c = 0; c < COLUMNS; c++)
			textbuf_printf(out, "%*llu", widths[c],
			        (unsigned long long)g.counts[columns[c].count]);
		put_reason(out, &g);
	}
	textbuf_printf(out, "%-*s", (int)width, "all");
	for (unsigned c = 0; c < COLUMNS; c++)
		textbuf_printf(
		        out, "%*llu", widths[c], (unsigned long long)r->totals[columns[c].count]);
	textbuf_put_char(out, '\n');
}

static void put_dropped(
        struct textbuf *out, const struct report *r, enum report_by by, unsigned top)
{
	uint64_t n = groups_count(r->groups[by]), messages, dropped;
	if (shown_groups(r, by, top) < n)
		textbuf_printf(out, "%llu more groups are not shown (--top)\n",
		        (unsigned long long)(n - shown_groups(r, by, top)));
	dropped = groups_dropped(r->groups[by], &messages);
	if (dropped)
		textbuf_printf(out,
		        "Memory was full: %llu small groups were dropped, with %llu messages, "
		        "which the line \"all\" counts; --memory makes room\n",
		        (unsigned long long)dropped, (unsigned long long)messages);
}

static double percent(uint64_t part, uint64_t whole)
{
	return whole ? 100.0 * (double)part / (double)whole : 0;
}

static void put_enforced(struct textbuf *out, const struct report *r)
{
	uint64_t unused;
	textbuf_printf(out,
	        "\nIf SPF were enforced, of the %llu messages that were taken in:\n"
	        "  %llu (%.1f %%) fail SPF\n"
	        "  %llu (%.1f %%), of %s%llu domains, pass by none of SPF, HELO and reverse name\n",
	        (unsigned long long)r->n_accepted, (unsigned long long)r->n_would_fail,
	        percent(r->n_would_fail, r->n_accepted), (unsigned long long)r->n_lost,
	        percent(r->n_lost, r->n_accepted),
	        groups_dropped(r->lost, &unused) ? "at least " : "",
	        (unsigned long long)groups_count(r->lost));
	if (r->n_unknown)
		textbuf_printf(out, "  %llu (%.1f %%) may: a look-up failed, or was not made\n",
		        (unsigned long long)r->n_unknown, percent(r->n_unknown, r->n_accepted));
	textbuf_put_text(out, sentence);
}

static void put_then(struct textbuf *out, const struct report *r)
{
	if (!r->n_then)
		return;
	textbuf_printf(out,
	        "\nWhat the log said then (a line each) and what SPF says now; %.1f %% differ:\n"
	        "%-12s",
	        percent(r->n_then_differs, r->n_then), "");
	for (unsigned now = 0; now < REPORT_WORDS; now++)
		textbuf_printf(out, "%11s", report_word(now));
	for (unsigned then = 0; then + 1 < REPORT_WORDS; then++) {
		textbuf_printf(out, "\n%-12s", report_word(then));
		for (unsigned now = 0; now < REPORT_WORDS; now++)
			textbuf_printf(out, "%11llu", (unsigned long long)r->then[then][now]);
	}
	textbuf_put_char(out, '\n');
}

void reportprint_text(struct textbuf *out, const struct report *r, enum report_by by, unsigned top)
{
	put_table(out, r, by, top);
	put_dropped(out, r, by, top);
	put_enforced(out, r);
	if (r->n_old)
		textbuf_printf(out,
		        "\nWarning: %llu messages are older than the answers by more than a week, "
		        "the oldest by %lld days.\nRecords change: these verdicts are of today's "
		        "records, not of those that stood when the mail came.\n",
		        (unsigned long long)r->n_old, (long long)(r->oldest_s / DAY_S));
	put_then(out, r);
}

/* ---- CSV ---- */

void reportprint_csv(struct textbuf *out, const struct report *r, enum report_by by, unsigned top)
{
	struct group g;
	textbuf_printf(out, "%s,name", rowkeys_word(by));
	for (enum group_count c = 0; c < GROUP_COUNTS; c++)
		textbuf_printf(out, ",%s", group_count_name(c));
	textbuf_put_text(out, ",reason,reason_count\n");
	for (uint64_t i = 0; i < shown_groups(r, by, top) && groups_at(r->groups[by], i, &g); i++) {
		csv_put_field(out, g.key.text, g.key.size);
		textbuf_put_char(out, ',');
		csv_put_field(out, g.name.text, g.name.size);
		for (enum group_count c = 0; c < GROUP_COUNTS; c++)
			textbuf_printf(out, ",%llu", (unsigned long long)g.counts[c]);
		textbuf_put_char(out, ',');
		csv_put_field(out, g.reason.text, g.reason.size);
		textbuf_printf(out, ",%llu\n", (unsigned long long)g.reason_count);
	}
}

/* ---- JSON ---- */

static void put_field(struct json *j, const char *name, struct csv_field field)
{
	struct textbuf text = { 0 };
	textbuf_put(&text, field.text, field.size);
	json_text(j, name, textbuf_text(&text));
	j->out->failed |= text.failed;
	textbuf_fini(&text);
}

static void put_counts(struct json *j, const uint64_t counts[GROUP_COUNTS])
{
	for (enum group_count c = 0; c < GROUP_COUNTS; c++)
		json_u64(j, group_count_name(c), counts[c]);
}

static void put_groups(struct json *j, const struct report *r, enum report_by by, unsigned top)
{
	struct group g;
	json_open_list(j, "groups");
	for (uint64_t i = 0; i < shown_groups(r, by, top) && groups_at(r->groups[by], i, &g); i++) {
		json_open(j, NULL);
		put_field(j, rowkeys_word(by), g.key);
		if (g.name.size)
			put_field(j, "name", g.name);
		put_counts(j, g.counts);
		put_field(j, "reason", g.reason);
		json_u64(j, "reason_count", g.reason_count);
		json_close(j);
	}
	json_close_list(j);
}

static void put_then_json(struct json *j, const struct report *r)
{
	json_open(j, "spf_then");
	for (unsigned then = 0; then + 1 < REPORT_WORDS; then++) {
		json_open(j, report_word(then));
		for (unsigned now = 0; now < REPORT_WORDS; now++)
			json_u64(j, now + 1 < REPORT_WORDS ? report_word(now) : "no_verdict",
			        r->then[then][now]);
		json_close(j);
	}
	json_close(j);
}

void reportprint_json(struct textbuf *out, const struct report *r, enum report_by by, unsigned top)
{
	struct json j;
	uint64_t messages, dropped = groups_dropped(r->groups[by], &messages);
	json_begin(&j, out);
	json_text(&j, "by", rowkeys_word(by));
	json_u64(&j, "rows", r->n_rows);
	json_u64(&j, "connects", r->n_connects);
	json_open(&j, "all");
	put_counts(&j, r->totals);
	json_close(&j);
	json_u64(&j, "group_count", groups_count(r->groups[by]));
	json_u64(&j, "dropped_groups", dropped);
	json_u64(&j, "dropped_messages", messages);
	put_groups(&j, r, by, top);
	json_open(&j, "enforced");
	json_u64(&j, "messages", r->n_accepted);
	json_u64(&j, "spf_fail", r->n_would_fail);
	json_u64(&j, "pass_by_nothing", r->n_lost);
	json_u64(&j, "pass_by_nothing_domains", groups_count(r->lost));
	json_u64(&j, "unknown", r->n_unknown);
	json_close(&j);
	json_u64(&j, "older_than_answers", r->n_old);
	json_u64(&j, "oldest_days", (uint64_t)(r->oldest_s / DAY_S));
	put_then_json(&j, r);
	json_end(&j);
}
