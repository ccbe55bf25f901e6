/* draw.c - three shapes, from top to bottom. Units are pixels, but across in a page. */
#include "page/draw.h"

#include "page/markup.h"

#include <stdio.h>

enum {
	LINE = 19, /* from one line of text to the next */
	BAR = 11,  /* how high a bar is */
	GAP = 12,  /* between two rows */
	SHARE_BAR = 30,
	SWATCH = 14,
	PLOT = 190,   /* how high the largest column is */
	TOP = 34,     /* above it: the limit's label, and below that the highest count */
	FEW_BINS = 3, /* fewer are no wider; the times below three have room on a telephone */
	LABEL_PERCENT = 70,
	LABEL_COLUMNS = 38,
	DETAIL_COLUMNS = 54,
};

struct drawing {
	struct textbuf *out;
	const struct figure *f;
	bool is_alone;
	double y;
};

/* The colours of Okabe and Ito, which colour-blind people tell apart, and what is drawn on them. */
static const struct {
	const char *colour, *lines;
} patterns[COLOURS] = {
	[COLOUR_GOOD] = { "#0072b2", "" },
	[COLOUR_BAD] = { "#d55e00",
	        "<path d=\"M0 8L8 0M-2 2L2-2M6 10L10 6\" stroke=\"#fff\" "
	        "stroke-opacity=\".75\" stroke-width=\"1.6\"/>" },
	[COLOUR_SOFT] = { "#e69f00", "<circle cx=\"4\" cy=\"4\" r=\"1.5\" fill=\"#fff\"/>" },
	[COLOUR_BROKEN] = { "#cc79a7",
	        "<path d=\"M0 0L8 8M0 8L8 0\" stroke=\"#fff\" "
	        "stroke-opacity=\".8\"/>" },
	[COLOUR_FAILED] = { "#f0e442", "<path d=\"M0 2H8M0 6H8\" stroke=\"#555\"/>" },
	[COLOUR_QUIET] = { "#56b4e9",
	        "<path d=\"M2 0V8M6 0V8\" stroke=\"#fff\" "
	        "stroke-opacity=\".8\"/>" },
	[COLOUR_ABSENT] = { "#999999",
	        "<path d=\"M0 0L8 8M-2 6L2 10M6-2L10 2\" stroke=\"#fff\" "
	        "stroke-opacity=\".5\"/>" },
	[COLOUR_OTHER] = { "#e4e4e4", "<circle cx=\"4\" cy=\"4\" r=\"1\" fill=\"#333\"/>" },
};

/* ---- pieces ---- */

/* A length or a place across, as a share of the width. */
static void put_across(struct drawing *d, const char *name, double share)
{
	if (d->is_alone)
		textbuf_printf(d->out, " %s=\"%.2f\"", name, share * DRAW_WIDTH);
	else
		textbuf_printf(d->out, " %s=\"%.3f%%\"", name, share * 100);
}

/* `is_plain`: without the pattern, where nothing of another colour stands beside it. */
static void put_rect(struct drawing *d, double x, double y, double width, double height,
        enum words_colour colour, bool is_plain)
{
	if (width <= 0)
		return;
	textbuf_put_text(d->out, "<rect");
	put_across(d, "x", x);
	put_across(d, "width", width);
	textbuf_printf(d->out, " y=\"%.1f\" height=\"%.1f\" ", y, height);
	if (is_plain)
		textbuf_printf(d->out, "fill=\"%s\"/>\n", patterns[colour].colour);
	else
		textbuf_printf(d->out, "fill=\"url(#p%u)\"/>\n", (unsigned)colour);
}

static void begin_text(struct drawing *d, double x, double y, const char *class, const char *anchor)
{
	textbuf_printf(d->out, "<text class=\"%s\"", class);
	put_across(d, "x", x);
	textbuf_printf(d->out, " y=\"%.1f\"", y);
	if (anchor)
		textbuf_printf(d->out, " text-anchor=\"%s\"", anchor);
	textbuf_put_char(d->out, '>');
}

