/* findings.c - findings as entries of the memo. */
#include "scanner/findings.h"

#include "base/hash.h"
#include "checks/checks.h"
#include "results/problems.h"
#include "scanner/verdicts.h"

#include <string.h>

/* A row keeps no more than this for the next one. */
enum { TEXT_KEEP_BYTES = 1024 };

/* A set of addresses that may say yes of others, too. */
enum { FILTER_BITS = 256, FILTER_WORDS = FILTER_BITS / 64 };
struct filter {
	uint64_t words[FILTER_WORDS];
};

/* Entries of the memo; those of a policy are in verdicts.h. */
struct address_entry {
	struct address_facts facts;
	uint16_t size;
	char text[];
};
struct domain_entry {
	struct filter addresses; /* all that its row was given */
	struct domain_facts facts;
	uint16_t size;
	char text[];
};

/* ---- keys ---- */

/* A key is the hash of the subject with a mark of what else decides. */
static void set_key(struct finding_keys *keys, enum subject subject, const uint64_t hash[2],
        unsigned family, unsigned source)
{
	uint64_t mark = 1u + subject + SUBJECTS * (family + 16 * source);
	keys->hash[subject][0] = hash[0] ^ mark * 0x9e3779b97f4a7c15u;
	keys->hash[subject][1] = hash[1];
	keys->is_there[subject] = true;
}

void findings_keys(
        struct finding_keys *keys, const struct identity *s, const struct row_settings *settings)
{
	unsigned checks = settings->checks;
	uint64_t hash[2];
	*keys = (struct finding_keys){ 0 };
	if (s->lacked_memory || s->error[0] || s->no_host.size)
		return;
	if (s->ip.family != IPFAMILY_NONE && checks & CHECK_IPREV) {
		hash_wide(hash, &s->ip, sizeof s->ip);
		set_key(keys, SUBJECT_ADDRESS, hash, s->ip.family, IDENTITY_NONE);
	}
	if (!s->domain.size)
		return;
	hash_wide(hash, s->domain.wire, s->domain.size); /* an explanation shows its letter case */
	if (checks & (CHECK_A | CHECK_MX))
		set_key(keys, SUBJECT_DOMAIN, hash, s->ip.family, IDENTITY_NONE);
	if (checks & CHECK_SPF && !s->helo.size)
		set_key(keys, SUBJECT_POLICY, hash, s->ip.family, s->source);
	keys->are_all = !s->helo.size && s->ip.family != IPFAMILY_NONE && !settings->asks &&
	        !settings->exclusions;
}

void findings_fetch(const struct memo *m, const struct finding_keys *keys)
{
	for (enum subject subject = 0; subject < SUBJECTS; subject++)
		if (keys->is_there[subject])
			memo_fetch(m, keys->hash[subject]);
}

bool findings_peek(const struct memo *m, const struct finding_keys *keys, enum subject subject)
{
	static const unsigned lines[SUBJECTS] = { 2, 3, 5 };
	return keys->is_there[subject] && memo_peek(m, keys->hash[subject], lines[subject]);
}

/* ---- the filter ---- */

static uint8_t filter_bit(const struct ipaddr *ip)
{
	uint64_t halves[2];
	memcpy(halves, ip->bytes, sizeof halves);
	return (uint8_t)((halves[0] * 0x9e3779b97f4a7c15u ^ halves[1] * 0xc2b2ae3d27d4eb4fu) >> 56);
}

static bool filter_has(const struct filter *filter, const struct ipaddr *ip)
{
	uint8_t bit = filter_bit(ip);
	return filter->words[bit / 64] >> bit % 64 & 1;
}

static void filter_add(struct filter *filter, const struct answer *a)
{
	for (unsigned i = 0; i < a->n_records; i++) {
		const struct ipaddr ip = answer_address(a, i);
		uint8_t bit = filter_bit(&ip);
		filter->words[bit / 64] |= UINT64_C(1) << bit % 64;
	}
}

