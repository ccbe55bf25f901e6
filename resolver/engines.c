/* engines.c - the table. Its order decides between engines that could serve the same wish. */
#include "resolver/engines.h"

#include "resolver/forward/forward.h"
#include "resolver/recursive/recursive.h"
#include "resolver/replay/replay.h"

#include <string.h>

static const struct engine_type *const table[] = {
	&recursive_engine,
	&forward_engine,
	&recursive_forward_engine, /* slower than ours, but it validates */
	&replay_engine,
};

enum { TABLE_ROWS = sizeof table / sizeof table[0] };

static bool serves(const struct engine_type *type, unsigned wishes)
{
	return !(type->needs & ~wishes) && !(wishes & ~(type->needs | type->can));
}

const struct engine_type *engines_choose(unsigned wishes)
{
	for (unsigned i = 0; i < TABLE_ROWS; i++)
		if (serves(table[i], wishes))
			return table[i];
	return NULL;
}

const char *engines_library_version(const char *library)
{
	for (unsigned i = 0; i < TABLE_ROWS; i++)
		if (table[i]->library && !strcmp(table[i]->library, library))
			return table[i]->library_version();
	return NULL;
}
