/* fuzz_edges.c - strangers' policies as the lines of --includes and --networks, and as the tree
 * that `check` prints.
 *
 * Octets in: a script (resolver/scripted/script.h). The domain is example.com. */
#include "target.h"

#include "base/hash.h"
#include "cli/treeview.h"
#include "io/csv.h"
#include "resolver/scripted/script.h"
#include "results/sidefile.h"
#include "scanner/edges.h"

#include <stdio.h>
#include <string.h>

enum { ROW = 12, FIELDS = 6, TREE_LINES_MAX = 1100 };

struct world {
	struct asker asker; /* first */
	const struct script *script;
	unsigned n_asked;
};

static const struct answer *ask(struct asker *asker, struct probe *probe, unsigned slot,
        const struct dname *qname, enum rrtype type)
{
	struct world *w = (struct world *)asker;
	unsigned delay_ms;
	(void)probe;
	(void)slot;
	require(++w->n_asked <= POLICY_QUESTIONS_MAX);
	const struct answer *answer = script_find(w->script, qname, type, &delay_ms);
	require(answer);
	return answer;
}

/* Printable, of six fields, and it begins with the row and its domain. */
static void fields_of(
        struct csv_field *fields, const struct sidefile_line *line, struct textbuf *scratch)
{
	static const char begin[] = "12,example.com,";
	require(line->size > sizeof begin - 1 && memcmp(line->text, begin, sizeof begin - 1) == 0);
	for (size_t i = 0; i < line->size; i++)
		require(line->text[i] >= 0x20 && line->text[i] < 0x7f);
	struct csv_fields rest = csv_fields_of(line->text, line->size, false, false, scratch);
	struct csv_field more;
	for (unsigned i = 0; i < FIELDS; i++)
		require(csv_next_field(&rest, &fields[i]));
	require(!csv_next_field(&rest, &more));
}

static bool is_word(struct csv_field field, const char *word)
{
	return field.size == strlen(word) && memcmp(field.text, word, field.size) == 0;
}

/* Escapes of a master file are longer than what they stand for, and are not read here. */
static bool is_name(struct csv_field field)
{
	struct dname name;
	return field.size &&
	        (memchr(field.text, '\\', field.size) ||
	                !dname_parse(&name, field.text, field.size));
}

/* Gives how many lines there are. */
static unsigned check_includes(const struct policy_report *r)
{
	struct textbuf lines = { 0 }, line_scratch = { 0 }, scratch = { 0 };
	struct csv_field f[FIELDS];
	struct sidefile_line line;
	unsigned n = 0;
	edges_put_includes(&lines, &line_scratch, ROW, r);
	require(!lines.failed);
	for (size_t at = 0; sidefile_next_line(lines.bytes, lines.size, &at, &line); n++) {
		fields_of(f, &line, &scratch);
		require(is_name(f[2]) && is_name(f[3]));
		require(is_word(f[4], "include") || is_word(f[4], "redirect"));
		require(f[5].size >= 1 && f[5].size <= 3 && f[5].text[0] != '0');
	}
	textbuf_fini(&lines);
	textbuf_fini(&line_scratch);
	textbuf_fini(&scratch);
	return n;
}

/* The networks that pass are as many addresses of IPv4 as the report says. */
static unsigned check_networks(const struct policy_report *r)
{
	struct textbuf lines = { 0 }, line_scratch = { 0 }, scratch = { 0 };
	struct csv_field f[FIELDS];
	struct sidefile_line line;
	addrset_number passing = 0;
	unsigned n = 0;
	bool is_cut = false;
	edges_put_networks(&lines, &line_scratch, ROW, r);
	require(!lines.failed);
	for (size_t at = 0; sidefile_next_line(lines.bytes, lines.size, &at, &line); n++) {
		struct ipaddr ip;
		fields_of(f, &line, &scratch);
		const char *slash = memchr(f[2].text, '/', f[2].size);
		require(slash &&
		        ipaddr_parse(&ip, f[2].text, (size_t)(slash - f[2].text)) == ERROR_NONE);
		unsigned bits = (unsigned)strtoul(slash + 1, NULL, 10);
		require(bits <= (ip.family == IPFAMILY_4 ? 32u : 128u) && f[3].size);
		require(is_word(f[5], "yes") || is_word(f[5], "no"));
		is_cut |= is_word(f[3], "cut");
		if (ip.family == IPFAMILY_4 && is_word(f[3], "pass"))
			passing += (addrset_number)1 << (32 - bits);
	}
	require(is_cut ||
	        passing == authority_count(&r->authority, &r->authority.v4, AUTHORITY_MECHANISMS));
	textbuf_fini(&lines);
	textbuf_fini(&line_scratch);
	textbuf_fini(&scratch);
	return n;
}

/* Nothing that a terminal obeys, and not without end. */
static void check_tree(const struct policy_report *r)
{
	struct textbuf out = { 0 };
	unsigned n_lines = 0;
	treeview_put(&out, r, &spf_limits_of_rfc);
	require(!out.failed && (!out.size || out.bytes[out.size - 1] == '\n'));
	for (size_t i = 0; i < out.size; i++) {
		require(out.bytes[i] == '\n' || (out.bytes[i] >= 0x20 && out.bytes[i] < 0x7f));
		n_lines += out.bytes[i] == '\n';
	}
	require(n_lines <= TREE_LINES_MAX);
	textbuf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world w = { .asker = { .ask = ask } };
	struct script *script;
	struct policy p = { .n_nodes = 0 };
	struct policy_report r = { .policy = NULL };
	struct dname domain;
	char why[128];
	hash_init();
	require(dname_parse(&domain, "example.com", 11) == ERROR_NONE);
	if (script_parse(&script, (const char *)data, size, why, sizeof why)) {
		tell_outcome("refused");
		return 0;
	}
	w.script = script;
	policy_begin(&p, &domain, &spf_limits_of_rfc, &w.asker);
	require(probe_run(&p.probe));
	policy_report_make(&r, &p, &spf_limits_of_rfc);
	require(!p.failed && !r.failed);
	unsigned n_includes = check_includes(&r), n_networks = check_networks(&r);
	check_tree(&r);
	tell_outcome(n_includes ? "edges" : n_networks ? "networks" : "none");
	policy_report_fini(&r);
	policy_fini(&p);
	script_free(script);
	return 0;
}
