"""test_memo.py - rows that repeat earlier ones: they say the same as if each was judged anew, ask
nothing, and stop doing so when an answer behind them is out of date, failed, or hangs on the time.

tests/scanner/test_recall.c has random worlds; here is the program as a whole."""

import random
import re

import pytest

import harness
import nameservers
from harness import until

DOMAINS = ["a.test", "b.test", "c.test", "local.test", "gone.test", "broken.test"]
CLIENTS = ["192.0.2.1", "192.0.2.2", "198.51.100.7", "2001:db8::1"]
TXT = {
    "a.test": ["v=spf1 ip4:192.0.2.0/31 include:b.test -all"],
    "b.test": ["v=spf1 mx a:a.test ?all"],
    "c.test": ["v=spf1 ptr exists:%{ir}.x.test ~all exp=why.test", "something else"],
    "local.test": ["v=spf1 exists:%{l}.%{o}.local.test -all"],
    "time.test": ["v=spf1 -all exp=when.test"],
    "broken.test": ["v=spf1 ip4:192.0.2.0/99 -all"],
    "why.test": ["%{i} of %{d}"],
    "when.test": ["at %{t}"],
}
ADDRESSES = {"a.test": ["192.0.2.1"], "good.a.test.local.test": ["127.0.0.2"]}


# Rows that are in flight at once do not know of each other.
FEW = "--in-flight=10"


def world(name, type):
    if type == "TXT" and name in TXT:
        return TXT[name]
    if type == "A" and name in ADDRESSES:
        return ADDRESSES[name]
    if type == "MX" and name in ("a.test", "b.test"):
        return ["10 a.test."]
    if type == "PTR":
        return ["c.test."] if name.startswith("1.") else []
    return "NXDOMAIN" if name == "gone.test" else []


def log(n, seed=1):
    """Rows with senders and HELO names, most of which come back."""
    rng = random.Random(seed)
    for i in range(n):
        domain, local = rng.choice(DOMAINS), rng.choice(["good", "bad", "o'hara", "ü", "x y"])
        sender = rng.choice(
            ["", "<>", f"{local}@a.test", f"<{local}@{domain}>", f"{local}@{domain}"]
        )
        helo = rng.choice(["", "a.test", "c.test", "[192.0.2.1]"])
        note = f"note, {i}" if i % 3 else f"note {i}"
        yield [rng.choice([domain, ""]), rng.choice(CLIENTS), sender, helo, note]


@pytest.fixture(scope="module")
def text():
    return harness.csv_text(["domain", "ip", "sender", "helo", "note"], *log(1500))


WAYS = {
    "all": [],
    "two workers": ["--workers=2", "--window=512"],
    "four workers, shuffled": ["--workers=4", "--shuffle-window=200"],
    "spf": ["--checks=spf"],
    "iprev and mx": ["--checks=iprev,mx"],
    "for spreadsheets": ["--csv-safe"],
    "questions": ["--ask=TXT:_dmarc.{sender.domain}", "--ask=A:{helo}"],
    "no explanations": ["--no-exp", "--void-limit=none"],
    "little memory": ["--cache=1"],
    "answers live longer": ["--min-ttl=7200"],
    "a sample of a shard": ["--sample=0.7", "--shard=0/2"],
}


@pytest.mark.parametrize("way", WAYS)
def test_the_rows_are_the_same(server, tmp_path, text, way):
    dns = server(world)
    scan = harness.scan(tmp_path, text, dns.upstream, FEW, *WAYS[way])
    options = [dns.upstream, FEW, "--no-memo", *WAYS[way]]
    anew = harness.scan(tmp_path, text, *options, output="anew.csv.gz")
    assert scan.timeless() == anew.timeless()
    assert len(scan.rows) == 1500 or "--shard" in str(WAYS[way])
    assert scan.summary["memo_rows"] > 200 and anew.summary["memo_rows"] == 0
    assert scan.summary["questions"] < anew.summary["questions"]
    assert scan.says("memo:", scan.summary["memo_rows"], "rows repeated earlier ones")
    assert not anew.says("memo:")
    for member in ("rows", "bad_rows", "temperror_rows", "spf", "helo_spf", "iprev", "mx_state"):
        assert scan.summary[member] == anew.summary[member]
    for member in ("problems", "spf_problem", "no_host_names"):
        assert scan.summary[member] == anew.summary[member]
    assert (scan.summary["options"]["memo"], anew.summary["options"]["memo"]) == (True, False)


