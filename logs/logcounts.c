/* logcounts.c - one row for each count. */
#include "logs/logcounts.h"

static const struct {
	const char *name, *text;
} counts[LOG_COUNTS] = {
	[LOG_LINES] = { "lines", "lines" },
	[LOG_MESSAGES] = { "messages", "messages" },
	[LOG_REJECTS] = { "rejects", "rejects" },
	[LOG_CONNECTS] = { "connects", "connections" },
	[LOG_NO_IDENTITY] = { "no_identity", "rows without sender and HELO" },
	[LOG_LOCAL] = { "local", "local submissions" },
	[LOG_AUTHENTICATED] = { "authenticated", "authenticated submissions" },
	[LOG_FILTERED] = { "filtered", "messages back from a content filter" },
	[LOG_NO_CLIENT] = { "no_client", "messages whose client is not in these logs" },
	[LOG_UNFINISHED] = { "unfinished", "messages that never got into the queue" },
	[LOG_NO_ADDRESS] = { "no_address", "clients without an address" },
	[LOG_TRUSTED] = { "trusted", "messages of trusted hops alone" },
	[LOG_ONLY_CONNECTED] = { "only_connected",
	        "clients that only connected (--connects keeps them)" },
	[LOG_OUT_OF_RANGE] = { "out_of_range", "rows before --since or after --until" },
	[LOG_LINES_UNREAD] = { "lines_unread", "lines that are no log lines of this format" },
	[LOG_LINES_OTHER] = { "lines_other", "lines of other programs" },
	[LOG_LINES_DAMAGED] = { "lines_damaged", "damaged lines" },
	[LOG_LINES_LONG] = { "lines_long", "lines that were too long" },
};

const char *log_count_text(enum log_count count)
{
	return counts[count].text;
}

const char *log_count_name(enum log_count count)
{
	return counts[count].name;
}
