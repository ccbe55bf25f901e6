/* exim.h - the format of Exim's main log. For formats.c. */
#ifndef MAILLOG_EXIM_H
#define MAILLOG_EXIM_H

#include "maillog/logformat.h"

extern const struct log_format exim_format;

#endif
