/* cmd_retry.c - `spfsweep retry`: checks the rows of an output again in which a look-up failed. */
#include "cli/commands.h"
#include "cli/option_table.h"
#include "scanner/scan.h"

int cmd_retry(const struct options *options, char **operands, unsigned n_operands)
{
	struct options o = *options;
	o.inputs = operands;
	o.n_inputs = n_operands;
	o.retry = true;
	return scan_run(
	        &(struct scan_job){
	                .command = "retry",
	                .options = &o,
	                .put_note = options_put_note,
	                .put_json = options_put_json,
	        },
	        NULL);
}
