/* engines.c - the table. Its order decides between engines that could serve the same wish. */
#include "resolver/engines.h"

#include "resolver/forward/forward.h"
#include "resolver/recursive/recursive.h"

#include <string.h>

static const struct engine_type *const table[] = {
	&recursive_engine, &forward_engine,
	&recursive_forward_engine, /* slower than ours, but it validates */
};

enum { TABLE_ROWS = sizeof table / sizeof table[0] };

static bool suits(const struct engine_type *type, bool has_upstreams, bool dnssec)
{
	return type->asks_upstreams == has_upstreams && (type->validates || !dnssec);
}

const struct engine_type *engines_choose(bool has_upstreams, bool dnssec)
{
	unsigned i = 0;
	while (i < TABLE_ROWS - 1 && !suits(table[i], has_upstreams, dnssec))
		i++;
	return table[i];
}

const char *engines_library_version(const char *library)
{
	for (unsigned i = 0; i < TABLE_ROWS; i++)
		if (table[i]->library && !strcmp(table[i]->library, library))
			return table[i]->library_version();
	return NULL;
}
