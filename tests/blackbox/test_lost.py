"""test_lost.py - what is there already is not lost: an output is not overwritten by mistake, rows
behind damage are kept aside, and an output that others delete is told. Also the two options that
say which rows make a scan a failure."""

import gzip
import subprocess

import pytest

import damage
import harness
from harness import BAD_ROWS, DONE, STOPPED, USAGE

N = 3000
HEADER = "domain,ip,note\n"


def rows_of(n):
    return "".join(f"d{i}.bulk.test,192.0.2.{i % 128},note {i}\n" for i in range(n))


@pytest.fixture(scope="module")
def finished(bulk_nsd, tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    path = harness.write_input(folder / "in.csv.gz", HEADER + rows_of(N))
    scan = harness.scan(folder, path, bulk_nsd.upstream, "--window=512")
    assert scan.status == DONE
    return scan, path


# ---- an output that is there ----


def assert_refused(done, out, before, *words):
    assert done.returncode == USAGE and out.read_bytes() == before, done.stderr
    assert done.stderr.count("spfsweep:") == 1
    assert all(word in done.stderr for word in (str(out), "not overwritten", *words)), done.stderr


def again(finished, nsd, out, *options, command="scan"):
    path = finished[1] if command == "scan" else options[0]
    return harness.run(command, path, nsd.upstream, "-o", out, *options[command != "scan" :])


def test_a_complete_output(finished, bulk_nsd, tmp_path):
    out = tmp_path / "out.csv.gz"
    out.write_bytes(finished[0].data)
    done = again(finished, bulk_nsd, out)
    assert_refused(done, out, finished[0].data, f"complete, with {N} rows", "--overwrite")
    assert again(finished, bulk_nsd, out, "--overwrite").returncode == DONE
    assert harness.Scan(0, "", out.read_bytes(), None).timeless() == finished[0].timeless()


@pytest.mark.parametrize("keep", [0.5, -28])
def test_an_unfinished_output(finished, bulk_nsd, tmp_path, keep):
    out, data = tmp_path / "out.csv.gz", finished[0].data
    out.write_bytes(data[: int(len(data) * keep) if keep > 0 else keep])
    done = again(finished, bulk_nsd, out)
    assert_refused(done, out, out.read_bytes(), "not finished", "--resume", "--overwrite")


@pytest.mark.parametrize("name", ["out.csv.gz", "out.csv"])
def test_a_file_of_somebody_else(finished, bulk_nsd, tmp_path, name):
    out = tmp_path / name
    out.write_bytes(b"precious\n")
    done = again(finished, bulk_nsd, out)
    assert_refused(done, out, b"precious\n", "not empty", "--overwrite")


def test_a_link_to_an_output(finished, bulk_nsd, tmp_path):
    real, out = tmp_path / "real.csv.gz", tmp_path / "out.csv.gz"
    real.write_bytes(finished[0].data)
    out.symlink_to(real)
    assert_refused(again(finished, bulk_nsd, out), out, finished[0].data, "complete")


def test_a_retry_overwrites_nothing(finished, bulk_nsd, tmp_path):
    results, out = tmp_path / "results.csv.gz", tmp_path / "out.csv.gz"
    results.write_bytes(finished[0].data)
    out.write_bytes(finished[0].data)
    done = again(finished, bulk_nsd, out, results, command="retry")
    assert_refused(done, out, finished[0].data, "complete", "--overwrite")
    done = again(finished, bulk_nsd, out, results, "--overwrite", command="retry")
    assert done.returncode == DONE, done.stderr


def test_what_may_be_written(finished, bulk_nsd, tmp_path):
    """An empty file, a device, standard output by its other name; and a summary is replaced."""
    out, summary = tmp_path / "out.csv.gz", tmp_path / "summary.json"
    out.touch()
    summary.write_text('{"of": "before"}')
    assert again(finished, bulk_nsd, out, "--summary", summary).returncode == DONE
    assert '"complete": true' in summary.read_text()
    assert again(finished, bulk_nsd, "/dev/null").returncode == DONE
    done = again(finished, bulk_nsd, "/dev/stdout")
    assert done.returncode == DONE and len(list(harness.read_rows(done.stdout))) == N


def test_standard_output_that_is_appended_to(finished, bulk_nsd, tmp_path):
    """It is what the shell has made of it."""
    out = tmp_path / "out.csv"
    out.write_bytes(b"of before\n")
    with out.open("ab") as file:
        done = harness.run("scan", finished[1], bulk_nsd.upstream, stdout=file)
    assert done.returncode == DONE, done.stderr
    assert out.read_bytes().startswith(b"of before\nrow,domain,ip,note")


def test_resume_or_overwrite(finished, bulk_nsd, tmp_path):
    done = again(finished, bulk_nsd, tmp_path / "out.csv.gz", "--resume", "--overwrite")
    assert done.returncode == USAGE and "give one of them" in done.stderr


# ---- rows behind damage ----


def damaged(finished, tmp_path, member, octet):
    """The output with one octet flipped; gives its path, and where the member begins."""
    data = finished[0].data
    at = sum(m.size for m in harness.bgzf_members(data)[:member])
    out = tmp_path / "out.csv.gz"
    place = at + octet
    out.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    return out, at


@pytest.mark.parametrize(
    "octet", [0, 3, 16, 30, 90], ids=["magic", "flags", "size", "mark", "data"]
)
def test_rows_behind_a_damaged_octet_are_kept(finished, bulk_nsd, tmp_path, octet):
    whole, path = finished
    out, at = damaged(finished, tmp_path, 4, octet)
    scan = harness.scan(tmp_path, path, bulk_nsd.upstream, "--resume")
    assert scan.status == DONE and scan.timeless() == whole.timeless()
    kept = tmp_path / "out.csv.gz.kept-1.gz"
    assert scan.says(kept, f"damaged behind byte {at}") and damage.kept_files(out) == [kept]
    members = harness.bgzf_members(whole.data)
    first = members[4 if octet == 30 else 5].first_row
    assert scan.says(f"{N - first + 1} good rows", f"{first} to {N}")
    assert gzip.decompress(kept.read_bytes()) == members[0].text + b"".join(
        m.text for m in members if (m.first_row or 0) >= first
    )


def test_a_name_that_is_taken(finished, bulk_nsd, tmp_path):
    damaged(finished, tmp_path, 4, 90)
    (tmp_path / "out.csv.gz.kept-1.gz").symlink_to("nowhere")
    scan = harness.scan(tmp_path, finished[1], bulk_nsd.upstream, "--resume")
    assert scan.status == DONE and scan.says("out.csv.gz.kept-2.gz")
    assert not (tmp_path / "nowhere").exists()


def test_what_cannot_be_kept_is_not_cut_off(finished, bulk_nsd, tmp_path):
    """The disk has no room for it."""
    place = tmp_path / "disk"
    place.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], check=True)
    try:
        out, _ = damaged(finished, place, 4, 90)
        before = out.read_bytes()
        with (place / "ballast").open("wb", 0) as ballast, pytest.raises(OSError):
            while True:
                ballast.write(bytes(4096))
        done = again(finished, bulk_nsd, out, "--resume")
        assert done.returncode == STOPPED and "No space left on device" in done.stderr
        assert out.read_bytes() == before and not damage.kept_files(out)
    finally:
        subprocess.run(["umount", place], check=True)


