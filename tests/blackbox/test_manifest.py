"""test_manifest.py - what --summary writes: enough to know later what was done to which file, with
what; and that rows in are rows out."""

import datetime
import hashlib
import subprocess

import pytest

import harness
from harness import BAD_ROWS, DONE, STOPPED

HEADER = "domain,ip\n"
ROWS = "d1.bulk.test,192.0.2.1\nd2.bulk.test,192.0.2.2\nbad..name,192.0.2.2\n"


def sha256(data):
    return hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize("output", ["out.csv.gz", "out.csv"])
def test_digests_of_files(bulk_nsd, tmp_path, output):
    """Of the octets on the disk, compressed or not, as sha256sum tells them."""
    paths = [
        harness.write_input(tmp_path / name, HEADER + ROWS)
        for name in ("a.csv", "b.csv.gz", "c.csv")
    ]
    scan = harness.scan(tmp_path, paths, bulk_nsd.upstream, output=output)
    assert scan.status == BAD_ROWS and scan.summary["rows"] == scan.summary["rows_read"] == 9
    assert scan.summary["input_sha256"] == [sha256(path.read_bytes()) for path in paths]
    assert scan.summary["output_sha256"] == sha256(scan.data) and scan.summary[
        "bytes_written"
    ] == len(scan.data)
    told = subprocess.run(
        ["sha256sum", tmp_path / output, *paths], capture_output=True, text=True, check=True
    ).stdout.split()[::2]
    assert told == [scan.summary["output_sha256"], *scan.summary["input_sha256"]]


def test_digest_of_standard_streams(bulk_nsd, tmp_path):
    done = harness.run(
        "scan", "-", bulk_nsd.upstream, "--summary", tmp_path / "summary.json", stdin=HEADER + ROWS
    )
    text = (tmp_path / "summary.json").read_text()
    assert f'"{sha256((HEADER + ROWS).encode())}"' in text and f'"{sha256(done.stdout)}"' in text


def test_digest_of_an_input_with_padding(bulk_nsd, tmp_path):
    """Zeros behind the gzip data are padding, but they are in the file."""
    path = harness.write_input(tmp_path / "in.csv.gz", HEADER + ROWS)
    path.write_bytes(path.read_bytes() + bytes(600000))
    scan = harness.scan(tmp_path, path, bulk_nsd.upstream)
    assert len(scan.rows) == 3 and scan.summary["input_sha256"] == [sha256(path.read_bytes())]


def test_an_input_that_was_not_read_to_its_end_has_no_digest(bulk_nsd, tmp_path):
    good, torn = (
        harness.write_input(tmp_path / name, HEADER + ROWS * 100)
        for name in ("good.csv.gz", "torn.csv.gz")
    )
    torn.write_bytes(torn.read_bytes()[:-9])
    scan = harness.scan(tmp_path, [good, torn], bulk_nsd.upstream)
    assert scan.status == STOPPED and scan.summary["input_sha256"] == [
        sha256(good.read_bytes()),
        None,
    ]
    assert not scan.summary["complete"] and scan.summary["exit_status"] == STOPPED


def test_what_was_done_with_what(bulk_nsd, tmp_path):
    begun = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    scan = harness.scan(
        tmp_path,
        HEADER + ROWS,
        bulk_nsd.upstream,
        "--checks=spf,mx",
        "--csv-safe",
        "--upstream=[::1]:5353",
        "--receiver=mx.example.com",
        "--void-limit=none",
        "--sync-interval=3",
    )
    s = scan.summary
    assert (s["command"], s["rows_before"], s["retried_rows"], s["changed_rows"]) == (
        "scan",
        0,
        0,
        0,
    )
    o = s["options"]
    assert (o["checks"], o["csv_safe"], o["receiver"], o["sync_interval_s"], o["engine"]) == (
        "spf,mx",
        True,
        "mx.example.com",
        3,
        "forward",
    )
    assert o["upstreams"] == 2 and o["upstream_addresses"] == [
        f"{bulk_nsd.address}:{bulk_nsd.port}",
        "[::1]:5353",
    ]
    assert o["columns"] is None and o["void_limit"] is None
    assert set(s["versions"]) == {
        "spfsweep",
        "libunbound",
        "libevent",
        "zlib",
        "isal",
        "jansson",
        "libdeflate",
        "libidn2",
        "libsodium",
        "nettle",
    } and all(s["versions"].values())
    times = [
        datetime.datetime.fromisoformat(t.replace("Z", "+00:00"))
        for t in (s["started_at"], s["runs"][0]["started_at"], s["ended_at"])
    ]
    assert begun <= times[0] <= times[1] <= times[2]
    assert [(run["first_row"], run["rows"]) for run in s["runs"]] == [(1, 3)]


