/* aside.c - looks for members behind the damage and copies them.
 *
 *     look()           finds runs of whole members that hold whole rows; keep_rows() copies each
 *     is_explained()   what is left over comes from a crash, or from damage to a single member
 *     keep_all()       else it is kept as it stands
 *
 * Checksums of the text decide, and whether it is made of rows; a damaged checkpoint alone spoils
 * nothing. The kept files are synced before anybody cuts. */
#include "results/aside.h"

#include "base/message.h"
#include "io/csv.h"
#include "io/members.h"
#include "io/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct aside {
	const char *path;
	const struct format *format;
	uint64_t header_bytes, from, end; /* end: the file's size */
	struct members *members;
	int fd; /* to copy from */
	struct textbuf text, scratch;
	uint64_t run_at;   /* where the members in `text` begin */
	bool has_foreign;  /* a whole member that is none of ours, or holds no rows of ours */
	struct sink *kept; /* OUTPUT.kept-N.gz, once there is something for it */
	char kept_path[PATH_MAX];
	uint64_t n_rows, first_row, last_row;
	bool failed; /* told */
};

static bool fail(struct aside *a, const char *path, const char *why)
{
	message(MESSAGE_ERROR,
	        "%s: %s; what stands behind byte %llu of %s is to be kept, so nothing was changed",
	        path, why, (unsigned long long)a->from, a->path);
	a->failed = true;
	return false;
}

/* ---- files beside the output ---- */

/* A name that is free. Whoever writes the output has its lock, so nobody else of us takes it. */
static bool open_kept(struct aside *a, struct sink **sink, const char *suffix)
{
	struct stat st;
	for (unsigned n = 1;; n++) {
		int size = snprintf(
		        a->kept_path, sizeof a->kept_path, "%s.kept-%u%s", a->path, n, suffix);
		if (size < 0 || size >= (int)sizeof a->kept_path)
			return fail(a, a->path, strerror(ENAMETOOLONG));
		if (lstat(a->kept_path, &st))
			break;
	}
	if (sink_open(sink, a->kept_path) || sink_cut(*sink, 0))
		return fail(a, a->kept_path, strerror(errno));
	return true;
}

static bool copy(struct aside *a, struct sink *sink, uint64_t at, uint64_t end)
{
	char buffer[1 << 16];
	while (at < end) {
		size_t want = end - at < sizeof buffer ? (size_t)(end - at) : sizeof buffer;
		ssize_t n = pread(a->fd, buffer, want, (off_t)at);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return fail(a, a->path, n < 0 ? strerror(errno) : "it was cut meanwhile");
		if (sink_write(sink, buffer, (size_t)n))
			return fail(a, a->kept_path, strerror(errno));
		at += (uint64_t)n;
	}
	return true;
}

/* Takes the sink. */
static bool end_kept(struct aside *a, struct sink *sink)
{
	bool good = !sink_sync(sink) || fail(a, a->kept_path, sink_why(sink));
	return (!sink_close(sink) || fail(a, a->kept_path, strerror(errno))) && good;
}

/* ---- members with rows ---- */

/* True when the text is whole rows of this output; *n, *first, *last say which. */
static bool parse_rows(struct aside *a, uint64_t *n, uint64_t *first, uint64_t *last)
{
	size_t at = 0, size;
	*n = *first = *last = 0;
	while (at < a->text.size &&
	        (size = csv_row_size(a->text.bytes + at, a->text.size - at)) > 0) {
		struct csv_record record = { .text = a->text.bytes + at, .size = size - 1 };
		struct results_row row;
		if (!results_parse(&a->format->results, &record, &a->scratch, &row) ||
		        row.number <= *last)
			return false;
		*first = *n ? *first : row.number;
		*last = row.number;
		++*n;
		at += size;
	}
	return at == a->text.size;
}

static bool keep_rows(struct aside *a, uint64_t n, uint64_t first, uint64_t last)
{
	if (!a->kept && (!open_kept(a, &a->kept, ".gz") || !copy(a, a->kept, 0, a->header_bytes)))
		return false;
	a->first_row = a->n_rows ? a->first_row : first;
	a->last_row = last;
	a->n_rows += n;
	return copy(a, a->kept, a->run_at, members_at(a->members));
}

/* The rows of a member end with it, but for a row that takes several. */
static bool has_row_end(const struct aside *a, const struct member *member)
{
	if (a->text.size > RESULTS_ROW_MAX_BYTES)
		return true;
	return member->has_checkpoint ? member->checkpoint.n_rows > 0
	                              : a->text.size && a->text.bytes[a->text.size - 1] == '\n';
}

