/* results.c - rows of an output of ours, read back. */
#include "results/results.h"

#include "results/columns.h"

#include <string.h>

static bool is_text(struct csv_field field, const char *text)
{
	return field.size == strlen(text) && !memcmp(field.text, text, field.size);
}

static unsigned count_columns(void)
{
	unsigned n = 0;
	while (columns_name(n))
		n++;
	return n;
}

static unsigned count_fields(const struct csv_record *record, struct textbuf *scratch)
{
	struct csv_fields fields =
	        csv_fields_of(record->text, record->size, record->plain, record->broken, scratch);
	struct csv_field field;
	unsigned n = 0;
	while (csv_next_field(&fields, &field))
		n++;
	return n;
}

/* Passes over the first column and `n_input` more: their text, and the walk goes on behind them. */
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

bool results_of_header(struct results *r, const struct csv_record *header, struct csv_field *input)
{
	struct textbuf scratch = { 0 };
	unsigned n = count_fields(header, &scratch), n_ours = count_columns();
	struct csv_fields fields =
	        csv_fields_of(header->text, header->size, header->plain, header->broken, &scratch);
	struct csv_field field;
	bool good = false;
	if (header->broken || n < n_ours + 2)
		goto out;
	r->n_input = n - n_ours - 1;
	if (!take_input(&fields, r->n_input, &field, input) || !is_text(field, "row"))
		goto out;
	good = true;
	for (unsigned i = 0; i < n_ours; i++)
		good = csv_next_field(&fields, &field) && is_text(field, columns_name(i)) && good;
out:
	textbuf_fini(&scratch);
	return good;
}

static bool parse_number(struct csv_field field, uint64_t *number)
{
	*number = 0;
	if (!field.size || field.size > 19)
		return false;
	for (size_t i = 0; i < field.size; i++) {
		if (field.text[i] < '0' || field.text[i] > '9')
			return false;
		*number = *number * 10 + (uint64_t)(field.text[i] - '0');
	}
	return true;
}

/* Where a column's value goes; NULL: it is not looked at. */
static struct csv_field *place_of(struct results_row *row, const char *name)
{
	const struct {
		const char *name;
		struct csv_field *place;
	} places[] = { { "status", &row->status }, { "error", &row->error }, { "spf", &row->spf },
		{ "helo_spf", &row->helo_spf }, { "iprev", &row->iprev },
		{ "problems", &row->problems } };
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (!strcmp(places[i].name, name))
			return places[i].place;
	return NULL;
}

bool results_parse(const struct results *r, const struct csv_record *record,
        struct textbuf *scratch, struct results_row *row)
{
	struct csv_fields fields =
	        csv_fields_of(record->text, record->size, record->plain, record->broken, scratch);
	struct csv_field field;
	*row = (struct results_row){ 0 };
	if (record->broken || record->too_long ||
	        !take_input(&fields, r->n_input, &field, &row->input) ||
	        !parse_number(field, &row->number))
		return false;
	for (unsigned i = 0; columns_name(i); i++) {
		if (!csv_next_field(&fields, &field))
			return false;
		struct csv_field *place = place_of(row, columns_name(i));
		if (place)
			*place = field;
	}
	return !fields.more && !scratch->failed;
}

/* `problems` is a list of words, joined with ';'. */
bool results_has_failure(const struct results_row *row)
{
	static const char word[] = "temperror";
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

static void tally_spf(tally_count counts[SPF_VERDICT_COUNT], struct csv_field word)
{
	for (enum spf_verdict v = SPF_NONE; word.size && v < SPF_VERDICT_COUNT; v++)
		if (is_text(word, spf_verdict_text(v)))
			tally_add(&counts[v], 1);
}

void results_tally(struct tally *t, const struct results_row *row)
{
	tally_add(&t->rows, 1);
	if (is_text(row->status, "bad_input"))
		tally_add(&t->bad_rows, 1);
	tally_spf(t->spf, row->spf);
	tally_spf(t->helo_spf, row->helo_spf);
	for (enum iprev_verdict v = IPREV_PASS; row->iprev.size && v < IPREV_VERDICT_COUNT; v++)
		if (is_text(row->iprev, iprev_verdict_text(v)))
			tally_add(&t->iprev[v], 1);
	if (results_has_failure(row))
		tally_add(&t->temperror_rows, 1);
}

/* Up to the last two columns, which hold no commas. */
static size_t timeless_size(const char *text, size_t size)
{
	for (unsigned i = 0; i < 2; i++) {
		const char *comma = memrchr(text, ',', size);
		size = comma ? (size_t)(comma - text) : 0;
	}
	return size;
}

static bool have_same_fields(const char *a, size_t a_size, const char *b, size_t b_size)
{
	struct textbuf a_scratch = { 0 }, b_scratch = { 0 };
	struct csv_fields a_fields = csv_fields_of(a, a_size, false, false, &a_scratch),
	                  b_fields = csv_fields_of(b, b_size, false, false, &b_scratch);
	struct csv_field x, y;
	bool a_has, b_has, same;
	do {
		a_has = csv_next_field(&a_fields, &x);
		b_has = csv_next_field(&b_fields, &y);
		same = a_has == b_has &&
		        (!a_has ||
		                (x.size == y.size && (!x.size || !memcmp(x.text, y.text, x.size))));
	} while (same && a_has);
	same = same && !a_scratch.failed && !b_scratch.failed;
	textbuf_fini(&a_scratch);
	textbuf_fini(&b_scratch);
	return same;
}

/* Most rows that are the same are so octet by octet. */
bool results_same(const char *a, size_t a_size, const char *b, size_t b_size)
{
	a_size = timeless_size(a, a_size);
	b_size = timeless_size(b, b_size);
	return (a_size == b_size && !memcmp(a, b, a_size)) ||
	        have_same_fields(a, a_size, b, b_size);
}
