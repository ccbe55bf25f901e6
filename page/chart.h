/* chart.h - one chart: what fills its figure, and says the sentence above it. For charts.c, whose
 * table has them all; chart_say.c has the sentences, chart_fill.c what is no groups.
 *
 * A fill function gives false when there is nothing to show. A sentence is markup; what of it is a
 * stranger's goes through markup.h. */
#ifndef PAGE_CHART_H
#define PAGE_CHART_H

#include "page/figure.h"
#include "page/sources.h"
#include "report/report.h"

/* What charts are made of. */
struct charts {
	const struct report *report;   /* finished */
	const struct sources *sources; /* of its files, finished */
};

/* So many names are shown of domains, clients, providers, upstreams. */
enum { CHART_NAMES = 15 };

struct chart {
	const char *id, *question;
	enum figure_shape shape;
	const char *label_head;
	bool (*fill)(struct figure *f, const struct chart *chart, const struct charts *c);
	/* Of charts that are groups: the sentence. False: nothing to show. NULL: no groups. */
	bool (*say)(struct figure *f, const struct charts *c);
	enum report_by by;
	enum words_list list;
	enum words_colour colour; /* where bars have one */
	const char *none;         /* of names: what stands for rows without */
};

/* Append to the sentence a text of our own, and a part: "9 321 of 12 345 messages (75.5 %)". */
void chart_put(struct figure *f, const char *text);
void chart_put_part(struct figure *f, uint64_t n);
/* How many messages the group of that word has. */
uint64_t chart_count(const struct groups *g, const char *word);
/* How many names there are, without the group of rows that have none. */
uint64_t chart_names_in_all(const struct groups *g);

/* ---- charts that are groups (charts.c) ---- */
bool chart_shares(struct figure *f, const struct chart *chart, const struct charts *c);
bool chart_words(struct figure *f, const struct chart *chart, const struct charts *c);
bool chart_names(struct figure *f, const struct chart *chart, const struct charts *c);
bool chart_senders(struct figure *f, const struct chart *chart, const struct charts *c);
bool chart_clients(struct figure *f, const struct chart *chart, const struct charts *c);

/* ---- others (chart_fill.c) ---- */
bool chart_enforced(struct figure *f, const struct chart *chart, const struct charts *c);
bool chart_lookups(struct figure *f, const struct chart *chart, const struct charts *c);
bool chart_addresses(struct figure *f, const struct chart *chart, const struct charts *c);
bool chart_upstreams(struct figure *f, const struct chart *chart, const struct charts *c);
bool chart_then(struct figure *f, const struct chart *chart, const struct charts *c);
bool chart_age(struct figure *f, const struct chart *chart, const struct charts *c);

/* ---- sentences (chart_say.c) ---- */
bool chart_say_spf(struct figure *f, const struct charts *c);
bool chart_say_record(struct figure *f, const struct charts *c);
bool chart_say_problems(struct figure *f, const struct charts *c);
bool chart_say_senders(struct figure *f, const struct charts *c);
bool chart_say_clients(struct figure *f, const struct charts *c);
bool chart_say_refused(struct figure *f, const struct charts *c);
bool chart_say_broken(struct figure *f, const struct charts *c);
bool chart_say_all(struct figure *f, const struct charts *c);
bool chart_say_reverse(struct figure *f, const struct charts *c);
bool chart_say_includes(struct figure *f, const struct charts *c);
bool chart_say_mx(struct figure *f, const struct charts *c);
bool chart_say_hosts(struct figure *f, const struct charts *c);
bool chart_say_mx_reverse(struct figure *f, const struct charts *c);
bool chart_say_failures(struct figure *f, const struct charts *c);

#endif
