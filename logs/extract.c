/* extract.c - rows one by one, or groups of them. */
#include "logs/extract.h"

#include "base/message.h"
#include "logs/unique.h"

enum { FLUSH_BYTES = 1 << 20 };

static void put_line(struct textbuf *out, const char *text, size_t size)
{
	textbuf_put(out, text, size);
	textbuf_put_char(out, '\n');
}

static bool write_rows(
        struct logfiles *log, struct textout *out, uint64_t *n_rows, const volatile bool *stop)
{
	struct input_reader *reader = logfiles_reader(log);
	struct textbuf *text = textout_text(out);
	struct csv_record row;
	put_line(text, reader->header, strlen(reader->header));
	while (reader->next(reader, &row, stop)) {
		put_line(text, row.text, row.size);
		++*n_rows;
		bool waits = reader->would_block(reader);
		if ((waits || text->size >= FLUSH_BYTES) && !textout_flush(out, waits))
			return false;
	}
	return !reader->broke && !*stop;
}

struct grouping {
	struct unique *unique;
	struct textout *out;
	uint64_t n_rows, n_times_full;
};

static bool write_groups(struct grouping *g)
{
	g->n_rows += unique_count(g->unique);
	unique_put(g->unique, textout_text(g->out));
	return textout_flush(g->out, false);
}

static bool take(void *arg, const struct mail_event *event)
{
	struct grouping *g = arg;
	if (unique_add(g->unique, event))
		return true;
	g->n_times_full++;
	if (unique_count(g->unique) && write_groups(g) && unique_add(g->unique, event))
		return true;
	message(MESSAGE_ERROR, "--unique: %s", error_text(ERROR_NOMEM));
	return false;
}

static bool write_unique(struct logfiles *log, struct textout *out, const struct extract_config *c,
        uint64_t *n_rows, const volatile bool *stop)
{
	struct grouping g = { .unique = unique_new(c->memory_bytes, c->sender, &c->key),
		.out = out };
	if (!g.unique) {
		message(MESSAGE_ERROR, "--unique: %s", error_text(ERROR_NOMEM));
		return false;
	}
	const char *header = unique_header(c->sender);
	put_line(textout_text(out), header, strlen(header));
	bool whole = logfiles_run(log, take, &g, stop);
	write_groups(&g);
	if (g.n_times_full)
		message(MESSAGE_INFO,
		        "--unique: the table was full %llu times: a group may have several rows, "
		        "whose counts add up; --memory makes it larger",
		        (unsigned long long)g.n_times_full);
	*n_rows = g.n_rows;
	unique_free(g.unique);
	return whole;
}

bool extract_run(struct logfiles *log, struct textout *out, const struct extract_config *config,
        uint64_t *n_rows, const volatile bool *stop)
{
	*n_rows = 0;
	return config->unique ? write_unique(log, out, config, n_rows, stop)
	                      : write_rows(log, out, n_rows, stop);
}
