/* cmd_scan.c - `spfsweep scan`: many rows in, as many rows out. */
#include "cli/commands.h"
#include "cli/option_table.h"
#include "scanner/sweep.h"

int cmd_scan(const struct options *options, char **operands, unsigned n_operands)
{
	struct options o = *options;
	o.inputs = operands;
	o.n_inputs = n_operands;
	return sweep_run(&(struct scan_job){
	        .command = "scan",
	        .options = &o,
	        .put_note = options_put_note,
	        .put_json = options_put_json,
	});
}
