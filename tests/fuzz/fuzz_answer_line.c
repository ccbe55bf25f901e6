/* fuzz_answer_line.c - any octets as a line of a record: what is taken is an answer whose printed
 * line gives the same answer again, and the same line. */
#include "target.h"

#include "dns/answer_line.h"

#include <string.h>

/* In all that an answer says: the block behind its header, and what of the header was parsed. */
static bool same_answer(const struct answer *a, const struct answer *b)
{
	const size_t head = sizeof *a;
	return a->status == b->status && a->dnssec == b->dnssec && a->type == b->type &&
	        a->ttl_s == b->ttl_s && a->n_records == b->n_records &&
	        a->canonical_at == b->canonical_at && a->canonical_size == b->canonical_size &&
	        a->size_bytes == b->size_bytes &&
	        !memcmp((const char *)a + head, (const char *)b + head, a->size_bytes - head);
}

static struct answer *answer_of(
        struct answer_builder *b, struct answer_line *line, const char *text, size_t size)
{
	const char *wrong = answer_line_parse(b, line, text, size);
	struct answer *a = wrong ? NULL : answer_build(b);
	require(wrong || a);
	return a;
}

static void check_again(const struct answer *a, const struct answer_line *line)
{
	struct answer_builder b = { 0 };
	struct answer_line line_again;
	struct answer_line_parts parts;
	struct textbuf text = { 0 }, text_again = { 0 };
	answer_line_print(&text, line, a, &parts);
	require(!text.failed && !memchr(text.bytes, '\n', text.size));
	require(parts.question_at < parts.status_at && parts.status_at < text.size);
	struct answer *again = answer_of(&b, &line_again, text.bytes, text.size);
	require(again && same_answer(a, again));
	require(line->row == line_again.row && line->received_s == line_again.received_s &&
	        line->upstream_port == line_again.upstream_port &&
	        ipaddr_equal(&line->upstream, &line_again.upstream));
	answer_line_print(&text_again, &line_again, again, &parts);
	require(text.size == text_again.size && !memcmp(text.bytes, text_again.bytes, text.size));
	answer_unref(again);
	textbuf_fini(&text);
	textbuf_fini(&text_again);
	answer_builder_fini(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer_builder b = { 0 };
	struct answer_line line;
	size_t end = size && data[size - 1] == '\n' ? size - 1 : size;
	struct answer *a = answer_of(&b, &line, (const char *)data, end);
	tell_outcome(a ? answer_status_text((enum answer_status)a->status) : "refused");
	if (a)
		check_again(a, &line);
	answer_unref(a);
	answer_builder_fini(&b);
	return 0;
}
