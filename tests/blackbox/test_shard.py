"""test_shard.py - `--shard K/N`: the parts of an input are its rows, each exactly once, by a hash
that anybody can compute; a part is resumed, retried, recorded and replayed like a whole."""

import signal
import subprocess
import zlib

import pytest

import harness
from harness import BAD_ROWS, DONE, USAGE

N_ROWS = 3000
HEADER = "domain,ip,note\n"
# Every kind of key: a domain in several spellings, an address alone, neither.
KINDS = [
    lambda n: f"d{n % 700}.bulk.test,192.0.2.{n % 128}",
    lambda n: f"D{n % 700}.Bulk.Test.,192.0.2.{n % 128}",
    lambda n: f",192.0.2.{n % 128}",
    lambda n: f"bücher{n % 9}.bulk.test,",
    lambda n: f"bad..{n},192.0.2.{n % 128}",
    lambda n: ",",
]


def text_of(n_rows):
    return HEADER + "".join(f"{KINDS[n % len(KINDS)](n)},note {n}\n" for n in range(n_rows))


def key_of(row):
    """As docs/scale.md has it."""
    return row["spf_domain"] or row["ip"]


def shard(folder, text, nsd, k, n, *options, **more):
    more.setdefault("output", f"shard-{k}.csv.gz")
    options = [nsd.upstream, f"--shard={k}/{n}", "--window=64", *options]
    return harness.scan(folder, text, *options, **more)


def numbers(scan):
    return [int(row["row"]) for row in scan.rows]


def test_the_parts_are_the_whole(bulk_nsd, tmp_path):
    text = text_of(N_ROWS)
    whole = harness.scan(tmp_path, text, bulk_nsd.upstream)
    parts = [shard(tmp_path, text, bulk_nsd, k, 4) for k in range(4)]
    assert sorted(r for part in parts for r in part.timeless()[1:]) == sorted(whole.timeless()[1:])
    for k, part in enumerate(parts):
        assert part.status == BAD_ROWS and part.header == whole.header
        assert numbers(part) == sorted(numbers(part))
        assert len(part.rows) > N_ROWS / 4 / 2, "the shards are very unequal"
        s = part.summary
        assert (s["complete"], s["options"]["shard"]) == (True, f"{k}/4")
        assert s["rows"] == s["rows_read"] == len(part.rows)
        for row in part.rows:
            if row["spf_domain"] or not row["domain"]:
                assert zlib.crc32(key_of(row).encode()) % 4 == k, row
    assert whole.summary["options"]["shard"] is None


def test_networks_count_as_their_addresses_in_every_part(bulk_nsd, tmp_path):
    """Also in parts and samples that leave them out."""
    text = HEADER + "".join(
        f"d{n}.bulk.test,192.0.2.{n}{'/30' if n % 8 == 0 else ''},note {n}\n" for n in range(60)
    )
    whole = harness.scan(tmp_path, text, bulk_nsd.upstream)
    parts = [shard(tmp_path, text, bulk_nsd, k, 3) for k in range(3)]
    assert numbers(whole) == list(range(1, 60 + 8 * 3 + 1))
    assert sorted(r for part in parts for r in part.timeless()[1:]) == sorted(whole.timeless()[1:])
    sample = harness.scan(tmp_path, text, bulk_nsd.upstream, "--sample=50%", output="half.csv.gz")
    assert 0 < len(sample.rows) < len(whole.rows)
    known = whole.timeless()
    assert all(row in known for row in sample.timeless())


def test_addresses_of_a_network_without_a_domain(bulk_nsd, tmp_path):
    """Each has its own part, as if it had been written out; also at the end of the input."""
    ips = ["192.0.2.0/28", "192.0.2.77", "192.0.2.40/32", "192.0.2.64/26"]
    text = "domain,ip\n" + "".join(f",{ip}\n" for ip in ips)
    text += "one.bulk.test,192.0.2.16/29\n,2001:db8::/126\n"
    whole = harness.scan(tmp_path, text, bulk_nsd.upstream, "--checks=iprev")
    parts = [shard(tmp_path, text, bulk_nsd, k, 3, "--checks=iprev") for k in range(3)]
    assert sorted(r for part in parts for r in part.timeless()[1:]) == sorted(whole.timeless()[1:])
    for k, part in enumerate(parts):
        assert numbers(part) == sorted(numbers(part))
        for row in part.rows:
            assert zlib.crc32((row["domain"] or row["ip"]).encode()) % 3 == k, row
    merged = harness.scan(
        tmp_path, [tmp_path / f"shard-{k}.csv.gz" for k in range(3)], command="merge",
        output="all.csv.gz",
    )  # fmt: skip
    assert merged.status == DONE and merged.timeless() == whole.timeless()
    # resumed anywhere in it
    for n in range(2, len(harness.bgzf_members(parts[1].data))):
        members = harness.bgzf_members(parts[1].data)[:n]
        (tmp_path / "out.csv.gz").write_bytes(parts[1].data[: sum(m.size for m in members)])
        again = shard(
            tmp_path, text, bulk_nsd, 1, 3, "--checks=iprev", "--resume", output="out.csv.gz"
        )
        assert again.timeless() == parts[1].timeless()


