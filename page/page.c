/* page.c - the head, what was read, a section for each chart, the manifest. */
#include "page/page.h"

#include "page/draw.h"
#include "page/markup.h"
#include "page/style.h"

/* How much of a name, and of a reason, a table shows. */
enum { LABEL_COLUMNS = 160, DETAIL_COLUMNS = 160, WHERE_COLUMNS = 200 };

static void put(struct textbuf *out, const char *text)
{
	textbuf_put_text(out, text);
}

static void put_title(struct textbuf *out, const struct report *r)
{
	put(out, r->files.kind == RESULT_OF_AUDIT ? "SPF policies of " : "SPF and reverse DNS of ");
	figure_put_things(out, r->totals[GROUP_MESSAGES], charts_things(r));
}

static void put_head(struct textbuf *out, const struct page *page)
{
	put(out,
	        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
	        "style-src 'unsafe-inline'\">\n"
	        "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
	        "<meta name=\"generator\" content=\"spfsweep ");
	markup_put_text(out, page->version);
	put(out, "\">\n<title>");
	put_title(out, page->charts.report);
	put(out, "</title>\n<style>\n");
	put(out, style_text);
	put(out, "</style>\n</head>\n<body>\n");
}

/* ---- what was read ---- */

static void put_warning(struct textbuf *out, const char *text)
{
	put(out, "<p class=\"warn\"><strong>Not all of it:</strong> ");
	put(out, text);
	put(out, "</p>\n");
}

static void put_statuses(struct textbuf *out, const struct report *r)
{
	const struct groups *g = r->groups[REPORT_BY_STATUS];
	uint64_t bad = chart_count(g, "bad_input"), excluded = chart_count(g, "excluded");
	if (r->n_rows != r->totals[GROUP_MESSAGES]) {
		put(out, " They stand in ");
		figure_put_things(out, r->n_rows, "rows");
		put(out, ".");
	}
	if (r->files.is_mail && r->n_accepted < r->totals[GROUP_MESSAGES]) {
		uint64_t rejected = r->totals[GROUP_MESSAGES] - r->n_accepted;
		put(out, " Of them ");
		figure_put_count(out, rejected);
		put(out, rejected == 1 ? " was rejected then." : " were rejected then.");
	}
	if (bad) {
		put(out, " Of them ");
		figure_put_count(out, bad);
		put(out, bad == 1 ? " is bad input." : " are bad input.");
	}
	if (excluded) {
		put(out, " Nothing was asked for ");
		figure_put_count(out, excluded);
		put(out, ", which --exclude names.");
	}
	if (r->n_connects) {
		put(out, " Clients that only connected are no messages: ");
		figure_put_count(out, r->n_connects);
		put(out, ".");
	}
}

/* Plain CSV says nothing of that. */
static void put_is_whole(struct textbuf *out, const struct page *page)
{
	const struct sources *s = page->charts.sources;
	if (!page->is_torn && !page->charts.report->files.n_unfinished && !s->n_silent)
		put(out,
		        s->n_files == 1 ? " What wrote it ran to its end."
		                        : " What wrote them ran to its end.");
}

static void put_header(struct textbuf *out, const struct page *page)
{
	const struct sources *s = page->charts.sources;
	put(out, "<header>\n<h1>");
	put_title(out, page->charts.report);
	put(out, "</h1>\n<p class=\"about\">From ");
	textbuf_put(out, s->names.bytes, s->names.size);
	put(out, ".");
	put_statuses(out, page->charts.report);
	put_is_whole(out, page);
	if (page->where) {
		put(out, " Only rows with <bdi>");
		markup_put_cut(
		        out, (struct csv_field){ page->where, strlen(page->where) }, WHERE_COLUMNS);
		put(out, "</bdi> count.");
	}
	put(out, "</p>\n");
	if (page->is_torn)
		put_warning(
		        out, "a file ended too early, or is damaged. The rows before that count.");
	if (page->charts.report->files.n_unfinished)
		put_warning(out,
		        s->n_files == 1 ? "the scan that wrote this did not end. --resume goes on "
		                          "with it."
		                        : "a scan that wrote one of these files did not end. "
		                          "--resume goes on with it.");
	put(out, "</header>\n");
}

/* ---- charts ---- */

