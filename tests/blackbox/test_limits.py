"""test_limits.py - too few descriptors, too little memory, too few threads: either it finds its way
with what there is, or one line says what is missing. Never a crash, a hang, or a verdict that
blames the DNS for it."""

import contextlib
import os
import resource
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

import addresses
import bulk
import harness
from harness import DONE, STOPPED

ROWS = 12_000


@pytest.fixture
def rows_file(tmp_path):
    return harness.write_input(
        tmp_path / "in.csv",
        "domain,ip\n" + "".join(f"d{n}.bulk.test,192.0.2.{n % 254 + 1}\n" for n in range(ROWS)),
    )


def scan_under(limits, folder, rows_file, *options, before=()):
    """A scan under `ulimit LIMITS`; what stood in the output's place before is in `done.old`."""
    out = folder / "out.csv.gz"
    out.write_bytes(b"of before")
    command = [
        "bash",
        "-c",
        f'ulimit {limits}; exec "$@"',
        "-",
        *before,
        harness.SPFSWEEP,
        "scan",
        rows_file,
        "-o",
        out,
        "--overwrite",
        *options,
    ]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=harness.HANGS_S
    )
    harness.assert_healthy(done.returncode, done.stderr)
    done.data = out.read_bytes()
    return done


def assert_true_rows(data):
    """What is there is right, in order and without gaps. Gives how many rows."""
    *members, _end = harness.bgzf_members(data)
    if members and not members[-1].text:
        members.pop()  # the closing
    assert all(member.text for member in members)
    rows = list(harness.read_rows(data))
    for n, row in enumerate(rows):
        assert row["row"] == str(n + 1) and bulk.facts(n % 254 + 1).items() <= row.items(), row
    return len(rows)


def assert_honest(done, word):
    """All of it, or what there is with a message, or nothing with a message and the file of before
    untouched. Gives how many rows; None: nothing was begun."""
    said = [line for line in done.stderr.splitlines() if word in line]
    if done.returncode == DONE:
        assert assert_true_rows(done.data) == ROWS and done.data.endswith(harness.BGZF_EOF)
        return ROWS
    assert done.returncode == STOPPED and said, done.stderr
    if done.data == b"of before":
        assert len(done.stderr.splitlines()) == 1, done.stderr
        return None
    assert "stopped before the end" in done.stderr and not done.data.endswith(harness.BGZF_EOF)
    n = assert_true_rows(done.data)
    assert n < ROWS
    return n


# ---- file descriptors


@pytest.mark.parametrize("workers", [16, 64])
def test_descriptors_are_taken_as_needed(engine, tmp_path, rows_file, workers):
    """A shell's soft limit is no reason for anything: the hard limit is what counts."""
    done = scan_under(
        "-Sn 256", tmp_path, rows_file, engine, f"--workers={workers}", "--in-flight=20"
    )
    assert assert_honest(done, "descriptors") == ROWS and "warning" not in done.stderr


@pytest.mark.parametrize("limit", [256, 64, 40])
def test_few_descriptors_are_enough(engine, tmp_path, rows_file, limit):
    done = scan_under(f"-n {limit}", tmp_path, rows_file, engine, "--workers=8", "--in-flight=100")
    assert assert_honest(done, "descriptors") == ROWS
    warnings = [line for line in done.stderr.splitlines() if "warning" in line]
    assert len(warnings) <= 1 and all(
        "file descriptors" in w and f"{limit} allowed" in w and "of 8 workers" in w
        for w in warnings
    )


@pytest.mark.parametrize("limit", [24, 20, 16, 12, 8, 5, 4])
def test_hardly_any_descriptors(engine, tmp_path, rows_file, limit):
    done = scan_under(f"-n {limit}", tmp_path, rows_file, engine, "--workers=2", "--in-flight=20")
    if assert_honest(done, "descriptors") is None:
        assert f"{limit} allowed" in done.stderr and "needed; raise `ulimit -n`" in done.stderr


def test_many_upstreams_and_few_descriptors(bulk_nsd, tmp_path, rows_file):
    """64 upstreams want 4672 sockets for each worker, and can do with 128."""
    upstreams = tmp_path / "upstreams"
    upstreams.write_text(
        "".join(f"{addresses.nobody()}\n" for _ in range(63))
        + f"{bulk_nsd.address}:{bulk_nsd.port}\n"
    )
    done = scan_under("-n 128", tmp_path, rows_file, f"--upstreams={upstreams}", "--workers=2")
    assert assert_honest(done, "descriptors") is None and "fewer --upstream" in done.stderr
    done = scan_under(
        "-n 200",
        tmp_path,
        rows_file,
        f"--upstreams={upstreams}",
        "--workers=2",
        "--timeout=300",
        "--retries=20",
    )
    assert (
        assert_honest(done, "descriptors") == ROWS
        and "going on with 1 of 2 workers and fewer sockets" in done.stderr
    )


