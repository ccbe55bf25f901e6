"""bench/mischief: each behaviour of bench/misbehaviour.h does what its line there says. Nothing is
timed but what comes too early: a busy machine is only late."""

import contextlib
import itertools
import os
import pathlib
import socket
import struct
import subprocess
import time

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest

from testbed import mischief

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("SPFSWEEP", ROOT / "build/release/spfsweep")).resolve().parent
PROGRAM = BUILD / "bench" / "mischief"
# Of an answer that must come, and of one that must not: behind the latter a good one is asked for,
# which shows that the server has seen both.
HANGS_S = 60
MANY = 400
IDS = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with mischief.serving(PROGRAM, tmp_path_factory.mktemp("mischief") / "log") as address:
        yield address


@contextlib.contextmanager
def datagrams(server):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.settimeout(HANGS_S)
        s.connect(server)
        yield s


def question(name, rrtype="TXT", edns=False):
    """With an id that no other one has."""
    q = dns.message.make_query(name, rrtype, use_edns=0 if edns else -1)
    q.id = next(IDS)
    return q


def ask(server, *questions):
    """What came to these, by id, until a good name that is asked for last was answered. Few at a
    time, so that no buffer overflows."""
    answers = {}
    with datagrams(server) as s:
        for at in range(0, len(questions), 50):
            last = question("last.m-ok.test")
            for q in [*questions[at : at + 50], last]:
                s.send(q.to_wire())
            while last.id not in answers:
                octets = s.recv(4096)
                answers[struct.unpack("!H", octets[:2])[0]] = octets
            del answers[last.id]
    return answers


def answer(server, q):
    """The answer to one question, whenever it comes, and the seconds until then."""
    begun = time.monotonic()
    with datagrams(server) as s:
        s.send(q.to_wire())
        return dns.message.from_wire(s.recv(4096)), time.monotonic() - begun


@contextlib.contextmanager
def connection(server):
    with socket.create_connection(server, HANGS_S) as s:
        yield s


def framed(octets):
    return struct.pack("!H", len(octets)) + octets


def receive(s, n):
    """Fewer octets where the connection ends."""
    octets = b""
    with contextlib.suppress(ConnectionResetError):
        while len(octets) < n and (more := s.recv(n - len(octets))):
            octets += more
    return octets


def message(s):
    return receive(s, struct.unpack("!H", receive(s, 2))[0])


def ask_tcp(server, q):
    with connection(server) as s:
        s.sendall(framed(q.to_wire()))
        return message(s)


def texts(reply):
    return [rdata.to_text() for rrset in reply.answer for rdata in rrset]


def is_good(reply, q):
    name = q.question[0].name.to_text(omit_final_dot=True)
    return reply.id == q.id and texts(reply) == [f'"{mischief.record_of(name)}"']


# ---- what is good ----


def test_what_a_good_name_says(server):
    name, client = "n17.m-ok.test", "host-192-0-2-9.clients.test"
    expected = {
        (name, "TXT"): [f'"{mischief.record_of(name)}"'],
        (name, "A"): [mischief.address_of(name)],
        (name, "AAAA"): [],
        (name, "MX"): [f"10 mx.{name}."],
        (f"mx.{name}", "A"): [mischief.address_of(f"mx.{name}")],
        (f"mx.{name}", "TXT"): [],
        ("9.2.0.192.in-addr.arpa", "PTR"): [f"{client}."],
        (client, "A"): ["192.0.2.9"],
    }
    for (owner, rrtype), records in expected.items():
        q = question(owner, rrtype)
        for reply in (answer(server, q)[0], dns.message.from_wire(ask_tcp(server, q))):
            assert q.is_response(reply)
            assert reply.rcode() == dns.rcode.NOERROR and texts(reply) == records
            soa = [rrset.rdtype for rrset in reply.authority]
            assert soa == ([] if records else [dns.rdatatype.SOA])
    assert mischief.address_of(name) != mischief.address_of(f"mx.{name}")


def test_names_outside_do_not_exist(server):
    """An upstream that has addresses for them is refused."""
    assert answer(server, question("n1.example", "A"))[0].rcode() == dns.rcode.NXDOMAIN
    assert answer(server, question(".", "SOA"))[0].rcode() == dns.rcode.NOERROR


def test_names_are_compared_in_lower_case(server):
    assert texts(answer(server, question("N17.M-OK.tesT"))[0]) == [
        f'"{mischief.record_of("n17.m-ok.test")}"'
    ]


def test_what_is_no_question_gets_no_answer(server):
    good = question("n1.m-ok.test").to_wire()
    with datagrams(server) as s:
        for octets in (b"", good[:11], good[:-1], b"\0\0\x84\0" + good[4:], good[:12] + b"\xff"):
            s.send(octets)
        s.send(good)
        assert s.recv(4096)[:2] == good[:2]


