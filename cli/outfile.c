/* outfile.c - a file that is not empty is not overwritten unasked. */
#include "cli/outfile.h"

#include "base/error.h"
#include "base/exit_status.h"
#include "base/message.h"
#include "results/standing.h"

#include <errno.h>
#include <string.h>

static const char *name_of(const char *path)
{
	return strcmp(path, "-") ? path : "standard output";
}

int outfile_open_as(
        struct textout **out, const struct options *o, const char *path, const char *option)
{
	uint64_t found_bytes;
	enum error err = textout_open(
	        out, path, options_name_is_gzip(path), (int)o->compression_level, &found_bytes);
	if (err) {
		message(MESSAGE_ERROR, "%s: %s", name_of(path),
		        err != ERROR_SYSTEM            ? error_text(err)
		                : errno == EWOULDBLOCK ? "another process is writing it"
		                                       : strerror(errno));
		return err == ERROR_SYSTEM && error_is_wrong_name(errno) ? EXIT_USAGE
		                                                         : EXIT_STOPPED;
	}
	if (!found_bytes || o->overwrite)
		return EXIT_DONE;
	standing_refuse(path, option);
	textout_drop(*out);
	*out = NULL;
	return EXIT_USAGE;
}

int outfile_open(struct textout **out, const struct options *o)
{
	return outfile_open_as(out, o, o->output, "output");
}

int outfile_close(struct textout *out, const char *path)
{
	const char *why = textout_close(out);
	if (!why)
		return EXIT_DONE;
	message(MESSAGE_ERROR, "%s: %s", name_of(path), why);
	return EXIT_STOPPED;
}
