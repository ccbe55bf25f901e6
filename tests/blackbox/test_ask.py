"""test_ask.py - `--ask`: the answers beside what dnspython reads from the same server, the words in
their place, names of columns, mistakes, --resume, retry and check. digs.py compares with dig."""

import json

import dns.message
import dns.query
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import pytest

import askworld
import harness
import nameservers
from harness import DONE, USAGE

N = 40
# For a slow machine: what fails is answered with SERVFAIL, at once.
PATIENCE = ["--timeout=20000", "--retries=1"]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    nsd = nameservers.Nsd(tmp_path_factory.mktemp("ask"), askworld.zones(N))
    yield nsd
    nsd.stop()


def recursing(nsd, folder):
    config = folder / "unbound.conf"
    config.write_text(f'forward-zone:\n  name: "."\n  forward-addr: {nsd.address}@{nsd.port}\n')
    return f"--unbound-config={config}"


@pytest.fixture(params=["own engine", "libunbound"])
def asking(request, world, tmp_path):
    return world.upstream if request.param == "own engine" else recursing(world, tmp_path)


def options(asks):
    return [f"--ask={ask}" for ask in asks]


def answer_of(nsd, name, type):
    """What dnspython makes of the answer: the response code, and the records of the type."""
    query = dns.message.make_query(name, type)
    reply = dns.query.udp(query, nsd.address, port=nsd.port, timeout=20, ignore_trailing=False)
    if reply.flags & dns.flags.TC:
        reply = dns.query.tcp(query, nsd.address, port=nsd.port, timeout=20)
    code = dns.rdatatype.from_text(type)
    return reply.rcode(), {rd for rrset in reply.answer if rrset.rdtype == code for rd in rrset}


def reads_as(value, type, answer):
    """True when a column says what the answer does."""
    rcode, records = answer
    if not records:
        return value == ("nxdomain" if rcode == dns.rcode.NXDOMAIN else "none")
    read = [dns.rdata.from_text("IN", type, text, relativize=False) for text in value.split(";")]
    return len(read) == len(records) and set(read) == records


@pytest.mark.parametrize("asks", [askworld.ASKS[:14], askworld.ASKS[14:]], ids=["first", "rest"])
def test_every_type_is_what_the_server_says(world, asking, tmp_path, asks):
    scan = harness.scan(tmp_path, askworld.rows(N), asking, "--checks=a", *options(asks))
    assert scan.status == DONE and len(scan.rows) == N
    end = scan.header.index("problems")
    names, seen = scan.header[end - len(asks) : end], set()
    for row in scan.rows:
        assert row["dns_cause"] == ""
        for ask, column in zip(asks, names):
            name, type = askworld.question(ask, row)
            assert reads_as(row[column], type, answer_of(world, name, type)), (
                f"{type} {name}: {row[column]}"
            )
            seen.add((ask, row[column] in ("none", "nxdomain")))
    with_records = {ask for ask, is_word in seen if not is_word}
    assert with_records == set(asks) - {"A:nosuch.name.{domain}"}


# docs/output.md, "Records": (--ask, records in the zone, what stands in the column)
RECORDS = [
    ("A", ["192.0.2.20", "192.0.2.3"], "192.0.2.3;192.0.2.20"),
    ("AAAA", ["2001:db8::0:1"], "2001:db8::1"),
    ("MX", ["20 a.x.", "10 b.x.", "10 A.x."], "10 a.x.;10 b.x.;20 a.x."),
    ("MX", ["0 ."], "0 ."),
    ("SRV", ["0 5 443 Host.x."], "0 5 443 host.x."),
    (
        "NAPTR",
        ['100 10 "u" "E2U+sip" "!^.*$!sip:i@e!" .'],
        '100 10 "u" "E2U+sip" "!^.*$!sip:i@e!" .',
    ),
    ("RP", ["Mail.x. Txt.x."], "mail.x. txt.x."),
    ("TXT", ['"b;c" "d"', '"a\\"\\\\"', '"\\228"'], '"a\\"\\\\";"b\\059c" "d";"\\228"'),
    ("HINFO", ['"A" "B;"'], '"A" "B\\059"'),
    ("CAA", ['0 issue "ca.x; a=b"', '0 iodef ""'], '0 iodef "";0 issue "ca.x\\059 a=b"'),
    ("URI", ['10 1 "https://example.com/"'], '10 1 "https://example.com/"'),
    ("TLSA", ["3 1 1 " + "ab" * 32], "3 1 1 " + "AB" * 32),
    ("DNSKEY", ["257 3 13 " + "AQID" * 16], "257 3 13 " + "AQID" * 16),
    ("TYPE65280", ["\\# 4 c0000201"], "\\# 4 C0000201"),
    ("TYPE65280", ["\\# 0"], "\\# 0"),
]


