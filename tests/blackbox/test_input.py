"""test_input.py - the inputs people have: gzip of every kind, line ends, headers, columns,
spellings of names and addresses, and files that break."""

import gzip
import itertools
import os
import subprocess
import zlib

import pytest

import bulk
import harness
from harness import BAD_ROWS, DONE, STOPPED, USAGE

HEADER = "domain,ip\n"
PASSING, FAILING = "d1.bulk.test,192.0.2.1\n", "d2.bulk.test,192.0.2.9\n"
# The few zones that need no server: nobody answers, everything else is empty.
NO_DNS = [
    "--upstream=127.0.0.1:9",
    "--checks=spf",
    "--timeout=100",
    "--retries=0",
    "--deadline=500",
]


def verdicts(scan):
    return [row["spf"] for row in scan.rows]


def assert_pass_and_fail(scan):
    assert (scan.status, verdicts(scan)) == (DONE, ["pass", "fail"]), scan.stderr


# ---- streams ----


def test_gzip_of_several_members(bulk_nsd, tmp_path):
    """Members end anywhere, in the middle of a row too."""
    text = (HEADER + PASSING + FAILING).encode()
    path = tmp_path / "in.csv.gz"
    path.write_bytes(
        b"".join(gzip.compress(part) for part in (text[:5], text[5:17], b"", text[17:]))
    )
    assert_pass_and_fail(harness.scan(tmp_path, path, bulk_nsd.upstream))


def test_gzip_is_found_by_content(bulk_nsd, tmp_path):
    path = tmp_path / "in.csv"
    path.write_bytes(gzip.compress((HEADER + PASSING + FAILING).encode()))
    assert_pass_and_fail(harness.scan(tmp_path, path, bulk_nsd.upstream))


def test_plain_text_may_be_called_gz(bulk_nsd, tmp_path):
    path = tmp_path / "in.csv.gz"
    path.write_text(HEADER + PASSING + FAILING)
    assert_pass_and_fail(harness.scan(tmp_path, path, bulk_nsd.upstream))


@pytest.mark.parametrize("pack", [lambda text: text, gzip.compress], ids=["plain", "gzip"])
def test_standard_input(bulk_nsd, tmp_path, pack):
    assert_pass_and_fail(
        harness.scan(
            tmp_path, "-", bulk_nsd.upstream, stdin=pack((HEADER + PASSING + FAILING).encode())
        )
    )


@pytest.mark.parametrize("pack", [lambda text: text, gzip.compress], ids=["plain", "gzip"])
def test_standard_input_in_crumbs(bulk_nsd, tmp_path, running, pack):
    """However the pipe cuts it: in quotes, between CR and LF, in a gzip header."""
    text = (
        "domain,ip,note\r\n"
        + "".join(f'd{n}.bulk.test,192.0.2.{n},"a\r\n""b"" {"x" * n}"\r\n' for n in range(100))
    ).encode()
    whole = harness.scan(tmp_path, text, bulk_nsd.upstream)
    process = running(
        "scan",
        "-",
        "-o",
        tmp_path / "crumbs.csv.gz",
        bulk_nsd.upstream,
        "--window=64",
        stdin=subprocess.PIPE,
        bufsize=0,
    )
    data, sizes = pack(text), itertools.cycle([1, 2, 3, 1, 7, 50, 4, 211])
    while data:
        size = next(sizes)
        process.stdin.write(data[:size])
        data = data[size:]
    process.stdin.close()
    assert process.wait(harness.HANGS_S) == DONE
    assert (
        harness.Scan(DONE, "", (tmp_path / "crumbs.csv.gz").read_bytes(), None).timeless()
        == whole.timeless()
    )


def test_standard_output_is_plain_csv(bulk_nsd, tmp_path):
    done = harness.run("scan", bulk_nsd.upstream, "-", stdin=HEADER + PASSING)
    header, row = harness.parse_output(done.stdout)
    assert header == ["row", "domain", "ip"] + harness.OUTPUT_COLUMNS
    assert row[:4] == ["1", "d1.bulk.test", "192.0.2.1", "ok"]