static bool take_member(struct aside *a, const struct member *member)
{
	uint64_t n, first, last;
	bool is_header = member->has_checkpoint && member->checkpoint.note_size;
	if (member->is_eof || is_header)
		return true;
	if (member->has_checkpoint && member->checkpoint.fingerprint != a->format->fingerprint) {
		a->has_foreign = true;
		return true;
	}
	if (!a->text.size)
		a->run_at = member->at;
	textbuf_put(&a->text, member->text, member->text_size);
	if (a->text.failed)
		return fail(a, a->path, error_text(ERROR_NOMEM));
	if (!has_row_end(a, member))
		return true;
	bool good = parse_rows(a, &n, &first, &last);
	if (good && n && !keep_rows(a, n, first, last))
		return false;
	if (!good)
		a->has_foreign = true;
	textbuf_reset(&a->text);
	return true;
}

static bool look(struct aside *a)
{
	struct member member;
	enum error err = members_seek(a->members, a->from);
	while (!err) {
		err = members_next(a->members, &member);
		if (!err && !take_member(a, &member))
			return false;
		if (err == ERROR_CORRUPT || err == ERROR_TRUNCATED) {
			textbuf_reset(&a->text);
			err = members_skip(a->members);
		}
	}
	return err == ERROR_EMPTY ||
	        fail(a, a->path, err == ERROR_SYSTEM ? strerror(errno) : error_text(err));
}

/* ---- the rest ---- */

/* From `at` to the end there are only zeros. */
static bool only_zeros(const struct aside *a, uint64_t at)
{
	char buffer[1 << 16];
	ssize_t n;
	while ((n = pread(a->fd, buffer, sizeof buffer, (off_t)at)) > 0) {
		for (ssize_t i = 0; i < n; i++)
			if (buffer[i])
				return false;
		at += (uint64_t)n;
	}
	return n == 0;
}

/* Nothing there, an end-of-file member, or zeros. */
static bool ends_at(const struct aside *a, uint64_t at)
{
	uint8_t octets[BGZF_EOF_BYTES];
	if (at >= a->end || only_zeros(a, at))
		return true;
	return a->end - at == sizeof octets &&
	        pread(a->fd, octets, sizeof octets, (off_t)at) == (ssize_t)sizeof octets &&
	        bgzf_is_eof(octets, sizeof octets);
}

/* Whether a crash, or damage to the last members of ours, left it so, or it is a closing that more
 * rows take the place of: it begins as a member, and nothing stands behind that. A closing is
 * nearly all header. */
static bool is_explained(const struct aside *a)
{
	uint8_t octets[BGZF_MEMBER_MAX_BYTES];
	struct bgzf_checkpoint checkpoint;
	bool has_checkpoint;
	size_t size;
	if (ends_at(a, a->from))
		return true;
	ssize_t n = pread(a->fd, octets, sizeof octets, (off_t)a->from);
	if (n <= 0)
		return false;
	enum error err = bgzf_parse_header(octets, (size_t)n, &size, &checkpoint, &has_checkpoint);
	if (err == ERROR_TRUNCATED)
		return (size_t)n < sizeof octets;
	return !err && ends_at(a, a->from + size);
}

static bool keep_all(struct aside *a)
{
	struct sink *sink = NULL;
	bool good = open_kept(a, &sink, "") && copy(a, sink, a->from, a->end);
	if (!good) {
		sink_close(sink);
		return false;
	}
	if (!end_kept(a, sink))
		return false;
	message(MESSAGE_WARNING, "%s: all %llu bytes behind byte %llu are kept in %s", a->path,
	        (unsigned long long)(a->end - a->from), (unsigned long long)a->from, a->kept_path);
	return true;
}

static bool keep(struct aside *a)
{
	if (!look(a))
		return false;
	if (a->kept) {
		struct sink *kept = a->kept;
		a->kept = NULL;
		if (!end_kept(a, kept))
			return false;
		message(MESSAGE_WARNING,
		        "%s: damaged behind byte %llu; %llu good rows behind that, %llu to %llu, "
		        "are kept in %s and done again here",
		        a->path, (unsigned long long)a->from, (unsigned long long)a->n_rows,
		        (unsigned long long)a->first_row, (unsigned long long)a->last_row,
		        a->kept_path);
	}
	return a->has_foreign || (!a->n_rows && !is_explained(a)) ? keep_all(a) : true;
}

bool aside_keep(const char *path, uint64_t from, uint64_t header_bytes, const struct format *format)
{
	struct aside a = { .path = path,
		.format = format,
		.header_bytes = header_bytes,
		.from = from,
		.fd = open(path, O_RDONLY | O_CLOEXEC) };
	struct stat st;
	enum error err = ERROR_SYSTEM;
	if (a.fd < 0 || fstat(a.fd, &st) || (err = members_open(&a.members, path))) {
		fail(&a, path, err == ERROR_SYSTEM ? strerror(errno) : error_text(err));
	} else {
		a.end = (uint64_t)st.st_size;
		if (a.end > from)
			keep(&a);
	}
	sink_close(a.kept);
	if (a.failed && a.kept_path[0])
		unlink(a.kept_path);
	members_close(a.members);
	textbuf_fini(&a.text);
	textbuf_fini(&a.scratch);
	if (a.fd >= 0)
		close(a.fd);
	return !a.failed;
}
