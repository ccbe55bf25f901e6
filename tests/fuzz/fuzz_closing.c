/* fuzz_closing.c - any octets as the closing of an output, behind the right hash or not: what is
 * taken is itself again when it is printed and read, and adds up. */
#include "target.h"

#include "base/hash.h"
#include "results/closing.h"

#include <inttypes.h>
#include <string.h>

static void check(const struct closing *c)
{
	struct textbuf text = { 0 };
	struct closing again, sum = { 0 };
	require(c->n_counts <= CLOSING_COUNTS_MAX);
	closing_put(&text, c);
	require(closing_parse(&again, text.bytes, text.size));
	require(again.input_rows == c->input_rows && again.has_hash == c->has_hash &&
	        again.input_hash == c->input_hash && again.n_counts == c->n_counts);
	for (unsigned i = 0; i < c->n_counts; i++)
		require(!strcmp(again.counts[i].name, c->counts[i].name) &&
		        again.counts[i].value == c->counts[i].value);
	closing_sum(&sum, c);
	closing_sum(&sum, &again);
	require(sum.n_counts <= c->n_counts && sum.ended_ms == c->ended_ms);
	textbuf_fini(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct closing c;
	struct textbuf text = { 0 };
	hash_init();
	require(!closing_parse(&c, (const char *)data, 0));
	if (closing_parse(&c, (const char *)data, size))
		check(&c);
	textbuf_printf(&text, "closing=%016" PRIx64 "\n", hash_stable(data, size));
	textbuf_put(&text, data, size);
	bool taken = closing_parse(&c, text.bytes, text.size);
	tell_outcome(!taken ? "refused" : c.summary.size ? "summary" : "numbers");
	if (taken)
		check(&c);
	textbuf_fini(&text);
	return 0;
}