def test_our_own_output_is_an_input(bulk_nsd, tmp_path):
    """Block gzip with its empty last member; columns that are named like ours get another name."""
    first = harness.scan(
        tmp_path, HEADER + PASSING + FAILING, bulk_nsd.upstream, output="first.csv.gz"
    )
    second = harness.scan(tmp_path, tmp_path / "first.csv.gz", bulk_nsd.upstream)
    assert second.status == DONE
    names, *rows = [record[1 : 1 + len(first.header)] for record in second.records]
    assert rows == first.records[1:]
    ours = ["row"] + harness.OUTPUT_COLUMNS
    assert names == [f"input_{name}" if name in ours else name for name in first.header]


def test_named_pipe(bulk_nsd, tmp_path, running):
    os.mkfifo(tmp_path / "pipe")
    process = running("scan", bulk_nsd.upstream, "-o", tmp_path / "out.csv", tmp_path / "pipe")
    (tmp_path / "pipe").write_text(HEADER + PASSING + FAILING)
    assert process.wait(harness.HANGS_S) == DONE
    assert len(harness.parse_output((tmp_path / "out.csv").read_bytes())) == 3


# ---- lines and headers ----


@pytest.mark.parametrize(
    "text",
    [
        "domain,ip\r\n" + PASSING.replace("\n", "\r\n") + FAILING.replace("\n", "\r\n"),
        "domain,ip\r\n" + PASSING + FAILING.replace("\n", "\r\n"),
        HEADER + PASSING + FAILING.rstrip("\n"),
        "domain,ip\r\n" + PASSING + FAILING.replace("\n", "\r"),
        "\ufeff" + HEADER + PASSING + FAILING,
        '"domain","ip"\n"d1.bulk.test","192.0.2.1"\n"d2.bulk.test",192.0.2.9\n',
    ],
    ids=[
        "CRLF",
        "mixed line ends",
        "no last line end",
        "CR at the end",
        "byte order mark",
        "quoted",
    ],
)
def test_line_ends_and_quotes(bulk_nsd, tmp_path, text):
    scan = harness.scan(tmp_path, text, bulk_nsd.upstream)
    assert_pass_and_fail(scan)
    assert scan.header == ["row", "domain", "ip"] + harness.OUTPUT_COLUMNS
    assert [row["ip"] for row in scan.rows] == ["192.0.2.1", "192.0.2.9"]
    assert b"\r" not in gzip.decompress(scan.data)


@pytest.mark.parametrize(
    "header", ["DOMAIN,IP", "Domain,Ip", " domain , ip ", "domain,\tip", '" domain",IP']
)
def test_header_names_in_any_case_and_between_blanks(bulk_nsd, tmp_path, header):
    assert_pass_and_fail(
        harness.scan(tmp_path, header + "\n" + PASSING + FAILING, bulk_nsd.upstream)
    )


@pytest.mark.parametrize(
    "name", ["sender", "mailfrom", "mail_from", "MailFrom", "MAIL_FROM", "Sender"]
)
def test_the_sender_column_and_its_aliases(bulk_nsd, tmp_path, name):
    scan = harness.scan(
        tmp_path,
        f"ip,{name}\n192.0.2.1,user@d1.bulk.test\n192.0.2.9,a+b@d1.bulk.test\n",
        bulk_nsd.upstream,
    )
    assert_pass_and_fail(scan)
    assert scan.header[:3] == ["row", "ip", name]


def test_columns_in_any_order_with_others_between(bulk_nsd, tmp_path):
    scan = harness.scan(
        tmp_path,
        "count,ip,,domain,\n7,192.0.2.1,,d1.bulk.test,z\n8,192.0.2.9,y,d1.bulk.test,\n",
        bulk_nsd.upstream,
    )
    assert_pass_and_fail(scan)
    assert [record[1:6] for record in scan.records] == [
        ["count", "ip", "", "domain", ""],
        ["7", "192.0.2.1", "", "d1.bulk.test", "z"],
        ["8", "192.0.2.9", "y", "d1.bulk.test", ""],
    ]


