/* pagefiles.c - a page, and a picture with its numbers for each chart. */
#include "cli/pagefiles.h"

#include "base/exit_status.h"
#include "base/message.h"
#include "cli/outfile.h"
#include "page/draw.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static int write_page(const struct page *page, const struct options *o, struct figure *f)
{
	struct textout *out;
	int status = outfile_open_as(&out, o, o->html, "html");
	if (status != EXIT_DONE)
		return status;
	page_put(textout_text(out), page, f);
	return outfile_close(out, o->html);
}

/* One file of the folder. */
static int write_figure(const struct options *o, const struct figure *f, const char *ending,
        void (*put)(struct textbuf *out, const struct figure *f))
{
	struct textbuf path = { 0 };
	struct textout *out;
	textbuf_printf(&path, "%s/%s.%s", o->figures, f->id, ending);
	if (path.failed) {
		textbuf_fini(&path);
		message(MESSAGE_ERROR, "%s", error_text(ERROR_NOMEM));
		return EXIT_STOPPED;
	}
	int status = outfile_open_as(&out, o, textbuf_text(&path), "figures");
	if (status == EXIT_DONE) {
		put(textout_text(out), f);
		status = outfile_close(out, textbuf_text(&path));
	}
	textbuf_fini(&path);
	return status;
}

static int write_figures(const struct page *page, const struct options *o, struct figure *f)
{
	int status = EXIT_DONE;
	bool is_shown;
	if (mkdir(o->figures, 0777) && errno != EEXIST) {
		message(MESSAGE_ERROR, "%s: the folder cannot be made: %s", o->figures,
		        strerror(errno));
		return error_is_wrong_name(errno) ? EXIT_USAGE : EXIT_STOPPED;
	}
	for (unsigned i = 0; status == EXIT_DONE && charts_fill(&page->charts, i, f, &is_shown);
	        i++) {
		if (!is_shown || !f->n_rows)
			continue;
		status = write_figure(o, f, "svg", draw_alone);
		if (status == EXIT_DONE)
			status = write_figure(o, f, "csv", figure_put_csv);
	}
	return status;
}

int pagefiles_write(const struct page *page, const struct options *o)
{
	struct figure *f = calloc(1, sizeof *f);
	int status = EXIT_DONE;
	if (!f) {
		message(MESSAGE_ERROR, "%s", error_text(ERROR_NOMEM));
		return EXIT_STOPPED;
	}
	if (o->html)
		status = write_page(page, o, f);
	if (status == EXIT_DONE && o->figures)
		status = write_figures(page, o, f);
	figure_fini(f);
	free(f);
	return status;
}
