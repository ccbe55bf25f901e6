/* fuzz_maillog.c - any octets as the lines of a mail log, by the format that the first octet
 * chooses.
 *
 * What a format gives points into the line or its state, and every row is a record of the columns
 * that its header row names. */
#include "target.h"

#include "base/hash.h"
#include "io/csv.h"
#include "logs/pairs.h"
#include "maillog/formats.h"

#include <string.h>

struct fuzzed {
	struct log_out out;
	unsigned n_events;
};

/* Each octet can be read. */
static void touch(struct logtext text)
{
	for (size_t i = 0; i < text.size; i++)
		(void)*(const volatile char *)&text.at[i];
}

static unsigned count_fields(const char *text, size_t size)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of(text, size, false, false, &scratch);
	struct csv_field field;
	unsigned n = 0;
	while (csv_next_field(&fields, &field))
		n++;
	textbuf_fini(&scratch);
	return n;
}

static void emit(struct log_out *out, const struct mail_event *event)
{
	struct fuzzed *f = (struct fuzzed *)out;
	struct textbuf row = { 0 };
	const struct pairs_key key = { "0123456789abcdef", 16 };
	const struct logtext texts[] = { event->queue_id, event->client, event->ip, event->helo,
		event->sender, event->spf_then };
	f->n_events++;
	require(event->kind < MAIL_EVENT_KINDS && event->ip.size > 0);
	require(event->has_sender || !event->sender.size);
	for (unsigned i = 0; i < sizeof texts / sizeof texts[0]; i++)
		touch(texts[i]);
	for (enum pairs_sender how = PAIRS_SENDER; how <= PAIRS_SENDER_DOMAIN; how++) {
		const char *header = pairs_header(how);
		textbuf_reset(&row);
		pairs_put(&row, event, how, &key);
		require(!row.failed);
		require(count_fields(row.bytes, row.size) == count_fields(header, strlen(header)));
	}
	textbuf_fini(&row);
}

/* The line in memory of its own size. */
static void read_line(struct fuzzed *f, const struct log_format *format, void *state,
        const uint8_t *at, size_t size)
{
	struct stamp stamp;
	char *copy = malloc(size ? size : 1);
	if (!copy)
		return;
	memcpy(copy, at, size);
	const struct logtext line = { copy, size };
	format->knows(line);
	if (format->stamp(line, &stamp))
		require(stamp.month >= 1 && stamp.month <= 12);
	format->line(state, line, &f->out);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzzed f = { .out.emit = emit, .out.clock.year = 2026 };
	const uint8_t *end = data + size;
	unsigned n_formats = 0;
	hash_init();
	while (log_format_at(n_formats))
		n_formats++;
	if (!size)
		return 0;
	const struct log_format *format = log_format_at(((*data & 0x7fu) - '0') % n_formats);
	f.out.wants_connects = *data & 0x80;
	void *state = format->open();
	for (data++; state && data < end;) {
		const uint8_t *stop = memchr(data, '\n', (size_t)(end - data));
		stop = stop ? stop : end;
		read_line(&f, format, state, data, (size_t)(stop - data));
		data = stop + 1;
	}
	if (state && format->end_file)
		format->end_file(state, &f.out);
	if (state && format->end)
		format->end(state, &f.out);
	format->close(state);
	require(!f.out.failed);
	tell_outcome(f.n_events ? "events" : "nothing");
	return 0;
}
