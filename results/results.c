/* results.c - rows of an output, read back. */
#include "results/results.h"

#include "base/error.h"

#include <string.h>

/* The first column, and the text of `n_input` more. The walk goes on behind them. False: there are
 * not so many, or nothing is behind them. */
static bool take_input(struct csv_fields *fields, unsigned n_input, struct csv_field *first,
        struct csv_field *input)
{
	struct csv_field field;
	if (!csv_next_field(fields, first))
		return false;
	input->text = fields->at;
	for (unsigned i = 0; i < n_input; i++)
		if (!csv_next_field(fields, &field))
			return false;
	if (!fields->more)
		return false;
	input->size =
	        (size_t)(fields->at - 1 - input->text); /* the comma behind it is not part of it */
	return true;
}

/* The columns that a results_row holds. */
static const struct {
	const char *name;
	size_t offset;
} places[] = {
	{ "status", offsetof(struct results_row, status) },
	{ "error", offsetof(struct results_row, error) },
	{ "spf", offsetof(struct results_row, spf) },
	{ "spf_problem", offsetof(struct results_row, spf_problem) },
	{ "helo_spf", offsetof(struct results_row, helo_spf) },
	{ "iprev", offsetof(struct results_row, iprev) },
	{ "mx_state", offsetof(struct results_row, mx_state) },
	{ "a", offsetof(struct results_row, a) },
	{ "a_state", offsetof(struct results_row, a_state) },
	{ "a_match", offsetof(struct results_row, a_match) },
	{ "record_state", offsetof(struct results_row, record_state) },
	{ "problems", offsetof(struct results_row, problems) },
	{ "evaluated_at", offsetof(struct results_row, evaluated_at) },
};
enum { PLACE_COUNT = sizeof places / sizeof places[0] };

static int8_t place_of(const char *name)
{
	for (unsigned i = 0; i < PLACE_COUNT; i++)
		if (!strcmp(places[i].name, name))
			return (int8_t)i;
	return -1;
}

/* What is needed of a header row: how many fields it has, and the last of them, among which ours
 * are. The input may have any number of columns. */
struct header {
	struct csv_field first, last[COLUMNS_MAX];
	unsigned n, n_last;
	struct textbuf scratch; /* of quoted fields */
};

/* False: out of memory. */
static bool header_split(struct header *h, const struct csv_record *record)
{
	struct csv_field field;
	struct csv_fields fields = csv_fields_of_record(record, &h->scratch);
	for (h->n = 0; csv_next_field(&fields, &field); h->n++)
		;
	h->n_last = h->n < COLUMNS_MAX ? h->n : COLUMNS_MAX;
	fields = csv_fields_of_record(record, &h->scratch);
	for (unsigned i = 0; csv_next_field(&fields, &field); i++) {
		if (!i)
			h->first = field;
		if (i >= h->n - h->n_last)
			h->last[i - (h->n - h->n_last)] = field;
	}
	return !h->scratch.failed;
}

/* All columns behind `row` and the input's must be ours. */
static bool find_told_columns(struct results *r, const struct header *h, unsigned n_input)
{
	if (n_input + 1 >= h->n || h->n - 1 - n_input > h->n_last)
		return false;
	for (unsigned i = h->n_last - (h->n - 1 - n_input); i < h->n_last; i++)
		if (!columns_add_name(&r->columns, h->last[i]))
			return false;
	return true;
}

/* Our columns. Those before them, but for `row`, are the input's. */
static bool find_columns(struct results *r, const struct header *h, int n_input, const char **why)
{
	r->columns.n = 0;
	*why = "its header row has no columns of results at its end";
	if (n_input == RESULTS_UNTOLD) {
		if (!columns_of_names(&r->columns, h->last, h->n_last))
			return false;
	} else {
		*why = "its header row has a column of results that this version does not know, or "
		       "has one twice";
		if (!find_told_columns(r, h, (unsigned)n_input))
			return false;
	}
	*why = "its header row has none of the input's columns";
	if (h->n < r->columns.n + 2)
		return false;
	r->n_input = h->n - r->columns.n - 1;
	for (unsigned i = 0; i < r->columns.n; i++)
		r->places[i] = r->columns.at[i]->name ? place_of(r->columns.at[i]->name) : -1;
	return true;
}

static bool understand_header(struct results *r, struct header *h, const struct csv_record *record,
        int n_input, struct csv_field *input, const char **why)
{
	struct csv_field first;
	if (!header_split(h, record)) {
		*why = error_text(ERROR_NOMEM);
		return false;
	}
	*why = "its first row is no header row of an output";
	if (record->broken || h->n < 3 || !csv_field_is(h->first, "row") ||
	        !find_columns(r, h, n_input, why))
		return false;
	struct csv_fields fields = csv_fields_of_record(record, &h->scratch);
	return take_input(&fields, r->n_input, &first, input);
}

bool results_of_header(struct results *r, const struct csv_record *record, int n_input,
        const struct asks *asks, struct csv_field *input, const char **why)
{
	struct header h = { 0 };
	r->columns.asks = asks;
	bool good = understand_header(r, &h, record, n_input, input, why);
	textbuf_fini(&h.scratch);
	return good;
}

bool results_has_column(const struct results *r, const char *name)
{
	for (unsigned i = 0; i < r->columns.n; i++)
		if (!strcmp(column_name(&r->columns, i), name))
			return true;
	return false;
}

