"""test_resume.py - an output that was not finished is gone on with, whatever its end looks like;
one of another scan is refused, with what differs, and left as it is."""

import hashlib
import os
import subprocess
import zlib

import pytest

import bulk
import harness
from harness import BAD_ROWS, DONE, STOPPED, USAGE, until

N = 5000
HEADER = "domain,ip,note\n"


def rows_of(numbers):
    return "".join(f"d{n}.bulk.test,192.0.2.{n % 128},note {n}\n" for n in numbers)


@pytest.fixture(scope="module")
def finished(bulk_nsd, tmp_path_factory):
    """A scan that nobody disturbed, and its input."""
    folder = tmp_path_factory.mktemp("finished")
    path = harness.write_input(folder / "in.csv.gz", HEADER + rows_of(range(N)))
    scan = harness.scan(folder, path, bulk_nsd.upstream, "--window=512")
    assert scan.status == DONE and len(scan.rows) == N
    return scan, path


def first_members(data, n):
    """The octets of the first n members."""
    return data[: sum(m.size for m in harness.bgzf_members(data)[:n])]


def resume(folder, inputs, nsd, data, *options, **more):
    """The scan goes on with an output that holds `data`; None: there is none."""
    if data is not None:
        (folder / "out.csv.gz").write_bytes(data)
    return harness.scan(folder, inputs, nsd.upstream, "--window=512", "--resume", *options, **more)


def assert_finished(scan, expected):
    assert scan.status == expected.status and scan.timeless() == expected.timeless()
    assert scan.summary["complete"] and scan.summary["rows"] == scan.summary["rows_read"] == len(
        expected.rows
    )
    assert scan.summary["output_sha256"] == hashlib.sha256(scan.data).hexdigest()
    assert sum(run["rows"] for run in scan.summary["runs"]) == len(expected.rows)


# ---- any end ----

ENDS = {
    "nothing at all": lambda data, whole: b"",
    "half a first header": lambda data, whole: data[:9],
    "half a first member": lambda data, whole: data[:90],
    "only the header row": lambda data, whole: first_members(data, 1),
    "a whole member": lambda data, whole: whole,
    "half a header": lambda data, whole: whole + data[len(whole) :][:11],
    "half a member": lambda data, whole: whole + data[len(whole) :][:400],
    "all but the last octet": lambda data, whole: data[:-1],
    "no end-of-file member": lambda data, whole: data[:-28],
    "a bad checksum": lambda data, whole: whole[:-8] + bytes([whole[-8] ^ 1]) + whole[-7:],
    "a damaged octet, and good members behind it": lambda data, whole: (
        data[: len(whole) - 100] + bytes([data[len(whole) - 100] ^ 0x10]) + data[len(whole) - 99 :]
    ),
    "a wrong first row": lambda data, whole: whole + data[len(whole) :].replace(b"SW", b"sw", 1),
    "zeros": lambda data, whole: whole + bytes(3000),
    "garbage": lambda data, whole: whole + bytes(range(256)) * 20,
    "text": lambda data, whole: whole + b"\nspfsweep: killed\n",
    "another gzip file": lambda data, whole: (
        whole + subprocess.run(["gzip", "-c"], input=b"x", capture_output=True, check=True).stdout
    ),
    "itself": lambda data, whole: whole + whole,
    "the end-of-file member too soon": lambda data, whole: whole + harness.BGZF_EOF,
    "garbage behind the end": lambda data, whole: data + b"garbage",
    "everything": lambda data, whole: data,
}


@pytest.mark.parametrize("end", ENDS)
def test_any_end(finished, bulk_nsd, tmp_path, end):
    expected, path = finished
    data = ENDS[end](expected.data, first_members(expected.data, 5))
    scan = resume(tmp_path, path, bulk_nsd, data)
    assert_finished(scan, expected)
    if data and end != "half a first header":
        assert scan.says("out.csv.gz", "rows are there") or scan.says("out.csv.gz", "complete")


def test_no_output_yet(finished, bulk_nsd, tmp_path):
    expected, path = finished
    assert_finished(resume(tmp_path, path, bulk_nsd, None), expected)


def test_rows_that_are_there_are_not_asked_for_again(finished, bulk_nsd, tmp_path):
    expected, path = finished
    data = first_members(expected.data, 8)
    kept = sum(m.n_rows for m in harness.bgzf_members(data))
    scan = resume(tmp_path, path, bulk_nsd, data)
    assert scan.data.startswith(data) and scan.summary["rows_before"] == kept > 0
    assert [(run["first_row"], run["rows"]) for run in scan.summary["runs"]] == [
        (1, kept),
        (kept + 1, N - kept),
    ]
    assert scan.says(f"{kept} rows are there, going on with row {kept + 1}")
    assert 0 < scan.summary["questions"] < expected.summary["questions"]


