"""test_path.py - every place of the way to an answer fails, for good: each row ends, as a temperror
that names its question, and no lie becomes a verdict; such a scan is no success. Then the same
failing now and then: nothing is lost. By our own engine, and by libunbound.

The truth makes every row pass, every lie would make it fail."""

import socket

import pytest

import addresses
import harness
import tcpserver
from forwarding import FALSEHOOD, VERDICT, rows_of
from nameservers import SILENCE, Later, silent_names
from tcpserver import Unframed
from test_forward_hostile import HOSTILE

ROWS = 30
ENGINES = pytest.mark.parametrize("engine", ["forward", "libunbound"])


def options_of(engine, folder, address, port):
    """Impatient ones. libunbound has its own patience, of some 17 seconds: the row's deadline ends
    it."""
    if engine == "forward":
        return [f"--upstream={address}:{port}", "--timeout=300", "--retries=1"]
    conf = folder / "unbound.conf"
    conf.write_text(f'forward-zone:\n  name: "."\n  forward-addr: {address}@{port}\n')
    return [f"--unbound-config={conf}", "--deadline=2500"]


def scan_at(engine, folder, address, port, *options, rows=ROWS):
    return harness.scan(
        folder, rows_of(rows), *options_of(engine, folder, address, port), "--checks=spf", *options
    )


def assert_named_failures(result, engine, statuses):
    """The statuses are those that our own engine may tell; libunbound cannot say, or the row's time
    was up."""
    statuses = (
        statuses
        if engine == "forward"
        else {"unresolved", "cancelled", "servfail", "refused", "malformed"}
    )
    assert result.status == harness.STOPPED and result.says("hold no result"), result.stderr
    assert (
        result.summary["complete"]
        and [row["domain"] for row in result.rows]
        == [f"d{n}.test" for n in range(len(result.rows))]
        and len(result.rows) == ROWS
    )
    for row in result.rows:
        question, _, status = row["dns_cause"].partition(": ")
        assert (row["spf"], question) == ("temperror", f"TXT {row['domain']}") and status.split(
            " "
        )[0] in statuses, row


# What libunbound takes for an answer of the server, and our own decoder does not: it reads as many
# records as are counted, and nothing behind them.
LENIENT = {"a record that is not counted", "octets behind the end", "a length that promises more"}


def in_both(cases):
    """Parameters: each case with each engine, but for those."""
    return pytest.mark.parametrize(
        "engine, make, statuses",
        [
            pytest.param(engine, *cases[name], id=f"{name}-{engine}")
            for name in cases
            for engine in ("forward", "libunbound")
            if engine == "forward" or name not in LENIENT
        ],
    )


def truth_to(query):
    return query.packet([] if query.name == "." or query.type != "TXT" else VERDICT)


def lie_to(query):
    return query.packet(FALSEHOOD if query.type == "TXT" else [])


def with_id(packet, id):
    return id.to_bytes(2, "big") + packet[2:]


# ---- UDP ----


def elsewhere(query):
    """From another address."""
    if query.name == ".":
        return query.packet([])
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.3", 0))
        stranger.sendto(lie_to(query), query.peer)
    return SILENCE


DATAGRAMS = {
    "silence": (lambda query: silent_names(query.name, query.type), {"timeout"}),
    "too late": (
        lambda query: (Later(truth_to(query), 0 if query.name == "." else 30),),
        {"timeout"},
    ),
    "wrong ids": (lambda query: with_id(lie_to(query), query.message.id ^ 0x5555), {"timeout"}),
    "from elsewhere": (elsewhere, {"timeout"}),
    "SERVFAIL": (lambda query: "SERVFAIL", {"servfail"}),
    "REFUSED": (lambda query: "REFUSED", {"refused"}),
    **{name: (make, {"timeout", "malformed"}) for name, make in HOSTILE.items()},
}


@in_both(DATAGRAMS)
def test_datagrams(server, tmp_path, engine, make, statuses):
    """The root is answered: an upstream that answers nothing at all stops the scan."""
    dns = server(raw=lambda query: truth_to(query) if query.name == "." else make(query))
    assert_named_failures(scan_at(engine, tmp_path, dns.address, dns.port), engine, statuses)


def test_nobody_there(tmp_path):
    """Our own engine stops the scan: test_dead_upstream.py."""
    engine = "libunbound"
    assert_named_failures(
        scan_at(engine, tmp_path, addresses.fresh(), addresses.port()), engine, {"timeout"}
    )


