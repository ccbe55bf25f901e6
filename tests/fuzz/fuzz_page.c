/* fuzz_page.c - any octets as a file of results, made into a page and pictures; and as a text.
 *
 * None of them becomes markup: each element is one of ours, and is closed. */
#include "memfile.h"

#include "base/hash.h"
#include "base/utf8.h"
#include "page/draw.h"
#include "page/markup.h"
#include "page/page.h"

#include <string.h>

/* Elements that we write, those without an end tag last. */
static const char *const elements[] = { "html", "head", "title", "style", "body", "header", "h1",
	"h2", "h3", "p", "main", "section", "svg", "defs", "pattern", "desc", "text", "details",
	"summary", "div", "table", "caption", "thead", "tbody", "tr", "th", "td", "bdi", "strong",
	"footer", "meta", "rect", "line", "path", "circle", "!DOCTYPE", "?xml" };
enum { ELEMENTS = sizeof elements / sizeof elements[0], FIRST_EMPTY = 30, DEPTH = 32 };

static unsigned find_element(const char *name, size_t size)
{
	unsigned i = 0;
	while (i < ELEMENTS &&
	        (strlen(elements[i]) != size || memcmp(elements[i], name, size) != 0))
		i++;
	return i;
}

static void check_octets(const char *text, size_t size)
{
	for (size_t at = 0; at < size;) {
		uint32_t code = 0;
		size_t n = utf8_decode(text + at, size - at, &code);
		require(n && (code >= ' ' || code == '\n') && (code < 0x7f || code > 0x9f));
		require(code != 0x202e && code != 0xfffe && code != 0xffff);
		at += n;
	}
}

/* Every `<` begins an element of ours; all of them are closed in order. */
static void check_markup(const char *text, size_t size)
{
	unsigned open[DEPTH], depth = 0;
	const char *end = text + size, *at = text;
	check_octets(text, size);
	while ((at = memchr(at, '<', (size_t)(end - at))) != NULL) {
		bool closes = *++at == '/';
		at += closes;
		size_t n = strcspn(at, " />\n");
		unsigned element = find_element(at, n);
		require(element < ELEMENTS);
		const char *tag_end = memchr(at, '>', (size_t)(end - at));
		unsigned quotes = 0;
		require(tag_end != NULL);
		for (const char *c = at; c < tag_end; c++)
			quotes += *c == '"';
		require(quotes % 2 == 0);
		if (closes) {
			require(depth && open[--depth] == element);
		} else if (element < FIRST_EMPTY) {
			require(depth < DEPTH);
			open[depth++] = element;
		}
		at = tag_end;
	}
	require(!depth);
}

static void check_page(const struct report *r, const char *where)
{
	struct sources sources = { 0 };
	struct page page = { .charts = { r, &sources }, .where = where, .version = "0" };
	struct figure *f = calloc(1, sizeof *f);
	struct textbuf out = { 0 };
	bool is_shown;
	require(f != NULL);
	sources_add(&sources, where);
	sources_finish(&sources);
	page_put(&out, &page, f);
	require(!out.failed && out.size < 1000000);
	check_markup(out.bytes, out.size);
	for (unsigned i = 0; charts_fill(&page.charts, i, f, &is_shown); i++) {
		textbuf_reset(&out);
		if (!is_shown || !f->n_rows)
			continue;
		draw_alone(&out, f);
		check_markup(out.bytes, out.size);
	}
	textbuf_fini(&out);
	sources_fini(&sources);
	figure_fini(f);
	free(f);
}

static void check_text(const uint8_t *data, size_t size)
{
	struct textbuf out = { 0 };
	markup_put_cut(&out, (struct csv_field){ (const char *)data, size }, 40);
	check_octets(out.bytes, out.size);
	require(!out.size ||
	        (!memchr(out.bytes, '<', out.size) && !memchr(out.bytes, '>', out.size)));
	textbuf_fini(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct report r = { 0 };
	struct memfile file;
	char why[256] = "", where[64] = { 0 };
	hash_init();
	check_text(data, size);
	memcpy(where, data, size < sizeof where - 1 ? size : sizeof where - 1);
	memfile_open(&file, data, size);
	if (report_init(&r, charts_groups(), true, 1 << 20)) {
		enum error err = report_read(&r, file.path, why, sizeof why);
		require(report_finish(&r));
		check_page(&r, where);
		tell_outcome(err ? "refused" : r.files.kind == RESULT_OF_SCAN ? "scan" : "audit");
	}
	report_fini(&r);
	memfile_close(&file);
	return 0;
}
