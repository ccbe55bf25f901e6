"""test_hostile_octets.py - whatever octets strangers put into the DNS, or into a file name: a row
stays one row, and no terminal is driven."""

import csv
import io
import re
import subprocess
import unicodedata

import dns.message
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.rrset
import pytest

import harness

ROW = "domain,ip\nexample.test,192.0.2.1\n"
ALL = bytes(range(256))
NASTY = {
    "every octet": ALL,
    "newlines": b"a\nb\r\nc\rd",
    "quotes and commas": b'","",""" ,;\'',
    "nul": b"\0before\0after\0",
    "escape sequences": b"\x1b]0;owned\x07\x1b[2J\x1b[31mred\x9b31m\x7f\x08",
    "no utf-8": b"\xff\xfe\xc0\x80\xed\xa0\x80\xf4\x90\x80\x80",
    "utf-8": "ü\u202e\u2028\ufeff\U0001f600".encode(),
    "formulas": b"=cmd|' /C calc'!A0",
    "backslashes": b'\\\\059\\;\\"',
}
EACH = pytest.mark.parametrize("octets", NASTY.values(), ids=NASTY.keys())


def escaped(octets):
    """As docs/output.md says for texts."""
    return "".join(
        "\\\\" if o == 0x5C else chr(o) if 0x20 <= o <= 0x7E else f"\\{o:03}" for o in octets
    )


def escaped_label(octets):
    """And for names, in lower case."""
    special = b' "();'
    return "".join(
        "\\\\"
        if o == 0x5C
        else "\\."
        if o == 0x2E
        else chr(o)
        if 0x21 <= o <= 0x7E and o not in special
        else f"\\{o:03}"
        for o in octets.lower()
    )


def txt(octets):
    return (
        b"".join(
            bytes([len(octets[at : at + 255])]) + octets[at : at + 255]
            for at in range(0, len(octets), 255)
        )
        or b"\0"
    )


def name(*labels):
    return dns.name.Name([*labels, b"test", b""])


def serving(records):
    """A server script over {(name, type): [rdata in wire form]}; everything else has no data."""

    def raw(query):
        rdatas = records.get((query.question.name, query.type), [])
        reply = query.reply([])
        if rdatas:
            kind = query.question.rdtype
            rrset = dns.rrset.RRset(query.question.name, dns.rdataclass.IN, kind)
            for wire in rdatas:
                rrset.add(dns.rdata.from_wire(dns.rdataclass.IN, kind, wire, 0, len(wire)), 300)
            reply.answer, reply.authority = [rrset], []
        return reply.to_wire(max_size=65535)

    return raw


def assert_tame(octets):
    """Nothing but lines of printable ASCII."""
    assert re.fullmatch(rb"[\n\x20-\x7e]*", octets), re.findall(rb"[^\n\x20-\x7e]+", octets)[:5]


def assert_tame_message(octets):
    """Messages also show letters of other alphabets, as file names have them: valid UTF-8 without
    controls."""
    assert not any(
        unicodedata.category(c) == "Cc" for c in octets.decode("utf-8").replace("\n", "")
    ), octets


def run(*args, **more):
    """A command line whose argument may hold any octets, and whose messages are looked at as they
    are."""
    done = subprocess.run(
        [harness.SPFSWEEP, *args], capture_output=True, timeout=harness.HANGS_S, **more
    )
    harness.assert_healthy(done.returncode, done.stderr.decode("utf-8", "replace"))
    assert_tame_message(done.stderr)
    return done


def one_row(tmp_path, server, records, *options):
    """The row of a scan, which must be one line of tame octets for whoever reads it: ourselves,
    Python's csv, and wc."""
    scan = harness.scan(
        tmp_path, ROW, server(raw=serving(records), tcp=True).upstream, *options, output="out.csv"
    )
    assert_tame(scan.data)
    assert_tame(scan.stderr.encode())
    assert (
        scan.data.count(b"\n") == 2
        and len(list(csv.reader(io.StringIO(scan.data.decode()), strict=True))) == 2
    )
    return scan.row


@EACH
def test_records(server, tmp_path, octets):
    record = b"v=spf1 " + octets + b" -all"
    row = one_row(tmp_path, server, {(name(b"example"), "TXT"): [txt(record)]}, "--checks=spf")
    assert row["spf"] == "permerror" and row["spf_record"] == escaped(record)


@EACH
def test_terms(server, tmp_path, octets):
    """What an unknown modifier may hold is a macro-string, visible ASCII but for "%"; of a term
    that matched all stands in spf_matched."""
    visible = bytes(o for o in octets if 0x21 <= o <= 0x7E and o not in b"%/") + b".example.test"
    record = b"v=spf1 exists:" + visible + b" -all"
    target = (
        dns.name.Name([*visible.split(b".")[:-2], b"example", b"test", b""])
        if all(0 < len(label) < 64 for label in visible.split(b"."))
        else None
    )
    records = {(name(b"example"), "TXT"): [txt(record)]}
    if target:
        records[target, "A"] = [bytes([127, 0, 0, 2])]
    row = one_row(tmp_path, server, records, "--checks=spf")
    assert row["spf_record"] == escaped(record)
    assert row["spf_matched"] == (escaped(b"exists:" + visible) if target else "-all")


@EACH
def test_explanations(server, tmp_path, octets):
    """Printable ASCII goes out as it is, quoted for CSV; anything else is no explanation."""
    text = bytes(o for o in octets if o != ord("%"))
    row = one_row(
        tmp_path,
        server,
        {
            (name(b"example"), "TXT"): [txt(b"v=spf1 -all exp=why.test")],
            (name(b"why"), "TXT"): [txt(text)],
        },
        "--checks=spf",
    )
    printable = all(0x20 <= o <= 0x7E for o in text)
    assert row["spf"] == "fail" and row["spf_explanation"] == (text.decode() if printable else "")


