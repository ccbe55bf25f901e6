/* provider.c - the newest list of public suffixes that the system has, else the one in libpsl. */
#include "report/provider.h"

#include <libpsl.h>
#include <stdlib.h>
#include <strings.h>

enum { NAME_BYTES = 256 };

struct provider {
	psl_ctx_t *list;
	char name[NAME_BYTES];
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

static struct csv_field registrable(struct provider *p, struct csv_field name)
{
	if (!name.size || name.size >= NAME_BYTES)
		return (struct csv_field){ 0 };
	for (size_t i = 0; i < name.size; i++)
		p->name[i] = name.text[i] >= 'A' && name.text[i] <= 'Z'
		        ? (char)(name.text[i] | 0x20)
		        : name.text[i];
	p->name[name.size] = 0;
	const char *found = psl_registrable_domain(p->list, p->name);
	if (!found) /* a public suffix itself, or of one label */
		found = p->name;
	return (struct csv_field){ found, strlen(found) };
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

static struct csv_field first_include(struct csv_field record)
{
	static const char word[] = "include:";
	enum { WORD = sizeof word - 1 };
	for (size_t at = 0; at < record.size;) {
		const char *term = record.text + at;
		size_t size = 0;
		while (at + size < record.size && term[size] != ' ')
			size++;
		at += size + 1;
		if (size && strchr("+-~?", *term)) {
			term++;
			size--;
		}
		if (size > WORD && !strncasecmp(term, word, WORD))
			return without_macros((struct csv_field){ term + WORD, size - WORD });
	}
	return (struct csv_field){ 0 };
}

/* "10 mx1.example.com;20 mx2.example.com" */
static struct csv_field first_host(struct csv_field mx)
{
	const char *end = mx.size ? memchr(mx.text, ';', mx.size) : NULL;
	if (end)
		mx.size = (size_t)(end - mx.text);
	const char *blank = mx.size ? memchr(mx.text, ' ', mx.size) : NULL;
	if (!blank)
		return (struct csv_field){ 0 };
	return without_macros(
	        (struct csv_field){ blank + 1, mx.size - (size_t)(blank + 1 - mx.text) });
}

struct csv_field provider_of(struct provider *p, struct csv_field record, struct csv_field mx)
{
	struct csv_field found = registrable(p, first_include(record));
	return found.size ? found : registrable(p, first_host(mx));
}

const char *provider_library_version(void)
{
	return psl_get_version();
}
