/* understood.h - what was understood of the input, told to the user before anything is asked. */
#ifndef SCANNER_UNDERSTOOD_H
#define SCANNER_UNDERSTOOD_H

#include "input/layout.h"
#include "scanner/options.h"

/* False, after telling why: --checks names a check that no row of such an input can run. */
bool understood_allows(const struct layout *layout, const struct options *options);
/* Tells which columns were taken for what. When nothing is left that could be refused. */
void understood_tell(const struct layout *layout);

#endif
