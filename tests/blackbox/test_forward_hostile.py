"""test_forward_hostile.py - packets that are no answers: late, doubled, broken, lying, forged. They
are dropped, the wait for the right answer goes on, and no verdict ever comes of them.

The truth makes every row pass; everything that is false would make it fail, or none, or an
error."""

import random
import socket
import struct

import pytest

import addresses
import harness
import tcpserver
from forwarding import FALSEHOOD, assert_truth, rows_of, scan, truth
from nameservers import Later

ROWS = 60
RIGHT_AFTER_S = 0.03


def truth_to(query):
    return query.packet(truth(query.name, query.type))


def dropped(result):
    """What the summary counts of packets that were no answers."""
    return result.summary.get("stray_packets", 0) + result.summary.get("bad_packets", 0)


# ---- late, doubled ----


def test_doubled_answers(server, tmp_path):
    result = scan(tmp_path, 200, [server(raw=lambda query: (truth_to(query), truth_to(query)))])
    assert_truth(result, 200)
    assert result.summary["stray_packets"] >= 100  # the last ones may come after the end


def test_late_answers(server, tmp_path):
    """The first answer comes a second after its query, when another try is answered for long;
    steady questions keep the scan open until then."""
    dns = server(raw=lambda query: truth_to(query) if query.number else a_second_later(query))
    result = scan(tmp_path, 400, [dns], "--qps=200", "--timeout=300")
    assert_truth(result, 400)
    assert result.summary["stray_packets"] >= 50


def a_second_later(query):
    return (Later(truth_to(query), 1.0),)


# ---- broken and lying: from the right address and port, with the right id ----


def question_of(query):
    return query.wire[12 : 12 + len(query.question.name.to_wire()) + 4]


def packet_of(query, sections=b"", counts=(1, 1, 0, 0), flags=0x8180, question=None):
    return (
        query.wire[:2]
        + struct.pack(">5H", flags, *counts)
        + (question_of(query) if question is None else question)
        + sections
    )


def txt(text, owner=b"\xc0\x0c", klass=1, type=16, size=None, length=None):
    """A record. `size` and `length` lie about the octets of its data and of its string."""
    data = bytes([len(text) if length is None else length]) + text
    return (
        owner + struct.pack(">HHIH", type, klass, 300, len(data) if size is None else size) + data
    )


FALSE = b"v=spf1 -all"
OTHER_QUESTION = b"\x05other\x04test\x00\x00\x10\x00\x01"


def loop(query):
    """A pointer that leads to itself: where the record's owner stands."""
    at = 12 + len(question_of(query))
    return packet_of(query, txt(FALSE, owner=struct.pack(">H", 0xC000 | at)))


def loop_of_two(query):
    """The owners of two records, each of which ends in the other."""
    at = 12 + len(question_of(query))
    size = len(txt(FALSE, owner=b"\x01a\xc0\x0c"))
    return packet_of(
        query,
        b"".join(
            txt(FALSE, owner=label + struct.pack(">H", 0xC000 | to))
            for label, to in ((b"\x01a", at + size), (b"\x01b", at))
        ),
        counts=(1, 2, 0, 0),
    )


