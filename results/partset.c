/* partset.c - compares parts with the first one. */
#include "results/partset.h"

#include "base/message.h"

#include <stdlib.h>
#include <string.h>

/* Numbers of shards in one message. */
enum { NAMED_MAX = 8, SHOWN_BYTES = 128 };

static bool refuse(const struct part *p, const char *why)
{
	message(MESSAGE_ERROR, "%s: it cannot be merged: %s", p->path, why);
	return false;
}

static unsigned long long long_of(uint64_t n)
{
	return n;
}

/* ---- shards ---- */

static bool have_one_count(struct part **parts, unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		const struct shard *first = &parts[0]->told.shard, *s = &parts[i]->told.shard;
		if (!s->count)
			return refuse(parts[i],
			        "it is no shard, since its scan had no --shard; outputs of "
			        "different inputs are joined with --append");
		if (s->count == first->count)
			continue;
		message(MESSAGE_ERROR,
		        "%s: it cannot be merged: it is shard %u of %u, and %s is one of %u",
		        parts[i]->path, s->index, s->count, parts[0]->path, first->count);
		return false;
	}
	return true;
}

static int by_index(const void *a, const void *b)
{
	const struct part *const *x = a, *const *y = b;
	unsigned i = (*x)->told.shard.index, j = (*y)->told.shard.index;
	return (i > j) - (i < j);
}

static bool has_none_twice(struct part **parts, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		if (parts[i]->told.shard.index == parts[i - 1]->told.shard.index) {
			message(MESSAGE_ERROR, "shard %u of %u is there twice: %s and %s",
			        parts[i]->told.shard.index, parts[i]->told.shard.count,
			        parts[i - 1]->path, parts[i]->path);
			return false;
		}
	return true;
}

static bool has_all(struct part **parts, unsigned n)
{
	unsigned count = parts[0]->told.shard.count, n_missing = count - n;
	struct textbuf missing = { 0 };
	if (!n_missing)
		return true;
	for (unsigned k = 0, i = 0, named = 0; k < count && named < NAMED_MAX; k++) {
		if (i < n && parts[i]->told.shard.index == k) {
			i++;
			continue;
		}
		textbuf_printf(&missing, "%s%u", named++ ? ", " : "", k);
	}
	message(MESSAGE_ERROR, "%u of the %u shards are missing: %s%s", n_missing, count,
	        textbuf_text(&missing), n_missing > NAMED_MAX ? ", ..." : "");
	textbuf_fini(&missing);
	return false;
}

static bool refuse_input(const struct part *p, const struct part *first)
{
	if (p->closing.input_rows == first->closing.input_rows)
		message(MESSAGE_ERROR,
		        "%s: it cannot be merged: its scan read another input than that of %s, of "
		        "as many rows",
		        p->path, first->path);
	else
		message(MESSAGE_ERROR,
		        "%s: it cannot be merged: its scan read another input, of %llu rows, than "
		        "that of %s, which read %llu; when the input grew, run the scan again with "
		        "--resume",
		        p->path, long_of(p->closing.input_rows), first->path,
		        long_of(first->closing.input_rows));
	return false;
}

/* Each process read the whole input, and hashed it. */
static bool have_one_input(struct part **parts, unsigned n)
{
	const struct closing *first = &parts[0]->closing;
	for (unsigned i = 0; i < n; i++) {
		const struct closing *c = &parts[i]->closing;
		if (!parts[i]->has_closing || !c->has_hash)
			return refuse(parts[i], "it does not say what its scan has read");
		if (c->input_rows != first->input_rows || c->input_hash != first->input_hash)
			return refuse_input(parts[i], parts[0]);
	}
	return true;
}

/* ---- options and header rows ---- */

/* The value of an option's line. A note that lacks it has the option's default. */
static struct csv_field option_of(const struct part *p, const struct note_line *preset)
{
	struct csv_field value = note_value(p->note.bytes, p->note.size, preset->name);
	if (!value.text)
		value = (struct csv_field){ preset->preset, strlen(preset->preset) };
	return value;
}

static bool has_same_options(
        const struct part *first, const struct part *p, const struct note *presets)
{
	char ours[SHOWN_BYTES], theirs[SHOWN_BYTES];
	for (unsigned i = 0; i < presets->n_lines; i++) {
		const struct note_line *line = &presets->lines[i];
		struct csv_field a = option_of(first, line), b = option_of(p, line);
		if (!strcmp(line->name, "shard") || csv_field_same(a, b))
			continue;
		message(MESSAGE_ERROR,
		        "%s: it cannot be merged: its --%s was '%s', and that of %s '%s'", p->path,
		        line->name, csv_field_show(theirs, sizeof theirs, b), first->path,
		        csv_field_show(ours, sizeof ours, a));
		return false;
	}
	return true;
}

