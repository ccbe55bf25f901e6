/* retry.h - an output read as an input: what `spfsweep retry` does with each of its rows.
 *
 *     row                                          what becomes of it
 *     no look-up failed in it                      kept as it stands
 *     ... but it is older than --older-than        done again; kept all the same when a
 *                                                  look-up fails now
 *     a look-up failed (`problems` has temperror)  done again, from its input's columns
 *     its input was no CSV record (`error` begins  kept: the output does not hold what was
 *     with "row:")                                 wrong with it
 *
 * A row that is done again loses the results of checks that do not run: that is refused. Where no
 * note tells how the rows were made, a file is read once from end to end before anything is asked.
 *
 * The rows of an output are numbered from 1 without a gap. The note of a shard says that there are
 * gaps; then the numbers must grow. Any other row ends the run: the file is no whole output.
 * Belongs to the feeder's thread. */
#ifndef RESULTS_RETRY_H
#define RESULTS_RETRY_H

#include "base/clock.h"
#include "input/inputs.h"
#include "results/closing.h"
#include "results/format.h"
#include "results/note.h"
#include "results/results.h"

struct retry {
	struct input_form form;  /* first; for inputs_open() */
	struct results results;  /* known when the header row was read */
	struct format_told told; /* by the note */
	const struct asks *asks; /* of the output; NULL: none */
	bool guarded;            /* the output was written with --csv-safe */
	unsigned checks;         /* that run now; a row that is done again must not need others */
	/* --older-than: rows of before are done again, as evaluated_at has it; "": none for that */
	char before[CLOCK_UTC_BYTES];
	char refusal[128];
	uint64_t last_number; /* of the row before */
	struct textbuf scratch, input;
};

/* `checks` is the set of those that run, `told`: see retry_told(). `asks` are those of the output,
 * and outlive *r; NULL: none. */
void retry_init(struct retry *r, bool guarded, unsigned checks, struct format_told told,
        const struct asks *asks);
/* Takes a zeroed one. */
void retry_fini(struct retry *r);

/* Rows that were evaluated longer ago are done again, too: --older-than. A row that does not say
 * when is old. Two runs of a retry that is resumed differ in what is old by then, and that is no
 * matter: what the first one did again, the second one would, too. */
void retry_set_age(struct retry *r, unsigned older_than_s, uint64_t now_ms);

/* What the note of the output at `path` says of its rows. Where there is no note, or no file that
 * can be read twice: n_input is RESULTS_UNTOLD. */
struct format_told retry_told(const char *path);
/* Appends the value of a line of an output's note. False: the file has no such line, or none of it.
 */
bool retry_note_value(const char *path, const char *name, struct textbuf *value);

/* What the output at `path` asks by its note: fills *asks, with none where no note says it. False,
 * after telling the user: it asks what this version does not know. */
bool retry_asks(const char *path, struct asks *asks);

/* Gives the rows of a retry the note of the output at `path`, whose options are ours
 * (retry_fits()): what is written then is an output of the same scan. Where a version of other
 * members wrote it, *f is unchanged. False: out of memory. */
bool retry_keep_note(const char *path, struct format *f);

/* False, after telling the user why, when `path` is an output that must not be retried: it was made
 * with other options, its scan did not end, or it is damaged. True for other files. *closing gets
 * what its scan told at its end, without the summary; zeros where it told nothing. */
bool retry_fits(const char *path, const struct note *ours, struct closing *closing);

#endif
