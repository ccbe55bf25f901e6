"""The promise, on the small Internet: loss, delay and dead servers change no verdict. Names whose
servers are dead are temperror, and nothing else is."""

import contextlib
import re
import shutil
import subprocess

import pytest

from testbed import judge
from testbed.world import kinds

MODES = ["forward", "recursive"]


@contextlib.contextmanager
def served(bench, folder, *options):
    """The folder's population behind real servers; gives where(mode), the options that make a scan
    ask them."""
    subprocess.run([bench / "internet", "start", folder, "--silence", *options], check=True)
    try:
        yield {
            "forward": ["--upstream", "127.0.0.1"],
            "recursive": ["--unbound-config", folder / "bed" / "unbound.conf"],
        }
    finally:
        subprocess.run([bench / "internet", "stop", folder], check=True)


def scan(bench, spfsweep, folder, where):
    """Runs a scan where the servers are; gives the path of its results."""
    results = folder / "results.csv.gz"
    command = [
        bench / "internet",
        "exec",
        folder,
        spfsweep,
        "scan",
        folder / "pairs.csv.gz",
        *where,
        "-o",
        results,
        "--overwrite",
        "--progress",
        "never",
    ]
    run = subprocess.run(command, capture_output=True, text=True, timeout=600)
    assert run.returncode == 0, run.stderr
    return results


def assert_exact(told):
    said = []
    judge.print_judgement(told, said.append)
    assert told.is_exact(), "\n".join(said)


@pytest.fixture(scope="module")
def rough(bench, population):
    """5 000 domains over an Internet that loses 3 % of all questions and takes 30 ms for an answer;
    2 % of the domains have dead servers."""
    folder = population(5000, "--dead-share", "2")
    with served(bench, folder, "--loss", "3", "--delay", "30") as where:
        yield folder, where


@pytest.mark.parametrize("mode", MODES)
def test_truth_of_5000_domains(bench, spfsweep, rough, mode):
    folder, where = rough
    told = judge.judge(scan(bench, spfsweep, folder, where[mode]), [folder / "truth.csv.gz"])
    assert told.rows == 10000
    assert {row["kind"] for row in judge.rows_of(folder / "truth.csv.gz")} >= {
        *kinds.SHARES,
        "silent",
        "refusing",
        "closed",
        "broken",
    }
    assert_exact(told)


@pytest.mark.parametrize("mode", MODES)
def test_truth_with_senders(bench, spfsweep, population, mode):
    """The HELO name is checked beside the domain, and local parts stand in macros."""
    folder = population(1500, "--senders", "--dead", "quick")
    with served(bench, folder, "--mode", mode) as where:
        told = judge.judge(scan(bench, spfsweep, folder, where[mode]), [folder / "truth.csv.gz"])
    helo_results = {row["helo_spf"] for row in judge.rows_of(folder / "truth.csv.gz")}
    assert helo_results == {
        "",
        "none",
        "neutral",
        "pass",
        "fail",
        "softfail",
        "temperror",
        "permerror",
    }
    assert_exact(told)


# What is changed in zones.txt, of a record of a domain whose clients it matters to.
PLANTS = {
    "spf": (
        lambda row: row["kind"] == "own" and row["spf"] in ("softfail", "fail"),
        r'^{domain}\. TXT "v=spf1 .*',
        '{domain}. TXT "v=spf1 +all"',
    ),
    "iprev": (
        lambda row: row["iprev"] == "pass" and re.match(r"h\d+\.access", row["ptr"]),
        r"^{ptr}\. A .*",
        "{ptr}. A 192.0.2.99",
    ),
    "mx": (
        lambda row: row["kind"] == "nothing",
        r"^{domain}\. MX .*",
        "{domain}. MX 7 mail.{domain}.",
    ),
}


@pytest.mark.parametrize("column", PLANTS)
def test_one_planted_record_is_caught(bench, spfsweep, population, tmp_path, column):
    """One record of some thousand says something else than the truth knows: the judge must say so,
    and must name that row and no other domain's or client's."""
    folder = tmp_path / "planted"
    shutil.copytree(population(300, "--dead", "none"), folder, ignore=shutil.ignore_patterns("bed"))
    wanted, pattern, record = PLANTS[column]
    victim = next(row for row in judge.rows_of(folder / "truth.csv.gz") if wanted(row))
    zones = (folder / "zones.txt").read_text()
    pattern = pattern.format(**{key: re.escape(value) for key, value in victim.items()})
    planted, n = re.subn(pattern, record.format(**victim), zones, count=1, flags=re.MULTILINE)
    assert n == 1 and planted != zones
    (folder / "zones.txt").write_text(planted)
    with served(bench, folder, "--mode", "forward") as where:
        results = scan(bench, spfsweep, folder, where["forward"])
    run = subprocess.run(
        [bench / "judge", results, folder / "truth.csv.gz"], capture_output=True, text=True
    )
    assert run.returncode == 1
    assert f"{victim['domain']} {victim['ip']}" in run.stdout and f"{column} is" in run.stdout
    told = judge.judge(results, [folder / "truth.csv.gz"])
    assert told.wrong > 0 and not told.missing and not told.false_temperrors
    key = "ip" if column == "iprev" else "domain"
    assert {example[2 if key == "ip" else 1] for example in told.examples} == {victim[key]}