/* ---- finding ---- */

static void take(struct findings *f, struct memo *m, enum subject subject, const char *text,
        size_t size, uint32_t expires_s)
{
	f->text_at[subject] = f->text.size;
	textbuf_put(&f->text, text, size);
	f->is_known[subject] = !f->text.failed;
	memo_earn(m);
	if (expires_s < f->expires_s)
		f->expires_s = expires_s;
}

static void find_address(
        struct findings *f, struct memo *m, const struct address_entry *e, uint32_t expires_s)
{
	f->facts.address = e->facts;
	take(f, m, SUBJECT_ADDRESS, e->text, e->size, expires_s);
}

static void find_domain(struct findings *f, struct memo *m, const struct domain_entry *e,
        const struct ipaddr *ip, uint32_t expires_s)
{
	if (ip->family != IPFAMILY_NONE && filter_has(&e->addresses, ip))
		return;
	f->facts.domain = e->facts;
	take(f, m, SUBJECT_DOMAIN, e->text, e->size, expires_s);
}

static void find_policy(struct findings *f, struct memo *m, const void *entry,
        const struct ipaddr *ip, uint32_t now_s)
{
	struct verdict verdict;
	if (!verdicts_find(entry, ip, now_s, &verdict))
		return;
	f->facts.policy = verdict.facts;
	take(f, m, SUBJECT_POLICY, verdict.text, verdict.size, verdict.expires_s);
}

void findings_find(struct findings *f, struct memo *m, const struct finding_keys *keys,
        const struct ipaddr *ip, uint32_t now_s)
{
	f->keys = *keys;
	f->has_client = ip->family != IPFAMILY_NONE;
	for (enum subject subject = 0; subject < SUBJECTS; subject++) {
		uint32_t expires_s;
		const void *entry = keys->is_there[subject]
		        ? memo_find(m, keys->hash[subject], now_s, &expires_s)
		        : NULL;
		if (entry && subject == SUBJECT_ADDRESS)
			find_address(f, m, entry, expires_s);
		else if (entry && subject == SUBJECT_DOMAIN)
			find_domain(f, m, entry, ip, expires_s);
		else if (entry)
			find_policy(f, m, entry, ip, now_s);
	}
}

void findings_tell(const struct findings *f, struct outcome *o)
{
	for (enum subject subject = 0; subject < SUBJECTS; subject++) {
		if (!f->is_known[subject])
			continue;
		facts_copy(&o->facts, &f->facts, subject);
		o->known[subject] = f->text.bytes + f->text_at[subject];
	}
	if (!f->is_known[SUBJECT_DOMAIN])
		return;
	/* by find_domain() it has none of the addresses */
	enum match match = f->has_client ? MATCH_NO : MATCH_UNASKED;
	o->a_match = o->facts.domain.a_state ? match : MATCH_UNASKED;
	o->mx_match = o->facts.domain.mx_state ? match : MATCH_UNASKED;
}

bool findings_outcome(const struct findings *f, const struct identity *s,
        const struct row_settings *settings, struct outcome *o)
{
	if (!f->keys.are_all)
		return false;
	for (enum subject subject = 0; subject < SUBJECTS; subject++)
		if (f->keys.is_there[subject] && !f->is_known[subject])
			return false;
	*o = (struct outcome){ .error = "",
		.filled = s->filled,
		.validated = settings->dnssec,
		.limits = &settings->limits };
	findings_tell(f, o);
	o->problems = problems_of(o);
	return true;
}

/* ---- keeping ---- */

/* Room for an entry with `head_bytes` before its text, whose size is put out. NULL: it is not kept.
 */
