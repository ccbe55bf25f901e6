"""Record and replay, on the small Internet: a scan over a network that loses, killed and resumed
several times, is replayed without one, and gives the same rows; half of its record gives those of
which it has the answers, and the others say that it has not."""

import csv
import gzip
import json
import subprocess
import time

import pytest
from test_truth import served

TIMES = ("evaluated_at", "elapsed_ms")
KILLS = 3


def command_of(spfsweep, folder, out, *options):
    return [
        spfsweep,
        "scan",
        folder / "pairs.csv.gz",
        *options,
        "-o",
        out,
        "--summary",
        out.with_suffix(".json"),
        "--progress=never",
    ]


def rows_of(path):
    """The rows without their columns of time."""
    with gzip.open(path, "rt", encoding="latin-1") as text:
        return [
            {name: value for name, value in row.items() if name not in TIMES}
            for row in csv.DictReader(text)
        ]


def lines_of(record):
    with gzip.open(record, "rt", encoding="latin-1") as text:
        return [line.rstrip("\n").split("\t") for line in text if not line.startswith("#")]


def kill_at(process, path, size):
    """Kills it when the file has grown to `size`; False: it ended before."""
    while process.poll() is None:
        if path.exists() and path.stat().st_size >= size:
            process.kill()
            process.wait()
            return True
        time.sleep(0.005)
    return False


def scan_with_kills(bench, spfsweep, folder, where):
    """Records a scan that is killed and resumed; gives output and record."""
    out, record = folder / "killed.csv.gz", folder / "killed.rec.gz"
    command = [
        bench / "internet",
        "exec",
        folder,
        *command_of(spfsweep, folder, out, *where, "--record", record, "--window=512"),
    ]
    more, n_killed = [], 0
    while n_killed < KILLS:
        size = (out.stat().st_size if out.exists() else 0) + 40000
        process = subprocess.Popen([*command, *more], stderr=subprocess.PIPE, text=True)
        assert kill_at(process, out, size), process.stderr.read()
        more, n_killed = ["--resume"], n_killed + 1
    run = subprocess.run([*command, *more], capture_output=True, text=True, timeout=900)
    assert run.returncode == 0, run.stderr
    return out, record


@pytest.fixture(scope="module")
def recorded(bench, spfsweep, population):
    folder = population(2000, "--dead-share", "2")
    with served(bench, folder, "--loss", "3", "--delay", "30") as where:
        out, record = scan_with_kills(bench, spfsweep, folder, where["forward"])
    return folder, out, record


def replay(spfsweep, folder, record, name, *options):
    """Its rows and its summary. There is no server any more."""
    out = folder / f"{name}.csv.gz"
    run = subprocess.run(
        command_of(spfsweep, folder, out, "--replay", record, "--overwrite", *options),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stderr
    return rows_of(out), json.loads(out.with_suffix(".json").read_text())


def test_a_replay_gives_the_rows_that_were_recorded(spfsweep, recorded):
    folder, out, record = recorded
    assert len(json.loads(out.with_suffix(".json").read_text())["runs"]) == KILLS + 1
    rows, told = replay(spfsweep, folder, record, "replayed")
    assert rows == rows_of(out)
    assert len(rows) == 4000
    assert told["not_recorded"] == 0 and told["replayed"] == told["questions"] > 0
    assert told["queries_sent"] == told["failures"] == told["retries"] == 0
    assert told["options"]["engine"] == "replay"


def test_half_a_record_gives_the_rows_of_which_it_has_the_answers(spfsweep, recorded):
    folder, out, record = recorded
    half = folder / "half.rec.gz"
    half.write_bytes(record.read_bytes()[: record.stat().st_size // 2])
    # cut inside a member, so gzip's own reader is of no use: count what is there by the lines
    all_lines, n_lines = lines_of(record), replayed_lines(spfsweep, folder, half)
    assert 0 < n_lines < len(all_lines)
    known = {(line[4], line[5]) for line in all_lines[:n_lines]}
    asked = {(line[4], line[5]) for line in all_lines}
    rows, told = replay(spfsweep, folder, half, "half")
    lacking = 0
    for before, now in zip(rows_of(out), rows, strict=True):
        causes = [
            tuple(cause.removesuffix(": not_recorded").split(" "))
            for cause in now["dns_cause"].split(";")
            if cause.endswith(": not_recorded")
        ]
        lacking += bool(causes)
        assert causes or now == before
        assert all(cause not in known for cause in causes)
    assert 0 < lacking < len(rows)
    assert told["not_recorded"] > 0
    assert asked > known


def replayed_lines(spfsweep, folder, record):
    """How many answers a replay finds in a record, by what it says."""
    run = subprocess.run(
        command_of(spfsweep, folder, folder / "count.csv.gz", "--replay", record, "--overwrite"),
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "ends too early" in run.stderr
    line = next(line for line in run.stderr.splitlines() if " answers, of rows " in line)
    return int(line.split(": ")[2].split(" ")[0])


def test_other_rules_and_rows_are_replayed_as_far_as_the_answers_reach(spfsweep, recorded):
    """No limit on void look-ups: more is asked of a few, which the record cannot have."""
    folder, out, record = recorded
    rows, told = replay(spfsweep, folder, record, "void", "--void-limit=none")
    before = rows_of(out)
    changed = {row["spf_problem"] for row, now in zip(before, rows, strict=True) if row != now}
    assert changed == {"void_limit"}
    assert all(row["spf_problem"] != "void_limit" for row in rows)
    assert told["queries_sent"] == 0
