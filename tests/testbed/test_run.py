"""bench/run from end to end, in its smallest size: what it leaves behind, and that one wrong record
in a population is found. SPFSWEEP_BENCH names the folder of the built measuring programs; spfsweep
is taken from the one above it."""

import csv
import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess

import pytest

from testbed import namespace

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = (
    pathlib.Path(os.environ.get("SPFSWEEP_BENCH", ROOT / "build/release/bench")).resolve().parent
)
RUNS = ["cold-forward", "cold-recursive"]


def run(folder, *options):
    command = [
        ROOT / "bench/run",
        "--profile",
        "tiny",
        "--turns",
        "1",
        "--no-install",
        "--build",
        BUILD,
        "--out",
        folder / "out",
        "--work",
        folder / "work",
        *options,
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


@pytest.fixture(scope="module")
def done(tmp_path_factory):
    """The folder of the two cold runs, and what became of the command."""
    try:
        namespace.kind()
    except namespace.NamespaceError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("run")
    return folder, run(folder, "--only", "cold-*")


def subject_of(folder, name):
    entries = json.loads((folder / "out" / f"{name}.json").read_text())["contestants"]
    return next(entry for entry in entries if entry["role"] == "subject")


def test_everything_is_written_and_right(done):
    folder, told = done
    assert told.returncode == 0, told.stdout + told.stderr
    for name in RUNS:
        (turn,) = subject_of(folder, name)["turns"]
        assert turn["equal"] == 1 and turn["rows"] == 200 and turn["peak_mib"] > 1
    table = (folder / "out" / "table.md").read_text()
    assert all(f"| {name} | right |" in table for name in RUNS)
    assert "bare loop, UDP_SEGMENT" in table and "WRONG" not in table
    assert {path.name for path in folder.glob("out/*.svg")} <= {
        "speeds.svg",
        "questions.svg",
        "memory.svg",
    }
    assert "speeds.svg" in table or "matplotlib" in table


def test_a_folder_with_a_run_in_it_is_refused(done):
    folder, _ = done
    held = subprocess.Popen(
        ["flock", folder / "work" / "lock", "sh", "-c", "echo ready; read _"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    held.stdout.readline()
    try:
        second = run(folder)
    finally:
        held.communicate(b"\n")
    assert second.returncode == 2 and "another bench/run" in second.stderr


def test_no_such_run(done):
    told = run(done[0], "--only", "hot-*")
    assert told.returncode == 2 and "cold-forward" in told.stderr


def victim_of(folder):
    """(domain, ip) of a pair that its domain's own record does not let pass."""
    with gzip.open(folder / "truth.csv.gz", "rt", newline="") as lines:
        return next(
            (row["domain"], row["ip"])
            for row in csv.DictReader(lines)
            if row["kind"] == "own" and row["spf"] in ("softfail", "fail")
        )


def test_a_wrong_record_is_found(done):
    """In the population that was used before: another run takes it as it lies there."""
    folder, _ = done
    population = folder / "work" / "cold-200"
    domain, ip = victim_of(population)
    zones = (population / "zones.txt").read_text()
    planted, n = re.subn(
        rf'^{re.escape(domain)}\. TXT "v=spf1 .*',
        f'{domain}. TXT "v=spf1 +all"',
        zones,
        flags=re.MULTILINE,
    )
    assert n == 1
    (population / "zones.txt").write_text(planted)
    told = run(folder, "--only", "cold-forward")
    (population / "zones.txt").write_text(zones)
    assert told.returncode == 1
    assert f"{domain} {ip} (own): " in told.stdout and "must be" in told.stdout
    assert "cold-forward: turn 1: wrong rows: 1" in told.stderr
    assert "| cold-forward | WRONG |" in (folder / "out" / "table.md").read_text()


def test_a_run_without_servers_is_told(done):
    """The other one is measured all the same."""
    folder, _ = done
    blocked = folder / "work" / "cold-200" / "bed" / "recursive"
    shutil.rmtree(blocked)
    blocked.write_text("no folder")
    told = run(folder, "--only", "cold-*")
    blocked.unlink()
    assert (
        told.returncode == 1
        and "run: cold-recursive: " in told.stderr
        and "Traceback" not in told.stderr
    )
    table = (folder / "out" / "table.md").read_text()
    assert "| cold-forward | right |" in table and "cold-recursive" not in table