static void *make_entry(struct memo *m, const struct findings *f, const struct finished_row *r,
        enum subject subject, size_t head_bytes, uint16_t *size)
{
	size_t bytes = columns_known_bytes(r->columns, r->ends, subject);
	*size = (uint16_t)bytes;
	return bytes <= MEMO_MAX_BYTES && r->expires_s[subject]
	        ? memo_make(m, f->keys.hash[subject], head_bytes + bytes, r->expires_s[subject],
	                  r->now_s)
	        : NULL;
}

static void keep_address(struct memo *m, const struct findings *f, const struct finished_row *r)
{
	uint16_t size;
	struct address_entry *e = make_entry(m, f, r, SUBJECT_ADDRESS, sizeof *e, &size);
	if (!e)
		return;
	*e = (struct address_entry){ .facts = r->outcome->facts.address, .size = size };
	columns_put_known(e->text, r->columns, r->ends, r->results, SUBJECT_ADDRESS);
}

static void keep_domain(struct memo *m, const struct findings *f, const struct finished_row *r)
{
	uint16_t size;
	/* when a mail host has the address, the others were not asked for */
	struct domain_entry *e = r->outcome->mx_match != MATCH_YES
	        ? make_entry(m, f, r, SUBJECT_DOMAIN, sizeof *e, &size)
	        : NULL;
	if (!e)
		return;
	*e = (struct domain_entry){ .facts = r->outcome->facts.domain, .size = size };
	columns_put_known(e->text, r->columns, r->ends, r->results, SUBJECT_DOMAIN);
	for (unsigned i = 0; i < r->answers->n; i++) {
		const struct answer *a = r->answers->at[i];
		if (a->type == RRTYPE_A || a->type == RRTYPE_AAAA)
			filter_add(&e->addresses, a);
	}
}

/* For clients that the check would have treated alike. */
static void keep_policy(struct memo *m, const struct findings *f, const struct finished_row *r)
{
	const struct spf_result *spf = r->outcome->spf;
	char text[VERDICT_TEXT_MAX_BYTES];
	size_t size = columns_known_bytes(r->columns, r->ends, SUBJECT_POLICY);
	if (!spf || spf->looks_at || !r->expires_s[SUBJECT_POLICY] || size > sizeof text)
		return;
	columns_put_known(text, r->columns, r->ends, r->results, SUBJECT_POLICY);
	const struct verdict verdict = { .clients = spf->clients,
		.facts = r->outcome->facts.policy,
		.expires_s = r->expires_s[SUBJECT_POLICY],
		.size = (uint16_t)size,
		.text = text };
	verdicts_add(m, f->keys.hash[SUBJECT_POLICY], &verdict, r->now_s);
}

static bool may_be_kept(const struct findings *f, enum subject subject)
{
	return f->keys.is_there[subject] && !f->is_known[subject];
}

void findings_keep(struct memo *m, const struct findings *f, const struct finished_row *r)
{
	if (r->outcome->excluded)
		return;
	if (may_be_kept(f, SUBJECT_ADDRESS))
		keep_address(m, f, r);
	if (may_be_kept(f, SUBJECT_DOMAIN))
		keep_domain(m, f, r);
	if (may_be_kept(f, SUBJECT_POLICY))
		keep_policy(m, f, r);
}

bool findings_forget(struct findings *f, bool was_known[SUBJECTS])
{
	bool is_any = false;
	for (enum subject subject = 0; subject < SUBJECTS; subject++) {
		was_known[subject] = f->is_known[subject];
		is_any |= f->is_known[subject];
		f->is_known[subject] = false;
	}
	f->expires_s = UINT32_MAX;
	return is_any;
}

void findings_reset(struct findings *f)
{
	memset(f->is_known, 0, sizeof f->is_known);
	memset(f->keys.is_there, 0, sizeof f->keys.is_there);
	f->keys.are_all = false;
	f->facts = (struct facts){ 0 };
	f->expires_s = UINT32_MAX;
	textbuf_shrink(&f->text, TEXT_KEEP_BYTES);
}

void findings_fini(struct findings *f)
{
	textbuf_fini(&f->text);
}
