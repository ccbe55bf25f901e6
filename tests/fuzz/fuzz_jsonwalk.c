/* fuzz_jsonwalk.c - any octets as JSON: paths and values are within bounds, and the walk ends. */
#include "target.h"

#include "base/jsonwalk.h"

#include <string.h>

static bool take(
        void *arg, const char *path, enum jsonwalk_kind kind, const char *text, size_t size)
{
	size_t *read = arg;
	require(strlen(path) < JSONWALK_PATH_BYTES && kind <= JSONWALK_WORD);
	require(kind == JSONWALK_TEXT || size > 0);
	for (size_t i = 0; i < size; i++)
		*read += text[i] != 0;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t read = 0;
	bool good = jsonwalk((const char *)data, size, take, &read);
	require(read <= size);
	tell_outcome(good ? "json" : "refused");
	return 0;
}
