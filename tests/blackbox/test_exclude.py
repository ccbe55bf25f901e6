"""test_exclude.py - --exclude: what it names is never asked, as the servers' logs say, and the rows
say so, with no verdict that could be wrong."""

import hashlib

import dns.flags
import dns.rrset
import pytest

import addresses
import harness
from harness import DONE, USAGE

RECORDS = {
    ("pass.test", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
    ("includes.test", "TXT"): ["v=spf1 include:_spf.out.test -all"],
    ("hosts.test", "TXT"): ["v=spf1 mx -all"],
    ("hosts.test", "MX"): ["10 mx.out.test.", "20 mx.pass.test."],
    ("mx.pass.test", "A"): ["192.0.2.9"],
    ("byname.test", "TXT"): ["v=spf1 ptr:friend.test -all"],
    ("macro.test", "TXT"): ["v=spf1 exists:%{i}.list.out.test -all"],
    ("7.113.0.203.in-addr.arpa", "PTR"): ["x.out.test."],
}
# Each of these has answers, too: a scan that asks for them would take them.
LEFT_OUT = {
    ("out.test", "TXT"): ["v=spf1 +all"],
    ("_spf.out.test", "TXT"): ["v=spf1 ip4:192.0.2.1 -all"],
    ("mx.out.test", "A"): ["192.0.2.1"],
    ("x.out.test", "A"): ["203.0.113.7"],
    ("192.0.2.1.list.out.test", "A"): ["127.0.0.2"],
    ("1.100.51.198.in-addr.arpa", "PTR"): ["friend.test."],
}
LIST = (
    "\ufeff# who asked us to\n\nOut.test  # and all beneath it\n"
    "198.51.100.0/24\n2001:db8:1::/48\r\n"
)


END = "deep.out.test."  # of a CNAME


def script(name, type):
    found = RECORDS.get((name, type)) or LEFT_OUT.get((name, type))
    return found or []


def write_list(folder, text=LIST):
    path = folder / "exclude.txt"
    path.write_text(text)
    return path


def is_left_out(name):
    return (
        name == "out.test"
        or name.endswith(".out.test")
        or name.endswith("100.51.198.in-addr.arpa")
        or name.endswith("1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa")
    )


def unbound_config(folder, dns, kind):
    config = folder / "unbound.conf"
    addr = {"stub": "stub-addr", "forward": "forward-addr"}[kind]
    config.write_text(
        f'{kind}-zone:\n  name: "{"test." if kind == "stub" else "."}"\n'
        f"  {addr}: {dns.address}@{dns.port}\n" + ("  stub-prime: no\n" if kind == "stub" else "")
    )
    return f"--unbound-config={config}"


@pytest.fixture(params=["own engine", "libunbound"])
def asking(request, server, tmp_path):
    """The server, and the option that has it asked."""
    dns = server(script)
    if request.param == "own engine":
        return dns, dns.upstream
    return dns, unbound_config(tmp_path, dns, "forward")


ROWS = [
    # domain, ip, helo: status, error, spf, spf_problem, iprev, problems
    (
        ("pass.test", "192.0.2.1", ""),
        ("ok", "", "pass", "", "permerror", "no_ptr;no_address;no_mx"),
    ),
    (("out.test", "192.0.2.1", ""), ("excluded", "domain: excluded", "", "", "", "")),
    (("WWW.Out.Test.", "192.0.2.1", ""), ("excluded", "domain: excluded", "", "", "", "")),
    (("pass.test", "198.51.100.77", ""), ("excluded", "ip: excluded", "", "", "", "")),
    (("pass.test", "2001:db8:1::1", ""), ("excluded", "ip: excluded", "", "", "", "")),
    (("pass.test", "192.0.2.1", "mail.out.test"), ("excluded", "helo: excluded", "", "", "", "")),
    (("out.test", "nonsense", ""), ("excluded", "domain: excluded", "", "", "", "")),
    (
        ("includes.test", "192.0.2.1", ""),
        ("ok", "", "temperror", "excluded", "permerror", "no_ptr;no_address;no_mx;excluded"),
    ),
    (
        ("hosts.test", "192.0.2.1", ""),
        ("ok", "", "temperror", "excluded", "permerror", "no_ptr;excluded"),
    ),
    (
        ("macro.test", "192.0.2.1", ""),
        ("ok", "", "temperror", "excluded", "permerror", "no_ptr;no_address;no_mx;excluded"),
    ),
    (
        ("byname.test", "203.0.113.7", ""),
        ("ok", "", "temperror", "excluded", "temperror", "no_address;no_mx;excluded"),
    ),
]


def test_nothing_that_is_excluded_is_asked(asking, tmp_path):
    dns, option = asking
    given = harness.csv_text(("domain", "ip", "helo"), *(row for row, _ in ROWS))
    scan = harness.scan(tmp_path, given, option, "--exclude", write_list(tmp_path))
    assert scan.status == DONE, scan.stderr
    columns = ("status", "error", "spf", "spf_problem", "iprev", "problems")
    assert [tuple(row[c] for c in columns) for row in scan.rows] == [says for _, says in ROWS]
    asked = {name for _, name, _ in dns.questions}
    assert asked and not {name for name in asked if is_left_out(name)}
    by_domain = {row["domain"]: row for row in scan.rows}
    assert by_domain["includes.test"]["dns_cause"] == "TXT _spf.out.test: excluded"
    assert by_domain["hosts.test"]["mx_match"] == "temperror"
    assert scan.summary["excluded_rows"] == 6 and scan.summary["excluded"] >= 4
    assert scan.summary["temperror_rows"] == 0 and scan.summary["bad_rows"] == 0
    assert scan.summary["problems"]["excluded"] == 4
    assert scan.says("6 rows were asked nothing")


def test_asks_that_are_excluded(asking, tmp_path):
    dns, option = asking
    asks = ["--ask=dmarc=TXT:_dmarc.{domain}", "--ask=listed=A:{ip.rev}.list.out.test"]
    scan = harness.scan(
        tmp_path,
        "domain,ip\npass.test,192.0.2.1\nout.test,192.0.2.1\n",
        option,
        *asks,
        "--exclude",
        write_list(tmp_path),
    )
    assert [(row["dmarc"], row["listed"]) for row in scan.rows] == [("none", "excluded"), ("", "")]
    assert not {name for _, name, _ in dns.questions if is_left_out(name)}


def test_without_the_list_they_are_asked(server, tmp_path):
    """So the test above can fail."""
    dns = server(script)
    given = harness.csv_text(("domain", "ip", "helo"), *(row for row, _ in ROWS))
    scan = harness.scan(tmp_path, given, dns.upstream)
    asked = {name for _, name, _ in dns.questions}
    assert {name for name, _ in LEFT_OUT if "arpa" not in name} <= asked
    assert scan.rows[1]["spf"] == "pass" and scan.summary["excluded_rows"] == 0


@pytest.mark.parametrize("kind", ["stub", "forward"])
def test_libunbound_does_not_go_where_a_cname_leads(server, tmp_path, kind):
    """It follows CNAMEs by itself; a zone that is closed to it stops it."""

    def raw(query):
        reply = query.reply([] if query.name == "alias.test" else script(query.name, query.type))
        reply.flags |= dns.flags.AA
        if query.name == "alias.test":
            reply.authority = []
            reply.answer.append(dns.rrset.from_text(query.question.name, 300, "IN", "CNAME", END))
        return reply.to_wire()

    asked = server(raw=raw)
    scan = harness.scan(
        tmp_path,
        "domain,ip\nalias.test,192.0.2.1\npass.test,192.0.2.1\n",
        unbound_config(tmp_path, asked, kind),
        "--checks=spf",
        "--exclude",
        write_list(tmp_path),
    )
    assert [row["spf"] for row in scan.rows] == ["temperror", "pass"]
    assert "alias.test" in {name for _, name, _ in asked.questions}
    assert not [name for _, name, _ in asked.questions if is_left_out(name)]


def test_a_server_in_an_excluded_network_is_not_asked(server, tmp_path):
    """By libunbound, which asks whom it finds."""
    dns = server(script)
    scan = harness.scan(
        tmp_path,
        "domain,ip\npass.test,192.0.2.1\n",
        unbound_config(tmp_path, dns, "forward"),
        "--checks=spf",
        "--exclude",
        write_list(tmp_path, f"{dns.address}\n"),
    )
    assert scan.row["spf"] == "temperror" and dns.questions == []


def test_the_list_decides_rows(server, tmp_path):
    """Its digest is in the summary; another list is refused by --resume and retry, and `retry` does
    not ask again for what was left out."""
    dns, path = server(script), write_list(tmp_path)
    rows = "domain,ip\nincludes.test,192.0.2.1\nout.test,192.0.2.1\n"
    first = harness.scan(tmp_path, rows, dns.upstream, "--exclude", path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert first.summary["options"]["exclude_sha256"] == digest
    assert first.summary["options"]["exclude"] == str(path)
    n_asked = len(dns.questions)
    retried = harness.scan(
        tmp_path,
        tmp_path / "out.csv.gz",
        dns.upstream,
        "--exclude",
        path,
        output="new.csv.gz",
        command="retry",
    )
    assert retried.status == DONE and retried.timeless() == first.timeless()
    assert retried.summary["excluded_rows"] == 1
    assert len([q for q in dns.questions[n_asked:] if q[1] != "."]) == 0
    path.write_text(LIST + "more.test\n")
    refused = harness.scan(tmp_path, rows, dns.upstream, "--exclude", path, "--resume")
    assert refused.status == USAGE and refused.says("--exclude was", digest)
    assert refused.data == first.data
    assert harness.scan(tmp_path, rows, dns.upstream, "--resume").status == USAGE


def test_resumed_rows_are_counted(server, tmp_path):
    dns, path = server(script), write_list(tmp_path)
    rows = "domain,ip\nout.test,192.0.2.1\n"
    harness.scan(tmp_path, rows, dns.upstream, "--exclude", path)
    more = harness.scan(
        tmp_path, rows + "x.out.test,192.0.2.1\n", dns.upstream, "--exclude", path, "--resume"
    )
    assert more.status == DONE and more.summary["excluded_rows"] == 2


@pytest.mark.parametrize(
    "names, under",
    [
        ("", {"invalid", "com"}),
        ("com\nnet\n", {"invalid", "org"}),
        ("com\nnet\norg\nde\ninfo\n", {"invalid"}),
        ("com\nnet\norg\nde\ninfo\ninvalid\n", set()),
    ],
)
def test_what_upstreams_are_tried_with_is_not_excluded(server, tmp_path, names, under):
    """Whole top-level domains: each upstream is asked at the start for two names that are nowhere,
    but for none that the list forbids."""
    dns = server(lambda name, type: script(name, type) or "NXDOMAIN", rewrites=True)
    scan = harness.scan(
        tmp_path,
        "domain,ip\npass.test,192.0.2.1\n",
        dns.upstream,
        "--checks=spf",
        "--exclude",
        write_list(tmp_path, names),
    )
    tried = {name.split(".")[-1] for _, name, _ in dns.questions if not name.endswith("test")}
    assert scan.status == DONE and tried - {""} == under
    assert [one["rewrites"] for one in scan.summary["rewriting"]] == [False if under else None]


def test_check_asks_nothing(server, tmp_path):
    dns = server(script)
    done = harness.run(
        "check", "192.0.2.1", "alice@out.test", dns.upstream, "--exclude", write_list(tmp_path)
    )
    assert done.returncode == DONE
    assert b"nothing was asked: domain: excluded" in done.stdout
    assert [q for q in dns.questions if q[1] != "."] == []


@pytest.mark.parametrize(
    "line, why",
    [
        ("*.example.com", "leave out the '*.'"),
        ("192.0.2.1/24", "192.0.2.0/24"),
        ("http://example.com", "no address or network"),
        ("a@example.com", "neither a name nor a network"),
        (".", "every name"),
        ("0.0.0.0/0", "every address"),
        ("192.0.2.999", "neither a name nor a network"),
        ("a..b", "empty label"),
    ],
)
def test_a_bad_line_is_refused(tmp_path, line, why):
    path = write_list(tmp_path, f"good.test\n# x\n{line}\n")
    scan = harness.scan(
        tmp_path, "domain,ip\n", f"--upstream={addresses.fresh()}", "--exclude", path
    )
    assert scan.status == USAGE and scan.says(path, "line 3", line, why), scan.stderr
    assert scan.data == b""


def test_mistakes_with_the_file(tmp_path):
    path = write_list(tmp_path)
    for options, word in (
        (["--exclude", tmp_path / "nowhere"], "nowhere"),
        (["--exclude", path, "--exclude", path], "twice"),
        (["--exclude", tmp_path], str(tmp_path)),
    ):
        scan = harness.scan(tmp_path, "domain,ip\n", *options)
        assert scan.status == USAGE and scan.says("--exclude", word), scan.stderr