def test_what_is_excluded_is_excluded_each_time(server, tmp_path, text):
    dns = server(world)
    (tmp_path / "list").write_text("b.test\n198.51.100.0/24\n")
    options = [dns.upstream, FEW, f"--exclude={tmp_path}/list"]
    scan = harness.scan(tmp_path, text, *options)
    anew = harness.scan(tmp_path, text, *options, "--no-memo", output="anew.csv.gz")
    assert scan.timeless() == anew.timeless()
    assert scan.summary["memo_rows"] > 100
    assert scan.summary["excluded_rows"] == anew.summary["excluded_rows"] > 100


@pytest.mark.parametrize("more", [[], ["--send-local-parts"]])
def test_local_parts_of_a_log_stay_hidden(server, tmp_path, more):
    """Its rows have texts of their own in the columns that pass through."""
    dns = server(world)
    rows = [
        [f"Nov 30 00:00:{i:02}", ip, f"{local}@{domain}", "a.test", "pass"]
        for i in range(40)
        for ip in CLIENTS[:2]
        for domain in ("a.test", "local.test")
        for local in (("good", "bad", "")[i % 3],)
    ]
    text = harness.csv_text(["time", "ip", "sender", "helo", "spf_then"], *rows)
    scan = harness.scan(tmp_path, text, dns.upstream, FEW, *more)
    anew = harness.scan(tmp_path, text, dns.upstream, FEW, "--no-memo", *more, output="anew.csv.gz")
    assert scan.timeless() == anew.timeless()
    assert [row["time"] for row in scan.rows] == [row[0] for row in rows]
    assert scan.summary["memo_rows"] > 100
    asked = {name.split(".")[0] for name, type in dns.asked() if name.endswith(".local.test")}
    assert asked == ({"good", "bad", "postmaster"} if more else {"postmaster"})
    seen = {row["spf_problem"] for row in scan.rows if row["spf_domain"] == "local.test"}
    assert seen == ({""} if more else {"needs_local_part", ""})


@pytest.mark.parametrize("columns", [["domain", "ip"], ["ip", "sender"]])
def test_new_pairs_of_known_subjects(server, tmp_path, columns):
    """No pair comes back, and its domain and its address do."""
    dns = server(world)
    clients = [f"192.0.2.{i}" for i in range(40)] + [f"2001:db8::{i:x}" for i in range(20)]
    pairs = [(domain, ip) for domain in [*DOMAINS, "time.test"] for ip in clients]
    random.Random(3).shuffle(pairs)
    rows = [
        [domain, ip] if columns[0] == "domain" else [ip, f"good@{domain}"] for domain, ip in pairs
    ]
    text = harness.csv_text(columns, *rows)
    options = [dns.upstream, "--in-flight=1", "--workers=1"]
    scan = harness.scan(tmp_path, text, *options)
    anew = harness.scan(tmp_path, text, *options, "--no-memo", output="anew.csv.gz")

    def told(scan):
        """Without the second in which an explanation was made."""
        return [[re.sub(r"^at \d+$", "at %{t}", field) for field in row] for row in scan.timeless()]

    assert told(scan) == told(anew) and len(scan.rows) == len(rows)
    assert scan.summary["memo_rows"] == 0
    assert scan.summary["questions"] < anew.summary["questions"] * 0.7
    for member in ("rows", "spf", "iprev", "mx_state", "problems", "spf_problem"):
        assert scan.summary[member] == anew.summary[member]