def test_without_a_header_the_first_two_columns_are_domain_and_ip(bulk_nsd, tmp_path):
    scan = harness.scan(
        tmp_path, "d1.bulk.test,192.0.2.1,x\nd2.bulk.test,192.0.2.9,y\n", bulk_nsd.upstream
    )
    assert_pass_and_fail(scan)
    assert scan.header[:3] == ["row", "domain", "ip"] and scan.header[4:] == harness.OUTPUT_COLUMNS
    assert [record[3] for record in scan.records[1:]] == ["x", "y"]


def test_columns_option_names_a_headerless_file(bulk_nsd, tmp_path):
    scan = harness.scan(
        tmp_path,
        "7,192.0.2.1,d1.bulk.test\n8,192.0.2.9,d1.bulk.test\n",
        bulk_nsd.upstream,
        "--columns=count,ip,domain",
    )
    assert_pass_and_fail(scan)
    assert scan.header == ["row", "count", "ip", "domain"] + harness.OUTPUT_COLUMNS


def test_columns_option_must_name_something_to_check(tmp_path):
    scan = harness.scan(tmp_path, PASSING, "--columns=count,note")
    assert scan.status == USAGE and scan.says("--columns", "count,note")


def test_one_column_of_domains(bulk_nsd, tmp_path):
    scan = harness.scan(tmp_path, "domain\nd1.bulk.test\n", bulk_nsd.upstream)
    assert (scan.status, scan.row["a"], scan.row["spf"]) == (DONE, "192.0.2.1", "")


EXTRAS = [
    "plain",
    "with, comma",
    'with "quotes"',
    "two\nlines",
    "CR\rinside",
    " blanks around ",
    "",
    "caf\u00e9 \u2603",
    "\udcff\udcfe no UTF-8",
    "=1+1",
    '"',
    "tab\there",
    "\0",
]


def test_other_columns_pass_through(bulk_nsd, tmp_path):
    """As values. (Text that needed no quotes as an octet-for-octet copy: see the next.)"""
    rows = [[extra, "d1.bulk.test", "192.0.2.1", extra] for extra in EXTRAS]
    scan = harness.scan(
        tmp_path,
        harness.csv_text(["before, this", "domain", "ip", 'after "this"'], *rows),
        bulk_nsd.upstream,
    )
    assert scan.status == DONE
    assert [record[1:5] for record in scan.records] == [
        ["before, this", "domain", "ip", 'after "this"']
    ] + rows


def test_rows_stand_as_they_stood(bulk_nsd, tmp_path):
    line = b"D1.Bulk.TEST., 192.0.2.1 ,\xff \x01 'x' ;"
    scan = harness.scan(
        tmp_path, b"domain,ip,x\n" + line + b"\n", bulk_nsd.upstream, output="out.csv"
    )
    assert scan.data.splitlines()[1].startswith(b"1," + line + b",ok,,d1.bulk.test,domain,pass,a,")


# ---- names, addresses, identities ----


@pytest.mark.parametrize(
    "domain", ["D1.BULK.Test", "d1.bulk.test.", " d1.bulk.test ", "\td1.bulk.test"]
)
def test_spellings_of_a_domain(bulk_nsd, tmp_path, domain):
    row = harness.scan(tmp_path, HEADER + domain + ",192.0.2.1\n", bulk_nsd.upstream).row
    assert (row["status"], row["spf"], row["a"], row["domain"]) == (
        "ok",
        "pass",
        "192.0.2.1",
        domain,
    )


@pytest.mark.parametrize(
    "ip",
    [
        "192.0.2.1",
        "[192.0.2.1]",
        "::ffff:192.0.2.1",
        "::FFFF:C000:201",
        "[::ffff:192.0.2.1]",
        "[IPv6:::ffff:192.0.2.1]",
        " 192.0.2.1 ",
    ],
)
def test_spellings_of_an_ipv4_address(bulk_nsd, tmp_path, ip):
    row = harness.scan(tmp_path, HEADER + "d1.bulk.test," + ip + "\n", bulk_nsd.upstream).row
    assert (row["status"], row["spf"], row["a_match"], row["ptr"], row["ip"]) == (
        "ok",
        "pass",
        "yes",
        "mail.bulk.test",
        ip,
    )