def test_records_are_written_as_documented(tmp_path):
    """One zone for each case, in both engines."""
    nsd = nameservers.Nsd(
        tmp_path / "nsd",
        {
            f"c{i}.test": "".join(f"@ {type} {record}\n" for record in records)
            for i, (type, records, _) in enumerate(RECORDS)
        },
    )
    try:
        rows = "domain\n" + "".join(f"c{i}.test\n" for i in range(len(RECORDS)))
        types = list(dict.fromkeys(type for type, _, _ in RECORDS))
        for engine in (nsd.upstream, recursing(nsd, tmp_path)):
            scan = harness.scan(
                tmp_path,
                rows,
                engine,
                "--checks=a",
                "--overwrite",
                *options(f"{type}:{{domain}}" for type in types),
            )
            for row, (type, _, expected) in zip(scan.rows, RECORDS, strict=True):
                assert row[f"ask_{type.lower()}"] == expected
    finally:
        nsd.stop()


LONG = ".".join(["l" * 60] * 4)


def large_by_tcp(query):
    """weather(), where the answer for large. does not fit into a datagram."""
    if query.name.startswith("large.") and query.type == "TXT" and not query.by_tcp:
        return query.cut_off()
    return nameservers.ask_script(weather, query.name, query.type)


def weather(name, type):
    """What the rows below meet. The text of large. is more than a column holds."""
    if name.startswith("broken."):
        return "SERVFAIL"
    if name.startswith("gone."):
        return "NXDOMAIN"
    if name.startswith("large.") and type == "TXT":
        return [" ".join([f'"{chr(97 + i)}' + "\\001" * 254 + '"'] * 8) for i in range(20)]
    return ['"x"'] if type == "TXT" else []


def test_words(server, tmp_path):
    dns_server = server(raw=large_by_tcp, tcp=True)
    domains = ["ok.test", "gone.test", "broken.test", "large.test", LONG, ""]
    rows = "domain,ip\n" + "".join(f"{domain},192.0.2.1\n" for domain in domains)
    scan = harness.scan(
        tmp_path,
        rows,
        dns_server.upstream,
        "--checks=iprev",
        *PATIENCE,
        *options(["TXT:{domain}", "sub=TXT:_long-enough.{domain}", "CAA:{domain}"]),
    )
    assert [(r["ask_txt"], r["sub"], r["ask_caa"]) for r in scan.rows] == [
        ('"x"', '"x"', "none"),
        ("nxdomain", '"x"', "nxdomain"),
        ("temperror", '"x"', "temperror"),
        ("too_large", '"x"', "none"),
        ('"x"', "bad_name", "none"),
        ("", "", ""),
    ]
    assert [r["problems"] for r in scan.rows] == ["no_ptr"] * 2 + ["no_ptr;temperror"] + [
        "no_ptr"
    ] * 3
    assert scan.rows[2]["dns_cause"] == "TXT broken.test: servfail;CAA broken.test: servfail"
    assert not any(name.startswith("_long-enough.llll") for name, _ in dns_server.asked())


def test_a_failure_of_a_type_without_a_name(server, tmp_path):
    scan = harness.scan(
        tmp_path,
        "broken.test,192.0.2.1\n",
        server(weather).upstream,
        "--checks=iprev",
        *PATIENCE,
        "--ask=TYPE65:{domain}",
    )
    assert scan.row["dns_cause"] == "TYPE65 broken.test: servfail"


PLACEHOLDERS = {
    "{domain}.x": "d.test.x",
    "{sender.domain}.x": "s.test.x",
    "{helo}.x": "h.test.x",
    "{ip}.x": "192.0.2.130.x",
    "{ip.rev}.x": "130.2.0.192.x",
    "p-{ip.rev}.x": "p-130.2.0.192.x",
    "{ip.arpa}": "130.2.0.192.in-addr.arpa",
    "{IP.REV}._At.{Domain}.": "130.2.0.192._at.d.test",
}


