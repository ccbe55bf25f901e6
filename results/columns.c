/* columns.c - one table row for each output column.
 *
 * docs/architecture.md, "How to add", has the steps of a new column. Its row names the SINCE of the
 * version in the making, never SINCE_NEWEST, which moves with the next version. A version that is
 * the first with new columns gets a SINCE of its own. `status` stays the first: a column
 * before it would pass for the input's where older versions read plain CSV. */
#include "results/columns.h"

#include "checks/genericname.h"
#include "results/causes.h"
#include "results/problems.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

static void put_status(struct textbuf *out, const struct outcome *o)
{
	textbuf_put_text(out, o->excluded ? "excluded" : o->error[0] ? "bad_input" : "ok");
}

static void put_error(struct textbuf *out, const struct outcome *o)
{
	textbuf_put_text(out, o->excluded ? o->excluded : o->error);
}

/* In lower case, so that rows of one domain fall into one group. */
static void put_spf_domain(struct textbuf *out, const struct outcome *o)
{
	if (!o->spf_domain)
		return;
	struct dname domain = *o->spf_domain;
	dname_lower(&domain);
	dname_print(out, &domain);
}

static void put_spf_identity(struct textbuf *out, const struct outcome *o)
{
	if (o->spf_domain)
		textbuf_put_text(out, identity_source_text(o->spf_source));
}

/* Without an address the record decides, or there is no verdict. */
static bool has_verdict(const struct outcome *o)
{
	return o->spf && !o->spf->undecided;
}

/* SPF of a malformed domain is none, without a question. */
static void put_spf(struct textbuf *out, const struct outcome *o)
{
	if (has_verdict(o))
		textbuf_put_text(out, spf_verdict_text(o->spf->verdict));
	else if (o->spf && o->spf->problem == SPF_PROBLEM_NEEDS_LOCAL_PART)
		textbuf_put_text(out, spf_problem_text(o->spf->problem));
}

static void put_spf_matched(struct textbuf *out, const struct outcome *o)
{
	if (o->spf)
		textbuf_put_escaped(out, o->spf->matched.bytes, o->spf->matched.size);
}

static void put_spf_problem(struct textbuf *out, const struct outcome *o)
{
	if (o->spf)
		textbuf_put_text(out, spf_problem_text(o->spf->problem));
}

static void put_spf_explanation(struct textbuf *out, const struct outcome *o)
{
	if (o->spf)
		textbuf_put(out, o->spf->explanation.bytes, o->spf->explanation.size);
}

static void put_spf_lookups(struct textbuf *out, const struct outcome *o)
{
	if (has_verdict(o))
		textbuf_put_u64(out, o->spf->lookups);
}

static void put_spf_void_lookups(struct textbuf *out, const struct outcome *o)
{
	if (has_verdict(o))
		textbuf_put_u64(out, o->spf->void_lookups);
}

static void put_spf_record(struct textbuf *out, const struct outcome *o)
{
	if (o->policy && o->policy->n_records && o->policy->policy->nodes[0].record) {
		const struct spf_record *r = o->policy->policy->nodes[0].record;
		textbuf_put_escaped(out, r->text, r->text_size);
	} else if (o->spf)
		textbuf_put_escaped(out, o->spf->record, o->spf->record_size);
}

/* Of a malformed domain nothing was asked. */
static void put_spf_dnssec(struct textbuf *out, const struct outcome *o)
{
	static const char *const texts[] = { [ANSWER_INSECURE] = "insecure",
		[ANSWER_SECURE] = "secure",
		[ANSWER_DNSSEC_BOGUS] = "bogus" };
	if (o->spf && o->validated && o->spf->problem != SPF_PROBLEM_BAD_DOMAIN)
		textbuf_put_text(out, texts[o->spf->dnssec]);
}

static void put_helo_spf(struct textbuf *out, const struct outcome *o)
{
	if (o->has_helo_spf)
		textbuf_put_text(out, spf_verdict_text(o->helo_verdict));
}

static void put_iprev(struct textbuf *out, const struct outcome *o)
{
	if (o->iprev)
		textbuf_put_text(out, iprev_verdict_text(o->iprev->verdict));
}

