"""test_forward_names.py - names that behave badly cost only themselves. They are asked no more
often than their budget allows, and take no other name along; a failure that passes is no
verdict."""

import collections
import random
import socket
import time

import pytest

import harness
from forwarding import assert_truth, causes, scan, truth
from nameservers import SILENCE

# 1 + 3 x --retries, by default
BUDGET = 10
LENGTH_AND_HEADER = 2 + 12


def rows_of(*kinds):
    """d0.KIND.test, d1.KIND.test, ..., shuffled: kinds are pairs of KIND and how many."""
    names = [f"d{i}.{kind}.test" for kind, n in kinds for i in range(n)]
    random.Random(1).shuffle(names)
    return "domain,ip\n" + "".join(f"{name},192.0.2.1\n" for name in names)


def kind_of(name):
    return name.split(".")[-2] if name.endswith(".test") else ""


def verdicts(result):
    assert result.status == harness.DONE, result.stderr
    told = {}
    for row in result.rows:
        told.setdefault(kind_of(row["domain"]), []).append(row["spf"])
    return told


# ---- silence and loss ----


def test_silent_and_lossy_names_keep_within_their_budget(server, tmp_path):
    """Losses of the names are none of the way: no question is asked more often for them."""
    dice = random.Random(3)

    def script(name, type):
        kind = kind_of(name)
        is_lost = kind == "silent" or (kind == "lossy" and dice.random() < 0.7)
        return SILENCE if is_lost else truth(name, type)

    dns = server(script)
    rows = rows_of(("good", 1500), ("silent", 100), ("lossy", 100))
    told = verdicts(scan(tmp_path, rows, [dns], "--workers=1"))
    assert set(told["good"]) == {"pass"} and set(told["silent"]) == {"temperror"}
    assert told["lossy"].count("pass") > 80
    asked = dns.asked()
    most = {kind: max(n for (q, _), n in asked.items() if kind_of(q) == kind) for kind in told}
    # what names of one kind lose is a tenth of all at most, and so tells nothing of the way
    assert most["silent"] == BUDGET and most["lossy"] <= BUDGET


def test_a_deadline_holds_among_names_that_lose_nearly_all(server, tmp_path):
    """Only bad names: nothing that they do stops the clock of a row."""
    dice = random.Random(5)

    def script(name, type):
        return SILENCE if name != "." and dice.random() < 0.9 else truth(name, type)

    result = scan(tmp_path, rows_of(("bad", 300)), [server(script)], "--deadline=4000")
    assert result.status == harness.DONE, result.stderr
    late = [row["elapsed_ms"] for row in result.rows if int(row["elapsed_ms"]) > 4000 + 1000]
    assert len(result.rows) == 300 and late == []


# ---- failures that pass ----


def failing_for(seconds, rcode, first):
    """For its first seconds a name fails; `first` notes when it was first asked."""

    def script(name, type):
        now = time.monotonic()
        begun = first.setdefault((name, type), now)
        return rcode if now - begun < seconds and name != "." else truth(name, type)

    return script


def test_an_upstream_says_why_it_failed(server, tmp_path):
    """An Extended DNS Error (RFC 8914), in its own words; a control character is none of them."""
    error = b"\0\x0f\0\x08\0\x16down\x1b;"

    def raw(query):
        if query.name == ".":
            return (query.packet([]),)
        # the OPT is the last record, and its rdata is empty
        return (query.packet("SERVFAIL")[:-2] + len(error).to_bytes(2, "big") + error,)

    result = scan(tmp_path, 1, [server(raw=raw)], "--retries=0")
    assert [row["dns_cause"] for row in result.rows] == [
        "TXT d0.test: servfail (the upstream says: No Reachable Authority (down?,))"
    ]


@pytest.mark.parametrize("rcode", ["SERVFAIL", "REFUSED"])
@pytest.mark.parametrize("seconds", [0.03, 0.3, 1.0, 5.0])
def test_a_failure_that_passes(server, tmp_path, rcode, seconds):
    """Recursors keep failures: unbound for 5 s. One upstream, asked again after 1 s and 6 s."""
    dns = server(failing_for(seconds, rcode, {}))
    assert_truth(scan(tmp_path, 100, [dns]), 100)
    assert max(n for (name, _), n in dns.asked().items() if name != ".") <= 3


