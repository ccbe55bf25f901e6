"""test_cli.py - the command line: help, version, mistakes, `check`, the summary, progress."""

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import termios

import pytest

import addresses
import bulk
import harness
import nameservers
from harness import BAD_ROWS, DONE, STOPPED, USAGE

OPTIONS_OF_BOTH = [
    "--checks",
    "--upstream",
    "--upstreams",
    "--qps-per-upstream",
    "--0x20",
    "--unbound-config",
    "--in-flight",
    "--timeout",
    "--retries",
    "--deadline",
    "--qps",
    "--dnssec",
    "--help",
]
OPTIONS_OF_SCAN = ["--output", "--columns", "--workers", "--window", "--summary", "--progress"]
OPTIONS_OF_CHECK = ["--helo"]

ROWS = (
    "domain,ip,helo\n"
    + "".join(f"d{n}.bulk.test,192.0.2.{n},mail.bulk.test\n" for n in (1, 2, 3, 64, 65))
    + "d1.bulk.test,nonsense,\na..b,192.0.2.2,\n"
)


# ---- help and version ----


@pytest.mark.parametrize("args", [["--help"], ["-h"], ["help"]])
def test_help(args):
    done = harness.run(*args)
    assert done.returncode == DONE and not done.stderr
    assert all(word in done.stdout for word in (b"scan", b"check", b"--version"))


@pytest.mark.parametrize(
    "command, has, has_not",
    [
        ("scan", OPTIONS_OF_BOTH + OPTIONS_OF_SCAN, OPTIONS_OF_CHECK),
        ("check", OPTIONS_OF_BOTH + OPTIONS_OF_CHECK, OPTIONS_OF_SCAN),
    ],
)
def test_help_of_a_command(command, has, has_not):
    done = harness.run(command, "--help")
    words = re.findall(r"--[a-z0-9-]+", done.stdout.decode())
    assert done.returncode == DONE and not done.stderr
    assert set(has) <= set(words) and not set(has_not) & set(words)


@pytest.mark.parametrize("word", ["--version", "version", "-V"])
def test_version(word):
    done = harness.run(word)
    assert done.returncode == DONE and re.fullmatch(
        rb"spfsweep \d+\.\d+\.\d+\S*(\n.*)*\n", done.stdout
    )


@pytest.mark.parametrize("args", [["--help"], ["--version"], ["check", "192.0.2.1"]])
def test_what_cannot_be_printed_is_told(args, bulk_nsd):
    """A full disk: one line that says so, and status 3."""
    more = [bulk_nsd.upstream] if "check" in args else []
    with open("/dev/full", "wb") as full:
        done = harness.run(*args, *more, stdout=full)
    assert done.returncode == STOPPED
    assert done.stderr == "spfsweep: standard output: No space left on device\n"


# ---- mistakes: one line that names what is wrong, status 2, nothing done ----


