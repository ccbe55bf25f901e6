"""test_understood.py - what goes in is understood and told, or refused before anything
is asked."""

import bz2
import gzip
import lzma

import pytest

import harness
from harness import BAD_ROWS, DONE, USAGE

PASSING, FAILING = "d1.bulk.test", "d2.bulk.test"


def columns_line(scan):
    lines = [line for line in scan.stderr.splitlines() if line.startswith("spfsweep: columns: ")]
    assert len(lines) == 1, scan.stderr
    return lines[0].removeprefix("spfsweep: columns: ")


def assert_pass_and_fail(scan):
    assert scan.status == DONE, scan.stderr
    assert [row["spf"] for row in scan.rows] == ["pass", "fail"]


def assert_refused(scan, *words):
    assert scan.status == USAGE, scan.stderr
    assert len(scan.stderr.splitlines()) == 1 and scan.says(*words), scan.stderr


# ---- the columns ----


@pytest.mark.parametrize(
    "text, options, told",
    [
        (
            f"n,client_ip,Site,x\n1,192.0.2.1,{PASSING},\n2,192.0.2.9,{FAILING},\n",
            ["--columns=domain=site"],
            "domain=3 (Site), ip=2 (client_ip); no sender, no helo; 2 more pass through",
        ),
        (
            f"{PASSING},192.0.2.1\n{FAILING},192.0.2.9\n",
            [],
            "domain=1, ip=2; no sender, no helo; no header row",
        ),
        (
            f"return_path;source_ip;EHLO\nu@{PASSING};192.0.2.1;\nu@{FAILING};192.0.2.9;\n",
            [],
            "ip=2 (source_ip), sender=1 (return_path), helo=3 (EHLO); no domain; separated by ';'",
        ),
        (
            f"remote_ip\tenvelope_from\n192.0.2.1\ta@{PASSING}\n192.0.2.9\t{FAILING}\n",
            ["--delimiter=tab"],
            "ip=1 (remote_ip), sender=2 (envelope_from); no domain, no helo; separated by 'tab'",
        ),
        (
            f'ip_address|domain|note\n192.0.2.1|{PASSING}|"a|b"\n192.0.2.9|{FAILING}|c,d\n',
            [],
            "domain=2 (domain), ip=1 (ip_address); no sender, no helo; 1 more passes through; "
            "separated by '|'",
        ),
        (
            f"sep=;\r\nip;domain\r\n192.0.2.1;{PASSING}\r\n192.0.2.9;{FAILING}\r\n",
            [],
            "domain=2 (domain), ip=1 (ip); no sender, no helo; separated by ';'",
        ),
        (
            f"7,192.0.2.1,{PASSING}\r8,192.0.2.9,{FAILING}\r",
            ["--columns=n,ip,domain"],
            "domain=3, ip=2; no sender, no helo; 1 more passes through; no header row",
        ),
        (
            f"\ufeff\ufeffip,domain\n192.0.2.1,{PASSING}\n192.0.2.9,{FAILING}\n",
            [],
            "domain=2 (domain), ip=1 (ip); no sender, no helo",
        ),
    ],
    ids=["by name", "none", "semicolons", "tabs", "bars", "sep line", "CR", "two marks"],
)
def test_columns_are_understood_and_told(bulk_nsd, tmp_path, text, options, told):
    scan = harness.scan(tmp_path, text, bulk_nsd.upstream, *options)
    assert_pass_and_fail(scan)
    assert columns_line(scan) == told


def test_other_delimiters_become_commas(bulk_nsd, tmp_path):
    """Fields that need quotes get them; what is no proper record keeps its text."""
    text = f'domain;ip;x\n{PASSING};192.0.2.1;a,b\n{FAILING};192.0.2.9;"c;d"\n"q"x;1;"\n'
    scan = harness.scan(tmp_path, text, bulk_nsd.upstream)
    assert [record[1:4] for record in scan.records] == [
        ["domain", "ip", "x"],
        [PASSING, "192.0.2.1", "a,b"],
        [FAILING, "192.0.2.9", "c;d"],
        ['"q"x', "1", '"'],
    ]
    assert scan.status == BAD_ROWS and scan.rows[2]["error"].startswith("row: a quoted field")


