/* fuzz_wire.c - wire_decode() on any bytes, as the answer to the question that they themselves
 * hold, else to example.com A. */
#include "target.h"

#include "base/reader.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum rrtype types[] = { RRTYPE_A, RRTYPE_CNAME, RRTYPE_PTR, RRTYPE_MX,
		RRTYPE_TXT, RRTYPE_AAAA };
	struct answer_builder b = { 0 };
	struct dname qname;
	unsigned type, known = 0;
	question_of_packet(&qname, &type, data, size);
	while (known < 5 && types[known] != type)
		known++;
	answer_builder_begin(&b, &qname, types[known]);
	if (!wire_decode(&b, data, size) &&
	        (b.status != ANSWER_MALFORMED || b.n_records || !b.cause[0]))
		abort();
	const struct answer *answer = answer_build(&b);
	require(answer);
	tell_outcome(answer_status_text((enum answer_status)answer->status));
	answer_unref(answer);
	answer_builder_fini(&b);
	return 0;
}
