"""test_study.py - `bench/study`, the one command of bench/README.md: the shares of a study come out
of examples/population.sql over an audit of a population that was made with them."""

import json
import subprocess
import sys

import duckdb
import harness
import pytest

BENCH = harness.ROOT / "bench"
sys.path.insert(0, str(BENCH))

from testbed import study  # noqa: E402

N = 6000
SHARES = ["with_spf", "syntax", "evaluation", "over_100000"]


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    program = [sys.executable, BENCH / "study", folder, "--domains", N]
    run = subprocess.run(
        [*map(str, program), f"--spfsweep={harness.SPFSWEEP}"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    return folder, run


def test_the_tables_are_those_of_the_study(done):
    _, run = done
    assert run.returncode == 0, run.stdout + run.stderr
    assert f"{N} equal to the truth" in run.stdout and " OUT" not in run.stdout
    for share in SHARES:
        assert f"\n{share} " in run.stdout
    assert "\nlook-up terms: 11 " in run.stdout


def test_another_study_does_not_come_out(done, tmp_path):
    """The comparison can fail: an audit in which the domains without SPF are left out, and records
    of more than two look-up terms, is not of that population."""
    folder, _ = done
    made = json.loads((folder / "population.json").read_text())["lookups"]
    base = duckdb.connect()
    base.execute(
        f"COPY (FROM read_csv('{folder}/audit.csv.gz', all_varchar = true, header = true)"
        " WHERE CAST(lookups AS INT) <= 2) TO"
        f" '{tmp_path}/audit.csv.gz' (header, compression gzip)"
    )
    found = study.tables(base, harness.ROOT / "examples/population.sql", tmp_path)

    def out(lines):
        return {what for what, share, wanted, limit in lines if abs(share - wanted) > limit}

    assert out(study.compare(found)) >= {"with_spf", "evaluation"}
    assert out(study.compare_terms(found, made)) >= {"look-up terms: 0", "look-up terms: 11"}