def test_counts_are_of_all_rows(finished, bulk_nsd, tmp_path):
    expected, path = finished
    scan = resume(tmp_path, path, bulk_nsd, first_members(expected.data, 4))
    for member in (
        "spf",
        "helo_spf",
        "iprev",
        "bad_rows",
        "temperror_rows",
        "rows",
        "rows_read",
        "complete",
        "exit_status",
    ):
        assert scan.summary[member] == expected.summary[member], member


def test_a_complete_output_stays_as_it_is(finished, bulk_nsd, tmp_path):
    expected, path = finished
    scan = resume(tmp_path, path, bulk_nsd, expected.data)
    assert (
        scan.data == expected.data
        and scan.says("complete, with 5000 rows")
        and scan.summary["questions"] == 0
    )
    assert_finished(scan, expected)


def test_an_input_that_has_grown(finished, bulk_nsd, tmp_path):
    expected, _ = finished
    longer = harness.write_input(tmp_path / "longer.csv", HEADER + rows_of(range(N + 300)))
    scan = resume(tmp_path, longer, bulk_nsd, expected.data)
    assert scan.status == DONE and len(scan.rows) == N + 300 and scan.summary["rows_before"] == N
    assert scan.timeless()[: N + 1] == expected.timeless()
    # the end of the shorter output is nothing that was lost
    assert not scan.says("warning") and not list(tmp_path.glob("out.csv.gz.*"))


@pytest.mark.parametrize("n_before", [1, 3])
def test_a_resumed_scan_is_resumed(finished, bulk_nsd, tmp_path, running, n_before):
    """Each run is stopped after some rows more; the manifest knows them all."""
    expected, path = finished
    out = tmp_path / "out.csv.gz"
    for _ in range(n_before):
        size = out.stat().st_size if out.exists() else 0
        process = running(
            "scan",
            path,
            "-o",
            out,
            bulk_nsd.upstream,
            "--window=512",
            "--resume",
            "--qps=4000",
            "--progress=never",
            stderr=subprocess.PIPE,
        )
        until(lambda: out.exists() and out.stat().st_size > size + 3000, what="some rows more")
        process.terminate()
        assert process.wait(harness.HANGS_S) == STOPPED
    scan = resume(tmp_path, path, bulk_nsd, None)
    assert_finished(scan, expected)
    assert len(scan.summary["runs"]) == n_before + 1 and all(
        run["rows"] > 0 for run in scan.summary["runs"]
    )


# ---- any input ----


def test_standard_input(finished, bulk_nsd, tmp_path):
    expected, _ = finished
    scan = resume(
        tmp_path, "-", bulk_nsd, first_members(expected.data, 5), stdin=HEADER + rows_of(range(N))
    )
    assert_finished(scan, expected)


@pytest.mark.parametrize("n_members", [2, 5, 9, 12])
def test_several_inputs(finished, bulk_nsd, tmp_path, n_members):
    expected, _ = finished
    parts = [
        harness.write_input(
            tmp_path / f"part{i}.csv{'.gz' * (i % 2)}", HEADER + rows_of(range(at, end))
        )
        for i, (at, end) in enumerate([(0, 700), (700, 701), (701, N)])
    ]
    assert_finished(
        resume(tmp_path, parts, bulk_nsd, first_members(expected.data, n_members)), expected
    )


def test_the_same_rows_from_another_file_in_another_form(finished, bulk_nsd, tmp_path):
    expected, _ = finished
    moved = harness.write_input(
        tmp_path / "moved.csv", HEADER + rows_of(range(N)).replace("\n", "\r\n")
    )
    assert_finished(resume(tmp_path, moved, bulk_nsd, first_members(expected.data, 5)), expected)


def test_bad_rows_before_count_for_the_status(bulk_nsd, tmp_path):
    text = HEADER + "bad..name,192.0.2.1,\n" + rows_of(range(2000))
    expected = harness.scan(tmp_path, text, bulk_nsd.upstream, "--window=512")
    scan = resume(tmp_path, text, bulk_nsd, first_members(expected.data, 3))
    assert scan.status == expected.status == BAD_ROWS
    assert_finished(scan, expected)


