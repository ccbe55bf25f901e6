"""test_questions.py - examples/questions.sql over real results, and the same counted in Python."""

import collections
import re

import pytest

import harness
from test_load import files, of_duckdb, plain, run, truth  # noqa: F401: a fixture

SQL = harness.ROOT / "examples/questions.sql"


@pytest.fixture(scope="module")
def answers(files, tmp_path_factory):  # noqa: F811
    """question -> rows; and the rows of the scan and the audit."""
    duckdb = pytest.importorskip("duckdb")
    folder = tmp_path_factory.mktemp("questions")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for name, parquet in (("asked", "results"), ("audit", "audit")):
            path = files / f"{name}.csv.gz"
            code = run("schema", path, "--format=duckdb").decode()
            copy = f"copy (from spfsweep_csv('{path}')) to '{parquet}.parquet' (format parquet)"
            of_duckdb(folder, code, copy)
        base, found = duckdb.connect(), {}
        base.execute("SET TimeZone = 'UTC'")
        for statement in SQL.read_text().split(";\n"):
            comment = re.findall(r"^-- (.*)$", statement, re.MULTILINE)
            result = base.execute(statement) if "SELECT" in statement else None
            if result:
                found[comment[-1]] = [plain(row) for row in result.fetchall()]
    return found, truth(files, "asked"), truth(files, "audit")


def counted(rows, key):
    """[(key, rows of it)], most first."""
    groups = collections.defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))


def domains_of(rows):
    return len({row["spf_domain"] for row in rows} - {None})


def test_ten_questions(answers):
    found, scan, audit = answers
    assert len(found) == 10 and all(found.values())
    assert {row["spf"] for row in scan} >= {"pass", "fail", "softfail", "permerror", "temperror"}


def test_of_an_operator(answers):
    found, scan, _ = answers
    bad = [row for row in scan if row["spf"] in ("fail", "softfail", "permerror")]
    assert found["who sends in others' names most, and why that fails"] == [
        [ip, len(rows), domains_of(rows),
         sorted({row["spf_problem"] or row["spf_matched"] for row in rows})]
        for ip, rows in counted(bad, lambda row: row["ip"])
    ]  # fmt: skip
    broken = [row for row in scan if row["spf"] == "permerror"]
    keys = ("spf_domain", "spf_problem", "spf_matched")
    assert found["whose policy is broken, and at which term"] == [
        [*key, len(rows)] for key, rows in counted(broken, lambda row: tuple(row[k] for k in keys))
    ]
    asked = [row for row in scan if row["iprev"]]
    question = "what rejecting clients without a confirmed reverse name would cost"
    assert found[question] == [
        [iprev, len(rows), sum(row["spf"] == "pass" for row in rows)]
        for iprev, rows in counted(asked, lambda row: row["iprev"])
    ]
    causes = [cause for row in scan for cause in row["dns_cause"] or []]
    parts = [re.match(r"(\S+) (\S+): (\S+)", cause).groups() for cause in causes]
    assert found["which look-ups failed, and how"] == [
        [*key, len(group)] for key, group in counted(parts, lambda part: part)
    ]


def test_of_a_researcher(answers):
    found, _, audit = answers
    ok = [row for row in audit if row["record_state"] == "ok"]
    assert found["how policies end, of the domains with one"] == [
        [end, len(rows), round(100 * len(rows) / len(ok), 2)]
        for end, rows in counted(ok, lambda row: row["all"])
    ]
    terms = dict(counted(ok, lambda row: min(row["lookups"], 11)))
    assert found["look-up terms against the limit of 10, and what passes then"] == [
        [n, len(terms[n]), max(row["pass_v4"] for row in terms[n])] for n in sorted(terms)
    ]
    names = [name for row in audit for name in row["includes"] or []]
    assert found["whom most policies include"] == [
        [name, len(group)] for name, group in counted(names, lambda name: name)
    ]


def test_of_a_data_set(answers):
    found, scan, _ = answers
    wanted = []
    for ip, rows in sorted(counted((r for r in scan if r["ip"]), lambda row: row["ip"])):
        rows = [row for row in rows if row["status"] == "ok"]
        judged = [row["spf"] == "pass" for row in rows if row["spf"] not in (None, "temperror")]
        generic = [row["ptr_generic"] for row in rows if row["ptr_generic"] is not None]
        wanted.append([
            ip, domains_of(rows), sum(judged) / len(judged),
            any(row["iprev"] == "pass" for row in rows),
            all(generic) if generic else None, max(row["evaluated_at"] for row in rows),
        ])  # fmt: skip
    assert found["what is known of each address"] == wanted
    hosts = collections.defaultdict(list)
    for row in scan:
        for mx in row["mx"] or [] if row["mx_state"] == "ok" else ():
            hosts[mx["host"]].append((row["spf_domain"], mx["preference"]))
    listed = [
        [host, len({domain for domain, _ in uses}), min(preference for _, preference in uses)]
        for host, uses in hosts.items()
    ]
    listed.sort(key=lambda one: (-one[1], one[0]))
    assert found["which hosts take the mail of most domains"] == listed[:20]
    states = collections.defaultdict(list)
    for row in scan:
        if row["mx_state"] in (None, "none", "null"):
            states[row["mx_state"] or "not looked up"].append(row)
    question = "which domains take no mail: NULL is not \"none\", and `null` is a word"
    assert found[question] == [
        [state, domains_of(rows), sum(row["mx"] is not None for row in rows)]
        for state, rows in sorted(states.items())
    ]
    assert {row[0] for row in found[question]} == {"none", "null", "not looked up"}
