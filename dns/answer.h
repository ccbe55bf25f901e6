/* answer.h - the answer to one question: parsed, immutable, reference counted.
 *
 * An engine makes an answer once; the cache and every probe that asked the question share it. The
 * reference count is plain: an answer stays in the thread of the resolver that made it. It is one
 * block of memory: header, record table, rdata.
 *
 *     type        rdata                                              order of the records
 *     A, AAAA     4 or 16 octets                                     by octets
 *     TXT         the character-strings joined, nothing between      the packet's
 *                 them (RFC 7208 section 3.3); their lengths by
 *                 answer_strings()
 *     PTR         the name in wire form, lower case                  by name
 *     MX          the host likewise; the preference in the record    by preference, then name
 *     others      as in the packet, but names without compression    by octets
 *                 and in lower case (dns/rdata.h)
 *
 * The DNS leaves the order of an rrset open; sorted, it changes no verdict and no row. */
#ifndef DNS_ANSWER_H
#define DNS_ANSWER_H

#include "dns/dname.h"
#include "dns/ipaddr.h"
#include "dns/rrtype.h"
#include "base/slab.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum answer_status {
	ANSWER_OK,           /* records of the type that was asked */
	ANSWER_NODATA,       /* RCODE 0, but no record of that type */
	ANSWER_NXDOMAIN,     /* RCODE 3 */
	ANSWER_SERVFAIL,     /* RCODE 2, or an RCODE without a status of its own */
	ANSWER_REFUSED,      /* RCODE 5 */
	ANSWER_TIMEOUT,      /* no answer within the question's deadline */
	ANSWER_BOGUS,        /* DNSSEC validation failed */
	ANSWER_MALFORMED,    /* what came is no DNS answer to the question */
	ANSWER_UNRESOLVED,   /* the engine failed and cannot say how */
	ANSWER_CANCELLED,    /* the row's deadline passed first */
	ANSWER_EXCLUDED,     /* --exclude: it was not asked */
	ANSWER_NOT_RECORDED, /* a replay's record does not have it: nobody was asked */
	ANSWER_STATUS_COUNT
};

enum answer_dnssec { ANSWER_INSECURE, ANSWER_SECURE, ANSWER_DNSSEC_BOGUS };

struct answer_record {
	uint32_t rdata_at;
	uint16_t rdata_size; /* a TXT over 65535 octets does not exist: RDLENGTH is 16 bits */
	/* of MX; of TXT, how many character-strings it has, 0 when that is not known */
	uint16_t preference;
};

/* What was computed from an answer and lives as long as it: a compiled SPF record. */
struct answer_attachment {
	void (*free)(struct answer_attachment *attachment);
	size_t size_bytes;
};

/* The memory of a set of answers, attachments included. Outlives its answers. */
struct answer_account {
	size_t alive_bytes; /* of all that are referenced */
	size_t kept_bytes;  /* of those among them that the cache keeps */
};

struct answer {
	/* fixed once built */
	uint8_t status;         /* enum answer_status */
	uint8_t dnssec : 2;     /* enum answer_dnssec */
	uint8_t is_half : 1;    /* as in the builder */
	uint8_t in_slab : 1;    /* the block is a slab's, not the heap's */
	uint8_t is_kept : 1;    /* changed by its cache only */
	uint8_t is_of_root : 1; /* as in the builder */
	uint8_t is_derived : 1; /* nobody was asked: it follows from the NXDOMAIN of another
	                           question (answer_derive()) */
	uint8_t attempts;       /* queries sent; 0 when the engine does not tell */
	uint8_t canonical_size;
	uint16_t type; /* enum rrtype */
	uint16_t n_records;
	uint32_t ttl_s; /* the smallest of the records and CNAMEs; without records the negative TTL
	                   (RFC 2308) */
	uint32_t size_bytes;
	uint32_t canonical_at;
	uint8_t upstream;    /* as in the builder */
	uint32_t received_s; /* when it came, by the wall clock; 0: not known. The dispatcher's. */
	/* owned by the thread of its resolver */
	uint32_t n_references;
	struct answer_account *account; /* NULL: none */
	struct answer_attachment *attachment;
	struct answer_record records[];
};

/* Records, NODATA or NXDOMAIN; anything else is a failure. */
static inline bool answer_is_definite(const struct answer *a)
{
	return a->status <= ANSWER_NXDOMAIN;
}

/* A definite answer without records: a void look-up (RFC 7208 section 4.6.4). */
static inline bool answer_is_void(const struct answer *a)
{
	return a->status == ANSWER_NODATA || a->status == ANSWER_NXDOMAIN;
}

/* Where the qname stands in the block. */
static inline uint32_t answer_qname_at(const struct answer *a)
{
	return (uint32_t)(sizeof *a + a->n_records * sizeof a->records[0]);
}

/* The name that was asked does not exist. An alias to such a name exists. */
static inline bool answer_is_no_such_name(const struct answer *a)
{
	return a->status == ANSWER_NXDOMAIN && a->canonical_at == answer_qname_at(a);
}

/* The root says that the top-level domain which was asked for does not exist: then no name beneath
 * it does. An NXDOMAIN about any other name says nothing of the names beneath it, whatever RFC 8020
 * has: too many servers deny an empty non-terminal. Neither does one about arpa, which private
 * roots lack beside reverse zones that are there. */
bool answer_is_no_such_top(const struct answer *a);

/* The name in lower case, "nxdomain": a word of the output, which never changes. */
const char *answer_status_text(enum answer_status status);

