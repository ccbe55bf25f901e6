/* report.c - one row after another into counts. */
#include "report/report.h"

#include "report/reason.h"

#include <stdlib.h>

#define WEEK_S (INT64_C(7) * 86400)
/* One more than a check may spend: where the limit broke it (RFC 7208 section 4.6.4). */
enum { OVER_LIMIT = 11 };
/* So many groups of a kind a page may look at: more than there are words of any list. */
enum { PAGE_TOP = 256 };

/* Groups with as many keys as the world has, and how much of the memory each gets. All others have
 * a few words as keys. */
static const unsigned shares[REPORT_BYS] = {
	[REPORT_BY_DOMAIN] = 6,
	[REPORT_BY_CLIENT] = 6,
	[REPORT_BY_NETWORK] = 6,
	[REPORT_BY_HELO] = 6,
	[REPORT_BY_PROBLEM] = 6,
	[REPORT_BY_PROVIDER] = 6,
	[REPORT_BY_REFUSED_CLIENT] = 4,
	[REPORT_BY_REFUSED_DOMAIN] = 3,
	[REPORT_BY_INCLUDE] = 2,
	[REPORT_BY_MX] = 3,
};
enum { LOST_SHARE = 2, SMALL_PART = 256, SMALL_BYTES = 64 << 10 };

/* Those that have reasons: of a page the domains alone, since it shows no others. */
static unsigned groups_with_reason(bool for_page)
{
	return for_page ? 1u << REPORT_BY_DOMAIN : (1u << REPORT_BY_WORDS) - 1;
}

/* Without reasons the words of problems are few, too. */
static unsigned share_of(unsigned by, bool for_page)
{
	return for_page && by == REPORT_BY_PROBLEM ? 0 : shares[by];
}

const char *report_word(unsigned i)
{
	static const char *const words[] = { "none", "neutral", "pass", "fail", "softfail",
		"temperror", "permerror", "(none)" };
	return words[i];
}

static bool wants_providers(unsigned wanted)
{
	return wanted & (1u << REPORT_BY_PROVIDER | 1u << REPORT_BY_INCLUDE | 1u << REPORT_BY_MX);
}

bool report_lacks_suffixes(const struct report *r, unsigned wanted)
{
	return wants_providers(wanted) && !r->rowkeys.provider;
}

bool report_init(struct report *r, unsigned wanted, bool for_page, size_t memory_bytes)
{
	unsigned sum = for_page ? 0 : LOST_SHARE;
	for (unsigned by = 0; by < REPORT_BYS; by++)
		sum += wanted >> by & 1 ? share_of(by, for_page) : 0;
	r->has_histograms = for_page;
	r->with_reason = groups_with_reason(for_page);
	r->pass_v4.kind = HISTOGRAM_LOG;
	r->times.kind = HISTOGRAM_TIME;
	if (!for_page)
		r->lost = groups_new(memory_bytes / sum * LOST_SHARE);
	bool good = (for_page || r->lost) && rowkeys_init(&r->rowkeys, wants_providers(wanted));
	for (unsigned by = 0; good && by < REPORT_BYS; by++) {
		if (!(wanted >> by & 1))
			continue;
		unsigned share = share_of(by, for_page);
		r->groups[by] = groups_new(share ? memory_bytes / sum * share
		                                 : memory_bytes / SMALL_PART + SMALL_BYTES);
		good = r->groups[by] != NULL;
	}
	return good;
}

void report_fini(struct report *r)
{
	groups_free(r->lost);
	for (unsigned by = 0; by < REPORT_BYS; by++)
		groups_free(r->groups[by]);
	rowkeys_fini(&r->rowkeys);
	textbuf_fini(&r->lost_key);
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

/* ---- adding ---- */

static bool add_groups(struct report *r, enum report_by by, const struct result_row *row,
        const uint64_t counts[GROUP_COUNTS])
{
	static const struct csv_field nothing = { "(none)", 6 }, no_reason = { "", 0 };
	struct csv_field reason = r->with_reason >> by & 1 && r->reason.size
	        ? (struct csv_field){ r->reason.bytes, r->reason.size }
	        : no_reason;
	if (by == REPORT_BY_REFUSED_CLIENT)
		reason = row->fields[RESULT_SPF_DOMAIN];
	rowkeys_take(&r->rowkeys, by, row);
	bool good = !r->rowkeys.text.failed;
	for (unsigned i = 0; good && i < r->rowkeys.n; i++) {
		struct csv_field key = r->rowkeys.keys[i];
		good = groups_add(
		        r->groups[by], key.size ? key : nothing, r->rowkeys.name, counts, reason);
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
	if (!r->lost)
		return true;
	textbuf_reset(&r->lost_key);
	rowkeys_put_domain(&r->lost_key, row);
	struct csv_field key = { r->lost_key.bytes, r->lost_key.size };
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

static void add_histograms(struct report *r, const struct result_row *row)
{
	bool is_audit = r->files.kind == RESULT_OF_AUDIT;
	uint64_t number;
	int64_t time_s;
	bool has_record = is_audit || !is(row, RESULT_SPF, "none");
	if (is(row, RESULT_SPF_PROBLEM, "lookup_limit"))
		histogram_add(&r->lookups, OVER_LIMIT, row->n);
	else if (has_record &&
	        csv_field_u64(row->fields[is_audit ? RESULT_LOOKUPS : RESULT_SPF_LOOKUPS], &number))
		histogram_add(&r->lookups, number, row->n);
	if (is_audit && csv_field_u64(row->fields[RESULT_PASS_V4], &number))
		histogram_add(&r->pass_v4, number, row->n);
	if (time_of(r, row->fields[RESULT_EVALUATED_AT], &time_s) && time_s >= 0)
		histogram_add(&r->times, (uint64_t)time_s, row->n);
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
	bool good = !r->reason.failed;
	for (unsigned by = 0; good && by < REPORT_BYS; by++)
		good = !r->groups[by] || add_groups(r, (enum report_by)by, row, counts);
	if (r->has_histograms)
		add_histograms(r, row);
	if (r->files.kind == RESULT_OF_SCAN) {
		add_then(r, row);
		add_age(r, row);
		good = good && add_enforced(r, row) && !r->lost_key.failed;
	}
	r->lacked_memory |= !good;
	return good;
}

enum error report_read(struct report *r, const char *path, char *why, size_t why_size)
{
	enum error err = resultfile_read(path, &r->files, take, r, why, why_size);
	if (!err && r->lacked_memory) {
		strncpy(why, error_text(ERROR_NOMEM), why_size - 1);
		return ERROR_NOMEM;
	}
	return err;
}

bool report_finish(struct report *r)
{
	uint32_t top = r->has_histograms ? PAGE_TOP : 0;
	bool good = !r->lost || groups_sort(r->lost, top);
	for (unsigned by = 0; good && by < REPORT_BYS; by++)
		good = !r->groups[by] || groups_sort(r->groups[by], top);
	return good;
}
