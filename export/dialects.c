/* dialects.c - the table of dialects, in the order of docs/output.md. */
#include "export/dialects.h"

static const struct dialect *const dialects[] = { &dialect_duckdb, &dialect_pandas, &dialect_polars,
	&dialect_spark, &dialect_postgres, &dialect_r };

const struct dialect *dialect_at(unsigned i)
{
	return i < sizeof dialects / sizeof dialects[0] ? dialects[i] : NULL;
}
