#!/usr/bin/python3
"""kills.py - kill -9 at random moments: every round scans a random input with random options, kills
the scan, damages the torn end now and then, resumes it, kills that too, and so on until one run
comes to its end. Its output must be that of a scan that nobody disturbed, but for the time.

tests/blackbox/kills.py 200 [--seed S]      200 rounds; status 1 when one of them lost or doubled a
row
"""

import argparse
import gzip
import hashlib
import json
import random
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import bulk
import harness
import nameservers

ENGINES = ("forward", "recursive")
KILLS_MAX = 4
# So long does nobody wait for a run that was to be killed: it may have ended before its moment
# came.
LIMIT_S = 60
SIDES = ("includes", "networks")  # of an audit


def engine_options(folder, nsd, engine):
    if engine == "forward":
        return [nsd.upstream]
    config = folder / "unbound.conf"
    config.write_text(
        'server:\n  do-not-query-localhost: no\nforward-zone:\n  name: "."\n  forward-addr: '
        f"{nsd.address}@{nsd.port}\n"
    )
    return [f"--unbound-config={config}"]


def record_of(out):
    return out.with_suffix(".rec")


def side_of(out, side):
    return out.with_suffix(f".{side}.gz")


@dataclass
class Round:
    """What one round scans, and how."""

    inputs: list
    options: list
    stdin: bytes
    n_rows: int
    is_recorded: bool
    is_audit: bool = False

    def command(self, out, *more):
        record = ["--record", record_of(out)] if self.is_recorded else []
        if self.is_audit:
            record += [f"--{side}={side_of(out, side)}" for side in SIDES]
        return [
            "audit" if self.is_audit else "scan",
            *self.inputs,
            *self.options,
            "-o",
            out,
            "--summary",
            out.with_suffix(".json"),
            "--progress=never",
            *record,
            *more,
        ]


def row_of(rng, n):
    """Mostly short rows; some that do not fit into a block of the output, some that are bad, some
    of several lines."""
    kind = rng.random()
    note = (
        "x" * rng.randrange(60000, 200000)
        if kind < 0.0005
        else '"a, ""b""\n and c"'
        if kind < 0.01
        else f"note {n}"
    )
    domain = "bad..name" if kind > 0.99 else f"d{n % 997}.bulk.test"
    return f"{domain},192.0.2.{n % 128},{note}\n"


def make_round(rng, folder, nsd, is_audit=False):
    n_rows = rng.choice(
        [1, rng.randrange(2, 300), rng.randrange(300, 5000), rng.randrange(5000, 40000)]
    )
    rows = [row_of(rng, n) for n in range(n_rows)]
    parts = (
        [rows] if rng.random() < 0.7 or n_rows < 2 else [rows[: n_rows // 3], rows[n_rows // 3 :]]
    )
    header, inputs, stdin = "domain,ip,note\n", [], b""
    if len(parts) == 1 and rng.random() < 0.25:
        inputs, stdin = ["-"], (header + "".join(rows)).encode()
    else:
        inputs = [
            harness.write_input(
                folder / f"in{i}.csv{rng.choice(['', '.gz'])}", header + "".join(part)
            )
            for i, part in enumerate(parts)
        ]
    options = [
        f"--workers={rng.randrange(1, 4)}",
        f"--window={rng.choice([64, 256, 2048, 524288])}",
        f"--sync-interval={rng.randrange(0, 2)}",
        f"--level={rng.randrange(0, 4)}",
        f"--in-flight={rng.choice([10, 300, 2000])}",
        *engine_options(folder, nsd, rng.choice(ENGINES)),
    ]
    return Round(inputs, options, stdin, n_rows, rng.random() < 0.5, is_audit)


def run(round_, out, *more):
    """To its end; gives the output's records without time."""
    done = harness.run(*round_.command(out, *more), stdin=round_.stdin or None, timeout=300)
    assert done.returncode in (harness.DONE, harness.BAD_ROWS), (
        f"status {done.returncode}: {done.stderr}"
    )
    return harness.Scan(
        done.returncode,
        done.stderr,
        out.read_bytes(),
        json.loads(out.with_suffix(".json").read_bytes()),
    ).timeless()


def run_and_kill(rng, round_, out, size, *more):
    """Kills it when its output has some size, or after some time, whichever comes first."""
    process = harness.start(
        *round_.command(out, *more),
        stdin=subprocess.PIPE if round_.stdin else subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    begun, wanted, patience_s = (
        time.monotonic(),
        rng.randrange(0, size + 1),
        rng.choice([0.02, 0.1, 0.3, LIMIT_S]),
    )
    feeder = None
    if round_.stdin:
        feeder = subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())",
                out.with_suffix(".stdin"),
            ],
            stdout=process.stdin,
            stderr=subprocess.DEVNULL,
        )
        process.stdin.close()
    while (
        process.poll() is None
        and time.monotonic() - begun < patience_s
        and not (out.exists() and out.stat().st_size > wanted)
    ):
        time.sleep(0.0005)
    process.kill()
    process.wait()
    stderr = process.stderr.read().decode("utf-8", "replace")
    process.stderr.close()
    if feeder:
        feeder.wait()
    assert "Sanitizer" not in stderr and "runtime error" not in stderr, stderr
    assert process.returncode in (-9, harness.DONE, harness.BAD_ROWS), (
        f"status {process.returncode}: {stderr}"
    )


