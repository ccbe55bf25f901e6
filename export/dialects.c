/* dialects.c - one value for each tool. The code in them is run by tests/recipes/test_schema.py
 * with the real tools; a change of it is tried there. */
#include "export/schema.h"

/* Python and R tell the types by our words, in tables of their own. */
#define BY_WORDS                                                                                   \
	{                                                                                          \
		[TYPE_TEXT] = { "text", "" }, [TYPE_INTEGER] = { "integer", "" },                  \
		[TYPE_WIDE] = { "wide_integer", "" }, [TYPE_BOOLEAN] = { "boolean", "" },          \
		[TYPE_TIMESTAMP] = { "timestamp", "" }, [TYPE_TEXTS] = { "list_of_text", "" },     \
		[TYPE_ADDRESSES] = { "list_of_addresses", "" },                                    \
		[TYPE_NETWORKS] = { "list_of_networks", "" }, [TYPE_MX] = { "list_of_mx", "" },    \
		[TYPE_HOSTS] = { "list_of_hosts", "" },                                            \
		[TYPE_REVERSE] = { "list_of_reverse", "" },                                        \
	}

static const struct dialect duckdb = {
	.name = "duckdb",
	.n_quote = QUOTE_DOUBLE,
	.s_quote = QUOTE_SINGLE,
	.types = {
		[TYPE_TEXT] = { "VARCHAR", "@n" },
		[TYPE_INTEGER] = { "BIGINT", "cast(@n as BIGINT)" },
		[TYPE_WIDE] = { "HUGEINT", "cast(@n as HUGEINT)" },
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
	"from read_csv(files, header = true, all_varchar = true, delim = ',', quote = '\"',\n"
	"    escape = '\"', nullstr = '', max_line_size = 16777216\n"
	"?    , names = [\n"
	"?*        @s,\n"
	"?    ]\n"
	");\n"
	"create or replace macro spfsweep_jsonl(files) as table\n"
	"select *\n"
	"from read_json(files, format = 'newline_delimited', columns = {\n"
	"*    @s: '@t',\n"
	"});\n",
};

static const struct dialect pandas = {
	.name = "pandas",
	.s_quote = QUOTE_JSON,
	.types = BY_WORDS,
	.text = "\"\"\"Made by spfsweep schema --format pandas. read_csv(): what scan wrote, or "
	        "export\n"
	        "--format csv. read_jsonl(): what export --format jsonl wrote.\"\"\"\n"
	        "\n"
	        "import gzip\n"
	        "import json\n"
	        "\n"
	        "import pandas\n"
	        "\n"
	        "COLUMNS = {\n"
	        "*    @s: \"@t\",\n"
	        "}\n"
	        "!ALL = False  # a file has the input's columns, too\n"
	        "?ALL = True\n"
	        "\n"
	        "\n"
	        "def _mx(item):\n"
	        "    preference, host = item.split(\" \", 1)\n"
	        "    return {\"preference\": int(preference), \"host\": host}\n"
	        "\n"
	        "\n"
	        "def _host(item):\n"
	        "    host, _, addresses = item.partition(\" \")\n"
	        "    return {\"host\": host, \"addresses\": addresses.split(\",\") if addresses "
	        "else None}\n"
	        "\n"
	        "\n"
	        "def _reverse(item):\n"
	        "    address, result, name = (item.split(\" \", 2) + [None])[:3]\n"
	        "    return {\"address\": address, \"result\": result, \"name\": name}\n"
	        "\n"
	        "\n"
	        "_ITEMS = {\"list_of_mx\": _mx, \"list_of_hosts\": _host, \"list_of_reverse\": "
	        "_reverse}\n"
	        "_VALUES = {\"wide_integer\": int, \"boolean\": {\"yes\": True, \"no\": "
	        "False}.__getitem__}\n"
	        "_DTYPES = {\"integer\": \"Int64\", \"boolean\": \"boolean\", \"text\": "
	        "\"string\"}\n"
	        "\n"
	        "\n"
	        "def _value(text, type):\n"
	        "    if type.startswith(\"list\"):\n"
	        "        return [_ITEMS.get(type, str)(item) for item in text.split(\";\")]\n"
	        "    return _VALUES[type](text) if type in _VALUES else text\n"
	        "\n"
	        "\n"
	        "def _typed(values, type):\n"
	        "    if type == \"timestamp\":\n"
	        "        return pandas.to_datetime(pandas.Series(values, dtype=object), utc=True)\n"
	        "    if type == \"integer\":\n"
	        "        values = [None if value is None else int(value) for value in values]\n"
	        "    return pandas.Series(values, dtype=_DTYPES.get(type, object))\n"
	        "\n"
	        "\n"
	        "def read_csv(path):\n"
	        "    names = {\"names\": list(COLUMNS), \"header\": 0} if ALL else {}\n"
	        "    frame = pandas.read_csv(\n"
	        "        path, dtype=object, keep_default_na=False, na_values=[\"\"],\n"
	        "        encoding_errors=\"replace\", low_memory=False, **names\n"
	        "    )\n"
	        "    columns = {}\n"
	        "    for name in frame.columns:\n"
	        "        type = COLUMNS.get(name, \"text\")\n"
	        "        values = [_value(x, type) if isinstance(x, str) else None for x in "
	        "frame[name]]\n"
	        "        columns[name] = _typed(values, type)\n"
	        "    return pandas.DataFrame(columns)\n"
	        "\n"
	        "\n"
	        "def read_jsonl(path):\n"
	        "    with (gzip.open if str(path).endswith(\".gz\") else open)(path, \"rb\") as "
	        "lines:\n"
	        "        rows = [json.loads(line) for line in lines]\n"
	        "    names = rows[0] if rows else COLUMNS\n"
	        "    return pandas.DataFrame(\n"
	        "        {n: _typed([row[n] for row in rows], COLUMNS.get(n, \"text\")) for n in "
	        "names}\n"
	        "    )\n",
};

static const struct dialect *const dialects[] = { &duckdb, &pandas };

const struct dialect *dialect_at(unsigned i)
{
	return i < sizeof dialects / sizeof dialects[0] ? dialects[i] : NULL;
}
