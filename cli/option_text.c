/* option_text.c - the values of options as text: the note of an output, and its manifest. */
#include "cli/option_table.h"

#include "checks/checks.h"
#include "resolver/exclusions.h"

#include <string.h>

static const void *value_of(const struct options *options, const struct option_row *row)
{
	return (const char *)options + row->offset;
}

/* The value of a text. One that was not given may have a default. */
static const char *text_of(const struct options *options, const struct option_row *row)
{
	const char *text = *(const char *const *)value_of(options, row);
	return text ? text : row->preset_text;
}

static void put_value(
        struct textbuf *out, const struct options *options, const struct option_row *row)
{
	const void *value = value_of(options, row);
	char words[CHECKS_TEXT_BYTES];
	const char *text;
	switch (row->kind) {
	case KIND_FLAG:
		textbuf_put_text(out, *(const bool *)value ? "yes" : "no");
		break;
	case KIND_LIMIT:
		if (*(const unsigned *)value == OPTIONS_NO_LIMIT) {
			textbuf_put_text(out, "none");
			break;
		}
		/* fall through */
	case KIND_NUMBER:
		textbuf_put_u64(out, *(const unsigned *)value);
		break;
	case KIND_SHARE:
		textbuf_printf(out, "%g", *(const unsigned *)value / (double)OPTIONS_SAMPLE_ALL);
		break;
	case KIND_EXCLUDE:
		if (options->exclusions)
			textbuf_put_text(out, options->exclusions->sha256);
		break;
	case KIND_CHECKS:
		textbuf_put_text(out, checks_print(words, *(const unsigned *)value));
		break;
	case KIND_ASK:
		asks_print(out, value);
		break;
	case KIND_SHARD:
		shard_print(out, value);
		break;
	case KIND_TEXT:
		text = text_of(options, row);
		if (text)
			textbuf_put_escaped(out, text, strlen(text));
		break;
	default:
		break; /* decides no rows */
	}
}

/* An output whose note has no such line was made with the option's default. */
static void add_line(struct note *note, const struct options *options,
        const struct options *defaults, const struct option_row *row)
{
	struct textbuf preset = { 0 };
	put_value(&preset, defaults, row);
	struct textbuf *value = note_add(note, NOTE_OPTION, row->name, textbuf_text(&preset));
	put_value(value, options, row);
	value->failed |= preset.failed;
	textbuf_fini(&preset);
}

void options_put_note(struct note *note, const struct options *options)
{
	struct options defaults;
	options_set_defaults(&defaults);
	const struct option_row *row;
	for (unsigned i = 0; (row = option_at(i)) != NULL; i++)
		if (row->decides == DECIDES_ROWS)
			add_line(note, options, &defaults, row);
}

static void put_upstreams(struct json *j, const struct upstreams *upstreams)
{
	json_u64(j, "upstreams", upstreams->n);
	json_open_list(j, "upstream_addresses");
	for (unsigned i = 0; i < upstreams->n; i++) {
		struct textbuf text = { 0 };
		upstream_print(&text, &upstreams->list[i]);
		json_text(j, NULL, textbuf_text(&text));
		textbuf_fini(&text);
	}
	json_close_list(j);
}

static void put_asks(struct json *j, const char *name, const struct asks *asks)
{
	json_open_list(j, name);
	for (unsigned i = 0; i < asks->n; i++) {
		struct textbuf text = { 0 };
		ask_print(&text, &asks->list[i]);
		json_text(j, NULL, textbuf_text(&text));
		textbuf_fini(&text);
	}
	json_close_list(j);
}

static void put_shard(struct json *j, const char *name, const struct shard *shard)
{
	struct textbuf text = { 0 };
	shard_print(&text, shard);
	json_text(j, name, text.size ? textbuf_text(&text) : NULL);
	j->out->failed |= text.failed;
	textbuf_fini(&text);
}

static void put_member(struct json *j, const struct options *options, const struct option_row *row)
{
	bool opposite = row->manifest[0] == '!';
	const char *name = row->manifest + opposite;
	const void *value = value_of(options, row);
	char words[CHECKS_TEXT_BYTES];
	switch (row->kind) {
	case KIND_FLAG:
	case KIND_BAD_INPUT:
		json_bool(j, name, *(const bool *)value != opposite);
		break;
	case KIND_LIMIT:
	case KIND_AGE:
		if (*(const unsigned *)value == OPTIONS_NO_LIMIT) {
			json_text(j, name, NULL);
			break;
		}
		/* fall through */
	case KIND_NUMBER:
		json_u64(j, name, *(const unsigned *)value);
		break;
	case KIND_SHARE:
		json_real(j, name, *(const unsigned *)value / (double)OPTIONS_SAMPLE_ALL);
		break;
	case KIND_CHECKS:
		json_text(j, name, checks_print(words, *(const unsigned *)value));
		break;
	case KIND_TEXT:
		json_text(j, name, text_of(options, row));
		break;
	case KIND_ASK:
		put_asks(j, name, value);
		break;
	case KIND_SHARD:
		put_shard(j, name, value);
		break;
	case KIND_UPSTREAM:
		put_upstreams(j, value);
		break;
	case KIND_EXCLUDE:
		json_text(j, name, options->exclude);
		json_text(j, "exclude_sha256",
		        options->exclusions ? options->exclusions->sha256 : NULL);
		break;
	default:
		break;
	}
}

void options_put_json(struct json *j, const struct options *options)
{
	json_text(j, "engine", options->engine->name);
	const struct option_row *row;
	for (unsigned i = 0; (row = option_at(i)) != NULL; i++)
		if (row->manifest)
			put_member(j, options, row);
}