def test_placeholders(server, tmp_path):
    def script(name, type):
        return [f"{name}."] if type == "NS" else []

    asks = options(f"c{i}=NS:{template}" for i, template in enumerate(PLACEHOLDERS))
    dns_server = server(script)
    scan = harness.scan(
        tmp_path,
        "domain,ip,sender,helo\n"
        "d.test,192.0.2.130,u@s.test,h.test\n"
        "d.test,2001:db8::25,<>,H.test\n"
        "d.test,192.0.2.1,,[192.0.2.1]\n",
        dns_server.upstream,
        "--checks=a",
        *asks,
    )
    first, second, third = scan.rows
    assert [first[f"c{i}"] for i in range(len(asks))] == [f"{n}." for n in PLACEHOLDERS.values()]
    forward = "2.0.0.1.0.d.b.8." + "0." * 22 + "2.5"
    assert second["c1"] == "h.test.x." and second["c2"] == "h.test.x."
    assert second["c3"] == f"{forward}.x." and second["c4"] == f"{forward[::-1]}.x."
    assert second["c6"] == f"{forward[::-1]}.ip6.arpa."
    assert third["c1"] == third["c2"] == "", "an address literal is no name"


@pytest.mark.parametrize(
    "ask, column",
    [
        ("TXT:_dmarc.{domain}", "ask_txt__dmarc"),
        ("TXT:_mta-sts.{domain}", "ask_txt__mta_sts"),
        ("ns:{domain}", "ask_ns"),
        ("A:{ip.rev}.List.example", "ask_a_ip_rev_list_example"),
        ("A:{domain}.list.example", "ask_a_list_example"),
        ("A:a.{domain}.b", "ask_a_a_b"),
        ("TYPE65:{domain}", "ask_type65"),
        ("type16:{domain}", "ask_txt"),
        ("My_1=A:{domain}", "My_1"),
    ],
)
def test_names_of_columns(world, tmp_path, ask, column):
    scan = harness.scan(
        tmp_path, "d0.ask.test,192.0.2.1\n", world.upstream, "--checks=a", f"--ask={ask}"
    )
    header = ["row", "domain", "ip", *harness.OUTPUT_COLUMNS]
    header.insert(header.index("problems"), column)
    assert scan.header == header


def test_an_input_column_of_that_name_is_renamed(world, tmp_path):
    scan = harness.scan(
        tmp_path,
        "domain,Ask_NS\nd0.ask.test,mine\n",
        world.upstream,
        "--checks=a",
        "--ask=NS:{domain}",
    )
    assert scan.row["input_Ask_NS"] == "mine" and scan.row["ask_ns"] != "mine"


@pytest.mark.parametrize(
    "asks, words",
    [
        (["TXT"], ["a ':' is missing", "at character 4"]),
        (["TXT:_dmarc"], ["no placeholder", "at character 11"]),
        (["TXT:_dmarc.{domian}"], ["{domian}", "{sender.domain}", "at character 12"]),
        (["TXT:{domain"], ["a { without its }", "at character 5"]),
        (["ANY:{domain}"], ["'ANY'", "at character 1"]),
        (["x=AXFR:{domain}"], ["'AXFR'", "at character 3"]),
        (["TYPE41:{domain}"], ["'TYPE41'"]),
        (["TYPE65536:{domain}"], ["'TYPE65536'"]),
        (["A:a..{domain}"], ["an empty label", "at character 5"]),
        (["A:.{domain}"], ["an empty label", "at character 3"]),
        (["A:a b.{domain}"], ["letters, digits", "at character 4"]),
        (["A:" + "a" * 64 + ".{domain}"], ["longer than 63", "at character 66"]),
        (["A:" + "a23456789." * 24 + "{ip.arpa}"], ["no name that is short enough"]),
        (["A:" + "a23456789." * 30 + "{domain}"], ["longer than a name"]),
        (["=A:{domain}"], ["1 to 64 characters"]),
        (["a-b=A:{domain}"], ["letters, digits and _", "at character 2"]),
        (["input_x=A:{domain}"], ["input_"]),
        (["SPF=A:{domain}"], ["a column SPF already"]),
        (["row=A:{domain}"], ["a column row already"]),
        (["A:{domain}", "a:{DOMAIN}"], ["two columns", "ask_a"]),
        ([f"c{i}=A:{{domain}}" for i in range(17)], ["16"]),
    ],
)
def test_mistakes_are_told_before_anything_is_asked(server, tmp_path, asks, words):
    dns_server = server(nameservers.silent_names)
    scan = harness.scan(tmp_path, "d.test,192.0.2.1\n", dns_server.upstream, *options(asks))
    assert scan.status == USAGE and scan.data == b"" and not dns_server.questions
    lines = scan.stderr.splitlines()
    assert len(lines) == 1 and scan.says("--ask", *words), scan.stderr


