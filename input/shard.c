/* shard.c - the key of a row by identity.h, so that no second rule says what its domain is. */
#include "input/shard.h"

#include "base/hash.h"
#include "input/identity.h"
#include "io/bgzf.h"

#include <stdlib.h>
#include <string.h>

/* A number without sign, blanks or leading zeros. */
static bool parse_number(unsigned *number, const char *text, size_t size)
{
	uint64_t n;
	struct csv_field field = { text, size };
	if (!csv_field_u64(field, &n) || n > SHARDS_MAX || (size > 1 && text[0] == '0'))
		return false;
	*number = (unsigned)n;
	return true;
}

bool shard_parse(struct shard *shard, const char *text, size_t size)
{
	const char *slash = size ? memchr(text, '/', size) : NULL;
	struct shard s;
	if (!slash || !parse_number(&s.index, text, (size_t)(slash - text)) ||
	        !parse_number(&s.count, slash + 1, (size_t)(text + size - slash - 1)) ||
	        s.index >= s.count)
		return false;
	*shard = s;
	return true;
}

void shard_print(struct textbuf *out, const struct shard *shard)
{
	if (shard->count)
		textbuf_printf(out, "%u/%u", shard->index, shard->count);
}

struct shard_filter {
	struct shard shard;
	struct identity identity;
	struct textbuf key;
	uint64_t hash;
};

struct shard_filter *shard_filter_new(const struct shard *shard)
{
	struct shard_filter *f = calloc(1, sizeof *f);
	if (f)
		f->shard = *shard;
	return f;
}

void shard_filter_free(struct shard_filter *f)
{
	if (!f)
		return;
	identity_fini(&f->identity);
	textbuf_fini(&f->key);
	free(f);
}

static void put_key(struct textbuf *key, const struct identity *identity)
{
	struct dname domain = identity->domain;
	textbuf_reset(key);
	if (domain.size) {
		dname_lower(&domain);
		dname_print(key, &domain);
	} else if (identity->ip.family != IPFAMILY_NONE) {
		ipaddr_print(key, &identity->ip);
	}
}

static bool takes_key(const struct shard_filter *f)
{
	return bgzf_crc32(f->key.bytes, f->key.size) % f->shard.count == f->shard.index;
}

enum error shard_filter_take(struct shard_filter *f, const struct layout *layout,
        const struct csv_record *record, bool *takes)
{
	const uint64_t odd = 0x9e3779b97f4a7c15; /* so that their order counts */
	f->hash = f->hash * odd + hash_stable(record->text, record->size);
	identity_parse(&f->identity, layout, record);
	put_key(&f->key, &f->identity);
	if (f->identity.lacked_memory || f->key.failed)
		return ERROR_NOMEM;
	*takes = takes_key(f);
	return ERROR_NONE;
}

bool shard_filter_lacks_key(const struct shard_filter *f)
{
	return !f->key.size;
}

bool shard_filter_takes_address(struct shard_filter *f, const struct ipaddr *ip)
{
	textbuf_reset(&f->key);
	ipaddr_print(&f->key, ip);
	return takes_key(f);
}

uint64_t shard_filter_hash(const struct shard_filter *f)
{
	return f->hash;
}
