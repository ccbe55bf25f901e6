-- population.sql - the tables of a paper's SPF section, from one audit:
--
--     spfsweep audit domains.csv -o audit.csv.gz
--     duckdb < examples/population.sql
--
-- Shares are in percent. Domains whose look-up failed are left out of all but the first table.
-- Each statement is run by tests/recipes/test_recipes.py.

CREATE OR REPLACE TABLE audit AS
SELECT *
FROM read_csv('audit.csv.gz', header = true, quote = '"', escape = '"', all_varchar = true);

CREATE OR REPLACE VIEW known AS
SELECT *,
       record_state NOT IN ('none', 'nxdomain') AS has_spf,
       CAST(pass_v4 AS HUGEINT) AS pass,
       CAST(lookups AS HUGEINT) AS terms,
       string_split(problems, ';') AS words
FROM audit
WHERE record_state NOT IN ('temperror', 'bad_domain', '')
  AND NOT list_contains(string_split(coalesce(problems, ''), ';'), 'temperror');

-- how much was measured
SELECT count(*) AS domains,
       count(*) FILTER (record_state = 'temperror') AS failed,
       count(*) FILTER (status <> 'ok') AS not_usable
FROM audit;

-- domains with SPF, and with a mail host
SELECT count(*) AS domains,
       round(100.0 * count(*) FILTER (has_spf) / count(*), 2) AS with_spf,
       round(100.0 * count(*) FILTER (mx_state = 'ok') / count(*), 2) AS with_mx
FROM known;

-- classes of errors, of the domains with SPF: a domain may be in several
SELECT word, count(*) AS domains,
       round(100.0 * count(*) / (SELECT count(*) FROM known WHERE has_spf), 2) AS percent
FROM (SELECT unnest(words) AS word FROM known WHERE has_spf)
WHERE word IN ('multiple_records', 'spf_syntax', 'spf_not_ascii', 'include_broken', 'include_none',
               'redirect_none', 'bad_target', 'lookup_limit', 'void_limit', 'mx_limit', 'loop')
GROUP BY word ORDER BY domains DESC, word;

-- any error: a check ends with permerror, at once or where it gets that far
SELECT round(100.0 * count(*) FILTER (record_state IN ('syntax', 'not_ascii')) / count(*), 2) AS syntax,
       round(100.0 * count(*) FILTER (record_state = 'multiple' OR list_has_any(words,
             ['include_broken', 'include_none', 'redirect_none', 'bad_target', 'lookup_limit',
              'void_limit', 'mx_limit', 'loop'])) / count(*), 2) AS evaluation
FROM known WHERE has_spf;

-- how policies end
SELECT "all", count(*) AS domains, round(100.0 * count(*) / sum(count(*)) OVER (), 2) AS percent
FROM known WHERE record_state = 'ok' GROUP BY "all" ORDER BY domains DESC, "all";

-- Nothing passes by a broken record, whose pass_v4 is 0: such a domain is none over the bound, and
-- says nothing of what a policy lets pass. So the median is of the records that can be used.
-- how many addresses pass
SELECT round(100.0 * count(*) FILTER (pass > 100000) / count(*), 2) AS over_100000,
       median(pass) FILTER (record_state = 'ok') AS median, max(pass) AS most
FROM known WHERE has_spf;

-- look-up terms
SELECT CASE WHEN terms > 10 THEN 'over 10' ELSE CAST(terms AS VARCHAR) END AS lookups,
       count(*) AS domains, round(100.0 * count(*) / sum(count(*)) OVER (), 2) AS percent
FROM known WHERE record_state = 'ok' GROUP BY 1 ORDER BY min(terms);