bool results_parse(const struct results *r, const struct csv_record *record,
        struct textbuf *scratch, struct results_row *row)
{
	struct csv_fields fields = csv_fields_of_record(record, scratch);
	struct csv_field field;
	*row = (struct results_row){ 0 };
	if (record->broken || record->too_long ||
	        !take_input(&fields, r->n_input, &field, &row->input) ||
	        !csv_field_u64(field, &row->number))
		return false;
	for (unsigned i = 0; i < r->columns.n; i++) {
		if (!csv_next_field(&fields, &field))
			return false;
		if (r->places[i] >= 0)
			*(struct csv_field *)((char *)row + places[r->places[i]].offset) = field;
	}
	return !fields.more && !scratch->failed;
}

/* `problems` is a list of words, joined with ';'. */
static bool has_problem(const struct results_row *row, const char *word)
{
	size_t size = strlen(word);
	for (const char *at = row->problems.text, *end = at + row->problems.size; at < end;) {
		const char *stop = memchr(at, ';', (size_t)(end - at));
		stop = stop ? stop : end;
		if ((size_t)(stop - at) == size && !memcmp(at, word, size))
			return true;
		at = stop + 1;
	}
	return false;
}

bool results_has_failure(const struct results_row *row)
{
	return has_problem(row, "temperror");
}

unsigned results_checks(const struct results_row *row)
{
	return (row->spf.size || row->helo_spf.size || row->record_state.size ? CHECK_SPF : 0u) |
	        (row->iprev.size ? CHECK_IPREV : 0u) | (row->mx_state.size ? CHECK_MX : 0u) |
	        (row->a.size || row->a_state.size || row->a_match.size ? CHECK_A : 0u);
}

static void tally_spf(tally_count counts[SPF_VERDICT_COUNT], struct csv_field word)
{
	for (enum spf_verdict v = SPF_NONE; word.size && v < SPF_VERDICT_COUNT; v++)
		if (csv_field_is(word, spf_verdict_text(v)))
			tally_add(&counts[v], 1);
}

void results_tally(struct tally *t, const struct results_row *row)
{
	tally_add(&t->rows, 1);
	tally_checks(t, results_checks(row));
	if (csv_field_is(row->status, "bad_input"))
		tally_add(&t->bad_rows, 1);
	if (csv_field_is(row->status, "excluded"))
		tally_add(&t->excluded_rows, 1);
	tally_spf(t->spf, row->spf);
	tally_spf(t->helo_spf, row->helo_spf);
	for (enum iprev_verdict v = IPREV_PASS; row->iprev.size && v < IPREV_VERDICT_COUNT; v++)
		if (csv_field_is(row->iprev, iprev_verdict_text(v)))
			tally_add(&t->iprev[v], 1);
	if (results_has_failure(row))
		tally_add(&t->temperror_rows, 1);
	for (enum spf_problem p = SPF_PROBLEM_NONE; row->spf.size && p < SPF_PROBLEM_COUNT; p++)
		if (csv_field_is(row->spf_problem, spf_problem_text(p)))
			tally_add(&t->spf_problem[p], 1);
	for (unsigned s = MX_UNASKED + 1; row->mx_state.size && s < MX_STATE_COUNT; s++)
		if (csv_field_is(row->mx_state, mx_state_text((enum mx_state)s)))
			tally_add(&t->mx_state[s], 1);
	const char *word;
	for (unsigned i = 0; row->problems.size && (word = problems_word(i)) != NULL; i++)
		if (has_problem(row, word))
			tally_add(&t->problems[i], 1);
}

/* The size without the columns of time at the end. These hold no commas. */
static size_t timeless_size(const struct results *r, const char *text, size_t size)
{
	for (unsigned i = r->columns.n; i > 0 && r->columns.at[i - 1]->flags & COLUMN_TIME; i--) {
		const char *comma = memrchr(text, ',', size);
		size = comma ? (size_t)(comma - text) : 0;
	}
	return size;
}

static bool is_compared(const struct results *r, unsigned field)
{
	unsigned first = 1 + r->n_input;
	return field < first || field - first >= r->columns.n ||
	        !(r->columns.at[field - first]->flags & COLUMN_TIME);
}

static bool have_same_fields(
        const struct results *r, const char *a, size_t a_size, const char *b, size_t b_size)
{
	struct textbuf a_scratch = { 0 }, b_scratch = { 0 };
	struct csv_fields a_fields = csv_fields_of(a, a_size, false, false, &a_scratch),
	                  b_fields = csv_fields_of(b, b_size, false, false, &b_scratch);
	struct csv_field x, y;
	bool a_has, b_has, same;
	unsigned n = 0;
	do {
		a_has = csv_next_field(&a_fields, &x);
		b_has = csv_next_field(&b_fields, &y);
		same = a_has == b_has && (!a_has || !is_compared(r, n) || csv_field_same(x, y));
		n++;
	} while (same && a_has);
	same = same && !a_scratch.failed && !b_scratch.failed;
	textbuf_fini(&a_scratch);
	textbuf_fini(&b_scratch);
	return same;
}

/* Most rows that are the same are so octet by octet. */
bool results_same(
        const struct results *r, const char *a, size_t a_size, const char *b, size_t b_size)
{
	size_t a_part = timeless_size(r, a, a_size), b_part = timeless_size(r, b, b_size);
	return (a_part == b_part && !memcmp(a, b, a_part)) ||
	        have_same_fields(r, a, a_size, b, b_size);
}
