-- changes.sql - what changed between two nights: one row for each column of a pair that has another
-- value now. DuckDB reads the outputs as they are:
--
--   duckdb -csv -c "SET VARIABLE before = 'monday.csv.gz'; SET VARIABLE now = 'tuesday.csv.gz';" \
--          -f changes.sql
--
-- The pairs are joined by `row`, since both nights are of one list (a longer one has new rows behind).
-- Columns of time do not count. A pair that failed in one of the nights is no change of the domain's,
-- so temperror is left out; the failed ones are those WHERE problems LIKE '%temperror%'.
WITH b AS (
	SELECT * FROM read_csv(getvariable('before'), header = true, all_varchar = true,
		delim = ',', quote = '"', escape = '"', nullstr = '', max_line_size = 16777216)
), n AS (
	SELECT * FROM read_csv(getvariable('now'), header = true, all_varchar = true,
		delim = ',', quote = '"', escape = '"', nullstr = '', max_line_size = 16777216)
), pairs AS (
	SELECT n."row"::BIGINT AS "row", n.domain, n.ip, b.evaluated_at AS before_at,
		n.evaluated_at AS now_at,
		[{'name': 'spf', 'was': b.spf, 'is': n.spf},
		 {'name': 'spf_matched', 'was': b.spf_matched, 'is': n.spf_matched},
		 {'name': 'spf_record', 'was': b.spf_record, 'is': n.spf_record},
		 {'name': 'iprev', 'was': b.iprev, 'is': n.iprev},
		 {'name': 'ptr', 'was': b.ptr, 'is': n.ptr},
		 {'name': 'a', 'was': b.a, 'is': n.a},
		 {'name': 'mx', 'was': b.mx, 'is': n.mx},
		 {'name': 'mx_state', 'was': b.mx_state, 'is': n.mx_state},
		 {'name': 'problems', 'was': b.problems, 'is': n.problems}] AS columns
	FROM b JOIN n USING ("row")
	WHERE b.evaluated_at IS DISTINCT FROM n.evaluated_at
		AND coalesce(b.problems, '') NOT LIKE '%temperror%'
		AND coalesce(n.problems, '') NOT LIKE '%temperror%'
), changes AS (
	SELECT "row", domain, ip, before_at, now_at, unnest(columns, recursive := true) FROM pairs
)
SELECT "row", domain, ip, name AS "column", was, "is", before_at, now_at
FROM changes
WHERE was IS DISTINCT FROM "is"
ORDER BY "row", "column";
