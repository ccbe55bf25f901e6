/* mbox.h - the format of messages themselves: an mbox, or the files of a Maildir. For formats.c. */
#ifndef MAILLOG_MBOX_H
#define MAILLOG_MBOX_H

#include "maillog/logformat.h"

extern const struct log_format mbox_format;

#endif
