"""test_forward.py - our own way to ask upstreams: what the queries look like, TCP, servers without
EDNS, and errors that another upstream does not share. What goes wrong on the way is in
test_forward_loss.py, what is sent with ill intent in test_forward_hostile.py."""

import threading

import pytest

import harness
import tcpserver
from forwarding import FALSEHOOD, VERDICT, assert_truth, causes, scan, truth
from nameservers import SILENCE

TRUTH_TCP = (
    "v=spf1 "
    + " ".join(f"ip4:198.51.{i // 256}.{i % 256}" for i in range(1300))
    + " ip4:192.0.2.1 -all"
)


def long_set(query):
    """By UDP only that there is more; by TCP a TXT set of over 20 KB, in which one record is
    SPF."""
    if query.type != "TXT":
        return []
    if not query.by_tcp:
        return query.cut_off()
    strings = " ".join(f'"{TRUTH_TCP[i : i + 200]}"' for i in range(0, len(TRUTH_TCP), 200))
    return [strings] + [f"other={i:03}" + "x" * 150 for i in range(20)]


# ---- what is sent ----


def test_every_query_offers_1232_octets_and_wants_recursion(server, tmp_path):
    dns = server(truth)
    assert_truth(scan(tmp_path, 300, [dns]), 300)
    for query in dns.queries:
        message = query.message
        assert (message.edns, message.payload, message.ednsflags, message.options) == (
            0,
            1232,
            0,
            (),
        )
        assert query.wire[2:4] == b"\x01\x00", "flags other than RD"
        assert len(message.question) == 1 and not (message.answer or message.authority)


def test_ids_and_source_ports_cannot_be_guessed(server, tmp_path):
    dns = server(truth)
    assert_truth(scan(tmp_path, 2000, [dns]), 2000)
    ids, ports = [q.message.id for q in dns.queries], {q.peer[1] for q in dns.queries}
    assert len(ports) >= 4
    assert len(set(ids)) > 0.95 * len(ids), "of 2000 random ids some 30 are doubles"
    for bit in range(16):
        assert 0.4 < sum(i >> bit & 1 for i in ids) / len(ids) < 0.6, f"bit {bit}"
    steps = [(later - earlier) & 0xFFFF for earlier, later in zip(ids, ids[1:])]
    assert max(steps.count(s) for s in set(steps)) < 20, "the ids follow a pattern"


def test_no_run_repeats_the_ids_of_another(server, tmp_path):
    dns = server(truth)
    for _ in range(2):
        assert_truth(scan(tmp_path, 100, [dns], "--workers=1", "--overwrite"), 100)
    ids = [q.message.id for q in dns.queries]
    assert ids[:100] != ids[100:] and len(set(ids[:100]) & set(ids[100:])) < 10


def test_names_are_asked_in_lower_case(server, tmp_path):
    dns = server(truth)
    assert_truth(scan(tmp_path, "domain,ip\nD0.Example.TEST,192.0.2.1\n", [dns]), 1)
    assert [q.spelling for q in dns.queries] == ["d0.example.test"]


def test_without_0x20_the_case_of_an_answer_does_not_matter(server, tmp_path):
    dns = server(raw=lambda query: in_other_case(query, VERDICT))
    assert_truth(scan(tmp_path, 50, [dns]), 50)
    assert dns.count() == 50


def in_other_case(query, said):
    """An answer that swaps the case of the letters in the question."""
    packet = bytearray(query.packet(said))
    for i in range(12, 12 + len(query.question.name.to_wire())):
        if bytes([packet[i]]).isalpha():
            packet[i] ^= 0x20
    return bytes(packet)


def test_0x20_mixes_the_case(server, tmp_path):
    dns = server(truth)
    assert_truth(scan(tmp_path, 200, [dns], "--0x20"), 200)
    spellings = [q.spelling for q in dns.queries]
    patterns = {"".join("U" if c.isupper() else "l" for c in s if c.isalpha()) for s in spellings}
    upper = sum(c.isupper() for s in spellings for c in s) / sum(
        c.isalpha() for s in spellings for c in s
    )
    assert len(patterns) > 20 and 0.3 < upper < 0.7


def test_0x20_takes_no_answer_in_another_case(server, tmp_path):
    """The false answer is the only one to the first query, so the question must be asked again."""
    dns = server(
        raw=lambda query: (
            truth(query.name, query.type)
            if query.number or query.type != "TXT"
            else in_other_case(query, FALSEHOOD)
        )
    )
    result = scan(tmp_path, 50, [dns], "--0x20", "--timeout=500")
    assert_truth(result, 50)
    assert all(n >= 2 for n in dns.asked().values())


# ---- TCP ----


def test_what_no_datagram_holds_arrives_whole(server, tmp_path):
    dns = server(raw=long_set, tcp=True)
    result = scan(tmp_path, 20, [dns])
    assert_truth(result, 20)
    assert len(TRUTH_TCP) > 20_000 and {row["spf_record"] for row in result.rows} == {TRUTH_TCP}


def test_a_connection_serves_many_questions(server, tmp_path):
    dns = server(raw=long_set, tcp=True)
    assert_truth(scan(tmp_path, 100, [dns], "--workers=1"), 100)
    assert len(dns.tcp.queries) >= 100 and dns.tcp.accepts <= 5


def test_queries_over_tcp_are_as_those_over_udp(server, tmp_path):
    dns = server(raw=long_set, tcp=True)
    assert_truth(scan(tmp_path, 5, [dns]), 5)
    assert all(q.wire[2:4] == b"\x01\x00" and q.message.edns == 0 for q in dns.tcp.queries)
    assert len({q.message.id for q in dns.tcp.queries}) == len(dns.tcp.queries)