def damage(rng, out):
    """What a power failure may do to the end of a file; never to its first member, without which
    nobody knows whose it is."""
    data = out.read_bytes() if out.exists() else b""
    first = int.from_bytes(data[16:18], "little") + 1 if len(data) > 18 else 0
    if not first or len(data) <= first:
        return
    kind = rng.randrange(5)
    if kind == 0:
        data = data[: rng.randrange(first, len(data))]
    elif kind == 1:
        data += rng.randbytes(rng.randrange(1, 3000))
    elif kind == 2:
        data += bytes(rng.randrange(1, 5000))
    elif kind == 3:
        at = rng.randrange(max(first, len(data) - 5000), len(data))
        data = data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]
    else:
        data += data[: rng.randrange(1, first)]
    out.write_bytes(data)


def assert_manifest(out, n_rows):
    told = json.loads(out.with_suffix(".json").read_bytes())
    assert told["complete"] and told["rows_read"] == told["rows"] == n_rows, told
    assert (
        sum(r["rows"] for r in told["runs"]) == n_rows
        and told["output_sha256"] == hashlib.sha256(out.read_bytes()).hexdigest()
    ), told


def assert_record(round_, out, expected):
    """It has the answers of every row, whichever run wrote it."""
    replayed = out.with_name("replayed.csv.gz")
    command = [
        "audit" if round_.is_audit else "scan",
        *round_.inputs,
        f"--replay={record_of(out)}",
        "--summary",
        replayed.with_suffix(".json"),
        "-o",
        replayed,
    ]
    done = harness.run(*command, stdin=round_.stdin or None, timeout=300)
    assert done.returncode in (harness.DONE, harness.BAD_ROWS), done.stderr
    told = json.loads(replayed.with_suffix(".json").read_bytes())
    scan = harness.Scan(done.returncode, done.stderr, replayed.read_bytes(), told)
    assert scan.timeless() == expected, "the replayed output differs"
    assert told["not_recorded"] == 0 and told["queries_sent"] == 0, told


def assert_sides(out, undisturbed):
    """They hold what those of an uninterrupted run hold."""
    for side in SIDES:
        got, wanted = (gzip.open(side_of(path, side)).read() for path in (out, undisturbed))
        assert got == wanted, f"the {side} differ"


def torment(seed, folder, nsd, is_audit=False):
    """One round. Gives how often it was killed."""
    rng = random.Random(seed)
    round_ = make_round(rng, folder, nsd, is_audit)
    expected = run(round_, folder / "undisturbed.csv.gz")
    assert len(expected) == round_.n_rows + 1
    out, size = folder / "out.csv.gz", (folder / "undisturbed.csv.gz").stat().st_size
    out.with_suffix(".stdin").write_bytes(round_.stdin)
    n_kills = rng.randrange(1, KILLS_MAX + 1)
    for number in range(n_kills):
        run_and_kill(rng, round_, out, size, *(["--resume"] if number else []))
        if rng.random() < 0.4:
            damage(rng, out)
    assert run(round_, out, "--resume") == expected, "the resumed output differs"
    assert_manifest(out, round_.n_rows)
    if round_.is_recorded:
        assert_record(round_, out, expected)
    if is_audit:
        assert_sides(out, folder / "undisturbed.csv.gz")
    return n_kills


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rounds", type=int)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    args = parser.parse_args()
    n_kills, failed = 0, []
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "nsd").mkdir()
        nsd = nameservers.Nsd(Path(work) / "nsd", bulk.ZONES)
        try:
            for number in range(args.rounds):
                with tempfile.TemporaryDirectory(dir=work) as folder:
                    try:
                        n_kills += torment(args.seed + number, Path(folder), nsd)
                    except AssertionError as error:
                        failed.append(args.seed + number)
                        print(f"seed {args.seed + number}: {str(error)[:2000]}", flush=True)
        finally:
            nsd.stop()
    print(
        f"{args.rounds - len(failed)} of {args.rounds} equal, {n_kills} kills, seeds from "
        f"{args.seed}"
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
