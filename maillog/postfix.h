/* postfix.h - the format of Postfix's lines in the system's log. For formats.c. */
#ifndef MAILLOG_POSTFIX_H
#define MAILLOG_POSTFIX_H

#include "maillog/logformat.h"

extern const struct log_format postfix_format;

#endif