def test_rows_longer_than_a_block(bulk_nsd, tmp_path):
    """Cut in the midst of a row that takes several members: it is done again, once."""
    text = (
        HEADER
        + rows_of(range(40))
        + f"long.bulk.test,192.0.2.1,{'x' * 250000}\n"
        + rows_of(range(40))
    )
    expected = harness.scan(tmp_path, text, bulk_nsd.upstream, "--window=512")
    members = harness.bgzf_members(expected.data)
    assert len(members) >= 6
    for n in range(1, len(members)):
        assert_finished(resume(tmp_path, text, bulk_nsd, first_members(expected.data, n)), expected)


# ---- refusals ----


def refused(folder, finished, nsd, inputs, *options, data=None):
    """The line that says why; the output is as it was."""
    data = finished[0].data[:-28] if data is None else data
    scan = resume(folder, inputs, nsd, data, *options)
    assert scan.status == USAGE and scan.data == data and scan.summary is None
    lines = [line for line in scan.stderr.splitlines() if line.startswith("spfsweep:")]
    assert len(lines) == 1, scan.stderr
    return lines[0]


@pytest.mark.parametrize(
    "option, words",
    [
        ("--checks=spf,mx", ("--checks", "'spf,iprev,mx,a'", "'spf,mx'")),
        ("--no-exp", ("--no-exp", "'no'", "'yes'")),
        ("--void-limit=none", ("--void-limit", "'2'", "'none'")),
        ("--receiver=mx.example.com", ("--receiver", "'unknown'", "'mx.example.com'")),
        ("--csv-safe", ("--csv-safe", "'no'", "'yes'")),
        ("--shard=0/2", ("--shard", "''", "'0/2'")),
    ],
)
def test_other_options(finished, bulk_nsd, tmp_path, option, words):
    line = refused(tmp_path, finished, bulk_nsd, finished[1], option)
    assert all(word in line for word in words), line


@pytest.mark.parametrize(
    "option",
    [
        "--workers=1",
        "--timeout=999",
        "--level=9",
        "--qps=100000",
        "--in-flight=77",
        "--sync-interval=0",
        "--0x20",
    ],
)
def test_options_that_may_differ(finished, bulk_nsd, tmp_path, option):
    assert_finished(
        resume(tmp_path, finished[1], bulk_nsd, first_members(finished[0].data, 5), option),
        finished[0],
    )


def test_another_input(finished, bulk_nsd, tmp_path):
    other = harness.write_input(
        tmp_path / "other.csv", HEADER + rows_of(range(N)).replace("note 1234\n", "note 4321\n")
    )
    line = refused(tmp_path, finished, bulk_nsd, other)
    assert all(
        word in line
        for word in (
            "row 1235",
            "d1234.bulk.test,192.0.2.82,note 1234",
            "d1234.bulk.test,192.0.2.82,note 4321",
            "other.csv",
        )
    ), line


def test_other_columns(finished, bulk_nsd, tmp_path):
    other = harness.write_input(
        tmp_path / "other.csv", HEADER.replace("note", "remark") + rows_of(range(N))
    )
    line = refused(tmp_path, finished, bulk_nsd, other)
    assert "column 4" in line and "'note'" in line and "'remark'" in line


def test_a_shorter_input(finished, bulk_nsd, tmp_path):
    other = harness.write_input(tmp_path / "other.csv", HEADER + rows_of(range(1000)))
    assert "ends after row 1000" in refused(tmp_path, finished, bulk_nsd, other)


@pytest.mark.parametrize("what", ["gzip", "bgzip", "text", "zeros", "garbage"])
def test_a_file_that_is_not_ours(finished, bulk_nsd, tmp_path, what):
    """Somebody's file, named by mistake, is not overwritten."""
    data = {
        "gzip": lambda: (
            subprocess.run(
                ["gzip", "-c"], input=b"precious", capture_output=True, check=True
            ).stdout
        ),
        "bgzip": lambda: (
            subprocess.run(
                ["bgzip", "-c"], input=b"precious" * 9999, capture_output=True, check=True
            ).stdout
        ),
        "text": lambda: b"precious\n",
        "zeros": lambda: bytes(100),
        "garbage": lambda: bytes(range(256)),
    }[what]()
    assert "no output of" in refused(tmp_path, finished, bulk_nsd, finished[1], data=data)


@pytest.mark.parametrize("options", [[], ["--checks=a"]])
def test_a_beginning_that_is_damaged(finished, bulk_nsd, tmp_path, options):
    """No crash does that, since the first block is on the disk before the second is written. Whose
    rows these are nobody can say: they are not thrown away."""
    expected, path = finished
    at = harness.bgzf_members(expected.data)[0].size - 20
    data = expected.data[:at] + bytes([expected.data[at] ^ 1]) + expected.data[at + 1 :]
    line = refused(tmp_path, finished, bulk_nsd, path, *options, data=data)
    assert ("damaged" in line) if not options else ("--checks" in line)