static void put_ptr(struct textbuf *out, const struct outcome *o)
{
	const struct answer *names = o->iprev ? o->iprev->names : NULL;
	for (unsigned i = 0; names && i < names->n_records; i++) {
		struct dname name;
		answer_target(names, i, &name);
		if (i)
			textbuf_put_char(out, ';');
		dname_print(out, &name);
	}
}

static void put_iprev_name(struct textbuf *out, const struct outcome *o)
{
	if (!o->iprev || o->iprev->verdict != IPREV_PASS)
		return;
	struct dname name;
	answer_target(o->iprev->names, o->iprev->confirmed, &name);
	dname_print(out, &name);
}

/* Of the names that iprev follows. */
static void put_ptr_generic(struct textbuf *out, const struct outcome *o)
{
	const struct answer *names = o->iprev ? o->iprev->names : NULL;
	if (!names || names->n_records == 0)
		return;
	for (unsigned i = 0; i < names->n_records && i < IPREV_NAMES_MAX; i++) {
		struct dname name;
		answer_target(names, i, &name);
		if (!genericname_holds(&name, &o->iprev->ip)) {
			textbuf_put_text(out, "no");
			return;
		}
	}
	textbuf_put_text(out, "yes");
}

static void put_addresses(struct textbuf *out, const struct answer *a, bool *first)
{
	for (unsigned i = 0; i < a->n_records; i++) {
		struct ipaddr address = answer_address(a, i);
		if (!*first)
			textbuf_put_char(out, ';');
		*first = false;
		ipaddr_print(out, &address);
	}
}

static void put_a(struct textbuf *out, const struct outcome *o)
{
	bool first = true;
	if (!o->address)
		return;
	put_addresses(out, o->address->a, &first);
	put_addresses(out, o->address->aaaa, &first);
}

static void put_a_state(struct textbuf *out, const struct outcome *o)
{
	if (o->address)
		textbuf_put_text(out, a_state_text(hostaddr_state(o->address)));
}

static void put_a_match(struct textbuf *out, const struct outcome *o)
{
	textbuf_put_text(out, match_text(o->a_match));
}

static void put_mx(struct textbuf *out, const struct outcome *o)
{
	const struct answer *mx = o->mailhosts ? o->mailhosts->mx : NULL;
	for (unsigned i = 0; mx && i < mx->n_records; i++) {
		struct dname host;
		answer_target(mx, i, &host);
		if (i)
			textbuf_put_char(out, ';');
		textbuf_put_u64(out, mx->records[i].preference);
		textbuf_put_char(out, ' ');
		dname_print(out, &host);
	}
}

static void put_mx_state(struct textbuf *out, const struct outcome *o)
{
	if (o->mailhosts)
		textbuf_put_text(out, mx_state_text(o->mailhosts->state));
}

static void put_mx_match(struct textbuf *out, const struct outcome *o)
{
	textbuf_put_text(out, match_text(o->mx_match));
}

static void put_evaluated_at(struct textbuf *out, const struct outcome *o)
{
	textbuf_put_text(out, o->evaluated_at);
}

static void put_elapsed_ms(struct textbuf *out, const struct outcome *o)
{
	textbuf_put_u64(out, o->elapsed_ms);
}

/* The released versions with columns of their own: a version has all columns up to its number. */
enum { SINCE_0_1 = 1, SINCE_0_2, SINCE_NEWEST = SINCE_0_2 };

