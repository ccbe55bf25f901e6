/* cases.c - reads the data files. Strict: an unknown key, a key given twice or a case without a
 * verdict is an error of the file. */
#include "cases.h"

#include "base/textbuf.h"
#include "resolver/scripted/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct key {
	const char *name;
	size_t at;
} keys[] = {
#define KEY(field)                                                                                 \
	{                                                                                          \
#field, offsetof(struct spf_case, field)                                           \
	}
	KEY(ip),
	KEY(helo),
	KEY(from),
	KEY(receiver),
	KEY(time),
	KEY(cancel),
	KEY(secure),
	KEY(insecure),
	KEY(verdict),
	KEY(problem),
	KEY(matched),
	KEY(explanation),
	KEY(lookups),
	KEY(voids),
	KEY(failed),
	KEY(failures),
	KEY(record),
	KEY(dnssec),
	KEY(asked),
#undef KEY
};

struct file {
	const char *path, *base;
	unsigned line;
	struct spf_cases *all;
	struct textbuf zone; /* lines of the zone being read */
	unsigned zone_line;
	enum { BEFORE, IN_ZONE, IN_CASE } where;
};

static _Noreturn void refuse(const struct file *f, const char *why)
{
	fprintf(stderr, "%s:%u: %s\n", f->path, f->line, why);
	exit(2);
}

static void *grown(void *array, size_t n, size_t size)
{
	void *bigger = realloc(array, (n + 1) * size);
	if (!bigger)
		abort();
	return bigger;
}

static void end_zone(struct file *f)
{
	char why[200];
	if (f->where != IN_ZONE)
		return;
	struct spf_cases *all = f->all;
	all->zones = grown(all->zones, all->n_zones, sizeof(*all->zones));
	if (script_parse(&all->zones[all->n_zones], textbuf_text(&f->zone), f->zone.size, why,
	            sizeof why)) {
		fprintf(stderr, "in the zone of line %u: %s\n", f->zone_line, why);
		refuse(f, "bad zone");
	}
	all->n_zones++;
}

static void end_case(struct file *f)
{
	if (f->where != IN_CASE)
		return;
	const struct spf_case *c = &f->all->cases[f->all->n_cases - 1];
	if (!c->verdict.text || !c->ip.text || (!c->from.text && !c->helo.text))
		refuse(f, "the case above lacks ip, verdict, or both from and helo");
}

static void begin_zone(struct file *f)
{
	f->where = IN_ZONE;
	f->zone_line = f->line;
	textbuf_reset(&f->zone);
}

static void begin_case(struct file *f, const char *title)
{
	if (f->where == BEFORE)
		refuse(f, "a case before any zone");
	f->where = IN_CASE;
	struct spf_cases *all = f->all;
	all->cases = grown(all->cases, all->n_cases, sizeof(*all->cases));
	struct spf_case *c = &all->cases[all->n_cases++];
	*c = (struct spf_case){ .zone = all->zones[all->n_zones - 1] };
	if (asprintf(&c->name, "%s:%u %.*s", f->base, f->line, (int)strcspn(title, "]"), title) < 0)
		abort();
}

/* Only \DDD is an escape. */
static struct value unescape(const char *text)
{
	struct value v = { .text = malloc(strlen(text) + 1) };
	if (!v.text)
		abort();
	while (*text) {
		unsigned octet;
		int used = 0;
		if (sscanf(text, "\\%3u%n", &octet, &used) == 1 && used == 4 && octet < 256)
			text += 4;
		else
			octet = (unsigned char)*text++;
		v.text[v.size++] = (char)octet;
	}
	v.text[v.size] = '\0';
	return v;
}

static void read_key(struct file *f, const char *line)
{
	size_t size = strcspn(line, " ");
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (strlen(keys[i].name) != size || strncmp(keys[i].name, line, size) != 0)
			continue;
		struct value *v =
		        (struct value *)((char *)&f->all->cases[f->all->n_cases - 1] + keys[i].at);
		if (v->text)
			refuse(f, "key given twice");
		*v = unescape(line + size + strspn(line + size, " "));
		return;
	}
	refuse(f, "no such key");
}

static void read_line(struct file *f, char *line)
{
	line[strcspn(line, "\n")] = '\0';
	if (strcmp(line, "[zone]") == 0 || strncmp(line, "[case ", 6) == 0) {
		end_zone(f);
		end_case(f);
		if (line[1] == 'z')
			begin_zone(f);
		else
			begin_case(f, line + 6);
	} else if (f->where == IN_ZONE) {
		textbuf_put_text(&f->zone, line);
		textbuf_put_char(&f->zone, '\n');
	} else if (line[0] && line[0] != '#') {
		if (f->where == BEFORE)
			refuse(f, "text before [zone]");
		read_key(f, line);
	}
}

void spf_cases_read(struct spf_cases *all, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct file f = { .path = path, .base = slash ? slash + 1 : path, .all = all };
	FILE *in = fopen(path, "r");
	if (!in)
		refuse(&f, "cannot be opened");
	char *line = NULL;
	size_t room = 0, before = all->n_cases;
	while (getline(&line, &room, in) >= 0) {
		f.line++;
		read_line(&f, line);
	}
	end_zone(&f);
	end_case(&f);
	if (all->n_cases == before)
		refuse(&f, "no cases");
	free(line);
	fclose(in);
	textbuf_fini(&f.zone);
}

void spf_cases_free(struct spf_cases *all)
{
	for (size_t i = 0; i < all->n_cases; i++) {
		for (size_t k = 0; k < sizeof keys / sizeof *keys; k++)
			free(((struct value *)((char *)&all->cases[i] + keys[k].at))->text);
		free(all->cases[i].name);
	}
	for (size_t i = 0; i < all->n_zones; i++)
		script_free(all->zones[i]);
	free(all->cases);
	free(all->zones);
	*all = (struct spf_cases){ .n_cases = 0 };
}
