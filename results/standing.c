/* standing.c - what stands there, told by what it says of itself. Whether all between its ends is
 * whole is for --resume to say. */
#include "results/standing.h"

#include "base/message.h"
#include "results/provenance.h"

void standing_refuse(const char *path, const char *option)
{
	struct provenance p;
	provenance_read(&p, path);
	if (!p.is_ours)
		message(MESSAGE_ERROR,
		        "%s: not overwritten: it is not empty; choose another --%s, or give "
		        "--overwrite",
		        path, option);
	else if (p.is_complete)
		message(MESSAGE_ERROR,
		        "%s: not overwritten: it is complete, with %llu rows; --overwrite begins "
		        "anew",
		        path, (unsigned long long)p.n_rows);
	else
		message(MESSAGE_ERROR,
		        "%s: not overwritten: it is an output that was not finished; --resume goes "
		        "on with it, --overwrite begins anew",
		        path);
	provenance_fini(&p);
}
