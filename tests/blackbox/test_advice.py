"""test_advice.py - what a refused input is told to be typed with can be typed, and helps."""

import os
import re
import shlex
import subprocess

import pytest

import harness
from harness import DONE, USAGE

PASSING, FAILING = "d1.bulk.test", "d2.bulk.test"
PAIRS = f"{PASSING},192.0.2.1\n{FAILING},192.0.2.9\n"


def refused(tmp_path, nsd, text, *options, name="it's in.csv"):
    path = harness.write_input(tmp_path / name, text)
    scan = harness.scan(tmp_path, path, nsd.upstream, *options)
    assert scan.status == USAGE and len(scan.stderr.splitlines()) == 1, scan.stderr
    return path, scan.stderr.rstrip("\n")


def assert_pass_and_fail(done):
    assert done.returncode == DONE, done.stderr
    header, *rows = harness.parse_output(done.stdout)
    assert [row[header.index("spf")] for row in rows] == ["pass", "fail"]


def columns_of(message, which=0):
    """--columns and its value, as a shell cuts them."""
    begin = [found.start() for found in re.finditer("--columns ", message)][which]
    words = shlex.shlex(message[begin:], posix=True, punctuation_chars=False)
    words.whitespace_split, words.commenters = True, ""
    return [words.get_token(), words.get_token().rstrip(")")]


@pytest.mark.parametrize(
    "text",
    [
        "domain,ipaddr\n" + PAIRS,
        "hostname,ip\n" + PAIRS,
        "domain_name,client_ip\n" + PAIRS,
        "#domain,ip\n" + PAIRS,
        "<domain>,ip\n" + PAIRS,
        "domain,ip:\n" + PAIRS,
        "Owner's Domain,ip\n" + PAIRS,
        '"Domain, main",ip\n' + PAIRS,
        "Domäne,IP-Adresse\n" + PAIRS,
        "Domäne;IP-Adresse\n" + PAIRS.replace(",", ";"),
        "a,b\n" + PAIRS,
        f"ip,from\n192.0.2.1,a@{PASSING}\n192.0.2.9,a@{FAILING}\n",
        f"{PASSING},192.0.2.1,sender\n{FAILING},192.0.2.9,sender\n",
        f"sender,a@{PASSING},192.0.2.1\nsender,a@{FAILING},192.0.2.9\n",
        f"helo,{PASSING},192.0.2.1\nhelo,{FAILING},192.0.2.9\n",
    ],
)
def test_columns(bulk_nsd, tmp_path, text):
    path, message = refused(tmp_path, bulk_nsd, text)
    assert_pass_and_fail(harness.run("scan", bulk_nsd.upstream, *columns_of(message), path))


@pytest.mark.parametrize(
    "text",
    [
        "domain,d1.test\n",
        "domain,d1.test\ndomain,d2.test\n",
        "domain,192.0.2.1\n",
        "d1.test,ip\n",
        "d1.test,ip\nd2.test,ip\n",
    ],
)
def test_a_value_beside_a_name(bulk_nsd, tmp_path, text):
    _, message = refused(tmp_path, bulk_nsd, text)
    assert "if it is data" in message and "if it is a header row" in message


def test_names_with_dots_are_names_above_data(bulk_nsd, tmp_path):
    text = f"domain,ip,first.seen\n{PASSING},192.0.2.1,\n{FAILING},192.0.2.9,\n"
    scan = harness.scan(tmp_path, text, bulk_nsd.upstream)
    assert [row["spf"] for row in scan.rows] == ["pass", "fail"]


def test_the_sender_stays_when_another_column_is_left_out(bulk_nsd, tmp_path):
    text = f"Source IP,Envelope From,EHLO\n192.0.2.1,a@{PASSING},mx.test\n"
    path, message = refused(tmp_path, bulk_nsd, text)
    done = harness.run("scan", bulk_nsd.upstream, *columns_of(message), path)
    assert done.returncode == DONE and "ip=1 (Source IP), sender=2" in done.stderr
    done = harness.run("scan", bulk_nsd.upstream, *columns_of(message, which=1), path)
    assert done.returncode == DONE
    assert "sender=2 (Envelope From), helo=3 (EHLO); no domain, no ip" in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "domain: d1.test\nip: 192.0.2.1\n",
        "ip: 192.0.2.1\n",
        "Domain name : d1.test\n",
        "domain d1.test\nip 192.0.2.1\n",
        "sender: a@d1.test\n",
    ],
)
def test_a_listing_is_no_table(bulk_nsd, tmp_path, text):
    _, message = refused(tmp_path, bulk_nsd, text)
    assert "a table is needed" in message and "type" not in message