@ENGINES
def test_the_right_answer_behind_all_lies(server, tmp_path, engine):
    """Wrong ids, a stranger, and then the truth, two times."""

    def raw(query):
        elsewhere(query)
        lies = [with_id(lie_to(query), query.message.id ^ flip) for flip in (1, 0x8000, 0xFFFF)]
        return (*lies, Later(truth_to(query), 0.02), Later(truth_to(query), 0.04))

    dns = server(raw=raw)
    assert {row["spf"] for row in scan_at(engine, tmp_path, dns.address, dns.port).rows} == {"pass"}


# ---- TCP, because every datagram is cut off ----

TROUBLES = [
    tcpserver.CLOSE_AT_ONCE,
    tcpserver.CLOSE_IN_THE_MIDDLE,
    tcpserver.RESET_AT_ONCE,
    tcpserver.RESET_IN_THE_LENGTH,
    tcpserver.RESET_IN_THE_MIDDLE,
    tcpserver.GARBAGE,
    tcpserver.SILENT,
]


@ENGINES
@pytest.mark.parametrize("trouble", TROUBLES)
def test_connections(server, tmp_path, engine, trouble):
    dns = server(raw=lambda query: truth_to(query) if query.by_tcp else query.cut_off(), tcp=True)
    dns.tcp.trouble = lambda n: trouble
    assert_named_failures(scan_at(engine, tmp_path, dns.address, dns.port), engine, {"timeout"})


@ENGINES
def test_connections_are_refused(server, tmp_path, engine):
    dns = server(raw=lambda query: query.cut_off())
    assert_named_failures(scan_at(engine, tmp_path, dns.address, dns.port), engine, {"timeout"})


def framed(size, octets):
    return Unframed(size.to_bytes(2, "big") + octets)


STREAMS = {
    "cut off again": (lambda query: query.cut_off(), {"malformed"}),
    "wrong ids": (lambda query: with_id(lie_to(query), query.message.id ^ 0x5555), {"timeout"}),
    "a length that promises more": (
        lambda query: framed(len(lie_to(query)) + 400, lie_to(query)),
        {"timeout", "malformed"},
    ),
    "a length that cuts": (
        lambda query: framed(len(lie_to(query)) - 7, lie_to(query)),
        {"timeout", "malformed"},
    ),
    "no length at all": (lambda query: Unframed(lie_to(query)), {"timeout", "malformed"}),
    "length zero": (lambda query: framed(0, b""), {"timeout"}),
    "SERVFAIL": (lambda query: "SERVFAIL", {"servfail"}),
    **{
        name: (HOSTILE[name], {"timeout", "malformed"})
        for name in (
            "only a header",
            "another question",
            "another type",
            "no response (QR=0)",
            "65535 records said",
            "a record that is not counted",
            "a name that leads to itself",
            "data shorter than its string",
            "cut in the middle",
        )
    },
}


@in_both(STREAMS)
def test_messages_by_tcp(server, tmp_path, engine, make, statuses):
    dns = server(raw=lambda query: make(query) if query.by_tcp else query.cut_off(), tcp=True)
    assert_named_failures(scan_at(engine, tmp_path, dns.address, dns.port), engine, statuses)


@pytest.mark.parametrize("trouble", TROUBLES[:-1])
def test_every_second_connection(server, tmp_path, trouble):
    """The others serve: our engine loses nothing, by default options."""
    dns = server(raw=lambda query: truth_to(query) if query.by_tcp else query.cut_off(), tcp=True)
    dns.tcp.trouble = lambda n: trouble if n % 2 == 0 else None
    rows = harness.scan(tmp_path, rows_of(300), dns.upstream, "--checks=spf").rows
    assert [row["spf"] for row in rows] == ["pass"] * 300


def test_one_answer_for_each_connection(server, tmp_path):
    """Servers may close as soon as they like; whoever asked more on that connection asks again."""
    dns = server(raw=lambda query: truth_to(query) if query.by_tcp else query.cut_off(), tcp=True)
    dns.tcp.trouble = lambda n: tcpserver.ONE_ANSWER
    rows = harness.scan(tmp_path, rows_of(300), dns.upstream, "--checks=spf").rows
    assert [row["spf"] for row in rows] == ["pass"] * 300
