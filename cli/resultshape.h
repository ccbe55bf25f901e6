/* resultshape.h - a file of results opened for `export` and `schema`, and its columns chosen, with
 * a message for every mistake. Main thread. */
#ifndef CLI_RESULTSHAPE_H
#define CLI_RESULTSHAPE_H

#include "export/reading.h"
#include "export/shape.h"
#include "io/conditions.h"

/* Opens the file and fills the shape from its header row. EXIT_DONE, or a status after telling the
 * user. reading_close() and shape_fini() in any case. */
int resultshape_open(
        struct reading *reading, struct shape *shape, const char *path, const char *command);
/* Parses the text of --where; NULL: not given. False after telling the user. */
bool resultshape_take_where(struct conditions *where, const char *text);
/* Keeps the columns of --fields. False after telling the user. */
bool resultshape_choose(struct shape *shape, const char *fields);
/* Tells that --`option` names a column that is not there, with the nearest that is. */
void resultshape_refuse_name(const struct shape *shape, struct csv_field name, const char *option);

#endif
