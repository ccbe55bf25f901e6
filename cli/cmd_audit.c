/* cmd_audit.c - `spfsweep audit`: domains in, a row of policy for each. */
#include "cli/commands.h"
#include "cli/option_table.h"
#include "scanner/sweep.h"

int cmd_audit(const struct options *options, char **operands, unsigned n_operands)
{
	struct options o = *options;
	o.inputs = operands;
	o.n_inputs = n_operands;
	o.audit = true;
	return sweep_run(&(struct scan_job){
	        .command = "audit",
	        .options = &o,
	        .put_note = options_put_note,
	        .put_json = options_put_json,
	});
}
