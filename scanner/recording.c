/* recording.c - answers into lines. */
#include "scanner/recording.h"

#include "base/hash.h"
#include "dns/answer_line.h"
#include "results/sidefile.h"

void recording_put_head(struct textbuf *out, const struct options *options)
{
	(void)options;
	textbuf_put_text(out, RECORDING_VERSION_LINE "\n" RECORDING_COLUMNS_LINE "\n");
}

static struct sidefile_key key_of(const struct textbuf *line, const struct answer_line_parts *parts)
{
	const char *question = line->bytes + parts->question_at;
	struct sidefile_key key = {
		.question = hash_bytes(question, parts->status_at - parts->question_at),
		.content = hash_bytes(question, line->size - parts->question_at),
	};
	key.content += !key.content;
	return key;
}

void recording_put_row(struct textbuf *out, struct textbuf *scratch,
        const struct upstreams *upstreams, uint64_t row, const struct row_answers *answers)
{
	for (unsigned i = 0; i < answers->n; i++) {
		const struct answer *a = answers->at[i];
		struct answer_line line = { .row = row, .received_s = a->received_s };
		struct answer_line_parts parts;
		if (a->upstream && a->upstream <= upstreams->n) {
			line.upstream = upstreams->list[a->upstream - 1].ip;
			line.upstream_port = upstreams->list[a->upstream - 1].port;
		}
		textbuf_reset(scratch);
		answer_line_print(scratch, &line, a, &parts);
		if (scratch->failed) {
			out->failed = true;
			return;
		}
		struct sidefile_key key = key_of(scratch, &parts);
		sidefile_add_line(out, &key, scratch->bytes, scratch->size);
	}
}
