/* dialects.h - the dialects of export/schema.h, one value for each tool. */
#ifndef EXPORT_DIALECTS_H
#define EXPORT_DIALECTS_H

#include "export/schema.h"

extern const struct dialect dialect_duckdb, dialect_pandas, dialect_polars, dialect_spark,
        dialect_postgres, dialect_r;

#endif