/* The rdata of record `i`, of records[i].rdata_size octets. Lives as long as the answer. */
const uint8_t *answer_rdata(const struct answer *a, unsigned i);
/* The name or host of record `i`. Only for PTR and MX. */
void answer_target(const struct answer *a, unsigned i, struct dname *target);
/* How many character-strings TXT record `i` has, 0 when that is not known, and the length of each
 * at *sizes. Lives as long as the answer. */
unsigned answer_strings(const struct answer *a, unsigned i, const uint8_t **sizes);
/* The address of record `i`. Only for A and AAAA; a mapped address in an AAAA stays IPv6. */
struct ipaddr answer_address(const struct answer *a, unsigned i);
/* True when one of its addresses agrees with `ip` in the first `prefix_bits` bits. Only for A and
 * AAAA; false without records. */
bool answer_has_address(const struct answer *a, const struct ipaddr *ip, unsigned prefix_bits);
/* The qname, in lower case. */
void answer_qname(const struct answer *a, struct dname *qname);
/* The same in place: its wire form, of answer_qname_size() octets. */
static inline const uint8_t *answer_qname_wire(const struct answer *a)
{
	return (const uint8_t *)a + answer_qname_at(a);
}
static inline size_t answer_qname_size(const struct answer *a)
{
	uint32_t at = answer_qname_at(a);
	return a->canonical_at == at ? a->canonical_size : a->canonical_at - at;
}
/* The same name and type. */
static inline bool answer_same_question(const struct answer *a, const struct answer *b)
{
	size_t size = answer_qname_size(a);
	return a->type == b->type && size == answer_qname_size(b) &&
	        !memcmp(answer_qname_wire(a), answer_qname_wire(b), size);
}
/* The end of the CNAME chain; the qname when there was none. */
void answer_canonical(const struct answer *a, struct dname *name);
/* The engine's words about a failure: "validation failure <...>"; "" when there are none. Lives as
 * long as the answer. */
const char *answer_cause(const struct answer *a);

/* Both take NULL; answer_ref() gives its argument back. A const answer can be referenced: count,
 * account and attachment are no part of its value. */
static inline const struct answer *answer_ref(const struct answer *a)
{
	if (a)
		((struct answer *)a)->n_references++;
	return a;
}

/* For answer_unref() alone. */
void answer_free(struct answer *a);
static inline void answer_unref(const struct answer *a)
{
	if (a && --((struct answer *)a)->n_references == 0)
		answer_free((struct answer *)a);
}

/* Its memory: the block, an estimate of what the allocator adds, and the attachment. */
size_t answer_bytes(const struct answer *a);
/* Counts the answer in an account from now on. Does nothing when it is in one already. */
void answer_enter(const struct answer *a, struct answer_account *account);
/* For the cache of its account: it keeps the answer, or no longer does. */
void answer_set_kept(const struct answer *a, bool is_kept);

/* Gives the answer its one attachment, which is freed with it and counts in its account. */
void answer_attach(const struct answer *a, struct answer_attachment *attachment);

/* The slab of the block; NULL: the heap. For the memory of an attachment, too. */
static inline struct slab *answer_slab(const struct answer *a)
{
	return a->in_slab ? slab_of(a) : NULL;
}

/* ---- making one ---- */

struct answer_builder {
	struct dname qname, canonical;
	enum rrtype type;
	enum answer_status status;
	enum answer_dnssec dnssec;
	unsigned attempts;
	uint8_t upstream; /* who answered, by its place in the configuration, from 1; 0: not known
	                   */
	uint32_t ttl_s;
	bool is_half; /* the CNAME chain ends at `canonical`, of which nothing was said: it is to be
	                 asked for (resolver/chain.h) */
	bool is_of_root; /* NXDOMAIN, and the root said so: it owns the SOA */
	char cause[256];
	struct slab *slab; /* for the answer's block; NULL: the heap. Outlives the answer. Set once,
	                      after the first begin. */
	struct answer_record *records;
	size_t n_records, records_capacity;
	struct textbuf rdata;
	bool failed;
};

/* Begins an answer: begin, add, build, begin again. A zeroed builder may be begun; memory is kept
 * from one answer to the next. Sets status OK, canonical = qname and ttl_s 0; the maker sets the
 * TTL. */
void answer_builder_begin(struct answer_builder *b, const struct dname *qname, enum rrtype type);
/* Gives its memory back. Takes a zeroed builder. */
void answer_builder_fini(struct answer_builder *b);
/* Adds a record. `rdata` has the form of the table at the head of this file; any other is a bug (an
 * assertion). `preference` counts for MX only. The builder puts the names of PTR and MX in lower
 * case. At most 65535 records are kept. */
void answer_builder_add(
        struct answer_builder *b, const void *rdata, size_t size, uint16_t preference);
/* Adds a TXT record in wire form: character-strings with their length octets. False when these do
 * not fill `size` exactly. */
bool answer_builder_add_txt(struct answer_builder *b, const uint8_t *rdata, size_t size);
/* Removes duplicates, sorts and packs. Status OK becomes NODATA when no record was added. The
 * caller gets the one reference. NULL: out of memory, now or in an add. */
struct answer *answer_build(struct answer_builder *b);

/* A failure in one call. `cause` may be NULL. NULL: out of memory. */
struct answer *answer_of_failure(
        const struct dname *qname, enum rrtype type, enum answer_status status, const char *cause);

/* The NXDOMAIN to (qname, type) that follows from another one, with that one's TTL, upstream, time
 * and DNSSEC state. `qname` is in lower case; `slab` as in the builder. NULL: out of memory. */
struct answer *answer_derive(const struct answer *nxdomain, const struct dname *qname,
        enum rrtype type, struct slab *slab);

#endif
