"""judge.py - holds a scan's output against the population's truth, row by row and column by
column."""

import collections
import csv
import dataclasses
import gzip
import itertools

from testbed.world import audit
from testbed.world.truth import COLUMNS, HELO_COLUMN

SPF_COLUMNS = [c for c in COLUMNS if c.startswith("spf")]
VERDICTS = ("spf", "iprev", "a_state", "a_match", "mx_state", "mx_match", HELO_COLUMN)
EXAMPLES = 10


@dataclasses.dataclass
class Judgement:
    rows: int = 0  # of the truth
    equal: int = 0
    false_temperrors: int = 0  # rows in which a column says temperror and the truth does not
    wrong: int = 0  # rows that differ in any other way
    missing: int = 0  # rows of the truth without a row of the results, and the other way round
    examples: list = dataclasses.field(default_factory=list)
    columns: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )  # in which columns rows differ

    def is_exact(self):
        return self.rows > 0 and self.equal == self.rows and not self.missing

    def share(self):
        return self.equal / self.rows if self.rows else 0.0


def rows_of(path):
    with open(path, "rb") as raw:
        is_gzip = raw.read(2) == b"\x1f\x8b"
    with (gzip.open if is_gzip else open)(path, "rt", newline="") as lines:
        yield from csv.DictReader(lines)


def same(column, got, expected):
    if expected == "*" or got == expected:
        return True
    # which limit ends a question whose servers never answer: the question's own, or the row's
    return column == "spf_problem" and (got, expected) == ("deadline", "dns_error")


def differences(got, expected, columns):
    """(column, got, expected) for each column that differs. The HELO result counts where the truth
    has one."""
    return [
        (c, got[c], expected[c])
        for c in (*columns, *({HELO_COLUMN} & expected.keys()))
        if not same(c, got[c], expected[c])
    ]


def is_false_temperror(differing):
    return any(
        got == "temperror" != expected for column, got, expected in differing if column in VERDICTS
    )


def same_of_audit(column, got, expected):
    """Of a list without an order that counts every element counts once."""
    if column in audit.SETS:
        return set(got.split(";")) == set(expected.split(";"))
    return expected == "*" or got == expected


def judge_audit(results, truth):
    """The same for an audit of domains.csv.gz: all columns of audit.COLUMNS."""
    told = Judgement()
    for number, (got, expected) in enumerate(
        itertools.zip_longest(rows_of(results), rows_of(truth)), 1
    ):
        told.rows += expected is not None
        if got is None or expected is None or got["domain"] != expected["domain"]:
            told.missing += 1
            continue
        differing = [
            (c, got[c], expected[c])
            for c in audit.COLUMNS
            if not same_of_audit(c, got[c], expected[c])
        ]
        if not differing:
            told.equal += 1
            continue
        failed = "temperror" in got["problems"].split(";")
        wanted = "temperror" in expected["problems"].split(";")
        if failed and not wanted:
            told.false_temperrors += 1
        else:
            told.wrong += 1
        told.columns.update(column for column, _, _ in differing)
        if len(told.examples) < EXAMPLES:
            told.examples.append(
                (
                    number,
                    expected["domain"],
                    got["spf_record"],
                    expected["kind"],
                    differing,
                    got["dns_cause"],
                )
            )
    return told


def judge(results, truths, columns=COLUMNS):
    """Compares the results with these files of truth, one after the other; rows must come in their
    order. `columns` are those to compare: a scan with fewer checks has fewer to show."""
    told = Judgement()
    for number, (got, expected) in enumerate(
        itertools.zip_longest(
            rows_of(results), itertools.chain.from_iterable(map(rows_of, truths))
        ),
        1,
    ):
        if got is None or expected is None:
            told.missing += 1
            told.rows += expected is not None
            continue
        told.rows += 1
        if (got["row"], got["domain"], got["ip"]) != (
            str(number),
            expected["domain"],
            expected["ip"],
        ):
            told.missing += 1
            continue
        differing = differences(got, expected, columns)
        if not differing:
            told.equal += 1
            continue
        if is_false_temperror(differing):
            told.false_temperrors += 1
        else:
            told.wrong += 1
        told.columns.update(column for column, _, _ in differing)
        if len(told.examples) < EXAMPLES:
            told.examples.append(
                (
                    number,
                    expected["domain"],
                    expected["ip"],
                    expected["kind"],
                    differing,
                    got.get("dns_cause", ""),
                )
            )
    return told


def judge_verdicts(rows, truth):
    """For (domain, ip, spf) rows, in any order, of a program that tells no more: the three figures
    of a contest.Turn. A row that is missing is wrong."""
    expected = {(row["domain"], row["ip"]): row["spf"] for row in rows_of(truth)}
    n_rows, equal, false_temperrors = len(expected), 0, 0
    for domain, ip, spf in rows:
        right = expected.pop((domain, ip), None)
        equal += spf == right
        false_temperrors += spf == "temperror" != right
    return {
        "equal": equal / n_rows if n_rows else 0.0,
        "false_temperrors": false_temperrors,
        "wrong": n_rows - equal - false_temperrors,
    }


def print_judgement(told, say=print):
    say(
        f"{told.rows} rows: {told.equal} equal to the truth, {told.false_temperrors} false "
        f"temperrors, {told.wrong} wrong, "
        f"{told.missing} missing or out of place"
    )
    for column, count in told.columns.most_common():
        say(f"  {column} differs in {count}")
    for number, domain, ip, kind, differing, cause in told.examples:
        what = ", ".join(
            f"{column} is {got!r}, must be {expected!r}" for column, got, expected in differing
        )
        say(f"  row {number}, {domain} {ip} ({kind}): {what}" + (f" [{cause}]" if cause else ""))