@pytest.mark.parametrize(
    "args, words",
    [
        ([], ["command"]),
        (["sweep"], ["sweep"]),
        (["scan"], ["input"]),
        (["scan", "--nonsense", "in.csv"], ["--nonsense"]),
        (["scan", "-x", "in.csv"], ["-x"]),
        (["scan", "--output"], ["--output"]),
        (["scan", "-o"], ["--output"]),
        (["scan", "in.csv", "--workers"], ["--workers"]),
        (["scan", "--workers=0", "in.csv"], ["--workers", "0"]),
        (["scan", "--workers=many", "in.csv"], ["--workers", "many"]),
        (["scan", "--workers=", "in.csv"], ["--workers"]),
        (["scan", "--workers=1.5", "in.csv"], ["--workers", "1.5"]),
        (["scan", "--workers= 2", "in.csv"], ["--workers", " 2"]),
        (["scan", "--window=1", "in.csv"], ["--window", "1"]),
        (["scan", "--window=99999999999999999999", "in.csv"], ["--window", "99999999999999999999"]),
        (["scan", "--qps=-1", "in.csv"], ["--qps", "-1"]),
        (["scan", "--timeout=2x", "in.csv"], ["--timeout", "2x"]),
        (["scan", "--retries=1000", "in.csv"], ["--retries", "1000"]),
        (["scan", "--deadline=0", "in.csv"], ["--deadline", "0"]),
        (["scan", "--checks=spf,dkim", "in.csv"], ["--checks", "spf,dkim"]),
        (["scan", "--checks=", "in.csv"], ["--checks"]),
        (["scan", "--checks=spf,", "in.csv"], ["--checks"]),
        (["scan", "--progress=sometimes", "in.csv"], ["--progress", "sometimes"]),
        (["scan", "--upstream=localhost", "in.csv"], ["--upstream", "localhost"]),
        (["scan", "--upstream=192.0.2.1:0", "in.csv"], ["--upstream", "192.0.2.1:0"]),
        (["scan", "--upstream=192.0.2.1:65536", "in.csv"], ["--upstream", "65536"]),
        (["scan", "--upstream=[::1", "in.csv"], ["--upstream", "[::1"]),
        (["scan", "--upstreams"], ["--upstreams"]),
        (["scan", "--upstreams=nowhere.txt", "in.csv"], ["--upstreams", "nowhere.txt"]),
        (["scan", "--upstreams=.", "in.csv"], ["--upstreams"]),
        (
            ["scan", "--qps-per-upstream=-1", "--upstream=192.0.2.1", "in.csv"],
            ["--qps-per-upstream", "-1"],
        ),
        (["scan", "--qps-per-upstream=100", "in.csv"], ["--qps-per-upstream", "--upstream"]),
        (["scan", "--0x20", "in.csv"], ["--0x20", "--upstream"]),
        (["check", "--0x20", "192.0.2.1", "example.test"], ["--0x20", "--upstream"]),
        (["scan", "--0x20=yes", "--upstream=192.0.2.1", "in.csv"], ["--0x20"]),
        (
            ["scan", "--qps-per-upstream=100", "--upstream=192.0.2.1", "--dnssec", "in.csv"],
            ["--qps-per-upstream", "--dnssec"],
        ),
        (["scan", "--dnssec", "--upstream=192.0.2.1", "--0x20", "in.csv"], ["--0x20", "--dnssec"]),
        (["scan", "--dnssec=yes", "in.csv"], ["--dnssec"]),
        (["scan", "--helo=x", "in.csv"], ["--helo"]),
        (["scan", "--unbound-config=nowhere.conf", "in.csv"], ["nowhere.conf"]),
        (["check"], ["check"]),
        (["check", "192.0.2.1", "example.test", "more"], ["check"]),
        (["check", "--window=64", "192.0.2.1", "example.test"], ["--window"]),
        (["check", "--columns=ip", "192.0.2.1", "example.test"], ["--columns"]),
    ],
)
def test_a_mistake(tmp_path, monkeypatch, args, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("domain,ip\n")
    done = harness.run(*args)
    assert done.returncode == USAGE and done.stdout == b""
    lines = done.stderr.splitlines()
    assert (
        len(lines) == 1
        and lines[0].startswith("spfsweep: ")
        and all(word in lines[0] for word in words)
    ), done.stderr


def test_an_unbound_config_with_nonsense(tmp_path):
    (tmp_path / "bad.conf").write_text("server:\n  no-such-setting: 1\n")
    scan = harness.scan(tmp_path, "domain,ip\n", f"--unbound-config={tmp_path}/bad.conf")
    assert scan.status == USAGE and scan.says("bad.conf")


def test_options_and_operands_in_any_order(bulk_nsd, tmp_path):
    harness.write_input(tmp_path / "-in.csv", "domain,ip\nd1.bulk.test,192.0.2.1\n")
    done = subprocess.run(
        [
            harness.SPFSWEEP,
            "scan",
            "--progress",
            "never",
            bulk_nsd.upstream,
            "-oout.csv",
            "--",
            "-in.csv",
        ],
        cwd=tmp_path,
        capture_output=True,
        timeout=harness.HANGS_S,
    )
    assert done.returncode == DONE and (tmp_path / "out.csv").read_bytes().count(b"\n") == 2


# ---- check ----


def check(*args):
    done = harness.run("check", *args)
    return done.returncode, done.stdout.decode()


def test_check_explains_the_steps(bulk_nsd):
    status, text = check(bulk_nsd.upstream, "192.0.2.65", "d1.bulk.test")
    assert status == DONE
    steps = [
        "record of d1.bulk.test: v=spf1 a mx include:_spf.bulk.test -all",
        "try a",
        "A d1.bulk.test: ok = 192.0.2.1",
        "no match",
        "try mx",
        "MX d1.bulk.test: ok = 10 mail.bulk.test",
        "A mail.bulk.test: ok = 192.0.2.2",
        "no match",
        "try include:_spf.bulk.test",
        "record of _spf.bulk.test: v=spf1 ip4:192.0.2.64/26 -all",
        "try ip4:192.0.2.64/26",
        "match",
        "returns pass",
        "spf: pass by include:_spf.bulk.test > ip4:192.0.2.64/26",
        "ptr: ",
        "iprev: fail",
        "mx_state: ok",
    ]
    at = 0
    for step in steps:
        assert step in text[at:], f"{step!r} is missing, or too early, in:\n{text}"
        at = text.index(step, at) + len(step)


def test_check_counts_terms_and_void_lookups(server):
    dns = server(
        lambda name, type: (
            ["v=spf1 a exists:e.test mx -all"] if (name, type) == ("example.test", "TXT") else []
        )
    )
    _, text = check(dns.upstream, "192.0.2.1", "user@example.test")
    assert "[1 terms, 1 void]" in text and "[2 terms, 2 void]" in text and "void_limit" in text


def test_check_shows_both_identities(bulk_nsd):
    _, text = check(bulk_nsd.upstream, "--helo", "mail.bulk.test", "192.0.2.9", "user@d1.bulk.test")
    helo, sender = text.index("record of mail.bulk.test"), text.index("record of d1.bulk.test")
    assert helo < sender and "helo_spf: none" in text and "spf: fail by -all" in text


def test_check_of_an_empty_sender(bulk_nsd):
    """The sender is then postmaster at the HELO name."""
    status, text = check(bulk_nsd.upstream, "--helo=d7.bulk.test", "192.0.2.9", "")
    assert status == DONE and "spf: fail" in text


def test_check_of_the_null_sender(bulk_nsd):
    status, text = check(bulk_nsd.upstream, "--helo=d7.bulk.test", "192.0.2.9", "<>")
    assert status == DONE and "spf: fail" in text
    status, text = check(bulk_nsd.upstream, "192.0.2.9", "<>")
    assert status == DONE and "needs --helo" in text and "spf: " not in text


def test_check_of_one_alone_or_the_other_way_round(bulk_nsd):
    status, text = check(bulk_nsd.upstream, "192.0.2.65")
    assert status == DONE and "iprev: " in text and "SPF" not in text
    for who in "d1.bulk.test", "user@d1.bulk.test":
        status, text = check(bulk_nsd.upstream, who)
        assert status == DONE and "mx_state: ok" in text and "iprev" not in text
        assert "record of d1.bulk.test: v=spf1 a mx include:_spf.bulk.test -all\n" in text
        both = check(bulk_nsd.upstream, "192.0.2.65", who)
        assert check(bulk_nsd.upstream, who, "192.0.2.65") == both and "spf: pass by" in both[1]


@pytest.mark.parametrize("ip", [["192.0.2.1"], []])
def test_check_shows_where_the_syntax_is_wrong(server, ip):
    dns = server(lambda name, type: ["v=spf1 a ip4:192.0.2.0/33 -all"] if type == "TXT" else [])
    _, text = check(dns.upstream, "--checks=spf", *ip, "example.test")
    lines = text.splitlines()
    (at,) = [i for i, line in enumerate(lines) if "v=spf1" in line and "record" in line]
    column = lines[at + 1].index("^")
    assert lines[at][column:].startswith("33 -all") or lines[at][column:].startswith("/33"), text
    assert "syntax" in lines[at + 1]


def test_check_as_json(bulk_nsd):
    status, text = check(bulk_nsd.upstream, "--json", "192.0.2.65", "d1.bulk.test")
    told = json.loads(text)
    assert status == DONE and told["spf"] == "pass" and told["mx_state"] == "ok"
    assert (told["ip"], told["domain_or_sender"], told["helo"]) == (
        "192.0.2.65",
        "d1.bulk.test",
        None,
    )
    assert [c for c in told if c in harness.OUTPUT_COLUMNS] == harness.OUTPUT_COLUMNS
    assert any("try include:_spf.bulk.test" in step for step in told["steps"])


@pytest.mark.parametrize("word, right", [("--upsteam=x", "--upstream"), ("--qsp=1", "--qps")])
def test_the_nearest_option(word, right):
    done = harness.run("scan", word, "in.csv")
    assert done.returncode == USAGE and f"did you mean {right}?" in done.stderr


@pytest.mark.parametrize(
    "command, option, other",
    [
        ("retry", "--includes", "audit"),
        ("scan", "--networks", "audit"),
        ("audit", "--by", "report"),
    ],
)
def test_an_option_of_another_command(command, option, other):
    """That is said, and no other word is proposed."""
    done = harness.run(command, f"{option}=x", "in.csv")
    assert done.returncode == USAGE and "did you mean" not in done.stderr
    assert f"spfsweep {command} has no option '{option}', spfsweep {other} has" in done.stderr


def test_the_nearest_command():
    done = harness.run("scna", "in.csv")
    assert done.returncode == USAGE and "did you mean scan?" in done.stderr


def test_numbers_with_units(bulk_nsd, tmp_path):
    scan = harness.scan(
        tmp_path,
        "domain,ip\nd1.bulk.test,192.0.2.1\n",
        bulk_nsd.upstream,
        *["--qps=10k", "--timeout=2s", "--deadline=5m", "--window=1M", "--sync-interval=1m"],
    )
    names = ("qps", "timeout_ms", "deadline_ms", "window", "sync_interval_s")
    assert [scan.summary["options"][name] for name in names] == [10000, 2000, 300000, 1000000, 60]


@pytest.mark.parametrize(
    "option",
    ["--deadline=2h", "--deadline=30x", "--qps=10s", "--qps=k", "--cache=1k", "--qps=1000M"],
)
def test_numbers_with_wrong_units(option):
    done = harness.run("scan", option, "in.csv")
    assert done.returncode == USAGE and option.split("=")[0] in done.stderr


@pytest.mark.parametrize(
    "ip, who, words",
    [
        ("nonsense", "d1.bulk.test", "ip: not an IP address"),
        ("192.0.2.1", "a..b", "domain:"),
        ("192.0.2.1", "user@a..b", "sender:"),
    ],
)
def test_check_of_bad_input(bulk_nsd, ip, who, words):
    status, text = check(bulk_nsd.upstream, ip, who)
    assert status == BAD_ROWS and "bad input: " + words in text


def test_check_agrees_with_scan(bulk_nsd, tmp_path):
    """On what both say."""
    for octet in (1, 2, 9, 64):
        _, text = check(bulk_nsd.upstream, f"192.0.2.{octet}", "d1.bulk.test")
        facts = bulk.facts(octet)
        assert (
            f"spf: {facts['spf']} by {facts['spf_matched']}," in text
            and f"iprev: {facts['iprev']}\n" in text
        )
        assert (
            f"a_match: {facts['a_match']}\n" in text and f"mx_match: {facts['mx_match']}\n" in text
        )


def test_check_says_why_a_lookup_failed():
    status, text = check(
        f"--upstream={addresses.nobody()}",
        "--timeout=100",
        "--retries=0",
        "192.0.2.1",
        "example.test",
    )
    assert (
        status == DONE
        and "spf: temperror (dns_error)" in text
        and re.search(r"dns_cause: .*TXT example\.test: (timeout|unresolved)", text)
    )


def test_check_does_not_let_a_stranger_s_text_reach_the_terminal(server):
    """Explanations and causes are strangers' text; control octets must not come through."""
    dns = server(
        lambda name, type: (
            [r'"v=spf1 exp=x.test foo=\027[2J -all"']
            if name == "example.test" and type == "TXT"
            else [r'"\027[2J"']
            if type == "TXT"
            else []
        )
    )
    _, text = check(dns.upstream, "192.0.2.1", "example.test")
    assert "\x1b" not in text and r"\027[2J" in text


# ---- the summary ----


def test_summary(bulk_nsd, tmp_path):
    scan = harness.scan(
        tmp_path,
        ROWS,
        bulk_nsd.upstream,
        "--workers=2",
        "--qps=5000",
        "--timeout=1500",
        "--retries=2",
        "--deadline=9000",
    )
    s = scan.summary
    assert (s["program"], s["complete"], s["exit_status"], s["inputs"], s["output"]) == (
        "spfsweep",
        True,
        BAD_ROWS,
        [str(tmp_path / "in.csv")],
        str(tmp_path / "out.csv.gz"),
    )
    assert s["version"] == harness.run("--version").stdout.decode().split()[1]
    assert (s["rows_read"], s["rows"], s["bad_rows"], s["temperror_rows"]) == (7, 7, 2, 0)
    for check in ("spf", "helo_spf", "iprev"):
        counted = {word: sum(row[check] == word for row in scan.rows) for word in s[check]}
        assert s[check] == counted
    assert set(s["spf"]) == {
        "none",
        "neutral",
        "pass",
        "fail",
        "softfail",
        "temperror",
        "permerror",
    }
    assert sum(s["spf"].values()) == 6 and sum(s["iprev"].values()) == 6
    assert s["bytes_written"] == len(scan.data)
    assert s["wall_seconds"] > 0 and s["cpu_seconds"] > 0
    assert (
        1 << 20 < s["peak_memory_bytes"] < 1 << 30
    )  # how much it is has tests of its own, without sanitizers
    options = s["options"]
    assert (
        options["workers"],
        options["qps"],
        options["timeout_ms"],
        options["retries"],
        options["deadline_ms"],
        options["checks"],
        options["upstreams"],
    ) == (2, 5000, 1500, 2, 9000, "spf,iprev,mx,a", 1)
    assert (options["qps_per_upstream"], options["mix_case"]) == (0, False)


def test_summary_counts_questions(server, tmp_path):
    """What went out is what the server saw, repeated questions among it, and what was asked is what
    went out or was at hand."""
    dns = server(
        lambda name, type: (
            ["v=spf1 a mx -all"] if type == "TXT" else ["192.0.2.1"] if type == "A" else []
        )
    )
    scan = harness.scan(
        tmp_path,
        "domain,ip\n" + "a.test,192.0.2.1\n" * 50 + "b.test,192.0.2.1\n" * 50,
        dns.upstream,
        "--workers=1",
    )
    s = scan.summary
    assert s["queries_sent"] == len(dns.asked()) and s["queries_sent"] + s["retries"] == dns.count()
    assert s["questions"] == s["cache_hits"] + s["joined"] + s["queries_sent"]
    assert (
        s["answers"] == s["queries_sent"]
        and s["failures"] == s["timeouts"] == s["tcp_queries"] == s["bad_packets"] == 0
    )


def test_summary_counts_failures(server, tmp_path):
    dns = server(nameservers.silent_names)
    scan = harness.scan(
        tmp_path,
        "domain,ip\na.test,192.0.2.1\n",
        dns.upstream,
        "--checks=spf,iprev",
        "--timeout=100",
        "--retries=1",
        "--workers=1",
    )
    s = scan.summary
    assert (
        s["queries_sent"],
        s["failures"],
        s["temperror_rows"],
        s["spf"]["temperror"],
        s["iprev"]["temperror"],
    ) == (2, 2, 1, 1, 1)


# ---- progress and messages ----


def test_the_summary_for_people(bulk_nsd, tmp_path):
    scan = harness.scan(tmp_path, ROWS, bulk_nsd.upstream)
    assert (
        scan.says("7 rows", "2 bad")
        and scan.says("pass", "fail")
        and all(line.startswith("spfsweep: ") for line in scan.stderr.splitlines())
    )


def seen_on_a_terminal(tmp_path, dns, *options, columns=200):
    """What a scan of a slow DNS writes on a terminal; with 0 columns that does not know its
    width."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    path = harness.write_input(
        tmp_path / "in.csv", "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(20))
    )
    process = subprocess.Popen(
        [
            harness.SPFSWEEP,
            "scan",
            path,
            "-o",
            tmp_path / "out.csv",
            dns.upstream,
            "--checks=spf",
            *options,
        ],
        stdin=subprocess.DEVNULL,
        stderr=slave,
    )
    os.close(slave)
    seen = b""
    try:
        while chunk := os.read(master, 4096):
            seen += chunk
    except OSError:  # the terminal's way to say that nobody is at its other end
        pass
    os.close(master)
    assert process.wait(harness.HANGS_S) == DONE
    return seen.decode()


def live_lines(seen):
    return [part for part in re.split(r"\r|\n", seen) if "in flight" in part]


@pytest.mark.parametrize("columns", [0, 20, 40, 60, 80, 90])
def test_the_live_line_fits(server, tmp_path, columns):
    """The share and the rows are told longest. A line as wide as the terminal would scroll."""
    seen = seen_on_a_terminal(
        tmp_path,
        server(lambda name, type: ["v=spf1 -all"], delay_s=half_late),
        columns=columns,
    )
    lines = [part for part in re.split(r"\r|\n", seen) if "ETA" in part and "\x1b" in part]
    lines = [line.replace("\x1b[K", "") for line in lines]
    assert lines and all(len(line) < (columns or 80) for line in lines), lines
    if columns != 20:
        assert all(" rows" in line for line in lines), lines


def half_late(name):
    return 1.6 if int(name[1 : name.index(".")]) >= 10 else 0


def test_a_terminal_gets_a_live_line(server, tmp_path):
    lines = live_lines(
        seen_on_a_terminal(tmp_path, server(lambda name, type: ["v=spf1 -all"], delay_s=half_late))
    )
    assert len(lines) >= 2 and all(
        word in line
        for line in lines
        for word in (" rows, ", "rows/s", "in flight", "answers/s", "temperror")
    )
    assert any("10 in flight" in line for line in lines)


def test_progress_is_of_the_rows_done(server, tmp_path):
    """The input is read at once, but half of its rows are done later."""
    lines = live_lines(
        seen_on_a_terminal(tmp_path, server(lambda name, type: ["v=spf1 -all"], delay_s=half_late))
    )
    halfway = [line for line in lines if " 10 rows," in line]
    assert halfway and all(
        "ETA" in line and 30 < float(re.search(r"([\d.]+)%,", line)[1]) < 70 for line in halfway
    ), lines
    assert not [
        line for line in lines if " 0 rows," in line and ("100.0%" in line or "ETA 0:00" in line)
    ], lines


def test_a_terminal_gets_none_when_told_so(server, tmp_path):
    assert "in flight" not in seen_on_a_terminal(
        tmp_path, server(lambda name, type: ["v=spf1 -all"], delay_s=1.2), "--progress=never"
    )


def test_quiet(server, tmp_path):
    """Errors are told all the same."""
    dns = server(lambda name, type: ["v=spf1 -all"], delay_s=half_late)
    assert seen_on_a_terminal(tmp_path, dns, "-q") == ""
    scan = harness.scan(
        tmp_path, "domain,ip\nd0.test,192.0.2.1\n", dns.upstream, "--checks=spf", "--quiet"
    )
    assert scan.status == DONE and scan.stderr == "" and scan.summary["complete"]
    wrong = harness.run("scan", "-q", "--trust-anchor=/nowhere", tmp_path / "in.csv")
    assert wrong.returncode == USAGE and len(wrong.stderr.splitlines()) == 1


def test_summary_counts_words(server, tmp_path):
    """Of the output's words, also of rows that a resumed output held."""
    records = {"bad": ["v=spf1 ip4:x -all"], "none": [], "fails": ["v=spf1 -all"]}
    dns = server(
        lambda name, type: (
            records[name.split(".")[0]]
            if type == "TXT"
            else ["0 ."]
            if type == "MX" and name.startswith("fails")
            else []
        )
    )
    rows = "domain,ip\nbad.test,192.0.2.1\nnone.test,192.0.2.1\nfails.test,192.0.2.1\n"
    for options in [], ["--resume"]:
        scan = harness.scan(tmp_path, rows, dns.upstream, "--checks=spf,mx", *options)
        s = scan.summary
        assert {word: n for word, n in s["problems"].items() if n} == {
            "no_mx": 2,
            "null_mx": 1,
            "no_spf": 1,
            "spf_fail": 1,
            "spf_broken": 1,
        }
        assert {word: n for word, n in s["spf_problem"].items() if n} == {"syntax": 1}
        assert {word: n for word, n in s["mx_state"].items() if n} == {"none": 2, "null": 1}
        assert scan.says("problems:", "no_mx 2", "spf_fail 1")
        assert scan.says("spf_problem:", "syntax 1") and scan.says("mx_state:", "null 1")


@pytest.mark.slow
@pytest.mark.parametrize(
    "option, lines", [("--progress=always", 1), ("--progress=auto", 1), ("--progress=never", 0)]
)
def test_a_file_gets_a_line_every_ten_seconds(server, tmp_path, option, lines):
    dns = server(lambda name, type: ["v=spf1 -all"], delay_s=12)
    scan = harness.scan(
        tmp_path,
        "domain,ip\na.test,192.0.2.1\n",
        dns.upstream,
        "--checks=spf",
        "--timeout=30000",
        option,
    )
    assert (
        scan.status == DONE
        and scan.stderr.count("1 in flight") == lines
        and "\r" not in scan.stderr
    )


# ---- checks ----

COLUMNS_OF = {
    "spf": [
        "spf_domain",
        "spf_identity",
        "spf",
        "spf_matched",
        "spf_lookups",
        "spf_void_lookups",
        "spf_record",
        "helo_spf",
    ],
    "iprev": ["iprev", "ptr", "iprev_name", "ptr_generic"],
    "a": ["a", "a_state", "a_match"],
    "mx": ["mx", "mx_state", "mx_match"],
}


@pytest.mark.parametrize(
    "checks",
    [["spf"], ["iprev"], ["a"], ["mx"], ["spf", "mx"], ["a", "iprev"], ["spf", "iprev", "mx", "a"]],
    ids=",".join,
)
def test_checks_that_did_not_run_leave_their_columns_empty(bulk_nsd, tmp_path, checks):
    scan = harness.scan(
        tmp_path,
        "domain,ip,helo\nd1.bulk.test,192.0.2.2,mail.bulk.test\n",
        bulk_nsd.upstream,
        "--checks=" + ",".join(checks),
    )
    assert scan.header == ["row", "domain", "ip", "helo"] + harness.OUTPUT_COLUMNS
    for check, columns in COLUMNS_OF.items():
        for column in columns:
            assert bool(scan.row[column]) == (check in checks), column


@pytest.mark.parametrize(
    "checks, types",
    [
        ("spf", {"TXT", "A", "MX"}),
        ("iprev", {"PTR", "A"}),
        ("a", {"A", "AAAA"}),
        ("mx", {"MX", "A"}),
    ],
)
def test_checks_that_did_not_run_ask_nothing(server, tmp_path, checks, types):
    data = {
        "TXT": "v=spf1 a mx -all",
        "A": "192.0.2.9",
        "AAAA": "2001:db8::9",
        "MX": "10 m.test.",
        "PTR": "p.test.",
    }
    dns = server(lambda name, type: [data[type]] if type in data else [])
    harness.scan(
        tmp_path, "domain,ip\nexample.test,192.0.2.2\n", dns.upstream, "--checks=" + checks
    )
    assert {type for _, type in dns.asked()} == types


def test_type_spf_is_never_asked(server, tmp_path):
    """RFC 7208 section 3.1: TXT only."""
    dns = server(lambda name, type: [])
    harness.scan(tmp_path, "domain,ip,helo\nexample.test,192.0.2.2,mx.test\n", dns.upstream)
    assert {type for _, type in dns.asked()} <= {"TXT", "A", "AAAA", "MX", "PTR"}


@pytest.mark.parametrize(
    "limit, result",
    [
        (None, ("permerror", "void_limit", "3")),
        ("0", ("permerror", "void_limit", "1")),
        ("1", ("permerror", "void_limit", "2")),
        ("2", ("permerror", "void_limit", "3")),
        ("3", ("fail", "", "3")),
        ("none", ("fail", "", "3")),
    ],
)
def test_void_limit(server, tmp_path, limit, result):
    dns = server(
        lambda name, type: ["v=spf1 a mx exists:%{d} -all"] if type == "TXT" else []
    )
    options = [f"--void-limit={limit}"] if limit else []
    scan = harness.scan(
        tmp_path, "domain,ip\nexample.test,192.0.2.2\n", dns.upstream, "--checks=spf", *options
    )
    assert tuple(scan.row[c] for c in ("spf", "spf_problem", "spf_void_lookups")) == result
    assert scan.summary["options"]["void_limit"] == (
        None if limit == "none" else int(limit or "2")
    )


@pytest.mark.parametrize("value", ["", "-1", "1001", "two", "None"])
def test_void_limit_takes_a_number_or_none(tmp_path, value):
    scan = harness.scan(tmp_path, "example.test,192.0.2.2\n", f"--void-limit={value}")
    assert scan.status == USAGE
    assert f"--void-limit takes a whole number from 0 to 1000 or none, not '{value}'" in scan.stderr


def test_no_exp_fetches_no_explanation(server, tmp_path):
    dns = server(
        lambda name, type: ["v=spf1 exp=why.test -all"] if name == "example.test" else ["because"]
    )
    row = harness.scan(
        tmp_path, "domain,ip\nexample.test,192.0.2.2\n", dns.upstream, "--checks=spf", "--no-exp"
    ).row
    assert (row["spf"], row["spf_explanation"]) == ("fail", "") and (
        "why.test",
        "TXT",
    ) not in dns.asked()
