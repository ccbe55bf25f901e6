/* edge_columns.c - the columns of the files beside an audit, as two tables. What prints their rows
 * is scanner/edges.c. */
#include "results/columns.h"

static const struct edge_column includes[] = {
	{ "row", TYPE_INTEGER },
	{ "domain", TYPE_TEXT },
	{ "from", TYPE_TEXT },
	{ "to", TYPE_TEXT },
	{ "kind", TYPE_TEXT },
	{ "depth", TYPE_INTEGER },
};
static const struct edge_column networks[] = {
	{ "row", TYPE_INTEGER },
	{ "domain", TYPE_TEXT },
	{ "network", TYPE_TEXT },
	{ "result", TYPE_TEXT },
	{ "path", TYPE_TEXT },
	{ "depends", TYPE_BOOLEAN },
};

static const struct {
	const struct edge_column *list;
	unsigned n;
} files[EDGE_FILES] = {
	[EDGES_INCLUDES] = { includes, sizeof includes / sizeof includes[0] },
	[EDGES_NETWORKS] = { networks, sizeof networks / sizeof networks[0] },
};

const struct edge_column *edge_column_at(enum edge_file file, unsigned i)
{
	return i < files[file].n ? &files[file].list[i] : NULL;
}

void edge_columns_put_header(struct textbuf *out, enum edge_file file)
{
	for (unsigned i = 0; i < files[file].n; i++) {
		if (i)
			textbuf_put_char(out, ',');
		textbuf_put_text(out, files[file].list[i].name);
	}
	textbuf_put_char(out, '\n');
}
