/* outfile.c - a file that is not empty is not overwritten unasked. */
#include "cli/outfile.h"

#include "base/error.h"
#include "base/exit_status.h"
#include "base/message.h"
#include "results/standing.h"

#include <errno.h>
#include <string.h>

int outfile_open(struct textout **out, const struct options *o)
{
	uint64_t found_bytes;
	enum error err = textout_open(
	        out, o->output, options_output_is_gzip(o), (int)o->compression_level, &found_bytes);
	if (err) {
		message(MESSAGE_ERROR, "%s: %s", options_output_name(o),
		        err != ERROR_SYSTEM            ? error_text(err)
		                : errno == EWOULDBLOCK ? "another process is writing it"
		                                       : strerror(errno));
		return err == ERROR_SYSTEM && error_is_wrong_name(errno) ? EXIT_USAGE
		                                                         : EXIT_STOPPED;
	}
	if (!found_bytes || o->overwrite)
		return EXIT_DONE;
	standing_refuse(o->output);
	textout_drop(*out);
	*out = NULL;
	return EXIT_USAGE;
}

int outfile_close(struct textout *out, const struct options *o)
{
	const char *why = textout_close(out);
	if (!why)
		return EXIT_DONE;
	message(MESSAGE_ERROR, "%s: %s", options_output_name(o), why);
	return EXIT_STOPPED;
}
