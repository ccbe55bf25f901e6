/* provider.c - the newest list of public suffixes that the system has, else the one in libpsl. */
#include "report/provider.h"

#include "base/hash.h"

#include <libpsl.h>
#include <stdlib.h>
#include <strings.h>

enum { NAME_BYTES = PROVIDER_NAME_BYTES };

/* What was found for a name before: few providers stand in most records, and libpsl takes a third
 * of a microsecond. The registrable domain is the end of the name. */
enum { KEPT = 8192, KEPT_NAME_BYTES = 62 };
struct kept {
	uint8_t size, at;
	char name[KEPT_NAME_BYTES];
};

struct provider {
	psl_ctx_t *list;
	char name[NAME_BYTES];
	struct kept kept[KEPT];
};

struct provider *provider_new(void)
{
	struct provider *p = calloc(1, sizeof *p);
	if (!p)
		return NULL;
	p->list = psl_latest(NULL);
	if (p->list)
		return p;
	free(p);
	return NULL;
}

void provider_free(struct provider *p)
{
	if (p)
		psl_free(p->list);
	free(p);
}

/* p->name, in lower case. */
static struct csv_field look_up(struct provider *p, size_t size)
{
	const char *found = psl_registrable_domain(p->list, p->name);
	if (!found) /* a public suffix itself, or of one label */
		found = p->name;
	return (struct csv_field){ found, size - (size_t)(found - p->name) };
}

static struct csv_field registrable(struct provider *p, struct csv_field name)
{
	if (!name.size || name.size >= NAME_BYTES)
		return (struct csv_field){ 0 };
	for (size_t i = 0; i < name.size; i++)
		p->name[i] = name.text[i] >= 'A' && name.text[i] <= 'Z'
		        ? (char)(name.text[i] | 0x20)
		        : name.text[i];
	p->name[name.size] = 0;
	size_t size = strlen(p->name);
	if (!size || size > KEPT_NAME_BYTES)
		return look_up(p, size);
	struct kept *k = &p->kept[hash_bytes(p->name, size) % KEPT];
	if (k->size != size || memcmp(k->name, p->name, size) != 0) {
		struct csv_field found = look_up(p, size);
		k->size = (uint8_t)size;
		k->at = (uint8_t)(size - found.size);
		memcpy(k->name, p->name, size);
	}
	return (struct csv_field){ p->name + k->at, size - k->at };
}

/* Behind the macros, as in %{i}._spf.example.com. */
static struct csv_field without_macros(struct csv_field name)
{
	const char *brace = name.size ? memrchr(name.text, '}', name.size) : NULL;
	if (brace)
		name = (struct csv_field){ brace + 1, name.size - (size_t)(brace + 1 - name.text) };
	while (name.size && name.text[0] == '.')
		name = (struct csv_field){ name.text + 1, name.size - 1 };
	while (name.size && name.text[name.size - 1] == '.')
		name.size--;
	return name;
}

static bool next_include(struct csv_field *rest, struct csv_field *name)
{
	static const char word[] = "include:";
	enum { WORD = sizeof word - 1 };
	while (rest->size) {
		const char *term = rest->text, *end = memchr(term, ' ', rest->size);
		size_t size = end ? (size_t)(end - term) : rest->size, used = size + (end != NULL);
		*rest = (struct csv_field){ term + used, rest->size - used };
		if (size && strchr("+-~?", *term)) {
			term++;
			size--;
		}
		if (size > WORD && !strncasecmp(term, word, WORD)) {
			*name = without_macros((struct csv_field){ term + WORD, size - WORD });
			return true;
		}
	}
	return false;
}

static bool next_host(struct csv_field *rest, struct csv_field *name)
{
	if (!rest->size)
		return false;
	const char *end = memchr(rest->text, ';', rest->size);
	size_t size = end ? (size_t)(end - rest->text) : rest->size, used = size + (end != NULL);
	const char *blank = memchr(rest->text, ' ', size);
	*name = (struct csv_field){ 0 };
	if (blank)
		*name = without_macros(
		        (struct csv_field){ blank + 1, size - (size_t)(blank + 1 - rest->text) });
	*rest = (struct csv_field){ rest->text + used, rest->size - used };
	return true;
}

struct csv_field provider_of(struct provider *p, struct csv_field record, struct csv_field mx)
{
	struct csv_field name, found = { 0 };
	if (next_include(&record, &name))
		found = registrable(p, name);
	if (!found.size && next_host(&mx, &name))
		found = registrable(p, name);
	return found;
}

bool provider_next_include(struct provider *p, struct csv_field *rest, struct csv_field *provider)
{
	struct csv_field name;
	if (!next_include(rest, &name))
		return false;
	*provider = registrable(p, name);
	return true;
}

bool provider_next_host(struct provider *p, struct csv_field *rest, struct csv_field *provider)
{
	struct csv_field name;
	if (!next_host(rest, &name))
		return false;
	*provider = registrable(p, name);
	return true;
}

const char *provider_library_version(void)
{
	return psl_get_version();
}
