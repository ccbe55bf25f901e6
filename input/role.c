/* role.c - the names of columns. */
#include "input/role.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	enum role role;
} column_names[] = {
	{ "domain", ROLE_DOMAIN },
	{ "ip", ROLE_IP },
	{ "client_ip", ROLE_IP },
	{ "source_ip", ROLE_IP },
	{ "ip_address", ROLE_IP },
	{ "remote_ip", ROLE_IP },
	{ "sender", ROLE_SENDER },
	{ "mailfrom", ROLE_SENDER },
	{ "mail_from", ROLE_SENDER },
	{ "envelope_from", ROLE_SENDER },
	{ "return_path", ROLE_SENDER },
	{ "helo", ROLE_HELO },
	{ "helo_name", ROLE_HELO },
	{ "ehlo", ROLE_HELO },
};
enum { COLUMN_NAMES = sizeof column_names / sizeof column_names[0] };

static const char *const role_names[] = { "domain", "ip", "sender", "helo" };

const char *role_text(enum role role)
{
	return role_names[role];
}

int *role_column(struct layout *l, enum role role)
{
	int *const members[] = { &l->domain, &l->ip, &l->sender, &l->helo };
	return members[role];
}

int role_column_of(const struct layout *l, enum role role)
{
	const int members[] = { l->domain, l->ip, l->sender, l->helo };
	return members[role];
}

static bool is_name(struct csv_field field, const char *name)
{
	return strlen(name) == field.size && !strncasecmp(name, field.text, field.size);
}

enum role role_find(struct csv_field name)
{
	for (unsigned i = 0; i < COLUMN_NAMES; i++)
		if (is_name(name, column_names[i].name))
			return column_names[i].role;
	return ROLE_COUNT;
}