# ---- by UDP ----


def test_silent(server):
    q = question("n1.m-silent.test")
    assert ask(server, q) == {}


@pytest.mark.parametrize("percent", [0, 30, 50, 100])
def test_loss(server, percent):
    got = ask(server, *(question(f"n{i}.m-loss{percent}.test") for i in range(MANY)))
    assert abs(MANY - len(got) - MANY * percent / 100) <= (percent % 100 != 0) * MANY / 8


def test_what_is_lost_is_not_lost_for_ever(server):
    """A name's chance is drawn anew for each question."""
    got = [len(ask(server, question("again.m-loss50.test"))) for _ in range(40)]
    assert 5 < sum(got) < 35


def test_chance_repeats(tmp_path):
    lost = []
    for i in range(2):
        with mischief.serving(PROGRAM, tmp_path / f"log{i}") as address:
            asked = [question(f"n{n}.m-loss50.test") for n in range(50)]
            got = ask(address, *asked)
            lost.append([q.id in got for q in asked])
    assert lost[0] == lost[1] and {True, False} == set(lost[0])


def test_delay(server):
    q = question("n1.m-delay300.test")
    for _ in range(2):
        reply, seconds = answer(server, q)
        assert is_good(reply, q) and seconds >= 0.299


def test_slow(server):
    """The second question waits no longer than the first."""
    first, again = question("n1.m-slow700.test"), question("n1.m-slow700.test")
    reply, seconds = answer(server, first)
    assert is_good(reply, first) and seconds >= 0.699
    assert is_good(dns.message.from_wire(ask(server, again)[again.id]), again)
    assert ask(server, question("n1.m-slow60000.test", "A")) == {}


def test_jit(server):
    """Some overtake the last one, which is good, and others do not; all come."""
    asked = [question(f"n{i}.m-jit1500.test") for i in range(100)]
    with datagrams(server) as s:
        for q in asked:
            s.send(q.to_wire())
        order = [struct.unpack("!H", s.recv(4096)[:2])[0] for _ in asked]
    assert sorted(order) == sorted(q.id for q in asked) and order != [q.id for q in asked]


def test_servfail(server):
    end = time.monotonic() + HANGS_S
    begun = time.monotonic()
    q = question("n1.m-servfail400.test")
    assert answer(server, q)[0].rcode() == dns.rcode.SERVFAIL
    while not is_good(reply := answer(server, q)[0], q):
        assert reply.rcode() == dns.rcode.SERVFAIL and time.monotonic() < end
    assert time.monotonic() - begun >= 0.399
    assert answer(server, question("n2.m-servfail60000.test"))[0].rcode() == dns.rcode.SERVFAIL


def test_refused(server):
    asked = {q.id: q for q in (question(f"n{i}.m-refused50.test") for i in range(MANY))}
    replies = map(dns.message.from_wire, ask(server, *asked.values()).values())
    told = [reply.rcode() == dns.rcode.REFUSED or is_good(reply, asked[reply.id]) * 2
            for reply in replies]  # fmt: skip
    assert len(told) == len(asked) and set(told) == {True, 2}
    assert abs(told.count(True) - MANY / 2) < MANY / 8


def test_nx(server):
    reply = answer(server, question("n1.m-nx.test"))[0]
    assert reply.rcode() == dns.rcode.NXDOMAIN and not reply.answer
    assert [rrset.rdtype for rrset in reply.authority] == [dns.rdatatype.SOA]


def test_formerr(server):
    with_edns, without = (question("n1.m-formerr.test", edns=edns) for edns in (True, False))
    assert answer(server, with_edns)[0].rcode() == dns.rcode.FORMERR
    assert is_good(answer(server, without)[0], without)


def test_notimp(server):
    assert answer(server, question("n1.m-notimp.test"))[0].rcode() == dns.rcode.NOTIMP


def test_wrongid(server):
    q = question("n1.m-wrongid.test")
    (octets,) = ask(server, q).values()
    assert octets[0] == q.id >> 8 ^ 0x80
    assert is_good(dns.message.from_wire(q.to_wire()[:2] + octets[2:]), q)


def test_junk(server):
    q = question("n1.m-junk.test")
    (octets,) = ask(server, q).values()
    assert struct.unpack("!H", octets[:2])[0] == q.id
    with pytest.raises(Exception):
        assert is_good(dns.message.from_wire(octets), q)


# ---- by TCP ----

TCP_WORDS = [word for word in mischief.words(PROGRAM) if word.startswith("tcp")]


