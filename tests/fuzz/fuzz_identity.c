/* fuzz_identity.c - any octets as input files: the header row, the columns, and what each row asks
 * about.
 *
 * A form feed begins the next file. When the first octet is '!', the rest of its line is --columns.
 */
#include "memfile.h"

#include "dns/idna.h"
#include "input/identity.h"
#include "input/inputs.h"

#include <string.h>

enum { FILES_MAX = 3, COLUMNS_MAX = 200 };

/* A name is whole, in ASCII, and the same when it is read once more. */
static void check_name(const struct dname *name)
{
	struct dname again;
	char text[DNAME_TEXT_BYTES];
	size_t size = 0;
	if (!name->size)
		return;
	require(dname_decode(&again, name->wire, name->size));
	for (size_t at = 0; at < name->size && name->wire[at]; at += name->wire[at] + 1u) {
		memcpy(text + size, name->wire + at + 1, name->wire[at]);
		size += name->wire[at];
		text[size++] = '.';
	}
	for (size_t i = 0; i < size; i++)
		require((unsigned char)text[i] < 128);
	text[size] = '.';
	require(idna_parse(&again, text, size ? size : 1, NULL) == ERROR_NONE &&
	        dname_equal(name, &again));
}

/* A domain that is asked consists of letters, digits, '-', '_' and '*'. */
static void check_domain(const struct dname *name)
{
	for (size_t at = 0; at < name->size && name->wire[at]; at += name->wire[at] + 1u)
		for (unsigned i = 1; i <= name->wire[at]; i++) {
			unsigned char c = name->wire[at + i], lower = c | 0x20;
			require((lower >= 'a' && lower <= 'z') || (c >= '0' && c <= '9') ||
			        c == '-' || c == '_' || c == '*');
		}
}

/* Every octet of it may be read, and it lies where its owner says. */
static void check_text(const struct identity_text *text, const struct csv_record *record,
        const struct textbuf *scratch)
{
	bool in_record = record && text->text >= record->text &&
	        text->text + text->size <= record->text + record->size;
	bool in_scratch = scratch->bytes && text->text >= scratch->bytes &&
	        text->text + text->size <= scratch->bytes + scratch->size;
	require(!text->size || in_record || in_scratch);
}

static void check_identity(const struct identity *s)
{
	check_name(&s->domain);
	if (s->source != IDENTITY_HELO)
		check_domain(&s->domain);
	check_name(&s->helo_domain);
	require(!s->domain.size || s->has_domain);
	require(s->error[0] || s->has_domain || s->ip.family != IPFAMILY_NONE);
	require(!s->scratch.failed && memchr(s->error, 0, sizeof(s->error)));
	for (const char *c = s->error; *c; c++)
		require(*c >= 0x20 && *c < 0x7f);
}

static bool same_text(const struct identity_text *a, const struct identity_text *b)
{
	return a->size == b->size && (a->size == 0 || memcmp(a->text, b->text, a->size) == 0);
}

/* `spfsweep check` and a row with the same texts ask the same. */
static void compare_with_row(
        const struct identity *s, const char *ip, const char *who, const char *helo)
{
	struct layout layout = {
		.n_columns = 3, .domain = 1, .ip = 0, .sender = COLUMN_NONE, .helo = 2
	};
	struct textbuf row = { 0 };
	struct identity of_row = { 0 };
	if (strchr(who, '@')) {
		layout.sender = 1;
		layout.domain = COLUMN_NONE;
	}
	csv_put_field(&row, ip, strlen(ip));
	textbuf_put_char(&row, ',');
	csv_put_field(&row, who, strlen(who));
	textbuf_put_char(&row, ',');
	csv_put_field(&row, helo, strlen(helo));
	identity_parse(&of_row, &layout,
	        &(struct csv_record){ .text = textbuf_text(&row), .size = row.size });
	require(ipaddr_equal(&s->ip, &of_row.ip) && s->has_domain == of_row.has_domain &&
	        strcmp(s->error, of_row.error) == 0);
	require(dname_equal(&s->domain, &of_row.domain) &&
	        dname_equal(&s->helo_domain, &of_row.helo_domain));
	require(same_text(&s->local_part, &of_row.local_part) &&
	        same_text(&s->sender_domain, &of_row.sender_domain) &&
	        same_text(&s->helo, &of_row.helo));
	identity_fini(&of_row);
	textbuf_fini(&row);
}

