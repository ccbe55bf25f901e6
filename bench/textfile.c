/* textfile.c - reads a file a block at a time. */
#include "bench/textfile.h"

#include <stdio.h>

const char *textfile_read(struct textbuf *text, const char *path)
{
	FILE *f = fopen(path, "re");
	char block[1 << 16];
	if (!f)
		return "cannot be opened";
	for (size_t n; (n = fread(block, 1, sizeof block, f)) > 0;)
		textbuf_put(text, block, n);
	bool torn = ferror(f);
	fclose(f);
	textbuf_text(text);
	return torn ? "cannot be read" : text->failed ? "out of memory" : NULL;
}
