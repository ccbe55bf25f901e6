-- questions.sql - ten questions to results with types, for DuckDB:
--
--     examples/load/to_parquet results.csv.gz results.parquet    (of a scan)
--     examples/load/to_parquet audit.csv.gz audit.parquet        (of an audit)
--     duckdb < examples/questions.sql
--
-- An empty field is NULL, and a list that is empty is NULL; `mx_state` and its like say what that
-- means. Each statement is run by tests/recipes/test_questions.py.

---- of a mail operator, to a scan of logs ----

-- who sends in others' names most, and why that fails
SELECT ip,
       count(*) AS messages,
       count(DISTINCT spf_domain) AS domains,
       list_sort(list(DISTINCT coalesce(spf_problem, spf_matched))) AS reasons
FROM 'results.parquet'
WHERE spf IN ('fail', 'softfail', 'permerror')
GROUP BY ip
ORDER BY messages DESC, ip
LIMIT 20;

-- whose policy is broken, and at which term
SELECT spf_domain, spf_problem, spf_matched, count(*) AS messages
FROM 'results.parquet'
WHERE spf = 'permerror'
GROUP BY ALL
ORDER BY messages DESC, spf_domain;

-- what rejecting clients without a confirmed reverse name would cost
SELECT iprev,
       count(*) AS messages,
       count(*) FILTER (spf = 'pass') AS that_pass_spf
FROM 'results.parquet'
WHERE iprev IS NOT NULL
GROUP BY iprev
ORDER BY messages DESC, iprev;

-- which look-ups failed, and how
SELECT split_part(cause, ' ', 1) AS type,
       split_part(split_part(cause, ' ', 2), ':', 1) AS name,
       split_part(split_part(cause, ': ', 2), ' ', 1) AS status,
       count(*) AS times
FROM (SELECT unnest(dns_cause) AS cause FROM 'results.parquet')
GROUP BY ALL
ORDER BY times DESC, type, name;

---- of a researcher, to an audit of domains ----

-- how policies end, of the domains with one
SELECT "all" AS policy_ends,
       count(*) AS domains,
       round(100 * count(*) / sum(count(*)) OVER (), 2) AS percent
FROM 'audit.parquet'
WHERE record_state = 'ok'
GROUP BY "all"
ORDER BY domains DESC, policy_ends;

-- look-up terms against the limit of 10, and what passes then
SELECT least(lookups, 11) AS terms_or_11,
       count(*) AS domains,
       max(pass_v4) AS most_addresses
FROM 'audit.parquet'
WHERE record_state = 'ok'
GROUP BY terms_or_11
ORDER BY terms_or_11;

-- whom most policies include
SELECT name, count(*) AS domains
FROM (SELECT unnest(includes) AS name FROM 'audit.parquet')
GROUP BY name
ORDER BY domains DESC, name
LIMIT 20;

---- of a builder of reputation data, to a scan of pairs ----

-- what is known of each address
SELECT ip,
       count(DISTINCT spf_domain) AS domains,
       avg(CAST(spf = 'pass' AS INTEGER)) FILTER (spf IS NOT NULL AND spf <> 'temperror') AS passing,
       bool_or(iprev = 'pass') AS confirmed,
       bool_and(ptr_generic) AS generic_name,
       max(evaluated_at) AS last_seen
FROM 'results.parquet'
WHERE ip IS NOT NULL AND status = 'ok'
GROUP BY ip
ORDER BY ip;

-- which hosts take the mail of most domains
SELECT host.host AS mail_host, count(DISTINCT spf_domain) AS domains, min(host.preference) AS best
FROM (SELECT spf_domain, unnest(mx) AS host FROM 'results.parquet' WHERE mx_state = 'ok')
GROUP BY mail_host
ORDER BY domains DESC, mail_host
LIMIT 20;

-- which domains take no mail: NULL is not "none", and `null` is a word
SELECT coalesce(mx_state, 'not looked up') AS state,
       count(DISTINCT spf_domain) AS domains,
       count(mx) AS rows_with_records
FROM 'results.parquet'
WHERE mx_state IS NULL OR mx_state IN ('none', 'null')
GROUP BY state
ORDER BY state;