@pytest.mark.parametrize(
    "columns, ask, word",
    [("domain", "A:{ip.rev}.x", "is ip"), ("ip", "NS:{domain}", "is domain, sender or helo")],
)
def test_what_no_row_can_ask_is_refused(world, tmp_path, columns, ask, word):
    scan = harness.scan(
        tmp_path,
        "d0.ask.test\n" if columns == "domain" else "192.0.2.1\n",
        world.upstream,
        f"--columns={columns}",
        f"--ask={ask}",
    )
    assert scan.status == USAGE and scan.says("--ask", "no column " + word)


def test_a_question_that_others_asked_is_not_asked_again(server, tmp_path):
    dns_server = server(lambda name, type: ["v=spf1 -all"] if type == "TXT" else [])
    scan = harness.scan(
        tmp_path,
        "d.test,192.0.2.1\n" * 50,
        dns_server.upstream,
        "--workers=1",
        *options(["TXT:{domain}", "MX:{domain}", "again=TXT:{domain}"]),
    )
    assert all(r["ask_txt"] == r["again"] == '"v=spf1 -all"' for r in scan.rows)
    assert max(dns_server.asked().values()) == 1


# ---- nothing is lost ----

ASKS = ["TXT:_dmarc.{domain}", "list=A:{ip.rev}.list.test"]
HEADER = "domain,ip,note\n"


def rows_of(n):
    return HEADER + "".join(f'd{i}.test,192.0.2.{i % 200},"a, {i}"\n' for i in range(n))


class Weather:
    """The DMARC record of every fifth domain fails until the weather is good."""

    def __init__(self):
        self.good = False

    def __call__(self, name, type):
        if name.startswith("_dmarc.d"):
            fails = not self.good and int(name.split(".")[1][1:]) % 5 == 0
            return "SERVFAIL" if fails else [f'"v=DMARC1; of {name}"']
        return ["127.0.0.2"] if name.endswith("list.test") else []


@pytest.fixture
def bad_weather(server, tmp_path):
    state = Weather()
    dns_server = server(state)
    scan = harness.scan(
        tmp_path,
        rows_of(100),
        dns_server.upstream,
        "--checks=a",
        *PATIENCE,
        "--window=64",
        *options(ASKS),
    )
    failed = [int(r["row"]) for r in scan.rows if r["ask_txt__dmarc"] == "temperror"]
    assert failed == list(range(1, 101, 5))
    assert [int(r["row"]) for r in scan.rows if r["problems"] == "no_address;temperror"] == failed
    state.good = True
    return scan, dns_server, server(state)


def check_good(scan):
    for i, row in enumerate(scan.rows):
        assert row["ask_txt__dmarc"] == f'"v=DMARC1\\059 of _dmarc.d{i}.test"'
        assert row["list"] == "127.0.0.2" and row["note"] == f"a, {i}" and not row["dns_cause"]


def retry(folder, results, *more):
    return harness.scan(
        folder, results, "--checks=a", *more, output="new.csv.gz", command="retry"
    )


def test_retry_knows_the_list_from_the_note(bad_weather, tmp_path):
    before, _, again = bad_weather
    scan = retry(tmp_path, tmp_path / "out.csv.gz", again.upstream)
    assert scan.status == DONE and scan.header == before.header
    check_good(scan)
    assert scan.summary["options"]["ask"] == [
        "ask_txt__dmarc=TXT:_dmarc.{domain}",
        "list=A:{ip.rev}.list.test",
    ]
    assert {name for name, type in again.asked() if type == "TXT"} == {
        f"_dmarc.d{i}.test" for i in range(0, 100, 5)
    }
    twice = harness.scan(
        tmp_path,
        tmp_path / "new.csv.gz",
        again.upstream,
        "--checks=a",
        output="more.csv.gz",
        command="retry",
    )
    assert twice.records == scan.records


