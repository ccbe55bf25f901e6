"""harness.py - runs spfsweep as its users do, and reads what it wrote with nothing but Python's
gzip and csv.

The binary is $SPFSWEEP, else build/release/spfsweep. Everything a test starts is stopped by its own
process object; nothing here sleeps for a fixed time: what has to be waited for is asked for, again
and again, until a limit (see until())."""

import csv
import functools
import gzip
import io
import json
import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SPFSWEEP = Path(os.environ.get("SPFSWEEP", ROOT / "build/release/spfsweep")).resolve()

# Status words of the command line.
DONE, BAD_ROWS, USAGE, STOPPED = 0, 1, 2, 3

# The last member of a whole block-gzip file: fixed octets, from the SAM specification.
BGZF_EOF = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")

# What differs from run to run. Of an audit the TTL, too: a cache on the way gives what is left.
TIME_COLUMNS = ("evaluated_at", "elapsed_ms", "min_ttl")

# Behind the input's columns, in this order: a contract with scripts.
OUTPUT_COLUMNS = [
    line
    for line in (ROOT / "tests/fixtures/columns.txt").read_text().splitlines()
    if not line.startswith("#")
]

# What takes longer than that hangs. No promise is measured by it, so it is far above what a busy
# machine needs.
HANGS_S = 400

csv.field_size_limit(1 << 28)


def until(condition, limit_s=120, what="the condition"):
    """Asks until the condition gives something true, which is returned; fails after the limit."""
    end = time.monotonic() + limit_s
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < end, f"{what} did not come true within {limit_s} s"
        time.sleep(0.005)


def as_bytes(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def write_input(path, text):
    """An input file; a name that ends in .gz is compressed."""
    data = as_bytes(text)
    path.write_bytes(gzip.compress(data, 1) if path.suffix == ".gz" else data)
    return path


def read_records(data):
    """The records of an output, plain or gzip, one by one as lists of texts. Octets that are no
    UTF-8 become surrogates, as everywhere here."""
    file = io.BytesIO(data)
    if data[:2] == b"\x1f\x8b":
        file = gzip.open(file)
    return csv.reader(io.TextIOWrapper(file, "utf-8", "surrogateescape", newline=""), strict=True)


def parse_output(data):
    return list(read_records(data))


def read_rows(data):
    """The data rows of an output, one by one as dictionaries; every one must have as many fields as
    the header."""
    records = read_records(data)
    header = next(records)
    for record in records:
        assert len(record) == len(header), (
            f"{len(record)} fields where {len(header)} belong: {record}"
        )
        yield dict(zip(header, record))


@dataclass
class Scan:
    """A scan that has ended."""

    status: int
    stderr: str
    data: bytes  # the output as it stands in the file
    summary: dict  # of --summary; None when it was not written

    @functools.cached_property
    def records(self):
        return parse_output(self.data)

    @property
    def header(self):
        return next(read_records(self.data))

    @functools.cached_property
    def rows(self):
        return list(read_rows(self.data))

    @property
    def row(self):
        assert len(self.rows) == 1
        return self.rows[0]

    def timeless(self):
        """The records without what differs from run to run."""
        header = self.header
        keep = [i for i, name in enumerate(header) if name not in TIME_COLUMNS]
        return [[r[i] for i in keep] for r in self.records]

    def says(self, *words):
        """True when one line on standard error holds all the words."""
        return any(all(str(w) in line for w in words) for line in self.stderr.splitlines())


def assert_healthy(status, stderr):
    """It ended by itself, and no sanitizer found anything."""
    assert status >= 0, f"spfsweep was ended by signal {-status}: {stderr}"
    assert "Sanitizer" not in stderr and "runtime error" not in stderr, stderr


def is_sanitized():
    """Built with a sanitizer: these take terabytes of addresses, and are not to be tried with
    little memory or behind LD_PRELOAD."""
    return any(word in SPFSWEEP.read_bytes() for word in (b"__asan_init", b"__tsan_init"))


def run(*args, stdin=None, stdin_file=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=HANGS_S):
    """Any command line of spfsweep, to its end. Standard input is a text, or a file. Gives
    returncode, stdout (octets), stderr (text)."""
    assert SPFSWEEP.exists(), f"{SPFSWEEP} is not there: build it, or name another with SPFSWEEP"
    given = {"stdin": stdin_file} if stdin is None else {"input": as_bytes(stdin)}
    done = subprocess.run(
        [SPFSWEEP, *map(str, args)], stdout=stdout, stderr=subprocess.PIPE, timeout=timeout, **given
    )
    done.stderr = done.stderr.decode("utf-8", "replace")
    assert_healthy(done.returncode, done.stderr)
    return done


def scan(
    folder, inputs, *options, output="out.csv.gz", stdin=None, timeout=HANGS_S, command="scan"
):
    """A scan of files, or of a text that is put into one; its output and summary go into the
    folder."""
    if isinstance(inputs, (str, bytes)):
        inputs = [write_input(folder / "in.csv", inputs)] if inputs != "-" else ["-"]
    elif isinstance(inputs, Path):
        inputs = [inputs]
    target, summary = folder / output, folder / "summary.json"
    summary.unlink(missing_ok=True)
    done = run(
        command, *options, "-o", target, "--summary", summary, *inputs, stdin=stdin, timeout=timeout
    )
    return Scan(
        done.returncode,
        done.stderr,
        target.read_bytes() if target.exists() else b"",
        json.loads(summary.read_bytes()) if summary.exists() else None,
    )


def with_dnssec(folder):
    """--dnssec with the anchor of a zone that is not asked for: libunbound asks, and has nothing to
    validate."""
    (folder / "anchor").write_text("signed.test. IN DS 12345 8 2 " + "ab" * 32 + "\n")
    return ["--dnssec", f"--trust-anchor={folder}/anchor"]


def start(*args, **more):
    """A command line that goes on while the test does something; see running() in conftest.py for
    one that is stopped for sure."""
    return subprocess.Popen([SPFSWEEP, *map(str, args)], **more)


def csv_text(*rows):
    """Rows of values as CSV."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


@dataclass
class Member:
    """One member of a block-gzip file and its own checkpoint."""

    size: int
    text: bytes
    first_row: int  # None: no checkpoint
    n_rows: int


def bgzf_members(data, torn=False):
    """Walks the members by the sizes in their headers, as a random-access reader does; each must be
    whole, but for the last if it may be torn."""
    members, at = [], 0
    while at < len(data):
        if torn and (
            len(data) < at + 18
            or len(data) < at + int.from_bytes(data[at + 16 : at + 18], "little") + 1
        ):
            return members
        assert data[at : at + 4] == b"\x1f\x8b\x08\x04", f"no gzip member with extra field at {at}"
        end = at + 12 + int.from_bytes(data[at + 10 : at + 12], "little")
        fields, p = {}, at + 12
        while p < end:
            size = int.from_bytes(data[p + 2 : p + 4], "little")
            fields[data[p : p + 2]] = data[p + 4 : p + 4 + size]
            p += 4 + size
        size = int.from_bytes(fields[b"BC"], "little") + 1
        text = gzip.decompress(data[at : at + size])
        mark = fields.get(b"SW")
        members.append(
            Member(
                size,
                text,
                int.from_bytes(mark[12:20], "little") if mark else None,
                int.from_bytes(mark[20:24], "little") if mark else None,
            )
        )
        at += size
    assert at == len(data), "the last member is torn"
    return members
