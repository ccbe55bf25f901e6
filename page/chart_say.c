/* chart_say.c - the sentence above each chart that is made of groups. */
#include "page/chart.h"

#include "page/markup.h"

#define FIRST_STRONG_ISOLATE "\xe2\x81\xa8" /* U+2068, as <bdi> */
#define POP_ISOLATE "\xe2\x81\xa9"
enum { NAME_COLUMNS = 40 };

uint64_t chart_count(const struct groups *g, const char *word)
{
	struct group group;
	bool is_there = groups_find(g, (struct csv_field){ word, strlen(word) }, &group);
	return is_there ? group.counts[GROUP_MESSAGES] : 0;
}

static uint64_t count_of(const struct charts *c, enum report_by by, const char *word)
{
	return chart_count(c->report->groups[by], word);
}

void chart_put(struct figure *f, const char *text)
{
	textbuf_put_text(&f->sentence, text);
}

void chart_put_part(struct figure *f, uint64_t n)
{
	figure_put_count(&f->sentence, n);
	chart_put(f, " of ");
	figure_put_things(&f->sentence, f->total, f->unit);
	chart_put(f, " (");
	figure_put_share(&f->sentence, n, f->total);
	chart_put(f, ")");
}

/* Of the largest row with a name; strangers name it. A sentence also stands where there are no
 * elements. */
static void put_first(struct figure *f)
{
	chart_put(f, FIRST_STRONG_ISOLATE);
	markup_put_cut(&f->sentence, figure_label(&f->rows[f->first]), NAME_COLUMNS);
	chart_put(f, POP_ISOLATE);
}

/* Behind what was said of the first: it is not alone. */
static void put_alike(struct figure *f)
{
	if (!f->n_alike)
		return;
	chart_put(f, "; ");
	figure_put_things(&f->sentence, f->n_alike, "others");
	chart_put(f, f->n_alike == 1 ? " has as many" : " have as many");
}

bool chart_say_spf(struct figure *f, const struct charts *c)
{
	if (!f->total) {
		chart_put(f, "There are no ");
		chart_put(f, f->unit);
		chart_put(f, " to judge.");
		return true;
	}
	chart_put(f, "SPF passes for ");
	chart_put_part(f, count_of(c, REPORT_BY_SPF, "pass"));
	chart_put(f, ", and fails for ");
	figure_put_count(&f->sentence, count_of(c, REPORT_BY_SPF, "fail"));
	chart_put(f, ".");
	return true;
}

bool chart_say_record(struct figure *f, const struct charts *c)
{
	if (!f->total) {
		chart_put(f, "There are no domains to judge.");
		return true;
	}
	uint64_t broken = count_of(c, REPORT_BY_RECORD_STATE, "multiple") +
	        count_of(c, REPORT_BY_RECORD_STATE, "syntax") +
	        count_of(c, REPORT_BY_RECORD_STATE, "not_ascii");
	chart_put_part(f, count_of(c, REPORT_BY_RECORD_STATE, "ok"));
	chart_put(f, " have a record that can be used, and ");
	figure_put_count(&f->sentence, broken);
	chart_put(f, " have one that breaks every check.");
	return true;
}

bool chart_say_problems(struct figure *f, const struct charts *c)
{
	if (!f->n_rows) {
		chart_put(f, "No problem was found.");
		return f->total != 0;
	}
	(void)c;
	chart_put(f, f->n_alike ? "No problem is more frequent than " : "");
	put_first(f);
	chart_put(f, f->n_alike ? ", in " : " is the most frequent problem, in ");
	chart_put_part(f, f->rows[0].n);
	put_alike(f);
	chart_put(f, ".");
	return true;
}

/* "531 domains"; of those that were not dropped, "more than". */
static void put_names(struct figure *f, const struct groups *g, const char *things)
{
	uint64_t unused;
	if (groups_dropped(g, &unused))
		chart_put(f, "more than ");
	figure_put_things(&f->sentence, chart_names_in_all(g), things);
}

bool chart_say_senders(struct figure *f, const struct charts *c)
{
	uint64_t sum = 0;
	const struct groups *g = c->report->groups[REPORT_BY_DOMAIN];
	struct group first;
	if (!chart_names_in_all(g))
		return false;
	for (unsigned i = 0; i < f->n_rows; i++)
		sum += f->rows[i].n;
	if (!f->n_rows && groups_at(g, 0, &first)) {
		chart_put(f, "None stands out: none of ");
		put_names(f, g, "domains");
		chart_put(f, " has more than ");
		figure_put_things(&f->sentence, first.counts[GROUP_MESSAGES], f->unit);
		chart_put(f, ".");
		return true;
	}
	chart_put(f, "There are ");
	put_names(f, g, "domains");
	chart_put(f, f->n_rows == 1 ? "; the largest line has " : "; the ");
	if (f->n_rows != 1) {
		figure_put_count(&f->sentence, f->n_rows);
		chart_put(f, " largest lines have ");
	}
	chart_put_part(f, sum);
	chart_put(f, ".");
	return true;
}

