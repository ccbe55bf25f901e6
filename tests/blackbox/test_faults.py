"""test_faults.py - what can go wrong around a scan: a full disk, a closed pipe, an input that
breaks. Each is one clear line and status 3, and the output is valid and can be gone on with."""

import contextlib
import fcntl
import gzip
import json
import os
import signal
import subprocess
import threading

import pytest

import harness
from harness import DONE, STOPPED, until

N = 20000
HEADER = "domain,ip,note\n"


def rows_of(n):
    return "".join(
        f"d{i}.bulk.test,192.0.2.{i % 128},note {i} {i * 7919 % 100003}\n" for i in range(n)
    )


@pytest.fixture(scope="module")
def finished(bulk_nsd, tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    path = harness.write_input(folder / "in.csv.gz", HEADER + rows_of(N))
    scan = harness.scan(folder, path, bulk_nsd.upstream)
    assert scan.status == DONE
    return scan, path


@pytest.fixture
def small_disk(tmp_path):
    """A file system of its own with 256 KiB; needs root, as a mount does."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", place], check=True)
    yield place
    subprocess.run(["umount", place], check=True)


def lines_of(stderr):
    return [
        line
        for line in stderr.splitlines()
        if not any(
            line.startswith(f"spfsweep: {word}") for word in ("spf:", "iprev:", "dns:", "cpu")
        )
    ]


def assert_valid_part(data, expected):
    """Whole members, without the end-of-file member, and the first rows of the undisturbed scan.
    Gives how many."""
    assert not data.endswith(harness.BGZF_EOF)
    harness.bgzf_members(data)
    rows = harness.parse_output(data)
    header = expected.header
    keep = [i for i, name in enumerate(header) if name not in harness.TIME_COLUMNS]
    assert [[r[i] for i in keep] for r in rows] == expected.timeless()[: len(rows)]
    return len(rows) - 1


def assert_resumes(folder, path, nsd, data, expected):
    (folder / "out.csv.gz").write_bytes(data)
    scan = harness.scan(folder, path, nsd.upstream, "--resume")
    assert scan.status == DONE and scan.timeless() == expected.timeless()


def test_a_full_disk(finished, bulk_nsd, small_disk, tmp_path):
    expected, path = finished
    assert len(expected.data) > 300 << 10
    out = small_disk / "out.csv.gz"
    done = harness.run(
        "scan", path, "-o", out, bulk_nsd.upstream, "--summary", tmp_path / "summary.json"
    )
    told = [line for line in lines_of(done.stderr) if "No space left on device" in line]
    assert (
        done.returncode == STOPPED
        and len(told) == 1
        and str(out) in told[0]
        and "the output ends before row" in told[0]
    ), done.stderr
    n = assert_valid_part(out.read_bytes(), expected)
    assert told[0].endswith(f"before row {n + 1}, where --resume goes on") and n > 1000
    assert_resumes(tmp_path, path, bulk_nsd, out.read_bytes(), expected)


def test_a_full_disk_under_the_record(finished, bulk_nsd, small_disk, tmp_path):
    """The output ends where the record does, and it is told where that is."""
    expected, path = finished
    out, record = tmp_path / "out.csv.gz", small_disk / "record.gz"
    scan = ["scan", path, "-o", out, bulk_nsd.upstream, "--record", record]
    done = harness.run(*scan)
    told = [line for line in lines_of(done.stderr) if "record cannot be written" in line]
    assert done.returncode == STOPPED and len(told) == 1 and str(record) in told[0]
    n = assert_valid_part(out.read_bytes(), expected)
    assert f"{out}: the output ends before row {n + 1}, where --resume goes on" in done.stderr
    assert 0 < n < N
    subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
    assert harness.run(*scan, "--resume").returncode == DONE
    assert harness.Scan(0, "", out.read_bytes(), None).timeless() == expected.timeless()


def test_a_full_disk_resumed_where_it_is(finished, bulk_nsd, small_disk):
    """The disk gets larger, and the scan goes on."""
    expected, path = finished
    out = small_disk / "out.csv.gz"
    assert harness.run("scan", path, "-o", out, bulk_nsd.upstream).returncode == STOPPED
    subprocess.run(["mount", "-o", "remount,size=16m", small_disk], check=True)
    done = harness.run("scan", path, "-o", out, bulk_nsd.upstream, "--resume")
    assert done.returncode == DONE
    assert harness.Scan(0, "", out.read_bytes(), None).timeless() == expected.timeless()


def test_a_disk_that_is_full_already(bulk_nsd, small_disk):
    (small_disk / "ballast").write_bytes(b"x" * (256 << 10))
    done = harness.run(
        "scan", "-", "-o", small_disk / "out.csv.gz", bulk_nsd.upstream, stdin=HEADER + rows_of(10)
    )
    assert (
        done.returncode == STOPPED
        and done.stderr.count("No space left on device") == 1
        and "before row 1" in done.stderr
    )
    assert (small_disk / "out.csv.gz").read_bytes() == b""


def test_a_summary_on_a_full_disk(finished, bulk_nsd, small_disk, tmp_path):
    _, path = finished
    (small_disk / "ballast").write_bytes(b"x" * (256 << 10))
    done = harness.run(
        "scan",
        path,
        "-o",
        tmp_path / "out.csv.gz",
        bulk_nsd.upstream,
        "--summary",
        small_disk / "summary.json",
    )
    assert (
        done.returncode == STOPPED
        and "summary.json: the summary cannot be written: No space left on device" in done.stderr
    )
    assert (tmp_path / "out.csv.gz").read_bytes().endswith(harness.BGZF_EOF)


def test_a_size_limit(finished, bulk_nsd, tmp_path):
    """RLIMIT_FSIZE: the signal that comes with it does not kill, either."""
    expected, path = finished
    out = tmp_path / "limited.csv.gz"
    done = subprocess.run(
        [
            "bash",
            "-c",
            'ulimit -f 200; exec "$@"',
            "bash",
            harness.SPFSWEEP,
            "scan",
            path,
            "-o",
            out,
            bulk_nsd.upstream,
            "--progress=never",
        ],
        capture_output=True,
        text=True,
        timeout=harness.HANGS_S,
    )
    assert done.returncode == STOPPED and "File too large" in done.stderr, (
        done.returncode,
        done.stderr,
    )
    assert_valid_part(out.read_bytes(), expected)
    assert_resumes(tmp_path, path, bulk_nsd, out.read_bytes(), expected)


@pytest.mark.parametrize("name", ["fifo", "fifo.csv.gz"])
def test_a_named_pipe_whose_reader_goes_away(finished, bulk_nsd, running, tmp_path, name):
    expected, path = finished
    os.mkfifo(tmp_path / name)
    process = running(
        "scan",
        path,
        "-o",
        tmp_path / name,
        bulk_nsd.upstream,
        "--progress=never",
        "--qps=20000",
        stderr=subprocess.PIPE,
    )
    with open(tmp_path / name, "rb") as reader:
        head = reader.read(3000)
    assert head
    _, stderr = process.communicate(timeout=harness.HANGS_S)
    told = [line for line in lines_of(stderr.decode()) if "Broken pipe" in line]
    assert (
        process.returncode == STOPPED
        and len(told) == 1
        and name in told[0]
        and "the output ends before row" in told[0]
        and "--resume" not in told[0]
    )
    assert len(expected.rows) == N


def test_an_input_that_vanishes(finished, bulk_nsd, running, tmp_path):
    """The second file is there when the scan begins, and is not when its turn comes. The first one
    comes through a pipe, so the test knows when that is."""
    expected, _ = finished
    lines = (HEADER + rows_of(N)).splitlines(keepends=True)
    first, second = (
        tmp_path / "first.csv",
        harness.write_input(tmp_path / "second.csv", HEADER + "".join(lines[101:])),
    )
    os.mkfifo(first)
    process = running(
        "scan",
        first,
        second,
        "-o",
        tmp_path / "out.csv.gz",
        bulk_nsd.upstream,
        "--progress=never",
        stderr=subprocess.PIPE,
    )
    with open(first, "w") as pipe:
        pipe.write("".join(lines[:101]))
        pipe.flush()
        until(
            lambda: (
                (tmp_path / "out.csv.gz").exists()
                and len(harness.bgzf_members((tmp_path / "out.csv.gz").read_bytes(), torn=True)) > 1
            ),
            what="the first rows",
        )
        second.rename(tmp_path / "elsewhere.csv")
    _, stderr = process.communicate(timeout=harness.HANGS_S)
    assert (
        process.returncode == STOPPED
        and stderr.decode().count("second.csv: No such file or directory") == 1
    )
    assert assert_valid_part((tmp_path / "out.csv.gz").read_bytes(), expected) == 100
    whole = harness.write_input(tmp_path / "whole.csv", HEADER + rows_of(N))
    assert_resumes(tmp_path, whole, bulk_nsd, (tmp_path / "out.csv.gz").read_bytes(), expected)


def test_an_input_that_cannot_be_read(bulk_nsd, tmp_path):
    """A read that fails: /proc/self/mem may be opened, and reading its first octets is an
    input/output error."""
    done = harness.run("scan", "/proc/self/mem", "-o", tmp_path / "out.csv.gz", bulk_nsd.upstream)
    assert (
        done.returncode == STOPPED
        and done.stderr == "spfsweep: /proc/self/mem: Input/output error before the first row\n"
    )


@pytest.mark.parametrize("further", [False, True])
def test_an_input_that_is_torn_at_its_first_row(bulk_nsd, tmp_path, further):
    """Nothing was begun, and what stood in the output's place is still there; the same command may
    succeed with the whole file."""
    good, torn, out = (
        harness.write_input(tmp_path / "in.csv", HEADER + rows_of(10)),
        tmp_path / "torn.csv.gz",
        tmp_path / "out.csv.gz",
    )
    torn.write_bytes(gzip.compress((HEADER + rows_of(10)).encode())[:15])
    out.write_bytes(b"of before")
    done = harness.run("scan", *([good] if further else []), torn, "-o", out, bulk_nsd.upstream)
    assert (
        done.returncode == STOPPED
        and done.stderr == f"spfsweep: {torn}: the gzip data ends too early before the first row\n"
    )
    assert out.read_bytes() == b"of before"


def test_an_input_that_has_grown_by_what_is_torn(finished, bulk_nsd, tmp_path):
    """The output holds all rows that there are: it stays complete, and the line comes once."""
    expected, path = finished
    grown = tmp_path / "grown.csv.gz"
    grown.write_bytes(path.read_bytes() + gzip.compress(b"more")[:15])
    (tmp_path / "out.csv.gz").write_bytes(expected.data)
    scan = harness.scan(tmp_path, grown, bulk_nsd.upstream, "--resume")
    assert scan.status == STOPPED and scan.data == expected.data and not scan.summary["complete"]
    assert scan.stderr.count("ends too early") == 1, scan.stderr


def test_a_summary_that_cannot_be_opened(bulk_nsd, tmp_path):
    """A name that leads nowhere is a mistake; all else may be other tomorrow."""
    path, summary = (
        harness.write_input(tmp_path / "in.csv", HEADER + rows_of(10)),
        tmp_path / "summary.json",
    )
    with summary.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        done = harness.run(
            "scan", path, "-o", tmp_path / "out.csv.gz", bulk_nsd.upstream, "--summary", summary
        )
    assert (
        done.returncode == STOPPED
        and done.stderr
        == f"spfsweep: {summary}: the summary cannot be written: another process is writing it\n"
    )
    done = harness.run(
        "scan",
        path,
        "-o",
        tmp_path / "out.csv.gz",
        bulk_nsd.upstream,
        "--summary",
        tmp_path / "nowhere" / "summary.json",
    )
    assert done.returncode == harness.USAGE and "No such file or directory" in done.stderr


def test_a_torn_input_is_resumed_with_the_whole_one(finished, bulk_nsd, tmp_path):
    expected, path = finished
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    scan = harness.scan(tmp_path, torn, bulk_nsd.upstream)
    assert (
        scan.status == STOPPED
        and scan.says("torn.csv.gz", "the gzip data ends too early after row")
        and not scan.summary["complete"]
    )
    n = assert_valid_part(scan.data, expected)
    assert scan.summary["rows"] == n and scan.summary["input_sha256"] == [None]
    assert_resumes(tmp_path, path, bulk_nsd, scan.data, expected)


@contextlib.contextmanager
def reading(pipe):
    """What comes out of a pipe, taken away all the time."""
    taken = []
    thread = threading.Thread(target=lambda: taken.append(pipe.read()))
    thread.start()
    yield taken
    thread.join()


def test_a_signal_and_then_resume(finished, bulk_nsd, running, tmp_path):
    expected, path = finished
    out = tmp_path / "out.csv.gz"
    process = running(
        "scan",
        path,
        "-o",
        out,
        bulk_nsd.upstream,
        "--qps=20000",
        "--progress=never",
        "--summary",
        tmp_path / "summary.json",
        stderr=subprocess.PIPE,
    )
    with reading(process.stderr):
        until(lambda: out.exists() and out.stat().st_size > 20000, what="some rows")
        process.send_signal(signal.SIGINT)
        assert process.wait(harness.HANGS_S) == STOPPED
    assert_valid_part(out.read_bytes(), expected)
    assert_resumes(tmp_path, path, bulk_nsd, out.read_bytes(), expected)


def strace(*options):
    """The program under strace. AddressSanitizer cannot look for leaks then."""
    sanitizer = f"{os.environ.get('ASAN_OPTIONS', '')}:detect_leaks=0".removeprefix(":")
    return [
        "strace",
        "-f",
        "-qq",
        "-E",
        f"ASAN_OPTIONS={sanitizer}",
        *options,
        harness.SPFSWEEP,
    ]


def injected(inject, *args, only=None):
    """A run in which a system call fails, or takes its time; one on the file `only`, if given."""
    file = ["-P", only] if only else []
    call = inject.split(":")[0]
    return [
        *strace("-e", f"trace={call}", "-e", f"inject={inject}", *file, "-o", "/dev/null"),
        *map(str, args),
        "--progress=never",
    ]


def broken(inject, *args, only=None):
    return subprocess.run(
        injected(inject, *args, only=only), capture_output=True, text=True, timeout=harness.HANGS_S
    )


def synced(path, options, folder, nsd):
    """How often fdatasync() was called while a scan ran."""
    trace = folder / "trace"
    subprocess.run(
        [
            *strace("-e", "trace=fdatasync", "-o", trace),
            "scan",
            path,
            "-o",
            folder / "out.csv.gz",
            nsd.upstream,
            "--progress=never",
            *options,
            *([] if "--resume" in options else ["--overwrite"]),
        ],
        check=True,
        stderr=subprocess.DEVNULL,
        timeout=harness.HANGS_S,
    )
    return trace.read_text().count("fdatasync(")


@pytest.mark.slow  # strace
def test_data_is_synced(finished, bulk_nsd, tmp_path):
    """Every second while rows come, and before and behind the end-of-file member."""
    lines = (HEADER + rows_of(100)).splitlines(keepends=True)
    path = harness.write_input(tmp_path / "in.csv", "".join(lines))
    assert (
        synced(path, ["--sync-interval=0"], tmp_path, bulk_nsd) == 3
    )  # behind the header row, too
    assert (
        synced(
            path,
            ["--sync-interval=1", "--qps=150", "--workers=1", "--window=64"],
            tmp_path,
            bulk_nsd,
        )
        >= 5
    )
    # whoever wrote a complete output may not have come to that
    assert synced(path, ["--resume"], tmp_path, bulk_nsd) == 1
    assert finished[0].status == DONE


@pytest.mark.slow
def test_the_name_is_synced_too(bulk_nsd, tmp_path):
    """A new file's folder, also when the output is a link to elsewhere."""
    path = harness.write_input(tmp_path / "in.csv", HEADER + rows_of(10))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out.csv.gz").symlink_to(tmp_path / "elsewhere" / "real.csv.gz")
    trace = tmp_path / "trace"
    subprocess.run(
        [
            *strace("-y", "-e", "trace=fsync", "-o", trace),
            "scan",
            path,
            "-o",
            tmp_path / "out.csv.gz",
            bulk_nsd.upstream,
            "--progress=never",
        ],
        check=True,
        stderr=subprocess.DEVNULL,
        timeout=harness.HANGS_S,
    )
    assert f"{tmp_path}/elsewhere>" in trace.read_text()


@pytest.mark.slow
@pytest.mark.parametrize(
    "when", [2, 3]
)  # of one thread: the first sync of the summary is another thread's
def test_a_sync_that_fails(finished, bulk_nsd, tmp_path, when):
    """Behind the rows, and behind the end-of-file member. The kernel takes such pages for written:
    what is not known to be on the disk is no longer in the file, and not in the counts."""
    expected, path = finished
    out, summary = tmp_path / "broken.csv.gz", tmp_path / "summary.json"
    done = broken(
        f"fdatasync:error=EIO:when={when}",
        "scan",
        path,
        "-o",
        out,
        bulk_nsd.upstream,
        "--sync-interval=0",
        "--summary",
        summary,
    )
    told = [line for line in lines_of(done.stderr) if "Input/output error" in line]
    assert done.returncode == STOPPED and len(told) == 1 and str(out) in told[0], done.stderr
    s = json.loads(summary.read_text())
    assert s["rows"] == 0 if when < 3 else s["rows"] == N
    n = len(harness.parse_output(out.read_bytes())) - 1 if out.stat().st_size else 0
    assert n == s["rows"] and s["output_sha256"] is None and not s["complete"]
    assert_resumes(tmp_path, path, bulk_nsd, out.read_bytes(), expected)


@pytest.mark.slow
def test_a_first_sync_that_fails_while_resuming(finished, bulk_nsd, tmp_path):
    """Rows that a killed scan left may be in the kernel's memory only."""
    expected, path = finished
    out, summary = tmp_path / "out.csv.gz", tmp_path / "summary.json"
    kept = expected.data[: sum(m.size for m in harness.bgzf_members(expected.data)[:5])]
    out.write_bytes(kept)
    done = broken(
        "fdatasync:error=EIO:when=1",
        "scan",
        path,
        "-o",
        out,
        bulk_nsd.upstream,
        "--resume",
        "--summary",
        summary,
        only=out,
    )
    assert (
        done.returncode == STOPPED
        and done.stderr.count(
            "Input/output error; whether the rows that it holds are on the disk is not known"
        )
        == 1
    ), done.stderr
    assert out.read_bytes() == kept and not json.loads(summary.read_text())["complete"]


@pytest.mark.slow
def test_an_output_that_cannot_be_emptied(bulk_nsd, tmp_path):
    """It is as it was, so no digest of ours is one of it."""
    path, out, summary = (
        harness.write_input(tmp_path / "in.csv", HEADER + rows_of(10)),
        tmp_path / "out.csv.gz",
        tmp_path / "summary.json",
    )
    out.write_bytes(b"of before")
    done = broken(
        "ftruncate:error=EIO:when=1",
        "scan",
        path,
        "-o",
        out,
        "--overwrite",
        bulk_nsd.upstream,
        "--summary",
        summary,
        only=out,
    )
    assert done.returncode == STOPPED and f"{out}: Input/output error" in done.stderr
    assert (
        out.read_bytes() == b"of before"
        and json.loads(summary.read_text())["output_sha256"] is None
    )


@pytest.mark.slow
@pytest.mark.parametrize("when", [2, 3])  # before and behind the end-of-file member
def test_a_signal_while_the_end_is_synced(bulk_nsd, tmp_path, when):
    """With the end-of-file member it is complete, and says so; without, it is not."""
    path, out, summary = (
        harness.write_input(tmp_path / "in.csv", HEADER + rows_of(10)),
        tmp_path / "out.csv.gz",
        tmp_path / "summary.json",
    )
    command = injected(
        f"fdatasync:delay_enter=3000000:when={when}",
        "scan",
        path,
        "-o",
        out,
        bulk_nsd.upstream,
        "--sync-interval=0",
        "--summary",
        summary,
    )
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    try:
        until(
            lambda: (
                out.exists()
                and (
                    out.read_bytes().endswith(harness.BGZF_EOF)
                    if when == 3
                    else out.stat().st_size and len(harness.parse_output(out.read_bytes())) == 11
                )
            ),
            what="what is synced",
        )
        child = int(
            subprocess.run(
                ["pgrep", "-P", str(process.pid)], capture_output=True, text=True, check=True
            ).stdout
        )
        os.kill(child, signal.SIGTERM)
        stderr = process.communicate(timeout=harness.HANGS_S)[1].decode()
    finally:
        process.kill()
    assert (
        (process.returncode == DONE)
        == out.read_bytes().endswith(harness.BGZF_EOF)
        == json.loads(summary.read_text())["complete"]
        == ("stopped before the end" not in stderr)
    ), stderr