def test_results_are_counted(bulk_nsd, tmp_path):
    scan = harness.scan(tmp_path, HEADER + ROWS, bulk_nsd.upstream)
    for member in ("spf", "iprev"):
        for word, n in scan.summary[member].items():
            assert n == sum(row[member] == word for row in scan.rows), (member, word)
    assert scan.summary["bad_rows"] == 1


# ---- what it must not overwrite ----


def refused(folder, *args):
    before = {path: path.read_bytes() for path in folder.iterdir()}
    done = harness.run(*args)
    assert done.returncode == harness.USAGE and len(done.stderr.splitlines()) == 1, done.stderr
    assert {path: path.read_bytes() for path in folder.iterdir()} == before
    return done.stderr


def test_nothing_is_overwritten_by_the_summary(bulk_nsd, tmp_path):
    path = harness.write_input(tmp_path / "in.csv", HEADER + ROWS)
    (tmp_path / "link.csv").hardlink_to(path)
    harness.scan(tmp_path, path, bulk_nsd.upstream)
    out, new = tmp_path / "out.csv.gz", tmp_path / "new.csv.gz"
    assert "the summary is an input" in refused(
        tmp_path, "scan", path, "-o", new, bulk_nsd.upstream, "--summary", path
    )
    assert "the summary is an input" in refused(
        tmp_path, "scan", path, "-o", new, bulk_nsd.upstream, "--summary", tmp_path / "link.csv"
    )
    assert "the summary is an input" in refused(
        tmp_path, "retry", out, "-o", new, bulk_nsd.upstream, "--summary", out
    )
    for name in (out, new):
        assert "the summary is the output" in refused(
            tmp_path, "scan", path, "-o", name, bulk_nsd.upstream, "--summary", name
        )
    assert "the summary is the output" in refused(
        tmp_path, "scan", path, bulk_nsd.upstream, "--summary", "-"
    )


def test_a_summary_that_cannot_be_written_is_told_first(bulk_nsd, tmp_path):
    path = harness.write_input(tmp_path / "in.csv", HEADER + ROWS)
    done = harness.run(
        "scan", path, bulk_nsd.upstream, "--summary", tmp_path / "nowhere" / "summary.json"
    )
    assert done.returncode == harness.USAGE and "No such file" in done.stderr and done.stdout == b""


# ---- --csv-safe ----

HOSTILE = [
    '=HYPERLINK("http://evil.example/","click")',
    "+1",
    "-1",
    "@SUM(A1)",
    "\tx",
    "'=x",
    "plain",
    "a=b",
]


def guarded(text):
    return "'" + text if text and text[0] in "=+-@\t\r\n'" else text


def test_csv_safe_fields(server, tmp_path):
    """Every field that a spreadsheet may take for a formula, the DNS' and the input's, header row
    and all; no other is touched."""
    dns = server(
        lambda name, type: (
            ["v=spf1 -all exp=why.example"]
            if (name, type) == ("d.example", "TXT")
            else ["=cmd|' /C calc'!A0 %{i}"]
            if name == "why.example"
            else []
        )
    )
    rows = [["d.example", "192.0.2.1", note] for note in HOSTILE]
    text = harness.csv_text(["domain", "ip", "=note"], *rows)
    plain = harness.scan(tmp_path, text, dns.upstream, "--checks=spf", output="plain.csv")
    safe = harness.scan(tmp_path, text, dns.upstream, "--checks=spf", "--csv-safe")
    assert plain.status == safe.status == DONE
    assert (
        plain.rows[0]["spf_explanation"].startswith("=cmd")
        and plain.rows[0]["spf_matched"] == "-all"
    )
    assert [[guarded(field) for field in record] for record in plain.timeless()] == safe.timeless()
    for record in safe.records:
        assert not any(
            field[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and field for field in record
        ), record


def test_without_it_data_are_data(server, tmp_path):
    dns = server(lambda name, type: ["v=spf1 exp==x -all"] if type == "TXT" else [])
    scan = harness.scan(
        tmp_path, "domain,ip,x\n=d.example,192.0.2.1,=1+1\n", dns.upstream, "--checks=spf"
    )
    assert (scan.row["domain"], scan.row["x"]) == ("=d.example", "=1+1")
