"""test_conformance.py - the RFC 7208 suite through the whole program: every scenario by `spfsweep
scan` against the zone server, 203 of 203, explanations too."""

import csv
import gzip
import json
import subprocess
import sys
from pathlib import Path

import pytest

import addresses
import harness
import nameservers

SUITE = Path("/usr/share/doc/python3-spf/rfc7208-tests.yml.gz")
TOOLS = Path(__file__).parent / "conformance"
SCENARIOS = 16


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    """The suite's file, and beside it each scenario's rows."""
    assert SUITE.exists(), f"{SUITE} is not there: install Debian's python3-spf"
    file = tmp_path_factory.mktemp("suite") / "rfc7208-tests.yml"
    file.write_bytes(gzip.decompress(SUITE.read_bytes()))
    subprocess.run([sys.executable, TOOLS / "rows.py", file, "--out", file.parent], check=True)
    return file


@pytest.fixture
def zoneserver(suite):
    """Starts the zone server with more options; gives what the option --upstream says of each
    scenario."""
    started = []

    def begin(*options):
        net, port = addresses.fresh_net(), addresses.port()
        process = subprocess.Popen(
            [
                sys.executable,
                TOOLS / "zoneserver.py",
                suite,
                "--port",
                str(port),
                "--net",
                net,
                "--quiet",
                *options,
            ],
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=addresses.guards(),
        )
        started.append(process)
        lines = iter(process.stdout.readline, "")
        assert any(line == "READY\n" for line in lines), "the zone server did not start"
        return [f"{net}{k + 1}:{port}" for k in range(SCENARIOS)]

    yield begin
    for process in started:
        nameservers.stop(process)
        process.stdout.close()


def judged(suite, folder, scans):
    """The judge's word on all the scans' rows."""
    results = folder / "results.csv"
    with open(results, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["id", "result", "explanation"])
        writer.writerows(
            [row["id"], row["spf"], row["spf_explanation"]] for scan in scans for row in scan.rows
        )
    done = subprocess.run(
        [sys.executable, TOOLS / "judge.py", suite, results, "--json", folder / "judged.json"],
        capture_output=True,
        text=True,
    )
    return json.loads((folder / "judged.json").read_text()), done.stdout


def scan_all(suite, folder, upstreams, *options):
    """Each scenario by a scan of its own. The scenarios' names collide, so nothing may be shared
    between them."""
    return [
        harness.scan(
            folder,
            suite.parent / f"rows-{k:02}.csv",
            f"--upstream={upstream}",
            "--progress=never",
            "--overwrite",
            *options,
        )
        for k, upstream in enumerate(upstreams)
    ]


def assert_all_pass(suite, folder, scans):
    verdict, report = judged(suite, folder, scans)
    assert (verdict["passed"], verdict["total"]) == (203, 203), report


def test_all_cases_pass(suite, zoneserver, tmp_path):
    scans = scan_all(suite, tmp_path, zoneserver("--timeout-as", "servfail"))
    assert_all_pass(suite, tmp_path, scans)


def test_explanations_are_compared(suite, zoneserver, tmp_path):
    """The judge really saw explanations: without them it is not content."""
    scans = scan_all(suite, tmp_path, zoneserver("--timeout-as", "servfail"), "--no-exp")
    verdict, _ = judged(suite, tmp_path, scans)
    assert verdict["total"] - verdict["passed"] > 10


def test_all_cases_pass_when_questions_are_dropped(suite, zoneserver, tmp_path):
    scans = scan_all(suite, tmp_path, zoneserver(), "--timeout=300", "--retries=1")
    assert_all_pass(suite, tmp_path, scans)
    assert any(row["spf"] == "temperror" for scan in scans for row in scan.rows)


@pytest.mark.parametrize(
    "options",
    [["--workers=1", "--in-flight=1"], ["--workers=4", "--window=64"]],
    ids=["one by one", "four workers"],
)
def test_verdicts_do_not_depend_on_the_order_of_answers(suite, zoneserver, tmp_path, options):
    scans = scan_all(
        suite, tmp_path, zoneserver("--timeout-as", "servfail"), "--checks=spf", *options
    )
    assert_all_pass(suite, tmp_path, scans)
