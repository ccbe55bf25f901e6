/* logfiles.c - opens the files one after another, and drives the format. */
#include "logs/logfiles.h"

#include "base/message.h"
#include "logs/logcounts.h"
#include "logs/logorder.h"
#include "logs/loglines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So much of the files is looked at for a line that is known. */
enum { GUESS_MAX_BYTES = 64 << 20 };

/* So many lines without a row are passed over before the rows ahead of them are let go. */
enum { AHEAD_LINES = 16384 };

struct logfiles {
	struct input_reader reader; /* first */
	struct log_out out;
	struct logfiles_config config;
	struct logorder order;
	const struct log_format *format;
	void *state; /* the format's */
	unsigned at; /* which file is open, in its order */
	struct source *source;
	struct loglines lines;
	struct digest *digest;
	bool is_over;
	uint64_t raw_before;
	/* rows that were not given out yet: their sizes, and their texts one behind another */
	struct textbuf sizes, rows;
	size_t sizes_at, rows_at;
	/* logfiles_run() */
	bool (*take)(void *arg, const struct mail_event *event);
	void *arg;
	bool is_refused;
};

static struct logfiles *owner_of(struct log_out *out)
{
	return (struct logfiles *)((char *)out - offsetof(struct logfiles, out));
}

/* ---- events ---- */

static void count(struct log_out *out, const struct mail_event *event)
{
	static const enum log_count kinds[] = { LOG_MESSAGES, LOG_REJECTS, LOG_CONNECTS };
	out->counts[kinds[event->kind]]++;
	out->counts[LOG_NO_IDENTITY] +=
	        event->kind != MAIL_CONNECT && !event->sender.size && !event->helo.size;
}

static bool is_in_range(const struct logfiles_config *c, const struct mail_event *event)
{
	return (!c->has_since || (event->has_time && event->time_s >= c->since_s)) &&
	        (!c->has_until || (event->has_time && event->time_s < c->until_s));
}

static void emit(struct log_out *out, const struct mail_event *event)
{
	struct logfiles *l = owner_of(out);
	if (!is_in_range(&l->config, event)) {
		out->counts[LOG_OUT_OF_RANGE]++;
		return;
	}
	count(out, event);
	if (l->take) {
		l->is_refused = l->is_refused || !l->take(l->arg, event);
		return;
	}
	size_t before = l->rows.size;
	pairs_put(&l->rows, event, l->config.sender, &l->config.key);
	size_t size = l->rows.size - before;
	textbuf_put(&l->sizes, &size, sizeof size);
	out->failed |= l->rows.failed || l->sizes.failed;
}

/* ---- files ---- */

static const char *path_of(const struct logfiles *l)
{
	return l->source             ? source_path(l->source)
	        : l->at < l->order.n ? l->order.files[l->at].path
	                             : l->config.paths[0];
}

static bool fail(struct logfiles *l, const char *why)
{
	l->reader.broke = true;
	message(MESSAGE_ERROR, "%s: %s%s", path_of(l), why,
	        l->out.counts[LOG_LINES] ? "; every row before is in the output" : "");
	return false;
}

static bool fail_at_source(struct logfiles *l)
{
	enum error err = source_error(l->source);
	return fail(l,
	        err == ERROR_SYSTEM              ? strerror(source_errno(l->source))
	                : err == ERROR_TRUNCATED ? "the gzip data ends too early"
	                : err == ERROR_CORRUPT   ? "the gzip data is corrupt"
	                                         : error_text(err));
}

static void close_file(struct logfiles *l)
{
	loglines_fini(&l->lines);
	source_close(l->source);
	digest_free(l->digest);
	l->source = NULL;
	l->digest = NULL;
}

static bool open_file(struct logfiles *l, const volatile bool *stop)
{
	const struct logorder_file *file = &l->order.files[l->at];
	enum error err;
	do {
		if (stop && *stop)
			return false;
		err = source_open(&l->source, file->path);
	} while (err == ERROR_SYSTEM && errno == EINTR);
	if (err)
		return fail(l, err == ERROR_SYSTEM ? strerror(errno) : error_text(err));
	if (l->config.wants_digests && file->input != LOGORDER_NO_INPUT) {
		l->digest = digest_new();
		source_set_digest(l->source, l->digest);
	}
	if (!loglines_init(&l->lines, l->source))
		return fail(l, error_text(ERROR_NOMEM));
	if (file->year || !l->out.clock.year)
		l->out.clock = (struct logclock){ .year = file->year, .before_s = file->time_s };
	return true;
}