@EACH
def test_names(server, tmp_path, octets):
    """Reverse names and mail hosts with such labels: each is one item of its list, and leads
    back."""
    labels = [octets[at : at + 63] for at in range(0, min(len(octets), 189), 63)]
    host = name(*labels)
    reverse = dns.name.from_text("1.2.0.192.in-addr.arpa")
    records = {
        (reverse, "PTR"): [host.to_wire()],
        (name(b"example"), "MX"): [
            b"\0\x0a" + host.to_wire(),
            b"\0\x14" + name(b"second").to_wire(),
        ],
        (dns.name.Name([label.lower() for label in host.labels]), "A"): [bytes([192, 0, 2, 1])],
    }
    row = one_row(tmp_path, server, records, "--checks=iprev,mx")
    shown = ".".join(map(escaped_label, labels)) + ".test"
    assert (row["iprev"], row["ptr"], row["iprev_name"]) == ("pass", shown, shown)
    assert row["mx"].split(";") == ["10 " + shown, "20 second.test"] and row["mx_match"] == "yes"


def test_names_in_causes(server, tmp_path):
    """A look-up that fails names the question."""
    octets = b'\x1b[2J;,"\n\xff'
    record = txt(b"v=spf1 mx -all")
    host = name(octets)

    def raw(query):
        return (
            "SERVFAIL"
            if query.question.name == host
            else serving(
                {
                    (name(b"example"), "TXT"): [record],
                    (name(b"example"), "MX"): [b"\0\x0a" + host.to_wire()],
                }
            )(query)
        )

    scan = harness.scan(tmp_path, ROW, server(raw=raw).upstream, "--checks=spf", output="out.csv")
    assert_tame(scan.data)
    assert scan.row["dns_cause"] == f"A {escaped_label(octets)}.test: servfail"


@EACH
def test_one_pair_explained(server, octets):
    """`check` prints everything that a scan hides, on a terminal."""
    labels = [octets[at : at + 63] for at in range(0, min(len(octets), 189), 63)]
    host = name(*labels)
    records = {
        (name(b"example"), "TXT"): [
            txt(octets),
            txt(b"v=spf1 mx include:inc.test -all exp=why.test"),
        ],
        (name(b"inc"), "TXT"): [txt(b"v=spf1 " + octets)],
        (name(b"why"), "TXT"): [txt(octets)],
        (name(b"example"), "MX"): [b"\0\x0a" + host.to_wire()],
        (dns.name.from_text("1.2.0.192.in-addr.arpa"), "PTR"): [host.to_wire()],
    }
    done = harness.run(
        "check", server(raw=serving(records), tcp=True).upstream, "192.0.2.1", "example.test"
    )
    assert done.returncode == harness.DONE
    assert_tame(done.stdout)
    assert_tame(done.stderr.encode())
    assert ".".join(map(escaped_label, labels)).encode() in done.stdout


CONTROLS = "a\x1b[31m\x07b\x7f\tc\udc9bd\u009b2Jü"


@pytest.mark.parametrize(
    "who",
    [
        f"{CONTROLS}.test",
        f"x{CONTROLS}@example.test",
        f"@{CONTROLS}",
        f"<{CONTROLS}>",
        f"{CONTROLS}..test",
    ],
    ids=["domain", "local part", "bare", "brackets", "bad domain"],
)
@pytest.mark.parametrize("ip", ["192.0.2.1", f"192.0.2.{CONTROLS}"], ids=["good ip", "bad ip"])
def test_what_is_given_to_check(server, who, ip):
    dns_server = server(
        lambda name, type: ["v=spf1 exists:%{l}.%{o}.x.test -all"] if type == "TXT" else []
    )
    done = run("check", dns_server.upstream, "--helo", f"helo{CONTROLS}.test", ip, who)
    assert_tame(done.stdout)


NAMES = f"no such {CONTROLS}\n file.csv"


@pytest.mark.parametrize(
    "args",
    [
        ["scan", NAMES],
        ["scan", "-o", f"/no/{NAMES}/out.csv", "-"],
        ["scan", "--upstream", NAMES, "-"],
        ["scan", "--upstreams", NAMES, "-"],
        ["scan", "--unbound-config", NAMES, "-"],
        ["scan", "--checks", NAMES, "-"],
        ["scan", "--columns", NAMES, "-"],
        ["scan", "--qps", NAMES, "-"],
        ["scan", f"--{CONTROLS}"],
        [CONTROLS],
        ["check", "--dnssec", "--trust-anchor", NAMES, "192.0.2.1", "example.test"],
    ],
    ids=[
        "input",
        "output",
        "upstream",
        "upstreams",
        "unbound",
        "checks",
        "columns",
        "number",
        "option",
        "command",
        "anchor",
    ],
)
def test_names_of_the_command_line(args):
    done = run(*args, input=b"domain,ip\n")
    assert done.returncode in (harness.USAGE, harness.STOPPED) and done.stderr


def test_the_text_of_files(server, tmp_path):
    """What stands in an upstreams file, in an unbound.conf, in the header row."""
    upstreams, conf, inputs = tmp_path / "upstreams", tmp_path / "unbound.conf", tmp_path / "in.csv"
    upstreams.write_text(f"192.0.2.{CONTROLS}\n", "utf-8", "surrogateescape")
    conf.write_text(
        f'server:\n  {CONTROLS}: yes\n  module-config: "{CONTROLS}"\n', "utf-8", "surrogateescape"
    )
    inputs.write_bytes(b"\x1b[2J,\x07\nx\n")
    for args in (["--upstreams", upstreams], ["--unbound-config", conf], []):
        done = run("scan", *args, inputs)
        assert done.stderr