static void end_text(struct drawing *d)
{
	textbuf_put_text(d->out, "</text>\n");
}

static void put_line(
        struct drawing *d, double x, double y, double to_x, double to_y, const char *class)
{
	textbuf_printf(d->out, "<line class=\"%s\"", class);
	put_across(d, "x1", x);
	put_across(d, "x2", to_x);
	textbuf_printf(d->out, " y1=\"%.1f\" y2=\"%.1f\"/>\n", y, to_y);
}

/* What stands at the right end of a row. */
static void put_number(struct drawing *d, double y, uint64_t n)
{
	begin_text(d, 1, y, "n", "end");
	figure_put_count(d->out, n);
	textbuf_put_text(d->out, " \xc2\xb7 ");
	figure_put_share(d->out, n, d->f->total);
	end_text(d);
}

/* A square of the colour with its pattern. Its width is no share of the drawing's. */
static void put_swatch(struct drawing *d, double x, double y, enum words_colour colour)
{
	textbuf_put_text(d->out, "<rect");
	put_across(d, "x", x);
	textbuf_printf(d->out, " y=\"%.1f\" width=\"%d\" height=\"%d\" fill=\"url(#p%u)\"/>\n", y,
	        SWATCH, SWATCH, (unsigned)colour);
}

/* The label of a row, which ends before its number however wide its letters are; `dx` pixels from
 * the left. */
static void put_label(struct drawing *d, double y, int dx, const struct figure_row *row)
{
	textbuf_put_text(d->out, "<svg");
	put_across(d, "width", LABEL_PERCENT / 100.0);
	textbuf_printf(d->out, " y=\"%.1f\" height=\"%d\">", y, LINE);
	textbuf_printf(d->out, "<text class=\"t\" x=\"%d\" y=\"13\">", dx);
	markup_put_cut(d->out, figure_label(row), LABEL_COLUMNS);
	textbuf_put_text(d->out, "</text></svg>\n");
}

/* Text beside a swatch: `dx` moves it by pixels. */
static void begin_beside(struct drawing *d, double x, double y, const char *class)
{
	textbuf_printf(d->out, "<text class=\"%s\"", class);
	put_across(d, "x", x);
	textbuf_printf(d->out, " y=\"%.1f\" dx=\"%d\">", y, SWATCH + 8);
}

/* ---- shares ---- */

static void draw_share(struct drawing *d)
{
	const struct figure *f = d->f;
	double x = 0;
	for (unsigned i = 0; i < f->n_rows; i++) {
		double width = f->total ? (double)f->rows[i].n / (double)f->total : 0;
		put_rect(d, x, 0.5, width, SHARE_BAR - 1, f->rows[i].colour, false);
		x += width;
	}
	d->y = SHARE_BAR + GAP;
	for (unsigned i = 0; i < f->n_rows; i++) {
		const struct figure_row *row = &f->rows[i];
		put_swatch(d, 0, d->y + 1, row->colour);
		put_label(d, d->y, SWATCH + 8, row);
		put_number(d, d->y + 13, row->n);
		d->y += LINE;
		if (row->detail.size) {
			begin_beside(d, 0, d->y + 11, "d");
			markup_put_cut(d->out, row->detail, DETAIL_COLUMNS);
			end_text(d);
			d->y += LINE - 2;
		}
		d->y += 6;
	}
}

/* ---- bars ---- */

static void draw_legend(struct drawing *d)
{
	const struct figure *f = d->f;
	for (unsigned k = 0; k < f->n_series; k++) {
		double x = k % 2 ? 0.5 : 0;
		put_swatch(d, x, d->y, f->series[k].colour);
		begin_beside(d, x, d->y + 12, "t");
		markup_put_text(d->out, f->series[k].name);
		end_text(d);
		if (k % 2 || k + 1 == f->n_series)
			d->y += LINE + 2;
	}
	if (f->n_series)
		d->y += GAP - 4;
}

