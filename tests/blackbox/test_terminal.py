"""test_terminal.py - the terminal that a scan is started from: it is closed, it takes no more, or
the scan was told not to mind (nohup, background jobs)."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import threading

import pytest

import harness
from harness import DONE, STOPPED, until
from test_signals import IMPATIENT, ROWS, answers_below, ended, rows_in_order

LIVE = [option for option in IMPATIENT if not option.startswith("--progress")]
# The shell ignores the signals, and what it becomes inherits that: what nohup does, and a shell
# without job control for what it starts with "&".
IGNORING = ["sh", "-c", 'trap "" HUP INT; exec "$@"', "-"]


class Terminal:
    """A pseudo-terminal; what runs in it has it as its controlling one, its standard input and its
    standard error."""

    def __init__(self):
        self.master, self.slave = os.openpty()

    def run(self, *command):
        return subprocess.Popen(
            ["setsid", "--ctty", *map(str, command)], stdin=self.slave, stderr=self.slave
        )

    def fill(self):
        """Until it takes no more, since nobody reads."""
        own = os.open(os.ttyname(self.slave), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
        try:
            while True:
                os.write(own, b"x" * 1024 + b"\n")
        except BlockingIOError:
            pass
        finally:
            os.close(own)

    def vanish(self):
        for fd in (self.slave, self.master):
            if fd >= 0:
                os.close(fd)
        self.master = self.slave = -1


@pytest.fixture
def terminal():
    t = Terminal()
    yield t
    t.vanish()


@pytest.fixture
def rows_file(tmp_path):
    return harness.write_input(
        tmp_path / "in.csv", "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(ROWS))
    )


@pytest.fixture
def gate(server):
    """A DNS that is silent about the second half of the rows until the gate is opened."""
    is_open = threading.Event()
    whole, half = answers_below(ROWS), answers_below(1500)
    dns = server(lambda name, type: (whole if is_open.is_set() else half)(name, type))
    dns.gate = is_open
    return dns


def finish(process, limit_s=harness.HANGS_S):
    try:
        return process.wait(limit_s)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def assert_whole(out):
    rows = rows_in_order(out.read_bytes())
    assert len(rows) == ROWS and all(row["spf"] == "fail" for row in rows)


@pytest.mark.parametrize("progress", ["auto", "always"])
def test_a_terminal_that_is_closed(gate, terminal, rows_file, tmp_path, progress):
    """The hang-up ends the scan in order."""
    out = tmp_path / "out.csv.gz"
    process = terminal.run(
        harness.SPFSWEEP,
        "scan",
        rows_file,
        "-o",
        out,
        gate.upstream,
        *LIVE,
        "--window=256",
        f"--progress={progress}",
    )
    until(lambda: gate.count() > 1600, what="the silent part")
    terminal.vanish()
    assert finish(process) == STOPPED
    rows = rows_in_order(out.read_bytes())
    assert 1000 < len(rows) < ROWS and not out.read_bytes().endswith(harness.BGZF_EOF)


PATIENT = ["--checks=spf", "--timeout=20000", "--deadline=60000", "--retries=9"]


def test_a_terminal_that_is_closed_after_nohup(gate, terminal, rows_file, tmp_path):
    """It was told to go on, and does, though it has nobody to tell about it any more."""
    out = tmp_path / "out.csv.gz"
    process = terminal.run(
        *IGNORING, harness.SPFSWEEP, "scan", rows_file, "-o", out, gate.upstream, *PATIENT
    )
    until(lambda: gate.count() > 1600, what="the silent part")
    terminal.vanish()
    gate.gate.set()
    assert finish(process) == DONE
    assert_whole(out)


def test_nohup_itself(gate, terminal, rows_file, tmp_path):
    process = subprocess.Popen(
        [
            "setsid",
            "--ctty",
            "nohup",
            harness.SPFSWEEP,
            "scan",
            rows_file,
            "-o",
            tmp_path / "out.csv.gz",
            gate.upstream,
            *PATIENT,
        ],
        stdin=terminal.slave,
        stdout=terminal.slave,
        stderr=terminal.slave,
        cwd=tmp_path,
    )
    until(lambda: gate.count() > 1600, what="the silent part")
    terminal.vanish()
    gate.gate.set()
    assert finish(process) == DONE
    assert_whole(tmp_path / "out.csv.gz")
    assert "rows" in (tmp_path / "nohup.out").read_text()


def test_a_terminal_that_takes_no_more(gate, terminal, rows_file, tmp_path):
    """Nobody reads it, as behind a connection that broke without a word: progress is dropped, the
    scan does not wait."""
    gate.gate.set()
    terminal.fill()
    process = terminal.run(
        harness.SPFSWEEP,
        "scan",
        rows_file,
        "-o",
        tmp_path / "out.csv.gz",
        gate.upstream,
        *PATIENT,
        "--progress=always",
    )
    assert finish(process) == DONE
    assert_whole(tmp_path / "out.csv.gz")


def assert_ends(gate, rows_file, folder, stderr):
    """A scan whose standard error takes no more ends, and is whole."""
    gate.gate.set()
    assert (
        finish(
            harness.start(
                "scan",
                rows_file,
                "-o",
                folder / "out.csv.gz",
                gate.upstream,
                *PATIENT,
                stderr=stderr,
            )
        )
        == DONE
    )
    assert_whole(folder / "out.csv.gz")


def test_a_pipe_for_messages_that_nobody_reads(gate, rows_file, tmp_path):
    reader, writer = os.pipe()
    fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    os.write(writer, b"x" * 4096)
    assert_ends(gate, rows_file, tmp_path, writer)
    os.close(reader), os.close(writer)


def test_a_socket_for_messages_that_nobody_reads(gate, rows_file, tmp_path):
    """As systemd gives to a service; it cannot be opened anew."""
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    with contextlib.suppress(BlockingIOError):
        while True:
            writer.send(b"x" * 4096)
    writer.setblocking(True)
    assert_ends(gate, rows_file, tmp_path, writer)
    reader.close(), writer.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP])
def test_signals_that_were_ignored_stay_ignored(gate, rows_file, tmp_path, number):
    process = subprocess.Popen(
        [
            *IGNORING,
            harness.SPFSWEEP,
            "scan",
            rows_file,
            "-o",
            tmp_path / "out.csv.gz",
            gate.upstream,
            *PATIENT,
        ],
        stderr=subprocess.PIPE,
    )
    until(lambda: gate.count() > 1600, what="the silent part")
    process.send_signal(number)
    gate.gate.set()
    status, stderr = ended(process)
    assert status == DONE, stderr
    assert_whole(tmp_path / "out.csv.gz")


def test_the_others_still_stop_it(gate, rows_file, tmp_path):
    """And do not make an ignored one deadly."""
    process = subprocess.Popen(
        [
            *IGNORING,
            harness.SPFSWEEP,
            "scan",
            rows_file,
            "-o",
            tmp_path / "out.csv.gz",
            gate.upstream,
            *PATIENT,
        ],
        stderr=subprocess.PIPE,
    )
    until(lambda: gate.count() > 1600, what="the silent part")
    process.send_signal(signal.SIGTERM)
    until(
        lambda: ignores(process.pid, signal.SIGHUP) and not catches(process.pid, signal.SIGTERM),
        what="the handler",
    )
    process.send_signal(signal.SIGHUP)
    process.send_signal(signal.SIGINT)
    gate.gate.set()
    assert ended(process)[0] == STOPPED


def mask(pid, which):
    with open(f"/proc/{pid}/status") as f:
        return next(int(line.split()[1], 16) for line in f if line.startswith(which + ":"))


def ignores(pid, number):
    return mask(pid, "SigIgn") >> (number - 1) & 1


def catches(pid, number):
    return mask(pid, "SigCgt") >> (number - 1) & 1
