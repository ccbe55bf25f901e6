/* verdicts.h - what SPF said of clients of one domain and address family, by ranges of addresses
 * (spf/clientrange.h): an entry of the memo for each such domain.
 *
 * An entry has as many ranges as fit; the oldest give way. In the worker's thread. */
#ifndef SCANNER_VERDICTS_H
#define SCANNER_VERDICTS_H

#include "results/facts.h"
#include "scanner/memo.h"

#include <stdbool.h>
#include <stdint.h>

/* Longer texts are not kept. */
enum { VERDICT_TEXT_MAX_BYTES = 1024 };

/* What one range has. */
struct verdict {
	struct clientrange clients;
	struct policy_facts facts;
	uint32_t expires_s;
	uint16_t size; /* of the text: outcome.known */
	const char *text;
};

/* The range of an entry, as memo_find() gave it, that has the client and is good. The text points
 * into the entry. False: there is none. */
bool verdicts_find(
        const void *entry, const struct ipaddr *ip, uint32_t now_s, struct verdict *found);

/* Adds a range to the entry of the key, or makes one. Those that lie within it give way. */
void verdicts_add(struct memo *m, const uint64_t hash[2], const struct verdict *v, uint32_t now_s);

#endif
