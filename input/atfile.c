/* atfile.c - the file that is read now. */
#include "input/atfile.h"

#include "base/message.h"

#include <errno.h>
#include <string.h>

bool atfile_fail(struct inputs *in)
{
	enum error err = source_error(in->source);
	const char *what = err == ERROR_SYSTEM ? strerror(source_errno(in->source))
	        : err == ERROR_TRUNCATED       ? "the gzip data ends too early"
	        : err == ERROR_CORRUPT         ? "the gzip data is corrupt"
	                                       : error_text(err);
	in->broke = true;
	if (in->n_records)
		message(MESSAGE_ERROR, "%s: %s after row %llu; every row before is in the output",
		        source_path(in->source), what, (unsigned long long)in->n_records);
	else
		message(MESSAGE_ERROR, "%s: %s before the first row", source_path(in->source),
		        what);
	return false;
}

bool atfile_fail_without_memory(struct inputs *in, const char *path)
{
	message(MESSAGE_ERROR, "%s: %s", path, error_text(ERROR_NOMEM));
	in->broke = true;
	return false;
}

bool atfile_begin_digest(struct inputs *in)
{
	if (!in->digests)
		return true;
	in->digest = digest_new();
	source_set_digest(in->source, in->digest);
	return in->digest || atfile_fail_without_memory(in, in->paths[in->at]);
}

void atfile_end_digest(struct inputs *in, const volatile bool *stop)
{
	if (in->digest && source_drain(in->source, stop))
		digest_text(in->digest, in->digests[in->at]);
}

static bool is_set(const volatile bool *stop)
{
	return stop && *stop;
}

bool atfile_open(struct inputs *in, unsigned at, const volatile bool *stop)
{
	enum error err;
	do {
		if (is_set(stop))
			return false;
		err = source_open(&in->source, in->paths[at]);
	} while (err == ERROR_SYSTEM && errno == EINTR);
	if (err) {
		in->broke = err != ERROR_SYSTEM || !error_is_wrong_name(errno);
		message(MESSAGE_ERROR, "%s: %s", in->paths[at],
		        err == ERROR_SYSTEM ? strerror(errno) : error_text(err));
		return false;
	}
	in->csv = in->form ? csv_reader_new_for(in->source, in->form->row_max_bytes)
	                   : csv_reader_new(in->source);
	in->at = at;
	return in->csv || atfile_fail_without_memory(in, in->paths[at]);
}

void atfile_close(struct inputs *in)
{
	csv_reader_free(in->csv);
	source_close(in->source);
	digest_free(in->digest);
	in->digest = NULL;
	in->csv = NULL;
	in->source = NULL;
	in->has_first = in->is_taken = false;
}

bool atfile_read(struct inputs *in, const volatile bool *stop)
{
	char delimiter = in->form ? ',' : in->layout.delimiter;
	if (!csv_read(in->csv, &in->first, stop))
		return false;
	if (delimiter != ',')
		in->first = csv_split(&in->first, delimiter, &in->row, &in->fields);
	return true;
}