/* Leaves the file that was read to its end. False: it was the last one, or the next one cannot be
 * opened. */
static bool next_file(struct logfiles *l, const volatile bool *stop)
{
	unsigned input = l->order.files[l->at].input;
	if (l->digest && l->reader.digests && source_drain(l->source, stop))
		digest_text(l->digest, l->reader.digests[input]);
	l->raw_before += source_raw_bytes(l->source);
	close_file(l);
	if (l->format->end_file)
		l->format->end_file(l->state, &l->out);
	if (l->at + 1 < l->order.n) {
		l->at++;
		return open_file(l, stop);
	}
	l->is_over = true;
	if (l->format->end)
		l->format->end(l->state, &l->out);
	return false;
}

/* One more line, or, where the file has none, the next file. False: there is neither, or it cannot
 * be had. */
static bool advance(struct logfiles *l, const volatile bool *stop)
{
	struct logtext line;
	bool is_long;
	if (!loglines_next(&l->lines, &line, &is_long, stop)) {
		if (source_error(l->source))
			return fail_at_source(l);
		return source_ended(l->source) && next_file(l, stop); /* else *stop */
	}
	if (l->out.counts[LOG_LINES]++ % 256 == 0)
		l->reader.raw_bytes = l->raw_before + source_raw_bytes(l->source);
	l->out.counts[LOG_LINES_LONG] += is_long;
	l->format->line(l->state, line, &l->out);
	return !l->out.failed || fail(l, error_text(ERROR_NOMEM));
}

/* ---- rows ---- */

static bool has_row(const struct logfiles *l)
{
	return l->sizes_at < l->sizes.size;
}

/* Makes room for the next rows when all were given out. */
static void forget_given(struct logfiles *l)
{
	if (has_row(l))
		return;
	textbuf_reset(&l->sizes);
	textbuf_reset(&l->rows);
	l->sizes_at = l->rows_at = 0;
}

static bool can_advance(const struct logfiles *l)
{
	return !l->is_over && !l->reader.broke && l->source;
}

/* The last file may end with an event. */
static bool next(struct input_reader *reader, struct csv_record *record, const volatile bool *stop)
{
	struct logfiles *l = (struct logfiles *)reader;
	size_t size;
	forget_given(l);
	while (!has_row(l) && can_advance(l) && advance(l, stop))
		;
	if (!has_row(l))
		return false;
	memcpy(&size, l->sizes.bytes + l->sizes_at, sizeof size);
	const char *text = l->rows.bytes + l->rows_at;
	l->sizes_at += sizeof size;
	l->rows_at += size;
	*record = (struct csv_record){ .text = text,
		.size = size,
		.line = l->out.counts[LOG_LINES],
		.plain = !memchr(text, '"', size) && !memchr(text, '\r', size) };
	return true;
}

/* The file has ended, and what follows it may have to be waited for. */
static bool waits_for_file(const struct logfiles *l)
{
	return loglines_ended(&l->lines) && l->at + 1 < l->order.n &&
	        l->order.files[l->at + 1].is_pipe;
}

/* Lines that give no row are passed over, so that the rows before them do not wait with them. When
 * there are many of them, that takes too long as well. */
static bool would_block(struct input_reader *reader)
{
	struct logfiles *l = (struct logfiles *)reader;
	forget_given(l);
	for (unsigned n = 0; !has_row(l) && can_advance(l); n++)
		if (n == AHEAD_LINES || loglines_would_block(&l->lines) || waits_for_file(l) ||
		        !advance(l, NULL))
			break;
	return !has_row(l) && can_advance(l);
}

static const char *reader_path(const struct input_reader *reader)
{
	return path_of((const struct logfiles *)reader);
}

struct input_reader *logfiles_reader(struct logfiles *l)
{
	return &l->reader;
}

