/* standing.h - what stands in the place of a new output, told to the user in one line: nobody
 * overwrites days of work with the same command given twice. Main thread. */
#ifndef RESULTS_STANDING_H
#define RESULTS_STANDING_H

/* Why the file at `path`, which is not empty and which the option of that name names, is not
 * overwritten, and what may be done instead. It
 * reads its first and its last members only. */
void standing_refuse(const char *path, const char *option);

#endif