def test_top_lists(bulk_nsd, tmp_path):
    scan = harness.scan(tmp_path, f"1,{PASSING}\r\n2,{FAILING}\r\n", bulk_nsd.upstream)
    assert (scan.status, scan.header[1:3]) == (DONE, ["rank", "domain"])
    assert [row["a"] for row in scan.rows] == ["192.0.2.1"] * 2


def test_no_header(bulk_nsd, tmp_path):
    text = f"domain,ip\n{PASSING},192.0.2.1\n"
    scan = harness.scan(tmp_path, text, bulk_nsd.upstream, "--no-header")
    assert (scan.status, [row["status"] for row in scan.rows]) == (BAD_ROWS, ["bad_input", "ok"])
    assert_refused(harness.scan(tmp_path, "ip\n", "--no-header", "--columns=ip=ip"), "--no-header")


def test_empty_files_before_others(bulk_nsd, tmp_path):
    (tmp_path / "a.csv").write_text("")
    (tmp_path / "b.csv").write_text(f"ip,domain\n192.0.2.1,{PASSING}\n192.0.2.9,{FAILING}\n")
    done = harness.run("scan", bulk_nsd.upstream, tmp_path / "a.csv", tmp_path / "b.csv")
    assert done.returncode == DONE and len(harness.parse_output(done.stdout)) == 3


def test_columns_named_like_ours(bulk_nsd, tmp_path):
    scan = harness.scan(tmp_path, f"Row,domain,spf\n1,{PASSING},x\n", bulk_nsd.upstream)
    assert scan.header[:4] == ["row", "input_Row", "domain", "input_spf"]
    assert len(set(scan.header)) == len(scan.header)
    text = f"domain,spf,Input_SPF\n{PASSING},x,y\n"
    scan = harness.scan(tmp_path, text, bulk_nsd.upstream, output="two.csv")
    assert scan.header[:4] == ["row", "domain", "input_input_spf", "Input_SPF"]
    for n in range(2):
        again = harness.write_input(tmp_path / "again.csv", scan.data)
        scan = harness.scan(
            tmp_path, again, bulk_nsd.upstream, "--columns=domain=domain", output=f"{n}.csv"
        )
        assert len(set(scan.header)) == len(scan.header)


# ---- what is refused ----


@pytest.mark.parametrize(
    "text, options, words",
    [
        ("Domain name,Agency\nd.test,x\n", [], ["--columns 'domain=Domain name'"]),
        ("192.0.2.1,d.test\n", [], ["--columns ip,domain"]),
        ("7,192.0.2.1,d.test\n", [], ["--columns column1,ip,domain"]),
        ("u@d.test,192.0.2.1\n", [], ["--columns sender,ip"]),
        ("Nov 29 20:00:00 mx postfix/smtpd[1]: from d.test[192.0.2.1]\n", [], ["a table"]),
        ('"domain,ip\nd.test,192.0.2.1\n', [], ["quoted field", "not closed"]),
        ("localhost\n", [], ["--columns domain if"]),
        ("domain,client_ip,remote_ip\n", [], ["remote_ip", "--columns ip=client_ip"]),
        ("domain,ip\n", ["--columns=domain=site"], ["'site'", "domain,ip"]),
        ("domain,ip\n", ["--columns=domain,ip=ip"], ["--columns"]),
        ("Domain,Client IP\n", ["--columns=domain,ip"], ["--columns 'domain=Domain,ip=Client IP'"]),
        ("domain\nd.test\n", ["--checks=spf,iprev"], ["--checks", "ip"]),
        ("ip\n192.0.2.1\n", ["--checks=mx"], ["--checks mx", "domain"]),
        ("domain\n", ["--delimiter=:"], ["--delimiter", "tab"]),
    ],
)
def test_what_is_not_understood(server, tmp_path, text, options, words):
    dns = server(lambda name, type: [])
    assert_refused(harness.scan(tmp_path, text, dns.upstream, *options), *words)
    assert not dns.asked()


