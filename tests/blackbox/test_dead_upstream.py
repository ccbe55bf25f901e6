"""test_dead_upstream.py - an upstream that never says anything is most likely a wrong address: the
scan stops before its first row. A name that nobody answers for is something else."""

import pytest

import addresses
import harness
import nameservers
from harness import DONE, STOPPED

FAST = ["--checks=spf", "--timeout=200", "--retries=1", "--deadline=3000"]
ROWS = "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(500))


def passing(name, type):
    return ["v=spf1 ip4:192.0.2.1 -all"] if type == "TXT" else []


def mute(name, type):
    return nameservers.SILENCE


def passing_but_dead(name, type):
    """The root is answered, as by every resolver."""
    return nameservers.SILENCE if name.startswith("dead") else passing(name, type)


def figures(scan):
    return {one["address"]: one for one in scan.summary["upstreams"]}


def assert_stopped_before_the_first_row(scan, *named):
    assert scan.status == STOPPED, scan.stderr
    assert scan.says("nothing came from the upstream", *named), scan.stderr
    assert scan.rows == [] and scan.summary["rows"] == 0 and not scan.summary["complete"]


def test_one_that_is_silent(server, tmp_path):
    """Its place is taken by one that answers, and the same command with --resume does it all."""
    dead = server(mute)
    scan = harness.scan(tmp_path, ROWS, dead.upstream, *FAST)
    assert_stopped_before_the_first_row(scan, f"{dead.address}:{dead.port}", "--resume")
    assert scan.says(f"upstream {dead.address}:{dead.port} never answered")
    dead.stop()
    server(passing, address=dead.address)
    again = harness.scan(tmp_path, ROWS, dead.upstream, *FAST, "--resume")
    assert again.status == DONE and len(again.rows) == 500
    assert all(row["spf"] == "pass" for row in again.rows)


@pytest.mark.parametrize("silent", [True, False])
def test_with_dnssec(server, tmp_path, silent):
    """libunbound does not tell what came in: the questions at the start do."""
    dns = server(mute, rewrites=silent)
    scan = harness.scan(
        tmp_path,
        ROWS,
        dns.upstream,
        *harness.with_dnssec(tmp_path),
        *["--checks=spf", "--timeout=300", "--retries=1", "--deadline=5000", "--in-flight=500"],
    )
    if silent:
        assert_stopped_before_the_first_row(scan, dns.address)
    else:
        assert scan.status == DONE and len(scan.rows) == 500, scan.stderr


def test_where_nobody_listens(tmp_path):
    address = addresses.fresh()
    scan = harness.scan(tmp_path, ROWS, f"--upstream={address}:{addresses.port()}", *FAST)
    assert_stopped_before_the_first_row(scan, address)


def test_several(server, tmp_path):
    servers = [server(mute) for _ in range(5)]
    scan = harness.scan(tmp_path, ROWS, *[s.upstream for s in servers], *FAST, "--workers=2")
    assert_stopped_before_the_first_row(scan, "upstreams", servers[0].address, "...")


def test_a_silent_name_is_no_dead_upstream(server, tmp_path):
    scan = harness.scan(
        tmp_path, "domain,ip\ndead.test,192.0.2.1\n", server(passing_but_dead).upstream, *FAST
    )
    assert scan.status == DONE and scan.row["spf"] == "temperror", scan.stderr
    assert "never answered" in scan.stderr, "no question was answered, only our probe"


def test_one_of_two_is_silent(server, tmp_path):
    """The other one answers all; the summary has both, and a line names the silent one."""
    good, dead = server(passing), server(mute)
    scan = harness.scan(tmp_path, ROWS, good.upstream, dead.upstream, *FAST)
    assert scan.status == DONE and all(row["spf"] == "pass" for row in scan.rows)
    told = figures(scan)
    assert list(told) == [f"{s.address}:{s.port}" for s in (good, dead)]
    first, second = told.values()
    assert first["answered"] >= 500 and first["sent"] >= first["answered"]
    assert first["lost"] <= first["sent"] and 0 < first["round_trip_ms"] < 1000
    assert second["sent"] > 0 and second["answered"] == 0 and second["lost"] > 0
    assert scan.says(f"upstream {dead.address}:{dead.port} never answered")
    assert not scan.says(good.address)


def test_rows_that_ask_nothing(server, tmp_path):
    """They need no upstream."""
    scan = harness.scan(tmp_path, "domain,ip\n,x\n", server(mute).upstream, *FAST)
    assert scan.status == harness.BAD_ROWS and len(scan.rows) == 1