bool logfiles_run(struct logfiles *l, bool (*take)(void *arg, const struct mail_event *event),
        void *arg, const volatile bool *stop)
{
	l->take = take;
	l->arg = arg;
	while (can_advance(l) && !l->is_refused && !(stop && *stop) && advance(l, stop))
		;
	return l->is_over && !l->reader.broke && !l->is_refused;
}

/* ---- beginning ---- */

/* What the first file begins with. */
static bool look(struct logfiles *l, bool *is_wrong)
{
	static const volatile bool never;
	const struct typed_file file = { l->order.files[l->at].path, source_is_gzip(l->source),
		l->config.command };
	*is_wrong = logorder_is_foreign(&file, loglines_peek(&l->lines, &never));
	return !*is_wrong;
}

/* The format of the file that is open, or else of those behind it. What was read of a pipe is not
 * passed over. */
static bool guess_format(struct logfiles *l)
{
	static const volatile bool never;
	for (size_t left = GUESS_MAX_BYTES;;) {
		struct logtext text = loglines_peek(&l->lines, &never);
		if ((l->format = logorder_guess(text)) != NULL)
			return true;
		if (l->order.files[l->at].is_pipe || text.size > left)
			return false;
		left -= text.size;
		loglines_drop(&l->lines);
		if (text.size)
			continue;
		if (l->at + 1 == l->order.n || l->order.files[l->at + 1].is_pipe)
			return false;
		close_file(l);
		l->at++;
		if (!open_file(l, &never))
			return false;
	}
}

static bool find_format(struct logfiles *l, bool *is_wrong)
{
	struct textbuf names = { 0 };
	const struct log_format *format;
	unsigned first = l->at;
	if (strcmp(l->config.format, "auto") != 0)
		l->format = log_format_find(l->config.format);
	else
		guess_format(l);
	if (l->format || l->reader.broke)
		return l->format;
	for (unsigned i = 0; (format = log_format_at(i)) != NULL; i++)
		textbuf_printf(&names, "%s%s", i ? ", " : "", format->name);
	message(MESSAGE_ERROR,
	        "%s: its lines are of no log that is known; name the format with --log: %s",
	        l->order.files[first].path, textbuf_text(&names));
	textbuf_fini(&names);
	*is_wrong = true;
	return false;
}

/* The first file that is not empty decides the format; then all are put into their order. */
static bool begin(struct logfiles *l, bool *is_wrong)
{
	static const volatile bool never;
	if (!logorder_list(&l->order, l->config.paths, l->config.n_paths, is_wrong))
		return false;
	for (;;) {
		if (!open_file(l, &never)) {
			*is_wrong = error_is_wrong_name(errno);
			return false;
		}
		bool has_text = loglines_peek(&l->lines, &never).size > 0;
		if (source_error(l->source) && !has_text)
			return fail_at_source(l);
		if (has_text || l->at + 1 == l->order.n)
			break;
		close_file(l);
		l->at++;
	}
	bool is_empty = !loglines_peek(&l->lines, &never).size;
	if (!look(l, is_wrong))
		return false;
	if (is_empty && !strcmp(l->config.format, "auto"))
		l->format = log_format_at(0);
	else if (!find_format(l, is_wrong))
		return false;
	const struct logorder_wish wish = { l->format, l->config.year, l->config.years,
		l->config.command, { loglines_peek(&l->lines, &never), l->at } };
	bool is_pipe = l->order.files[l->at].is_pipe;
	if (!is_pipe)
		close_file(l);
	if (!logorder_settle(&l->order, &wish, is_wrong))
		return false;
	if (!is_pipe) {
		l->at = 0;
		return open_file(l, &never);
	}
	l->out.clock.year = l->order.files[l->at].year;
	return true;
}

struct logfiles *logfiles_open(const struct logfiles_config *config, bool *is_wrong)
{
	struct logfiles *l = calloc(1, sizeof *l);
	*is_wrong = false;
	if (!l) {
		message(MESSAGE_ERROR, "%s: %s", config->paths[0], error_text(ERROR_NOMEM));
		return NULL;
	}
	l->config = *config;
	l->reader = (struct input_reader){ .header = pairs_header(config->sender),
		.next = next,
		.would_block = would_block,
		.path = reader_path };
	l->out.emit = emit;
	l->out.wants_connects = config->wants_connects;
	l->out.trusted = config->trusted;
	bool good = begin(l, is_wrong);
	if (good && !(l->state = l->format->open()))
		good = fail(l, error_text(ERROR_NOMEM));
	if (good)
		return l;
	logfiles_close(l);
	return NULL;
}

