"""study.py - the tables of examples/population.sql, and the shares of the publications that a
population is made with (world/kinds.py)."""

import contextlib
import os
import re

from testbed.world import kinds

ERRORS = "any error: a check ends with permerror, at once or where it gets that far"
# (title of the table, column of its only row, percent, of whom)
DEVIATIONS = 3  # a share may differ from the published one by so many
PUBLISHED = (
    ("domains with SPF, and with a mail host", "with_spf", 100 * kinds.SPF_SHARE, "domains"),
    (ERRORS, "syntax", 0.4, "with SPF"),
    (ERRORS, "evaluation", 7.7, "with SPF"),
    ("how many addresses pass", "over_100000", 34.7, "with SPF"),
)


@contextlib.contextmanager
def inside(folder):
    before = os.getcwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def statements(path):
    """(the comment before it, SQL) of each."""
    with open(path) as file:
        for text in file.read().split(";\n"):
            comment = re.findall(r"^-- (.*)$", text, re.MULTILINE)
            sql = re.sub(r"^--.*$", "", text, flags=re.MULTILINE).strip()
            if sql:
                yield comment[-1] if comment else "", sql


def tables(base, path, folder):
    """Runs the file in the folder; title -> rows, dictionaries, of each of its tables. `base` is a
    connection of DuckDB."""
    found = {}
    with inside(folder):
        for title, sql in statements(path):
            done = base.execute(sql)
            if not sql.startswith("CREATE"):
                names = [column[0] for column in done.description]
                found[title] = [dict(zip(names, row)) for row in done.fetchall()]
    return found


def deviation(percent, n):
    """Of a share of n that were drawn: the standard deviation, in percent."""
    return (percent * (100 - percent) / n) ** 0.5


def compare(found):
    """(what, percent that came out, percent published, how far they may differ)"""
    [row] = found["domains with SPF, and with a mail host"]
    n = {"domains": row["domains"], "with SPF": row["domains"] * row["with_spf"] / 100}
    return [
        (column, found[title][0][column], percent, DEVIATIONS * deviation(percent, n[whole]))
        for title, column, percent, whole in PUBLISHED
    ]


def compare_terms(found, made):
    """(what, percent that came out, percent made, how far they may differ) of each number of
    look-up terms; "11" is more than 10. `made` is what population.json counted in these very
    domains. The SQL leaves out those whose look-up failed, and both are rounded."""
    here = {
        row["lookups"].replace("over 10", "11"): row["percent"] for row in found["look-up terms"]
    }
    n_all = found["how much was measured"][0]["domains"]
    n_known = found["domains with SPF, and with a mail host"][0]["domains"]
    n_records = sum(row["domains"] for row in found["look-up terms"])
    limit = 0.01 + 100 * (n_all - n_known) / n_records
    return [
        (f"look-up terms: {terms}", here.get(terms, 0), made.get(terms, 0), limit)
        for terms in sorted({*here, *made}, key=int)
    ]