bool chart_say_clients(struct figure *f, const struct charts *c)
{
	const struct groups *g = c->report->groups[REPORT_BY_REFUSED_CLIENT];
	uint64_t n = count_of(c, REPORT_BY_SPF, "fail") + count_of(c, REPORT_BY_SPF, "softfail");
	if (!f->total)
		return false;
	chart_put_part(f, n);
	chart_put(f, " fail or softfail");
	if (groups_count(g)) {
		chart_put(f, ", from ");
		put_names(f, g, "clients");
	}
	if (f->n_names) {
		chart_put(f, "; none sends more than ");
		put_first(f);
	}
	chart_put(f, ".");
	return true;
}

bool chart_say_refused(struct figure *f, const struct charts *c)
{
	const struct groups *g = c->report->groups[REPORT_BY_REFUSED_DOMAIN];
	uint64_t n = count_of(c, REPORT_BY_SPF, "fail") + count_of(c, REPORT_BY_SPF, "softfail");
	if (!n)
		return false;
	chart_put_part(f, n);
	chart_put(f, " fail or softfail, in the name of ");
	put_names(f, g, "domains");
	if (f->n_names) {
		chart_put(f, "; most often in that of ");
		put_first(f);
		put_alike(f);
	}
	chart_put(f, ".");
	return true;
}

bool chart_say_broken(struct figure *f, const struct charts *c)
{
	uint64_t n = 0;
	(void)c;
	for (unsigned i = 0; i < f->n_rows; i++)
		n += f->rows[i].n;
	if (!n)
		return false;
	chart_put(f, "Something is in the way for ");
	chart_put_part(f, n);
	chart_put(f, ", most often ");
	put_first(f);
	put_alike(f);
	chart_put(f, ".");
	return true;
}

bool chart_say_all(struct figure *f, const struct charts *c)
{
	uint64_t n = 0;
	for (unsigned i = 0; i < f->n_rows; i++)
		n += f->rows[i].n;
	if (!n)
		return false;
	f->total = n;
	f->unit = "policies";
	chart_put_part(f, count_of(c, REPORT_BY_ALL, "-all"));
	chart_put(f, " end with -all, and ");
	figure_put_count(&f->sentence, count_of(c, REPORT_BY_ALL, "~all"));
	chart_put(f, " with ~all.");
	return true;
}

bool chart_say_reverse(struct figure *f, const struct charts *c)
{
	if (count_of(c, REPORT_BY_IPREV, "(none)") == f->total)
		return false;
	chart_put(f, "The address's name leads back to it for ");
	chart_put_part(f, count_of(c, REPORT_BY_IPREV, "pass"));
	chart_put(f, ".");
	return true;
}

bool chart_say_includes(struct figure *f, const struct charts *c)
{
	(void)c;
	if (!f->n_names)
		return false;
	chart_put(f, f->n_alike ? "No provider is included by more than " : "More include ");
	put_first(f);
	chart_put(f, f->n_alike ? ": " : " than any other provider: ");
	chart_put_part(f, f->rows[f->first].n);
	put_alike(f);
	chart_put(f, ".");
	return true;
}

bool chart_say_mx(struct figure *f, const struct charts *c)
{
	(void)c;
	if (!f->n_names)
		return false;
	chart_put(f,
	        f->n_alike ? "Nowhere do more have their mail hosts than at "
	                   : "More have their mail hosts at ");
	put_first(f);
	chart_put(f, f->n_alike ? ": " : " than anywhere else: ");
	chart_put_part(f, f->rows[f->first].n);
	put_alike(f);
	chart_put(f, ".");
	return true;
}

bool chart_say_hosts(struct figure *f, const struct charts *c)
{
	if (count_of(c, REPORT_BY_MX_STATE, "(none)") == f->total)
		return false;
	chart_put(f, "MX records name the mail hosts for ");
	chart_put_part(f, count_of(c, REPORT_BY_MX_STATE, "ok"));
	chart_put(f, ".");
	return true;
}

bool chart_say_mx_reverse(struct figure *f, const struct charts *c)
{
	if (!f->n_rows)
		return false;
	chart_put(f, "A mail host's reverse name leads back to it for ");
	chart_put_part(f, count_of(c, REPORT_BY_MX_PTR, "pass"));
	chart_put(f, ".");
	textbuf_put_text(
	        &f->notes, "A domain counts once for each result that its mail hosts have. ");
	return true;
}

bool chart_say_failures(struct figure *f, const struct charts *c)
{
	uint64_t n = count_of(c, REPORT_BY_PROBLEM, "temperror");
	if (!f->total)
		return false;
	if (!n && !f->n_rows) {
		chart_put(f, "No look-up failed.");
		return true;
	}
	chart_put(f, "A look-up failed for ");
	chart_put_part(f, n);
	if (f->n_rows) {
		chart_put(f, ", most often with ");
		put_first(f);
		put_alike(f);
	}
	chart_put(f, ".");
	return true;
}