TABLE = b"domain,ip\nd.test,192.0.2.1\n"


@pytest.mark.parametrize(
    "octets, words",
    [
        (lzma.compress(TABLE), ["xz", "xz -dc", "| spfsweep scan -"]),
        (bz2.compress(TABLE), ["bzip2 -dc"]),
        (b"\x28\xb5\x2f\xfd\x04\x00\x01\x00\x00", ["zstd -dc"]),
        (b"PK\x03\x04\x14\x00\x00\x00", ["unzip -p"]),
        (b"PAR1\x15\x04\x15", ["Parquet"]),
        (TABLE.decode().encode("utf-16"), ["UTF-16", "iconv -f UTF-16 "]),
        (TABLE.decode().encode("utf-16-le"), ["iconv -f UTF-16LE "]),
        (TABLE.decode().encode("utf-16-be"), ["iconv -f UTF-16BE "]),
        (gzip.compress(lzma.compress(TABLE)), ["gzip -dc", "| xz -dc |"]),
        (gzip.compress(gzip.compress(TABLE)), ["gzip -dc", "| gzip -dc |"]),
        (b"PK\x03\x04" + bytes(26) + b"[Content_Types].xml", ["Excel", "xlsx2csv"]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), ["Excel", "in2csv"]),
        (b"Obj\x01\x04\x14avro.codec", ["Avro", "avro cat"]),
    ],
    ids="xz bzip2 zstd zip Parquet UTF-16 LE BE xz-in-gzip twice xlsx xls Avro".split(),
)
def test_files_that_are_no_text(server, tmp_path, octets, words):
    dns = server(lambda name, type: [])
    path = tmp_path / "in put.csv"
    path.write_bytes(octets)
    assert_refused(harness.scan(tmp_path, path, dns.upstream), *words, "in put.csv'")
    assert_refused(harness.scan(tmp_path, "-", dns.upstream, stdin=octets), "standard input")
    assert not dns.asked()


@pytest.mark.parametrize(
    "octets, words",
    [
        (b"%PDF-1.7\n", ["PDF", "make CSV"]),
        (b"SQLite format 3\0" + bytes(99), ["SQLite", "sqlite3 -csv"]),
        (b"<!DOCTYPE html>\n", ["web page"]),
        (b"domain\0ip\n", ["octets of value 0", "make CSV"]),
    ],
)
def test_files_that_no_command_makes_text_of(server, tmp_path, octets, words):
    dns = server(lambda name, type: [])
    assert_refused(harness.scan(tmp_path, octets, dns.upstream), *words)
    assert not dns.asked()


# ---- resume and retry ----


def test_resume_compares_the_mapping_and_the_delimiter(bulk_nsd, tmp_path):
    text = f"site;client\n{PASSING};192.0.2.1\n{FAILING};192.0.2.9\n"
    mapping = "--columns=domain=site,ip=client"
    assert harness.scan(tmp_path, text, bulk_nsd.upstream, mapping).status == DONE
    again = harness.scan(tmp_path, text, bulk_nsd.upstream, mapping, "--resume")
    assert again.status == DONE and len(again.rows) == 2
    swapped = harness.scan(tmp_path, text, "--columns=sender=site,ip=client", "--resume")
    assert_refused(swapped, "domain")
    commas = harness.scan(tmp_path, text.replace(";", ","), mapping, "--resume")
    assert_refused(commas, "delimiter")


