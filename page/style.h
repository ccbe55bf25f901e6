/* style.h - how a page looks: CSS, in the page itself. Light and dark, printed, from 400 to 1 400
 * pixels. */
#ifndef PAGE_STYLE_H
#define PAGE_STYLE_H

/* Text for the element <style>. Lives for ever. */
extern const char style_text[];

#endif
