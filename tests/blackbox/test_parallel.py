"""test_parallel.py - examples/parallel: shards by GNU parallel, some of them killed in the middle,
become what one scan writes."""

import json
import os
import subprocess
from pathlib import Path

import pytest

import harness
import shardkills
from harness import BAD_ROWS, DONE, STOPPED, USAGE

RECIPE = harness.ROOT / "examples/parallel/scan-shards"
N_ROWS, N_SHARDS = 4000, 8
TEXT = (
    "domain,ip,note\n"
    + "".join(f"d{n % 700}.bulk.test,192.0.2.{n % 128},note {n}\n" for n in range(N_ROWS))
    + "bad..name,192.0.2.1,bad\n"
)


def recipe(*arguments, binary=harness.SPFSWEEP, **variables):
    return subprocess.run(
        [RECIPE, *arguments],
        env={**os.environ, "SPFSWEEP": str(binary), **variables},
        capture_output=True,
        text=True,
        timeout=harness.HANGS_S,
        check=False,
    )


def run(folder, binary, *options, n=N_SHARDS):
    return recipe(str(n), "3", folder / "in.csv", folder / "out", *options, binary=binary)


@pytest.fixture
def folder(tmp_path):
    harness.write_input(tmp_path / "in.csv", TEXT)
    return tmp_path


def test_some_are_killed(bulk_nsd, folder):
    killed = (2, 5)
    wrapper = shardkills.write_wrapper(folder, killed, N_SHARDS, 1500, "--qps 100", "--window 64")
    done = run(folder, wrapper, bulk_nsd.upstream)
    assert done.returncode == DONE, done.stderr
    for k in killed:
        assert (folder / f"killed-{k}").exists()
        runs = json.loads((folder / f"out/shard-{k}.json").read_bytes())["runs"]
        assert len(runs) == 2 and runs[0]["rows"] and runs[1]["rows"], "nothing was gone on with"
    whole = harness.scan(folder, folder / "in.csv", bulk_nsd.upstream)
    merged = harness.Scan(0, "", (folder / "out/results.csv.gz").read_bytes(), None)
    assert whole.status == BAD_ROWS and merged.timeless() == whole.timeless()
    assert json.loads((folder / "out/summary.json").read_bytes())["rows"] == N_ROWS + 1
    # again: nothing is asked, the same comes out
    before = bulk_nsd.upstream
    assert run(folder, harness.SPFSWEEP, before).returncode == DONE


def test_one_that_can_never_be_done(bulk_nsd, folder):
    """Another scan's output stands in a shard's place: it is not tried again and again."""
    (folder / "out").mkdir()
    harness.scan(folder / "out", TEXT, bulk_nsd.upstream, "--no-exp", output="shard-1.csv.gz")
    done = run(folder, harness.SPFSWEEP, bulk_nsd.upstream, n=3)
    assert done.returncode == USAGE and "--shard was ''" in done.stderr
    assert not (folder / "out/results.csv.gz").exists()
    tries = (folder / "out/joblog").read_text().splitlines()[1:]
    assert len(tries) == 3


def test_one_that_is_not_done(bulk_nsd, folder):
    """All tries of a shard end too early: that is told, and is no status of a scan that is done."""
    wrapper = folder / "spfsweep"
    wrapper.write_text(
        '#!/bin/bash\n[[ "$*" != *"--shard 1/"* ]] || { echo gone >&2; exit 3; }\n'
        f'exec {harness.SPFSWEEP} "$@"\n'
    )
    wrapper.chmod(0o755)
    done = run(folder, wrapper, bulk_nsd.upstream, n=3)
    assert done.returncode == STOPPED and "shard 1 is not done: gone" in done.stderr, done.stderr
    assert done.stderr.count("not done") == 1
    assert not (folder / "out/results.csv.gz").exists()
    assert run(folder, harness.SPFSWEEP, bulk_nsd.upstream, n=3).returncode == DONE


def test_mistakes(bulk_nsd, folder):
    done = run(folder, folder / "absent", bulk_nsd.upstream)
    assert done.returncode == USAGE and "there is no program" in done.stderr
    done = run(folder, harness.SPFSWEEP, bulk_nsd.upstream, n="x")
    assert done.returncode == USAGE and "scan-shards N JOBS INPUT FOLDER" in done.stderr
    done = recipe("2", "2", "-", folder / "out", bulk_nsd.upstream)
    assert done.returncode == USAGE and "- is no file" in done.stderr
    for rate in ("10k", "4,000", "0"):
        done = recipe("2", "2", folder / "in.csv", folder / "out", bulk_nsd.upstream, QPS=rate)
        assert done.returncode == USAGE and f"not '{rate}'" in done.stderr
    assert not (folder / "out").exists()


def test_options_are_words(bulk_nsd, folder):
    """No shell reads them a second time."""
    mark, excluded = folder / "injected", folder / f"a; touch injected; $(id) 'b"
    excluded.write_text("absent.example\n")
    done = run(folder, harness.SPFSWEEP, bulk_nsd.upstream, "--exclude", excluded, n=2)
    assert done.returncode == DONE and not mark.exists() and not Path("injected").exists()


# What sshd does with `ssh MACHINE -- COMMAND`: a shell without our environment, somewhere else.
SSH = """#!/bin/bash
echo "$1" >>{folder}/machines
shift
[[ $1 != -- ]] || shift
cd / && exec env -i HOME=/ PATH="$PATH" SHELL=/bin/bash /bin/bash -c "$*"
"""


def test_on_three_machines(bulk_nsd, folder):
    """The shell's function and its variables get there, and relative paths hold."""
    ssh = folder / "ssh"
    ssh.write_text(SSH.format(folder=folder))
    ssh.chmod(0o755)
    done = subprocess.run(
        [RECIPE, "8", "1", "in.csv", "out", bulk_nsd.upstream],
        env={
            **os.environ,
            "SPFSWEEP": str(harness.SPFSWEEP),
            "PARALLEL": f"--ssh {ssh} --sshlogin a,b,c",
        },
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=harness.HANGS_S,
        check=False,
    )
    assert done.returncode == DONE, done.stderr
    assert json.loads((folder / "out/summary.json").read_bytes())["rows"] == N_ROWS + 1
    assert set((folder / "machines").read_text().split()) == {"a", "b", "c"}


def test_the_rate_is_divided(bulk_nsd, folder):
    done = recipe("2", "2", folder / "in.csv", folder / "out", bulk_nsd.upstream, QPS="100000")
    assert done.returncode == DONE, done.stderr
    for k in range(2):
        options = json.loads((folder / f"out/shard-{k}.json").read_bytes())["options"]
        assert options["qps"] == 50000
