/* draw.h - a figure as SVG.
 *
 * One drawing for two places. In a page it is as wide as there is room, between some 300 and 1 400
 * pixels: lengths across are percent, text keeps its size, colours come from the page's style.
 * Alone it is a file of DRAW_WIDTH pixels on white, with its own style, and well-formed XML.
 *
 * No colour stands alone: each has a pattern, and each part its word and its number beside it.
 * Pure. Out of memory: out->failed. */
#ifndef PAGE_DRAW_H
#define PAGE_DRAW_H

#include "page/figure.h"

enum { DRAW_WIDTH = 720 };

/* The patterns that drawings in a page refer to: once for each page, before them. */
void draw_patterns(struct textbuf *out);
/* The element, which refers to draw_patterns(). */
void draw_in_page(struct textbuf *out, const struct figure *f);
/* The file. */
void draw_alone(struct textbuf *out, const struct figure *f);

#endif
