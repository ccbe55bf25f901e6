#!/usr/bin/python3
"""damage.py - damage to outputs: every round damages a finished output, or one that is being
written, and goes on. Nothing that was good may be lost without being told where it lies.

tests/blackbox/damage.py 500 [--seed S]     500 rounds; status 1 when one of them lost something
"""

import argparse
import gzip
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import bulk
import harness
import nameservers

HEADER = "domain,ip,note\n"


def rows_of(rng, n_rows):
    """Some rows do not fit into a member, some have line ends in them, some are bad."""
    for n in range(n_rows):
        kind = rng.random()
        note = (
            "x" * rng.randrange(60000, 200000)
            if kind < 0.001
            else '"a, ""b""\n and c"'
            if kind < 0.01
            else f"note {rng.randrange(10**6)}"
        )
        domain = "bad..name" if kind > 0.995 else f"d{n % 997}.bulk.test"
        yield f"{domain},192.0.2.{n % 128},{note}\n"


def scan(folder, path, nsd, *options):
    return harness.scan(folder, path, nsd.upstream, *options, timeout=300)


# ---- what is good in an output ----


def good_parts(data):
    """(offset, octets) of each run of members that holds whole rows, in a finished output."""
    at, begun, parts = 0, None, []
    for member in harness.bgzf_members(data):
        begun = at if begun is None else begun
        at += member.size
        if member.n_rows:
            parts.append((begun, data[begun:at]))
        if member.n_rows or member.first_row is None or parts == []:
            begun = None
    return parts


# ---- damage to a finished output ----


