/* recipe.c - one table row for each line of the text. */
#include "scanner/recipe.h"

#include "base/hash.h"
#include "io/csv.h"
#include "scanner/columns.h"

#include <stdio.h>
#include <string.h>

#define COMMAND_NAME "command"

static void put_command(struct textbuf *out, const struct options *o)
{
	textbuf_put_text(out, o->command == COMMAND_RETRY ? "retry" : "scan");
}

static void put_checks(struct textbuf *out, const struct options *o)
{
	char text[32];
	textbuf_put_text(out, options_checks_text(text, sizeof text, o->checks));
}

static void put_flag(struct textbuf *out, bool flag)
{
	textbuf_put_text(out, flag ? "yes" : "no");
}

static void put_dnssec(struct textbuf *out, const struct options *o)
{
	put_flag(out, o->dnssec);
}

static void put_no_exp(struct textbuf *out, const struct options *o)
{
	put_flag(out, o->no_exp);
}

static void put_receiver(struct textbuf *out, const struct options *o)
{
	const char *receiver = o->receiver ? o->receiver : "unknown";
	textbuf_put_escaped(out, receiver, strlen(receiver));
}

static void put_csv_safe(struct textbuf *out, const struct options *o)
{
	put_flag(out, o->csv_safe);
}

/* Named like the options. */
static const struct {
	const char *name;
	void (*put)(struct textbuf *out, const struct options *options);
} lines[] = {
	{ COMMAND_NAME, put_command },
	{ "checks", put_checks },
	{ "dnssec", put_dnssec },
	{ "no-exp", put_no_exp },
	{ "receiver", put_receiver },
	{ "csv-safe", put_csv_safe },
};
enum { LINE_COUNT = sizeof lines / sizeof lines[0] };

void recipe_init(struct recipe *r, const struct options *options, const struct layout *layout)
{
	*r = (struct recipe){ 0 };
	for (unsigned i = 0; i < LINE_COUNT; i++) {
		textbuf_printf(&r->text, "%s=", lines[i].name);
		lines[i].put(&r->text, options);
		textbuf_put_char(&r->text, '\n');
	}
	columns_put_header(&r->header, layout);
	struct textbuf both = { 0 };
	textbuf_put(&both, r->text.bytes, r->text.size);
	textbuf_put(&both, r->header.bytes, r->header.size);
	r->fingerprint = hash_stable(both.bytes, both.size);
	r->text.failed = r->text.failed || both.failed;
	textbuf_fini(&both);
}

void recipe_fini(struct recipe *r)
{
	textbuf_fini(&r->text);
	textbuf_fini(&r->header);
}

/* The value of a line, or an empty one without text where there is no such line. */
static struct csv_field value_of(const char *name, const char *text, size_t size)
{
	size_t name_size = strlen(name);
	for (const char *end = text + size; text < end;) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		stop = stop ? stop : end;
		if ((size_t)(stop - text) > name_size && text[name_size] == '=' &&
		        !memcmp(text, name, name_size))
			return (struct csv_field){ .text = text + name_size + 1,
				.size = (size_t)(stop - text) - name_size - 1 };
		text = stop + 1;
	}
	return (struct csv_field){ 0 };
}

static bool same(struct csv_field a, struct csv_field b)
{
	return a.text && b.text && a.size == b.size && !memcmp(a.text, b.text, a.size);
}

enum { SHOWN_BYTES = 256 };

/* A file's text may hold anything: shown without what a terminal would obey. Our own is escaped
 * already. */
static const char *shown(char text[SHOWN_BYTES], struct csv_field field)
{
	size_t n = 0;
	for (; n < field.size && n < SHOWN_BYTES - 1; n++)
		text[n] = field.text[n] >= ' ' && field.text[n] <= '~' ? field.text[n] : '?';
	text[n] = 0;
	return text;
}

bool recipe_differs(const struct recipe *ours, const char *theirs, size_t size, bool any_command,
        char *why, size_t why_size)
{
	for (unsigned i = 0; i < LINE_COUNT; i++) {
		struct csv_field was = value_of(lines[i].name, theirs, size),
		                 is = value_of(lines[i].name, ours->text.bytes, ours->text.size);
		bool is_command = !strcmp(lines[i].name, COMMAND_NAME);
		if (same(was, is) || (is_command && any_command))
			continue;
		char before[SHOWN_BYTES], now[SHOWN_BYTES];
		if (is_command)
			snprintf(why, why_size,
			        "it was written by 'spfsweep %s' and not by 'spfsweep %s'",
			        shown(before, was), shown(now, is));
		else
			snprintf(why, why_size, "--%s was '%s' and is '%s' now", lines[i].name,
			        shown(before, was), shown(now, is));
		return true;
	}
	return false;
}

bool recipe_header_differs(
        const struct recipe *ours, const char *theirs, size_t size, char *why, size_t why_size)
{
	if (size == ours->header.size && !memcmp(theirs, ours->header.bytes, size))
		return false;
	struct textbuf scratch[2] = { { 0 } };
	struct csv_fields was = csv_fields_of(theirs,
	        size && theirs[size - 1] == '\n' ? size - 1 : size, false, false, &scratch[0]);
	struct csv_fields is =
	        csv_fields_of(ours->header.bytes, ours->header.size - 1, false, false, &scratch[1]);
	struct csv_field a = { 0 }, b = { 0 };
	unsigned n = 0;
	bool has_both;
	do {
		a = b = (struct csv_field){ 0 };
		bool has_a = csv_next_field(&was, &a), has_b = csv_next_field(&is, &b);
		has_both = has_a && has_b;
		n++;
	} while (has_both && same(a, b));
	char before[SHOWN_BYTES], now[SHOWN_BYTES];
	snprintf(why, why_size, "its column %u is '%s', not '%s'", n, shown(before, a),
	        shown(now, b));
	textbuf_fini(&scratch[0]);
	textbuf_fini(&scratch[1]);
	return true;
}
