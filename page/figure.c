/* figure.c - rows, and numbers as people read them. */
#include "page/figure.h"

#include <stdio.h>

#define SPACE "\xe2\x80\xaf" /* U+202F, narrow and not broken */

void figure_begin(struct figure *f, const char *id, const char *question, enum figure_shape shape)
{
	struct textbuf sentence = f->sentence, notes = f->notes;
	textbuf_reset(&sentence);
	textbuf_reset(&notes);
	memset(f, 0, sizeof *f);
	f->id = id;
	f->question = question;
	f->shape = shape;
	f->sentence = sentence;
	f->notes = notes;
}

void figure_fini(struct figure *f)
{
	textbuf_fini(&f->sentence);
	textbuf_fini(&f->notes);
}

struct figure_row *figure_add(struct figure *f, struct csv_field label, uint64_t n)
{
	if (f->n_rows == FIGURE_ROWS_MAX)
		return NULL;
	struct figure_row *row = &f->rows[f->n_rows++];
	*row = (struct figure_row){ .label = label, .n = n };
	return row;
}

struct csv_field figure_label(const struct figure_row *row)
{
	return row->label.size ? row->label : (struct csv_field){ row->own, strlen(row->own) };
}

uint64_t figure_most(const struct figure *f)
{
	uint64_t most = 0;
	for (unsigned i = 0; i < f->n_rows; i++)
		if (f->rows[i].n > most)
			most = f->rows[i].n;
	return most;
}

void figure_put_count(struct textbuf *out, uint64_t n)
{
	char digits[24];
	size_t size = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)n);
	for (size_t i = 0; i < size; i++) {
		if (i && (size - i) % 3 == 0)
			textbuf_put_text(out, SPACE);
		textbuf_put_char(out, digits[i]);
	}
}

void figure_put_share(struct textbuf *out, uint64_t part, uint64_t whole)
{
	double percent = whole ? 100.0 * (double)part / (double)whole : 0;
	if (!part)
		textbuf_put_text(out, "0" SPACE "%");
	else if (part == whole)
		textbuf_put_text(out, "100" SPACE "%");
	else if (percent < 0.05)
		textbuf_put_text(out, "under 0.1" SPACE "%");
	else if (percent >= 99.95)
		textbuf_put_text(out, "over 99.9" SPACE "%");
	else
		textbuf_printf(out, "%.1f" SPACE "%%", percent);
}

void figure_put_things(struct textbuf *out, uint64_t n, const char *things)
{
	size_t size = strlen(things);
	bool is_ies = size > 3 && !strcmp(things + size - 3, "ies");
	figure_put_count(out, n);
	textbuf_put_char(out, ' ');
	textbuf_put(out, things, n != 1 ? size : size - (is_ies ? 3 : 1));
	if (n == 1 && is_ies)
		textbuf_put_char(out, 'y');
}

/* ---- CSV ---- */

static void put_name(struct textbuf *out, const char *name)
{
	csv_put_field(out, name, strlen(name));
}

void figure_put_csv(struct textbuf *out, const struct figure *f)
{
	put_name(out, f->label_head);
	textbuf_put_char(out, ',');
	put_name(out, f->unit);
	for (unsigned k = 0; k < f->n_series; k++) {
		textbuf_put_char(out, ',');
		put_name(out, f->series[k].name);
	}
	if (f->detail_head) {
		textbuf_put_char(out, ',');
		put_name(out, f->detail_head);
	}
	if (f->whose_head) {
		textbuf_put_char(out, ',');
		put_name(out, f->whose_head);
	}
	textbuf_put_char(out, '\n');
	for (unsigned i = 0; i < f->n_rows; i++) {
		struct csv_field label = figure_label(&f->rows[i]);
		csv_put_field(out, label.text, label.size);
		textbuf_printf(out, ",%llu", (unsigned long long)f->rows[i].n);
		for (unsigned k = 0; k < f->n_series; k++)
			textbuf_printf(out, ",%llu", (unsigned long long)f->rows[i].values[k]);
		if (f->detail_head) {
			textbuf_put_char(out, ',');
			csv_put_field(out, f->rows[i].detail.text, f->rows[i].detail.size);
		}
		if (f->whose_head) {
			textbuf_put_char(out, ',');
			csv_put_field(out, f->rows[i].whose.text, f->rows[i].whose.size);
		}
		textbuf_put_char(out, '\n');
	}
}
