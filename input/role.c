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
	{ "sender_domain", ROLE_SENDER },
	{ "sender_hashed", ROLE_SENDER },
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

/* ---- names that we do not know ---- */

/* Words that people name such columns with. */
static const struct {
	const char *word;
	enum role role;
} words[] = {
	{ "domain", ROLE_DOMAIN },
	{ "domains", ROLE_DOMAIN },
	{ "fqdn", ROLE_DOMAIN },
	{ "hostname", ROLE_DOMAIN },
	{ "host", ROLE_DOMAIN },
	{ "site", ROLE_DOMAIN },
	{ "website", ROLE_DOMAIN },
	{ "zone", ROLE_DOMAIN },
	{ "ip", ROLE_IP },
	{ "ips", ROLE_IP },
	{ "ipv4", ROLE_IP },
	{ "ipv6", ROLE_IP },
	{ "addr", ROLE_IP },
	{ "address", ROLE_IP },
	{ "client", ROLE_IP },
	{ "sender", ROLE_SENDER },
	{ "from", ROLE_SENDER },
	{ "mailfrom", ROLE_SENDER },
	{ "helo", ROLE_HELO },
	{ "ehlo", ROLE_HELO },
};
enum { WORDS = sizeof words / sizeof words[0] };

static bool is_letter_or_digit(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (c >= '0' && c <= '9');
}

static enum role role_of_word(const char *text, size_t size)
{
	for (unsigned i = 0; i < WORDS; i++)
		if (strlen(words[i].word) == size && !strncasecmp(words[i].word, text, size))
			return words[i].role;
	return ROLE_COUNT;
}

/* By the first word in a name that tells it. ROLE_COUNT: none does, or it is no name. */
enum role role_guess(struct csv_field t)
{
	if (memchr(t.text, '.', t.size) || memchr(t.text, '@', t.size))
		return ROLE_COUNT;
	for (size_t at = 0; at < t.size;) {
		size_t end = at;
		while (end < t.size && is_letter_or_digit(t.text[end]))
			end++;
		enum role role = role_of_word(t.text + at, end - at);
		if (role != ROLE_COUNT)
			return role;
		at = end + 1;
	}
	return ROLE_COUNT;
}