@pytest.mark.parametrize(
    "ip",
    [
        "2001:db8::1",
        "[2001:DB8:0::0:1]",
        "[IPv6:2001:db8::1]",
        "2001:0db8:0000:0000:0000:0000:0000:0001",
        "2001:db8::0.0.0.1",
    ],
)
def test_spellings_of_an_ipv6_address(server, tmp_path, ip):
    dns = server(lambda name, type: ["v=spf1 ip6:2001:db8::1 -all"] if type == "TXT" else [])
    row = harness.scan(tmp_path, HEADER + "example.test," + ip + "\n", dns.upstream).row
    assert (row["status"], row["spf"]) == ("ok", "pass")
    assert (
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
        "PTR",
    ) in dns.asked()


@pytest.mark.parametrize(
    "domain, asked",
    [
        ("b\u00fccher.test", "xn--bcher-kva.test"),
        ("B\u00dcCHER.test", "xn--bcher-kva.test"),
        ("\u4f8b\u3048.\u30c6\u30b9\u30c8", "xn--r8jz45g.xn--zckzah"),
        ("bu\u0308cher.test", "xn--bcher-kva.test"),
        ("_dmarc.b\u00fccher.test", "_dmarc.xn--bcher-kva.test"),
        ("xn--bcher-kva.test", "xn--bcher-kva.test"),
        ("fa\u00df.test", "xn--fa-hia.test"),
        ("_spf.example.test", "_spf.example.test"),
        ("*.example.test", "*.example.test"),
    ],
)
def test_names_are_asked_in_their_dns_form(server, tmp_path, domain, asked):
    dns = server(lambda name, type: ["v=spf1 +all"] if type == "TXT" else [])
    row = harness.scan(tmp_path, HEADER + domain + ",192.0.2.1\n", dns.upstream).row
    assert (row["status"], row["spf"], row["domain"]) == ("ok", "pass", domain)
    assert {name for (name, type) in dns.asked() if type in ("TXT", "MX")} == {asked}


def test_a_row_with_only_a_domain(bulk_nsd, tmp_path):
    row = harness.scan(tmp_path, HEADER + "d1.bulk.test,\n", bulk_nsd.upstream).row
    assert (row["status"], row["a"], row["mx"], row["mx_state"]) == (
        "ok",
        "192.0.2.1",
        "10 mail.bulk.test",
        "ok",
    )
    assert all(
        row[c] == ""
        for c in ("spf", "iprev", "ptr", "a_match", "mx_match", "problems")
    )
    assert row["spf_record"] == "v=spf1 a mx include:_spf.bulk.test -all"


def test_a_row_with_only_an_address(bulk_nsd, tmp_path):
    row = harness.scan(tmp_path, HEADER + ",192.0.2.2\n", bulk_nsd.upstream).row
    assert (row["status"], row["iprev"], row["iprev_name"]) == ("ok", "pass", "mail.bulk.test")
    assert all(
        row[c] == ""
        for c in ("spf", "spf_lookups", "a", "a_match", "mx", "mx_state", "mx_match", "problems")
    )


def explaining(name, type):
    """Domains that fail with who they were asked for."""
    if type != "TXT":
        return []
    return (
        ["v=spf1 exp=why." + name + " -all"]
        if not name.startswith("why.")
        else ["s=%{s} o=%{o} d=%{d} l=%{l} h=%{h}"]
    )


