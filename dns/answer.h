/* answer.h - what the DNS said to one question: parsed, immutable, reference counted.
 *
 * An answer is made once by an engine and then shared by the cache and every probe that asked the
 * same question. It is one block of memory: header, record table, rdata. The reference count is
 * plain: an answer lives and dies in the thread of the resolver that made it. Rdata holds what the
 * asker needs and nothing of the packet: A 4 octets, AAAA 16 octets, TXT the character-strings
 * joined with nothing between them (RFC 7208 section 3.3), PTR and MX the target name in
 * uncompressed, lower-case wire form (MX preference in the record). MX records are sorted by
 * preference, then name; PTR by name; A and AAAA by octets: so that an answer's order, which the
 * DNS leaves open, never changes a verdict or a row. TXT records keep the packet's order.
 *
 * A maker fills a builder, then calls answer_build(); a builder that ran out of memory gives NULL.
 */
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
	ANSWER_OK,         /* records of the type that was asked */
	ANSWER_NODATA,     /* RCODE 0, but none of that type */
	ANSWER_NXDOMAIN,   /* RCODE 3 */
	ANSWER_SERVFAIL,   /* RCODE 2, or another error RCODE without a word of its own here */
	ANSWER_REFUSED,    /* RCODE 5 */
	ANSWER_TIMEOUT,    /* nothing came within the question's deadline */
	ANSWER_BOGUS,      /* DNSSEC validation failed */
	ANSWER_MALFORMED,  /* bytes came that are no DNS answer to the question */
	ANSWER_UNRESOLVED, /* the engine failed and cannot say how */
	ANSWER_CANCELLED,  /* our own deadline for the whole row passed first */
	ANSWER_STATUS_COUNT
};

enum answer_dnssec { ANSWER_INSECURE, ANSWER_SECURE, ANSWER_DNSSEC_BOGUS };

struct answer_record {
	uint32_t rdata_at;
	uint16_t rdata_size; /* a TXT over 65535 octets does not exist: RDLENGTH is 16 bits */
	uint16_t preference; /* MX only */
};

/* Something computed from an answer that is worth keeping as long as the answer (a compiled SPF
 * record). */
struct answer_attachment {
	void (*free)(struct answer_attachment *attachment);
	size_t size_bytes;
};

/* The memory of answers and of what is attached to them: of all in the account that are alive, and
 * of those of them that a cache keeps. What is alive and not kept is there for the rows that are
 * under way. Outlives its answers. */
struct answer_account {
	size_t alive_bytes, kept_bytes;
};

struct answer {
	/* fixed once built */
	uint8_t status; /* enum answer_status */
	uint8_t dnssec : 2, is_half : 1,
	        in_slab : 1; /* enum answer_dnssec; see the builder; where the block came from */
	uint8_t is_kept : 1; /* this one is its cache's to change */
	uint8_t attempts;    /* how often it was sent, 0 when the engine does not tell */
	uint8_t canonical_size;
	uint16_t type; /* enum rrtype */
	uint16_t n_records;
	uint32_t ttl_s; /* the smallest of all records and CNAMEs on the way; the negative TTL when
	                   there is none */
	uint32_t size_bytes;
	uint32_t qname_at, canonical_at, cause_at;
	/* owned by the thread of its resolver */
	uint32_t n_references;
	struct answer_account *account; /* NULL: in none */
	struct answer_attachment *attachment;
	struct answer_record records[];
};

/* An answer for which the DNS gave a definite word: records, no data or no such name. */
static inline bool answer_is_definite(const struct answer *a)
{
	return a->status <= ANSWER_NXDOMAIN;
}

/* A definite answer without records: a void look-up (RFC 7208 section 4.6.4). */
static inline bool answer_is_void(const struct answer *a)
{
	return a->status == ANSWER_NODATA || a->status == ANSWER_NXDOMAIN;
}

