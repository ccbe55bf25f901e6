/* verdicts.c - an entry is its ranges, the newest first, and behind them their texts, each once. */
#include "scanner/verdicts.h"

#include <assert.h>
#include <string.h>

enum { RANGES_MAX = 20, TEXTS_MAX_BYTES = VERDICT_TEXT_MAX_BYTES };

struct range {
	struct clientrange clients;
	struct policy_facts facts;
	uint32_t expires_s;
	uint16_t text_at, text_size; /* from the end of the ranges */
};

struct entry {
	uint64_t n_ranges;
	struct range ranges[];
};

/* An entry in the making. */
struct draft {
	unsigned n_ranges;
	struct range ranges[RANGES_MAX];
	size_t text_bytes;
	char texts[TEXTS_MAX_BYTES];
	uint32_t expires_s; /* the last one */
};

static_assert(sizeof(struct entry) + RANGES_MAX * sizeof(struct range) + TEXTS_MAX_BYTES <=
                MEMO_MAX_BYTES,
        "a draft must fit");

static const char *texts_of(const struct entry *e)
{
	return (const char *)&e->ranges[e->n_ranges];
}

static struct verdict verdict_of(const struct entry *e, const struct range *r)
{
	return (struct verdict){ .clients = r->clients,
		.facts = r->facts,
		.expires_s = r->expires_s,
		.size = r->text_size,
		.text = texts_of(e) + r->text_at };
}

bool verdicts_find(
        const void *entry, const struct ipaddr *ip, uint32_t now_s, struct verdict *found)
{
	const struct entry *e = entry;
	for (unsigned i = 0; i < e->n_ranges; i++) {
		const struct range *r = &e->ranges[i];
		if (!clientrange_has(&r->clients, ip) || r->expires_s <= now_s)
			continue;
		*found = verdict_of(e, r);
		return true;
	}
	return false;
}

/* The place of a text that the draft has, or gets now. False: there is no room. */
static bool place_text(struct draft *d, const char *text, uint16_t size, uint16_t *at)
{
	for (unsigned i = 0; i < d->n_ranges; i++) {
		const struct range *r = &d->ranges[i];
		if (r->text_size == size && !memcmp(d->texts + r->text_at, text, size)) {
			*at = r->text_at;
			return true;
		}
	}
	if (size > sizeof d->texts - d->text_bytes)
		return false;
	*at = (uint16_t)d->text_bytes;
	memcpy(d->texts + d->text_bytes, text, size);
	d->text_bytes += size;
	return true;
}

static void draft_add(struct draft *d, const struct verdict *v)
{
	uint16_t at;
	if (d->n_ranges == RANGES_MAX || !place_text(d, v->text, v->size, &at))
		return;
	d->ranges[d->n_ranges++] = (struct range){ .clients = v->clients,
		.facts = v->facts,
		.expires_s = v->expires_s,
		.text_at = at,
		.text_size = v->size };
	if (v->expires_s > d->expires_s)
		d->expires_s = v->expires_s;
}

/* What is good still, and not within the newest range: rows that ran together found the same. */
static void add_older(struct draft *d, const struct entry *e, uint32_t now_s)
{
	const struct clientrange newest = d->ranges[0].clients;
	for (unsigned i = 0; i < e->n_ranges; i++) {
		const struct range *r = &e->ranges[i];
		const struct verdict v = verdict_of(e, r);
		if (r->expires_s > now_s && !clientrange_is_within(&r->clients, &newest))
			draft_add(d, &v);
	}
}

void verdicts_add(struct memo *m, const uint64_t hash[2], const struct verdict *v, uint32_t now_s)
{
	struct draft d;
	uint32_t expires_s;
	if (v->expires_s <= now_s || v->size > VERDICT_TEXT_MAX_BYTES)
		return;
	d.n_ranges = 0;
	d.text_bytes = 0;
	d.expires_s = 0;
	draft_add(&d, v);
	const struct entry *older = memo_find(m, hash, now_s, &expires_s);
	if (older)
		add_older(&d, older, now_s);
	size_t ranges_bytes = d.n_ranges * sizeof d.ranges[0];
	struct entry *e =
	        memo_make(m, hash, sizeof *e + ranges_bytes + d.text_bytes, d.expires_s, now_s);
	if (!e)
		return;
	e->n_ranges = d.n_ranges;
	memcpy(e->ranges, d.ranges, ranges_bytes);
	memcpy((char *)e->ranges + ranges_bytes, d.texts, d.text_bytes);
}
