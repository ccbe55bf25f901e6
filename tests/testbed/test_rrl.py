"""Servers that limit themselves (NSD's response rate limiting), and all zones on one hoster: with
the rates that are the default over the open Internet no verdict changes, and no address is asked
more often than they say."""

import gzip
import json
import os
import pathlib
import subprocess
import time

import pytest

from testbed import judge

# The defaults of spfsweep where strangers' servers are asked; here they must be said, since an
# unbound.conf says that the servers are one's own.
QPS, QPS_PER_ZONE = 2000, 200
RATES = ["--qps", str(QPS), "--qps-per-zone", str(QPS_PER_ZONE)]
DEAD_NAMES = 400


@pytest.fixture(scope="module")
def peak(spfsweep):
    """bench/peak of the build that is tested, or of the release build."""
    beside = spfsweep.parent / "bench" / "peak"
    return beside if beside.exists() else pathlib.Path("build/release/bench/peak").resolve()


@pytest.fixture(scope="module")
def bed(bench, population, peak):
    """2 000 domains on one hoster, whose servers, and those of the top zones, answer 200 questions
    of one kind a second."""
    folder = population(2000, "--one-hoster", "--dead", "none", "--per-domain", "1")
    options = ["--mode", "recursive", "--rrl", "200", "--peaks", peak]
    subprocess.run([bench / "internet", "start", folder, *options], check=True)
    yield folder
    subprocess.run([bench / "internet", "stop", folder], check=True)


def scan(bench, spfsweep, folder, pairs, results, *options, command="scan"):
    run = subprocess.run(
        [
            *(bench / "internet", "exec", folder, spfsweep, command, pairs),
            *("--unbound-config", folder / "bed" / "unbound.conf", "-o", results),
            *("--overwrite", "--progress", "never", "--summary", folder / "summary.json"),
            *options,
        ],
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert run.returncode == 0, run.stderr
    return json.loads((folder / "summary.json").read_text())


def peaks(folder):
    """When the counting program has written what was asked until now: it does so every second."""
    path, before = folder / "bed" / "peaks.json", time.time()
    while os.stat(path).st_mtime < before:
        time.sleep(0.1)
    return json.loads(path.read_text())


def limited(folder):
    """How many times a server said that it limits somebody."""
    logs = (folder / "bed").glob("*.log")
    return sum("ratelimit block" in line for log in logs for line in open(log, errors="replace"))


def test_one_hoster_of_all_zones(bench, spfsweep, bed):
    first, better = bed / "first.csv.gz", bed / "better.csv.gz"
    summary = scan(bench, spfsweep, bed, bed / "pairs.csv.gz", first, *RATES)
    scan(bench, spfsweep, bed, first, better, *RATES, command="retry")
    told = judge.judge(better, [bed / "truth.csv.gz"])
    assert told.rows == 2000 and told.is_exact(), vars(told)
    assert summary["rate_waits"] > 0 and summary["busiest_second"] <= QPS
    seen = peaks(bed)
    assert sum(one["all"] for one in seen["peaks"].values()) == seen["total"]["all"] > 5000
    assert max(one["second"] for one in seen["peaks"].values()) <= QPS


def write_dead_names(folder):
    path = folder / "dead.csv.gz"
    with gzip.open(path, "wt") as out:
        out.write("domain\n" + "".join(f"no-such-name-{n}.com\n" for n in range(DEAD_NAMES)))
    return path


def test_a_zone_that_limits_itself(bench, spfsweep, bed):
    """Names that do not exist are answers of one kind: what the top zone's servers limit first.
    Without rates they do, and answer with TC or not at all; with them they have no reason to."""
    pairs, results = write_dead_names(bed), bed / "dead-results.csv.gz"
    before = limited(bed)
    summary = scan(bench, spfsweep, bed, pairs, results, *RATES)
    assert summary["spf"]["none"] == DEAD_NAMES and summary["temperror_rows"] == 0
    assert limited(bed) == before
    scan(bench, spfsweep, bed, pairs, results)
    assert limited(bed) > before