def test_parts_of_another_scan(finished, bulk_nsd, tmp_path):
    """Rows of the same input, but checked for less, stand behind good ones: they are done again."""
    expected, path = finished
    other = harness.scan(
        tmp_path, path, bulk_nsd.upstream, "--window=512", "--checks=a", output="other.csv.gz"
    )
    ours, theirs = (harness.bgzf_members(scan.data) for scan in (expected, other))
    begins = {m.first_row: i for i, m in enumerate(theirs) if m.n_rows}
    n = next(i for i, m in enumerate(ours) if i > 3 and m.first_row in begins)
    mixed = (
        first_members(expected.data, n)
        + other.data[len(first_members(other.data, begins[ours[n].first_row])) :]
    )
    assert len(list(harness.read_rows(mixed))) == N, "the test's own file is not what it should be"
    assert_finished(resume(tmp_path, path, bulk_nsd, mixed), expected)


def test_a_single_empty_column(bulk_nsd, tmp_path):
    text = "domain\n\n\nd1.bulk.test\n"
    expected = harness.scan(tmp_path, text, bulk_nsd.upstream)
    assert_finished(resume(tmp_path, text, bulk_nsd, expected.data), expected)
    assert_finished(resume(tmp_path, text, bulk_nsd, expected.data[:-28]), expected)


def test_a_row_without_end(finished, bulk_nsd, tmp_path):
    """An output that somebody has made up, of hundreds of blocks that hold no line end: no memory
    and no time without bound."""
    expected, path = finished
    first = first_members(expected.data, 1)
    model = harness.bgzf_members(expected.data)[1]
    head = expected.data[len(first) :][:54]
    compressor = zlib.compressobj(1, zlib.DEFLATED, -15)
    text = b"x" * 65000
    deflated = compressor.compress(text) + compressor.flush()
    size = 54 + len(deflated) + 8
    head = (
        head[:16]
        + (size - 1).to_bytes(2, "little")
        + head[18:42]
        + (0).to_bytes(4, "little")
        + head[46:]
    )
    assert model.first_row == 1 and int.from_bytes(head[34:42], "little") == 1
    member = (
        head + deflated + zlib.crc32(text).to_bytes(4, "little") + len(text).to_bytes(4, "little")
    )
    assert_finished(resume(tmp_path, path, bulk_nsd, first + member * 2000), expected)


def test_an_output_that_is_no_block_gzip(bulk_nsd, tmp_path):
    for name in ("out.csv", "-"):
        done = harness.run("scan", "-", "-o", name, "--resume", bulk_nsd.upstream, stdin=HEADER)
        assert done.returncode == USAGE and "--resume" in done.stderr and name in done.stderr


def test_an_output_that_is_being_written(finished, bulk_nsd, tmp_path, running):
    """Whoever resumes too early, or starts twice, does not spoil what the first one writes."""
    _, path = finished
    out = tmp_path / "out.csv.gz"
    process = running(
        "scan",
        "-",
        "-o",
        out,
        bulk_nsd.upstream,
        "--progress=never",
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdin.write((HEADER + rows_of(range(10))).encode())
    process.stdin.flush()
    until(lambda: out.exists() and out.stat().st_size > 0, what="the first block")
    for more in (["--resume"], []):
        second = harness.run("scan", path, "-o", out, bulk_nsd.upstream, *more)
        assert second.returncode == STOPPED and "another process is writing it" in second.stderr
    process.stdin.close()
    assert process.wait(harness.HANGS_S) == DONE
    assert len(list(harness.read_rows(out.read_bytes()))) == 10


def test_an_output_that_cannot_be_written(bulk_nsd, tmp_path):
    """Root may write anything, so the folder is one that no process can write to."""
    done = harness.run(
        "scan", "-", "-o", "/proc/self/status/x.csv.gz", bulk_nsd.upstream, stdin=HEADER
    )
    assert done.returncode == USAGE and "Not a directory" in done.stderr
    done = harness.run("scan", "-", "-o", "/sys/kernel/x.csv.gz", bulk_nsd.upstream, stdin=HEADER)
    assert done.returncode == STOPPED and "/sys/kernel/x.csv.gz: " in done.stderr
    assert not os.path.exists("/sys/kernel/x.csv.gz")


def test_the_bulk_zone_is_what_is_scanned(finished):
    """The rows compared above are about something: verdicts as the zone has them."""
    for row in finished[0].rows[:200]:
        expected = bulk.facts(int(row["ip"].rsplit(".", 1)[1]))
        assert {name: row[name] for name in expected} == expected
