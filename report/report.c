/* report.c - one row after another into counts. */
#include "report/report.h"

#include "dns/net.h"
#include "report/reason.h"

#include <stdlib.h>

#define WEEK_S (INT64_C(7) * 86400)
/* Of the memory for groups so much is for the domains that would be lost. */
enum { LOST_SHARE = 4 };

const char *report_by_text(unsigned by)
{
	static const char *const texts[] = { "domain", "client", "network", "helo", "problem",
		"provider" };
	return by < REPORT_BYS ? texts[by] : NULL;
}

const char *report_word(unsigned i)
{
	static const char *const words[] = { "none", "neutral", "pass", "fail", "softfail",
		"temperror", "permerror", "(none)" };
	return words[i];
}

bool report_init(struct report *r, enum report_by by, size_t memory_bytes)
{
	r->by = by;
	r->lost = groups_new(memory_bytes / LOST_SHARE);
	r->groups = groups_new(memory_bytes - memory_bytes / LOST_SHARE);
	if (by == REPORT_BY_PROVIDER)
		r->provider = provider_new();
	return r->lost && r->groups && (by != REPORT_BY_PROVIDER || r->provider);
}

void report_fini(struct report *r)
{
	groups_free(r->lost);
	groups_free(r->groups);
	provider_free(r->provider);
	textbuf_fini(&r->key);
	textbuf_fini(&r->reason);
}

/* ---- what a row says ---- */

static bool is(const struct result_row *row, enum result_field field, const char *word)
{
	return csv_field_is(row->fields[field], word);
}

static unsigned word_of(struct csv_field field)
{
	unsigned i = 0;
	while (i + 1 < REPORT_WORDS && !csv_field_is(field, report_word(i)))
		i++;
	return i;
}

static void count_row(uint64_t counts[GROUP_COUNTS], const struct result_row *row)
{
	static const enum group_count verdicts[REPORT_WORDS] = { GROUP_NONE, GROUP_NEUTRAL,
		GROUP_PASS, GROUP_FAIL, GROUP_SOFTFAIL, GROUP_TEMPERROR, GROUP_PERMERROR,
		GROUP_OTHER };
	memset(counts, 0, GROUP_COUNTS * sizeof *counts);
	counts[GROUP_MESSAGES] = row->n;
	counts[GROUP_REJECTS] = row->n_rejects;
	counts[verdicts[word_of(row->fields[RESULT_SPF])]] = row->n;
	if (is(row, RESULT_IPREV, "fail") || is(row, RESULT_IPREV, "permerror"))
		counts[GROUP_RDNS_BAD] = row->n;
}

static void put_lower(struct textbuf *out, struct csv_field text)
{
	for (size_t i = 0; i < text.size; i++)
		textbuf_put_char(out,
		        text.text[i] >= 'A' && text.text[i] <= 'Z' ? (char)(text.text[i] | 0x20)
		                                                   : text.text[i]);
}

/* The domain that SPF was asked for, else that of the sender. */
static void put_domain(struct textbuf *out, const struct result_row *row)
{
	struct csv_field domain = row->fields[RESULT_SPF_DOMAIN];
	struct csv_field sender = row->fields[RESULT_SENDER];
	if (!domain.size && sender.size && !csv_field_is(sender, "<>")) {
		const char *at = memrchr(sender.text, '@', sender.size);
		domain = sender;
		if (at)
			domain = (struct csv_field){ at + 1,
				sender.size - (size_t)(at + 1 - sender.text) };
	}
	put_lower(out, domain);
}

static void put_network(struct textbuf *out, struct csv_field text)
{
	struct net net = { 0 };
	char printed[NET_TEXT_BYTES];
	if (ipaddr_parse(&net.ip, text.text, text.size)) {
		textbuf_put(out, text.text, text.size);
		return;
	}
	bool is_6 = net.ip.family == IPFAMILY_6;
	net.prefix_bits = is_6 ? 48 : 24;
	size_t first = net.prefix_bits / 8;
	memset(net.ip.bytes + first, 0, (is_6 ? 16 : 4) - first);
	textbuf_put_text(out, net_text(&net, printed));
}

static void put_key(struct report *r, const struct result_row *row)
{
	textbuf_reset(&r->key);
	switch (r->by) {
	case REPORT_BY_DOMAIN:
		put_domain(&r->key, row);
		break;
	case REPORT_BY_CLIENT:
		put_lower(&r->key, row->fields[RESULT_IP]);
		break;
	case REPORT_BY_NETWORK:
		put_network(&r->key, row->fields[RESULT_IP]);
		break;
	case REPORT_BY_HELO:
		put_lower(&r->key, row->fields[RESULT_HELO]);
		break;
	default: {
		struct csv_field name = provider_of(
		        r->provider, row->fields[RESULT_SPF_RECORD], row->fields[RESULT_MX]);
		textbuf_put(&r->key, name.text, name.size);
	}
	}
}

/* The first of the address's names; else what the log has. */
static struct csv_field name_of(const struct result_row *row)
{
	struct csv_field ptr = row->fields[RESULT_PTR], client = row->fields[RESULT_CLIENT];
	const char *end = ptr.size ? memchr(ptr.text, ';', ptr.size) : NULL;
	if (end)
		ptr.size = (size_t)(end - ptr.text);
	return ptr.size || csv_field_is(client, "unknown") ? ptr : client;
}