void logfiles_close(struct logfiles *l)
{
	if (!l)
		return;
	close_file(l);
	if (l->format)
		l->format->close(l->state);
	logorder_fini(&l->order);
	textbuf_fini(&l->sizes);
	textbuf_fini(&l->rows);
	free(l);
}

/* ---- what was read ---- */

bool logfiles_has_pipe(const struct logfiles *l)
{
	for (unsigned i = 0; i < l->order.n; i++)
		if (l->order.files[i].is_pipe)
			return true;
	return false;
}

const struct log_format *logfiles_format(const struct logfiles *l)
{
	return l->format;
}

const char *logfiles_years(struct logfiles *l)
{
	return textbuf_text(&l->order.years);
}

uint64_t logfiles_count(const struct logfiles *l, enum log_count count_of)
{
	return l->out.counts[count_of];
}

void logfiles_tell_begin(const struct logfiles *l)
{
	message(MESSAGE_INFO, "log: %s, %u file%s, the first %s", l->format->name, l->order.n,
	        l->order.n == 1 ? "" : "s", path_of(l));
}

static void tell_no_identity(const struct logfiles *l)
{
	const uint64_t *n = l->out.counts;
	uint64_t rows = n[LOG_MESSAGES] + n[LOG_REJECTS];
	if (n[LOG_NO_IDENTITY])
		message(MESSAGE_INFO,
		        "log: %llu of these (%.1f %%) have no sender, and no HELO in the log: SPF "
		        "is not judged",
		        (unsigned long long)n[LOG_NO_IDENTITY],
		        100.0 * (double)n[LOG_NO_IDENTITY] / (double)rows);
}

/* What looks as if the user were mistaken. */
static void tell_what_is_odd(const struct logfiles *l)
{
	const uint64_t *n = l->out.counts;
	if (n[LOG_NO_CLIENT] > n[LOG_MESSAGES] && n[LOG_UNFINISHED] > n[LOG_MESSAGES])
		message(MESSAGE_WARNING,
		        "log: more messages end than begin, as if the lines were not in the order "
		        "of "
		        "time; tac turns a log around");
	else if (n[LOG_LINES] &&
	        !(n[LOG_MESSAGES] + n[LOG_REJECTS] + n[LOG_CONNECTS] + n[LOG_OUT_OF_RANGE]))
		message(MESSAGE_WARNING,
		        "log: no message and no reject was found; if this is no log of %s, --log "
		        "names another format",
		        l->format->name);
}

void logfiles_tell(const struct logfiles *l)
{
	const uint64_t *n = l->out.counts;
	struct textbuf left = { 0 };
	char connects[48] = "";
	if (l->out.wants_connects)
		snprintf(connects, sizeof connects, ", %llu connections",
		        (unsigned long long)n[LOG_CONNECTS]);
	message(MESSAGE_INFO, "log: %llu lines, %llu messages, %llu rejects%s",
	        (unsigned long long)n[LOG_LINES], (unsigned long long)n[LOG_MESSAGES],
	        (unsigned long long)n[LOG_REJECTS], connects);
	tell_no_identity(l);
	for (enum log_count i = LOG_NO_IDENTITY + 1; i < LOG_COUNTS; i++)
		if (n[i])
			textbuf_printf(&left, "%s%llu %s", left.size ? "; " : "",
			        (unsigned long long)n[i], log_count_text(i));
	if (left.size)
		message(MESSAGE_INFO, "log: left out: %s", textbuf_text(&left));
	textbuf_fini(&left);
	tell_what_is_odd(l);
}

bool logfiles_parse_time(int64_t *time_s, const char *text)
{
	struct logclock clock = { 0 };
	struct stamp stamp;
	char full[64];
	snprintf(full, sizeof full, "%s%s", text, strlen(text) == 10 ? "T00:00:00" : "");
	struct logtext t = { full, strlen(full) };
	if (!logtext_is_digit(full[0]) || !stamp_take(&t, &stamp) || t.size)
		return false;
	*time_s = logclock_time(&clock, &stamp);
	return true;
}
