"""test_report_command.py - spfsweep report, compared with the same sums in Python."""

import collections
import csv
import ipaddress
import json

import pytest

import harness
import postfixlog
from harness import DONE, STOPPED, USAGE

RECORDS = {
    **{(f"d{i}.example", "TXT"): [f"v=spf1 ip4:192.0.2.{i * 5} -all"] for i in range(10)},
    **{
        (f"d{i}.example", "TXT"): ["v=spf1 include:_spf.provider.co.uk ~all"] for i in range(10, 20)
    },
    **{(f"d{i}.example", "TXT"): ["v=spf1 include:_old.example -all"] for i in range(20, 30)},
    **{(f"d{i}.example", "MX"): [f"10 mx.hoster{i % 3}.com."] for i in range(30, 40)},
    ("_spf.provider.co.uk", "TXT"): ["v=spf1 ip4:192.0.2.0/25 -all"],
    ("h.example", "TXT"): ["v=spf1 +all"],
    ("7.2.0.192.in-addr.arpa", "PTR"): ["seven.example."],
    ("seven.example", "A"): ["192.0.2.7"],
    **{(f"{i}.2.0.192.in-addr.arpa", "PTR"): ["wrong.example."] for i in range(20, 60)},
}


def script(name, type):
    return RECORDS.get((name, type), [] if name.endswith(".example") else "NXDOMAIN")


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """A scan of a log; its file and its rows."""
    import nameservers

    folder = tmp_path_factory.mktemp("report")
    log = postfixlog.made(21, 1500)
    (folder / "mail.log").write_text(postfixlog.text_of(log.lines))
    dns = nameservers.Server(script)
    try:
        scan = harness.scan(
            folder, folder / "mail.log", "--log", "postfix", "--connects", dns.upstream
        )
        unique = folder / "unique.csv"
        assert harness.run("extract", "--unique", folder / "mail.log", "-o", unique).returncode == 0
        harness.scan(folder, unique, dns.upstream, output="grouped.csv.gz")
    finally:
        dns.stop()
    return folder / "out.csv.gz", scan.rows


def report(*args, status=DONE):
    done = harness.run("report", *args)
    assert done.returncode == status, done.stderr
    return done


def table(*args):
    return list(csv.DictReader(report("--format", "csv", *args).stdout.decode().splitlines()))


def domain_of(row):
    return row["spf_domain"] or "(none)"


def network_of(row):
    ip = ipaddress.ip_address(row["ip"])
    return str(ipaddress.ip_network(f"{ip}/{24 if ip.version == 4 else 48}", strict=False))


KEYS = {
    "domain": lambda row: [domain_of(row)],
    "client": lambda row: [row["ip"]],
    "network": lambda row: [network_of(row)],
    "helo": lambda row: [row["helo"].lower() or "(none)"],
    "problem": lambda row: row["problems"].split(";") if row["problems"] else [],
}


def sums(rows, by):
    groups = collections.defaultdict(collections.Counter)
    for row in rows:
        for key in KEYS[by](row):
            g = groups[key]
            g["messages"] += 1
            g["rejects"] += row["event"] == "reject"
            word = row["spf"]
            known = ("pass", "fail", "softfail", "neutral", "none", "permerror", "temperror")
            g[word if word in known else "no_verdict"] += 1
            g["rdns_bad"] += row["iprev"] in ("fail", "permerror")
    return groups


@pytest.mark.parametrize("by", KEYS)
def test_sums(results, by):
    path, rows = results
    wanted = sums([row for row in rows if row["event"] != "connect"], by)
    got = table(path, "--by", by)
    assert {row[by] for row in got} == set(wanted)
    for row in got:
        for column, value in row.items():
            if column not in (by, "name", "reason", "reason_count"):
                assert int(value) == wanted[row[by]][column], (row, column)
    order = [(-int(row["messages"]), row[by]) for row in got]
    assert order == sorted(order)


def test_where_and_top(results):
    path, rows = results
    rows = [row for row in rows if row["event"] == "message" and row["spf"] == "fail"]
    got = table(path, "--where", "spf=fail,event=message", "--top", "3")
    wanted = sums(rows, "domain")
    best = sorted(wanted, key=lambda key: (-wanted[key]["messages"], key))[:3]
    assert [row["domain"] for row in got] == best
    got = table(path, "--where", "problems=ptr_mismatch,event!=connect", "--by", "client")
    wanted = [r for r in results[1] if "ptr_mismatch" in r["problems"] and r["event"] != "connect"]
    assert sum(int(row["messages"]) for row in got) == len(wanted) > 0