/* ---- adding ---- */

static bool add_group(struct report *r, struct csv_field key, const struct result_row *row,
        const uint64_t counts[GROUP_COUNTS])
{
	static const struct csv_field nothing = { "(none)", 6 }, no_name = { "", 0 };
	struct csv_field reason = { r->reason.size ? r->reason.bytes : "", r->reason.size };
	return groups_add(r->groups, key.size ? key : nothing,
	        r->by == REPORT_BY_CLIENT ? name_of(row) : no_name, counts, reason);
}

/* Each of the row's problems is a group. */
static bool add_problems(
        struct report *r, const struct result_row *row, const uint64_t counts[GROUP_COUNTS])
{
	struct csv_field list = row->fields[RESULT_PROBLEMS];
	bool good = true;
	while (good && list.size) {
		const char *end = memchr(list.text, ';', list.size);
		size_t n = end ? (size_t)(end - list.text) : list.size;
		good = add_group(r, (struct csv_field){ list.text, n }, row, counts);
		n += end != NULL;
		list = (struct csv_field){ list.text + n, list.size - n };
	}
	return good;
}

/* A message that passes by nothing would be lost. Where something is not known, it may be. */
static bool add_enforced(struct report *r, const struct result_row *row)
{
	uint64_t n = row->n > row->n_rejects ? row->n - row->n_rejects : 0;
	uint64_t counts[GROUP_COUNTS] = { [GROUP_MESSAGES] = n };
	const struct csv_field none = { "(none)", 6 };
	r->n_accepted += n;
	if (is(row, RESULT_SPF, "fail"))
		r->n_would_fail += n;
	if (!n || is(row, RESULT_SPF, "pass") || is(row, RESULT_HELO_SPF, "pass") ||
	        is(row, RESULT_IPREV, "pass"))
		return true;
	if (is(row, RESULT_SPF, "temperror") || is(row, RESULT_SPF, "needs_local_part") ||
	        is(row, RESULT_HELO_SPF, "temperror") || is(row, RESULT_IPREV, "temperror") ||
	        !row->fields[RESULT_IPREV].size) {
		r->n_unknown += n;
		return true;
	}
	r->n_lost += n;
	textbuf_reset(&r->key);
	put_domain(&r->key, row);
	struct csv_field key = { r->key.bytes, r->key.size };
	return groups_add(r->lost, key.size ? key : none, (struct csv_field){ "", 0 }, counts,
	        (struct csv_field){ "", 0 });
}

static void add_then(struct report *r, const struct result_row *row)
{
	unsigned then = word_of(row->fields[RESULT_SPF_THEN]);
	unsigned now = word_of(row->fields[RESULT_SPF]);
	if (then == REPORT_WORDS - 1)
		return;
	r->then[then][now] += row->n;
	r->n_then += row->n;
	r->n_then_differs += then != now ? row->n : 0;
}

static bool time_of(struct report *r, struct csv_field field, int64_t *time_s)
{
	struct logtext text = { field.text, field.size };
	struct stamp stamp;
	if (!text.size || !stamp_take(&text, &stamp) || !stamp.has_zone)
		return false;
	*time_s = logclock_time(&r->clock, &stamp);
	return true;
}

static void add_age(struct report *r, const struct result_row *row)
{
	int64_t mail_s, answer_s;
	const struct csv_field last = row->fields[RESULT_LAST];
	if (!time_of(r, last.size ? last : row->fields[RESULT_TIME], &mail_s) ||
	        !time_of(r, row->fields[RESULT_EVALUATED_AT], &answer_s))
		return;
	int64_t age_s = answer_s - mail_s;
	if (age_s > WEEK_S)
		r->n_old += row->n;
	if (age_s > r->oldest_s)
		r->oldest_s = age_s;
}

static bool take(void *arg, const struct result_row *row)
{
	struct report *r = arg;
	uint64_t counts[GROUP_COUNTS];
	if (row->is_connect) {
		r->n_connects += row->n;
		return true;
	}
	r->n_rows++;
	count_row(counts, row);
	for (unsigned i = 0; i < GROUP_COUNTS; i++)
		r->totals[i] += counts[i];
	textbuf_reset(&r->reason);
	reason_put(&r->reason, row);
	bool good = true;
	if (r->by == REPORT_BY_PROBLEM) {
		good = add_problems(r, row, counts);
	} else {
		put_key(r, row);
		good = add_group(r, (struct csv_field){ r->key.bytes, r->key.size }, row, counts);
	}
	add_then(r, row);
	add_age(r, row);
	good = good && add_enforced(r, row) && !r->key.failed && !r->reason.failed;
	r->lacked_memory |= !good;
	return good;
}

enum error report_read(struct report *r, const char *path, char *why, size_t why_size)
{
	enum error err = resultfile_read(path, &r->where, take, r, why, why_size);
	if (!err && r->lacked_memory) {
		strncpy(why, error_text(ERROR_NOMEM), why_size - 1);
		return ERROR_NOMEM;
	}
	return err;
}

void report_finish(struct report *r)
{
	groups_sort(r->groups);
	groups_sort(r->lost);
}
