/* sides.c - the side files of a scan, one after the other. */
#include "scanner/sides.h"

#include "base/exit_status.h"
#include "scanner/edges.h"
#include "scanner/recording.h"

#include <stddef.h>

static const struct {
	const char *option, *note;
	size_t path_offset; /* of the member of struct options */
	void (*put_head)(struct textbuf *out, const struct options *options);
} kinds[SIDE_COUNT] = {
	[SIDE_RECORD] = { "record", "info.record", offsetof(struct options, record),
	        recording_put_head },
	[SIDE_INCLUDES] = { "includes", "info.includes", offsetof(struct options, includes),
	        edges_put_includes_head },
	[SIDE_NETWORKS] = { "networks", "info.networks", offsetof(struct options, networks),
	        edges_put_networks_head },
};

const char *sides_path(const struct options *options, enum side side)
{
	return *(const char *const *)((const char *)options + kinds[side].path_offset);
}

const char *sides_option(enum side side)
{
	return kinds[side].option;
}

const char *sides_note(enum side side)
{
	return kinds[side].note;
}

static int open_one(struct sides *s, enum side side, const struct options *options,
        const struct resumption *r, uint64_t fingerprint)
{
	struct sidefile **file = &s->at[side];
	int status = sidefile_open(file, sides_path(options, side), kinds[side].option);
	if (status != EXIT_DONE)
		return status;
	kinds[side].put_head(&s->heads[side], options);
	if (options->resume)
		return sidefile_resume(*file, options->output, r, fingerprint);
	return options->overwrite || sidefile_may_begin(*file, true) ? EXIT_DONE : EXIT_USAGE;
}

int sides_open(struct sides *s, const struct options *options, const struct resumption *r,
        uint64_t fingerprint)
{
	int status = EXIT_DONE;
	for (enum side side = 0; side < SIDE_COUNT && status == EXIT_DONE; side++)
		if (sides_path(options, side))
			status = open_one(s, side, options, r, fingerprint);
	return status;
}

bool sides_close(struct sides *s)
{
	bool good = true;
	for (enum side side = 0; side < SIDE_COUNT; side++) {
		good = sidefile_close(s->at[side]) && good;
		s->at[side] = NULL;
		textbuf_fini(&s->heads[side]);
	}
	return good;
}

bool sides_begin(struct sides *s, const struct bgzf_checkpoint *mark, int level)
{
	bool good = true;
	for (enum side side = 0; side < SIDE_COUNT && good; side++)
		if (s->at[side])
			good = sidefile_begin(s->at[side], mark, level, s->heads[side].bytes,
			        s->heads[side].size);
	return good;
}

/* In the order of the rows; where a member of the output ends, one of the side file does. */
static bool write_one(struct sidefile *file, enum side side, const struct batch *batch)
{
	uint32_t n = 0;
	for (unsigned i = 0; i < batch->n_packed_rows; i++) {
		struct csv_field row = batch_side_row(batch, side, i);
		sidefile_put_row(file, row.text, row.size);
		n++;
		if (!batch->rows[i].ends_member && i + 1 < batch->n_packed_rows)
			continue;
		sidefile_end_member(file, n);
		n = 0;
	}
	return sidefile_write(file);
}

bool sides_write(struct sides *s, const struct batch *batch)
{
	bool good = true;
	for (enum side side = 0; side < SIDE_COUNT && good; side++)
		if (s->at[side])
			good = write_one(s->at[side], side, batch);
	return good;
}

bool sides_sync(struct sides *s)
{
	bool good = true;
	for (enum side side = 0; side < SIDE_COUNT && good; side++)
		good = !s->at[side] || sidefile_sync(s->at[side]);
	return good;
}

bool sides_end(struct sides *s)
{
	bool good = true;
	for (enum side side = 0; side < SIDE_COUNT && good; side++)
		good = !s->at[side] || sidefile_end(s->at[side]);
	return good;
}