static const struct column columns[] = {
	/* clang-format off */
	{ "status", put_status, SINCE_0_1, 0 },
	{ "error", put_error, SINCE_0_1, COLUMN_QUOTED },
	{ "spf_domain", put_spf_domain, SINCE_0_2, COLUMN_QUOTED | COLUMN_OF_POLICY },
	{ "spf_identity", put_spf_identity, SINCE_0_2, COLUMN_OF_POLICY },
	{ "spf", put_spf, SINCE_0_1, COLUMN_OF_POLICY },
	{ "spf_matched", put_spf_matched, SINCE_0_1, COLUMN_QUOTED | COLUMN_OF_POLICY },
	{ "spf_problem", put_spf_problem, SINCE_0_1, COLUMN_OF_POLICY },
	{ "spf_explanation", put_spf_explanation, SINCE_0_1, COLUMN_QUOTED | COLUMN_OF_POLICY },
	{ "spf_lookups", put_spf_lookups, SINCE_0_1, COLUMN_OF_POLICY, TYPE_INTEGER },
	{ "spf_void_lookups", put_spf_void_lookups, SINCE_0_1, COLUMN_OF_POLICY, TYPE_INTEGER },
	{ "spf_record", put_spf_record, SINCE_0_1, COLUMN_QUOTED | COLUMN_OF_POLICY },
	{ "spf_dnssec", put_spf_dnssec, SINCE_0_1, COLUMN_OF_POLICY },
	{ "helo_spf", put_helo_spf, SINCE_0_1, 0 },
	{ "iprev", put_iprev, SINCE_0_1, COLUMN_OF_ADDRESS },
	{ "ptr", put_ptr, SINCE_0_1, COLUMN_QUOTED | COLUMN_OF_ADDRESS, TYPE_TEXTS },
	{ "iprev_name", put_iprev_name, SINCE_0_1, COLUMN_QUOTED | COLUMN_OF_ADDRESS },
	{ "ptr_generic", put_ptr_generic, SINCE_0_2, COLUMN_OF_ADDRESS, TYPE_BOOLEAN },
	{ "a", put_a, SINCE_0_1, COLUMN_OF_DOMAIN, TYPE_ADDRESSES },
	{ "a_state", put_a_state, SINCE_0_2, COLUMN_OF_DOMAIN },
	{ "a_match", put_a_match, SINCE_0_1, 0 },
	{ "mx", put_mx, SINCE_0_1, COLUMN_QUOTED | COLUMN_OF_DOMAIN, TYPE_MX },
	{ "mx_state", put_mx_state, SINCE_0_1, COLUMN_OF_DOMAIN },
	{ "mx_match", put_mx_match, SINCE_0_1, 0 },
	{ "problems", problems_put, SINCE_0_1, 0, TYPE_TEXTS },
	{ "dns_cause", causes_put, SINCE_0_1, COLUMN_QUOTED, TYPE_TEXTS },
	{ "evaluated_at", put_evaluated_at, SINCE_0_1, COLUMN_TIME, TYPE_TIMESTAMP },
	{ "elapsed_ms", put_elapsed_ms, SINCE_0_1, COLUMN_TIME, TYPE_INTEGER },
	/* clang-format on */
};
enum { COLUMN_COUNT = sizeof columns / sizeof columns[0] };
/* Those of time are the last: columns_put_times(). */
static_assert((int)COLUMN_COUNT + (int)ASKS_MAX <= (int)COLUMNS_MAX, "a set must hold them all");

#define ASK(i)                                                                                     \
	{                                                                                          \
		NULL, NULL, SINCE_0_1, COLUMN_QUOTED, COLUMNS_ASK_TYPE, i                          \
	}
static const struct column ask_columns[] = { ASK(0), ASK(1), ASK(2), ASK(3), ASK(4), ASK(5), ASK(6),
	ASK(7), ASK(8), ASK(9), ASK(10), ASK(11), ASK(12), ASK(13), ASK(14), ASK(15) };
static_assert(sizeof ask_columns / sizeof ask_columns[0] == ASKS_MAX, "one for each of a list");

static unsigned asks_count(const struct column_set *set)
{
	return set->asks ? set->asks->n : 0;
}

/* Before the column of that name. */
static void add_asks(struct column_set *set, const char *name)
{
	for (unsigned ask = 0; !strcmp(name, COLUMNS_BEHIND_ASKS) && ask < asks_count(set); ask++)
		set->at[set->n++] = &ask_columns[ask];
}

static void columns_since(struct column_set *set, unsigned since)
{
	set->n = 0;
	for (unsigned i = 0; i < COLUMN_COUNT; i++) {
		add_asks(set, columns[i].name);
		if (columns[i].since <= since)
			set->at[set->n++] = &columns[i];
	}
}

static const struct column *scan_column(struct csv_field name)
{
	for (unsigned i = 0; i < COLUMN_COUNT; i++)
		if (csv_field_is(name, columns[i].name))
			return &columns[i];
	return NULL;
}

