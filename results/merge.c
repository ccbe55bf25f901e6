/* merge.c - shards are merged by a heap of their next rows. */
#include "results/merge.h"

#include "base/exit_status.h"
#include "base/message.h"
#include "results/partset.h"

#include <stdlib.h>
#include <string.h>

static unsigned long long long_of(uint64_t n)
{
	return n;
}

static int fail_without_memory(void)
{
	message(MESSAGE_ERROR, "the merge cannot go on: %s", error_text(ERROR_NOMEM));
	return EXIT_STOPPED;
}

/* ---- the set ---- */

static bool begins_with(struct csv_field text, const char *with)
{
	return text.size >= strlen(with) && !memcmp(text.text, with, strlen(with));
}

static bool is_audit(const struct part *p)
{
	return csv_field_is(note_value(p->note.bytes, p->note.size, "kind"), "audit");
}

/* That of the whole: no shard, and no files beside it. */
static void put_note(struct textbuf *out, const struct part *p)
{
	const char *at = p->note.bytes, *end = at + p->note.size;
	struct csv_field name, value;
	while (note_next_line(&at, end, &name, &value)) {
		if (begins_with(name, "info.") && !csv_field_is(name, "info.version"))
			continue;
		if (csv_field_is(name, "shard"))
			value.size = 0;
		else if (csv_field_is(name, "command"))
			value = is_audit(p) ? (struct csv_field){ "audit", strlen("audit") }
			                    : (struct csv_field){ "scan", strlen("scan") };
		textbuf_put(out, name.text, name.size);
		textbuf_put_char(out, '=');
		textbuf_put(out, value.text, value.size);
		textbuf_put_char(out, '\n');
	}
}

int merge_open(
        struct merge *m, char **paths, unsigned n_paths, bool append, const struct note *presets)
{
	*m = (struct merge){ .append = append, .presets = presets };
	m->parts = calloc(n_paths, sizeof *m->parts);
	m->order = calloc(n_paths, sizeof *m->order);
	if (!m->parts || !m->order)
		return fail_without_memory();
	while (m->n_parts < n_paths) {
		struct part *p = m->order[m->n_parts] = &m->parts[m->n_parts];
		int status = part_open(p, paths[m->n_parts++]);
		if (status != EXIT_DONE)
			return status;
	}
	if (!(append ? partset_is_alike : partset_is_scan)(m->order, n_paths, presets))
		return EXIT_USAGE;
	put_note(&m->note, m->order[0]);
	return m->note.failed ? fail_without_memory() : EXIT_DONE;
}

void merge_fini(struct merge *m)
{
	for (unsigned i = 0; i < m->n_parts; i++)
		part_fini(&m->parts[i]);
	free(m->parts);
	free(m->order);
	textbuf_fini(&m->note);
	textbuf_fini(&m->row);
}

/* ---- rows ---- */

static int fail_to_write(const struct rowfile *out, enum error err)
{
	message(MESSAGE_ERROR, "%s: %s", sink_path(out->sink),
	        err == ERROR_NOMEM ? error_text(err) : sink_why(out->sink));
	return EXIT_STOPPED;
}

static int put(struct merge *m, struct rowfile *out, const char *row, size_t size)
{
	enum error err = rowfile_put(out, row, size);
	m->n_rows++;
	return err ? fail_to_write(out, err) : EXIT_DONE;
}

/* A heap of parts by the number of the row at hand, the lowest first. */
struct heap {
	struct part **at;
	unsigned n;
};

/* Moves the first one to its place. */
static void heap_settle(struct heap *h)
{
	for (unsigned i = 0, least;; i = least) {
		unsigned left = 2 * i + 1, right = left + 1;
		least = i;
		if (left < h->n && h->at[left]->number < h->at[least]->number)
			least = left;
		if (right < h->n && h->at[right]->number < h->at[least]->number)
			least = right;
		if (least == i)
			return;
		struct part *p = h->at[i];
		h->at[i] = h->at[least];
		h->at[least] = p;
	}
}

static void heap_add(struct heap *h, struct part *p)
{
	unsigned i = h->n++;
	for (; i && h->at[(i - 1) / 2]->number > p->number; i = (i - 1) / 2)
		h->at[i] = h->at[(i - 1) / 2];
	h->at[i] = p;
}

/* A row is missing where it belongs. It may stand in the wrong place, which is found, and told, by
 * reading on. */
static int refuse_gap(struct merge *m, const struct part *p)
{
	uint64_t found = p->number;
	for (unsigned i = 0; i < m->n_parts; i++)
		while (m->order[i]->has_row) {
			int status = part_next(m->order[i]);
			if (status != EXIT_DONE)
				return status;
		}
	message(MESSAGE_ERROR, "row %llu is in none of the shards; the next one is row %llu, in %s",
	        long_of(m->n_rows + 1), long_of(found), p->path);
	return EXIT_USAGE;
}

/* The next row must be that behind the last one, which `last` had. */
static int check_next(struct merge *m, const struct part *p, const struct part *last)
{
	if (p->number > m->last_row + 1 && !p->told.is_sample)
		return refuse_gap(m, p);
	if (p->number > m->last_row)
		return EXIT_DONE;
	message(MESSAGE_ERROR, "row %llu is there twice: in %s and in %s", long_of(p->number),
	        last->path, p->path);
	return EXIT_USAGE;
}

