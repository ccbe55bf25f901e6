/* partset.h - whether outputs that are to be merged belong together: each shard once, the same
 * options, the same header row, the same input. The first thing that is wrong is told to the user.
 * Main thread. */
#ifndef RESULTS_PARTSET_H
#define RESULTS_PARTSET_H

#include "results/note.h"
#include "results/part.h"

#include <stdbool.h>

/* All shards of one scan. `parts` gets the order of K. False after telling the user why not.
 * `presets` says what a line means that a note lacks. */
bool partset_is_scan(struct part **parts, unsigned n_parts, const struct note *presets);

/* Whole outputs that have rows of the same form, of whatever inputs, each once. */
bool partset_is_alike(struct part **parts, unsigned n_parts, const struct note *presets);

#endif
