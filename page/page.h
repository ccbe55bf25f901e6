/* page.h - results as one page of HTML: charts with their tables, and the manifest at the end.
 *
 * The page asks for nothing: no script, no font, no picture from elsewhere, and a policy in its
 * head that forbids them. It is under 1 MB, whatever was read: lists are cut, and names in them.
 * The same results give the same octets. Pure. Out of memory: out->failed. */
#ifndef PAGE_PAGE_H
#define PAGE_PAGE_H

#include "page/charts.h"

struct page {
	struct charts charts;
	const char *where; /* --where; NULL: all rows */
	bool is_torn;      /* a file ended too early: rows are missing */
	const char *version;
};

/* `f` is a figure to work with; figure_fini() is the caller's. */
void page_put(struct textbuf *out, const struct page *page, struct figure *f);

#endif
