/* replaying.c - walks a record, checks each line, and puts it into the index. */
#include "scanner/replaying.h"

#include "base/exit_status.h"
#include "base/message.h"
#include "dns/answer_line.h"
#include "scanner/recording.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- for the engine ---- */

struct reader {
	struct replaying *record;
	struct linefile_reader *lines;
};

static void *reader_new(const struct recorded_text *text)
{
	struct reader *reader = malloc(sizeof *reader);
	if (!reader)
		return NULL;
	reader->record = (struct replaying *)text;
	reader->lines = linefile_reader_new(reader->record->file);
	if (reader->lines)
		return reader;
	free(reader);
	return NULL;
}

static void reader_free(void *arg)
{
	struct reader *reader = arg;
	linefile_reader_free(reader->lines);
	free(reader);
}

static const char *read_line(void *arg, uint64_t at, size_t *size)
{
	struct reader *reader = arg;
	const char *text;
	enum error err = linefile_read(reader->lines, at, &text, size);
	if (!err)
		return text;
	if (err != ERROR_NOMEM && !atomic_exchange(&reader->record->is_broken, true))
		message(MESSAGE_ERROR, "%s: it was changed while it was replayed%s%s",
		        reader->record->path, err == ERROR_SYSTEM ? ": " : "",
		        err == ERROR_SYSTEM ? strerror(errno) : "");
	return NULL;
}

/* ---- loading ---- */

/* What a walk over a record needs. */
struct loading {
	struct replaying *r;
	struct answer_builder builder;
	struct linefile_line line;
};

static int refuse(const struct loading *l, const char *why)
{
	if (!l->line.number) {
		message(MESSAGE_ERROR, "%s: it is empty", l->r->path);
		return EXIT_USAGE;
	}
	message(MESSAGE_ERROR, "%s: line %llu: %s", l->r->path, (unsigned long long)l->line.number,
	        why);
	return EXIT_USAGE;
}

static int fail(const struct replaying *r, enum error err)
{
	int why = errno;
	message(MESSAGE_ERROR, "%s: %s", r->path,
	        err != ERROR_SYSTEM     ? error_text(err)
	                : why == ESPIPE ? "--replay needs a file, not a pipe"
	                                : strerror(why));
	return err == ERROR_SYSTEM && (why == ESPIPE || error_is_wrong_name(why)) ? EXIT_USAGE
	        : err == ERROR_CORRUPT || err == ERROR_TRUNCATED                  ? EXIT_USAGE
	                                                                          : EXIT_STOPPED;
}

static bool begins_with(const struct linefile_line *line, const char *text)
{
	size_t size = strlen(text);
	return line->size >= size && !memcmp(line->text, text, size);
}

static int check_version(const struct loading *l)
{
	if (begins_with(&l->line, RECORDING_VERSION_LINE) &&
	        l->line.size == strlen(RECORDING_VERSION_LINE))
		return EXIT_DONE;
	return refuse(l,
	        begins_with(&l->line, RECORDING_NAME)
	                ? "a record of another version, which this spfsweep cannot read"
	                : "this is no record of spfsweep (--record writes one)");
}

static void note_upstream(struct upstreams *u, const struct answer_line *line)
{
	if (line->upstream.family == IPFAMILY_NONE || u->n == UPSTREAMS_MAX)
		return;
	for (unsigned i = 0; i < u->n; i++)
		if (u->list[i].port == line->upstream_port &&
		        ipaddr_equal(&u->list[i].ip, &line->upstream))
			return;
	u->list[u->n++] = (struct resolver_upstream){ line->upstream, line->upstream_port };
}

static int take_answer(struct loading *l)
{
	struct replaying *r = l->r;
	struct answer_line line;
	const char *wrong = answer_line_parse(&l->builder, &line, l->line.text, l->line.size);
	if (wrong)
		return refuse(l, wrong);
	if (line.row < r->last_row)
		return refuse(l, "its row is before that of the line above");
	if (!recorded_add(&r->source, &l->builder.qname, l->builder.type, line.row, l->line.at))
		return fail(r, ERROR_NOMEM);
	note_upstream(&r->source.upstreams, &line);
	r->first_row = r->first_row ? r->first_row : line.row;
	r->last_row = line.row;
	return EXIT_DONE;
}

static int take_line(struct loading *l)
{
	if (l->line.number == 1)
		return check_version(l);
	return l->line.size && l->line.text[0] == '#' ? EXIT_DONE : take_answer(l);
}

static int walk(struct loading *l)
{
	struct replaying *r = l->r;
	enum error err;
	int status = EXIT_DONE;
	while (status == EXIT_DONE && !(err = linefile_next(r->file, &l->line)))
		status = take_line(l);
	if (status != EXIT_DONE)
		return status;
	if (err == ERROR_EMPTY && !l->line.number)
		return refuse(l, NULL);
	if (err == ERROR_EMPTY)
		return EXIT_DONE;
	if (err != ERROR_TRUNCATED || !l->line.number)
		return fail(r, err);
	message(MESSAGE_WARNING, "%s: it ends too early, behind line %llu", r->path,
	        (unsigned long long)l->line.number);
	return EXIT_DONE;
}

static int find_digest(struct replaying *r)
{
	struct digest *digest = digest_new();
	enum error err = digest ? linefile_digest(r->file, digest) : ERROR_NOMEM;
	if (!err)
		digest_text(digest, r->digest);
	digest_free(digest);
	return err ? fail(r, err) : EXIT_DONE;
}

int replaying_load(struct replaying *r, const char *path)
{
	r->text = (struct recorded_text){ reader_new, reader_free, read_line };
	r->source.text = &r->text;
	r->path = path;
	enum error err = linefile_open(&r->file, path);
	if (err)
		return fail(r, err);
	struct loading l = { .r = r };
	int status = walk(&l);
	answer_builder_fini(&l.builder);
	if (status == EXIT_DONE && !recorded_index_sort(&r->source.index))
		status = fail(r, ERROR_NOMEM);
	if (status == EXIT_DONE)
		status = find_digest(r);
	if (status == EXIT_DONE)
		message(MESSAGE_INFO, "%s: %zu answers, of rows %llu to %llu", path,
		        r->source.index.n, (unsigned long long)r->first_row,
		        (unsigned long long)r->last_row);
	return status;
}

void replaying_fini(struct replaying *r)
{
	recorded_index_fini(&r->source.index);
	linefile_close(r->file);
	r->file = NULL;
}