bool columns_find_type(struct csv_field name, enum column_type *type)
{
	const struct column *c = scan_column(name), *of_audit;
	for (unsigned i = 0; !c && (of_audit = audit_column_at(i)) != NULL; i++)
		if (csv_field_is(name, of_audit->name))
			c = of_audit;
	if (!c && !csv_field_is(name, "row"))
		return false;
	*type = c ? c->type : TYPE_INTEGER;
	return true;
}

void columns_of_audit(struct column_set *set, const struct asks *asks)
{
	const struct column *c;
	set->asks = asks;
	set->n = 0;
	for (unsigned i = 0; (c = audit_column_at(i)) != NULL; i++) {
		add_asks(set, c->name);
		set->at[set->n++] =
		        c->put ? c : scan_column((struct csv_field){ c->name, strlen(c->name) });
	}
}

bool columns_are_of_audit(const struct column_set *set)
{
	const struct column *c;
	for (unsigned i = 0; (c = audit_column_at(i)) != NULL; i++)
		for (unsigned k = 0; c->put && k < set->n; k++)
			if (set->at[k] == c)
				return true;
	return false;
}

void columns_all(struct column_set *set, const struct asks *asks)
{
	set->asks = asks;
	columns_since(set, SINCE_NEWEST);
}

void columns_of_0_1(struct column_set *set)
{
	set->asks = NULL;
	columns_since(set, SINCE_0_1);
}

const char *column_name(const struct column_set *set, unsigned i)
{
	const struct column *column = set->at[i];
	return column->name ? column->name : set->asks->list[column->ask].name;
}

void column_put(
        struct textbuf *out, const struct column_set *set, unsigned i, const struct outcome *o)
{
	const struct column *column = set->at[i];
	if (column->put)
		column->put(out, o);
	else if (o->asked)
		asking_print(out, o->asked, column->ask);
}

bool columns_have_name(const char *name)
{
	for (unsigned i = 0; i < COLUMN_COUNT; i++)
		if (!strcasecmp(columns[i].name, name))
			return true;
	const struct column *c;
	for (unsigned i = 0; (c = audit_column_at(i)) != NULL; i++)
		if (!strcasecmp(c->name, name))
			return true;
	return !strcasecmp(name, "row");
}

bool columns_of_list(struct column_set *set, unsigned i)
{
	if (i == SINCE_NEWEST - SINCE_0_1 + 1)
		columns_of_audit(set, set->asks);
	if (i > SINCE_NEWEST - SINCE_0_1)
		return i == SINCE_NEWEST - SINCE_0_1 + 1;
	columns_since(set, SINCE_NEWEST - i);
	return true;
}

/* Those of the output's own list before those of this version, which may have got a column of that
 * name since. */
static const struct column *column_find(const struct column_set *set, struct csv_field name)
{
	for (unsigned i = 0; i < asks_count(set); i++)
		if (csv_field_is(name, set->asks->list[i].name))
			return &ask_columns[i];
	const struct column *c = scan_column(name);
	for (unsigned i = 0; !c && (c = audit_column_at(i)) != NULL; i++)
		if (!c->put || !csv_field_is(name, c->name))
			c = NULL;
	return c;
}

static bool has_column(const struct column_set *set, const struct column *column)
{
	for (unsigned i = 0; i < set->n; i++)
		if (set->at[i] == column)
			return true;
	return false;
}

bool columns_same(const struct column_set *a, const struct column_set *b)
{
	return a->n == b->n && !memcmp(a->at, b->at, a->n * sizeof a->at[0]);
}

bool columns_add_name(struct column_set *set, struct csv_field name)
{
	const struct column *column = column_find(set, name);
	if (!column || has_column(set, column))
		return false;
	set->at[set->n++] = column;
	return true;
}

static bool ends_with(const struct csv_field *names, unsigned n, const struct column_set *set)
{
	if (set->n > n)
		return false;
	for (unsigned i = 0; i < set->n; i++)
		if (!csv_field_is(names[n - set->n + i], column_name(set, i)))
			return false;
	return true;
}

bool columns_of_names(struct column_set *set, const struct csv_field *names, unsigned n)
{
	for (unsigned i = 0; columns_of_list(set, i); i++)
		if (ends_with(names, n, set))
			return true;
	return false;
}
