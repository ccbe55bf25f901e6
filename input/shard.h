/* shard.h - one part of an input of which N processes, on one machine or many, scan one each.
 *
 * A row is of the shard
 *
 *     CRC-32 (as gzip has it) of its key, modulo N
 *
 * and its key is the domain that is checked, as the column spf_domain has it (A-labels, lower case,
 * no final dot): of the column domain, the sender, or the HELO name in its place. A row without a
 * usable one: the address as inet_ntop() writes it, and of a network each of its addresses; without
 * that either: nothing, which is of shard 0. So the rows of one domain meet in one process and its
 * cache. docs/scale.md tells it to users; it is a contract, since shards of two versions may be
 * merged.
 *
 * The hash has no key: every language has it, and every process must agree. Strangers who choose
 * their names may make shards unequal, and nothing worse: worker and upstream are chosen by other
 * hashes. */
#ifndef INPUT_SHARD_H
#define INPUT_SHARD_H

#include "base/error.h"
#include "base/textbuf.h"
#include "dns/ipaddr.h"
#include "input/role.h"
#include "io/csv.h"

#include <stdbool.h>
#include <stdint.h>

enum { SHARDS_MAX = 100000 };

/* Part `index`, from 0, of `count`. count 0: the whole input. */
struct shard {
	unsigned index, count;
};

/* "3/8" back. False: it is no such text, or K is not below N. */
bool shard_parse(struct shard *shard, const char *text, size_t size);
/* Appends "3/8"; nothing for the whole input. */
void shard_print(struct textbuf *out, const struct shard *shard);

/* Chooses the rows of a shard. Single thread. */
struct shard_filter;

/* NULL: out of memory. */
struct shard_filter *shard_filter_new(const struct shard *shard);
/* Takes NULL. */
void shard_filter_free(struct shard_filter *f);
/* Whether the input's next record is of the shard. ERROR_NOMEM: *takes is not set. */
enum error shard_filter_take(struct shard_filter *f, const struct layout *layout,
        const struct csv_record *record, bool *takes);
/* Of the record that was given last: it has neither a domain nor one address. Where it stands for a
 * network, each address of that has a shard by itself. */
bool shard_filter_lacks_key(const struct shard_filter *f);
/* Whether a row of this address, without a domain, is of the shard. */
bool shard_filter_takes_address(struct shard_filter *f, const struct ipaddr *ip);
/* A hash of all records that it was given, of all shards, in their order: two shards of one input
 * have the same, when both read it to its end. */
uint64_t shard_filter_hash(const struct shard_filter *f);

#endif
