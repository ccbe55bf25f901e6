/* commands.c - the commands, as one table. */
#include "cli/commands.h"

#include "cli/option_table.h"

#include <limits.h>
#include <string.h>

static const struct command commands[] = {
	{ .name = "scan",
	        .operands = "INPUT...",
	        .summary = "many rows, CSV in, CSV out",
	        .help = "Reads CSV rows with a domain and an IP address (gzip or plain; '-' is "
	                "standard "
	                "input) and writes one\n"
	                "row with SPF, reverse DNS, address and MX results for each. A header row "
	                "names "
	                "the columns domain, ip,\n"
	                "sender (mailfrom, mail_from) and helo; without one, the first two are "
	                "domain and IP.\n"
	                "What else a file may be called: --columns. What is not understood is "
	                "refused with what to type.\n",
	        .statuses =
	                "Exit status: 0 every row written; 1 some rows were bad input (they are in "
	                "the output); 2 usage or\n"
	                "configuration; 3 stopped before the end (the output is valid up to there; "
	                "--resume goes on), or not\n"
	                "begun for want of memory, file descriptors or threads.\n",
	        .groups = GROUP_SCAN | GROUP_LOG | GROUP_SENT | GROUP_ROWS | GROUP_OUTPUT |
	                GROUP_RESOLVER,
	        .n_operands_min = 1,
	        .n_operands_max = UINT_MAX,
	        .wanted = "scan needs an input file ('-' is standard input)",
	        .run = cmd_scan },
	{ .name = "extract",
	        .operands = "LOG...",
	        .summary = "mail logs in, pairs out",
	        .help = "Reads the logs of a mail server (gzip or plain, in any order; '-' is "
	                "standard input) and writes\n"
	                "one CSV row for each message and each reject: when, from which address, "
	                "with which HELO and sender.\n"
	                "spfsweep scan takes the rows; scan --log does both in one go. Nothing is "
	                "asked of the DNS.\n",
	        .statuses = "Exit status: 0 all was read; 2 usage; 3 stopped before the end.\n",
	        .groups = GROUP_LOG | GROUP_EXTRACT | GROUP_MEMORY | GROUP_SENT | GROUP_OUTPUT,
	        .n_operands_min = 1,
	        .n_operands_max = UINT_MAX,
	        .wanted = "extract needs a mail log ('-' is standard input)",
	        .run = cmd_extract },
	{ .name = "audit",
	        .operands = "DOMAINS...",
	        .summary = "many domains, a row of SPF policy for each",
	        .help = "Reads domains, one a line, a top list (rank,domain) or CSV with a column "
	                "domain, and writes for each what its\n"
	                "SPF policy is: the record, the whole tree of its includes, what it costs, "
	                "what is wrong with it, and how many\n"
	                "addresses it lets pass.\n",
	        .statuses = "Exit status: as of scan.\n",
	        .groups = GROUP_SCAN | GROUP_ROWS | GROUP_OUTPUT | GROUP_RESOLVER | GROUP_AUDIT |
	                GROUP_EDGES,
	        .n_operands_min = 1,
	        .n_operands_max = UINT_MAX,
	        .wanted = "audit needs an input file ('-' is standard input)",
	        .run = cmd_audit },
	{ .name = "check",
	        .operands = "[IP] [DOMAIN_OR_SENDER]",
	        .summary = "one pair, explained step by step",
	        .help = "Checks one pair and explains each step: records, terms, look-ups and the "
	                "verdict.\n"
	                "One of the two is enough, in any order; '<>' is the empty sender.\n",
	        .statuses = "Exit status: 0 checked; 1 bad input; 2 usage or configuration; 3 no "
	                    "memory "
	                    "or file descriptors.\n",
	        .groups = GROUP_CHECK | GROUP_RESOLVER,
	        .n_operands_min = 1,
	        .n_operands_max = 2,
	        .wanted = "check takes an IP address, a domain or sender, or both",
	        .run = cmd_check },
	{ .name = "retry",
	        .operands = "RESULTS -o NEW",
	        .summary = "an output's rows that ended in temperror, once more",
	        .help = "Reads an output of spfsweep scan or audit, checks the rows again in which "
	                "a look-up failed\n"
	                "(problems has temperror) or that are older than --older-than, and writes "
	                "all rows to NEW,\n"
	                "the others as they stood.\n",
	        .keeps_rows = true,
	        .statuses = "Exit status: as of scan.\n",
	        .groups = GROUP_RETRY | GROUP_SENT | GROUP_ROWS | GROUP_OUTPUT | GROUP_RESOLVER |
	                GROUP_AUDIT,
	        .n_operands_min = 1,
	        .n_operands_max = 1,
	        .wanted = "retry takes one file, an output of spfsweep scan or audit",
	        .run = cmd_retry },
	{ .name = "merge",
	        .operands = "SHARD... -o ALL",
	        .summary = "the shards of one scan, as one output",
	        .help = "Reads the outputs of spfsweep scan --shard 0/N to N-1/N, and writes one "
	                "output with\n"
	                "each row of the input exactly once, as a scan of the whole would have. "
	                "Else it\n"
	                "writes nothing, and says what is wrong with which file.\n",
	        .statuses = "Exit status: 0 merged; 2 the files do not belong together, or are not "
	                    "whole; 3 a file cannot be read or\n"
	                    "written.\n",
	        .groups = GROUP_MERGE | GROUP_OUTPUT,
	        .n_operands_min = 1,
	        .n_operands_max = UINT_MAX,
	        .wanted = "merge takes the outputs of all shards, and -o",
	        .run = cmd_merge },
	{ .name = "report",
	        .operands = "RESULTS...",
	        .summary = "results in, a table or a page of charts out",
	        .help = "Reads what spfsweep scan wrote, and prints how many messages passed and "
	                "failed, by domain, client,\n"
	                "network, HELO name, problem or provider, and what would be lost if SPF "
	                "were enforced.\n"
	                "With --html it makes a page of charts, of what scan or audit wrote.\n",
	        .statuses = "Exit status: 0 all was read; 2 usage, or a file is no output of scan; "
	                    "3 a file ends too early.\n",
	        .groups = GROUP_REPORT | GROUP_MEMORY | GROUP_OUTPUT,
	        .n_operands_min = 1,
	        .n_operands_max = UINT_MAX,
	        .wanted = "report needs results, as spfsweep scan wrote them ('-' is standard "
	                  "input)",
	        .run = cmd_report },
	{ .name = "export",
	        .operands = "RESULTS",
	        .summary = "results as JSON lines, CSV or TSV",
	        .help = "Reads what spfsweep scan, audit, retry or merge wrote ('-' is standard "
	                "input) and writes it in another form:\n"
	                "JSON lines with numbers, booleans, lists and nulls, or CSV or TSV; all "
	                "columns, or those of --fields. What comes\n"
	                "out is UTF-8, whatever the input's columns hold.\n",
	        .statuses = "Exit status: 0 all was read; 2 usage, or the file is no results; 3 it "
	                    "ends too early, or is of a scan that\n"
	                    "did not end, or the output cannot be written.\n",
	        .groups = GROUP_EXPORT | GROUP_FIELDS | GROUP_WHERE | GROUP_OUTPUT,
	        .n_operands_min = 1,
	        .n_operands_max = 1,
	        .wanted = "export takes one file of results ('-' is standard input)",
	        .run = cmd_export },
	{ .name = "schema",
	        .operands = "[RESULTS]",
	        .summary = "the columns with their types, for your tools",
	        .help = "Prints the columns of results with their types: of a file, with the "
	                "input's columns, or of what --of names.\n"
	                "For DuckDB, pandas, polars, Spark, PostgreSQL and R that is code that "
	                "reads CSV and JSON lines into typed tables.\n",
	        .statuses = "Exit status: 0 printed; 2 usage, or the file is no results; 3 it "
	                    "cannot be read.\n",
	        .groups = GROUP_SCHEMA | GROUP_FIELDS | GROUP_OUTPUT,
	        .n_operands_min = 0,
	        .n_operands_max = 1,
	        .wanted = "schema takes one file of results, or none",
	        .run = cmd_schema },
};
enum { COMMAND_COUNT = sizeof commands / sizeof commands[0] };

const struct command *command_at(unsigned i)
{
	return i < COMMAND_COUNT ? &commands[i] : NULL;
}

const struct command *command_find(const char *name)
{
	for (unsigned i = 0; i < COMMAND_COUNT; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

char *commands_print(char *text, size_t size)
{
	size_t used = 0;
	text[0] = 0;
	for (unsigned i = 0; i < COMMAND_COUNT && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s",
		        i == 0                           ? ""
		                : i == COMMAND_COUNT - 1 ? " or "
		                                         : ", ",
		        commands[i].name);
	return text;
}