def test_a_file_that_begins_with_a_hyphen(bulk_nsd, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("-odd.csv", "-odd.csv.gz"):
        harness.write_input(tmp_path / name, PAIRS.replace(",", " "))
        done = harness.run("scan", bulk_nsd.upstream, "--", name)
        command = done.stderr.split("type: ", 1)[1]
        command = command.replace("spfsweep scan", f"'{harness.SPFSWEEP}' scan {bulk_nsd.upstream}")
        done = subprocess.run(["sh", "-c", command], capture_output=True, timeout=harness.HANGS_S)
        assert_pass_and_fail(done)


def test_a_column_that_is_left_out(bulk_nsd, tmp_path):
    path, message = refused(tmp_path, bulk_nsd, f"domain,a\n{PASSING},192.0.2.1\n")
    done = harness.run("scan", bulk_nsd.upstream, *columns_of(message, which=1), path)
    assert done.returncode == DONE and "no ip" in done.stderr


@pytest.mark.parametrize(
    "text",
    [
        "domain              ip\n" + PAIRS.replace(",", "    "),
        PAIRS.replace(",", " "),
        f"192.0.2.1 {PASSING}\n192.0.2.9 {FAILING}\n",
        "domain:ip\n" + PAIRS.replace(",", ":"),
        "# a comment\n# another\ndomain,ip\n" + PAIRS,
        '"Domain list 2026",,\ndomain,ip,x\n' + PAIRS.replace("\n", ",\n"),
        "\n\n" + PAIRS,
        f"Report of 2026\n\nip,domain\n192.0.2.1,{PASSING}\n192.0.2.9,{FAILING}\n",
        f"Kunde  Nr,Web  site,IP\n1,{PASSING},192.0.2.1\n2,{FAILING},192.0.2.9\n",
        "Dom\u200bain,ip\n" + PAIRS,
        "null,null\n" + PAIRS,
        "x,Name,name\n" + f"1,{PASSING},192.0.2.1\n2,{FAILING},192.0.2.9\n",
        f"'domain','ip'\n'{PASSING}','192.0.2.1'\n'{FAILING}','192.0.2.9'\n",
    ],
)
@pytest.mark.parametrize("name", ["it's in.csv", "it's in.csv.gz"])
def test_commands(bulk_nsd, tmp_path, text, name):
    _, message = refused(tmp_path, bulk_nsd, text, name=name)
    command = message.split("type: ", 1)[1].split(" (or to leave")[0]
    assert " | spfsweep scan " in command
    command = command.replace("spfsweep scan", f"'{harness.SPFSWEEP}' scan {bulk_nsd.upstream}")
    done = subprocess.run(
        ["sh", "-c", command],
        capture_output=True,
        env=dict(os.environ, LC_ALL="C.UTF-8"),
        timeout=harness.HANGS_S,
    )
    assert_pass_and_fail(done)


@pytest.mark.parametrize(
    "text, options, delimiter",
    [
        ("domain,ip\n" + PAIRS, ["--delimiter=;"], ","),
        ("domain,ip\n" + PAIRS, ["--delimiter=tab"], ","),
        ("sep=,\ndomain;ip\n" + PAIRS.replace(",", ";"), [], ";"),
    ],
)
def test_another_delimiter(bulk_nsd, tmp_path, text, options, delimiter):
    path, message = refused(tmp_path, bulk_nsd, text, *options)
    assert message.endswith(f"type --delimiter '{delimiter}'")
    done = harness.run("scan", bulk_nsd.upstream, f"--delimiter={delimiter}", path)
    assert_pass_and_fail(done)


@pytest.mark.parametrize(
    "text, jq",
    [
        ('{"domain": "d.test", "ip": "192.0.2.1"}\n', "jq -r '[.domain, .ip] | @csv' "),
        ('[{"domain": "d.test"}]\n', "jq -r '.[] | [.domain, .ip] | @csv' "),
        ('["d1.test","d2.test"]\n', "jq -r '.[]' "),
        ('["d1.test",\n"d2.test"]\n', "jq -r '.[]' "),
        ('["d1.test","192.0.2.1"]\n', "jq -r '@csv' "),
        ('["192.0.2.1", "d1.test"]\n["192.0.2.2", "d2.test"]\n', "jq -r '@csv' "),
        ('["d1.test"]\n["d2.test"]\n', "jq -r '@csv' "),
        ('[["d1.test","192.0.2.1"],\n["d2.test","192.0.2.2"]]\n', "jq -r '.[] | @csv' "),
        ('[\n["d1.test","192.0.2.1"]]\n', "jq -r '.[] | @csv' "),
        ('[\n{"domain": "d1.test"}]\n', "jq -r '.[] | [.domain, .ip] | @csv' "),
        ("{\n", "jq -r "),
    ],
)
def test_json(bulk_nsd, tmp_path, text, jq):
    assert jq in refused(tmp_path, bulk_nsd, text)[1]


def test_an_audit_is_told_of_an_audit(bulk_nsd, tmp_path):
    path = harness.write_input(tmp_path / "ranks.csv", f"1,\n2,{PASSING}\n")
    told = harness.run("audit", bulk_nsd.upstream, path)
    assert told.returncode == USAGE
    assert " | spfsweep audit --columns column1,domain -" in told.stderr
