"""test_outage.py - the name server behind libunbound is killed in the middle of a scan and started
again: slower, but no verdict is lost."""

import threading
import time

import pytest

import harness
import nameservers

ROWS = 3000
OUTAGE_S = 2


@pytest.fixture
def nsd(tmp_path):
    server = nameservers.Nsd(tmp_path / "nsd", {"test": '* TXT "v=spf1 ip4:192.0.2.1 -all"\n'})
    yield server
    server.stop()


ZONES = {
    "forward-zone": 'forward-zone:\n  name: "."\n  forward-addr: {address}@{port}\n',
    "stub-zone": 'stub-zone:\n  name: "test."\n  stub-addr: {address}@{port}\n  stub-prime: no\n',
}


EACH_ZONE = pytest.mark.parametrize("zone", ZONES.values(), ids=ZONES.keys())


def scan_with(folder, nsd, zone, *options):
    """By default options, and those."""
    conf, rows = (
        folder / "unbound.conf",
        "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(ROWS)),
    )
    conf.write_text(zone.format(address=nsd.address, port=nsd.port))
    return harness.scan(folder, rows, f"--unbound-config={conf}", "--checks=spf", *options)


def assert_nothing_lost(scan):
    assert scan.status == harness.DONE
    lost = [(row["domain"], row["dns_cause"]) for row in scan.rows if row["spf"] != "pass"]
    assert lost == [] and len(scan.rows) == ROWS


def in_a_thread(work):
    thread = threading.Thread(target=work)
    thread.start()
    return thread


@EACH_ZONE
def test_killed_in_the_middle(nsd, tmp_path, zone):
    """Once the first rows are written, while hundreds of questions are out."""
    output, was_killed = tmp_path / "out.csv.gz", []

    def outage():
        harness.until(lambda: output.exists() and output.stat().st_size > 0, what="the first rows")
        nsd.kill()
        was_killed.append(True)
        time.sleep(OUTAGE_S)  # the outage
        nsd.start()

    thread = in_a_thread(outage)
    scan = scan_with(tmp_path, nsd, zone, "--qps=500", "--window=256")
    thread.join()
    assert was_killed
    assert_nothing_lost(scan)


@EACH_ZONE
def test_away_at_the_beginning(nsd, tmp_path, zone):
    """All that may be in flight is asked while nobody is there."""
    nsd.kill()
    thread = in_a_thread(lambda: (time.sleep(OUTAGE_S), nsd.start()))
    scan = scan_with(tmp_path, nsd, zone)
    thread.join()
    assert_nothing_lost(scan)