def test_retry_reads_the_columns_from_the_note(bulk_nsd, server, tmp_path):
    text = f"site;client\n{PASSING};192.0.2.1\n{FAILING};192.0.2.9\n"
    failing = server(lambda name, type: "SERVFAIL")
    first = harness.scan(
        tmp_path, text, failing.upstream, "--retries=0", "--columns=domain=site,ip=client"
    )
    assert [row["spf"] for row in first.rows] == ["temperror"] * 2
    again = harness.scan(
        tmp_path,
        tmp_path / "out.csv.gz",
        bulk_nsd.upstream,
        output="again.csv.gz",
        command="retry",
    )
    assert_pass_and_fail(again)
    assert columns_line(again).startswith("domain=1 (site), ip=2 (client);")


# ---- fields ----


@pytest.mark.parametrize(
    "domain, reason",
    [
        ("https://d1.bulk.test/x", "a URL"),
        ("d1.bulk.test/x", "a URL"),
        ("d1.bulk.test:25", "a port"),
        ("u@d1.bulk.test", "an e-mail address"),
        ("192.0.2.1:25", "an IP address"),
        ("\u2603.test", "U+2603"),
        ("a\u00a0b.test", "U+00A0"),
        ("a\u200bb.test", "U+200B"),
        ("a\u00adb.test", "U+00AD"),
        ("# comment", "'#' in"),
        ("d1.bulk.test # x", "' ' in"),
        ("||d1.bulk.test^", "'|' in"),
        ("d1.bulk.test;192.0.2.1", "';' in"),
        ("'d1.bulk.test'", "''' in"),
        ("d1.bulk.test\0", "U+0000 in"),
        ("\x1a", "U+001A in"),
        ("d1.bulk.test\f", "U+000C in"),
        ("//d1.bulk.test/", "a URL"),
        ("d1.bulk.test?x=1", "'?' in"),
        ("http:d1.bulk.test", "':' in"),
        ("300.1.1.1", "it looks like an IP address"),
        ("192.0.2.0/24", "a network"),
        ("0x7f.1", "it looks like an IP address"),
        ("NULL", "a placeholder"),
        ("#N/A", "a placeholder"),
        ("mailer-daemon", "a placeholder"),
        ("-", "a label"),
    ],
)
def test_what_is_no_domain(server, tmp_path, domain, reason):
    dns = server(lambda name, type: [])
    text = f"domain,ip\n{domain},192.0.2.1\n"
    scan = harness.scan(tmp_path, text, dns.upstream, "--checks=spf")
    row = scan.row
    assert (scan.status, row["status"], row["spf"]) == (BAD_ROWS, "bad_input", "none")
    assert row["spf_problem"] == "bad_domain" and row["error"].startswith(f"domain: {reason}")
    assert not dns.asked()


@pytest.mark.parametrize(
    "sender, reason",
    [
        ("Alice <a@d1.bulk.test>", "a display name"),
        ("<a@d1.bulk.test> SIZE=1", "text behind"),
        ("a@d1.bulk.test:25", "a port"),
        ('"""Alice Smith"" <a@d1.bulk.test>"', "a display name"),
        ('"""Smith, A."" <a@d1.bulk.test>"', "a display name"),
        ('"a@d1.bulk.test, b@d2.bulk.test"', "more than one address"),
        ("a@d1.bulk.test;b@d2.bulk.test", "more than one address"),
        ("a@d1.bulk.test b@d2.bulk.test", "more than one address"),
        ('"<a@d1.bulk.test>,<b@d2.bulk.test>"', "more than one address"),
        ("a@d1.bulk.test (A. B.)", "' ' in a domain name"),
        ("a at d1.bulk.test", "' ' in a domain name"),
        ("'a@d1.bulk.test'", "''' in a domain name"),
        ("mailto:a@d1.bulk.test", "':' in a local-part"),
        ("a@@d1.bulk.test", "'@' in a local-part"),
        ("<a@d1.bulk.test", "an angle bracket"),
        ("a@d1.bulk.test>", "'>' in a domain name"),
        ("MAILER-DAEMON", "a placeholder"),
    ],
)
def test_what_is_no_sender(bulk_nsd, tmp_path, sender, reason):
    text = f"ip,sender\n192.0.2.1,{sender}\n"
    row = harness.scan(tmp_path, text, bulk_nsd.upstream, "--delimiter=,").row
    assert (row["status"], row["spf"], row["spf_problem"]) == ("bad_input", "none", "bad_domain")
    assert row["error"].startswith(f"sender: {reason}")


