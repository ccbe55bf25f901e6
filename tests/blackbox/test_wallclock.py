"""test_wallclock.py - the wall clock is set while a scan runs (a machine that finds its time server
late, a suspended one): only evaluated_at may show it. By Debian's libfaketime, which lies about the
time of day alone."""

import datetime
import glob
import subprocess

import pytest

import bulk
import harness
from harness import DONE, until

pytestmark = pytest.mark.skipif(
    harness.is_sanitized(),
    reason="sanitizers do not live with another library that is loaded first",
)

ROWS = 30_000
DAY = datetime.timedelta(days=1)
# Far less than a day, so every step would end all that is in flight.
DEADLINE_MS = 30_000


def libfaketime():
    found = glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")
    assert found, "Debian's package faketime is missing"
    return found[0]


def set_clock(path, offset):
    """At once, never half a file."""
    new = path.with_suffix(".new")
    new.write_text(offset + "\n")
    new.rename(path)


@pytest.mark.parametrize("steps", [["+1d"], ["-1d"], ["+1d", "-1d", "+0"]])
def test_a_clock_that_is_set(engine, running, tmp_path, steps):
    clock, out = tmp_path / "clock", tmp_path / "out.csv"
    set_clock(clock, "+0")
    rows = harness.write_input(
        tmp_path / "in.csv",
        "domain,ip\n" + "".join(f"d{n}.bulk.test,192.0.2.{n % 254 + 1}\n" for n in range(ROWS)),
    )
    environment = {
        "LD_PRELOAD": libfaketime(),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    begun = datetime.datetime.now(datetime.timezone.utc)
    process = running(
        "scan",
        rows,
        "-o",
        out,
        engine,
        "--window=256",
        "--workers=2",
        f"--deadline={DEADLINE_MS}",
        "--progress=never",
        env=environment,
        stderr=subprocess.PIPE,
    )
    for n, step in enumerate(steps):
        until(lambda: out.exists() and out.stat().st_size > 200_000 * (n + 1), what="some output")
        set_clock(clock, step)
    stderr = process.communicate(timeout=harness.HANGS_S)[1].decode()
    assert process.returncode == DONE, stderr
    written = list(harness.read_rows(out.read_bytes()))
    assert len(written) == ROWS
    offsets = set()
    for n, row in enumerate(written):
        assert bulk.facts(n % 254 + 1).items() <= row.items(), row
        assert int(row["elapsed_ms"]) < DEADLINE_MS
        at = datetime.datetime.fromisoformat(row["evaluated_at"].replace("Z", "+00:00"))
        offsets.add(round((at - begun) / DAY))
    assert offsets == {0} | {int(step.rstrip("d")) for step in steps}, (
        "the clock was set while rows were begun"
    )
    assert float(stderr.split("rows in ")[1].split(" s")[0]) < 120
