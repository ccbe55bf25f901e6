"""test_one_answer.py - within a row a question is asked once, and its answer holds to the row's
end: servers that answer otherwise each time, with TTL 0, cannot make a row contradict itself."""

import collections
import time

import pytest

import harness

CLIENT, OTHER = "192.0.2.10", "192.0.2.11"
RECORDS = ["v=spf1 a -all", "v=spf1 mx -all", "v=spf1 ptr:lb.test -all"]
# What a name's records are in turn.
TURNS = {
    "TXT": [[record] for record in RECORDS],
    "A": [[CLIENT], [OTHER]],
    "AAAA": [[], ["2001:db8::1"]],
    "MX": [["10 mx1.lb.test."], ["10 mx2.lb.test."]],
    "PTR": [["n1.lb.test."], ["n2.elsewhere.test."]],
}


def in_turns(query):
    """The answer, with TTL 0. Each name and type goes through its turns by itself."""
    turns = TURNS.get(query.type, [[]])
    reply = query.reply(turns[query.number % len(turns)])
    for rrset in reply.answer:
        rrset.ttl = 0
    reply.authority = []  # no SOA: a negative answer is not kept, either
    return reply.to_wire()


def is_of_one_piece(row):
    """The verdict is what the row's own columns say of the record that it shows."""
    passes = {
        RECORDS[0]: row["a_match"] == "yes",
        RECORDS[1]: row["mx_match"] == "yes",
        RECORDS[2]: row["iprev"] == "pass" and row["iprev_name"].endswith("lb.test"),
    }[row["spf_record"]]
    return row["spf"] == ("pass" if passes else "fail") and row["helo_spf"] == row["spf"]


@pytest.mark.parametrize("engine", ["forward", "recursive"])
def test_no_row_contradicts_itself(server, tmp_path, engine):
    dns = server(raw=in_turns)
    n = 300
    names = [f"d{i % 100}.lb.test" for i in range(n)]
    scan = harness.scan(
        tmp_path,
        harness.csv_text(["domain", "ip", "helo"], *([name, CLIENT, name] for name in names)),
        dns.upstream,
        *(harness.with_dnssec(tmp_path) if engine == "recursive" else []),
        "--in-flight=20",
    )
    assert scan.status == 0 and len(scan.rows) == n
    assert [row for row in scan.rows if not is_of_one_piece(row)] == []
    said = collections.Counter(row["spf"] for row in scan.rows)
    assert said["pass"] > 20 and said["fail"] > 20


def test_a_row_that_waits_contradicts_itself_no_more(server, tmp_path):
    """Its policy comes late and is never kept; what rows before it found of the domain runs out
    meanwhile."""

    def raw(query):
        if query.type == "TXT":
            time.sleep(0.7)
        records = {"TXT": RECORDS[:1], "A": TURNS["A"][query.number % 2]}.get(query.type, [])
        reply = query.reply(records)
        for rrset in (*reply.answer, *reply.authority):
            rrset.ttl = {"TXT": 0, "A": 2}.get(query.type, 300)
        return reply.to_wire()

    dns = server(raw=raw)
    text = harness.csv_text(["domain", "ip"], *([["d.lb.test", CLIENT]] * 16))
    options = ["--in-flight=1", "--workers=1", "--checks=spf,a"]
    scan = harness.scan(tmp_path, text, dns.upstream, *options)
    assert {row["a_match"] for row in scan.rows} == {"yes", "no"}
    passed = {"yes": "pass", "no": "fail"}
    assert [row for row in scan.rows if passed[row["a_match"]] != row["spf"]] == []


def test_a_question_is_asked_once_in_a_row(server, tmp_path):
    """Of each name and type, though nothing may be kept for the next row."""
    dns = server(raw=in_turns)
    harness.scan(tmp_path, f"domain,ip,helo\nd.lb.test,{CLIENT},d.lb.test\n", dns.upstream)
    assert {name: n for name, n in dns.asked().items() if n > 1 and name[0]} == {}