def flip(rng, data, begin=0, end=None):
    at = rng.randrange(begin, end or len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def flips(rng, data):
    for _ in range(rng.choice([1, 1, 1, 2, 5, 20])):
        data = flip(rng, data)
    return data


def flip_in_header(rng, data):
    """In the gzip header or the checkpoint of a member."""
    members = harness.bgzf_members(data)
    n = rng.randrange(len(members))
    at = sum(m.size for m in members[:n])
    return flip(rng, data, at, at + min(58, members[n].size))


def zeros_within(rng, data):
    """Pages that never came to the disk."""
    at = rng.randrange(len(data))
    size = min(rng.choice([1, 100, 4096, 70000]), len(data) - at)
    return data[:at] + bytes(size) + data[at + size :]


def cut(rng, data):
    return data[: rng.randrange(len(data))]


def cut_out(rng, data):
    at = rng.randrange(len(data))
    return data[:at] + data[at + rng.randrange(1, 5000) :]


def put_in(rng, data):
    at = rng.randrange(len(data))
    return data[:at] + rng.randbytes(rng.randrange(1, 5000)) + data[at:]


def both(rng, data):
    return cut(rng, flips(rng, data)) or data[:1]


KINDS = [flips, flip_in_header, zeros_within, cut, cut_out, put_in, both]
TAILS = {
    "text": lambda rng, data: b"precious\n" * rng.randrange(1, 999),
    "octets": lambda rng, data: b"x" + rng.randbytes(rng.randrange(1, 3000)),
    "gzip": lambda rng, data: gzip.compress(rng.randbytes(3000)),
    "bgzip": lambda rng, data: (
        subprocess.run(
            ["bgzip", "-c"], input=rng.randbytes(99999), capture_output=True, check=True
        ).stdout
    ),
}


def kept_files(out):
    return sorted(out.parent.glob(out.name + ".kept-*"))


def assert_kept(out, stderr, octets, what):
    """They stand in the output, or in a file that was named."""
    places = [out, *(path for path in kept_files(out) if str(path) in stderr)]
    assert any(octets in path.read_bytes() for path in places), f"lost: {what}; told: {stderr}"


def assert_kept_rows_are_readable(out, header, rows):
    for path in kept_files(out):
        if path.suffix == ".gz":
            kept = harness.parse_output(path.read_bytes())
            assert kept[0] == header and len(kept) > 1
            assert all(tuple(row) in rows for row in kept[1:]), f"{path} has rows of its own"


def assert_not_overwritten(folder, path, nsd, out):
    before = out.read_bytes()
    again = scan(folder, path, nsd)
    assert not before or again.status == harness.USAGE and again.data == before, again.stderr


def damage_finished(rng, folder, nsd):
    rows = list(rows_of(rng, rng.choice([3, 300, rng.randrange(300, 6000)])))
    path = harness.write_input(folder / "in.csv", HEADER + "".join(rows))
    whole = scan(folder, path, nsd, f"--window={rng.choice([64, 512, 4096])}")
    assert whole.status in (harness.DONE, harness.BAD_ROWS), whole.stderr
    out, tail = folder / "out.csv.gz", b""
    if rng.random() < 0.25:
        tail = TAILS[rng.choice(sorted(TAILS))](rng, whole.data)
        data = (whole.data if rng.random() < 0.6 else whole.data[:-28]) + tail
    elif rng.random() < 0.1:
        data = whole.data + whole.data[: rng.randrange(len(whole.data))]
    else:
        data = rng.choice(KINDS)(rng, whole.data)
    out.write_bytes(data)
    if data:
        assert_not_overwritten(folder, path, nsd, out)
    again = scan(folder, path, nsd, "--resume")
    if again.status == harness.USAGE:
        assert out.read_bytes() == data and again.stderr.count("spfsweep:") == 1, again.stderr
        return "refused"
    assert again.status == whole.status, f"status {again.status}: {again.stderr}"
    assert again.timeless() == whole.timeless(), "the output differs"
    for at, octets in good_parts(whole.data):
        if data.find(octets) >= 0:
            assert_kept(out, again.stderr, octets, f"the members at {at}")
    if tail:
        assert_kept(out, again.stderr, tail, "what was appended")
    assert_kept_rows_are_readable(out, whole.header, set(map(tuple, whole.records)))
    return "kept" if kept_files(out) else "as it was" if again.data == data else "cut"


# ---- damage to an output that is being written ----


def delete(out):
    out.unlink()
    return "deleted"


def rename(out):
    out.rename(out.with_name("elsewhere"))
    return "renamed"


def replace(out):
    other = out.with_name("other")
    other.write_bytes(b"something else")
    other.replace(out)
    return "deleted"


def empty(out):
    out.write_bytes(b"")
    return "emptied"


def overwrite(out):
    out.write_bytes(b"x" * 300)
    return "emptied"


def append(out):
    with out.open("ab") as file:
        file.write(b"x")
    return "another program"


CHANGES = [delete, rename, replace, empty, overwrite, append]


def damage_running(rng, folder, nsd):
    """The rows come from a pipe, so the scan goes on for sure when its output is gone."""
    rows = list(rows_of(rng, 3000))
    out, by_shell = folder / "out.csv.gz", rng.random() < 0.25
    kind = rng.choice([delete, empty] if by_shell else CHANGES)
    target = folder / "out.csv" if by_shell else out
    stdout = target.open("wb") if by_shell else subprocess.DEVNULL
    process = harness.start(
        "scan", "-", nsd.upstream, f"--sync-interval={rng.randrange(2)}", "--window=64",
        "--progress=never", *([] if by_shell else ["-o", out]),
        stdin=subprocess.PIPE, stdout=stdout, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        process.stdin.write((HEADER + "".join(rows[:1500])).encode())
        process.stdin.flush()
        harness.until(
            lambda: target.exists() and target.stat().st_size > 20000, what="the first rows"
        )
        word = kind(target)
        _, stderr = process.communicate("".join(rows[1500:]).encode(), harness.HANGS_S)
    finally:
        process.kill()
        process.wait()
        if by_shell:
            stdout.close()
    stderr = stderr.decode()
    harness.assert_healthy(process.returncode, stderr)
    assert process.returncode == harness.STOPPED, f"status {process.returncode}: {stderr}"
    name = "standard output" if by_shell else str(out)
    told = [line for line in stderr.splitlines() if word in line and name in line]
    assert len(told) == 1, stderr
    if kind is rename:
        where = folder / "elsewhere"
        assert str(where) in told[0] and len(harness.parse_output(where.read_bytes())) > 100
    return "told"


def torment(seed, folder, nsd):
    """One round. Gives what came of it."""
    rng = random.Random(seed)
    return (damage_running if rng.random() < 0.2 else damage_finished)(rng, folder, nsd)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rounds", type=int)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    args = parser.parse_args()
    came_to, failed = {}, []
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "nsd").mkdir()
        nsd = nameservers.Nsd(Path(work) / "nsd", bulk.ZONES)
        try:
            for seed in range(args.seed, args.seed + args.rounds):
                with tempfile.TemporaryDirectory(dir=work) as folder:
                    try:
                        outcome = torment(seed, Path(folder), nsd)
                        came_to[outcome] = came_to.get(outcome, 0) + 1
                    except AssertionError as error:
                        failed.append(seed)
                        print(f"seed {seed}: {str(error)[:2000]}", flush=True)
        finally:
            nsd.stop()
    told = ", ".join(f"{n} {what}" for what, n in sorted(came_to.items()))
    print(
        f"{args.rounds - len(failed)} of {args.rounds} lost nothing ({told}); seeds from "
        f"{args.seed}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
