/* sources.c - a summary is walked twice: for what is added up, and for what is shown. */
#include "page/sources.h"

#include "base/jsonwalk.h"
#include "page/markup.h"
#include "results/note.h"
#include "results/provenance.h"

#include <stdlib.h>

/* So many files are named and shown, and so much of each. */
enum { SHOWN_FILES = 8, SHOWN_BYTES = 40 << 10, NAME_COLUMNS = 80, VALUE_COLUMNS = 160 };

/* ---- upstreams ---- */

static struct sources_upstream *find_upstream(struct sources *s, const char *address, size_t size)
{
	if (size >= SOURCES_ADDRESS_BYTES)
		return NULL;
	for (unsigned i = 0; i < s->n_upstreams; i++)
		if (strlen(s->upstreams[i].address) == size &&
		        !memcmp(s->upstreams[i].address, address, size))
			return &s->upstreams[i];
	if (s->n_upstreams == SOURCES_UPSTREAMS)
		return NULL;
	struct sources_upstream *u = &s->upstreams[s->n_upstreams++];
	memcpy(u->address, address, size);
	u->address[size] = 0;
	return u;
}

static bool ends_with(const char *path, const char *end)
{
	size_t size = strlen(path), end_size = strlen(end);
	return size >= end_size && !strcmp(path + size - end_size, end);
}

/* upstreams.N.MEMBER, also below `shards`: `address` is the first of its members. */
static bool take_upstream(
        void *arg, const char *path, enum jsonwalk_kind kind, const char *text, size_t size)
{
	struct sources *s = arg;
	uint64_t number;
	const char *list = strstr(path, "upstreams.");
	if (!list || (list != path && list[-1] != '.') || ends_with(path, "upstream_addresses"))
		return true;
	if (kind == JSONWALK_TEXT && ends_with(path, ".address")) {
		struct sources_upstream *u = find_upstream(s, text, size);
		s->upstream = u ? (int)(u - s->upstreams) : -1;
		return true;
	}
	if (s->upstream < 0 || !csv_field_u64((struct csv_field){ text, size }, &number))
		return true;
	struct sources_upstream *u = &s->upstreams[s->upstream];
	if (ends_with(path, ".sent"))
		u->sent += number;
	else if (ends_with(path, ".answered"))
		u->answered += number;
	else if (ends_with(path, ".lost"))
		u->lost += number;
	return true;
}

/* ---- what is shown ---- */

static void put_row(struct textbuf *out, const char *name, size_t name_size, const char *value,
        size_t value_size)
{
	textbuf_put_text(out, "<tr><th scope=\"row\">");
	markup_put_cut(out, (struct csv_field){ name, name_size }, NAME_COLUMNS);
	textbuf_put_text(out, "</th><td><bdi>");
	markup_put_cut(out, (struct csv_field){ value, value_size }, VALUE_COLUMNS);
	textbuf_put_text(out, "</bdi></td></tr>\n");
}

static bool show(
        void *arg, const char *path, enum jsonwalk_kind kind, const char *text, size_t size)
{
	struct textbuf *out = arg;
	(void)kind;
	put_row(out, path, strlen(path), text, size);
	return out->size < SHOWN_BYTES;
}

static void show_note(struct textbuf *out, const struct provenance *p)
{
	struct csv_field name, value;
	if (!p->note.size)
		return;
	const char *at = p->note.bytes, *end = at + p->note.size;
	while (out->size < SHOWN_BYTES && note_next_line(&at, end, &name, &value))
		put_row(out, name.text, name.size, value.text ? value.text : "", value.size);
}

static void put_name(struct textbuf *out, const char *path)
{
	textbuf_put_text(out, "<bdi>");
	if (strcmp(path, "-"))
		markup_put_cut(out, (struct csv_field){ path, strlen(path) }, NAME_COLUMNS);
	else
		textbuf_put_text(out, "standard input");
	textbuf_put_text(out, "</bdi>");
}

static void put_manifest(struct sources *s, const struct provenance *p, const char *path)
{
	struct textbuf rows = { 0 };
	struct csv_field summary = p->closing.summary;
	bool has_summary = p->has_closing && summary.size;
	if (has_summary)
		jsonwalk(summary.text, summary.size, show, &rows);
	else
		show_note(&rows, p);
	textbuf_put_text(&s->manifests, "<h3>");
	put_name(&s->manifests, path);
	textbuf_put_text(&s->manifests, "</h3>\n");
	if (!rows.size) {
		textbuf_put_text(&s->manifests,
		        "<p>It says nothing of itself: it is plain CSV, or was compressed "
		        "again.</p>\n");
	} else {
		textbuf_printf(&s->manifests,
		        "<details><summary>%s</summary><div class=\"wide\"><table>\n",
		        has_summary ? "What the scan told of itself at its end"
		                    : "What decides its rows");
		textbuf_put(&s->manifests, rows.bytes, rows.size);
		textbuf_put_text(&s->manifests, "</table></div></details>\n");
	}
	s->manifests.failed |= rows.failed;
	textbuf_fini(&rows);
}

void sources_add(struct sources *s, const char *path)
{
	struct provenance p;
	provenance_read(&p, path);
	s->n_files++;
	s->n_silent += !p.is_ours;
	s->upstream = -1;
	if (p.has_closing && p.closing.summary.size)
		jsonwalk(p.closing.summary.text, p.closing.summary.size, take_upstream, s);
	if (s->n_files <= SHOWN_FILES) {
		textbuf_put_text(&s->names, s->n_files > 1 ? ", " : "");
		put_name(&s->names, path);
		put_manifest(s, &p, path);
	} else if (s->n_files == SHOWN_FILES + 1) {
		textbuf_put_text(&s->names, " and others");
		textbuf_put_text(&s->manifests, "<p>Those of more files are not shown.</p>\n");
	}
	provenance_fini(&p);
}

static int by_sent(const void *a, const void *b)
{
	const struct sources_upstream *x = a, *y = b;
	return x->sent != y->sent ? (x->sent < y->sent) - (x->sent > y->sent)
	                          : strcmp(x->address, y->address);
}

void sources_finish(struct sources *s)
{
	if (s->n_upstreams)
		qsort(s->upstreams, s->n_upstreams, sizeof *s->upstreams, by_sent);
}

void sources_fini(struct sources *s)
{
	textbuf_fini(&s->names);
	textbuf_fini(&s->manifests);
}
