-- trust.sql - who trusts whom, and who authorises an address, from the side files of an audit:
--
--     spfsweep audit domains.csv -o audit.csv.gz --includes includes.csv.gz --networks networks.csv.gz
--     python3 examples/prefixes.py 192.0.2.1 > prefixes.csv
--     duckdb < examples/trust.sql
--
-- Each statement is run by tests/recipes/test_recipes.py.

CREATE OR REPLACE TABLE includes AS
SELECT * FROM read_csv('includes.csv.gz', header = true, quote = '"', escape = '"', all_varchar = true);

CREATE OR REPLACE TABLE networks AS
SELECT * FROM read_csv('networks.csv.gz', header = true, quote = '"', escape = '"', all_varchar = true);

-- whom most domains trust, directly or through others
SELECT "to" AS trusted, count(DISTINCT domain) AS domains,
       count(DISTINCT domain) FILTER (depth = '1') AS directly
FROM includes GROUP BY "to" ORDER BY domains DESC, trusted LIMIT 20;

-- what one of them can do: the domains in whose name it may let anybody send
SELECT DISTINCT domain FROM includes
WHERE "to" = (SELECT "to" FROM includes GROUP BY "to"
              ORDER BY count(DISTINCT domain) DESC, "to" LIMIT 1)
ORDER BY domain;

-- who authorises an address: the longest network that holds it has the result
SELECT n.domain, arg_max(n.result, CAST(split_part(n.network, '/', 2) AS INTEGER)) AS result,
       arg_max(n.path, CAST(split_part(n.network, '/', 2) AS INTEGER)) AS path
FROM networks n JOIN read_csv('prefixes.csv', header = true, all_varchar = true) p
  ON n.network = p.network
GROUP BY n.domain HAVING result = 'pass' ORDER BY n.domain;

-- networks that most domains let pass, by size
SELECT network, count(DISTINCT domain) AS domains
FROM networks WHERE result = 'pass' GROUP BY network ORDER BY domains DESC, network LIMIT 20;