def test_a_mail_host_in_front_of_a_local_one(server, tmp_path):
    """Sixty of them, asked in waves until one has the client's address; one of the last is local.
    What the client of an early one leaves unasked must not be taken for the others' result."""

    def many(name, type):
        if type == "MX":
            return [f"{10 + i} h{i}.many.test." for i in range(60)]
        host = name.split(".")[0]
        if type == "A" and host.startswith("h"):
            return ["10.0.0.1" if host == "h55" else f"192.0.2.{host[1:]}"]
        return []

    dns = server(many)
    rows = [["many.test", f"192.0.2.{i}"] for i in (3, 200, 41, 3, 201, 59, 55)]
    options = [dns.upstream, "--in-flight=1", "--workers=1", "--checks=mx"]
    text = harness.csv_text(["domain", "ip"], *rows)
    scan = harness.scan(tmp_path, text, *options)
    anew = harness.scan(tmp_path, text, *options, "--no-memo", output="anew.csv.gz")
    assert scan.timeless() == anew.timeless()
    assert [row["mx_match"] for row in scan.rows] == ["yes", "no", "yes", "yes", "no", "yes", "no"]
    assert [row["problems"] for row in scan.rows[:2]] == ["", "mx_not_public"]


@pytest.mark.parametrize("quotes", [32760, 37000])
def test_columns_that_are_longer_than_sizes_of_two_octets(server, tmp_path, quotes):
    """In CSV each quote of the record is doubled."""
    record = "v=spf1 x=" + '"' * quotes + " -all"
    pieces = [record[at : at + 255].replace('"', '\\"') for at in range(0, len(record), 255)]
    text = " ".join(f'"{piece}"' for piece in pieces)

    def raw(query):
        if query.type == "TXT" and not query.by_tcp:
            return query.cut_off()
        records = [text] if query.type == "TXT" else []
        return nameservers.ask_script(lambda *asked: records, query.name, query.type)

    dns = server(raw=raw, tcp=True)
    rows = harness.csv_text(["domain", "ip"], *[["d.test", f"192.0.2.{i}"] for i in range(4)])
    options = [dns.upstream, "--in-flight=1", "--workers=1", "--checks=spf,a"]
    scan = harness.scan(tmp_path, rows, *options)
    anew = harness.scan(tmp_path, rows, *options, "--no-memo", output="anew.csv.gz")
    assert scan.timeless() == anew.timeless()
    assert {row["spf_record"] for row in scan.rows} == {record}


def test_the_rows_are_the_same_by_recursion_inside(server, tmp_path, text):
    dns = server(world)
    options = [dns.upstream, FEW, *harness.with_dnssec(tmp_path)]
    scan = harness.scan(tmp_path, text, *options)
    anew = harness.scan(tmp_path, text, *options, "--no-memo", output="anew.csv.gz")
    assert scan.timeless() == anew.timeless()
    assert scan.summary["memo_rows"] > 300


def test_plain_output_is_the_same_text(server, tmp_path, text):
    dns = server(world)
    scan = harness.scan(tmp_path, text, dns.upstream, FEW, output="out.csv")
    packed = harness.scan(tmp_path, text, dns.upstream, FEW)
    assert scan.summary["memo_rows"] > 300
    assert scan.timeless() == packed.timeless()


def memo_rows(tmp_path, upstream, rows, *options):
    """How many of a few rows the memo knew; one worker, one row after the other."""
    scan = harness.scan(
        tmp_path,
        harness.csv_text(["domain", "ip", "sender", "helo"], *rows),
        upstream,
        "--workers=1",
        "--in-flight=1",
        "--overwrite",
        *options,
    )
    assert len(scan.rows) == len(rows)
    return scan.summary["memo_rows"]


def test_what_is_never_kept(server, tmp_path):
    failing = {"fails.test": "SERVFAIL"}
    dns = server(lambda name, type: failing.get(name) or world(name, type))

    def known(domain, ip="198.51.100.7", sender="good@b.test", helo="", **more):
        return memo_rows(tmp_path, dns.upstream, [[domain, ip, sender, helo]] * 5, **more)

    assert known("a.test") == 4
    assert known("time.test") == 0  # %{t} in its explanation
    assert known("fails.test") == 0
    assert known("a.test", helo="fails.test") == 0
    assert known("a..test") == 0  # bad input
    assert known("single") == 0  # its name is counted, and told
    assert known("a.test", sender="two words@b.test") == 0