HOSTILE = {
    "nothing at all": lambda q: b"",
    "5 octets": lambda q: q.wire[:5],
    "only an id": lambda q: q.wire[:2],
    "only a header": lambda q: packet_of(q, counts=(0, 0, 0, 0), question=b""),
    "the query itself": lambda q: q.wire,
    "no response (QR=0)": lambda q: packet_of(q, txt(FALSE), flags=0x0100),
    "another opcode": lambda q: packet_of(q, txt(FALSE), flags=0x9180),
    "another question": lambda q: packet_of(q, txt(FALSE), question=OTHER_QUESTION),
    "another type": lambda q: packet_of(
        q, txt(FALSE), question=question_of(q)[:-4] + b"\x00\x63\x00\x01"
    ),
    "question of class CH": lambda q: packet_of(
        q, txt(FALSE, klass=3), question=question_of(q)[:-4] + b"\x00\x10\x00\x03"
    ),
    "records of class CH": lambda q: packet_of(q, txt(FALSE, klass=3)),
    "two questions": lambda q: packet_of(
        q, txt(FALSE), counts=(2, 1, 0, 0), question=question_of(q) + OTHER_QUESTION
    ),
    "no question": lambda q: packet_of(
        q, txt(FALSE, owner=question_of(q)[:-4]), counts=(0, 1, 0, 0), question=b""
    ),
    "a question that ends early": lambda q: packet_of(
        q, question=question_of(q)[:-3], counts=(1, 0, 0, 0)
    ),
    "a name that leads to itself": loop,
    "names that lead to each other": loop_of_two,
    "a question that leads to itself": lambda q: packet_of(
        q, txt(FALSE), question=b"\xc0\x0c\x00\x10\x00\x01"
    ),
    "a pointer past the end": lambda q: packet_of(q, txt(FALSE, owner=b"\xff\xff")),
    "a label of no kind": lambda q: packet_of(q, txt(FALSE, owner=b"\x80\x01\x00")),
    "5 records said, one there": lambda q: packet_of(q, txt(FALSE), counts=(1, 5, 0, 0)),
    "65535 records said": lambda q: packet_of(q, txt(FALSE), counts=(1, 65535, 65535, 65535)),
    "a record that is not counted": lambda q: packet_of(q, txt(FALSE), counts=(1, 0, 0, 0)),
    "octets behind the end": lambda q: packet_of(q, txt(FALSE) + b"\x00" * 9),
    "data longer than the packet": lambda q: packet_of(q, txt(FALSE, size=4000)),
    "data shorter than its string": lambda q: packet_of(q, txt(FALSE, size=5)),
    "a string longer than its data": lambda q: packet_of(q, txt(FALSE, length=255)),
    "cut in the middle": lambda q: packet_of(q, txt(FALSE))[:-6],
}


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_what_is_no_answer_is_dropped(server, tmp_path, make):
    """It comes first, and the right answer a little later."""
    dns = server(raw=lambda query: (make(query), Later(truth_to(query), RIGHT_AFTER_S)))
    result = scan(tmp_path, ROWS, [dns], "--timeout=1000")
    assert_truth(result, ROWS)
    assert dropped(result) > 0


@pytest.mark.parametrize("make", HOSTILE.values(), ids=HOSTILE.keys())
def test_one_upstream_sends_nothing_else(server, tmp_path, make):
    """The other one tells the truth."""
    result = scan(tmp_path, ROWS, [server(raw=make), server(truth)], "--timeout=500")
    assert_truth(result, ROWS)


def test_noise(server, tmp_path):
    """Answers with octets changed at random: whatever is told from the truth must be an error, and
    nothing crashes. The text of the record is left alone; a changed one is an answer."""
    dice = random.Random(11)

    def noisy(query):
        packet = bytearray(truth_to(query))
        text = packet.find(b"v=spf1")
        for _ in range(dice.choice([1, 3, 20])):
            at = dice.randrange(2, len(packet))
            if not text <= at < text + len("v=spf1 ip4:192.0.2.1 -all"):
                packet[at] = dice.randrange(256)
        return bytes(packet[: dice.randrange(len(packet))] if dice.random() < 0.2 else packet)

    result = scan(
        tmp_path, 1000, [server(raw=noisy), server(raw=noisy)], "--timeout=1000", "--retries=1"
    )
    assert result.status == harness.DONE and len(result.rows) == 1000
    assert {row["spf"] for row in result.rows} <= {"pass", "temperror", "none", "permerror"}


# ---- forged: another address, another port, another id ----


