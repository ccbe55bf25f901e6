/* fuzz_row.c - any octets as an input file and, behind a form feed, the DNS that its rows are
 * checked against (resolver/scripted/script.h): every row ends in time, and is one record of the
 * output, with the input's fields as they stood and a column's word in each column.
 *
 * Virtual time; the rows run side by side, so that they share questions and the cache. */
#include "memfile.h"

#include "base/clock.h"
#include "base/hash.h"
#include "resolver/scripted/script.h"
#include "resolver/scripted/scripted.h"
#include "results/columns.h"
#include "scanner/runner.h"

#include <string.h>

enum { ROWS_MAX = 12, QUESTION_MS = 2000, ROW_MS = 5000, STEP_MS = 50 };

struct world {
	struct inputs in;
	struct script *script;
	struct resolver *resolver;
	struct row_settings settings;
	struct column_set columns;
	struct runner runner;
	uint64_t now_ns;
	unsigned n_started, n_finished;
	char *texts[ROWS_MAX]; /* of the records, which outlive their place in the input */
	struct textbuf out, scratch;
};

/* The fields of a record, as many as there may be room for; gives how many there are. */
static unsigned fields_of(struct csv_field *list, unsigned room, const struct csv_record *record,
        struct textbuf *scratch)
{
	struct csv_fields fields =
	        csv_fields_of(record->text, record->size, record->plain, record->broken, scratch);
	struct csv_field field;
	unsigned n = 0;
	for (; csv_next_field(&fields, &field); n++)
		if (n < room)
			list[n] = field;
	return n;
}

static bool is_word(const struct csv_field *field, const char *word)
{
	return field->size == strlen(word) && memcmp(field->text, word, field->size) == 0;
}

static const struct csv_field *column(const struct csv_field *ours, const char *name)
{
	struct column_set all;
	unsigned i = 0;
	columns_all(&all, NULL);
	while (strcmp(all.at[i]->name, name) != 0)
		i++;
	return &ours[i];
}

/* Our own columns: printable, and a failure has its cause. */
static void check_columns(const struct csv_field *ours, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		for (size_t k = 0; k < ours[i].size; k++)
			require(ours[i].text[k] >= 0x20 && ours[i].text[k] < 0x7f);
	bool good = is_word(column(ours, "status"), "ok");
	require(good || is_word(column(ours, "status"), "bad_input"));
	require(good == (column(ours, "error")->size == 0));
	static const char *const verdicts[] = { "spf", "helo_spf", "iprev", "a_match", "mx_match",
		"mx_state" };
	for (unsigned i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++)
		require(!is_word(column(ours, verdicts[i]), "temperror") ||
		        column(ours, "dns_cause")->size);
}

/* A row of the output against the input's record. */
static void check_printed(const struct csv_record *printed, const struct csv_record *input,
        unsigned n_columns, unsigned n_ours)
{
	enum { FIELDS_MAX = 200 };
	struct csv_field in[FIELDS_MAX], out[FIELDS_MAX];
	struct textbuf in_scratch = { 0 }, out_scratch = { 0 };
	unsigned n_in = fields_of(in, FIELDS_MAX, input, &in_scratch),
	         n_out = fields_of(out, FIELDS_MAX, printed, &out_scratch);
	require(n_out == 1 + n_columns + n_ours);
	if (n_out <= FIELDS_MAX) {
		for (unsigned i = 0; i < n_columns && i < n_in; i++)
			require(in[i].size == out[1 + i].size &&
			        (in[i].size == 0 ||
			                memcmp(in[i].text, out[1 + i].text, in[i].size) == 0));
		check_columns(out + 1 + n_columns, n_ours);
	}
	textbuf_fini(&in_scratch);
	textbuf_fini(&out_scratch);
}

static void on_finished(struct runner *runner, struct row *row)
{
	struct world *w = runner->owner;
	size_t at = w->out.size;
	struct outcome outcome = row_outcome(row);
	columns_put_row(&w->out, &w->scratch, &w->in.layout, &w->columns, &outcome);
	require(!w->out.failed && w->out.bytes[w->out.size - 1] == '\n' &&
	        row->elapsed_ms <= ROW_MS + STEP_MS);
	check_printed(
	        &(struct csv_record){ .text = w->out.bytes + at, .size = w->out.size - at - 1 },
	        &row->record, w->in.layout.n_columns, w->columns.n);
	w->n_finished++;
}

