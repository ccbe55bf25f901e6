/* fuzz_sampling.c - rows of any octets, in a sample or not: stable, nested, and by the domain
 * alone.
 *
 * Octets in: the share, the seed, the column of the domain, then the row. */
#include "target.h"

#include "base/reader.h"
#include "base/textbuf.h"
#include "input/sampling.h"

static bool takes(struct sampling *s, int column, const uint8_t *text, size_t size, bool plain)
{
	const struct layout layout = { .n_columns = 3, .domain = column };
	const struct csv_record record = {
		.text = (const char *)text, .size = size, .plain = plain
	};
	return sampling_takes(s, &layout, &record);
}

static bool has_quote_or_end(const uint8_t *text, size_t size)
{
	for (size_t i = 0; i < size; i++)
		if (text[i] == '"' || text[i] == '\r' || text[i] == '\n')
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reader in = reader_of(data, size);
	const unsigned percent = reader_u8(&in) % 101, seed = reader_u8(&in);
	const int column = (int)(reader_u8(&in) % 4) - 1;
	const size_t n = reader_left(&in);
	const uint8_t *row = reader_bytes(&in, n);
	if (!reader_ok(&in) || !percent) {
		tell_outcome("refused");
		return 0;
	}
	struct sampling s = { .share = sampling_share(percent, 100), .seed = seed };
	struct sampling more = { .share = sampling_share(percent + 1, 101), .seed = seed };
	const bool is_in = takes(&s, column, row, n, false);
	require(takes(&s, column, row, n, false) == is_in);
	require(!is_in || takes(&more, column, row, n, false));
	if (!has_quote_or_end(row, n))
		require(takes(&s, column, row, n, true) == is_in);
	/* what stands behind does not matter */
	struct textbuf longer = { 0 };
	textbuf_put(&longer, row, n);
	textbuf_put_text(&longer, ",more,and,more");
	if (column <= 0 && !has_quote_or_end(row, n))
		require(takes(&s, column, (const uint8_t *)longer.bytes, longer.size, false) ==
		        is_in);
	textbuf_fini(&longer);
	textbuf_fini(&s.scratch);
	textbuf_fini(&more.scratch);
	tell_outcome(is_in ? "in" : "out");
	return 0;
}