def test_answers_from_another_address_and_port(server, tmp_path):
    """The very octets of a good answer but for the verdict, before the true one."""
    strangers = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]

    def forged(query):
        for stranger in strangers:
            stranger.sendto(query.packet(FALSEHOOD), query.peer)
        return (Later(truth_to(query), RIGHT_AFTER_S),)

    try:
        dns = server(raw=forged)
        strangers[0].bind((addresses.fresh(), 0))
        strangers[1].bind((dns.address, 0))
        assert_truth(scan(tmp_path, ROWS, [dns]), ROWS)
    finally:
        for stranger in strangers:
            stranger.close()


def test_an_answer_of_another_upstream(server, tmp_path):
    """Both are ours, but the answer is the second's to a question that the first was asked: from
    its address to the first's port."""
    other = server(truth)

    def forged(query):
        other.socket.sendto(query.packet(FALSEHOOD), query.peer)
        return (Later(truth_to(query), RIGHT_AFTER_S),)

    assert_truth(scan(tmp_path, 200, [server(raw=forged), other]), 200)


def test_answers_with_another_id(server, tmp_path):
    """Two hundred guesses for each question, none of them right."""

    def guessed(query):
        packet = query.packet(FALSEHOOD)
        own = query.message.id
        guesses = [
            ((own + step) & 0xFFFF).to_bytes(2, "big") + packet[2:]
            for step in [*range(1, 101), *range(-100, 0)]
        ]
        return (*guesses, Later(truth_to(query), RIGHT_AFTER_S))

    result = scan(tmp_path, 20, [server(raw=guessed)])
    assert_truth(result, 20)
    assert dropped(result) > 100


def test_answers_to_another_of_our_ports(server, tmp_path):
    """The right address, the right id, and a port of ours from which the question did not come."""
    ports = set()

    def astray(query):
        ports.add(query.peer)
        for peer in ports - {query.peer}:
            dns.socket.sendto(query.packet(FALSEHOOD), peer)
        return (Later(truth_to(query), RIGHT_AFTER_S),)

    dns = server(raw=astray)
    result = scan(tmp_path, 300, [dns], "--workers=1", "--in-flight=20")
    assert_truth(result, 300)
    assert len(ports) > 1 and dropped(result) > 0


@pytest.mark.parametrize("trouble", [tcpserver.GARBAGE, tcpserver.CLOSE_IN_THE_MIDDLE])
def test_tcp_that_always_fails_at_one_upstream(server, tmp_path, trouble):
    """All is cut off in UDP; the other upstream's TCP is good."""

    def cut_off(query):
        return truth_to(query) if query.by_tcp else query.cut_off()

    bad, good = server(raw=cut_off, tcp=True), server(raw=cut_off, tcp=True)
    bad.tcp.trouble = lambda n: trouble
    assert_truth(scan(tmp_path, 50, [bad, good], "--timeout=500", "--retries=5"), 50)


@pytest.mark.parametrize(
    "name",
    [
        "5 octets",
        "another question",
        "no response (QR=0)",
        "a name that leads to itself",
        "65535 records said",
    ],
)
def test_what_is_no_answer_by_tcp(server, tmp_path, name):
    """The same by TCP, before the right one on the same connection."""
    dns = server(
        raw=lambda query: (
            (HOSTILE[name](query), truth_to(query)) if query.by_tcp else query.cut_off()
        ),
        tcp=True,
    )
    assert_truth(scan(tmp_path, 20, [dns], "--timeout=500"), 20)


def test_errors_that_only_strangers_send(server, tmp_path):
    """SERVFAIL and REFUSED with a wrong id are no reason to ask elsewhere, and no failure."""

    def forged(query):
        packet = query.packet("SERVFAIL")
        return (bytes([packet[0] ^ 1]) + packet[1:], Later(truth_to(query), RIGHT_AFTER_S))

    dns = server(raw=forged)
    assert_truth(scan(tmp_path, rows_of(ROWS), [dns]), ROWS)
    assert dns.count() == ROWS
