/* expansion.c - counts through a network. */
#include "input/expansion.h"

#include "dns/net.h"
#include "input/clean.h"

#include <string.h>

static bool field_at(
        struct expansion *e, const struct csv_record *record, int column, struct csv_field *field)
{
	struct csv_fields fields = csv_fields_of_record(record, &e->scratch);
	textbuf_reset(&e->scratch);
	for (int n = 0; csv_next_field(&fields, field); n++)
		if (n == column)
			return true;
	return false;
}

bool expansion_begin(struct expansion *e, const struct csv_record *record, int column)
{
	enum { HOST_BITS_MAX = 16 };
	struct csv_field field;
	struct net net;
	/* most rows have no slash anywhere */
	if (column < 0 || record->broken || record->too_long || !record->size ||
	        !memchr(record->text, '/', record->size) || !field_at(e, record, column, &field))
		return false;
	field = clean_blanks(field);
	if (!field.size || !memchr(field.text, '/', field.size) ||
	        net_parse(&net, field.text, field.size))
		return false;
	const unsigned host_bits = ipaddr_width(&net.ip) - net.prefix_bits;
	if (host_bits > HOST_BITS_MAX)
		return false;
	e->record = *record;
	e->column = column;
	e->next = net.ip;
	e->n_left = 1u << host_bits;
	return true;
}

static void count_up(struct ipaddr *ip)
{
	for (unsigned i = ipaddr_width(ip) / 8; i-- > 0 && ++ip->bytes[i] == 0;)
		;
}

void expansion_skip(struct expansion *e)
{
	count_up(&e->next);
	e->n_left--;
}

bool expansion_next(struct expansion *e, struct csv_record *record)
{
	struct csv_fields fields = csv_fields_of_record(&e->record, &e->scratch);
	struct csv_field field;
	textbuf_reset(&e->row);
	textbuf_reset(&e->scratch);
	for (int n = 0; csv_next_field(&fields, &field); n++) {
		if (n)
			textbuf_put_char(&e->row, ',');
		if (n == e->column)
			ipaddr_print(&e->row, &e->next);
		else
			csv_put_field(&e->row, field.text, field.size);
	}
	expansion_skip(e);
	*record = e->record;
	record->text = textbuf_text(&e->row);
	record->size = e->row.size;
	record->plain = !memchr(record->text, '"', record->size) &&
	        !memchr(record->text, '\r', record->size);
	return !e->row.failed && !e->scratch.failed;
}

void expansion_fini(struct expansion *e)
{
	textbuf_fini(&e->row);
	textbuf_fini(&e->scratch);
	*e = (struct expansion){ .n_left = 0 };
}