static void start_rows(struct world *w)
{
	static const volatile bool stop = false;
	struct input_row input;
	while (w->n_started < ROWS_MAX && inputs_next(&w->in, &input, &stop)) {
		struct row *row = runner_take_row(&w->runner);
		char *text = malloc(input.record.size + 1);
		require(row && text);
		memcpy(text, input.record.text, input.record.size);
		w->texts[w->n_started++] = text;
		row->number = w->n_started;
		row->record = input.record;
		row->record.text = text;
		identity_parse(&row->identity, &w->in.layout, &row->record);
		runner_start(&w->runner, row);
	}
}

static void finish_rows(struct world *w)
{
	for (unsigned turns = 0; w->n_finished < w->n_started; turns++) {
		require(turns <= 2 * ROW_MS / STEP_MS);
		while (runner_turn(&w->runner))
			;
		w->now_ns += STEP_MS * CLOCK_NS_PER_MS;
		runner_tick(&w->runner, w->now_ns, 1800000000);
	}
}

/* What anybody reads in the file is a header and as many records as there were rows. */
static void check_file(const struct world *w)
{
	struct memfile file;
	struct source *source;
	struct csv_record record;
	unsigned n = 0;
	memfile_open(&file, w->out.bytes, w->out.size);
	require(source_open(&source, file.path) == ERROR_NONE);
	struct csv_reader *r = csv_reader_new(source);
	while (csv_read(r, &record, NULL)) {
		require(!record.broken);
		n++;
	}
	require(n == 1 + w->n_finished);
	csv_reader_free(r);
	source_close(source);
	memfile_close(&file);
}

static void scan(struct world *w)
{
	char why[256];
	struct resolver_config config = { .engine = &scripted_engine,
		.source = w->script,
		.question_deadline_ms = QUESTION_MS,
		.max_in_flight = 20,
		.cache_bytes = 1 << 16,
		.failure_ttl_s = 1,
		.leader_wait_ms = QUESTION_MS / 2,
		.n_workers = 1 };
	require(resolver_new(&w->resolver, &config, NULL, why, sizeof(why)) == ERROR_NONE);
	columns_all(&w->columns, NULL);
	w->settings = (struct row_settings){ .checks = CHECK_ALL,
		.explain = true,
		.dnssec = true,
		.deadline_ns = ROW_MS * CLOCK_NS_PER_MS,
		.limits = spf_limits_of_rfc };
	runner_init(&w->runner, w->resolver, &w->settings, ROWS_MAX);
	w->runner.finished = on_finished;
	w->runner.owner = w;
	runner_tick(&w->runner, w->now_ns, 1800000000);
	columns_put_header(&w->out, &w->in.layout, &w->columns);
	start_rows(w);
	finish_rows(w);
	check_file(w);
	runner_fini(&w->runner);
	resolver_free(w->resolver);
	while (w->n_started)
		free(w->texts[--w->n_started]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *feed = size ? memchr(data, '\f', size) : NULL;
	if (!feed)
		return 0;
	struct world w = { .now_ns = CLOCK_NS_PER_S };
	struct memfile file;
	char why[128] = "", *path = file.path;
	hash_init();
	memfile_open(&file, data, (size_t)(feed - data));
	enum error error = script_parse(&w.script, (const char *)feed + 1,
	        size - (size_t)(feed - data) - 1, why, sizeof(why));
	require((error == ERROR_NONE) == (w.script != NULL) &&
	        (!error || strncmp(why, "line ", 5) == 0));
	struct inputs_config config = { .paths = &path, .n_paths = 1 };
	tell_outcome("refused");
	if (w.script && inputs_open(&w.in, &config, NULL)) {
		scan(&w);
		tell_outcome(w.n_finished ? "rows" : "none");
	}
	inputs_close(&w.in);
	script_free(w.script);
	textbuf_fini(&w.out);
	textbuf_fini(&w.scratch);
	memfile_close(&file);
	return 0;
}
