/* zone.h - (private to resolver/scripted/) the names and records of a script: a table of names,
 * each with its records in the order in which they were put.
 *
 * Every owner and every parent of an owner is a node, so one look tells an empty non-terminal from
 * a name that does not exist. Nodes and records are indices into growing arrays; names and rdata
 * are offsets into one buffer. Names are in lower case, here and in the arguments. Read only, and
 * then safe for any number of threads, once it is complete. */
#ifndef RESOLVER_SCRIPTED_ZONE_H
#define RESOLVER_SCRIPTED_ZONE_H

#include "dns/dname.h"
#include "base/textbuf.h"

#define ZONE_NONE UINT32_MAX

struct zone_record {
	uint32_t next;                 /* of the same node, or ZONE_NONE */
	uint32_t rdata_at, rdata_size; /* in `bytes` */
	uint32_t delay_ms;
	uint16_t type, preference;
	uint8_t fault; /* enum answer_status; ANSWER_OK: a record */
};

struct zone_node {
	uint32_t wire_at, first, last;
	uint8_t wire_size;
};

struct zone {
	struct zone_node *nodes;
	struct zone_record *records;
	uint32_t *slots; /* node indices, open addressing */
	size_t n_nodes, nodes_capacity, n_records, records_capacity, n_slots;
	struct textbuf bytes;
};

/* False: out of memory; the zone can still be given to zone_fini(). */
bool zone_init(struct zone *z);
void zone_fini(struct zone *z);

/* The node of an owner, made with all its parents when it is new; ZONE_NONE: out of memory. */
uint32_t zone_put_owner(struct zone *z, const struct dname *owner);
/* Appends a copy of the record to the node's. False: out of memory. */
bool zone_put_record(struct zone *z, uint32_t node, const struct zone_record *record);

/* The name's own node, or that of the wildcard which covers it (RFC 4592), or NULL: no such name.
 */
const struct zone_node *zone_find(const struct zone *z, const struct dname *name);
/* Whether there is a node of the name's last label; true for the root. */
bool zone_has_top(const struct zone *z, const struct dname *name);
/* The node's next record of a type, with a fault or without, after `at` (ZONE_NONE: the first);
 * ZONE_NONE: no more. */
uint32_t zone_next(
        const struct zone *z, const struct zone_node *n, uint16_t type, bool faulty, uint32_t at);

#endif
