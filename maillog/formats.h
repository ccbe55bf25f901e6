/* formats.h - the log formats, as one table: --log, --log auto and the messages read it. Const. */
#ifndef MAILLOG_FORMATS_H
#define MAILLOG_FORMATS_H

#include "maillog/logformat.h"

/* Row `i` of the table. NULL: there is none. */
const struct log_format *log_format_at(unsigned i);
/* NULL: there is none of that name. */
const struct log_format *log_format_find(const char *name);

#endif
