/* rowkey.c - what of an input row decides its result. */
#include "scanner/rowkey.h"

#include "base/hash.h"
#include "dns/dname.h"

#include <string.h>

/* Rows with longer fields have no key. */
enum { KEY_MAX_BYTES = 640 };

void rowkey_fields(struct row_fields *fields, const struct layout *layout,
        const struct csv_record *record, struct textbuf *scratch)
{
	struct csv_fields walk = csv_fields_of_record(record, scratch);
	struct csv_field field;
	unsigned n = 0;
	*fields = (struct row_fields){ 0 };
	for (; csv_next_field(&walk, &field); n++) {
		if ((int)n == layout->domain)
			fields->of_role[ROLE_DOMAIN] = field;
		else if ((int)n == layout->ip)
			fields->of_role[ROLE_IP] = field;
		else if ((int)n == layout->sender)
			fields->of_role[ROLE_SENDER] = field;
		else if ((int)n == layout->helo)
			fields->of_role[ROLE_HELO] = field;
	}
	fields->are_all = n == layout->n_columns && !record->broken && !record->too_long;
}

/* ---- the sender ---- */

/* Of a local-part that needs no quotes (atext and dots, RFC 5321 section 4.1.2). */
static bool is_ordinary(char c)
{
	static const uint64_t set[2] = { UINT64_C(0xa3ffecfa00000000),
		UINT64_C(0x7fffffffc7fffffe) };
	unsigned char octet = (unsigned char)c;
	return octet < 128 && set[octet / 64] >> octet % 64 & 1;
}

struct sender_parts {
	struct csv_field local, rest; /* `rest` begins with the @, or is all of it */
	bool has_local, is_ordinary;
};

static struct sender_parts split_sender(struct csv_field sender)
{
	struct sender_parts parts = { .rest = sender, .is_ordinary = true };
	const char *at = sender.size ? memrchr(sender.text, '@', sender.size) : NULL;
	if (!at)
		return parts;
	parts.has_local = true;
	bool is_bracketed = sender.text[0] == '<' && sender.text[sender.size - 1] == '>';
	const char *begin = sender.text + is_bracketed, *end = sender.text + sender.size;
	parts.local = (struct csv_field){ begin, (size_t)(at - begin) };
	parts.rest = (struct csv_field){ at, (size_t)(end - at) - is_bracketed };
	for (const char *c = begin; c < at; c++)
		parts.is_ordinary &= is_ordinary(*c);
	return parts;
}

/* ---- the key ---- */

struct key_text {
	size_t size;
	char bytes[KEY_MAX_BYTES];
};

/* With its length, so that no two lists of fields give the same text. */
static bool put_field(struct key_text *key, struct csv_field field)
{
	uint16_t size = (uint16_t)field.size;
	if (field.size > KEY_MAX_BYTES - sizeof size - key->size)
		return false;
	memcpy(key->bytes + key->size, &size, sizeof size);
	key->size += sizeof size;
	if (size)
		memcpy(key->bytes + key->size, field.text, size);
	key->size += size;
	return key->size <= KEY_MAX_BYTES - sizeof size;
}

struct row_key rowkey_of(const struct row_fields *fields, const struct csv_record *record)
{
	struct row_key key = { 0 };
	struct key_text text;
	struct sender_parts sender = split_sender(fields->of_role[ROLE_SENDER]);
	text.size = 0;
	if (!fields->are_all || !sender.is_ordinary ||
	        !put_field(&text, fields->of_role[ROLE_DOMAIN]) ||
	        !put_field(&text, fields->of_role[ROLE_IP]) || !put_field(&text, sender.rest) ||
	        !put_field(&text, fields->of_role[ROLE_HELO]))
		return key;
	hash_wide(key.hash, text.bytes, text.size);
	key.is_known = true;
	key.has_local = sender.has_local;
	if (!key.has_local)
		return key;
	size_t at = (size_t)((uintptr_t)sender.local.text - (uintptr_t)record->text);
	key.has_far_local = at >= record->size || sender.local.size > KEY_MAX_BYTES / 2;
	if (key.has_far_local)
		return key;
	key.local_at = (uint32_t)at;
	key.local_size = (uint16_t)sender.local.size;
	return key;
}

bool rowkey_with_local_part(struct row_key *key, const char *text)
{
	char bytes[sizeof key->hash + KEY_MAX_BYTES / 2];
	if (!key->has_local)
		return true;
	if (key->has_far_local)
		return false;
	memcpy(bytes, key->hash, sizeof key->hash);
	memcpy(bytes + sizeof key->hash, text + key->local_at, key->local_size);
	hash_wide(key->hash, bytes, sizeof key->hash + key->local_size);
	return true;
}

/* ---- whose row it is ---- */

static struct csv_field domain_field(const struct row_fields *fields)
{
	struct csv_field sender = fields->of_role[ROLE_SENDER];
	if (fields->of_role[ROLE_DOMAIN].size)
		return fields->of_role[ROLE_DOMAIN];
	const char *at = sender.size ? memrchr(sender.text, '@', sender.size) : NULL;
	if (at)
		return (struct csv_field){ at + 1, sender.size - (size_t)(at + 1 - sender.text) };
	return sender.size ? sender : fields->of_role[ROLE_IP];
}

uint64_t rowkey_domain_hash(const struct row_fields *fields)
{
	struct csv_field key = domain_field(fields);
	char lower[DNAME_MAX_BYTES];
	size_t size = key.size < sizeof lower ? key.size : sizeof lower;
	for (size_t i = 0; i < size; i++)
		lower[i] = key.text[i] >= 'A' && key.text[i] <= 'Z' ? (char)(key.text[i] | 0x20)
		                                                    : key.text[i];
	return hash_bytes(lower, size);
}
