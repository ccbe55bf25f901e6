/* fuzz_wire.c - wire_decode() on any bytes, as the answer to the question that they themselves
 * hold, else to example.com A; and the printing of what was decoded. */
#include "target.h"

#include "base/reader.h"
#include "dns/rdata.h"
#include "dns/wire.h"

#include <string.h>

static void question_of_packet(
        struct dname *qname, unsigned *type, const uint8_t *data, size_t size)
{
	const uint8_t *end = size > 12 ? memchr(data + 12, 0, size - 12) : NULL;
	*type = RRTYPE_A;
	if (!end || !dname_decode(qname, data + 12, (size_t)(end + 1 - (data + 12)))) {
		dname_parse(qname, "example.com", 11);
		return;
	}
	struct reader r = reader_of(end + 1, (size_t)(data + size - (end + 1)));
	*type = reader_u16(&r);
}

/* A list of records can be split at each ';', and is printable. */
static void check_print(const struct answer *answer)
{
	struct textbuf text = { 0 };
	require(rdata_print_all(&text, answer, ";", SIZE_MAX) && !text.failed);
	size_t n_parts = answer->n_records ? 1 : 0, before = text.size;
	for (size_t i = 0; i < text.size; i++) {
		require(text.bytes[i] >= ' ' && text.bytes[i] <= '~');
		n_parts += text.bytes[i] == ';';
	}
	require(n_parts == answer->n_records);
	require(!before || !rdata_print_all(&text, answer, ";", before - 1));
	require(text.size == before);
	textbuf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct answer_builder b = { 0 };
	struct dname qname;
	unsigned type;
	question_of_packet(&qname, &type, data, size);
	answer_builder_begin(&b, &qname, (enum rrtype)type);
	if (!wire_decode(&b, data, size) &&
	        (b.status != ANSWER_MALFORMED || b.n_records || !b.cause[0]))
		abort();
	const struct answer *answer = answer_build(&b);
	require(answer);
	check_print(answer);
	tell_outcome(answer_status_text((enum answer_status)answer->status));
	answer_unref(answer);
	answer_builder_fini(&b);
	return 0;
}
