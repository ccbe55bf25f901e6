/* edges.c - lines with a row's number and domain before them. */
#include "scanner/edges.h"

#include "checks/flatten.h"
#include "io/csv.h"
#include "results/columns.h"
#include "results/sidefile.h"

void edges_put_includes_head(struct textbuf *out, const struct options *options)
{
	(void)options;
	edge_columns_put_header(out, EDGES_INCLUDES);
}

void edges_put_networks_head(struct textbuf *out, const struct options *options)
{
	(void)options;
	edge_columns_put_header(out, EDGES_NETWORKS);
}

/* "12,example.com,": what every line of the row begins with. */
static void begin_line(struct textbuf *line, uint64_t row, const struct policy_report *r)
{
	textbuf_reset(line);
	textbuf_put_u64(line, row);
	textbuf_put_char(line, ',');
	dname_print(line, &r->policy->domain);
	textbuf_put_char(line, ',');
}

static void end_line(struct textbuf *out, const struct textbuf *line)
{
	const struct sidefile_key always = { 0 };
	out->failed |= line->failed;
	sidefile_add_line(out, &always, line->bytes, line->size);
}

static void put_name(struct textbuf *line, const struct policy *p, unsigned node)
{
	struct dname name;
	struct textbuf text = { 0 };
	policy_name(p, node, &name);
	dname_print(&text, &name);
	csv_put_field(line, textbuf_text(&text), text.size);
	line->failed |= text.failed;
	textbuf_fini(&text);
}

void edges_put_includes(
        struct textbuf *out, struct textbuf *scratch, uint64_t row, const struct policy_report *r)
{
	struct policy_term term;
	for (unsigned at = 0; at < r->n_order; at++)
		for (unsigned i = 0; policy_term_at(r->policy, r->order[at], i, &term); i++) {
			int next = policy_term_node(&term);
			if (next < 0)
				continue;
			begin_line(scratch, row, r);
			put_name(scratch, r->policy, r->order[at]);
			textbuf_put_char(scratch, ',');
			put_name(scratch, r->policy, (unsigned)next);
			textbuf_printf(scratch, ",%s,%u", term.directive ? "include" : "redirect",
			        r->policy->nodes[r->order[at]].depth + 1u);
			end_line(out, scratch);
		}
}

static void put_path(struct textbuf *line, const struct authority *a, uint32_t path)
{
	struct textbuf text = { 0 };
	authority_put_path(&text, a, path);
	csv_put_field(line, textbuf_text(&text), text.size);
	line->failed |= text.failed;
	textbuf_fini(&text);
}

static void put_family(struct textbuf *out, struct textbuf *scratch, uint64_t row,
        const struct policy_report *r, const struct authority_family *family)
{
	const struct authority_piece *piece;
	struct flatten f;
	struct net net;
	char text[NET_TEXT_BYTES];
	unsigned n = 0;
	flatten_begin(&f, family);
	while (flatten_next(&f, &net, &piece)) {
		begin_line(scratch, row, r);
		textbuf_printf(scratch, "%s,%s,", net_text(&net, text),
		        n < EDGES_NETWORKS_MAX ? authority_verdict_text(piece->verdict) : "cut");
		put_path(scratch, &r->authority, piece->path);
		textbuf_put_text(scratch, piece->depends ? ",yes" : ",no");
		end_line(out, scratch);
		if (n++ == EDGES_NETWORKS_MAX)
			return;
	}
}

/* Without a record there is no policy. */
void edges_put_networks(
        struct textbuf *out, struct textbuf *scratch, uint64_t row, const struct policy_report *r)
{
	if (r->state == POLICY_NONE || r->state == POLICY_NXDOMAIN || r->state == POLICY_BAD_DOMAIN)
		return;
	put_family(out, scratch, row, r, &r->authority.v4);
	put_family(out, scratch, row, r, &r->authority.v6);
}
