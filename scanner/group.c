/* group.c - a worker's next rows. What the memo and the cache have for them comes from the memory
 * side by side. */
#include "scanner/group.h"

/* The worker's next row, of the batch at hand or of the next one. False: there is none. */
static bool next_row(struct group *g, struct batch **batch, uint32_t *slot)
{
	if (!g->batch) {
		g->batch = ring_pop(g->exchange->lanes[g->index].in);
		if (!g->batch)
			return false;
		g->next_row = g->batch->slices[g->index].first;
	}
	*batch = g->batch;
	*slot = g->next_row;
	const struct batch_row *row = &g->batch->rows[*slot];
	/* behind its last row there is none: when that ends, the batch may be handed on */
	g->batch = row->next == BATCH_NO_ROW ? NULL : row->next_batch;
	g->next_row = row->next;
	return true;
}

static void understand(struct group *g, struct group_row *r)
{
	const struct csv_record record = batch_record(r->batch, r->slot);
	identity_parse(&r->identity, &g->exchange->inputs->layout, &record);
	r->is_understood = true;
}

const struct findings *group_find(struct group *g, const struct group_row *r)
{
	if (!g->memo || !r->is_understood)
		return NULL;
	findings_reset(&g->findings);
	findings_find(&g->findings, g->memo, &r->keys, &r->identity.ip,
	        resolver_cache_s(g->runner->host.resolver));
	return &g->findings;
}

struct row *group_take_row(struct group *g, struct group_row *r)
{
	struct row *row = runner_take_row(g->runner);
	if (!row)
		return NULL;
	if (!r->is_understood)
		understand(g, r);
	else if (g->memo)
		findings_move(&row->findings, &g->findings);
	row->number = r->batch->rows[r->slot].number;
	row->record = batch_record(r->batch, r->slot);
	row->owner = r->batch;
	row->owner_slot = r->slot;
	identity_move(&row->identity, &r->identity);
	return row;
}

/* What the checks ask first: of the domain SPF alone when an earlier row has found the rest. */
static const enum rrtype of_domain[] = { RRTYPE_TXT, RRTYPE_A, RRTYPE_AAAA, RRTYPE_MX },
                         of_address[] = { RRTYPE_PTR };
/* What is brought of a row that the memo knows. */
enum { ROW_LINES = 5 };

enum { OF_SPF = 1, OF_DOMAIN = sizeof of_domain / sizeof of_domain[0], OF_ADDRESS = 1 };

/* Asks for the lines of a row that the memo does not know: of what earlier rows found of its
 * subjects. */
static void fetch_row(struct group *g, struct group_row *r)
{
	understand(g, r);
	r->n_of_domain = r->identity.domain.size > 0 ? OF_DOMAIN : 0;
	r->n_of_address = r->identity.ip.family != IPFAMILY_NONE ? OF_ADDRESS : 0;
	if (!g->memo)
		return;
	findings_keys(&r->keys, &r->identity, g->runner->host.settings);
	findings_fetch(g->memo, &r->keys);
}

/* Asks for that itself, and for the cache's lines of the row's first questions. */
static void fetch_questions(const struct group *g, struct group_row *r)
{
	struct dname reverse;
	if (g->memo && r->n_of_domain && findings_peek(g->memo, &r->keys, SUBJECT_DOMAIN))
		r->n_of_domain = OF_SPF;
	if (g->memo && r->n_of_address && findings_peek(g->memo, &r->keys, SUBJECT_ADDRESS))
		r->n_of_address = 0;
	if (r->n_of_domain)
		r->domain_hash = resolver_fetch(
		        g->runner->host.resolver, &r->identity.domain, of_domain, r->n_of_domain);
	if (!r->n_of_address)
		return;
	dname_of_reverse(&reverse, &r->identity.ip);
	r->address_hash =
	        resolver_fetch(g->runner->host.resolver, &reverse, of_address, r->n_of_address);
}

static void peek_row(const struct group *g, const struct group_row *r)
{
	resolver_peek(g->runner->host.resolver, r->domain_hash, of_domain, r->n_of_domain);
	resolver_peek(g->runner->host.resolver, r->address_hash, of_address, r->n_of_address);
}

/* What the memo and the cache have for the rows of a group comes from the memory side by side. */
static void fetch_group(struct group *g)
{
	bool is_retry = g->exchange->options->retry; /* most of its rows are kept as they stand */
	for (unsigned i = 0; g->memo && i < g->n; i++)
		memo_fetch(g->memo, g->rows[i].batch->rows[g->rows[i].slot].key.hash);
	for (unsigned i = 0; i < g->n; i++) {
		struct group_row *r = &g->rows[i];
		r->is_understood = false;
		if (!is_retry &&
		        (!g->memo ||
		                !memo_peek(g->memo, r->batch->rows[r->slot].key.hash, ROW_LINES)))
			fetch_row(g, r);
	}
	for (unsigned i = 0; i < g->n; i++)
		if (g->rows[i].is_understood)
			fetch_questions(g, &g->rows[i]);
	for (unsigned i = 0; i < g->n; i++)
		if (g->rows[i].is_understood)
			peek_row(g, &g->rows[i]);
}

bool group_fill(struct group *g)
{
	if (g->at < g->n)
		return true;
	g->at = g->n = 0;
	while (g->n < GROUP_ROWS && next_row(g, &g->rows[g->n].batch, &g->rows[g->n].slot))
		g->n++;
	fetch_group(g);
	return g->n > 0;
}

bool group_has_rows(const struct group *g)
{
	return g->at < g->n || g->batch || ring_count(g->exchange->lanes[g->index].in);
}

void group_fini(struct group *g)
{
	for (unsigned i = 0; i < GROUP_ROWS; i++)
		identity_fini(&g->rows[i].identity);
	findings_fini(&g->findings);
}