static void put_detail(struct drawing *d, const char *before, struct csv_field text)
{
	begin_text(d, 0, d->y + 11, "d", NULL);
	textbuf_put_text(d->out, before);
	markup_put_cut(d->out, text, DETAIL_COLUMNS);
	end_text(d);
	d->y += LINE - 2;
}

static void draw_bar(struct drawing *d, const struct figure_row *row, uint64_t most)
{
	const struct figure *f = d->f;
	double x = 0, scale = most ? 1 / (double)most : 0;
	put_label(d, d->y, 0, row);
	put_number(d, d->y + 13, row->n);
	d->y += LINE;
	if (f->shows_details && row->detail.size)
		put_detail(d, "", row->detail);
	if (f->shows_details && row->whose.size)
		put_detail(d, "as ", row->whose);
	if (!f->n_series)
		put_rect(d, 0, d->y, (double)row->n * scale, BAR, row->colour, true);
	for (unsigned k = 0; k < f->n_series; k++) {
		put_rect(d, x, d->y, (double)row->values[k] * scale, BAR, f->series[k].colour,
		        false);
		x += (double)row->values[k] * scale;
	}
	put_line(d, 0, d->y + BAR + 0.5, 1, d->y + BAR + 0.5, "g");
	d->y += BAR + GAP;
}

static void draw_bars(struct drawing *d)
{
	uint64_t most = figure_most(d->f);
	draw_legend(d);
	for (unsigned i = 0; i < d->f->n_rows; i++)
		draw_bar(d, &d->f->rows[i], most);
}

/* ---- histograms ---- */

/* 1, 2 or 5 times a power of ten: two to five lines of it lie up to `most`. */
static uint64_t nice_step(uint64_t most)
{
	uint64_t power = 1;
	while (power <= most / 10)
		power *= 10;
	uint64_t times = most / power;
	if (times >= 5)
		return 2 * power;
	if (times >= 2)
		return power;
	return power >= 10 ? power / 2 : power;
}

static void draw_grid(struct drawing *d, uint64_t most)
{
	uint64_t step = nice_step(most);
	for (uint64_t at = step; at <= most; at += step) {
		double y = TOP + PLOT * (1 - (double)at / (double)most);
		put_line(d, 0, y, 1, y, "g");
		begin_text(d, 1, y - 3, "d", "end");
		figure_put_count(d->out, at);
		end_text(d);
		if (most - at < step)
			break;
	}
	put_line(d, 0, TOP + PLOT, 1, TOP + PLOT, "a");
}

static void draw_limit(struct drawing *d, double column)
{
	const struct figure *f = d->f;
	if (!f->limit_at || f->limit_at > f->n_rows)
		return;
	double x = f->limit_at * column;
	put_line(d, x, TOP - 26, x, TOP + PLOT, "l");
	textbuf_put_text(d->out, "<text class=\"d\"");
	put_across(d, "x", x);
	textbuf_printf(d->out, " y=\"%d\" dx=\"5\">", TOP - 18);
	markup_put_text(d->out, f->limit_label);
	end_text(d);
}