def test_retry_of_another_list_is_refused(bad_weather, tmp_path):
    scan = retry(tmp_path, tmp_path / "out.csv.gz", bad_weather[2].upstream, "--ask=NS:{domain}")
    assert scan.status == USAGE and scan.says("--ask", "_dmarc", "ask_ns=NS:{domain}")


def test_retry_of_plain_csv_takes_the_list_from_the_user(bad_weather, tmp_path):
    before, _, again = bad_weather
    plain = tmp_path / "plain.csv"
    plain.write_bytes(b"".join(m.text for m in harness.bgzf_members(before.data)))
    refused = retry(tmp_path, plain, again.upstream)
    assert refused.status == USAGE and refused.says("no columns of results")
    scan = retry(tmp_path, plain, again.upstream, *options(ASKS))
    assert scan.status == DONE and scan.header == before.header
    check_good(scan)


@pytest.mark.parametrize(
    "asks", [[], ASKS[:1], ASKS[::-1], ["TXT:_dmarc.{domain}", "list=A:{ip.rev}.list.invalid"]]
)
def test_resume_refuses_another_list(bad_weather, tmp_path, asks):
    before, dns_server, _ = bad_weather
    scan = harness.scan(
        tmp_path, rows_of(100), dns_server.upstream, "--checks=a", "--resume", *options(asks)
    )
    assert scan.status == USAGE and scan.data == before.data and scan.says("--ask was")


@pytest.mark.parametrize("n_members", [0, 1, 2, 3])
def test_resume(bad_weather, tmp_path, n_members):
    before, _, again = bad_weather
    members = harness.bgzf_members(before.data)
    assert len(members) >= 3
    torn = before.data[: sum(m.size for m in members[:n_members]) + 20]
    (tmp_path / "out.csv.gz").write_bytes(torn)
    scan = harness.scan(
        tmp_path, rows_of(100), again.upstream, "--checks=a", "--resume", *options(ASKS)
    )
    kept = sum(m.n_rows for m in members[:n_members])
    assert scan.status == DONE and scan.header == before.header
    assert scan.records[1 : kept + 1] == before.records[1 : kept + 1]
    assert all(r["ask_txt__dmarc"].startswith('"v=DMARC1') for r in scan.rows[kept:])


def test_a_list_for_an_output_without_one_is_refused(world, tmp_path):
    row = "d0.ask.test,192.0.2.1\n"
    scan = harness.scan(tmp_path, row, world.upstream, "--checks=a")
    assert scan.status == DONE and scan.summary["options"]["ask"] == []
    again = harness.scan(
        tmp_path, row, world.upstream, "--checks=a", "--resume", "--ask=NS:{domain}"
    )
    assert again.status == USAGE and again.says("--ask was ''", "ask_ns=NS:{domain}")


# ---- check ----


def check(*words):
    done = harness.run("check", *words)
    return done.returncode, done.stdout.decode()


def test_check(server):
    asks = options(["TXT:{domain}", "gone=A:gone.{domain}", "NS:{helo}", "X=TXT:broken.{domain}"])
    status, text = check(server(weather).upstream, *PATIENCE, *asks, "d.test")
    lines = text.splitlines()
    assert status == DONE and 'ask_txt: TXT d.test: ok = "x"' in lines
    assert "gone: A gone.d.test: nxdomain" in lines and "ask_ns_helo: not asked" in lines
    assert "X: TXT broken.d.test: servfail" in lines
    assert "dns_cause: TXT broken.d.test: servfail" in lines


def test_check_as_json(server):
    asks = options(["TXT:{domain}", "gone=A:gone.{domain}", "NS:{helo}"])
    told = json.loads(check(server(weather).upstream, "--json", *asks, "d.test")[1])
    assert (told["ask_txt"], told["gone"], told["ask_ns_helo"]) == ('"x"', "nxdomain", "")
