/* options.c - what follows from the options alone. */
#include "scanner/options.h"

#include <string.h>

bool options_output_is_gzip(const struct options *options)
{
	size_t size = strlen(options->output);
	return size > 3 && !strcmp(options->output + size - 3, ".gz");
}