def test_reasons_and_providers(results):
    path, _ = results
    by_domain = {row["domain"]: row for row in table(path)}
    assert by_domain["d25.example"]["reason"] == "include:_old.example has no SPF record"
    assert by_domain["d31.example"]["reason"] == "no SPF record"
    providers = {row["provider"] for row in table(path, "--by", "provider")}
    assert {"provider.co.uk", "hoster0.com", "(none)"} <= providers


def test_if_spf_were_enforced(results):
    path, rows = results
    taken = [row for row in rows if row["event"] == "message"]
    lost = [
        row
        for row in taken
        if "pass" not in (row["spf"], row["helo_spf"], row["iprev"])
        and "temperror" not in (row["spf"], row["iprev"])
    ]
    document = json.loads(report(path, "--format", "json").stdout)
    assert document["enforced"]["messages"] == len(taken)
    assert document["enforced"]["spf_fail"] == sum(row["spf"] == "fail" for row in taken)
    assert document["enforced"]["pass_by_nothing"] == len(lost)
    assert document["enforced"]["pass_by_nothing_domains"] == len({domain_of(r) for r in lost})
    assert document["connects"] == sum(row["event"] == "connect" for row in rows)
    text = report(path).stdout.decode()
    assert "Forwarding and mailing lists break SPF, and DKIM is not looked at" in text
    assert f"{len(lost)} (" in text


def test_groups_count_as_many_as_they_are(results):
    path, rows = results
    whole = {row["domain"]: int(row["messages"]) for row in table(path)}
    grouped = {row["domain"]: int(row["messages"]) for row in table(path.parent / "grouped.csv.gz")}
    assert grouped == whole
    assert sum(whole.values()) == sum(row["event"] != "connect" for row in rows)


HEADER = "row,time,ip,sender,event,spf_then,status,spf_domain,spf,spf_problem,iprev,evaluated_at\n"


def test_old_mail_and_what_the_log_said(tmp_path):
    path = tmp_path / "r.csv"
    path.write_text(
        HEADER
        + "1,2026-01-01T00:00:00Z,192.0.2.1,a@b,message,pass,ok,b,fail,,pass,2026-11-01T00:00:00Z\n"
        + "2,2026-10-30T00:00:00Z,192.0.2.1,a@b,message,pass,ok,b,pass,,pass,2026-11-01T00:00:00Z\n"
        + "3,2026-10-20T00:00:00Z,192.0.2.1,a@b,message,,ok,b,pass,,pass,2026-11-01T00:00:00Z\n"
    )
    document = json.loads(report(path, "--format", "json").stdout)
    assert document["older_than_answers"] == 2 and document["oldest_days"] == 304
    assert document["spf_then"]["pass"]["fail"] == 1 == document["spf_then"]["pass"]["pass"]
    text = report(path).stdout.decode()
    assert "Warning: 2 messages are older than the answers by more than a week" in text
    assert "the oldest by 304 days" in text and "50.0 % differ" in text


def test_what_is_refused(tmp_path, results):
    path, _ = results
    other = tmp_path / "x.csv"
    other.write_text("domain,ip\na.example,192.0.2.1\n")
    for args, words in [
        ([other], "it has no columns status and spf"),
        ([tmp_path / "missing"], "No such file"),
        ([path, "--by", "country"], "--by takes domain, client"),
        ([path, "--format", "html"], "--format takes text, csv or json"),
        ([path, "--where", "fail"], "--where takes conditions"),
        ([path, "--where", "colour=red"], "it has no column colour"),
    ]:
        done = report(*args, status=USAGE)
        assert words in done.stderr


def test_a_torn_file_counts_as_far_as_it_goes(tmp_path, results):
    path, rows = results
    torn = tmp_path / "torn.csv.gz"
    torn.write_bytes(path.read_bytes()[:-2000])
    done = report(torn, "--format", "json", status=STOPPED)
    assert "the table is of the rows before" in done.stderr
    assert 0 < json.loads(done.stdout)["rows"] < len(rows)


def test_little_memory(tmp_path):
    path = tmp_path / "r.csv"
    lines = [f"{i},,192.0.2.1,a@b,message,,ok,d{i}.example,none,,pass,\n" for i in range(30000)]
    path.write_text(HEADER + "".join(lines))
    document = json.loads(report(path, "--format", "json", "--memory", "1").stdout)
    assert document["all"]["messages"] == 30000 and document["dropped_groups"] > 0
    kept = sum(group["messages"] for group in document["groups"])
    assert kept + document["dropped_messages"] == 30000
    assert "small groups were dropped" in report(path, "--memory", "1").stdout.decode()