@pytest.mark.parametrize(
    "header, row, explanation",
    [
        (
            "domain,ip",
            "example.test,192.0.2.1",
            "s=postmaster@example.test o=example.test d=example.test l=postmaster h=unknown",
        ),
        (
            "domain,ip,sender",
            "example.test,192.0.2.1,user@example.test",
            "s=user@example.test o=example.test d=example.test l=user h=unknown",
        ),
        (
            "domain,ip,sender",
            "list.test,192.0.2.1,user@example.test",
            "s=user@example.test o=example.test d=list.test l=user h=unknown",
        ),
        (
            "ip,sender,helo",
            "192.0.2.1,,mx.test",
            "s=postmaster@mx.test o=mx.test d=mx.test l=postmaster h=mx.test",
        ),
        (
            "ip,sender,helo",
            "192.0.2.1,user@example.test,mx.test",
            "s=user@example.test o=example.test d=example.test l=user h=mx.test",
        ),
        (
            "ip,sender",
            "192.0.2.1,@example.test",
            "s=postmaster@example.test o=example.test d=example.test l=postmaster h=unknown",
        ),
        (
            "ip,sender",
            "192.0.2.1,example.test",
            "s=postmaster@example.test o=example.test d=example.test l=postmaster h=unknown",
        ),
    ],
    ids=[
        "domain",
        "domain and its sender",
        "domain and another's sender",
        "empty sender",
        "sender",
        "no local part",
        "sender without @",
    ],
)
def test_who_is_checked(server, tmp_path, header, row, explanation):
    assert (
        harness.scan(tmp_path, header + "\n" + row + "\n", server(explaining).upstream).row[
            "spf_explanation"
        ]
        == explanation
    )


# ---- several inputs ----


def test_several_inputs_are_one(bulk_nsd, tmp_path):
    files = [
        harness.write_input(tmp_path / "a.csv", HEADER + PASSING),
        harness.write_input(tmp_path / "b.csv.gz", HEADER + FAILING),
        harness.write_input(tmp_path / "c.csv", HEADER),
    ]
    scan = harness.scan(tmp_path, files, bulk_nsd.upstream)
    assert_pass_and_fail(scan)
    assert [row["row"] for row in scan.rows] == ["1", "2"]


def test_several_inputs_without_headers(bulk_nsd, tmp_path):
    files = [
        harness.write_input(tmp_path / "a.csv", PASSING),
        harness.write_input(tmp_path / "b.csv", FAILING),
    ]
    assert_pass_and_fail(harness.scan(tmp_path, files, bulk_nsd.upstream))


@pytest.mark.parametrize(
    "second",
    ["ip,domain\n192.0.2.1,d1.bulk.test\n", "domain,ip,more\n", PASSING],
    ids=["another order", "one more", "none"],
)
def test_inputs_with_different_headers_are_refused(bulk_nsd, tmp_path, second):
    files = [
        harness.write_input(tmp_path / "a.csv", HEADER + PASSING),
        harness.write_input(tmp_path / "b.csv", second),
    ]
    scan = harness.scan(tmp_path, files, bulk_nsd.upstream)
    assert scan.status == USAGE and scan.says("b.csv", "header") and scan.data == b""


# ---- inputs with nothing in them, or nothing good ----


@pytest.mark.parametrize(
    "data, header",
    [
        (b"", ["domain", "ip"]),
        (b"ip,x,domain\n", ["ip", "x", "domain"]),
        (gzip.compress(b""), ["domain", "ip"]),
        (b"\xef\xbb\xbf", ["domain", "ip"]),
    ],
    ids=["nothing", "header", "empty gzip", "byte order mark"],
)
def test_an_empty_input_gives_a_header(tmp_path, data, header):
    (tmp_path / "in.csv").write_bytes(data)
    scan = harness.scan(tmp_path, tmp_path / "in.csv", *NO_DNS)
    assert (scan.status, scan.records) == (DONE, [["row", *header, *harness.OUTPUT_COLUMNS]]), (
        scan.stderr
    )
    assert scan.data.endswith(harness.BGZF_EOF) and scan.summary["rows"] == 0


def many_rows(n):
    return HEADER + "".join(f"d{i}.bulk.test,192.0.2.{i % 251}\n" for i in range(n))


