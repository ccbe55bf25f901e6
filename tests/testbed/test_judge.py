"""The judge: a row that is missing, doubled, out of place, temperror without need or wrong in any
other way is told, and nothing else is."""

import csv
import gzip

import pytest
from testbed import judge
from testbed.world.truth import COLUMNS

TRUTH = [
    {
        "status": "ok",
        "spf": "pass",
        "spf_problem": "",
        "spf_lookups": "2",
        "spf_void_lookups": "0",
        "spf_record": "v=spf1 mx a -all",
        "iprev": "pass",
        "ptr": "a.example;b.example",
        "iprev_name": "a.example",
        "a": "192.0.2.1;192.0.2.2",
        "a_state": "ok",
        "a_match": "no",
        "mx": "10 mx.example",
        "mx_state": "ok",
        "mx_match": "no",
    },
    {
        "status": "ok",
        "spf": "temperror",
        "spf_problem": "dns_error",
        "spf_lookups": "*",
        "spf_void_lookups": "*",
        "spf_record": "*",
        "iprev": "permerror",
        "ptr": "",
        "iprev_name": "",
        "a": "",
        "a_state": "temperror",
        "a_match": "temperror",
        "mx": "",
        "mx_state": "temperror",
        "mx_match": "temperror",
    },
]
NAMES = [("one.example", "203.0.113.1"), ("two.example", "203.0.113.2")]


@pytest.fixture
def verdict(tmp_path):
    """verdict(rows) judges results with such rows: (row number, name, columns)."""
    truth = tmp_path / "truth.csv.gz"
    with gzip.open(truth, "wt", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["domain", "ip", "kind", *COLUMNS])
        writer.writerows([*name, "own", *row.values()] for name, row in zip(NAMES, TRUTH))

    def judged(rows):
        results = tmp_path / "results.csv"
        with open(results, "w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["row", "domain", "ip", *COLUMNS, "dns_cause"])
            writer.writerows([number, *name, *row.values(), ""] for number, name, row in rows)
        return judge.judge(results, [truth])

    return judged


def good():
    """What a scan says that found the truth; it may tell what the truth leaves open."""
    told = {
        "spf_lookups": "0",
        "spf_void_lookups": "1",
        "spf_record": "",
        "spf_problem": "deadline",
    }
    return [(1, NAMES[0], dict(TRUTH[0])), (2, NAMES[1], {**TRUTH[1], **told})]


def counts(told):
    return told.equal, told.false_temperrors, told.wrong, told.missing


def test_equal(verdict):
    told = verdict(good())
    assert counts(told) == (2, 0, 0, 0) and told.is_exact()


WRONG = [
    ("spf", "none"),
    ("spf_lookups", "3"),
    ("ptr", "a.example"),
    ("ptr", "b.example;a.example"),
    ("status", "bad_input"),
    ("spf_void_lookups", "1"),
    ("spf_record", ""),
    ("a", ""),
    ("a_state", "none"),
    ("mx_match", "yes"),
    ("iprev_name", ""),
    ("spf_problem", "syntax"),
]


@pytest.mark.parametrize("column, value", WRONG)
def test_wrong(verdict, column, value):
    rows = good()
    rows[0][2][column] = value
    told = verdict(rows)
    assert counts(told) == (1, 0, 1, 0) and not told.is_exact()
    assert told.examples[0][:3] == (1, "one.example", "203.0.113.1") and told.columns == {column: 1}


@pytest.mark.parametrize("column", [c for c in judge.VERDICTS if c in COLUMNS])
def test_false_temperror(verdict, column):
    rows = good()
    rows[0][2][column] = "temperror"
    assert counts(verdict(rows)) == (1, 1, 0, 0)


def test_a_dead_name_taken_for_an_empty_one_is_wrong(verdict):
    rows = good()
    rows[1][2].update(spf="none", spf_problem="")
    assert counts(verdict(rows)) == (1, 0, 1, 0)


CHANGES = [
    lambda rows: rows[:1],
    lambda rows: rows + [rows[1]],
    lambda rows: rows[::-1],
    lambda rows: [rows[0], (2, *rows[0][1:])],
]


@pytest.mark.parametrize("change", CHANGES)
def test_missing_doubled_or_out_of_place(verdict, change):
    told = verdict(change(good()))
    assert told.missing and not told.is_exact()


def test_helo_counts_where_the_truth_has_it():
    got = {**TRUTH[0], "helo_spf": "none"}
    assert judge.differences(got, TRUTH[0], COLUMNS) == []
    assert judge.differences(got, {**TRUTH[0], "helo_spf": "pass"}, COLUMNS) == [
        ("helo_spf", "none", "pass")
    ]


def test_nothing_is_not_exact():
    assert not judge.Judgement().is_exact()


def test_spf_results_alone(tmp_path, verdict):
    verdict(good())
    truth = tmp_path / "truth.csv.gz"
    rows = [(*name, row["spf"]) for name, row in zip(NAMES, TRUTH)]
    assert judge.judge_verdicts(rows, truth) == {"equal": 1, "false_temperrors": 0, "wrong": 0}
    assert judge.judge_verdicts(rows[:1], truth) == {
        "equal": 0.5,
        "false_temperrors": 0,
        "wrong": 1,
    }
    assert judge.judge_verdicts([rows[0], rows[0], (*NAMES[1], "none")], truth)["wrong"] == 1
    assert judge.judge_verdicts([(*NAMES[0], "temperror"), rows[1]], truth) == {
        "equal": 0.5,
        "false_temperrors": 1,
        "wrong": 0,
    }
