/* logorder.c - a look at the beginning of each file. */
#include "logs/logorder.h"

#include "base/clock.h"
#include "base/error.h"
#include "base/message.h"
#include "input/foreign.h"
#include "logs/loglines.h"
#include "maillog/formats.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { LOOKED_AT_LINES = 2000 };
/* So much of a file is looked at for a stamp. */
enum { STAMP_MAX_BYTES = 64 << 20 };

static bool fail(const char *path, const char *why)
{
	message(MESSAGE_ERROR, "%s: %s", path, why);
	return false;
}

static struct logorder_file *add(struct logorder *o)
{
	if (o->n == o->capacity) {
		unsigned capacity = o->capacity ? 2 * o->capacity : 16;
		struct logorder_file *files = reallocarray(o->files, capacity, sizeof *files);
		if (!files)
			return NULL;
		o->files = files;
		o->capacity = capacity;
	}
	o->files[o->n] = (struct logorder_file){ 0 };
	return &o->files[o->n++];
}

/* ---- folders ---- */

/* Maildir: names that begin with a dot are no messages. */
static int is_message(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool add_message(struct logorder *o, const char *folder, const char *name)
{
	struct logorder_file *file = add(o);
	struct textbuf path = { 0 };
	textbuf_printf(&path, "%s/%s", folder, name);
	if (!file || path.failed) {
		textbuf_fini(&path);
		return false;
	}
	file->path = strdup(textbuf_text(&path));
	file->is_owned = true;
	file->input = LOGORDER_NO_INPUT;
	textbuf_fini(&path);
	return file->path != NULL;
}

static bool add_folder(struct logorder *o, const char *path, const char *part)
{
	struct dirent **entries = NULL;
	struct textbuf folder = { 0 };
	textbuf_printf(&folder, "%s/%s", path, part);
	int n = scandir(textbuf_text(&folder), &entries, is_message, alphasort);
	bool good = true;
	for (int i = 0; i < n; i++) {
		good = good && add_message(o, textbuf_text(&folder), entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	textbuf_fini(&folder);
	return good || fail(path, error_text(ERROR_NOMEM));
}

static bool add_maildir(struct logorder *o, const char *path, bool *is_wrong)
{
	unsigned before = o->n;
	if (!add_folder(o, path, "cur") || !add_folder(o, path, "new"))
		return false;
	*is_wrong = o->n == before;
	return !*is_wrong ||
	        fail(path, "it is a folder, and no Maildir with messages in new/ or cur/");
}

static bool stat_path(struct stat *st, const char *path)
{
	return !(strcmp(path, "-") ? stat(path, st) : fstat(0, st));
}

/* By a name, a link or an overlapping pattern. There are few paths. */
static bool is_there_before(char **paths, unsigned i, const struct stat *st)
{
	struct stat other;
	for (unsigned k = 0; k < i; k++)
		if (stat_path(&other, paths[k]) && other.st_dev == st->st_dev &&
		        other.st_ino == st->st_ino)
			return true;
	return false;
}

bool logorder_list(struct logorder *o, char **paths, unsigned n_paths, bool *is_wrong)
{
	for (unsigned i = 0; i < n_paths; i++) {
		struct stat st;
		bool is_stdin = !strcmp(paths[i], "-");
		if (!stat_path(&st, paths[i])) {
			*is_wrong = error_is_wrong_name(errno);
			return fail(paths[i], strerror(errno));
		}
		if ((S_ISREG(st.st_mode) || S_ISDIR(st.st_mode)) &&
		        is_there_before(paths, i, &st)) {
			*is_wrong = true;
			return fail(paths[i], "it is named twice, and would count twice");
		}
		if (S_ISDIR(st.st_mode) && !is_stdin) {
			if (!add_maildir(o, paths[i], is_wrong))
				return false;
			continue;
		}
		struct logorder_file *file = add(o);
		if (!file)
			return fail(paths[i], error_text(ERROR_NOMEM));
		file->path = paths[i];
		file->input = i;
		file->is_pipe = is_stdin || !S_ISREG(st.st_mode);
		file->time_s = file->is_pipe ? (int64_t)(clock_wall_ms() / 1000) : st.st_mtime;
	}
	return true;
}

/* ---- stamps ---- */

static bool first_stamp(const struct log_format *format, struct logtext text, struct stamp *stamp)
{
	struct logtext line;
	while (text.size) {
		if (!logtext_cut(&text, '\n', &line)) {
			line = text;
			text.size = 0;
		}
		if (format->stamp(line, stamp))
			return true;
	}
	return false;
}

/* Reads on where a file begins with what has no stamp. */
static bool find_stamp(const struct log_format *format, struct loglines *lines, struct stamp *stamp)
{
	static const volatile bool never;
	for (size_t left = STAMP_MAX_BYTES;;) {
		struct logtext text = loglines_peek(lines, &never);
		if (first_stamp(format, text, stamp))
			return true;
		if (!text.size || text.size > left)
			return false;
		left -= text.size;
		loglines_drop(lines);
	}
}

static void take_stamp(struct logorder_file *file, const struct stamp *stamp)
{
	struct logclock clock = { 0 };
	if (!stamp->year)
		file->year = clock.year = stamp_year_before(stamp, file->time_s);
	file->time_s = logclock_time(&clock, stamp);
}

bool logorder_is_foreign(const struct typed_file *file, struct logtext begin)
{
	enum { NO_UTF_16 = 4 };
	size_t n_zeros = 0;
	struct textbuf why = { 0 };
	while (n_zeros < begin.size && !begin.at[n_zeros])
		n_zeros++;
	if (n_zeros >= NO_UTF_16)
		begin = (struct logtext){ begin.at + n_zeros, begin.size - n_zeros };
	bool is_foreign = foreign_tell(&why, (struct csv_field){ begin.at, begin.size }, file);
	if (is_foreign)
		fail(file->path, textbuf_text(&why));
	textbuf_fini(&why);
	return is_foreign;
}

/* Of a regular file. A mailbox has no stamp of its own. */
static bool look_at(struct logorder_file *file, const struct logorder_wish *wish, bool *is_wrong)
{
	static const volatile bool never;
	struct source *source;
	struct loglines lines = { 0 };
	struct stamp stamp;
	if (source_open(&source, file->path)) {
		*is_wrong = error_is_wrong_name(errno);
		return fail(file->path, strerror(errno));
	}
	bool good = loglines_init(&lines, source) || fail(file->path, error_text(ERROR_NOMEM));
	struct logtext text = good ? loglines_peek(&lines, &never) : (struct logtext){ 0 };
	const struct typed_file typed = { file->path, source_is_gzip(source), wish->command };
	if (good && logorder_is_foreign(&typed, text))
		*is_wrong = true;
	else if (good && !wish->format->is_mailbox && find_stamp(wish->format, &lines, &stamp))
		take_stamp(file, &stamp);
	loglines_fini(&lines);
	source_close(source);
	return good && !*is_wrong;
}

/* Of a text and another that is a copy of it, one may go on where the other ends. */
static bool begin_alike(const char *a_path, const char *b_path)
{
	static const volatile bool never;
	struct source *a_source = NULL, *b_source = NULL;
	struct loglines a = { 0 }, b = { 0 };
	bool alike = false;
	if (!source_open(&a_source, a_path) && !source_open(&b_source, b_path) &&
	        loglines_init(&a, a_source) && loglines_init(&b, b_source)) {
		struct logtext x = loglines_peek(&a, &never), y = loglines_peek(&b, &never);
		size_t size = x.size < y.size ? x.size : y.size;
		alike = size && !memcmp(x.at, y.at, size);
	}
	loglines_fini(&a);
	loglines_fini(&b);
	source_close(a_source);
	source_close(b_source);
	return alike;
}

/* "mail.log.1.gz" of "mail.log.1": logrotate leaves both for a moment. */
static bool is_named_as_copy(const char *path, const char *of)
{
	size_t size = strlen(of);
	return !strncmp(path, of, size) && !strcmp(path + size, ".gz");
}

static bool has_no_copy(const struct logorder *o)
{
	for (unsigned i = 0; i < o->n; i++) {
		const struct logorder_file *copy = &o->files[i];
		for (unsigned k = 0; k < o->n && !copy->is_owned && !copy->is_pipe; k++) {
			const char *path = o->files[k].path;
			if (o->files[k].is_pipe || !is_named_as_copy(copy->path, path) ||
			        !begin_alike(copy->path, path))
				continue;
			message(MESSAGE_ERROR,
			        "%s: it begins as %s does, and would count twice; leave out one of "
			        "them",
			        copy->path, path);
			return false;
		}
	}
	return true;
}

/* By the first stamps, and where they are equal as they were named. */
static void sort(struct logorder *o)
{
	for (unsigned i = 1; i < o->n; i++) {
		struct logorder_file file = o->files[i];
		unsigned k = i;
		for (; k > 0 && o->files[k - 1].time_s > file.time_s; k--)
			o->files[k] = o->files[k - 1];
		o->files[k] = file;
	}
}

/* ---- years ---- */

/* --year is that of the first file that needs one. */
static void move_years(struct logorder *o, unsigned year)
{
	int step = 0;
	for (unsigned i = 0; i < o->n; i++) {
		if (!o->files[i].year)
			continue;
		step = step ? step : (int)year - o->files[i].year;
		if (!step)
			return;
		o->files[i].year += step;
	}
}

/* What an earlier run took. Files that were added since are behind them. */
static void take_years(struct logorder *o, const char *years)
{
	bool is_for_all = !strchr(years, ',');
	const char *at = years;
	for (unsigned i = 0; i < o->n && *at; i++) {
		if (o->files[i].year)
			o->files[i].year = (int)strtol(at, NULL, 10);
		if (is_for_all)
			continue;
		at += strcspn(at, ",");
		at += *at == ',';
	}
}

static void write_years(struct logorder *o)
{
	bool any = false, same = true;
	int first = 0;
	for (unsigned i = 0; i < o->n; i++) {
		any |= o->files[i].year > 0;
		first = first ? first : o->files[i].year;
		same = same && (!o->files[i].year || o->files[i].year == first);
	}
	if (any && same)
		textbuf_printf(&o->years, "%d", first);
	for (unsigned i = 0; i < o->n && any && !same; i++)
		textbuf_printf(&o->years, "%s%d", i ? "," : "", o->files[i].year);
}

bool logorder_settle(struct logorder *o, const struct logorder_wish *wish, bool *is_wrong)
{
	bool has_pipe = false;
	struct stamp stamp;
	for (unsigned i = 0; i < o->n; i++) {
		struct logorder_file *file = &o->files[i];
		has_pipe |= file->is_pipe;
		if (!file->is_pipe && !file->is_owned) {
			if (!look_at(file, wish, is_wrong))
				return false;
		} else if (file->is_pipe && i == wish->pipe.at &&
		        first_stamp(wish->format, wish->pipe.text, &stamp)) {
			take_stamp(file, &stamp);
		} else if (file->is_pipe && i == wish->pipe.at) {
			file->year = (int)wish->year; /* what was read of it has none yet */
		}
	}
	if (!has_no_copy(o)) {
		*is_wrong = true;
		return false;
	}
	if (!has_pipe && !wish->format->is_mailbox)
		sort(o);
	if (wish->years)
		take_years(o, wish->years);
	else if (wish->year)
		move_years(o, wish->year);
	write_years(o);
	return !o->years.failed || fail(o->files[0].path, error_text(ERROR_NOMEM));
}

void logorder_fini(struct logorder *o)
{
	for (unsigned i = 0; i < o->n; i++)
		if (o->files[i].is_owned)
			free((char *)o->files[i].path);
	free(o->files);
	textbuf_fini(&o->years);
}

/* ---- the format ---- */

const struct log_format *logorder_guess(struct logtext text)
{
	const struct log_format *format, *best = NULL;
	unsigned most = 0;
	for (unsigned i = 0; (format = log_format_at(i)) != NULL; i++) {
		struct logtext rest = text, line;
		unsigned n = 0;
		for (unsigned k = 0; k < LOOKED_AT_LINES && rest.size; k++) {
			if (!logtext_cut(&rest, '\n', &line)) {
				line = rest;
				rest.size = 0;
			}
			n += format->knows(line);
		}
		if (n > most) {
			most = n;
			best = format;
		}
	}
	return best;
}