def inflate_as_far_as_possible(data):
    return zlib.decompressobj(wbits=31).decompress(data)


def assert_broken_off(scan, n_rows, *words):
    """It stopped with a word about why; n_rows rows are there, right and in order, and the output
    does not look whole."""
    assert scan.status == STOPPED and scan.says(*words), scan.stderr
    assert [row["row"] for row in scan.rows] == [str(n + 1) for n in range(n_rows)]
    assert all(
        row["spf"] == bulk.facts(i % 251)["spf"] and row["domain"] == f"d{i}.bulk.test"
        for i, row in enumerate(scan.rows)
    )
    assert not scan.data.endswith(harness.BGZF_EOF)
    assert all(m.text for m in harness.bgzf_members(scan.data))
    assert (
        scan.summary["complete"] is False
        and scan.summary["exit_status"] == STOPPED
        and scan.summary["rows"] == n_rows
    )


@pytest.mark.parametrize("cut", [0.999, 0.5, 0.1])
def test_a_truncated_gzip_file(bulk_nsd, tmp_path, cut):
    """Every row that stands whole before the cut is in the output."""
    whole = gzip.compress(many_rows(5000).encode())
    part = whole[: int(len(whole) * cut)]
    (tmp_path / "cut.csv.gz").write_bytes(part)
    n_rows = inflate_as_far_as_possible(part).count(b"\n") - 1
    assert_broken_off(
        harness.scan(tmp_path, tmp_path / "cut.csv.gz", bulk_nsd.upstream),
        n_rows,
        "cut.csv.gz",
        f"row {n_rows}",
    )


def test_a_gzip_file_without_its_trailer(bulk_nsd, tmp_path):
    (tmp_path / "cut.csv.gz").write_bytes(gzip.compress(many_rows(5000).encode())[:-3])
    assert_broken_off(
        harness.scan(tmp_path, tmp_path / "cut.csv.gz", bulk_nsd.upstream),
        5000,
        "cut.csv.gz",
        "row 5000",
    )


def test_a_gzip_file_cut_in_a_later_member_s_header(bulk_nsd, tmp_path):
    (tmp_path / "cut.csv.gz").write_bytes(
        gzip.compress(many_rows(100).encode()) + gzip.compress(b"x")[:7]
    )
    assert_broken_off(
        harness.scan(tmp_path, tmp_path / "cut.csv.gz", bulk_nsd.upstream),
        100,
        "cut.csv.gz",
        "row 100",
    )


def test_a_corrupt_gzip_file(bulk_nsd, tmp_path):
    """The first member is good, the second has a wrong checksum."""
    text = many_rows(2000).encode()
    at = text.index(b"d1000.")
    second = bytearray(gzip.compress(text[at:]))
    second[-8] ^= 0x55
    (tmp_path / "bad.csv.gz").write_bytes(gzip.compress(text[:at]) + bytes(second))
    scan = harness.scan(tmp_path, tmp_path / "bad.csv.gz", bulk_nsd.upstream)
    assert 1000 <= len(scan.rows) <= 2000
    assert_broken_off(scan, len(scan.rows), "bad.csv.gz", "corrupt", f"row {len(scan.rows)}")