def test_check_with_few_descriptors(bulk_nsd):
    command = ["bash", "-c", 'ulimit -n "$0"; exec "$@"']
    question = [harness.SPFSWEEP, "check", bulk_nsd.upstream, "192.0.2.1", "d1.bulk.test"]
    enough = subprocess.run(
        [*command, "24", *question], capture_output=True, text=True, timeout=harness.HANGS_S
    )
    assert enough.returncode == DONE and "spf: pass" in enough.stdout
    too_few = subprocess.run(
        [*command, "8", *question], capture_output=True, text=True, timeout=harness.HANGS_S
    )
    assert (too_few.returncode, too_few.stdout) == (
        STOPPED,
        "",
    ) and "file descriptors: 8 allowed" in too_few.stderr


# ---- memory

without_sanitizers = pytest.mark.skipif(
    harness.is_sanitized(), reason="sanitizers take terabytes of addresses"
)


@without_sanitizers
@pytest.mark.parametrize("workers", [1, 2])
def test_memory_from_nothing_to_enough(engine, tmp_path, rows_file, workers):
    """In steps from what is not enough to start to what is enough for all of it."""
    ended = []
    for mib in range(20, 400, 20):
        done = scan_under(
            f"-v {mib << 10}",
            tmp_path,
            rows_file,
            engine,
            f"--workers={workers}",
            "--deadline=5000",
            "--progress=never",
        )
        ended.append(assert_honest(done, "memory"))
        if ended[-1] == ROWS and "memory:" not in done.stderr:
            break
    assert ended[0] is None and ended[-1] == ROWS
    begun = [n for n in ended if n is not None]
    assert ended == [None] * (len(ended) - len(begun)) + begun, (
        "what is enough to begin is so with more, too"
    )


def memory_of(pid):
    """Its address space, in octets."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[0]
    return int(pages) * resource.getpagesize()


@without_sanitizers
def test_memory_that_is_enough_to_begin(bulk_nsd, tmp_path, rows_file):
    """It runs out while the scan runs: the first rows are written, then there is no more of it, and
    what is kept of the next rows has no place."""
    header, *rows = rows_file.read_bytes().splitlines(keepends=True)
    out = tmp_path / "out.csv.gz"
    scan = subprocess.Popen(
        [harness.SPFSWEEP, "scan", "-", "-o", out, bulk_nsd.upstream]
        + ["--workers=1", "--progress=never"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    with contextlib.suppress(BrokenPipeError), scan.stdin as feed:
        feed.write(header + b"".join(rows[:500]))
        feed.flush()
        harness.until(lambda: out.exists() and out.stat().st_size > 5000)
        space = memory_of(scan.pid)
        resource.prlimit(scan.pid, resource.RLIMIT_AS, (space, space))
        feed.write(b"".join(rows[500:]))
    stderr = scan.stderr.read().decode()
    scan.stderr.close()
    done = subprocess.CompletedProcess(scan.args, scan.wait(harness.HANGS_S), None, stderr)
    done.data = out.read_bytes()
    n_rows = assert_honest(done, "memory")
    assert n_rows is not None and 500 <= n_rows < ROWS
    assert "raise the limit" in stderr


# ---- threads


@pytest.fixture
def stranger(rows_file):
    """Another user, whom the limit of processes binds, and whose threads nobody else's count
    with."""
    if os.geteuid() != 0 or not shutil.which("setpriv"):
        pytest.skip("only root can become another user")
    # Not in pytest's folder: every pytest that starts shuts that for others.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        binary = shutil.copy(harness.SPFSWEEP, folder / "spfsweep")
        shutil.copy(rows_file, folder / "in.csv")
        yield folder, binary


def run_with_threads(n_threads, out, binary, *args):
    """As a user of its own; what stood in the output's place before is in
    `done.data`, if it is still there."""
    out.write_bytes(b"of before")
    out.chmod(0o666)
    command = [
        "setpriv",
        f"--reuid={addresses.unique_user()}",
        "--clear-groups",
        "prlimit",
        f"--nproc={n_threads}",
        binary,
        *args,
        "-o",
        out,
        "--overwrite",
        "--workers=8",
    ]
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=harness.HANGS_S
    )
    done.data = out.read_bytes()
    return done


@without_sanitizers
@pytest.mark.parametrize(
    "n_threads, n_workers", [(1, None), (2, None), (3, None), (4, 1), (6, 3), (20, 8)]
)
def test_threads(bulk_nsd, stranger, n_threads, n_workers):
    """One is the main thread, two are not workers."""
    folder, binary = stranger
    out = folder / "out.csv.gz"
    done = run_with_threads(n_threads, out, binary, "scan", folder / "in.csv", bulk_nsd.upstream)
    assert assert_honest(done, "threads") == (ROWS if n_workers else None), done.stderr
    if n_workers in (1, 3):
        assert f"going on with {n_workers} of 8 workers" in done.stderr


@without_sanitizers
@pytest.mark.parametrize("n_threads", [1, 2, 3, 4])
def test_retry_with_few_threads(bulk_nsd, stranger, n_threads):
    """Like a scan: with three or less what stood in the output's place stays there."""
    folder, binary = stranger
    results, out = folder / "results.csv.gz", folder / "new.csv.gz"
    assert (
        harness.run("scan", folder / "in.csv", "-o", results, bulk_nsd.upstream).returncode == DONE
    )
    done = run_with_threads(n_threads, out, binary, "retry", results, bulk_nsd.upstream)
    assert assert_honest(done, "threads") == (ROWS if n_threads > 3 else None), done.stderr