/* The first three fields of a row as the arguments of `spfsweep check`; what stands behind a NUL is
 * not seen there. */
static void check_arguments(const struct csv_record *record)
{
	struct textbuf scratch = { 0 }, texts[3] = { 0 };
	struct csv_fields fields =
	        csv_fields_of(record->text, record->size, record->plain, record->broken, &scratch);
	struct csv_field field;
	struct identity s = { 0 };
	for (unsigned i = 0; i < 3 && csv_next_field(&fields, &field); i++)
		textbuf_put(&texts[i], field.text, field.size);
	const char *ip = textbuf_text(&texts[0]), *who = textbuf_text(&texts[1]),
	           *helo = textbuf_text(&texts[2]);
	identity_of_texts(&s, ip, who, helo);
	check_identity(&s);
	if (!record->broken && !record->too_long)
		compare_with_row(&s, ip, who, helo);
	identity_fini(&s);
	textbuf_fini(&scratch);
	for (unsigned i = 0; i < 3; i++)
		textbuf_fini(&texts[i]);
}

static void check_layout(const struct layout *l)
{
	const int columns[] = { l->domain, l->ip, l->sender, l->helo };
	bool any = false;
	for (unsigned i = 0; i < 4; i++) {
		require(columns[i] >= COLUMN_NONE && columns[i] < (int)l->n_columns);
		any = any || columns[i] != COLUMN_NONE;
	}
	require(strchr(",;\t|", l->delimiter) && l->delimiter);
	require(any && l->n_columns >= 1 && l->header.size > 0 && !l->header.failed);
}

static void check_rows(struct inputs *in)
{
	static const volatile bool stop = false;
	struct input_row row;
	struct identity s = { 0 };
	while (inputs_next(in, &row, &stop)) {
		identity_parse(&s, &in->layout, &row.record);
		check_identity(&s);
		check_text(&s.local_part, &row.record, &s.scratch);
		check_text(&s.sender_domain, &row.record, &s.scratch);
		check_text(&s.helo, &row.record, &s.scratch);
		check_arguments(&row.record);
	}
	identity_fini(&s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char columns[COLUMNS_MAX] = "", *paths[FILES_MAX];
	struct memfile files[FILES_MAX];
	const uint8_t *end = data + size;
	unsigned n = 0;
	bool has_columns = size && data[0] == '!';
	if (has_columns) {
		data++;
		for (size_t i = 0; data < end && *data != '\n' && i + 1 < COLUMNS_MAX; i++)
			columns[i] = (char)*data++;
		data += data < end && *data == '\n';
	}
	while (n < FILES_MAX) {
		const uint8_t *feed = data < end ? memchr(data, '\f', (size_t)(end - data)) : NULL,
		              *stop = feed ? feed : end;
		memfile_open(&files[n], data, (size_t)(stop - data));
		paths[n] = files[n].path;
		n++;
		data = stop + 1;
		if (!feed)
			break;
	}
	struct inputs in;
	struct inputs_config config = {
		.paths = paths, .n_paths = n, .columns = has_columns ? columns : NULL
	};
	if (inputs_open(&in, &config, NULL)) {
		struct textbuf told = { 0 };
		layout_tell(&told, &in.layout);
		require(told.size && !told.failed);
		textbuf_fini(&told);
		tell_outcome(in.layout.has_header ? "header" : "no-header");
		check_layout(&in.layout);
		check_rows(&in);
	} else {
		tell_outcome("refused");
	}
	inputs_close(&in);
	while (n)
		memfile_close(&files[--n]);
	return 0;
}
