"""test_dead_upstream.py - an upstream that never says anything is most likely a wrong address: the
scan stops before the first row that asked. A name that nobody answers for is something else."""

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
        assert_in_vain(scan, 500, dns.address)


def test_where_nobody_listens(tmp_path):
    address = addresses.fresh()
    scan = harness.scan(tmp_path, ROWS, f"--upstream={address}:{addresses.port()}", *FAST)
    assert_stopped_before_the_first_row(scan, address)


@pytest.mark.parametrize("n, words", [(1, "upstream {} does"), (2, "none of the 2 upstreams")])
def test_the_warning_names_it(n, words):
    """Five questions, and no answer to any."""
    dead = [addresses.nobody() for _ in range(n)]
    done = harness.run(
        "check", "192.0.2.1", "example.test", *[f"--upstream={one}" for one in dead], *FAST
    )
    assert done.returncode == DONE and words.format(dead[0]) in done.stderr, done.stderr


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


# ---- what comes is no answer ----


def echoed(query):
    return query.wire


def garbage(query):
    return query.wire[:2] + b"\x00garbage" * 5


def of_another_question(query):
    return query.wire[:2] + b"\x84\x00" + query.wire[4:12] + b"\x05other" + query.wire[12:]


@pytest.mark.parametrize("raw", [echoed, garbage, of_another_question])
def test_datagrams_that_answer_nothing_are_no_sign_of_life(server, tmp_path, raw):
    dns = server(raw=raw, rewrites=True)
    scan = harness.scan(tmp_path, ROWS, dns.upstream, *FAST)
    assert_stopped_before_the_first_row(scan, dns.address, "--resume")
    assert scan.summary["bad_packets"] > 0


@pytest.mark.parametrize(
    "output, hint", [("out.csv.gz", "--resume"), ("out.csv", "--overwrite"), ("-", None)]
)
def test_how_to_begin_again(server, tmp_path, output, hint):
    """What is proposed for the output at hand: standard output has neither."""
    rows = harness.write_input(tmp_path / "in.csv", ROWS)
    target = output if output == "-" else tmp_path / output
    done = harness.run("scan", server(mute).upstream, *FAST, rows, "-o", target)
    assert done.returncode == STOPPED and "stops before the first row that asked" in done.stderr
    assert all((word in done.stderr) == (word == hint) for word in ("--resume", "--overwrite"))


# ---- nothing but failures ----


def assert_in_vain(scan, n, *words):
    """All rows are written, each with its failure; that is no success."""
    assert scan.status == STOPPED and scan.summary["exit_status"] == STOPPED, scan.stderr
    assert len(scan.rows) == n and scan.summary["complete"] and scan.summary["answers"] == 0
    assert scan.says("hold no result", "spfsweep retry", *words), scan.stderr


def foreign_rows(n):
    return "domain,ip\n" + "".join(f"d{i}.nowhere.test,192.0.2.1\n" for i in range(n))


def test_an_upstream_that_refuses_everything(bulk_nsd, tmp_path):
    """NSD refuses what is in none of its zones."""
    checks = ["--checks=spf,a,mx", "--workers=1"]
    scan = harness.scan(tmp_path, foreign_rows(10), bulk_nsd.upstream, *checks)
    place = f"{bulk_nsd.address}:{bulk_nsd.port}"
    assert_in_vain(scan, 10, f"the upstream {place} refused every question", "10 rows")
    again = harness.scan(
        tmp_path,
        tmp_path / "out.csv.gz",
        bulk_nsd.upstream,
        *checks,
        output="again.csv.gz",
        command="retry",
    )
    assert_in_vain(again, 10, "again.csv.gz", "refused every question")


def test_nine_rows_may_have_bad_names(bulk_nsd, tmp_path):
    """So may many, when one question has an answer, be it that there is no such name."""
    few = harness.scan(tmp_path, foreign_rows(9), bulk_nsd.upstream, "--checks=spf")
    assert few.status == DONE, few.stderr
    rows = foreign_rows(20) + "no.such.bulk.test,192.0.2.1\n"
    scan = harness.scan(tmp_path, rows, bulk_nsd.upstream, "--checks=spf", "--overwrite")
    assert scan.status == DONE and len(scan.rows) == 21, scan.stderr


def test_rows_that_asked_nothing_do_not_count(bulk_nsd, tmp_path):
    rows = foreign_rows(9) + ",nonsense\n" * 20
    scan = harness.scan(tmp_path, rows, bulk_nsd.upstream, "--checks=spf,iprev")
    assert scan.status == harness.BAD_ROWS, scan.stderr


@pytest.mark.parametrize(
    "said, words",
    [
        ("SERVFAIL", "answered every question with SERVFAIL"),
        (lambda query: query.wire[:2] + b"\x84\x00" + query.wire[4:] + b"\0", "cannot be read"),
        (lambda query: ["SERVFAIL", "REFUSED"][query.name < "d3"], "failed every question ("),
    ],
    ids=["servfail", "unreadable", "mixed"],
)
def test_other_failures_of_everything(server, tmp_path, said, words):
    dns = server(raw=lambda query: said if isinstance(said, str) else said(query))
    scan = harness.scan(tmp_path, foreign_rows(50), dns.upstream, *FAST)
    assert_in_vain(scan, 50, dns.address, words)


def test_recursion_that_gets_no_answer(bulk_nsd, tmp_path):
    config = tmp_path / "unbound.conf"
    config.write_text(
        f'forward-zone:\n  name: "."\n  forward-addr: {bulk_nsd.address}@{bulk_nsd.port}\n'
    )
    scan = harness.scan(tmp_path, foreign_rows(12), f"--unbound-config={config}", "--checks=spf")
    assert_in_vain(scan, 12, "the DNS gave libunbound no answer")