def test_a_quoted_local_part_is_legal(bulk_nsd, tmp_path):
    text = 'ip,sender\n192.0.2.1,"""a, b@c""@d1.bulk.test"\n192.0.2.9, "x y@d1.bulk.test"\n'
    scan = harness.scan(tmp_path, text, bulk_nsd.upstream)
    assert_pass_and_fail(scan)


@pytest.mark.parametrize(
    "ip, reason",
    [
        ("10.0.0.0/8", " but a network of over 65536 addresses"),
        ("192.0.2.1-192.0.2.9", " but a range of addresses"),
        ("fe80::1%eth0", ": it has a zone"),
        ("3221225985", " but a number"),
        ("192.000.002.001", ": it has leading zeros"),
        ("d1.bulk.test", " but a domain name: are the columns swapped?"),
        ("192.0.2.1:99999", ""),
        ("192.0.2.1:0", ""),
    ],
)
def test_what_is_no_address(bulk_nsd, tmp_path, ip, reason):
    row = harness.scan(tmp_path, f"domain,ip\n{PASSING},{ip}\n", bulk_nsd.upstream).row
    assert row["error"].startswith(f"ip: not an IP address{reason}")
    assert (row["status"], row["spf_record"][:6]) == ("bad_input", "v=spf1")


def test_the_header_row_of_joined_files(server, tmp_path):
    dns = server(lambda name, type: [])
    text = "note,Site\nx,d1.test\ny,SITE\n"
    scan = harness.scan(tmp_path, text, dns.upstream, "--columns=domain=site")
    assert (scan.status, scan.rows[1]["error"]) == (BAD_ROWS, "row: the header row again")
    assert not any("site" in str(question).lower() for question in dns.asked())


def test_quotes_behind_blanks_mean_nothing(bulk_nsd, tmp_path):
    text = f'"domain", "ip"\n"{PASSING}", "192.0.2.1"\n"{FAILING}", "192.0.2.9"\n'
    assert_pass_and_fail(harness.scan(tmp_path, text, bulk_nsd.upstream))


def test_lines_that_end_in_two_crs(bulk_nsd, tmp_path):
    text = f"domain,ip\r\r\n{PASSING},192.0.2.1\r\r\n{FAILING},192.0.2.9\r\r\n"
    scan = harness.scan(tmp_path, text, bulk_nsd.upstream)
    assert_pass_and_fail(scan)
    assert scan.header[1:3] == ["domain", "ip"]


def test_an_empty_input_says_so(bulk_nsd, tmp_path):
    scan = harness.scan(tmp_path, "", bulk_nsd.upstream)
    assert scan.status == DONE and columns_line(scan) == "none: the input is empty"


def test_names_that_no_mail_host_can_have_are_counted(bulk_nsd, tmp_path):
    scan = harness.scan(
        tmp_path,
        f"domain\n{PASSING}\nlocalhost\n_spf.bulk.test\n*.bulk.test\n",
        bulk_nsd.upstream,
        "--workers=1",
        "--in-flight=1",
    )
    assert scan.status == DONE
    assert scan.says("2 rows with names that no mail host can have", "'localhost'")
    assert scan.summary["no_host_names"] == 2


# ---- columns that are empty ----


@pytest.mark.parametrize(
    "text, options, told",
    [
        ("domain,ip\nd1.bulk.test,\nd2.bulk.test, \n", [],
         "no row has an address: nothing stands in ip=2 (ip) of 2 rows"),
        ("helo,addr,sender\n,192.0.2.1,\n,192.0.2.2,<>\n", ["--columns=ip=addr"],
         "no row has a domain: nothing stands in sender=3 (sender), helo=1 (helo) of 2 rows"),
        ("domain,ip\nd1.bulk.test,\nd2.bulk.test,192.0.2.9\n", [], None),
        ("domain,ip\nd1.bulk.test,x\n", [], None),
        ("domain,sender,ip\n,a@d1.bulk.test,192.0.2.1\n", [], None),
        ("domain\nd1.bulk.test\n", [], None),
    ],
)
def test_a_column_that_is_empty(bulk_nsd, tmp_path, text, options, told):
    scan = harness.scan(tmp_path, text, bulk_nsd.upstream, *options)
    lines = [line for line in scan.stderr.splitlines() if "no row has" in line]
    assert lines == ([f"spfsweep: warning: {told}"] if told else [])


