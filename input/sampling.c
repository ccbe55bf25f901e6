/* sampling.c - the domain in lower case, hashed with the seed. */
#include "input/sampling.h"

#include "base/hash.h"
#include "input/clean.h"
#include "input/firstrow.h"

#include <ctype.h>

bool sampling_takes(
        struct sampling *s, const struct layout *layout, const struct csv_record *record)
{
	const int column = layout->domain == COLUMN_NONE ? 0 : layout->domain;
	struct csv_field field = { 0 };
	struct textbuf key = { 0 };
	if (!s->share)
		return true;
	textbuf_reset(&s->scratch);
	firstrow_field(record, column, &s->scratch, &field);
	field = clean_blanks(field);
	textbuf_printf(&key, "%u ", s->seed);
	for (size_t i = 0; i < field.size; i++)
		textbuf_put_char(&key, (char)tolower((unsigned char)field.text[i]));
	bool is_in = (uint32_t)hash_stable(key.bytes, key.size) < s->share;
	textbuf_fini(&key);
	return is_in;
}

uint32_t sampling_share(unsigned n, unsigned all)
{
	return n >= all ? 0 : (uint32_t)(((uint64_t)n << 32) / all);
}
