/* conditions.c - "spf=fail,iprev!=pass" against fields. */
#include "io/conditions.h"

bool conditions_parse(struct conditions *c, const char *text)
{
	c->n = 0;
	for (const char *at = text; *at;) {
		size_t size = strcspn(at, ",");
		const char *equals = memchr(at, '=', size);
		if (!equals || equals == at || c->n == CONDITIONS_MAX)
			return false;
		struct condition *one = &c->list[c->n++];
		one->is_not = equals[-1] == '!';
		one->name = (struct csv_field){ at, (size_t)(equals - at) - one->is_not };
		one->value = (struct csv_field){ equals + 1, size - (size_t)(equals + 1 - at) };
		if (!one->name.size)
			return false;
		at += size + (at[size] == ',');
	}
	return c->n > 0;
}

const struct condition *conditions_bind(
        struct conditions *c, const struct csv_field *names, unsigned n)
{
	for (unsigned k = 0; k < c->n; k++) {
		struct condition *one = &c->list[k];
		one->column = -1;
		for (unsigned i = 0; i < n; i++)
			if (csv_field_same(names[i], one->name))
				one->column = (int)i;
		if (one->column < 0)
			return one;
	}
	return NULL;
}

/* Of a list, as `problems`, one of its words. */
static bool has_value(struct csv_field field, struct csv_field value)
{
	if (csv_field_same(field, value))
		return true;
	while (field.size && value.size) {
		const char *end = memchr(field.text, ';', field.size);
		size_t n = end ? (size_t)(end - field.text) : field.size;
		if (csv_field_same((struct csv_field){ field.text, n }, value))
			return true;
		n += end != NULL;
		field = (struct csv_field){ field.text + n, field.size - n };
	}
	return false;
}

bool conditions_hold(const struct conditions *c, const struct csv_field *fields)
{
	for (unsigned i = 0; i < c->n; i++) {
		const struct condition *one = &c->list[i];
		if (has_value(fields[one->column], one->value) == one->is_not)
			return false;
	}
	return true;
}
