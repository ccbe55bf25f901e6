"""test_deadlines.py - every row ends, and every scan: whatever the upstream does or does not do,
and however tight our own limits are. What failed has a cause."""

import threading

import dns.rrset
import pytest

import addresses
import harness
import tcpserver
from harness import DONE, STOPPED, until
from nameservers import SILENCE, silent_names

FAST = ["--timeout=200", "--retries=1", "--deadline=1000", "--checks=spf", "--workers=1"]
LIMITS = {"no limits": [], "one in flight": ["--in-flight=1"], "a low rate": ["--qps=5"]}
# libunbound gives a question up after 20 s at the least, and cannot be stopped before: with one in
# flight that is the time that a row takes.
ROWS = {"own engine": 20, "libunbound": 4}
PATIENCE = [pytest.param("libunbound", "one in flight", marks=pytest.mark.slow)]


def passing(type):
    return ["v=spf1 ip4:192.0.2.1 -all"] if type == "TXT" else []


def number_of(name):
    return int(name[1 : name.index(".")])


def nobody(server):
    """The port is closed."""
    return addresses.fresh()


def silent(server):
    return server(silent_names).address


def silent_for_some(server):
    return server(lambda name, type: SILENCE if number_of(name) % 2 else passing(type)).address


def mute_by_tcp(server):
    """Every datagram says to come by TCP, which is accepted, and then nothing."""
    dns = server(
        raw=lambda query: query.packet([]) if query.name == "." else query.cut_off(), tcp=True
    )
    dns.tcp.trouble = lambda n: tcpserver.SILENT
    return dns.address


def options_of(engine, address, folder):
    if engine == "own engine":
        return [f"--upstream={address}:{addresses.port()}"]
    config = folder / "unbound.conf"
    config.write_text(
        "server:\n  infra-cache-min-rtt: 100\n  outbound-msg-retry: 2\nforward-zone:\n  name: "
        f'"."\n  forward-addr: {address}@{addresses.port()}\n'
    )
    return [f"--unbound-config={config}"]


@pytest.mark.parametrize(
    "engine, limit",
    [("own engine", limit) for limit in LIMITS]
    + [("libunbound", "no limits"), ("libunbound", "a low rate")]
    + PATIENCE,
)
@pytest.mark.parametrize(
    "trouble, is_well",
    [
        (nobody, lambda n: False),
        (silent, lambda n: False),
        (silent_for_some, lambda n: n % 2 == 0),
        (mute_by_tcp, lambda n: False),
    ],
    ids=["nobody", "silent", "silent for some", "mute by TCP"],
)
def test_every_row_ends(server, tmp_path, engine, limit, trouble, is_well):
    n_rows = ROWS[engine]
    text = "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(n_rows))
    scan = harness.scan(
        tmp_path,
        text,
        *options_of(engine, trouble(server), tmp_path),
        *LIMITS[limit],
        *FAST,
        timeout=harness.HANGS_S,
    )
    if trouble is nobody and engine == "own engine":
        assert scan.status == STOPPED and scan.rows == []
        return
    in_vain = n_rows >= 10 and not any(is_well(n) for n in range(n_rows))
    assert scan.status == (STOPPED if in_vain else DONE), scan.stderr
    assert [row["spf"] for row in scan.rows] == [
        "pass" if is_well(n) else "temperror" for n in range(n_rows)
    ]
    for n, row in enumerate(scan.rows):
        assert (
            row["dns_cause"] == ""
            if is_well(n)
            else row["dns_cause"].startswith(f"TXT d{n}.test: ") and "(" in row["dns_cause"]
        ), row
        assert is_well(n) or row["spf_problem"] in ("dns_error", "deadline")


@pytest.mark.slow
@pytest.mark.parametrize("engine", ROWS)
def test_an_upstream_that_dies_for_ever(server, tmp_path, engine):
    """For 30 s our own engine waits for it to come back; then every row gets its temperror, and all
    that was answered before stands."""
    dns = server(lambda name, type: passing(type), delay_s=0.01)

    def murder():
        until(lambda: dns.count() >= 200, what="questions")
        dns.stop()

    murderer = threading.Thread(target=murder)
    murderer.start()
    text = "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(1000))
    scan = harness.scan(
        tmp_path,
        text,
        *options_of(engine, dns.address, tmp_path),
        *FAST,
        "--in-flight=50",
        timeout=harness.HANGS_S,
    )
    murderer.join()
    assert scan.status == DONE and len(scan.rows) == 1000
    assert {(row["spf"], row["dns_cause"] == "") for row in scan.rows} == {
        ("pass", True),
        ("temperror", False),
    }
    assert 100 <= sum(row["spf"] == "pass" for row in scan.rows) <= 300


@pytest.mark.slow
def test_more_questions_given_up_than_libunbound_may_have_open(server, tmp_path):
    """Rows end by their deadline long before libunbound ends their questions: those that wait for a
    place then wait for that, and are not lost."""
    dns = server(lambda name, type: SILENCE if number_of(name) < 12 else passing(type))
    text = "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(24))
    scan = harness.scan(
        tmp_path,
        text,
        *options_of("libunbound", dns.address, tmp_path),
        *FAST,
        "--in-flight=4",
        timeout=harness.HANGS_S,
    )
    any_passes = any(row["spf"] == "pass" for row in scan.rows)
    assert scan.status == (DONE if any_passes else STOPPED), scan.stderr
    assert [row["spf"] for row in scan.rows[:12]] == ["temperror"] * 12 and len(scan.rows) == 24
    assert all(row["spf"] == "pass" or row["dns_cause"] for row in scan.rows[12:])


def circling(query):
    """l5.test is another name of m5.test, which is another name of l5.test; both are told at
    once."""
    reply = query.reply(passing(query.type))
    if query.name[0] in "lm":
        reply.answer[:], reply.authority[:] = [], []
        other = query.name.translate(str.maketrans("lm", "ml"))
        for owner, target in (query.name, other), (other, query.name):
            reply.answer.append(dns.rrset.from_text(owner + ".", 300, "IN", "CNAME", target + "."))
    return reply.to_wire()


def test_loops_that_libunbound_has_cached(server, tmp_path):
    """It fails such a name before it asks anything, as it does when it takes the upstream for dead;
    but here no other row has to wait."""
    dns = server(raw=circling)
    names = [f"{kind}{n}.test" for n in range(10) for kind in "lmg"]
    text = "domain,ip\n" + "".join(f"{name},192.0.2.1\n" for name in names)
    scan = harness.scan(
        tmp_path,
        text,
        dns.upstream,
        *harness.with_dnssec(tmp_path),
        "--checks=spf",
        "--workers=1",
        "--in-flight=1",
        timeout=harness.HANGS_S,
    )
    assert scan.status == DONE, scan.stderr
    assert [(row["domain"], row["spf"]) for row in scan.rows] == [
        (name, "pass" if name[0] == "g" else "temperror") for name in names
    ]
    assert all(row["domain"][0] == "g" or ": unresolved (" in row["dns_cause"] for row in scan.rows)
