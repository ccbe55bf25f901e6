/* fuzz_replaying.c - any octets as a record: what is loaded is found again by its place, line by
 * line, as the answer that it was, and every look-up ends. */
#include "memfile.h"

#include "base/hash.h"
#include "base/message.h"
#include "dns/answer_line.h"
#include "scanner/replaying.h"

#include <string.h>

/* Every line of the index, by its place. */
static void check_lines(const struct replaying *r, void *reader)
{
	struct answer_builder b = { 0 };
	for (size_t i = 0; i < r->source.index.n; i++) {
		const struct recorded_line *line = &r->source.index.lines[i];
		struct answer_line told;
		size_t size;
		const char *text = r->text.line(reader, line->at, &size);
		require(text && !answer_line_parse(&b, &told, text, size));
		require(told.row == line->row);
		struct recorded_lines found =
		        recorded_index_find(&r->source.index, line->hash, line->row);
		require(found.n && found.lines[found.chosen].row == line->row);
		require(found.lines[found.chosen].at >= line->at);
	}
	answer_builder_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct memfile file;
	struct replaying r = { 0 };
	hash_init();
	message_quiet();
	memfile_open(&file, data, size);
	int status = replaying_load(&r, file.path);
	tell_outcome(status ? "refused" : r.source.index.n ? "answers" : "none");
	if (!status) {
		void *reader = r.text.reader_new(&r.text);
		require(reader);
		check_lines(&r, reader);
		r.text.reader_free(reader);
	}
	replaying_fini(&r);
	memfile_close(&file);
	return 0;
}