def test_an_answer_without_ttl_is_never_kept(server, tmp_path):
    def hasty(query):
        reply = query.reply(world(query.name, query.type))
        for rrset in (*reply.answer, *reply.authority):
            rrset.ttl = 0 if query.type == "MX" else 300
        return reply.to_wire()

    dns = server(raw=hasty)
    rows = [["a.test", "192.0.2.1", "", ""]] * 5
    assert memo_rows(tmp_path, dns.upstream, rows) == 0
    assert memo_rows(tmp_path, dns.upstream, rows, "--checks=a,iprev") == 4


def test_the_local_part_counts_where_spf_looks_at_it(server, tmp_path):
    dns = server(world)
    rows = [
        [domain, "198.51.100.7", f"{local}@a.test", ""]
        for domain in ("local.test", "a.test")
        for local in ("good", "bad", "", "good", "bad", "")
    ]
    scan = harness.scan(
        tmp_path,
        harness.csv_text(["domain", "ip", "sender", "helo"], *rows),
        dns.upstream,
        "--workers=1",
        "--in-flight=1",
    )
    said = [row["spf"] for row in scan.rows]
    assert said == ["pass", "fail", "fail"] * 2 + ["fail"] * 6
    assert scan.summary["memo_rows"] == 3 + 5


@pytest.mark.parametrize("options", [["--record", "record.gz"], ["--no-memo"]])
def test_each_row_is_judged(server, tmp_path, text, options):
    dns = server(world)
    options = [tmp_path / option if option.endswith(".gz") else option for option in options]
    scan = harness.scan(tmp_path, text, dns.upstream, FEW, *options)
    assert scan.summary["memo_rows"] == 0


def test_a_record_replays_rows_that_repeat_others(server, tmp_path, text):
    dns = server(world)
    record = tmp_path / "record.gz"
    scan = harness.scan(tmp_path, text, dns.upstream, FEW, "--record", record)
    again = harness.scan(tmp_path, text, "--replay", record, output="again.csv.gz")
    assert again.timeless() == scan.timeless()
    assert again.summary["memo_rows"] == 0


def rows_of(out):
    data = out.read_bytes() if out.exists() else b""
    return list(harness.read_rows(data)) if data else []


def test_a_repeated_row_has_its_own_time(server, tmp_path, running):
    dns = server(world)
    out = tmp_path / "out.csv"
    process = running(
        "scan", "-", dns.upstream, "-o", out, stdin=harness.subprocess.PIPE, text=True
    )

    process.stdin.write("domain,ip\n")
    times = set()
    while len(times) < 2:
        n = len(rows_of(out))
        process.stdin.write("a.test,192.0.2.1\n")
        process.stdin.flush()
        until(lambda: len(rows_of(out)) > n, what="the row")
        times.add(rows_of(out)[-1]["evaluated_at"])
    process.stdin.close()
    assert process.wait(harness.HANGS_S) == harness.DONE
    assert {row["spf"] for row in rows_of(out)} == {"pass"}
    assert dns.count("TXT") == 1


def test_a_repeated_row_is_judged_again_when_an_answer_is_out_of_date(server, tmp_path, running):
    turns = iter(["v=spf1 +all", *["v=spf1 -all"] * 99])

    def turning(query):
        reply = query.reply([next(turns)] if query.type == "TXT" else [])
        for rrset in (*reply.answer, *reply.authority):
            rrset.ttl = 1 if query.type == "TXT" else 300
        return reply.to_wire()

    dns = server(raw=turning)
    out = tmp_path / "out.csv"
    process = running(
        "scan", "-", dns.upstream, "-o", out, stdin=harness.subprocess.PIPE, text=True
    )
    process.stdin.write("domain,ip\n")
    said = []
    while len(set(said)) < 2:
        process.stdin.write("a.test,192.0.2.1\n")
        process.stdin.flush()
        until(lambda: len(rows_of(out)) > len(said), what="the row")
        said = [row["spf"] for row in rows_of(out)]
    process.stdin.close()
    assert process.wait(harness.HANGS_S) == harness.DONE
    assert said == ["pass"] * (len(said) - 1) + ["fail"]
    assert dns.count("TXT") >= 2