static int merge_heap(struct merge *m, struct heap *h, struct rowfile *out)
{
	const struct part *last = NULL;
	int status = EXIT_DONE;
	while (h->n && status == EXIT_DONE) {
		struct part *p = h->at[0];
		status = check_next(m, p, last);
		if (status != EXIT_DONE)
			return status;
		if (!part_tally(p, &m->tally))
			return EXIT_USAGE;
		m->last_row = p->number;
		status = put(m, out, p->row, p->row_size);
		if (status == EXIT_DONE)
			status = part_next(p);
		if (!p->has_row)
			h->at[0] = h->at[--h->n];
		heap_settle(h);
		last = p;
	}
	return status;
}

/* Of a sample: as many rows as the shard told at its end. */
static bool has_told_rows(const struct merge *m)
{
	for (unsigned i = 0; i < m->n_parts; i++) {
		const struct part *p = m->order[i];
		if (p->n_rows == p->closing.output_rows)
			continue;
		message(MESSAGE_ERROR,
		        "%s: it cannot be merged: it has %llu rows, where its scan wrote %llu",
		        p->path, long_of(p->n_rows), long_of(p->closing.output_rows));
		return false;
	}
	return true;
}

/* The shards together must have each row of the input. */
static bool has_last_rows(const struct merge *m)
{
	uint64_t n = m->order[0]->closing.input_rows;
	if (m->order[0]->told.is_sample)
		return has_told_rows(m);
	if (m->n_rows == n)
		return true;
	message(MESSAGE_ERROR, "row %llu is in none of the shards, and the input has %llu rows",
	        long_of(m->n_rows + 1), long_of(n));
	return false;
}

static int merge_shards(struct merge *m, struct rowfile *out)
{
	struct heap h = { .at = calloc(m->n_parts, sizeof *h.at) };
	int status = h.at ? EXIT_DONE : fail_without_memory();
	for (unsigned i = 0; i < m->n_parts && status == EXIT_DONE; i++) {
		status = part_next(m->order[i]);
		if (status == EXIT_DONE && m->order[i]->has_row)
			heap_add(&h, m->order[i]);
	}
	if (status == EXIT_DONE)
		status = merge_heap(m, &h, out);
	if (status == EXIT_DONE && !has_last_rows(m))
		status = EXIT_USAGE;
	free(h.at);
	return status;
}

/* The rows of a whole output have numbers without a gap. */
static bool is_whole_so_far(const struct part *p, uint64_t expected)
{
	if (p->number == expected)
		return true;
	message(MESSAGE_ERROR, "%s: it cannot be merged: row %llu is missing in it", p->path,
	        long_of(expected));
	return false;
}

static int append_part(struct merge *m, struct part *p, struct rowfile *out)
{
	uint64_t n = 0;
	int status;
	while ((status = part_next(p)) == EXIT_DONE && p->has_row) {
		if (!is_whole_so_far(p, ++n) || !part_tally(p, &m->tally))
			return EXIT_USAGE;
		const char *comma = memchr(p->row, ',', p->row_size);
		textbuf_reset(&m->row);
		textbuf_put_u64(&m->row, m->n_rows + 1);
		textbuf_put(&m->row, comma, (size_t)(p->row + p->row_size - comma));
		if (m->row.failed)
			return fail_without_memory();
		status = put(m, out, m->row.bytes, m->row.size);
		if (status != EXIT_DONE)
			return status;
	}
	if (status == EXIT_DONE && p->has_closing && n != p->closing.input_rows)
		status = is_whole_so_far(p, n + 1) ? EXIT_DONE : EXIT_USAGE;
	return status;
}

static int append_parts(struct merge *m, struct rowfile *out)
{
	int status = EXIT_DONE;
	for (unsigned i = 0; i < m->n_parts && status == EXIT_DONE; i++)
		status = append_part(m, m->order[i], out);
	return status;
}

/* ---- the output ---- */

static enum error end_output(struct merge *m, struct rowfile *out)
{
	struct textbuf text = { 0 };
	for (unsigned i = 0; i < m->n_parts; i++)
		closing_sum(&m->sum, &m->order[i]->closing);
	m->sum.input_rows = m->append ? m->n_rows : m->order[0]->closing.input_rows;
	m->sum.has_rows = true;
	m->sum.output_rows = m->n_rows;
	if (m->order[0]->version >= BGZF_VERSION_CLOSING)
		closing_put(&text, &m->sum);
	enum error err = text.failed ? ERROR_NOMEM : rowfile_end(out, &text);
	textbuf_fini(&text);
	return err;
}

int merge_write(struct merge *m, struct sink *sink, int level, uint64_t run)
{
	const struct part *first = m->order[0];
	struct rowfile out;
	struct bgzf_checkpoint mark = { .version = first->version, .run = run };
	if (!format_fingerprint(&mark.fingerprint, m->note.bytes, m->note.size, first->header.bytes,
	            first->header.size))
		return fail_without_memory();
	enum error err = rowfile_begin(&out, sink, level, &mark, &m->note, &first->header);
	int status = err    ? fail_to_write(&out, err)
	        : m->append ? append_parts(m, &out)
	                    : merge_shards(m, &out);
	if (status == EXIT_DONE && (err = end_output(m, &out)))
		status = fail_to_write(&out, err);
	rowfile_fini(&out);
	return status;
}
