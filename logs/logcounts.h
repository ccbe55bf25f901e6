/* logcounts.h - what a log's counts are of, in words. Const. */
#ifndef LOGS_LOGCOUNTS_H
#define LOGS_LOGCOUNTS_H

#include "maillog/event.h"

/* What a count is of, for people: "local submissions". Lives for ever. */
const char *log_count_text(enum log_count count);
/* The name of a count in JSON. Lives for ever. */
const char *log_count_name(enum log_count count);

#endif
