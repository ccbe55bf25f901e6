/* mapping.c - --columns with names. */
#include "input/mapping.h"

#include "input/clean.h"
#include "input/typed.h"

#include <string.h>
#include <strings.h>

bool mapping_is(const char *columns)
{
	return columns && strchr(columns, '=');
}

static struct csv_fields wished(const char *columns, struct textbuf *scratch)
{
	columns = columns ? columns : "";
	return csv_fields_of(columns, strlen(columns), false, false, scratch);
}

/* "domain=site" into its two sides. False: there is no '=', or no such role. */
static bool parse_pair(struct csv_field pair, enum role *role, struct csv_field *name)
{
	const char *equals = pair.size ? memchr(pair.text, '=', pair.size) : NULL;
	if (!equals)
		return false;
	size_t at = (size_t)(equals - pair.text);
	*role = role_find(clean_blanks((struct csv_field){ pair.text, at }));
	*name = clean_blanks((struct csv_field){ equals + 1, pair.size - at - 1 });
	return *role != ROLE_COUNT;
}

enum role mapping_role(const char *columns, struct csv_field name_of_column)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = wished(columns, &scratch);
	struct csv_field pair, name;
	enum role role, found = ROLE_COUNT;
	while (mapping_is(columns) && csv_next_field(&fields, &pair))
		if (parse_pair(pair, &role, &name) && name.size == name_of_column.size &&
		        !strncasecmp(name.text, name_of_column.text, name.size))
			found = role;
	textbuf_fini(&scratch);
	return found;
}

bool mapping_has(const char *columns, enum role wanted)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = wished(columns, &scratch);
	struct csv_field pair, name;
	enum role role;
	bool mapped = false;
	while (mapping_is(columns) && csv_next_field(&fields, &pair))
		mapped |= parse_pair(pair, &role, &name) && role == wanted;
	textbuf_fini(&scratch);
	return mapped;
}

/* A column has one role. False when --columns wants it to have two, in which case *why says so. */
static bool has_one_role(
        const char *columns, enum role role, struct csv_field name, struct textbuf *why)
{
	enum role other = mapping_role(columns, name);
	if (other == role || other == ROLE_COUNT)
		return true;
	textbuf_put_text(why, "--columns names the column '");
	typed_put_text(why, name);
	textbuf_printf(why, "' for two roles, %s and %s: name it for one of them", role_text(role),
	        role_text(other));
	return false;
}

bool mapping_check(const struct layout *l, const char *columns, struct textbuf *why)
{
	struct textbuf scratch = { 0 };
	struct csv_fields fields = wished(columns, &scratch);
	struct csv_field pair, name;
	enum role role;
	bool good = true;
	while (good && csv_next_field(&fields, &pair)) {
		bool is_pair = parse_pair(pair, &role, &name);
		if (is_pair && !has_one_role(columns, role, name, why)) {
			good = false;
			break;
		}
		if (!is_pair)
			textbuf_put_text(why,
			        "--columns takes domain=, ip=, sender= and helo= with names of "
			        "the header row, not '");
		else if (role_column_of(l, role) == COLUMN_NONE)
			textbuf_put_text(why, "the header row has no column named '");
		good = is_pair && role_column_of(l, role) != COLUMN_NONE;
		if (!good) {
			typed_put_text(why, is_pair ? name : pair);
			textbuf_put_text(why, "' (");
			typed_put_text(why,
			        (struct csv_field){
			                l->header.bytes ? l->header.bytes : "", l->header.size });
			textbuf_put_text(why, ")");
		}
	}
	textbuf_fini(&scratch);
	return good;
}
