/* options.c - what follows from the options alone. */
#include "scanner/options.h"

#include "resolver/exclusions.h"

#include <string.h>
#include <strings.h>

void options_fini(struct options *options)
{
	exclusions_free(options->exclusions);
	options->exclusions = NULL;
}

bool options_name_is_gzip(const char *path)
{
	size_t size = strlen(path);
	return size > 3 && !strcasecmp(path + size - 3, ".gz");
}

bool options_output_is_gzip(const struct options *options)
{
	return options_name_is_gzip(options->output);
}

const char *options_output_name(const struct options *options)
{
	return strcmp(options->output, "-") ? options->output : "standard output";
}