def test_one_of_one_is_the_whole(bulk_nsd, tmp_path):
    whole = harness.scan(tmp_path, text_of(100), bulk_nsd.upstream)
    assert shard(tmp_path, text_of(100), bulk_nsd, 0, 1).timeless() == whole.timeless()


@pytest.mark.parametrize("k", [0, 1])
def test_a_part_without_rows(bulk_nsd, tmp_path, k):
    """crc32(b"one.bulk.test") is odd."""
    scan = shard(tmp_path, "domain,ip\none.bulk.test,192.0.2.1\n", bulk_nsd, k, 2)
    assert scan.status == DONE and numbers(scan) == [1] * k and scan.summary["complete"]


def test_it_is_resumed(bulk_nsd, tmp_path):
    """Whatever it holds already; of another part, or of the whole, it is refused."""
    text = text_of(N_ROWS)
    whole = shard(tmp_path, text, bulk_nsd, 1, 3)
    members = harness.bgzf_members(whole.data)
    for n in (1, 2, len(members) // 2, len(members) - 1, len(members)):
        data = whole.data[: sum(m.size for m in members[:n])]
        (tmp_path / "out.csv.gz").write_bytes(data + b"torn"[: len(members) - n])
        again = shard(tmp_path, text, bulk_nsd, 1, 3, "--resume", output="out.csv.gz")
        assert again.timeless() == whole.timeless() and again.summary["complete"]
        assert n < 2 or again.says("going on behind row ") or again.says("complete,")
    for other, was in (("--shard=0/3", "'0/3'"), ("--shard=1/4", "'1/4'"), ("--csv-safe", "''")):
        before = (tmp_path / "out.csv.gz").read_bytes()
        done = harness.scan(tmp_path, text, bulk_nsd.upstream, "--resume", other)
        assert done.status == USAGE and done.says("--shard was '1/3' and is", was)
        assert done.data == before


def test_a_longer_input(bulk_nsd, tmp_path):
    shard(tmp_path, text_of(N_ROWS // 2), bulk_nsd, 2, 3, output="out.csv.gz")
    more = shard(tmp_path, text_of(N_ROWS), bulk_nsd, 2, 3, "--resume", output="out.csv.gz")
    whole = shard(tmp_path, text_of(N_ROWS), bulk_nsd, 2, 3)
    assert more.status == BAD_ROWS and more.timeless() == whole.timeless()


def test_standard_input(bulk_nsd, tmp_path):
    text = text_of(500)
    scan = shard(tmp_path, "-", bulk_nsd, 1, 3, stdin=text)
    assert scan.timeless() == shard(tmp_path, text, bulk_nsd, 1, 3).timeless()


def test_rows_of_a_slow_pipe_do_not_wait(bulk_nsd, tmp_path, running):
    """Also when rows of another part come behind them: crc32(b"ten.bulk.test") is even."""
    out = tmp_path / "out.csv.gz"
    process = running(
        "scan", "-", "--shard=1/2", "-o", out, bulk_nsd.upstream, stdin=subprocess.PIPE
    )
    process.stdin.write(b"domain,ip\none.bulk.test,192.0.2.1\n" + b"ten.bulk.test,192.0.2.1\n" * 9)
    process.stdin.flush()

    def has_row():
        data = out.read_bytes() if out.exists() else b""
        return sum(m.n_rows for m in harness.bgzf_members(data, torn=True)) == 1

    harness.until(has_row, what="the row of the part")
    process.send_signal(signal.SIGTERM)
    assert process.wait(harness.HANGS_S) == harness.STOPPED


def test_it_is_retried(server, tmp_path):
    """The part is that of the output: no option says it."""
    bad = {"TXT": "SERVFAIL"}

    def script(_, type):
        return bad.get(type, ["v=spf1 -all"] if type == "TXT" else [])

    text = "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(60))
    options = ["--checks=spf", "--retries=0"]
    dns = server(script)
    before = shard(tmp_path, text, dns, 1, 3, *options)
    bad.clear()
    path = tmp_path / "shard-1.csv.gz"
    after = harness.scan(tmp_path, path, server(script).upstream, *options, command="retry")
    assert after.status == DONE and numbers(after) == numbers(before)
    assert {row["spf"] for row in after.rows} == {"fail"}
    assert after.summary["options"]["shard"] == "1/3"
    assert after.summary["retried_rows"] == len(before.rows)


def test_record_and_replay(bulk_nsd, tmp_path):
    text, record = text_of(300), tmp_path / "record.gz"
    asked = shard(tmp_path, text, bulk_nsd, 1, 3, f"--record={record}")
    replayed = harness.scan(
        tmp_path, text, f"--replay={record}", "--shard=1/3", output="replayed.csv.gz"
    )
    assert replayed.timeless() == asked.timeless()
    assert replayed.summary["not_recorded"] == 0


@pytest.mark.parametrize("value", ["8/8", "1/0", "x", "1", "0/100001", "-1/2", "1/2/3"])
def test_a_mistake(tmp_path, value):
    done = harness.run("scan", "-", f"--shard={value}", "-o", tmp_path / "x.gz", stdin="domain\n")
    assert done.returncode == USAGE and f"not '{value}'" in done.stderr
    assert not (tmp_path / "x.gz").exists()
