/* reason.c - by the problem, and without one by the verdict. */
#include "report/reason.h"

/* In a text '%' stands for the last term of spf_matched. */
static const struct {
	const char *problem, *text, *without_term;
} problems[] = {
	{ "dns_error", NULL, "a look-up failed" },
	{ "deadline", NULL, "a look-up took too long" },
	{ "syntax", "the record of % has a syntax error", "the record has a syntax error" },
	{ "multiple_records", "% has several SPF records", "several SPF records" },
	{ "not_ascii", "the record of % has octets over 127", "the record has octets over 127" },
	{ "lookup_limit", "more than 10 look-ups, at %", "more than 10 look-ups" },
	{ "void_limit", "too many look-ups that found nothing, at %",
	        "too many look-ups that found nothing" },
	{ "mx_limit", "% has more than 10 mail hosts", "more than 10 mail hosts" },
	{ "include_none", "% has no SPF record", "an include has no SPF record" },
	{ "redirect_none", "% has no SPF record", "the redirect has no SPF record" },
	{ "bad_target", "% names no domain", "a term names no domain" },
	{ "bad_domain", NULL, "the sender's domain is none" },
	{ "memory", NULL, "out of memory" },
	{ "excluded", NULL, "not asked (--exclude)" },
	{ "needs_local_part", "% depends on the local-part", "depends on the local-part" },
};

/* Behind the last " > ". */
static struct csv_field last_term(struct csv_field matched)
{
	for (size_t i = matched.size; i >= 3; i--)
		if (!memcmp(matched.text + i - 3, " > ", 3))
			return (struct csv_field){ matched.text + i, matched.size - i };
	return matched;
}

static void put_problem(struct textbuf *out, const struct result_row *row)
{
	struct csv_field term = last_term(row->fields[RESULT_SPF_MATCHED]);
	for (unsigned i = 0; i < sizeof problems / sizeof problems[0]; i++) {
		if (!csv_field_is(row->fields[RESULT_SPF_PROBLEM], problems[i].problem))
			continue;
		const char *text =
		        term.size && problems[i].text ? problems[i].text : problems[i].without_term;
		const char *percent = strchr(text, '%');
		if (!percent) {
			textbuf_put_text(out, text);
			return;
		}
		textbuf_put(out, text, (size_t)(percent - text));
		textbuf_put(out, term.text, term.size);
		textbuf_put_text(out, percent + 1);
		return;
	}
	textbuf_put(
	        out, row->fields[RESULT_SPF_PROBLEM].text, row->fields[RESULT_SPF_PROBLEM].size);
}

static bool is_all(struct csv_field term)
{
	return csv_field_is(term, "-all") || csv_field_is(term, "~all") ||
	        csv_field_is(term, "?all");
}

void reason_put(struct textbuf *out, const struct result_row *row)
{
	struct csv_field spf = row->fields[RESULT_SPF], matched = row->fields[RESULT_SPF_MATCHED];
	if (csv_field_is(spf, "pass"))
		return;
	if (row->fields[RESULT_SPF_PROBLEM].size) {
		put_problem(out, row);
	} else if (!spf.size) {
		textbuf_put_text(out,
		        csv_field_is(row->fields[RESULT_STATUS], "ok") ? "no sender and no HELO"
		                                                       : "not judged");
	} else if (csv_field_is(spf, "none")) {
		textbuf_put_text(out, "no SPF record");
	} else if (!matched.size) {
		textbuf_put_text(out, "no term matches");
	} else if (is_all(last_term(matched))) {
		textbuf_put_text(out, "the address is not in the record: ");
		textbuf_put(out, matched.text, matched.size);
	} else {
		textbuf_put(out, matched.text, matched.size);
		textbuf_put_text(out, " matches");
	}
}
