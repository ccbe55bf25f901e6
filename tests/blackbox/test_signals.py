"""test_signals.py - scans that are stopped: by a signal, a reader that goes away, a full disk. What
is written is valid and says that it is not whole."""

import json
import os
import signal
import subprocess

import pytest

import harness
import nameservers
from harness import STOPPED, until

ROWS = 3000
# Short patience, so that what is in flight when the signal comes is soon over; but some tries, so
# that no busy machine makes a failure of an answer.
IMPATIENT = ["--checks=spf", "--timeout=1000", "--retries=2", "--deadline=3000", "--progress=never"]
PATIENT = [
    "--checks=spf",
    "--timeout=60000",
    "--retries=5",
    "--deadline=600000",
    "--progress=never",
]


def answers_below(limit):
    """A DNS that answers for d0 ... d(limit - 1), and is silent about the others."""
    return lambda name, type: (
        ["v=spf1 -all"] if int(name[1 : name.index(".")]) < limit else nameservers.SILENCE
    )


@pytest.fixture
def rows_file(tmp_path):
    return harness.write_input(
        tmp_path / "in.csv", "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(ROWS))
    )


def ended(process, limit_s=harness.HANGS_S):
    """Status and standard error of a process that ends by itself; one that does not is stopped."""
    try:
        _, stderr = process.communicate(timeout=limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    stderr = stderr.decode()
    assert "Sanitizer" not in stderr and "runtime error" not in stderr, stderr
    return process.returncode, stderr


def rows_in_order(data):
    """The data rows of an output that is whole up to where it ends."""
    header, *records = harness.parse_output(data)
    assert header == ["row", "domain", "ip"] + harness.OUTPUT_COLUMNS
    assert [r[0] for r in records] == [str(n + 1) for n in range(len(records))]
    assert all(r[1] == f"d{n}.test" and r[3] == "ok" for n, r in enumerate(records))
    return [dict(zip(header, r)) for r in records]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_first_signal_ends_it_in_order(server, running, rows_file, tmp_path, number):
    """Half of the rows get their answers, the others never would."""
    dns = server(answers_below(1500))
    process = running(
        "scan",
        rows_file,
        "-o",
        tmp_path / "out.csv.gz",
        "--summary",
        tmp_path / "summary.json",
        dns.upstream,
        *IMPATIENT,
        "--window=256",
        "--workers=2",
        stderr=subprocess.PIPE,
    )
    until(lambda: dns.count() > 1600, what="the silent part")
    process.send_signal(number)
    status, stderr = ended(process)
    assert status == STOPPED and "stopped before the end" in stderr
    (told,) = [line for line in stderr.splitlines() if "stopping:" in line]
    assert all(word in told for word in ("in flight", "second signal", "--resume"))
    data = (tmp_path / "out.csv.gz").read_bytes()
    rows = rows_in_order(data)
    assert 1000 < len(rows) < ROWS
    assert all(row["spf"] == ("fail" if n < 1500 else "temperror") for n, row in enumerate(rows))
    assert not data.endswith(harness.BGZF_EOF)
    members = harness.bgzf_members(data)
    assert (
        all(m.text for m in members) and members[-1].first_row + members[-1].n_rows == len(rows) + 1
    )
    summary = json.loads((tmp_path / "summary.json").read_bytes())
    assert (summary["complete"], summary["exit_status"], summary["rows"]) == (
        False,
        STOPPED,
        len(rows),
    )


def test_a_plain_output_ends_with_a_whole_row(server, running, rows_file, tmp_path):
    dns = server(answers_below(1500))
    process = running(
        "scan",
        rows_file,
        "-o",
        tmp_path / "out.csv",
        dns.upstream,
        *IMPATIENT,
        "--window=256",
        stderr=subprocess.PIPE,
    )
    until(lambda: dns.count() > 1600, what="the silent part")
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == STOPPED
    data = (tmp_path / "out.csv").read_bytes()
    assert data.endswith(b"\n") and rows_in_order(data)


def test_what_is_in_flight_is_finished(server, running, rows_file, tmp_path):
    """Answers that are on their way when the signal comes are waited for."""
    dns = server(answers_below(ROWS), delay_s=1)
    process = running(
        "scan",
        rows_file,
        "-o",
        tmp_path / "out.csv",
        dns.upstream,
        *PATIENT,
        "--in-flight=50",
        "--workers=1",
        stderr=subprocess.PIPE,
    )
    until(lambda: dns.count() >= 50, what="questions")
    process.send_signal(signal.SIGTERM)
    assert ended(process)[0] == STOPPED
    rows = rows_in_order((tmp_path / "out.csv").read_bytes())
    assert len(rows) >= 50 and all(row["spf"] == "fail" for row in rows)


@pytest.mark.parametrize(
    "first, second",
    [
        (signal.SIGINT, signal.SIGINT),
        (signal.SIGTERM, signal.SIGTERM),
        (signal.SIGINT, signal.SIGTERM),
        (signal.SIGTERM, signal.SIGINT),
    ],
)
def test_the_second_signal_ends_it_at_once(server, running, rows_file, tmp_path, first, second):
    """However patient it is: even when the second is of the other kind."""
    dns = server(answers_below(0))
    process = running(
        "scan",
        rows_file,
        "-o",
        tmp_path / "out.csv.gz",
        dns.upstream,
        *PATIENT,
        stderr=subprocess.PIPE,
    )
    until(dns.count, what="questions")
    process.send_signal(first)
    with pytest.raises(subprocess.TimeoutExpired):  # the first one waits for what is in flight
        process.wait(0.5)
    process.send_signal(second)
    # Far less than the patience of its questions.
    assert process.wait(30) in (-second, 128 + second, STOPPED)


def test_a_signal_while_waiting_for_standard_input(server, running, tmp_path):
    """Rows that came are in the output before the next ones come: a slow pipe is not held up."""
    dns = server(answers_below(ROWS))
    out = tmp_path / "out.csv.gz"
    process = running(
        "scan",
        "-",
        "-o",
        out,
        dns.upstream,
        *IMPATIENT,
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdin.write(b"domain,ip\nd0.test,192.0.2.1\nd1.test,192.0.2.1\nd2.te")
    process.stdin.flush()
    until(
        lambda: out.exists() and len(harness.bgzf_members(out.read_bytes())) > 1,
        what="the first rows",
    )
    process.send_signal(signal.SIGINT)
    status = process.wait(harness.HANGS_S)
    assert status == STOPPED
    data = out.read_bytes()
    assert len(rows_in_order(data)) == 2 and not data.endswith(harness.BGZF_EOF)


def test_a_signal_that_means_nothing(server, running, rows_file, tmp_path):
    """Other programs tell their progress upon it; here it is not the end of a scan."""
    dns = server(answers_below(ROWS), delay_s=0.01)
    process = running(
        "scan",
        rows_file,
        "-o",
        tmp_path / "out.csv.gz",
        dns.upstream,
        *IMPATIENT,
        "--in-flight=50",
        stderr=subprocess.PIPE,
    )
    until(lambda: dns.count() > 100, what="questions")
    process.send_signal(signal.SIGUSR1)
    status, stderr = ended(process)
    assert (
        status == harness.DONE
        and len(rows_in_order((tmp_path / "out.csv.gz").read_bytes())) == ROWS
    ), stderr


def test_a_signal_in_an_endless_line(running, tmp_path):
    """From a pipe that always has more."""
    source = subprocess.Popen(
        ["bash", "-c", "echo domain,ip; exec tr '\\0' a </dev/zero"], stdout=subprocess.PIPE
    )
    process = running(
        "scan",
        "-",
        "-o",
        tmp_path / "out.csv.gz",
        "--upstream=127.0.0.1:9",
        stdin=source.stdout,
        stderr=subprocess.PIPE,
    )
    source.stdout.close()
    until(
        lambda: int(open(f"/proc/{process.pid}/io").read().split()[1]) > 50_000_000,
        what="octets that were read",
    )
    process.send_signal(signal.SIGTERM)
    assert process.wait(harness.HANGS_S) == STOPPED
    source.kill()
    source.wait()


def fifo_behind(folder, dns, running):
    """A scan of two rows in a file, and of a FIFO that nobody writes to."""
    os.mkfifo(folder / "fifo")
    first = harness.write_input(
        folder / "in.csv", "domain,ip\nd0.test,192.0.2.1\nd1.test,192.0.2.1\n"
    )
    process = running(
        "scan",
        first,
        folder / "fifo",
        "-o",
        folder / "out.csv.gz",
        dns.upstream,
        *IMPATIENT,
        stderr=subprocess.PIPE,
    )
    until(
        lambda: (
            (folder / "out.csv.gz").exists()
            and len(harness.bgzf_members((folder / "out.csv.gz").read_bytes(), torn=True)) > 1
        ),
        what="the first rows",
    )
    return process


def test_a_signal_while_a_fifo_has_no_writer(server, running, tmp_path):
    """The rows before it did not wait for it; the signal is no error of the FIFO's."""
    process = fifo_behind(tmp_path, server(answers_below(ROWS)), running)
    process.send_signal(signal.SIGTERM)
    status, stderr = ended(process)
    assert status == STOPPED and "Interrupted" not in stderr and "stopped before the end" in stderr
    assert len(rows_in_order((tmp_path / "out.csv.gz").read_bytes())) == 2


def test_a_fifo_whose_writer_is_late(server, running, tmp_path):
    process = fifo_behind(tmp_path, server(answers_below(ROWS)), running)
    (tmp_path / "fifo").write_text("domain,ip\nd2.test,192.0.2.1\n")
    status, stderr = ended(process)
    assert status == harness.DONE, stderr
    assert len(rows_in_order((tmp_path / "out.csv.gz").read_bytes())) == 3


def test_a_signal_before_anything_came(running, tmp_path):
    """Not even a header: nothing was done, and it does not hang."""
    process = running(
        "scan",
        "-",
        "-o",
        tmp_path / "out.csv.gz",
        "--upstream=127.0.0.1:9",
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    until(
        lambda: b"spfsweep" in open(f"/proc/{process.pid}/cmdline", "rb").read(), what="the program"
    )
    process.send_signal(signal.SIGTERM)
    assert process.wait(harness.HANGS_S) in (STOPPED, -signal.SIGTERM)


def test_kill_9_leaves_whole_rows(server, running, rows_file, tmp_path):
    """Nothing can be finished, but what is in the file is right, in order, and says itself which
    rows it holds."""
    dns = server(answers_below(1500))
    process = running(
        "scan", rows_file, "-o", tmp_path / "out.csv.gz", dns.upstream, *PATIENT, "--window=256"
    )
    until(lambda: dns.count() > 1600, what="the silent part")
    process.kill()
    process.wait()
    members = harness.bgzf_members((tmp_path / "out.csv.gz").read_bytes(), torn=True)
    text = b"".join(m.text for m in members)
    rows = rows_in_order(text)
    assert len(rows) > 1000 and text.endswith(b"\n") and all(row["spf"] == "fail" for row in rows)
    assert members[-1].first_row + members[-1].n_rows == len(rows) + 1


def test_a_reader_that_goes_away(server, running, rows_file):
    """spfsweep ... | head -n 1"""
    dns = server(answers_below(ROWS))
    scan = running(
        "scan",
        rows_file,
        dns.upstream,
        *IMPATIENT,
        "--window=256",
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    line = scan.stdout.readline()
    scan.stdout.close()
    stderr = scan.stderr.read().decode()
    assert line.startswith(b"row,domain,ip,status,")
    assert (
        scan.wait(harness.HANGS_S) == STOPPED
        and stderr.count("Broken pipe") == 1
        and "standard output" in stderr
    )


def test_a_full_disk(server, rows_file, tmp_path):
    dns = server(answers_below(ROWS))
    done = harness.run(
        "scan",
        rows_file,
        "-o",
        "/dev/full",
        "--summary",
        tmp_path / "summary.json",
        dns.upstream,
        *IMPATIENT,
        "--window=256",
    )
    assert (
        done.returncode == STOPPED
        and done.stderr.count("No space left on device") == 1
        and "/dev/full" in done.stderr
    )
    summary = json.loads((tmp_path / "summary.json").read_bytes())
    assert (summary["complete"], summary["rows"]) == (False, 0)


def test_a_disk_that_becomes_full(server, rows_file, tmp_path):
    """A limit on the file's size stands for the disk's end: what fitted is right, and the message
    says where the output ends."""
    dns = server(answers_below(ROWS))
    command = f'ulimit -f 100; exec "$@"'  # bash counts in KiB
    done = subprocess.run(
        [
            "bash",
            "-c",
            command,
            "-",
            harness.SPFSWEEP,
            "scan",
            rows_file,
            "-o",
            tmp_path / "out.csv",
            dns.upstream,
            *IMPATIENT,
            "--window=64",
        ],
        capture_output=True,
        timeout=harness.HANGS_S,
    )
    assert done.returncode == STOPPED and b"File too large" in done.stderr
    data = (tmp_path / "out.csv").read_bytes()
    assert 0 < len(data) <= 100 << 10
    n_rows = len(rows_in_order(data[: data.rindex(b"\n") + 1]))
    said = int(done.stderr.decode().split("ends before row ")[1].split()[0])
    assert said <= n_rows + 1


def test_a_disk_that_becomes_full_of_long_rows(server, tmp_path):
    """They are written row by row: all of those that fitted are told as written."""
    notes = [str(n) * (30000 + 1000 * n) for n in range(9)]
    rows = harness.write_input(
        tmp_path / "in.csv",
        "domain,ip,note\n"
        + "".join(f"d{n}.test,192.0.2.1,{notes[n % 9] if n % 2 else n}\n" for n in range(200)),
    )
    dns = server(answers_below(ROWS))
    command = 'ulimit -f 2000; exec "$@"'
    done = subprocess.run(
        [
            "bash",
            "-c",
            command,
            "-",
            harness.SPFSWEEP,
            "scan",
            rows,
            "-o",
            tmp_path / "out.csv",
            dns.upstream,
            *IMPATIENT,
        ],
        capture_output=True,
        timeout=harness.HANGS_S,
    )
    assert done.returncode == STOPPED and b"File too large" in done.stderr
    data = (tmp_path / "out.csv").read_bytes()
    records = harness.parse_output(data)[1:]
    assert data.endswith(b"\n") and [(r[0], r[3]) for r in records] == [
        (str(n + 1), notes[n % 9] if n % 2 else str(n)) for n in range(len(records))
    ]
    assert len(records) > 10 and f"ends before row {len(records) + 1}\n" in done.stderr.decode()
    whole = harness.scan(tmp_path, rows, dns.upstream, *IMPATIENT, output="whole.csv")
    assert whole.status == harness.DONE and len(whole.rows) == 200 and whole.summary["rows"] == 200
    assert whole.data.startswith(data[: data.index(b",ok,")])


def test_the_stopped_output_is_readable_by_gzip(server, running, rows_file, tmp_path):
    dns = server(answers_below(1500))
    process = running(
        "scan",
        rows_file,
        "-o",
        tmp_path / "out.csv.gz",
        dns.upstream,
        *IMPATIENT,
        "--window=256",
        stderr=subprocess.PIPE,
    )
    until(lambda: dns.count() > 1600, what="the silent part")
    process.send_signal(signal.SIGINT)
    assert ended(process)[0] == STOPPED
    subprocess.run(["gzip", "-t", tmp_path / "out.csv.gz"], check=True)
