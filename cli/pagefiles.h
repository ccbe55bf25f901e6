/* pagefiles.h - the files of `spfsweep report --html` and --figures. Main thread. */
#ifndef CLI_PAGEFILES_H
#define CLI_PAGEFILES_H

#include "page/page.h"
#include "scanner/options.h"

/* Writes what --html and --figures name; the folder is made when it is not there. EXIT_DONE, or a
 * status after telling the user. */
int pagefiles_write(const struct page *page, const struct options *o);

#endif
