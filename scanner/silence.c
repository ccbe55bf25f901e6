/* silence.c - whether anybody answers at all. */
#include "scanner/silence.h"

#include "base/message.h"

#include <string.h>

/* Upstreams named in the message. */
enum { NAMED_MAX = 4 };

/* With the header row the output is no longer empty. */
static const char *how_to_begin_again(const struct options *options)
{
	return options_output_is_gzip(options)      ? " --resume begins again"
	        : strcmp(options->output, "-") != 0 ? " --overwrite begins again"
	                                            : "";
}

bool silence_stops(struct exchange *x, bool *has_heard, const struct outcome *outcome)
{
	if (*has_heard || !outcome_has_failure(outcome))
		return false;
	if (!exchange_upstreams_are_silent(x)) {
		*has_heard = true;
		return false;
	}
	const struct options *options = x->options;
	struct textbuf names = { 0 };
	upstreams_print(&names, &options->upstreams, NAMED_MAX);
	if (exchange_fail(x))
		message(MESSAGE_ERROR,
		        "nothing came from the upstream%s %s since the start that answers a "
		        "question: the scan stops before the first row that asked. Is that a "
		        "resolver?%s",
		        options->upstreams.n > 1 ? "s" : "", textbuf_text(&names),
		        how_to_begin_again(options));
	textbuf_fini(&names);
	return true;
}
