/* provider.h - who sends mail for a domain: the registrable domain of the first include in its SPF
 * record, else of its first mail host. By libpsl, which no other file sees.
 *
 * A registrable domain is a public suffix and one label more: example.co.uk. One thread. */
#ifndef REPORT_PROVIDER_H
#define REPORT_PROVIDER_H

#include "io/csv.h"

struct provider;

/* NULL: out of memory, or there is no list of public suffixes. */
struct provider *provider_new(void);
/* Takes NULL. */
void provider_free(struct provider *p);

/* Its name, from the columns spf_record and mx. Size 0: neither says. Valid until the next call. */
struct csv_field provider_of(struct provider *p, struct csv_field record, struct csv_field mx);

/* The registrable domain of the next include in *rest, a record of SPF, which moves behind it. Size
 * 0: it names none. False: there is no more of them. Valid until the next call. */
enum { PROVIDER_NAME_BYTES = 256 };
bool provider_next_include(struct provider *p, struct csv_field *rest, struct csv_field *provider);
/* The same of the next mail host in *rest, a list "10 mx1.example.com;20 mx2.example.com". */
bool provider_next_host(struct provider *p, struct csv_field *rest, struct csv_field *provider);

/* The version of libpsl that is loaded. Any thread. */
const char *provider_library_version(void);

#endif
