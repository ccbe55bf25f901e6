/* reading.c - events as text, so that a test compares all of them. */
#include "tests/cmocka_first.h"

#include "tests/maillog/reading.h"

static void put(struct textbuf *out, struct logtext text, const char *before, const char *behind)
{
	textbuf_put_text(out, before);
	textbuf_put(out, text.at, text.size);
	textbuf_put_text(out, behind);
}

static void emit(struct log_out *out, const struct mail_event *event)
{
	struct reading *r = (struct reading *)out;
	char time[STAMP_TEXT_BYTES] = "-";
	if (event->has_time)
		stamp_print(time, event->time_s);
	textbuf_printf(&r->events, "%s %s", mail_event_text(event->kind), time);
	put(&r->events, event->queue_id, " ", "");
	put(&r->events, event->client, " ", "");
	put(&r->events, event->ip, " [", "]");
	put(&r->events, event->helo, " ", "");
	if (event->has_sender)
		put(&r->events, event->sender, " <", ">");
	put(&r->events, event->spf_then, " ", "\n");
}

void reading_begin(struct reading *r, const struct log_format *format, int year)
{
	*r = (struct reading){ .out.emit = emit, .out.clock.year = year, .format = format };
	r->state = format->open();
	assert_non_null(r->state);
}

/* The line stands in memory of its own size, so that a sanitizer sees what reads past it. */
void reading_line(struct reading *r, const char *line)
{
	size_t size = strlen(line);
	char *copy = test_malloc(size ? size : 1);
	memcpy(copy, line, size);
	r->format->line(r->state, (struct logtext){ copy, size }, &r->out);
	test_free(copy);
}

const char *reading_events(struct reading *r)
{
	static struct textbuf shown;
	textbuf_reset(&shown);
	textbuf_put(&shown, r->events.bytes, r->events.size);
	textbuf_reset(&r->events);
	return textbuf_text(&shown);
}

void reading_end(struct reading *r)
{
	if (r->format->end_file)
		r->format->end_file(r->state, &r->out);
	if (r->format->end)
		r->format->end(r->state, &r->out);
}

void reading_free(struct reading *r)
{
	r->format->close(r->state);
	textbuf_fini(&r->events);
}
