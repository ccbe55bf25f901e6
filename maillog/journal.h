/* journal.h - a line of `journalctl -o json` as the parts that a mail log needs. By jansson, which
 * no other file sees.
 *
 * A field of the journal that is no UTF-8 text is a list of octets there. Such a message is made
 * octets again. One thread. */
#ifndef MAILLOG_JOURNAL_H
#define MAILLOG_JOURNAL_H

#include "maillog/logtext.h"

struct journal;

/* NULL: out of memory. */
struct journal *journal_new(void);
/* Takes NULL. */
void journal_free(struct journal *j);

/* Reads a line. False: it is no JSON object with a message and a program. The texts are valid until
 * the next line. */
bool journal_read(struct journal *j, struct logtext line);
struct logtext journal_host(const struct journal *j);
struct logtext journal_program(const struct journal *j);
struct logtext journal_pid(const struct journal *j);
struct logtext journal_message(const struct journal *j);
/* Seconds since 1970; 0: the line has no time. */
int64_t journal_time(const struct journal *j);

/* The version of jansson that is loaded. Any thread. */
const char *journal_library_version(void);

#endif