def test_retries_limit_how_often_a_failure_is_asked_again(server, tmp_path):
    for retries, asked in ((0, 1), (1, 2), (2, 3), (3, 3)):
        dns = server(lambda name, type: "SERVFAIL" if name != "." else [])
        result = scan(tmp_path, 3, [dns], f"--retries={retries}", "--timeout=9000", "--overwrite")
        assert causes(result) == {"TXT NAME: servfail"}
        assert {n for (name, _), n in dns.asked().items() if name != "."} == {asked}


def test_a_failure_is_asked_elsewhere_at_once(server, tmp_path):
    """Nobody waits a second for an answer that another upstream has."""
    bad = server(lambda name, type: "SERVFAIL" if name != "." else [])
    result = scan(tmp_path, 200, [bad, server(truth)], "--retries=0")
    assert_truth(result, 200)
    assert all(n == 1 for (name, _), n in bad.asked().items() if name != ".")


def test_a_failure_does_not_wait_for_an_upstream_that_is_behind(server, tmp_path):
    """One fails for a name's first half second, the other answers 50 times a second: what waited
    there for its turn would pass its time, and the first has the answer long before."""
    seconds = collections.Counter()

    def limited(name, type):
        second = int(time.monotonic())
        seconds[second] += 1
        return truth(name, type) if seconds[second] <= 50 else SILENCE

    upstreams = [server(failing_for(0.5, "SERVFAIL", {})), server(limited)]
    assert_truth(scan(tmp_path, 4000, upstreams, "--workers=1"), 4000)


# ---- TCP ----


def by_tcp_only(query):
    return query.cut_off() if not query.by_tcp else truth(query.name, query.type)


class Troubled:
    """Does what it does to connections by the name that is asked on them."""

    def __init__(self, dns, trouble):
        self.exchange, self.trouble = dns.tcp._exchange, trouble
        dns.tcp._exchange = self

    def __call__(self, connection, peer, trouble):
        is_next = connection.recv(LENGTH_AND_HEADER + 4, socket.MSG_PEEK)[LENGTH_AND_HEADER:]
        if is_next == b"\x03bad":
            return self.trouble(connection)
        return self.exchange(connection, peer, trouble)


def closes(connection):
    return False


def stalls(connection):
    """Until the other side gives up."""
    while connection.recv(1 << 16):
        pass
    return False


@pytest.mark.parametrize("trouble", [closes, stalls])
def test_by_tcp_only_the_guilty_name_fails(server, tmp_path, trouble):
    """They share connections; for one in five the server breaks or stalls the connection."""
    dns = server(raw=by_tcp_only, tcp=True)
    Troubled(dns, trouble)
    names = [f"{'bad' if i % 5 == 0 else 'good'}.d{i}.test" for i in range(100)]
    rows = "domain,ip\n" + "".join(f"{name},192.0.2.1\n" for name in names)
    result = scan(tmp_path, rows, [dns], "--workers=1")
    assert result.status == harness.DONE, result.stderr
    wrong = [
        (row["domain"], row["spf"], row["dns_cause"])
        for row in result.rows
        if row["spf"] != ("temperror" if row["domain"].startswith("bad") else "pass")
    ]
    assert wrong == []


# ---- several upstreams ----


def test_a_domain_is_asked_of_one_upstream(server, tmp_path):
    """All names of a domain, by either worker. Few go elsewhere: what a busy machine answers late
    is asked again."""
    servers = [server(truth) for _ in range(3)]
    names = [f"{host}.d{i}.test" for host in ("a", "b", "c") for i in range(150)]
    random.Random(2).shuffle(names)
    rows = "domain,ip\n" + "".join(f"{name},192.0.2.1\n" for name in names)
    assert_truth(scan(tmp_path, rows, servers, "--workers=2"), len(names))
    asked = [
        {name.split(".")[-2] for name, _ in dns.asked() if name.endswith(".test")}
        for dns in servers
    ]
    assert min(map(len, asked)) > 25
    assert sum(map(len, asked)) < 150 * 1.1
