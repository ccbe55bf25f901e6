/* replay.c - runs every file of a corpus folder through a fuzz target, in the ordinary test run:
 * `replay FOLDER`.
 *
 * What the fuzzer once found, put in the folder, stays found, with any compiler. A folder without a
 * file is a failure: such a test could never fail. Where the target tells an outcome (target.h),
 * each file's name says which one it must reach. */
#include "tests/fuzz/target.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const char *outcome; /* of the seed at hand; NULL: the target tells none */

void fuzz_outcome(const char *word)
{
	outcome = word;
}

/* False: the seed came to something else than its name says, or to nothing where it says
 * something. */
static bool reached(const char *name)
{
	size_t size = outcome ? strlen(outcome) : 0;
	if (!outcome && !strstr(name, "--"))
		return true;
	if (outcome && !strncmp(name, outcome, size) && !strncmp(name + size, "--", 2))
		return true;
	fprintf(stderr, "replay: %s came to \"%s\", and its name does not say so\n", name,
	        outcome ? outcome : "nothing");
	return false;
}

/* The octets of a file, in memory of exactly its size, so that a sanitizer sees a read behind them.
 * NULL: cannot be read. */
static uint8_t *read_file(const char *path, size_t *size)
{
	struct stat st;
	FILE *file = fopen(path, "rb");
	if (!file)
		return NULL;
	uint8_t *data = NULL;
	if (fstat(fileno(file), &st) < 0 || !S_ISREG(st.st_mode))
		goto out;
	*size = (size_t)st.st_size;
	data = malloc(*size ? *size : 1);
	if (data && fread(data, 1, *size, file) != *size) {
		free(data);
		data = NULL;
	}
out:
	fclose(file);
	return data;
}

/* False: the file cannot be read, or comes to something else than its name says. */
static bool replay(const char *folder, const char *name)
{
	char path[4096];
	size_t size;
	snprintf(path, sizeof(path), "%s/%s", folder, name);
	uint8_t *data = read_file(path, &size);
	if (!data) {
		fprintf(stderr, "replay: cannot read %s\n", path);
		return false;
	}
	printf("%s: %zu octets\n", name, size);
	fflush(stdout); /* says which one it was when the target aborts */
	outcome = NULL;
	LLVMFuzzerTestOneInput(data, size);
	free(data);
	return reached(name);
}

int main(int argc, char **argv)
{
	DIR *folder = argc == 2 ? opendir(argv[1]) : NULL;
	if (!folder) {
		fprintf(stderr, "replay: needs one folder that can be read\n");
		return 2;
	}
	unsigned n_files = 0, n_failed = 0;
	for (const struct dirent *entry; (entry = readdir(folder));) {
		if (entry->d_name[0] == '.')
			continue;
		n_files++;
		n_failed += !replay(argv[1], entry->d_name);
	}
	closedir(folder);
	if (!n_files)
		fprintf(stderr, "replay: %s is empty\n", argv[1]);
	return !n_files || n_failed;
}
