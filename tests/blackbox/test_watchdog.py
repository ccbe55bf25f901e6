"""test_watchdog.py - a scan that stands still says so, and what it waits for. These wait the 30 s
that it waits."""

import ctypes
import os
import re
import signal
import subprocess
import time

import pytest

import harness
import nameservers
from harness import DONE, STOPPED, until

pytestmark = pytest.mark.slow

ROWS = 40
OPTIONS = ["--checks=spf", "--timeout=60000", "--progress=never"]


def answers_some(name, type):
    return ["v=spf1 -all"] if int(name[1 : name.index(".")]) % 2 else nameservers.SILENCE


def rows_text():
    return "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(ROWS))


def test_a_silent_server(server, tmp_path):
    """The line comes after 30 s, also without progress; the rows end by their deadline, as if
    nobody had watched."""
    scan = harness.scan(
        tmp_path,
        rows_text(),
        server(answers_some).upstream,
        *OPTIONS,
        "--deadline=34000",
        "--workers=1",
    )
    assert scan.status == DONE
    assert [(row["spf"], row["spf_problem"]) for row in scan.rows] == [
        ("fail", "") if n % 2 else ("temperror", "deadline") for n in range(ROWS)
    ]
    lines = [line for line in scan.stderr.splitlines() if "no row was finished" in line]
    assert len(lines) == 1, scan.stderr
    said = re.fullmatch(
        r"spfsweep: warning: no row was finished for (\d+) s; 20 in flight in worker 1, the "
        r"oldest: (.*)",
        lines[0],
    )
    assert said and 30 <= int(said[1]) <= 33
    rows = said[2].split("; ")
    assert len(rows) == 3
    for n, row in zip((1, 3, 5), rows):
        assert re.fullmatch(
            rf"row {n} \(d{n - 1}.test\), 3\d s: waits for TXT d{n - 1}.test", row
        ), row


def test_a_rate_that_holds_everything_up(server, running, tmp_path):
    """Its own limit is named, not the DNS: a row of some 60 questions, one a second."""
    dns = server(
        lambda name, type: {
            "TXT": [f"v=spf1 mx include:x{name} -all"],
            "MX": [f"{i} m{i}.{name}." for i in range(10)],
            "A": ["192.0.2.9"],
        }.get(type, [])
    )
    process = running(
        "scan",
        harness.write_input(tmp_path / "in.csv", "domain,ip\nd0.test,192.0.2.1\n"),
        "-o",
        tmp_path / "out.csv",
        dns.upstream,
        "--qps=1",
        "--workers=1",
        "--progress=never",
        "--checks=spf",
        stderr=subprocess.PIPE,
    )
    line = warning_of(process)
    assert re.search(
        r"no row was finished for 3\d s; 1 in flight in worker 1, the oldest: row 1 \(d0.test\), "
        r"3\d s: waits for --qps to ask for A+ ",
        line,
    ), line


def warning_of(process):
    """The first line on its standard error behind the one that says what was understood."""
    line = process.stderr.readline().decode()
    assert line.startswith("spfsweep: columns: "), line
    return process.stderr.readline().decode()


libc = ctypes.CDLL(None, use_errno=True)
libc.ptrace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
SEIZE, INTERRUPT, DETACH, WAIT_ALL = 0x4206, 0x4207, 17, 0x40000000


def trace(request, tid):
    assert libc.ptrace(request, tid, None, None) == 0, os.strerror(ctypes.get_errno())


def test_a_worker_that_does_not_turn(server, running, tmp_path):
    """One thread is held by a debugger's means, the last that was started; when it is let go,
    everything ends well."""
    dns = server(lambda name, type: ["v=spf1 -all"], delay_s=0.05)
    rows = harness.write_input(
        tmp_path / "in.csv", "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(3000))
    )
    process = running(
        "scan",
        rows,
        "-o",
        tmp_path / "out.csv",
        dns.upstream,
        *OPTIONS,
        "--workers=1",
        "--in-flight=10",
        "--window=64",
        stderr=subprocess.PIPE,
    )
    until(lambda: dns.count() > 100, what="questions")
    worker = max(int(tid) for tid in os.listdir(f"/proc/{process.pid}/task"))
    trace(SEIZE, worker)
    trace(INTERRUPT, worker)
    os.waitpid(worker, WAIT_ALL)
    line = warning_of(process)
    trace(DETACH, worker)
    assert re.fullmatch(
        r"spfsweep: warning: no row was finished for 3\d s, and worker 1 does not turn\n", line
    ), line
    stderr = process.communicate(timeout=harness.HANGS_S)[1].decode()
    assert process.returncode == DONE, stderr
    assert [row["spf"] for row in harness.read_rows((tmp_path / "out.csv").read_bytes())] == [
        "fail"
    ] * 3000


def test_a_stopped_scan_that_waits_for_its_reader(server, running, tmp_path):
    """No row is under way any more, so none is waited for."""
    dns = server(lambda name, type: ["v=spf1 -all"], delay_s=0.02)
    rows = harness.write_input(
        tmp_path / "in.csv", "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(20000))
    )
    process = running(
        "scan",
        rows,
        "-o",
        "-",
        dns.upstream,
        *OPTIONS,
        "--workers=1",
        "--window=8192",
        "--in-flight=20",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until(lambda: dns.count() > 2000, what="a full pipe")
    process.send_signal(signal.SIGTERM)
    time.sleep(36)
    stdout, stderr = process.communicate(timeout=harness.HANGS_S)
    assert process.returncode == STOPPED and "no row was finished" not in stderr.decode()
    assert [record[0] for record in harness.parse_output(stdout)[1:]] == [
        str(n + 1) for n in range(len(harness.parse_output(stdout)) - 1)
    ]
