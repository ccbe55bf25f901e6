/* write_bgzf.c - standard input to a BGZF file, members of the sizes that the arguments give in
 * turn: for readers.py, which hands the result to other people's readers. */
#include "io/bgzf.h"
#include "io/sink.h"
#include "io/source.h"

#include <stdlib.h>

/* Fills `text` as far as the input goes. */
static size_t read_full(struct source *source, char *text, size_t size)
{
	size_t have = 0, n;
	while (have < size && (n = source_read(source, text + have, size - have, NULL)) > 0)
		have += n;
	return have;
}

static bool put_all(
        struct bgzf *z, struct source *source, struct sink *sink, char **sizes, int n_sizes)
{
	static char text[BGZF_TEXT_MAX_BYTES];
	struct textbuf out = { 0 };
	struct bgzf_checkpoint checkpoint = { .fingerprint = 1, .first_row = 1 };
	size_t n = 1;
	for (int i = 0; n > 0; i = (i + 1) % n_sizes) {
		n = read_full(source, text, (size_t)strtoul(sizes[i], NULL, 10));
		textbuf_reset(&out);
		if (n)
			bgzf_put_member(z, &out, text, n, &checkpoint);
		else
			bgzf_put_eof(&out);
		if (out.failed || sink_write(sink, out.bytes, out.size))
			return false;
	}
	textbuf_fini(&out);
	return !source_error(source);
}

int main(int argc, char **argv)
{
	struct source *source;
	struct sink *sink;
	if (argc < 4 || source_open(&source, "-") || sink_open(&sink, argv[1]) || sink_cut(sink, 0))
		return 2;
	struct bgzf *z = bgzf_new((int)strtoul(argv[2], NULL, 10));
	bool ok = z && put_all(z, source, sink, argv + 3, argc - 3);
	bgzf_free(z);
	source_close(source);
	return sink_close(sink) || !ok;
}