def test_a_break_in_the_second_file_is_told_of_that_file(bulk_nsd, tmp_path):
    whole = gzip.compress(many_rows(5000).encode())
    harness.write_input(tmp_path / "good.csv", many_rows(10))
    (tmp_path / "cut.csv.gz").write_bytes(whole[: len(whole) // 2])
    scan = harness.scan(
        tmp_path, [tmp_path / "good.csv", tmp_path / "cut.csv.gz"], bulk_nsd.upstream
    )
    assert scan.status == STOPPED and scan.says("cut.csv.gz") and len(scan.rows) > 10


def test_zeros_behind_the_gzip_data_are_padding(bulk_nsd, tmp_path):
    (tmp_path / "in.csv.gz").write_bytes(
        gzip.compress((HEADER + PASSING + FAILING).encode()) + bytes(512)
    )
    scan = harness.scan(tmp_path, tmp_path / "in.csv.gz", bulk_nsd.upstream)
    assert_pass_and_fail(scan)
    assert not scan.says("in.csv.gz")


@pytest.mark.parametrize(
    "behind",
    [b"no gzip", bytes(9) + b"x", b"\x1e" + gzip.compress(PASSING.encode())[1:]],
    ids=["text", "zeros and text", "a damaged member"],
)
def test_other_octets_behind_the_gzip_data_are_damage(bulk_nsd, tmp_path, behind):
    """Members may stand behind them, which gunzip does not see."""
    text = (HEADER + PASSING + FAILING).encode()
    (tmp_path / "in.csv.gz").write_bytes(gzip.compress(text) + behind)
    scan = harness.scan(tmp_path, tmp_path / "in.csv.gz", bulk_nsd.upstream)
    assert scan.status == STOPPED and scan.says("in.csv.gz", "corrupt", "row 2")
    assert len(scan.rows) == 2 and not scan.summary["complete"]


# ---- what cannot be opened ----


def test_a_missing_input(tmp_path):
    scan = harness.scan(tmp_path, tmp_path / "nowhere.csv", *NO_DNS)
    assert scan.status == USAGE and scan.says("nowhere.csv", "No such file") and scan.data == b""


def test_a_missing_second_input_is_told_before_anything_is_done(tmp_path):
    scan = harness.scan(
        tmp_path,
        [harness.write_input(tmp_path / "in.csv", HEADER), tmp_path / "nowhere.csv"],
        *NO_DNS,
    )
    assert scan.status == USAGE and scan.says("nowhere.csv", "No such file") and scan.data == b""


def test_a_directory_as_input(tmp_path):
    (tmp_path / "folder").mkdir()
    scan = harness.scan(tmp_path, tmp_path / "folder", *NO_DNS)
    assert scan.status == USAGE and scan.says("folder", "directory")


def test_an_output_that_cannot_be_made(tmp_path):
    scan = harness.scan(tmp_path, HEADER, *NO_DNS, output="nowhere/out.csv")
    assert scan.status == USAGE and scan.says("nowhere/out.csv", "No such file")


@pytest.mark.parametrize(
    "link", [None, os.symlink, os.link], ids=["the same name", "symbolic link", "hard link"]
)
def test_the_output_must_not_be_an_input(tmp_path, link):
    path = harness.write_input(tmp_path / "in.csv", HEADER + PASSING)
    if link:
        link(path, tmp_path / "out.csv")
    scan = harness.scan(tmp_path, path, *NO_DNS, output="out.csv" if link else "in.csv")
    assert scan.status == USAGE and scan.says("output") and path.read_text() == HEADER + PASSING


def test_the_output_must_not_be_standard_input(tmp_path):
    """`spfsweep scan - -o in.csv < in.csv` would empty what it is to read."""
    path = harness.write_input(tmp_path / "in.csv", HEADER + PASSING)
    with open(path, "rb") as file:
        done = harness.run("scan", *NO_DNS, "-", "-o", path, stdin_file=file)
    assert (
        done.returncode == USAGE and "input" in done.stderr and path.read_text() == HEADER + PASSING
    )


def test_standard_output_must_not_be_an_input(tmp_path):
    """`spfsweep scan in.csv >> in.csv` would read what it writes."""
    path = harness.write_input(tmp_path / "in.csv", HEADER + PASSING)
    with open(path, "ab") as file:
        done = harness.run("scan", *NO_DNS, path, stdout=file)
    assert (
        done.returncode == USAGE and "input" in done.stderr and path.read_text() == HEADER + PASSING
    )


def test_a_bad_row_gives_status_1(bulk_nsd, tmp_path):
    scan = harness.scan(tmp_path, HEADER + PASSING + "d1.bulk.test,nonsense\n", bulk_nsd.upstream)
    assert scan.status == BAD_ROWS and [row["status"] for row in scan.rows] == ["ok", "bad_input"]
