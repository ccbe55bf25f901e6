/* types.c - one row for each type. */
#include "export/types.h"

#define LIST_OF_TEXT "{\"type\": [\"array\", \"null\"], \"items\": {\"type\": \"string\"}}"
#define LIST_OF(members)                                                                           \
	"{\"type\": [\"array\", \"null\"], \"items\": {\"type\": \"object\", \"properties\": "     \
	"{" members "}}}"
#define TEXT_MEMBER(name) "\"" name "\": {\"type\": \"string\"}"
#define TEXT_OR_NULL_MEMBER(name) "\"" name "\": {\"type\": [\"string\", \"null\"]}"
#define NUMBER "{\"type\": [\"integer\", \"null\"], \"minimum\": 0}"

static const struct {
	const char *word, *json_schema;
} types[TYPE_COUNT] = {
	[TYPE_TEXT] = { "text", "{\"type\": [\"string\", \"null\"]}" },
	[TYPE_INTEGER] = { "integer", NUMBER },
	[TYPE_WIDE] = { "wide_integer", NUMBER },
	[TYPE_BOOLEAN] = { "boolean", "{\"type\": [\"boolean\", \"null\"]}" },
	[TYPE_TIMESTAMP] = { "timestamp",
	        "{\"type\": [\"string\", \"null\"], \"format\": \"date-time\"}" },
	[TYPE_TEXTS] = { "list_of_text", LIST_OF_TEXT },
	[TYPE_ADDRESSES] = { "list_of_addresses", LIST_OF_TEXT },
	[TYPE_NETWORKS] = { "list_of_networks", LIST_OF_TEXT },
	[TYPE_MX] = { "list_of_mx",
	        LIST_OF("\"preference\": {\"type\": \"integer\"}, " TEXT_MEMBER("host")) },
	[TYPE_HOSTS] = { "list_of_hosts",
	        LIST_OF(TEXT_MEMBER("host") ", \"addresses\": " LIST_OF_TEXT) },
	[TYPE_REVERSE] = { "list_of_reverse",
	        LIST_OF(TEXT_MEMBER("address") ", " TEXT_MEMBER("result") ", " TEXT_OR_NULL_MEMBER(
	                "name")) },
};

const char *type_word(enum column_type type)
{
	return types[type].word;
}

const char *type_json_schema(enum column_type type)
{
	return types[type].json_schema;
}
