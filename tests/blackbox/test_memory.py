"""test_memory.py - memory does not grow with the input."""

import gzip
import random

import pytest

import harness

pytestmark = pytest.mark.slow

DOMAINS = 1000
OPTIONS = ["--window=16384", "--workers=2", "--progress=never"]
BOUND = 200 << 20


def write_rows(path, n_rows):
    """n_rows rows over DOMAINS domains in no order."""
    rng = random.Random(7)
    with gzip.open(path, "wt", compresslevel=1) as file:
        file.write("id,domain,ip,note\n")
        for n in range(n_rows):
            file.write(
                f"{n},d{rng.randrange(DOMAINS)}.bulk.test,192.0.2.{rng.randrange(256)},some words "
                "that are passed through\n"
            )
    return path


def scan_of(folder, n_rows, dns, *options):
    scan = harness.scan(
        folder,
        write_rows(folder / f"in{n_rows}.csv.gz", n_rows),
        dns.upstream,
        *OPTIONS,
        *options,
        output=f"out{n_rows}.csv.gz",
    )
    assert scan.status == harness.DONE and scan.summary["rows"] == n_rows, scan.stderr
    assert sum(m.n_rows for m in harness.bgzf_members(scan.data)[:-1]) == n_rows
    return scan.summary


@pytest.mark.alone  # its peak also tells how far the threads run apart on a busy machine
def test_memory_does_not_grow_with_the_input(bulk_nsd, tmp_path):
    """What is kept, answers and finished rows, fills its 16 MiB early in both. A scan touches as
    many batches of the window as it needs at once, which is chance: 16 384 rows of 1 KB."""
    small, large = (scan_of(tmp_path, n, bulk_nsd, "--cache=16") for n in (300_000, 900_000))
    assert small["peak_memory_bytes"] < BOUND
    assert large["peak_memory_bytes"] < small["peak_memory_bytes"] * 1.1 + (16 << 20)


def test_memory_of_long_rows(bulk_nsd, tmp_path):
    """The window counts rows; rows of 100 KB must not multiply it."""
    with gzip.open(tmp_path / "in.csv.gz", "wt", compresslevel=1) as file:
        file.write("domain,ip,note\n")
        for n in range(10_000):
            file.write(f"d{n % DOMAINS}.bulk.test,192.0.2.1,{'x' * 100_000}\n")
    scan = harness.scan(tmp_path, tmp_path / "in.csv.gz", bulk_nsd.upstream, *OPTIONS)
    assert scan.status == harness.DONE and scan.summary["rows"] == 10_000
    assert scan.summary["peak_memory_bytes"] < 400 << 20


def test_memory_of_the_cache(bulk_nsd, tmp_path):
    """100 000 domains do not fit into a cache of 8 MiB: answers go, the process stays small, the
    verdicts stay right."""
    with gzip.open(tmp_path / "in.csv.gz", "wt", compresslevel=1) as file:
        file.write("domain,ip\n")
        for n in range(100_000):
            file.write(f"n{n}.bulk.test,192.0.2.1\n")
    scan = harness.scan(
        tmp_path, tmp_path / "in.csv.gz", bulk_nsd.upstream, *OPTIONS, "--cache=8", "--checks=spf"
    )
    assert scan.status == harness.DONE and scan.summary["spf"]["pass"] == 100_000
    assert scan.summary["cache_evictions"] > 0 and scan.summary["cache_bytes"] <= 8 << 20
    assert scan.summary["peak_memory_bytes"] < BOUND
