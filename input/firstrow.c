/* firstrow.c - the first record: what it looks like. */
#include "input/firstrow.h"

#include "input/clean.h"

static enum firstrow_is judge(unsigned n, enum look first, enum look second)
{
	bool is_odd = first != LOOK_NUMBER && first != LOOK_ADDRESS && first != LOOK_MAIL;
	if (n == 1)
		return first == LOOK_DOMAIN ? FIRSTROW_PAIR : FIRSTROW_OTHER;
	if (n == 2 && first == LOOK_NUMBER && second == LOOK_DOMAIN)
		return FIRSTROW_RANKED;
	if (first == LOOK_DOMAIN && (second == LOOK_ADDRESS || second == LOOK_EMPTY))
		return FIRSTROW_PAIR;
	if (second == LOOK_ADDRESS && (first == LOOK_EMPTY || (is_odd && n == 2)))
		return FIRSTROW_PAIR;
	return FIRSTROW_OTHER;
}

struct firstrow firstrow_look(struct csv_fields fields)
{
	struct firstrow row = { .domain = COLUMN_NONE,
		.ip = COLUMN_NONE,
		.sender = COLUMN_NONE,
		.value = COLUMN_NONE,
		.is_data = true };
	enum look looks[2] = { LOOK_EMPTY, LOOK_EMPTY };
	struct csv_field field;
	for (; csv_next_field(&fields, &field); row.n_fields++) {
		enum look look = look_at(field);
		int *found = look == LOOK_DOMAIN ? &row.domain
		        : look == LOOK_ADDRESS   ? &row.ip
		        : look == LOOK_MAIL      ? &row.sender
		                                 : NULL;
		if (found && *found == COLUMN_NONE)
			*found = (int)row.n_fields;
		if (look_is_value(look) && row.value == COLUMN_NONE)
			row.value = (int)row.n_fields;
		row.is_data &= found || look == LOOK_NUMBER || look == LOOK_EMPTY;
		if (row.n_fields < 2)
			looks[row.n_fields] = look;
	}
	row.is = judge(row.n_fields, looks[0], looks[1]);
	return row;
}

bool firstrow_has_value(const struct firstrow *row)
{
	return row->domain != COLUMN_NONE || row->ip != COLUMN_NONE || row->sender != COLUMN_NONE;
}

bool firstrow_is_header(const struct layout *l, const struct csv_record *first)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = csv_fields_of_record(first, &scratch);
	struct csv_field field;
	unsigned n_names = 0;
	bool has_value = false;
	for (int n = 0; csv_next_field(&fields, &field); n++) {
		if (n != l->domain && n != l->ip && n != l->sender && n != l->helo)
			continue;
		field = clean_blanks(field);
		if (field.size && role_guess(field) != ROLE_COUNT)
			n_names++;
		else
			has_value |= field.size > 0;
	}
	textbuf_fini(&scratch);
	return n_names && !has_value;
}

bool firstrow_fits(enum role role, enum look look)
{
	switch (role) {
	case ROLE_IP:
		return look == LOOK_ADDRESS;
	case ROLE_DOMAIN:
		return look == LOOK_DOMAIN;
	case ROLE_SENDER:
		return look == LOOK_MAIL || look == LOOK_DOMAIN;
	default:
		return look == LOOK_DOMAIN || look == LOOK_NAME || look == LOOK_ADDRESS;
	}
}

bool firstrow_field(
        const struct csv_record *record, int at, struct textbuf *scratch, struct csv_field *field)
{
	struct csv_fields fields = csv_fields_of_record(record, scratch);
	int n = 0;
	for (; n <= at && csv_next_field(&fields, field); n++)
		;
	return at >= 0 && n == at + 1;
}