/* "ok", "nodata", "nxdomain", "servfail", "refused", "timeout", "bogus", "malformed", "unresolved",
 * "cancelled": stable words of the output. */
const char *answer_status_text(enum answer_status status);

const uint8_t *answer_rdata(const struct answer *a, unsigned i);
/* Only for PTR and MX. */
void answer_target(const struct answer *a, unsigned i, struct dname *target);
/* Only for A and AAAA. */
struct ipaddr answer_address(const struct answer *a, unsigned i);
/* True when one of its addresses agrees with `ip` in the first `prefix_bits` bits. Only for A and
 * AAAA; false without records. */
bool answer_has_address(const struct answer *a, const struct ipaddr *ip, unsigned prefix_bits);
/* The name that was asked, in lower case. */
void answer_qname(const struct answer *a, struct dname *qname);
/* The same in place: its wire form, of answer_qname_size() octets. */
static inline const uint8_t *answer_qname_wire(const struct answer *a)
{
	return (const uint8_t *)a + a->qname_at;
}
static inline size_t answer_qname_size(const struct answer *a)
{
	return a->canonical_at == a->qname_at ? a->canonical_size : a->canonical_at - a->qname_at;
}
/* The end of the CNAME chain; the qname when there was none. */
void answer_canonical(const struct answer *a, struct dname *name);
/* More about a failure in the engine's words ("validation failure <...>"); "" when there is nothing
 * to add. Lives as long as the answer. */
const char *answer_cause(const struct answer *a);

/* Both take NULL. answer_ref() gives its argument back. The count and attachment are bookkeeping,
 * so a const answer can be referenced. */
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

/* All its memory: the block, about what the allocator adds, and the attachment. */
size_t answer_bytes(const struct answer *a);
/* Puts it into an account; nothing happens when it is in one. */
void answer_enter(const struct answer *a, struct answer_account *account);
/* For the cache of its account: that it keeps the answer, or no longer. */
void answer_set_kept(const struct answer *a, bool is_kept);

/* Gives the answer an attachment, which it frees with itself; only once. From then on it counts, in
 * the answer's account too. */
void answer_attach(const struct answer *a, struct answer_attachment *attachment);

/* The slab it lies in; NULL: the heap. What is attached to it lies best there, too. */
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
	uint32_t ttl_s;
	bool is_half; /* CNAMEs lead to `canonical`, and nothing was said about that name: no answer
	                 for an asker yet (resolver/chain.h) */
	char cause[256];
	struct slab *slab; /* for the answer's block; NULL: the heap. The slab outlives the answer.
	                      Set once, after the first begin. */
	struct answer_record *records;
	size_t n_records, records_capacity;
	struct textbuf rdata;
	bool failed;
};

/* A builder is re-usable: start, add, build, start again. begin keeps memory from the last time; a
 * zeroed builder is a fresh one. It leaves status OK, canonical = qname and ttl_s 0: the maker sets
 * the smallest TTL itself. */
void answer_builder_begin(struct answer_builder *b, const struct dname *qname, enum rrtype type);
void answer_builder_fini(struct answer_builder *b);
/* `preference` counts for MX only; names are lower-cased by the builder. At most 65535 records are
 * kept. `rdata` has the form that the head of this file gives for its type, TXT joined; any other
 * is a bug (an assertion). */
void answer_builder_add(
        struct answer_builder *b, const void *rdata, size_t size, uint16_t preference);
/* TXT rdata in its wire form, the length-prefixed character-strings; false when they do not fill
 * `size` exactly. */
bool answer_builder_add_txt(struct answer_builder *b, const uint8_t *rdata, size_t size);
/* Removes duplicates, sorts, packs, and sets status OK to NODATA when no record was added. The
 * caller gets the one reference; NULL: no memory. */
struct answer *answer_build(struct answer_builder *b);

/* A failure without records, in one call. `cause` may be NULL. */
struct answer *answer_of_failure(
        const struct dname *qname, enum rrtype type, enum answer_status status, const char *cause);

#endif
