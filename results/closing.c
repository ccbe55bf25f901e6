/* closing.c - a table of the lines, printed and read back. */
#include "results/closing.h"

#include "base/hash.h"
#include "io/bgzf.h"
#include "results/note.h"

#include <assert.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_LINE "closing"
#define INPUT_HASH "input_hash"
#define OUTPUT_ROWS "output_rows"
/* Before the name of a count. */
#define SUM "sum."
#define PEAK "peak."

enum { HASH_DIGITS = 16 };

static const struct {
	const char *name;
	size_t offset;
} numbers[] = {
	{ "input_rows", offsetof(struct closing, input_rows) },
	{ "started_ms", offsetof(struct closing, started_ms) },
	{ "ended_ms", offsetof(struct closing, ended_ms) },
	{ "wall_ms", offsetof(struct closing, wall_ms) },
	{ "cpu_ms", offsetof(struct closing, cpu_ms) },
	{ "peak_memory_bytes", offsetof(struct closing, peak_memory_bytes) },
};
enum { NUMBER_COUNT = sizeof numbers / sizeof numbers[0] };

void closing_add_count(struct closing *c, const char *name, bool is_peak, uint64_t value)
{
	assert(c->n_counts < CLOSING_COUNTS_MAX && strlen(name) < CLOSING_NAME_BYTES);
	struct closing_count *count = &c->counts[c->n_counts++];
	*count = (struct closing_count){ .is_peak = is_peak, .value = value };
	memcpy(count->name, name, strlen(name) + 1);
}

static void put_lines(struct textbuf *out, const struct closing *c)
{
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		textbuf_printf(out, "%s=%" PRIu64 "\n", numbers[i].name,
		        *(const uint64_t *)((const char *)c + numbers[i].offset));
	if (c->has_rows)
		textbuf_printf(out, OUTPUT_ROWS "=%" PRIu64 "\n", c->output_rows);
	if (c->has_hash)
		textbuf_printf(out, INPUT_HASH "=%016" PRIx64 "\n", c->input_hash);
	for (unsigned i = 0; i < c->n_counts; i++)
		textbuf_printf(out, "%s%s=%" PRIu64 "\n", c->counts[i].is_peak ? PEAK : SUM,
		        c->counts[i].name, c->counts[i].value);
}

void closing_put(struct textbuf *out, const struct closing *c)
{
	struct textbuf body = { 0 };
	const size_t head_bytes = strlen(HASH_LINE "=\n") + HASH_DIGITS;
	put_lines(&body, c);
	if (c->summary.size &&
	        head_bytes + body.size + 1 + c->summary.size <= BGZF_TEXT_MAX_BYTES) {
		textbuf_put_char(&body, '\n');
		textbuf_put(&body, c->summary.text, c->summary.size);
	}
	textbuf_printf(out, HASH_LINE "=%016" PRIx64 "\n", hash_stable(body.bytes, body.size));
	textbuf_put(out, body.bytes, body.size);
	out->failed |= body.failed;
	textbuf_fini(&body);
}

static bool parse_hash(uint64_t *hash, struct csv_field value)
{
	char text[HASH_DIGITS + 1] = { 0 };
	if (value.size != HASH_DIGITS)
		return false;
	memcpy(text, value.text, HASH_DIGITS);
	*hash = strtoull(text, NULL, 16);
	return strspn(text, "0123456789abcdef") == HASH_DIGITS;
}

static bool begins(struct csv_field name, const char *with)
{
	return name.size > strlen(with) && !memcmp(name.text, with, strlen(with));
}

/* A line that is no number means nothing to us. */
static void take_count(struct closing *c, struct csv_field name, struct csv_field value)
{
	bool is_peak = begins(name, PEAK);
	size_t before = strlen(is_peak ? PEAK : SUM);
	uint64_t n;
	if ((!is_peak && !begins(name, SUM)) || c->n_counts == CLOSING_COUNTS_MAX ||
	        name.size - before >= CLOSING_NAME_BYTES || !csv_field_u64(value, &n))
		return;
	struct closing_count *count = &c->counts[c->n_counts++];
	*count = (struct closing_count){ .is_peak = is_peak, .value = n };
	memcpy(count->name, name.text + before, name.size - before);
}

static bool take_lines(struct closing *c, const char *text, size_t size)
{
	const char *at = text, *end = text + size;
	struct csv_field name, value = note_value(text, size, INPUT_HASH);
	c->has_hash = value.text != NULL;
	if (c->has_hash && !parse_hash(&c->input_hash, value))
		return false;
	value = note_value(text, size, OUTPUT_ROWS);
	c->has_rows = value.text != NULL;
	if (c->has_rows && !csv_field_u64(value, &c->output_rows))
		return false;
	for (size_t i = 0; i < NUMBER_COUNT; i++)
		if (!csv_field_u64(note_value(text, size, numbers[i].name),
		            (uint64_t *)((char *)c + numbers[i].offset)))
			return false;
	while (size && note_next_line(&at, end, &name, &value))
		take_count(c, name, value);
	return true;
}

bool closing_parse(struct closing *c, const char *text, size_t size)
{
	*c = (struct closing){ 0 };
	const char *line_end = size ? memchr(text, '\n', size) : NULL;
	uint64_t hash;
	if (!line_end || !parse_hash(&hash, note_value(text, (size_t)(line_end - text), HASH_LINE)))
		return false;
	const char *body = line_end + 1;
	size_t body_size = (size_t)(text + size - body);
	if (!body_size || hash_stable(body, body_size) != hash)
		return false;
	const char *empty_line = memmem(body, body_size, "\n\n", 2);
	size_t lines_size = empty_line ? (size_t)(empty_line + 1 - body) : body_size;
	if (empty_line)
		c->summary = (struct csv_field){ empty_line + 2, body_size - lines_size - 1 };
	return take_lines(c, body, lines_size);
}

bool closing_is_in(const struct member *member)
{
	const char *line = HASH_LINE "=";
	const struct bgzf_checkpoint *mark = &member->checkpoint;
	return member->at && member->has_checkpoint && !member->text_size &&
	        mark->note_size > strlen(line) && !memcmp(mark->note, line, strlen(line));
}

static struct closing_count *find_count(struct closing *c, const char *name)
{
	for (unsigned i = 0; i < c->n_counts; i++)
		if (!strcmp(c->counts[i].name, name))
			return &c->counts[i];
	return NULL;
}

static uint64_t larger(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

static void sum_counts(struct closing *sum, const struct closing *more)
{
	for (unsigned i = 0; i < more->n_counts; i++) {
		const struct closing_count *from = &more->counts[i];
		struct closing_count *to = find_count(sum, from->name);
		if (!to && sum->n_counts < CLOSING_COUNTS_MAX)
			sum->counts[sum->n_counts++] = *from;
		else if (to)
			to->value = to->is_peak ? larger(to->value, from->value)
			                        : to->value + from->value;
	}
}

void closing_sum(struct closing *sum, const struct closing *more)
{
	if (!sum->started_ms || (more->started_ms && more->started_ms < sum->started_ms))
		sum->started_ms = more->started_ms;
	sum->ended_ms = larger(sum->ended_ms, more->ended_ms);
	sum->wall_ms = larger(sum->wall_ms, more->wall_ms);
	sum->cpu_ms += more->cpu_ms;
	sum->peak_memory_bytes = larger(sum->peak_memory_bytes, more->peak_memory_bytes);
	sum_counts(sum, more);
}