static void put_heads(struct textbuf *out, const struct figure *f)
{
	textbuf_printf(out, "<thead><tr><th scope=\"col\">%s</th>", f->label_head);
	textbuf_printf(out, "<th scope=\"col\" class=\"r\">%s</th>", f->unit);
	put(out, "<th scope=\"col\" class=\"r\">share</th>");
	for (unsigned k = 0; k < f->n_series; k++)
		textbuf_printf(out, "<th scope=\"col\" class=\"r\">%s</th>", f->series[k].name);
	if (f->detail_head)
		textbuf_printf(out, "<th scope=\"col\">%s</th>", f->detail_head);
	if (f->whose_head)
		textbuf_printf(out, "<th scope=\"col\">%s</th>", f->whose_head);
	put(out, "</tr></thead>\n<tbody>\n");
}

static void put_number(struct textbuf *out, uint64_t n)
{
	put(out, "<td class=\"r\">");
	figure_put_count(out, n);
	put(out, "</td>");
}

static void put_text(struct textbuf *out, struct csv_field text)
{
	put(out, "<td><bdi>");
	markup_put_cut(out, text, DETAIL_COLUMNS);
	put(out, "</bdi></td>");
}

static void put_row(struct textbuf *out, const struct figure *f, const struct figure_row *row)
{
	put(out, "<tr><th scope=\"row\"><bdi>");
	markup_put_cut(out, figure_label(row), LABEL_COLUMNS);
	put(out, "</bdi></th>");
	put_number(out, row->n);
	put(out, "<td class=\"r\">");
	figure_put_share(out, row->n, f->total);
	put(out, "</td>");
	for (unsigned k = 0; k < f->n_series; k++)
		put_number(out, row->values[k]);
	if (f->detail_head)
		put_text(out, row->detail);
	if (f->whose_head)
		put_text(out, row->whose);
	put(out, "</tr>\n");
}

static void put_table(struct textbuf *out, const struct figure *f)
{
	put(out, "<details><summary>The numbers</summary>\n");
	textbuf_printf(out,
	        "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"Table: %s\">\n"
	        "<table><caption>%s</caption>\n",
	        f->question, f->question);
	put_heads(out, f);
	for (unsigned i = 0; i < f->n_rows; i++)
		put_row(out, f, &f->rows[i]);
	put(out, "</tbody></table></div></details>\n");
}

static void put_section(struct textbuf *out, const struct figure *f)
{
	textbuf_printf(out, "<section id=\"%s\">\n<p class=\"q\">%s</p>\n<h2>", f->id, f->question);
	textbuf_put(out, f->sentence.bytes, f->sentence.size);
	put(out, "</h2>\n");
	if (f->n_rows)
		draw_in_page(out, f);
	if (f->notes.size) {
		put(out, "<p class=\"notes\">");
		textbuf_put(out, f->notes.bytes, f->notes.size);
		put(out, "</p>\n");
	}
	if (f->n_rows)
		put_table(out, f);
	put(out, "</section>\n");
	out->failed |= f->sentence.failed || f->notes.failed;
}

/* ---- the whole ---- */

static void put_manifest(struct textbuf *out, const struct page *page)
{
	put(out, "<footer>\n<h2>How this was made</h2>\n<p>By spfsweep ");
	markup_put_text(out, page->version);
	put(out,
	        ", which read the files below. What the words mean in full is in its "
	        "docs/output.md "
	        "and docs/audit.md.</p>\n");
	textbuf_put(
	        out, page->charts.sources->manifests.bytes, page->charts.sources->manifests.size);
	put(out, "</footer>\n");
}

void page_put(struct textbuf *out, const struct page *page, struct figure *f)
{
	bool is_shown;
	put_head(out, page);
	put(out, "<svg class=\"patterns\" width=\"0\" height=\"0\" aria-hidden=\"true\">");
	draw_patterns(out);
	put(out, "</svg>\n");
	put_header(out, page);
	put(out, "<main>\n");
	for (unsigned i = 0; charts_fill(&page->charts, i, f, &is_shown); i++)
		if (is_shown)
			put_section(out, f);
	put(out, "</main>\n");
	put_manifest(out, page);
	put(out, "</body>\n</html>\n");
	out->failed |= page->charts.sources->names.failed || page->charts.sources->manifests.failed;
}
