/* dialects_sql.c - DuckDB and PostgreSQL: expressions for each type, and views or macros of them.
 *
 * The code in it is run by tests/recipes/test_load.py with the real tools: try a change there. */
#include "export/dialects.h"

/* clang-format off */

const struct dialect dialect_duckdb = {
	.name = "duckdb",
	.n_quote = QUOTE_DOUBLE,
	.s_quote = QUOTE_SINGLE,
	.types = {
		[TYPE_TEXT] = { "VARCHAR", "@n" },
		[TYPE_INTEGER] = { "BIGINT", "cast(@n as BIGINT)" },
		[TYPE_WIDE] = { "DECIMAL(20, 0)", "cast(@n as DECIMAL(20, 0))" },
		[TYPE_BOOLEAN] = { "BOOLEAN",
			"case @n when 'yes' then true when 'no' then false end" },
		[TYPE_TIMESTAMP] = { "TIMESTAMPTZ", "cast(@n as TIMESTAMPTZ)" },
		[TYPE_TEXTS] = { "VARCHAR[]", "string_split(@n, ';')" },
		[TYPE_ADDRESSES] = { "VARCHAR[]", "string_split(@n, ';')" },
		[TYPE_NETWORKS] = { "VARCHAR[]", "string_split(@n, ';')" },
		[TYPE_MX] = { "STRUCT(preference INTEGER, host VARCHAR)[]",
			"[{'preference': cast(split_part(x, ' ', 1) as INTEGER), "
			"'host': split_part(x, ' ', 2)} for x in string_split(@n, ';')]" },
		[TYPE_HOSTS] = { "STRUCT(host VARCHAR, addresses VARCHAR[])[]",
			"[{'host': split_part(x, ' ', 1), "
			"'addresses': string_split(nullif(split_part(x, ' ', 2), ''), ',')} "
			"for x in string_split(@n, ';')]" },
		[TYPE_REVERSE] = { "STRUCT(address VARCHAR, result VARCHAR, \"name\" VARCHAR)[]",
			"[{'address': split_part(x, ' ', 1), 'result': split_part(x, ' ', 2), "
			"'name': nullif(split_part(x, ' ', 3), '')} for x in string_split(@n, ';')]" },
	},
	.text =
	"-- Made by spfsweep schema --format duckdb.\n"
	"-- from spfsweep_csv('results.csv.gz'): what scan wrote, or export --format csv.\n"
	"-- from spfsweep_jsonl('results.jsonl.gz'): what export --format jsonl wrote.\n"
	"create or replace macro spfsweep_csv(files) as table\n"
	"?select\n"
	"?*    @c as @n,\n"
	"!select * replace (\n"
	"!~    @c as @n,\n"
	"!)\n"
	"from read_csv(files, header = true, delim = ',', quote = '\"', escape = '\"', nullstr = '',\n"
	"    new_line = '\\n', max_line_size = 16777216,\n"
	"!    all_varchar = true\n"
	"?    auto_detect = false, columns = {\n"
	"?*        @s: 'VARCHAR',\n"
	"?    }\n"
	");\n"
	"create or replace macro spfsweep_jsonl(files) as table\n"
	"select *\n"
	"from read_json(files, format = 'newline_delimited', columns = {\n"
	"*    @s: '@t',\n"
	"});\n",
};

/* The items of a list as jsonb, from their text `x`. */
#define POSTGRES_LIST(members)                                                                     \
	"(select jsonb_agg(jsonb_build_object(" members ") order by n) "                           \
	"from unnest(string_to_array(@n, ';')) with ordinality as items(x, n))"

const struct dialect dialect_postgres = {
	.name = "postgres",
	.n_quote = QUOTE_DOUBLE,
	.types = {
		[TYPE_TEXT] = { "text", "@n" },
		[TYPE_INTEGER] = { "bigint", "@n::bigint" },
		[TYPE_WIDE] = { "numeric(20)", "@n::numeric(20)" },
		[TYPE_BOOLEAN] = { "boolean", "@n::boolean" },
		[TYPE_TIMESTAMP] = { "timestamptz", "@n::timestamptz" },
		[TYPE_TEXTS] = { "text[]", "string_to_array(@n, ';')" },
		[TYPE_ADDRESSES] = { "inet[]", "string_to_array(@n, ';')::inet[]" },
		[TYPE_NETWORKS] = { "cidr[]", "string_to_array(@n, ';')::cidr[]" },
		[TYPE_MX] = { "jsonb", POSTGRES_LIST("'preference', split_part(x, ' ', 1)::int, "
			"'host', split_part(x, ' ', 2)") },
		[TYPE_HOSTS] = { "jsonb", POSTGRES_LIST("'host', split_part(x, ' ', 1), 'addresses', "
			"string_to_array(nullif(split_part(x, ' ', 2), ''), ',')") },
		[TYPE_REVERSE] = { "jsonb", POSTGRES_LIST("'address', split_part(x, ' ', 1), "
			"'result', split_part(x, ' ', 2), 'name', nullif(split_part(x, ' ', 3), '')") },
	},
	.text =
	"-- Made by spfsweep schema --format postgres, for psql.\n"
	"-- CSV: \\copy spfsweep_csv from program 'zcat results.csv.gz' with (format csv, header)\n"
	"--      create table results as table spfsweep_from_csv;\n"
	"-- JSON lines: \\copy spfsweep_jsonl from 'results.jsonl' with (format csv, quote e'\\x01', delimiter e'\\x02')\n"
	"--      create table results as table spfsweep_from_jsonl;\n"
	"create table spfsweep_csv (\n"
	"*    @n text,\n"
	");\n"
	"create view spfsweep_from_csv as select\n"
	"*    @c as @n,\n"
	"from spfsweep_csv;\n"
	"create table spfsweep_jsonl (line jsonb);\n"
	"create view spfsweep_from_jsonl as select r.*\n"
	"from spfsweep_jsonl, jsonb_to_record(line) as r(\n"
	"*    @n @t,\n"
	");\n",
};
