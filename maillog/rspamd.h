/* rspamd.h - the format of rspamd's log: proxy, normal worker and controller. For formats.c. */
#ifndef MAILLOG_RSPAMD_H
#define MAILLOG_RSPAMD_H

#include "maillog/logformat.h"

extern const struct log_format rspamd_format;

#endif
