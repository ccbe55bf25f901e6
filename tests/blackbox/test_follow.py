"""test_follow.py - a log that is followed: a line on an open standard input comes out as soon as it
is judged, and does not wait for the next one."""

import gzip
import subprocess

import pytest

import harness
from harness import DONE, until


def world(name, type):
    return ["v=spf1 -all"] if type == "TXT" else []


def rows_in(path):
    """The whole rows of an output that is being written: whole lines, or whole members."""
    data = path.read_bytes() if path.exists() else b""
    if path.suffix == ".gz":
        data = b"".join(member.text for member in harness.bgzf_members(data, torn=True))
    text = data[: data.rfind(b"\n") + 1].decode()
    return text.splitlines()[1:]


@pytest.mark.parametrize("output", ["out.csv", "out.csv.gz"])
@pytest.mark.parametrize("engine", ["forward", "recursive"])
@pytest.mark.parametrize("options", [[], ["--workers=3", "--shuffle-window=100", "--no-memo"]])
def test_a_lone_line_comes_out(server, tmp_path, running, output, engine, options):
    dns = server(world)
    path = tmp_path / output
    if engine == "recursive":
        options = [*options, *harness.with_dnssec(tmp_path)]
    process = running(
        "scan", "-", "-o", path, dns.upstream, *options, stdin=subprocess.PIPE, bufsize=0
    )
    process.stdin.write(b"domain,ip\n")
    for n, line in enumerate(["a.test,192.0.2.1", "b.test,192.0.2.2", "a.test,192.0.2.1"], 1):
        process.stdin.write(line.encode() + b"\n")
        until(lambda: len(rows_in(path)) == n, what="the row")
        assert rows_in(path)[-1].startswith(f"{n},{line},ok")
    process.stdin.write(b"half of a li")
    process.stdin.close()
    assert process.wait(harness.HANGS_S) == harness.BAD_ROWS


def test_lines_of_gzip_come_out(server, tmp_path, running):
    """Each line is a member of its own, as a log shipper writes them."""
    dns = server(world)
    path = tmp_path / "out.csv"
    process = running("scan", "-", "-o", path, dns.upstream, stdin=subprocess.PIPE, bufsize=0)
    process.stdin.write(gzip.compress(b"domain,ip\n"))
    for n in range(1, 4):
        process.stdin.write(gzip.compress(f"d{n}.test,192.0.2.1\n".encode()))
        until(lambda: len(rows_in(path)) == n, what="the row")
    process.stdin.close()
    assert process.wait(harness.HANGS_S) == DONE


def test_a_line_waits_for_the_one_before_it(server, tmp_path, running):
    """Order is kept: what is behind a slow line comes out with it."""
    dns = server(world, delay_s=lambda name: 1.5 if name == "slow.test" else 0)
    process = running(
        "scan", "-", "--checks=spf", dns.upstream, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    process.stdin.write(b"domain,ip\nslow.test,192.0.2.1\n")
    process.stdin.flush()
    until(lambda: dns.count("TXT") == 1, what="the slow question")
    process.stdin.write(b"quick.test,192.0.2.1\n")
    process.stdin.flush()
    lines = [process.stdout.readline() for _ in range(3)]
    assert lines[1].startswith(b"1,slow.test") and lines[2].startswith(b"2,quick.test")
    process.stdin.close()
    assert process.wait(harness.HANGS_S) == DONE
    assert list(harness.read_rows(b"".join(lines)))[1]["spf"] == "fail"