static bool has_same_header(const struct part *first, const struct part *p)
{
	if (p->header.size == first->header.size &&
	        !memcmp(p->header.bytes, first->header.bytes, p->header.size))
		return true;
	message(MESSAGE_ERROR, "%s: it cannot be merged: its header row differs from that of %s",
	        p->path, first->path);
	return false;
}

static bool is_free_line(struct csv_field name, const struct note *presets)
{
	static const char info[] = "info.";
	if (csv_field_is(name, "command") ||
	        (name.size >= strlen(info) && !memcmp(name.text, info, strlen(info))))
		return true;
	for (unsigned i = 0; i < presets->n_lines; i++)
		if (csv_field_is(name, presets->lines[i].name))
			return true;
	return false;
}

/* All other lines of `p`: which column is what, where the answers came from. One that the other
 * lacks is as one with an empty value. */
static bool has_same_lines(
        const struct part *first, const struct part *p, const struct note *presets)
{
	const char *at = p->note.bytes, *end = at + p->note.size;
	struct csv_field name, value;
	char text[SHOWN_BYTES], ours[SHOWN_BYTES], theirs[SHOWN_BYTES];
	while (note_next_line(&at, end, &name, &value)) {
		if (is_free_line(name, presets))
			continue;
		csv_field_show(text, sizeof text, name);
		struct csv_field other = note_value(first->note.bytes, first->note.size, text);
		if (csv_field_same(value, other))
			continue;
		message(MESSAGE_ERROR,
		        "%s: it cannot be merged: its note says %s='%s', and that of %s '%s'",
		        p->path, text, csv_field_show(theirs, sizeof theirs, value), first->path,
		        csv_field_show(ours, sizeof ours, other));
		return false;
	}
	return true;
}

static bool have_one_form(struct part **parts, unsigned n, const struct note *presets)
{
	for (unsigned i = 1; i < n; i++) {
		const struct part *first = parts[0], *p = parts[i];
		if (!has_same_options(first, p, presets) || !has_same_header(first, p) ||
		        !has_same_lines(first, p, presets) || !has_same_lines(p, first, presets))
			return false;
		if (p->version != first->version)
			return refuse(p, "its format has another version");
	}
	return true;
}

/* Of a sample nobody knows which rows there are, only how many. */
static bool have_their_counts(struct part **parts, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		if (parts[i]->told.is_sample && !parts[i]->closing.has_rows)
			return refuse(parts[i],
			        "it is of a sample, and does not say how many rows it has");
	return true;
}

bool partset_is_scan(struct part **parts, unsigned n, const struct note *presets)
{
	if (!have_one_count(parts, n))
		return false;
	qsort(parts, n, sizeof *parts, by_index);
	return has_none_twice(parts, n) && has_all(parts, n) && have_one_form(parts, n, presets) &&
	        have_one_input(parts, n) && have_their_counts(parts, n);
}

/* A closing has the times to the millisecond, so no two scans end with the same octets. An output
 * of a version without one cannot be known again. */
static bool are_different(struct part **parts, unsigned n)
{
	for (unsigned i = 1; i < n; i++)
		for (unsigned j = 0; parts[i]->has_closing && j < i; j++) {
			const struct textbuf *a = &parts[j]->closing_text;
			const struct textbuf *b = &parts[i]->closing_text;
			if (a->size != b->size || memcmp(a->bytes, b->bytes, a->size) != 0)
				continue;
			message(MESSAGE_ERROR, "an output is there twice: %s and %s",
			        parts[j]->path, parts[i]->path);
			return false;
		}
	return true;
}

bool partset_is_alike(struct part **parts, unsigned n, const struct note *presets)
{
	for (unsigned i = 0; i < n; i++) {
		if (parts[i]->told.shard.count)
			return refuse(parts[i],
			        "it is a shard: merge the shards of each scan first, without "
			        "--append");
		if (parts[i]->told.is_sample)
			return refuse(parts[i],
			        "it is of a sample, whose rows have the numbers of the whole list");
	}
	return have_one_form(parts, n, presets) && are_different(parts, n);
}
