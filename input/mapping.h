/* mapping.h - --columns domain=site,ip=client: names of the header row for our columns. `columns`
 * is the option's value, or NULL. Pure. */
#ifndef INPUT_MAPPING_H
#define INPUT_MAPPING_H

#include "input/role.h"

#include <stdbool.h>

/* The value maps names; without '=' it names the columns by their places. */
bool mapping_is(const char *columns);
/* The role that it gives a column. ROLE_COUNT: none. */
enum role mapping_role(const char *columns, struct csv_field name);
/* It names a column for this role. */
bool mapping_has(const char *columns, enum role role);
/* Every pair must be one, and name a column that was found. False: `why` gets the reason. */
bool mapping_check(const struct layout *layout, const char *columns, struct textbuf *why);

#endif
