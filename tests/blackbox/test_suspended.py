"""test_suspended.py - a program, or a whole machine, that does not run for a while: the time that
nobody lived is no time that the DNS took."""

import os
import signal
import time

import pytest

import bulk
import harness
from harness import until

ROWS = 30000
STOP_S = 4
# All of it would have passed during the stop.
IMPATIENT = ["--timeout=1000", "--retries=0", "--deadline=3000", "--progress=never"]


def rows_text():
    return "domain,ip\n" + "".join(f"d{n}.bulk.test,192.0.2.{n % 254 + 1}\n" for n in range(ROWS))


def family(process):
    """The process and its children, which are what NSD consists of."""
    pids = [process.pid]
    for pid in pids:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            pids += map(int, f.read().split())
    return pids


def send(processes, number):
    for process in processes:
        for pid in family(process):
            os.kill(pid, number)


def let_pass(seconds):
    """The time itself is what is waited for."""
    end = time.monotonic() + seconds
    until(lambda: time.monotonic() >= end, limit_s=seconds + 5)


def is_stopped(process):
    with open(f"/proc/{process.pid}/stat") as f:
        return f.read().rsplit(")", 1)[1].split()[0] == "T"


def suspend(nsd, scan, seconds):
    """What a machine that is suspended does, the name server first: so the questions that are on
    their way find no answer when the program goes on."""
    send([nsd.process], signal.SIGSTOP)
    scan.send_signal(signal.SIGSTOP)
    until(lambda: is_stopped(scan), what="the stop")
    let_pass(seconds)
    scan.send_signal(signal.SIGCONT)
    send([nsd.process], signal.SIGCONT)


def assert_nothing_shows(scan, out):
    stderr = scan.communicate(timeout=harness.HANGS_S)[1]
    assert scan.returncode == harness.DONE, stderr
    rows = list(harness.read_rows(out.read_bytes()))
    wrong = [
        (row["row"], row["spf"], row["dns_cause"])
        for n, row in enumerate(rows)
        if not bulk.facts(n % 254 + 1).items() <= row.items()
    ]
    assert len(rows) == ROWS and not wrong, f"{len(wrong)} rows are wrong: {wrong[:5]}"


@pytest.fixture
def suspended_scan(bulk_nsd, running, tmp_path):
    """Runs a scan that is suspended in its middle."""

    def run(seconds, *options):
        out = tmp_path / "out.csv"
        scan = running(
            "scan",
            harness.write_input(tmp_path / "in.csv", rows_text()),
            "-o",
            out,
            "--window=256",
            *options,
            stderr=-1,
        )
        until(lambda: out.exists() and out.stat().st_size > 100_000, what="some output")
        try:
            suspend(bulk_nsd, scan, seconds)
        finally:
            send([bulk_nsd.process], signal.SIGCONT)
        assert scan.poll() is None, "the scan was over before it was stopped"
        assert_nothing_shows(scan, out)

    return run


@pytest.mark.alone  # each question has one try of 0.3 s: the server must have its processor
def test_own_engine(bulk_nsd, suspended_scan):
    suspended_scan(STOP_S, bulk_nsd.upstream, *IMPATIENT)


def test_libunbound(bulk_nsd, suspended_scan, tmp_path):
    """Its timers fire at once when the program goes on. One try for each question, of 5 s at the
    least, so that each of them is a failure."""
    config = tmp_path / "unbound.conf"
    config.write_text(f"""server:
  outbound-msg-retry: 1
  infra-cache-min-rtt: 5000
forward-zone:
  name: "."
  forward-addr: {bulk_nsd.address}@{bulk_nsd.port}
""")
    suspended_scan(6, f"--unbound-config={config}", "--deadline=5000", "--progress=never")