@pytest.mark.parametrize(
    "trouble",
    [
        tcpserver.CLOSE_AT_ONCE,
        tcpserver.CLOSE_IN_THE_MIDDLE,
        tcpserver.RESET_IN_THE_MIDDLE,
        tcpserver.GARBAGE,
        tcpserver.SILENT,
    ],
)
def test_a_connection_that_goes_wrong_is_no_verdict(server, tmp_path, trouble):
    """The first two connections do, the third is good."""
    dns = server(raw=long_set, tcp=True)
    dns.tcp.trouble = lambda n: trouble if n < 2 else None
    result = scan(tmp_path, 10, [dns], "--workers=1", "--timeout=500", "--retries=5")
    assert_truth(result, 10)
    assert dns.tcp.accepts >= 3 and {row["spf_record"] for row in result.rows} == {TRUTH_TCP}


def test_connections_that_are_refused_are_tried_again(server, tmp_path):
    """Nobody listens until half a second after the first truncated answer."""
    dns = server(raw=long_set, tcp=True)
    dns.tcp.refuse()
    timer = threading.Timer(0, dns.tcp.listen)

    def long_set_soon(query):
        if timer.interval == 0:
            timer.interval = 0.5
            timer.start()
        return long_set(query)

    dns.raw = long_set_soon
    assert_truth(scan(tmp_path, 10, [dns], "--timeout=500", "--retries=5"), 10)
    timer.join()


def test_servers_close_idle_connections(server, tmp_path):
    """Each closes after one answer: the questions that were open then are asked again."""
    dns = server(raw=long_set, tcp=True)
    exchange = dns.tcp._exchange
    dns.tcp._exchange = lambda *args: exchange(*args) and False
    assert_truth(scan(tmp_path, 20, [dns], "--workers=1", "--in-flight=2"), 20)
    assert dns.tcp.accepts >= 20


def test_tcp_that_never_works_is_a_temperror(server, tmp_path):
    """No part of a set is ever taken for the set."""
    dns = server(raw=long_set)
    result = scan(tmp_path, 9, [dns], "--timeout=300", "--retries=1")
    assert result.status == harness.DONE and all(row["spf"] == "temperror" for row in result.rows)


# ---- EDNS ----


def bare(query, rcode):
    """Only the header, as old servers send it."""
    return query.wire[:2] + bytes([0x80, rcode]) + bytes(8)


def full(query, rcode):
    """With the question, without OPT."""
    end = 12 + len(query.question.name.to_wire()) + 4
    return query.wire[:2] + bytes([0x80, rcode, 0, 1]) + bytes(6) + query.wire[12:end]


@pytest.mark.parametrize("form", [bare, full])
@pytest.mark.parametrize("rcode", [1, 4], ids=["FORMERR", "NOTIMP"])
def test_a_server_that_rejects_edns_is_asked_without(server, tmp_path, form, rcode):
    dns = server(
        raw=lambda query: form(query, rcode) if query.has_edns else truth(query.name, query.type)
    )
    assert_truth(scan(tmp_path, 200, [dns]), 200)
    assert sum(not q.has_edns for q in dns.queries) >= 200


def test_a_server_that_drops_edns_is_asked_without(server, tmp_path):
    dns = server(raw=lambda query: SILENCE if query.has_edns else truth(query.name, query.type))
    assert_truth(scan(tmp_path, 200, [dns], "--timeout=500"), 200)


def test_one_server_without_edns_among_others(server, tmp_path):
    """Nobody else is asked without it for that."""
    good, old = (
        server(truth),
        server(
            raw=lambda query: bare(query, 1) if query.has_edns else truth(query.name, query.type)
        ),
    )
    assert_truth(scan(tmp_path, 300, [good, old]), 300)
    assert all(q.has_edns for q in good.queries) and old.count() > 0


def test_one_zone_without_edns_behind_an_upstream_with_it(server, tmp_path):
    """A forwarder passes on the FORMERR, without OPT, of a server that knows no EDNS. Only that
    question is asked again without."""

    def forwarder(query):
        is_old = query.name.split(".")[0].endswith("9")
        return full(query, 1) if is_old and query.has_edns else truth(query.name, query.type)

    dns = server(raw=forwarder)
    assert_truth(scan(tmp_path, 200, [dns], "--in-flight=1", "--workers=1"), 200)
    assert sum(not q.has_edns for q in dns.queries) == 20


# ---- errors ----


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED"])
def test_an_error_of_one_upstream_is_asked_elsewhere(server, tmp_path, rcode):
    bad, good = server(lambda name, type: rcode), server(truth)
    assert_truth(scan(tmp_path, 200, [bad, good]), 200)
    assert bad.count() > 0


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED"])
@pytest.mark.parametrize("n_upstreams", [1, 3])
def test_an_error_of_all_upstreams_counts(server, tmp_path, rcode, n_upstreams):
    upstreams = [server(lambda name, type: rcode) for _ in range(n_upstreams)]
    result = scan(tmp_path, 30, upstreams)
    assert result.status == harness.STOPPED and result.says("every question", "hold no result")
    assert {row["spf"] for row in result.rows} == {"temperror"} and result.summary["complete"]
    assert causes(result) == {f"TXT NAME: {rcode.lower()}"}
    assert all(upstream.count() > 0 for upstream in upstreams)


@pytest.mark.parametrize("said", ["NXDOMAIN", []], ids=["no such name", "no data"])
def test_that_there_is_nothing_is_an_answer(server, tmp_path, said):
    upstreams = [server(lambda name, type: said) for _ in range(3)]
    result = scan(tmp_path, 200, upstreams)
    assert {(row["spf"], row["dns_cause"]) for row in result.rows} == {("none", "")}
    assert sum(upstream.count() for upstream in upstreams) == 200
