/* policydspf.h - the format of policyd-spf's lines alone, and of Received-SPF in any line. For
 * formats.c. */
#ifndef MAILLOG_POLICYDSPF_H
#define MAILLOG_POLICYDSPF_H

#include "maillog/logformat.h"

extern const struct log_format policydspf_format;

#endif