def test_a_short_output_with_a_damaged_beginning(bulk_nsd, tmp_path):
    """Its first member says that it goes beyond the end of the file, as a torn one does."""
    text = HEADER + rows_of(20)
    whole = harness.scan(tmp_path, text, bulk_nsd.upstream)
    for place in (10, 11, 16, 17):
        data = whole.data[:place] + b"\xff" + whole.data[place + 1 :]
        (tmp_path / "out.csv.gz").write_bytes(data)
        scan = harness.scan(tmp_path, text, bulk_nsd.upstream, "--resume")
        assert scan.status == USAGE and scan.data == data, place
        assert scan.says("its beginning is damaged", "gunzip")


# ---- an output that others change while it is written: damage.py has all kinds ----


@pytest.mark.parametrize("kind", [damage.delete, damage.rename, damage.empty])
def test_an_output_that_is_gone(bulk_nsd, running, tmp_path, kind):
    out, summary = tmp_path / "out.csv.gz", tmp_path / "summary.json"
    process = running(
        "scan",
        "-",
        "-o",
        out,
        "--summary",
        summary,
        bulk_nsd.upstream,
        "--progress=never",
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdin.write((HEADER + rows_of(10)).encode())
    process.stdin.flush()
    harness.until(lambda: out.exists() and out.stat().st_size, what="the first member")
    word = kind(out)
    _, stderr = process.communicate(rows_of(10).encode(), harness.HANGS_S)
    told = [line for line in stderr.decode().splitlines() if str(out) in line]
    assert process.returncode == STOPPED and len(told) == 1 and word in told[0], stderr
    text = summary.read_text()
    assert '"complete": false' in text and '"rows": 0' in text and '"output_sha256": null' in text


# ---- which rows make a failure ----


def test_bad_input_that_is_ok(bulk_nsd, tmp_path):
    text = HEADER + "bad..name,192.0.2.1,\n" + rows_of(3)
    for options, status in (
        ([], BAD_ROWS),
        (["--bad-input=report"], BAD_ROWS),
        (
            ["--bad-input=ok"],
            DONE,
        ),
    ):
        scan = harness.scan(tmp_path, text, bulk_nsd.upstream, *options, "--overwrite")
        assert scan.status == scan.summary["exit_status"] == status
        assert scan.summary["bad_rows"] == 1
        assert scan.summary["options"]["bad_input_ok"] == (status == DONE)
    done = harness.run("scan", "-", bulk_nsd.upstream, "--bad-input=no", stdin=text)
    assert done.returncode == USAGE and "report or ok" in done.stderr


@pytest.mark.parametrize(
    "percent, status", [(None, DONE), (100, DONE), (10, DONE), (9, STOPPED), (0, STOPPED)]
)
def test_too_many_failed_look_ups(server, tmp_path, percent, status):
    """Two of twenty rows. The output is complete all the same."""
    dns = server(lambda name, type: "SERVFAIL" if name in ("d1.test", "d2.test") else [])
    text = "domain,ip\n" + "".join(f"d{i}.test,192.0.2.1\n" for i in range(20))
    options = ["--checks=spf", "--retries=0", "--timeout=5000"]
    more = [] if percent is None else [f"--max-temperror={percent}"]
    scan = harness.scan(tmp_path, text, dns.upstream, *options, *more)
    assert scan.status == scan.summary["exit_status"] == status
    assert scan.summary["complete"] and scan.data.endswith(harness.BGZF_EOF)
    assert scan.summary["temperror_rows"] == 2
    assert scan.says("2 of 20 rows", "retry") == (status == STOPPED)
