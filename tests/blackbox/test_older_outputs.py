"""test_older_outputs.py - outputs that older versions wrote are resumed, retried and read; they
keep the columns that they were begun with. tests/fixtures/README.md describes the files."""

import csv
import gzip
import io
import re
import shutil

import pytest

import harness
from harness import BAD_ROWS, USAGE

FIXTURES = harness.ROOT / "tests/fixtures"
OFFLINE = ["--unbound-config", harness.ROOT / "examples/offline.conf"]
OPTIONS = ["--csv-safe", "--checks", "spf,mx", "--no-exp", "--receiver", "mx.example.org"]
VERSIONS = sorted(path.name for path in FIXTURES.iterdir() if path.is_dir())
N_ROWS = 45


def table(data):
    """The header and the rows of an output, without what differs from run to run."""
    text = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
    header, *rows = csv.reader(io.StringIO(text.decode()))
    timeless = [i for i, name in enumerate(header) if name not in harness.TIME_COLUMNS]
    return header, [[row[i] for i in timeless] for row in rows]


def fixture(version, name, tmp_path):
    """A copy of it, which may be written."""
    return shutil.copy(FIXTURES / version / name, tmp_path / name)


def expected(version, name):
    return table((FIXTURES / version / name).read_bytes())


def with_rows_of_today(tmp_path, before, is_anew, *options):
    """The header and rows of `before`, but that the rows of which is_anew(row) is true are as this
    version makes them, in those columns: a version may change what a row says."""
    header, rows = before
    fresh = tmp_path / "fresh.csv.gz"
    done = harness.run("scan", FIXTURES / "pairs.csv.gz", *OFFLINE, *options, "-o", fresh)
    assert done.returncode == BAD_ROWS, done.stderr
    names, made = table(fresh.read_bytes())
    names = [name for name in names if name not in harness.TIME_COLUMNS]
    at = [names.index(name) for name in header if name not in harness.TIME_COLUMNS]
    anew = [is_anew(row) for row in rows]
    assert any(anew) and not all(anew)
    return header, [
        [new[i] for i in at] if again else old for old, new, again in zip(rows, made, anew)
    ]


def has_failed(row):
    return "temperror" in row[-2].split(";")  # problems, before dns_cause


def test_versions():
    assert "0.1.0" in VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name, options", [("", []), ("options", OPTIONS)])
def test_a_torn_output_is_continued_in_its_own_columns(version, name, options, tmp_path):
    torn = fixture(version, f"{name}-torn.csv.gz" if name else "torn.csv.gz", tmp_path)
    before = torn.read_bytes()
    done = harness.run(
        "scan", FIXTURES / "pairs.csv.gz", *OFFLINE, *options, "-o", torn, "--resume"
    )
    assert done.returncode == BAD_ROWS, done.stderr
    assert "rows are there, going on with row" in done.stderr
    after = torn.read_bytes()
    harness.bgzf_members(after)
    assert after.startswith(before[:1000])
    whole = expected(version, f"{name}.csv.gz" if name else "whole.csv.gz")
    n_kept = int(re.search(r"(\d+) rows are there", done.stderr).group(1))
    assert table(after) == with_rows_of_today(
        tmp_path, whole, lambda row: int(row[0]) > n_kept, *options
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_a_whole_output_is_complete(version, tmp_path):
    whole = fixture(version, "whole.csv.gz", tmp_path)
    before = whole.read_bytes()
    done = harness.run("scan", FIXTURES / "pairs.csv.gz", *OFFLINE, "-o", whole, "--resume")
    assert done.returncode == BAD_ROWS, done.stderr
    assert f"complete, with {N_ROWS} rows" in done.stderr
    assert whole.read_bytes() == before


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("name", ["whole.csv.gz", "plain.csv"])
def test_an_output_is_retried_in_its_own_columns(version, name, tmp_path):
    new = tmp_path / "new.csv.gz"
    done = harness.run("retry", FIXTURES / version / name, *OFFLINE, "-o", new)
    assert done.returncode == BAD_ROWS, done.stderr
    assert "retried 2 rows: " in done.stderr
    assert table(new.read_bytes()) == with_rows_of_today(
        tmp_path, expected(version, name), has_failed
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_a_retry_of_theirs_is_continued(version, tmp_path):
    """The output of `retry` begins again where it ends, over the results that it was made of."""
    new = fixture(version, "retried.csv.gz", tmp_path)
    new.write_bytes(b"".join(_members(new.read_bytes())[:2]))
    whole = FIXTURES / version / "whole.csv.gz"
    done = harness.run("retry", whole, *OFFLINE, "-o", new, "--resume")
    assert done.returncode == BAD_ROWS, done.stderr
    assert table(new.read_bytes()) == expected(version, "retried.csv.gz")


def _members(data):
    ends, at = [0], 0
    while at < len(data):
        at += int.from_bytes(data[at + 16 : at + 18], "little") + 1
        ends.append(at)
    return [data[a:b] for a, b in zip(ends, ends[1:])]


@pytest.mark.parametrize("version", VERSIONS)
def test_other_options_are_refused(version, tmp_path):
    torn = fixture(version, "torn.csv.gz", tmp_path)
    before = torn.read_bytes()
    pairs = FIXTURES / "pairs.csv.gz"
    done = harness.run("scan", pairs, *OFFLINE, "--no-exp", "-o", torn, "--resume")
    assert done.returncode == USAGE
    assert "--no-exp was 'no' and is 'yes' now" in done.stderr
    assert torn.read_bytes() == before


def test_the_list_of_columns_is_a_contract(tmp_path):
    """Those of 0.1.0 are all there, in their order; the list is the one that is written down."""
    old = expected("0.1.0", "whole.csv.gz")[0]
    new = harness.run("scan", FIXTURES / "pairs.csv.gz", *OFFLINE).stdout.decode()
    header = new.splitlines()[0].split(",")
    assert [name for name in header if name in old] == old
    assert header[6:] == harness.OUTPUT_COLUMNS