# ---- HELO names that nobody gave ----


@pytest.mark.parametrize("helo", ["NULL", "-", "unknown", "n/a", "None"])
def test_a_placeholder_as_helo(bulk_nsd, tmp_path, helo):
    text = f"domain,ip,helo\n,192.0.2.1,{helo}\n{PASSING},192.0.2.1,{helo}\n"
    alone, beside = harness.scan(tmp_path, text, bulk_nsd.upstream, "--checks=spf").rows
    assert (alone["status"], alone["spf"], alone["spf_problem"]) == (
        "bad_input", "none", "bad_domain")
    assert alone["error"].startswith("helo: a ")
    assert (beside["status"], beside["spf"], beside["helo_spf"]) == ("ok", "pass", "none")


def test_a_literal_as_helo_is_no_placeholder(bulk_nsd, tmp_path):
    row = harness.scan(tmp_path, "ip,helo\n192.0.2.1,[192.0.2.1]\n", bulk_nsd.upstream).row
    assert (row["status"], row["spf"]) == ("ok", "none")


def test_names_that_no_mail_host_can_have(bulk_nsd, tmp_path):
    text = "domain\nd1\u3002bulk\u3002test\nlocalhost\u3002\n*.bulk.test\nd2.bulk.test\n"
    scan = harness.scan(tmp_path, text, bulk_nsd.upstream, "--checks=a")
    assert scan.summary["no_host_names"] == 2
    assert scan.says("2 rows with names that no mail host can have, as row 2: 'localhost")


# ---- rows and files of another form ----


def test_an_empty_line(bulk_nsd, tmp_path):
    text = f"domain,ip\n{PASSING},192.0.2.1\n\n \t\n,\nx\n"
    scan = harness.scan(tmp_path, text, bulk_nsd.upstream, "--checks=spf")
    assert [row["error"] for row in scan.rows] == [
        "", "row: an empty line", "row: an empty line",
        "row: neither a domain nor an IP address", "row: 1 fields where 2 belong",
    ]  # fmt: skip


@pytest.mark.parametrize("columns", ["domain=domain,ip=domain", "ip=DOMAIN,sender=ip,helo=domain"])
def test_one_column_for_two_roles(tmp_path, columns):
    scan = harness.scan(tmp_path, "domain,ip\na.test,192.0.2.1\n", f"--columns={columns}")
    assert_refused(scan, "names the column '", "for two roles, ")


@pytest.mark.parametrize(
    "first, second, words",
    [
        ("domain,ip\n", "domain;ip\n", ["separated by ';', and those of", "by ','"]),
        ("domain;ip\n", "domain,ip\n", ["separated by ',', and those of", "by ';'"]),
        ("domain\tip\n", "domain|ip\n", ["separated by '|', and those of", "by 'tab'"]),
        ("domain,ip\n", "a.test,192.0.2.1\n", ["it has no header row, and", "has one"]),
        ("a.test,192.0.2.1\n", "domain,ip\n", ["it has a header row, and", "has none"]),
        ("domain,ip\n", "ip,domain\n", ["its header row differs"]),
    ],
)
def test_a_second_file_of_another_form(tmp_path, first, second, words):
    paths = [harness.write_input(tmp_path / name, text)
             for name, text in (("one.csv", first), ("two.csv", second))]  # fmt: skip
    assert_refused(harness.scan(tmp_path, paths), "two.csv: ", "one.csv", *words)