@pytest.mark.parametrize("word", TCP_WORDS)
def test_udp_truncates(server, word):
    reply = answer(server, question(f"n1.m-{word}.test"))[0]
    assert reply.flags & dns.flags.TC and not reply.answer


def test_tcpfull(server):
    q = question("n1.m-tcpfull.test")
    assert is_good(dns.message.from_wire(ask_tcp(server, q)), q)


def test_tcpsilent(server):
    """Others on the connection are answered."""
    other = question("n1.m-tcpfull.test")
    with connection(server) as s:
        s.sendall(framed(question("n1.m-tcpsilent.test").to_wire()) + framed(other.to_wire()))
        assert is_good(dns.message.from_wire(message(s)), other)


def test_tcpslow(server):
    """An octet at a time, and the next answer behind it."""
    begun = time.monotonic()
    with connection(server) as s:
        s.sendall(framed(question("n1.m-tcpslow.test").to_wire()))
        s.sendall(framed(question("n1.m-tcpfull.test").to_wire()))
        assert [len(s.recv(100)) for _ in range(3)] == [1, 1, 1]
    assert time.monotonic() - begun >= 1.9


def test_tcpmid(server):
    with connection(server) as s:
        s.sendall(framed(question("n1.m-tcpmid.test").to_wire()))
        (size,) = struct.unpack("!H", receive(s, 2))
        assert len(receive(s, size)) == size // 2 > 12


def test_tcpclose(server):
    with connection(server) as s:
        s.sendall(framed(question("n1.m-tcpclose.test").to_wire()))
        assert receive(s, 1) == b""


def test_tcpjunk(server):
    q = question("n1.m-tcpjunk.test")
    octets = ask_tcp(server, q)
    assert struct.unpack("!H", octets[:2])[0] == q.id
    with pytest.raises(Exception):
        assert is_good(dns.message.from_wire(octets), q)


def test_tcpid(server):
    q = question("n1.m-tcpid.test")
    octets = ask_tcp(server, q)
    assert octets[0] == q.id >> 8 ^ 0x80
    assert is_good(dns.message.from_wire(q.to_wire()[:2] + octets[2:]), q)


def test_tcpzero(server):
    other = question("n1.m-tcpfull.test")
    with connection(server) as s:
        s.sendall(framed(question("n1.m-tcpzero.test").to_wire()))
        assert message(s) == b""
        s.sendall(framed(other.to_wire()))
        assert is_good(dns.message.from_wire(message(s)), other)


def test_tcpother(server):
    q = question("n1.m-tcpother.test")
    reply = dns.message.from_wire(ask_tcp(server, q))
    assert reply.id == q.id and not q.is_response(reply)
    assert texts(reply) == [f'"{mischief.record_of("x1.m-tcpother.test")}"']


def test_by_tcp_the_others_are_the_same(server):
    replies = {
        word: dns.message.from_wire(ask_tcp(server, question(f"n2.m-{word}.test")))
        for word in ("nx", "notimp", "servfail60000", "refused100", "delay60000")
    }
    assert [dns.rcode.to_text(reply.rcode()) for reply in replies.values()] == [
        "NXDOMAIN", "NOTIMP", "SERVFAIL", "REFUSED", "NOERROR",
    ]  # fmt: skip


# ---- the words ----


def test_each_word_is_tested_here():
    words = {word.removesuffix("NN").removesuffix("MS") for word in mischief.words(PROGRAM)}
    tests = {name.removeprefix("test_") for name in globals() if name.startswith("test_")}
    assert words - {"ok"} <= tests


@pytest.mark.parametrize("word", ["losss50", "loss", "ok5", "", "delay60001", "loss101"])
def test_a_word_that_is_not_there_ends_it(tmp_path, word):
    """Its answers would be taken for those of a behaviour."""
    log = tmp_path / "log"
    with pytest.raises(mischief.ServerError, match="no such behaviour"):
        with mischief.serving(PROGRAM, log) as address, datagrams(address) as s:
            s.settimeout(0.1)
            end = time.monotonic() + HANGS_S
            while "no such" not in log.read_text() and time.monotonic() < end:
                with contextlib.suppress(OSError):
                    s.send(question(f"n1.m-{word}.test").to_wire())
                    s.recv(4096)


def test_it_can_be_stopped(tmp_path):
    log = tmp_path / "log"
    with mischief.serving(PROGRAM, log) as address:
        ask(address, question("n1.m-ok.test"))
    assert "questions by UDP 2, by TCP 0, answers by UDP 2" in log.read_text()


def test_what_it_is_told(tmp_path):
    done = subprocess.run([PROGRAM, "nowhere"], capture_output=True, text=True, timeout=HANGS_S)
    assert done.returncode == 2 and "bench/mischief.c" in done.stderr