static void draw_histogram(struct drawing *d)
{
	const struct figure *f = d->f;
	uint64_t most = figure_most(f);
	double column = 0.9 / (f->n_rows > FEW_BINS ? f->n_rows : FEW_BINS);
	if (most)
		draw_grid(d, most);
	for (unsigned i = 0; i < f->n_rows; i++) {
		const struct figure_row *row = &f->rows[i];
		double height = most ? PLOT * (double)row->n / (double)most : 0;
		height = row->n && height < 1 ? 1 : height; /* one of a million can be seen */
		put_rect(d, (i + 0.08) * column, TOP + PLOT - height, row->n ? 0.84 * column : 0,
		        height, row->colour, row->colour == COLOUR_GOOD);
		if (!row->tick[0])
			continue;
		begin_text(d, (i + 0.5) * column, TOP + PLOT + 16, "d",
		        i || f->n_rows < 12 ? "middle" : "start");
		markup_put_text(d->out, row->tick);
		end_text(d);
	}
	draw_limit(d, column);
	begin_text(d, 0, TOP + PLOT + 36, "d", NULL);
	markup_put_text(d->out, f->unit);
	textbuf_put_text(d->out, " by ");
	markup_put_text(d->out, f->label_head);
	end_text(d);
	d->y = TOP + PLOT + 44;
}

/* ---- the whole ---- */

static void draw_shape(struct drawing *d)
{
	switch (d->f->shape) {
	case FIGURE_SHARE:
		draw_share(d);
		break;
	case FIGURE_BARS:
		draw_bars(d);
		break;
	case FIGURE_HISTOGRAM:
		draw_histogram(d);
	}
}

static const char style_alone[] =
        "<style>text{font-family:Helvetica,Arial,sans-serif;font-size:14px;fill:#111}"
        ".d,.n{fill:#444}.d{font-size:12px}.w{fill:#fff}"
        ".g{stroke:#ddd}.a{stroke:#111}.l{stroke:#111;stroke-dasharray:4 3}</style>\n";

/* The element's height is known when it is drawn. */
static void put_svg(struct textbuf *out, const struct figure *f, bool is_alone)
{
	struct textbuf shape = { 0 };
	struct drawing d = { .out = &shape, .f = f, .is_alone = is_alone };
	draw_shape(&d);
	if (is_alone)
		textbuf_printf(out,
		        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%.0f\" "
		        "viewBox=\"-12 -12 %d %.0f\" role=\"img\" aria-labelledby=\"%s-t "
		        "%s-d\">\n",
		        DRAW_WIDTH + 24, d.y + 24, DRAW_WIDTH + 24, d.y + 24, f->id, f->id);
	else
		textbuf_printf(out,
		        "<svg width=\"100%%\" height=\"%.0f\" role=\"img\" aria-labelledby=\"%s-t "
		        "%s-d\">\n",
		        d.y, f->id, f->id);
	textbuf_printf(out, "<title id=\"%s-t\">%s</title>\n<desc id=\"%s-d\">", f->id, f->question,
	        f->id);
	textbuf_put(out, f->sentence.bytes, f->sentence.size);
	textbuf_put_text(out, "</desc>\n");
	if (is_alone) {
		textbuf_put_text(out, style_alone);
		draw_patterns(out);
		textbuf_printf(out,
		        "<rect class=\"w\" x=\"-12\" y=\"-12\" width=\"%d\" height=\"%.0f\"/>\n",
		        DRAW_WIDTH + 24, d.y + 24);
	}
	textbuf_put(out, shape.bytes, shape.size);
	textbuf_put_text(out, "</svg>\n");
	out->failed |= shape.failed || f->sentence.failed;
	textbuf_fini(&shape);
}

void draw_in_page(struct textbuf *out, const struct figure *f)
{
	put_svg(out, f, false);
}

void draw_alone(struct textbuf *out, const struct figure *f)
{
	textbuf_put_text(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	put_svg(out, f, true);
}

void draw_patterns(struct textbuf *out)
{
	textbuf_put_text(out, "<defs>\n");
	for (unsigned i = 0; i < COLOURS; i++)
		textbuf_printf(out,
		        "<pattern id=\"p%u\" width=\"8\" height=\"8\" "
		        "patternUnits=\"userSpaceOnUse\"><path fill=\"%s\" "
		        "d=\"M0 0H8V8H0z\"/>%s</pattern>\n",
		        i, patterns[i].colour, patterns[i].lines);
	textbuf_put_text(out, "</defs>\n");
}
