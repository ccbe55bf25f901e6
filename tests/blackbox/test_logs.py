"""test_logs.py - mail logs in: extract, scan --log; every message once, one row a reject line,
nothing invented; files in any order, years, pipes; what is not sent to the DNS."""

import csv
import gzip
import io
import json
import lzma
import os
import re
import shutil
import subprocess
from datetime import datetime, timezone
from pathlib import Path

import pytest

import harness
import postfixlog
from harness import DONE, STOPPED, USAGE

LOGS = Path(__file__).resolve().parent / "maillogs"


@pytest.fixture(autouse=True)
def in_utc(monkeypatch):
    monkeypatch.setenv("TZ", "UTC")


def extract(*args, stdin=None, status=DONE):
    """The rows that extract writes to standard output, without the header row, and what it says."""
    done = harness.run("extract", *args, stdin=stdin)
    assert done.returncode == status, done.stderr
    records = list(csv.reader(io.StringIO(done.stdout.decode())))
    assert not records or records[0][-1] in ("spf_then", "sender_domain", "sender_hashed", "sender")
    return records[1:], done.stderr


def write(path, lines, time=None):
    data = postfixlog.text_of(lines).encode()
    path.write_bytes(gzip.compress(data) if path.suffix == ".gz" else data)
    if time:
        os.utime(path, (time.timestamp(), time.timestamp()))
    return path


def left_out(stderr, what):
    found = re.search(rf"(\d+) {re.escape(what)}", stderr)
    return int(found.group(1)) if found else 0


# ---- what is in a log ----


def rows_by_expressions(lines):
    """The three regular expressions that people write today, for a log without traps."""
    clients, rows = {}, []
    for line in lines:
        month, day, clock, _, _, text = line.split(None, 5)
        time = datetime.strptime(f"2026 {month} {day} {clock}", "%Y %b %d %H:%M:%S")
        time = time.strftime("%Y-%m-%dT%H:%M:%SZ")
        if found := re.match(r"(\w+): client=(\S+)\[(.*)\]$", text):
            clients[found[1]] = [time, *found.groups()]
        elif found := re.match(r"(\w+): from=<(.*)>, size=", text):
            if found[1] in clients:
                rows.append([*clients.pop(found[1]), "", found[2] or "<>", "message", ""])
        elif found := re.match(
            r"NOQUEUE: reject: \w+ from (\S+)\[(.*?)\]: .*; from=<(.*)> to=<.*> "
            r"proto=\S+ helo=<(.*)>$",
            text,
        ):
            rows.append([time, "", found[1], found[2], found[4], found[3] or "<>", "reject", ""])
    return rows


def test_a_log_that_postfix_wrote(tmp_path):
    lines = gzip.decompress((LOGS / "postfix.log.gz").read_bytes()).decode().splitlines()
    wanted = rows_by_expressions(lines)
    assert len(wanted) > 450 and sum(row[6] == "reject" for row in wanted) > 70
    path = write(tmp_path / "mail.log", lines, datetime(2026, 11, 29, tzinfo=timezone.utc))
    rows, stderr = extract(path)
    assert rows == wanted
    assert f"log: {len(lines)} lines, " in stderr and "log: postfix, 1 file" in stderr


def exim_rows(lines):
    """Messages and rejects of Exim by regular expressions."""
    host = r"(?:([^( \[]\S*) )?(?:\((.*?)\) )?\[([0-9a-f:.]+)\]"
    for line in lines:
        time = line[:10] + "T" + line[11:19] + "Z"
        if found := re.match(rf".{{20}}(\S+) <= (.*) H={host} ", line):
            queue_id, sender, name, helo, ip = found.groups()
            yield [time, queue_id, name or "", ip, helo or name, sender, "message", ""]
        elif found := re.match(rf".{{20}}H={host} F=<(.*?)> (?:temporarily )?rejected ", line):
            name, helo, ip, sender = found.groups()
            yield [time, "", name or "", ip, helo or name, sender or "<>", "reject", ""]
        elif found := re.match(rf".{{20}}rejected \w+ from {host}: ", line):
            name, helo, ip = found.groups()
            yield [time, "", name or "", ip, helo or "", "", "reject", ""]


def test_a_log_that_exim_wrote(tmp_path):
    lines = gzip.decompress((LOGS / "exim.log.gz").read_bytes()).decode().splitlines()
    wanted = list(exim_rows(lines))
    assert len(wanted) > 200
    rows, stderr = extract(write(tmp_path / "mainlog", lines))
    assert rows == wanted and "log: exim, 1 file" in stderr


@pytest.mark.parametrize("form", ["rfc3164", "rfc3339"])
def test_made_logs(tmp_path, form):
    log = postfixlog.made(7, 800, form=form)
    path = write(tmp_path / "mail.log.gz", log.lines, log.at)
    rows, stderr = extract(path)
    # a row leaves when the sender is known: the order of the truth
    assert rows == log.truth
    assert left_out(stderr, "local submissions") == log.counts["local"]
    assert left_out(stderr, "authenticated submissions") == log.counts["authenticated"]
    assert left_out(stderr, "clients that only connected") == log.counts["only_connected"]
    null = sum(row[5] == "<>" and not row[4] for row in rows)
    assert left_out(stderr, "of these (") == null
    with_connects, _ = extract("--connects", path)
    connects = [row for row in with_connects if row[6] == "connect"]
    assert len(connects) == log.counts["only_connected"]
    assert [row for row in with_connects if row[6] != "connect"] == log.truth


def test_the_journal(tmp_path):
    log = postfixlog.made(3, 100)
    lines = []
    for line in log.lines:
        time = datetime.strptime("2026 " + line[:15] + " +0000", "%Y %b %d %H:%M:%S %z")
        tag, text = line[20:].split(": ", 1)
        program, pid = re.match(r"(.*)\[(\d+)\]", tag).groups()
        message = list(text.encode()) if "ü" in text else text
        lines.append(
            json.dumps(
                {
                    "__REALTIME_TIMESTAMP": str(int(time.timestamp()) * 1000000 + 7),
                    "_HOSTNAME": "mx1",
                    "SYSLOG_IDENTIFIER": program,
                    "_PID": pid,
                    "MESSAGE": message,
                }
            )
        )
    rows, _ = extract(write(tmp_path / "log.json", lines))
    assert rows == log.truth


def test_the_format_is_found_behind_lines_of_others(tmp_path):
    """Of files that begin with much that is of no mail server, or have nothing else."""
    log = postfixlog.made(4, 60)
    other = ["Nov 19 23:00:00 mx1 dovecot: imap-login: Login: user=<a>, rip=192.0.2.1"] * 20000
    first = write(tmp_path / "mail.log.1", other, log.at)
    second = write(tmp_path / "mail.log", other + log.lines, log.at)
    rows, stderr = extract(second, first)
    assert rows == log.truth and "log: postfix, 2 files" in stderr
    assert left_out(stderr, "lines of other programs") == 2 * len(other)


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["--log", "exim"], "no message and no reject was found; if this is no log of exim"),
        ([], "more messages end than begin"),
    ],
)
def test_what_is_odd_is_told(tmp_path, args, words):
    log = postfixlog.made(4, 60)
    path = write(tmp_path / "mail.log", log.lines if args else log.lines[::-1], log.at)
    assert words in extract(*args, path)[1]
    assert words not in extract(write(tmp_path / "good", log.lines, log.at))[1]


# ---- files, years, pipes ----


def rotated(tmp_path, start=datetime(2025, 12, 30, tzinfo=timezone.utc)):
    """A log over New Year in four files, cut in the middle of messages."""
    log = postfixlog.made(5, 500, start, step_s=600)
    cuts = [0, len(log.lines) // 4, len(log.lines) // 2 + 1, 3 * len(log.lines) // 4, None]
    names = ["mail.log.3.gz", "mail.log.2.gz", "mail.log.1", "mail.log"]
    paths = [
        write(tmp_path / name, log.lines[a:b], log.at) for name, a, b in zip(names, cuts, cuts[1:])
    ]
    assert log.at.year == start.year + 1
    return log, paths


def test_rotated_files_in_any_order(tmp_path):
    log, paths = rotated(tmp_path)
    for order in (paths, paths[::-1], [paths[2], paths[0], paths[3], paths[1]]):
        rows, _ = extract(*order)
        assert rows == log.truth
    whole, _ = extract("-", "--year", "2025", stdin=postfixlog.text_of(log.lines))
    assert whole == log.truth


def test_year(tmp_path):
    log, paths = rotated(tmp_path)
    rows, _ = extract("--year", "2019", *paths)
    years = {"2025": "2019", "2026": "2020"}
    moved = [[years[row[0][:4]] + row[0][4:], *row[1:]] for row in log.truth]
    assert rows == moved


def test_since_and_until(tmp_path):
    log, paths = rotated(tmp_path)
    rows, stderr = extract("--since", "2025-12-31", "--until", "2026-01-02T10:00:00Z", *paths)
    wanted = [row for row in log.truth if "2025-12-31" <= row[0] < "2026-01-02T10:00:00Z"]
    assert rows == wanted and 0 < len(wanted) < len(log.truth)
    assert left_out(stderr, "rows before --since or after --until") == len(log.truth) - len(wanted)


def test_local_time(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "America/New_York")
    line = (
        "Jul  1 08:00:00 mx1 postfix/smtpd[1]: NOQUEUE: reject: RCPT from a[192.0.2.1]: 554 no; "
        "from=<a@b> to=<c@d> proto=SMTP helo=<h>"
    )
    rows, _ = extract("-", "--year", "2026", stdin=line + "\n")
    assert rows[0][0] == "2026-07-01T12:00:00Z"


def test_a_pipe_that_is_followed(running):
    process = running(
        "extract", "--log", "postfix", "-",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )
    log = postfixlog.made(9, 20)
    process.stdin.write(postfixlog.text_of(log.lines).encode())
    process.stdin.flush()
    header = process.stdout.readline()
    assert header.decode().strip().split(",") == postfixlog.COLUMNS
    rows = [process.stdout.readline() for _ in log.truth]
    assert all(rows)
    process.terminate()
    assert process.wait(harness.HANGS_S) == STOPPED


def test_a_pipe_that_begins_with_no_stamp(running):
    """journalctl -f tells where the journal begins, and then waits for the first message."""
    log = postfixlog.made(9, 20)
    for year in ([], ["--year", "2020"]):
        process = running(
            "extract", "--log", "postfix", *year, "-",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )
        process.stdin.write(b"-- Journal begins at Mon 2026-11-02 10:00:00 UTC. --\n")
        process.stdin.flush()
        assert b"log: postfix" in process.stderr.readline()
        out, _ = process.communicate(postfixlog.text_of(log.lines).encode())
        rows = list(csv.reader(io.StringIO(out.decode())))[1:]
        assert len(rows) == len(log.truth)
        now = datetime.now(timezone.utc)
        a_year = 366 * 86400
        for row in rows:
            time = datetime.strptime(row[0], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
            assert time.year == 2020 if year else 0 <= (now - time).total_seconds() < a_year


def test_a_file_that_begins_with_much_without_a_stamp(tmp_path):
    log, paths = rotated(tmp_path)
    for path in paths[1:]:
        data = path.read_bytes()
        data = gzip.decompress(data) if path.suffix == ".gz" else data
        data = b"\tfor the record\n" * 300000 + data
        path.write_bytes(gzip.compress(data, 1) if path.suffix == ".gz" else data)
        os.utime(path, (log.at.timestamp(), log.at.timestamp()))
    assert extract(*paths)[0] == log.truth


def test_what_is_refused(tmp_path):
    xz = tmp_path / "mail.log.xz"
    xz.write_bytes(b"\xfd7zXZ\0" + bytes(50))
    journal = tmp_path / "system.journal"
    journal.write_bytes(b"LPKSHHRH" + bytes(300))
    for args, words in [
        ([write(tmp_path / "x", ["hello world"])], "its lines are of no log that is known"),
        ([tmp_path / "missing"], "No such file"),
        (["--log", "sendmail", tmp_path / "x"], "--log takes a format of auto, postfix"),
        (["--since", "yesterday", tmp_path / "x"], "--since takes a date or a time"),
        (
            ["--since", "2026-11-28", "--until", "2026-11-28", tmp_path / "x"],
            "--until is not after --since",
        ),
        (["--trusted", "192.0.2.0/33", tmp_path / "x"], "--trusted takes networks"),
        ([xz], f"type: xz -dc {xz} | spfsweep extract --log=auto -"),
        ([tmp_path], "it is a folder, and no Maildir"),
        ([journal], "journalctl --file FILE | spfsweep extract --log=auto -"),
    ]:
        done = harness.run("extract", *args)
        assert done.returncode == USAGE and words in done.stderr, done.stderr
    for args, words in [
        (["--log", "postfix", "--columns", "ip"], "--columns is about CSV"),
        (["--year", "2020"], "--year has no effect without --log"),
    ]:
        done = harness.run("scan", *args, tmp_path / "x")
        assert done.returncode == USAGE and words in done.stderr, done.stderr


def test_each_file_is_looked_at(tmp_path):
    """One that is compressed in another way is not passed over as lines that cannot be read."""
    log = postfixlog.made(3, 40)
    first = write(tmp_path / "mail.log", log.lines, log.at)
    xz = tmp_path / "mail.log.1.xz"
    xz.write_bytes(lzma.compress(postfixlog.text_of(log.lines).encode()))
    os.utime(xz, (log.at.timestamp() - 900, log.at.timestamp() - 900))
    for paths in ([first, xz], [xz, first]):
        for args in ([], ["--log", "postfix"], ["--log", "mbox"]):
            done = harness.run("extract", *args, *paths)
            assert done.returncode == USAGE and f"type: xz -dc {xz} | " in done.stderr, done.stderr
            assert not done.stdout


def test_a_log_that_begins_with_octets_of_value_0(tmp_path):
    """Rotated with copytruncate, while its writer went on where it was."""
    log = postfixlog.made(3, 40)
    path = write(tmp_path / "mail.log", log.lines, log.at)
    for n_zeros in (1000, 1 << 20):
        path.write_bytes(bytes(n_zeros) + b"\n" + postfixlog.text_of(log.lines).encode())
        os.utime(path, (log.at.timestamp(), log.at.timestamp()))
        assert extract(path)[0] == log.truth


def test_a_file_that_is_named_twice(tmp_path):
    path = write(tmp_path / "mail.log", postfixlog.made(3, 40).lines)
    link = tmp_path / "mail.info"
    link.symlink_to(path)
    for paths in ([path, path], [link, path]):
        done = harness.run("extract", *paths)
        assert done.returncode == USAGE and "it is named twice" in done.stderr, done.stderr


def test_a_file_and_its_compressed_copy(tmp_path):
    """logrotate leaves both for a moment: the lines would count twice."""
    log = postfixlog.made(3, 400)
    plain = write(tmp_path / "mail.log.1", log.lines, log.at)
    packed = write(tmp_path / "mail.log.1.gz", log.lines, log.at)
    whole = packed.read_bytes()
    for data in (whole, whole[: len(whole) // 2]):
        packed.write_bytes(data)
        for paths in ([plain, packed], [packed, plain]):
            done = harness.run("extract", *paths)
            words = f"{packed}: it begins as {plain} does, and would count twice"
            assert done.returncode == USAGE and words in done.stderr, done.stderr
            assert not done.stdout
    done = harness.run("scan", "--log", "auto", plain, packed, "-o", tmp_path / "out.csv")
    assert done.returncode == USAGE and "would count twice" in done.stderr, done.stderr


def test_a_file_and_a_compressed_one_of_other_lines(tmp_path):
    """A name is no proof: these are two logs, and one of them is empty."""
    log = postfixlog.made(3, 40)
    plain = write(tmp_path / "mail.log", log.lines[20:], log.at)
    packed = write(tmp_path / "mail.log.gz", log.lines[:20], log.at)
    assert extract(plain, packed)[0] == log.truth
    packed = write(tmp_path / "mail.log.gz", [], log.at)
    assert harness.run("extract", plain, packed).returncode == DONE


def test_a_torn_file(tmp_path):
    log = postfixlog.made(2, 200)
    path = write(tmp_path / "mail.log.gz", log.lines)
    path.write_bytes(path.read_bytes()[:-100])
    rows, stderr = extract(path, status=STOPPED)
    assert rows and rows == log.truth[: len(rows)]
    assert "the gzip data ends too early; every row before is in the output" in stderr


def test_an_output_is_not_overwritten(tmp_path):
    path = write(tmp_path / "mail.log", postfixlog.made(2, 20).lines)
    out = tmp_path / "pairs.csv.gz"
    assert harness.run("extract", path, "-o", out).returncode == DONE
    before = out.read_bytes()
    assert harness.run("extract", path, "-o", out).returncode == USAGE
    assert out.read_bytes() == before
    assert harness.run("extract", path, "-o", path, "--overwrite").returncode == USAGE
    assert harness.run("extract", path, "-o", out, "--overwrite").returncode == DONE


# ---- scan --log ----

RECORDS = {
    ("d1.example", "TXT"): ["v=spf1 exists:%{l}.users.%{d} -all"],
    ("d2.example", "TXT"): ["v=spf1 ip4:192.0.2.0/24 include:d1.example -all"],
    ("d3.example", "TXT"): ["v=spf1 -all exp=%{s}.why.d3.example"],
    ("d4.example", "TXT"): ["v=spf1 redirect=%{L}.r.example"],
    ("d5.example", "TXT"): ["v=spf1 exists:%{i}.%{o}.list.example ~all"],
    ("h.example", "TXT"): ["v=spf1 exists:%{l}.h.example -all"],
    ("postmaster.h.example", "A"): ["127.0.0.2"],
}


def script(name, type):
    if type == "A" and ".users." in name:
        return ["127.0.0.2"]
    return RECORDS.get((name, type), "NXDOMAIN")


def test_scan_of_a_log_sends_no_local_part(tmp_path, server):
    log = postfixlog.made(11, 400)
    path = write(tmp_path / "mail.log", log.lines, log.at)
    dns = server(script)
    result = harness.scan(tmp_path, path, "--log", "auto", dns.upstream, "--checks", "spf")
    assert result.status in (DONE, harness.BAD_ROWS), result.stderr
    assert [[row[c] for c in postfixlog.COLUMNS] for row in result.rows] == log.truth
    needs = [row for row in result.rows if row["spf"] == "needs_local_part"]
    assert needs and all(row["spf_problem"] == "needs_local_part" for row in needs)
    for row in result.rows:
        domain, ip = row["spf_domain"], row["ip"]
        if domain in ("d1.example", "d4.example") or (domain == "d2.example" and ":" in ip):
            assert row["spf"] == "needs_local_part" and row["spf_lookups"] == ""
        elif domain == "d2.example":
            assert row["spf"] == "pass"
        elif domain == "d3.example":
            assert row["spf"] == "fail" and row["spf_explanation"] == ""
        elif domain == "d5.example":
            assert row["spf"] == "softfail"
        elif row["sender"] == "<>" and row["helo"] == "h.example":
            assert row["spf"] == "pass" and row["spf_matched"] == "exists:%{l}.h.example"
        elif row["sender"] == "<>" and not row["helo"]:
            assert row["spf"] == "" and row["status"] == "ok"
    assert any(row["spf_matched"] == "include:d1.example > exists:%{l}.users.%{d}" for row in needs)
    asked = {name for name, _ in dns.asked()}
    local_parts = [p.strip('"') for p in postfixlog.LOCAL_PARTS]
    assert not [name for name in asked for part in local_parts if part.lower() in name]
    assert "local-parts of senders are not sent to the DNS" in result.stderr
    assert f"needs_local_part {len(needs)}" in result.stderr
    check_pairs(tmp_path, path, dns, result)
    check_retry(tmp_path, dns, result)


def check_pairs(tmp_path, path, dns, result):
    """What extract wrote gives the same verdicts, and is as careful."""
    pairs = tmp_path / "pairs.csv.gz"
    assert harness.run("extract", path, "-o", pairs).returncode == DONE
    again = harness.scan(tmp_path, pairs, dns.upstream, "--checks", "spf", output="b.csv.gz")
    assert again.timeless() == result.timeless()
    unique = tmp_path / "unique.csv.gz"
    assert harness.run("extract", "--unique", path, "-o", unique).returncode == DONE
    grouped = harness.scan(tmp_path, unique, dns.upstream, "--checks", "spf", output="c.csv.gz")
    sums = {}
    for row in grouped.rows:
        sums[row["spf"]] = sums.get(row["spf"], 0) + int(row["count"])
    counts = {}
    for row in result.rows:
        counts[row["spf"]] = counts.get(row["spf"], 0) + 1
    assert sums == counts


def check_retry(tmp_path, dns, result):
    before = len(dns.queries)
    again = harness.scan(
        tmp_path, tmp_path / "out.csv.gz", dns.upstream, "--checks", "spf",
        output="d.csv.gz", command="retry",
    )
    assert again.records[1:] == result.records[1:] and len(dns.queries) >= before
    assert b"log=postfix" in result.data and b"year=2026" in result.data


def test_send_local_parts(tmp_path, server):
    log = postfixlog.made(11, 400)
    path = write(tmp_path / "mail.log", log.lines, log.at)
    dns = server(script)
    result = harness.scan(
        tmp_path, path, "--log=postfix", dns.upstream, "--checks=spf", "--send-local-parts"
    )
    assert not [row for row in result.rows if row["spf"] == "needs_local_part"]
    assert any(name.startswith("alice.users.") for name, _ in dns.asked())


def test_hashed_local_parts_are_never_sent(tmp_path, server):
    log = postfixlog.made(11, 200)
    path = write(tmp_path / "mail.log", log.lines, log.at)
    key, pairs = tmp_path / "key", tmp_path / "pairs.csv"
    key.write_bytes(b"k" * 32)
    assert harness.run("extract", path, "--hash-local-part", key, "-o", pairs).returncode == DONE
    rows = list(csv.DictReader(pairs.open()))
    hashes = {}
    for row, truth in zip(rows, log.truth):
        sender = truth[5]
        if "@" not in sender:
            assert row["sender_hashed"] == sender
            continue
        local, domain = row["sender_hashed"].split("@")
        assert re.fullmatch("[0-9a-f]{32}", local) and domain == sender.rsplit("@", 1)[1]
        assert hashes.setdefault(sender, local) == local
    assert len(set(hashes.values())) == len(hashes)
    dns = server(script)
    result = harness.scan(tmp_path, pairs, dns.upstream, "--checks=spf", "--send-local-parts")
    assert [row for row in result.rows if row["spf"] == "needs_local_part"]
    asked = {name for name, _ in dns.asked()}
    assert not [name for name in asked if any(h in name for h in hashes.values())]
    key.write_bytes(b"short")
    assert harness.run("extract", path, "--hash-local-part", key).returncode == USAGE


def test_unique_needs_files(tmp_path):
    log = postfixlog.made(1, 20)
    done = harness.run("extract", "--unique", "-", stdin=postfixlog.text_of(log.lines))
    assert done.returncode == USAGE and "--unique needs files" in done.stderr


def test_unique_in_little_memory(tmp_path):
    log = postfixlog.made(1, 3000)
    path = write(tmp_path / "mail.log", log.lines)
    whole, _ = extract("--unique", path)
    assert sum(int(row[2]) for row in whole) == len(log.truth)
    assert len({tuple(row[5:]) for row in whole}) == len(whole)
    assert sum(int(row[3]) for row in whole) == sum(row[6] == "reject" for row in log.truth)


def test_a_scan_of_a_log_that_is_resumed_next_year(tmp_path, server):
    """The output is cut as a crash would, and the files' times say another year."""
    log, paths = rotated(tmp_path)
    dns = server(script)
    options = ["--log", "postfix", dns.upstream, "--checks", "spf"]
    whole = harness.scan(tmp_path, paths, *options, output="whole.csv.gz")
    shutil.copy(tmp_path / "whole.csv.gz", tmp_path / "out.csv.gz")
    cut = tmp_path / "out.csv.gz"
    os.truncate(cut, cut.stat().st_size * 2 // 3)
    later = datetime(2027, 3, 1, tzinfo=timezone.utc).timestamp()
    for path in paths:
        os.utime(path, (later, later))
    again = harness.scan(tmp_path, paths, *options, "--resume")
    assert again.status == whole.status, again.stderr
    assert again.timeless() == whole.timeless()
    other = harness.scan(tmp_path, paths, *options, "--resume", "--year", "2019")
    assert other.status == USAGE and "--year was" in other.stderr


def test_scan_of_a_pipe_that_is_followed(tmp_path, server, running):
    dns = server(script)
    process = running(
        "scan", "--log", "postfix", dns.upstream, "--checks", "spf", "-",
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )
    log = postfixlog.made(9, 20)
    process.stdin.write(postfixlog.text_of(log.lines).encode())
    process.stdin.flush()
    rows = [process.stdout.readline() for _ in range(len(log.truth) + 1)]
    assert rows[-1].startswith(b"%d," % len(log.truth))
    process.stdin.close()
    assert process.wait(harness.HANGS_S) in (DONE, harness.BAD_ROWS)


@pytest.mark.parametrize("command", ["scan", "extract"])
def test_a_row_does_not_wait_behind_lines_of_no_row(server, tmp_path, running, command):
    """A reject comes out though only lines follow that give no row, whole ones and half of one."""
    dns = server(script)
    options = [dns.upstream, "--checks", "spf"] if command == "scan" else []
    path = tmp_path / "out.csv"
    process = running(
        command, "--log=postfix", "-", "-o", path, *options, stdin=subprocess.PIPE, bufsize=0
    )
    log = postfixlog.Log(1, datetime(2026, 11, 20, tzinfo=timezone.utc))
    for n in range(1, 4):
        log.lines.clear()
        log.reject("smtpd[1]", "", ("unknown", "192.0.2.1"), "a@d5.example")
        for _ in range(n * n):
            log.only_connects("smtpd[1]")
        process.stdin.write(postfixlog.text_of(log.lines).encode() + b"Nov 20 00:00:00 mx1 post")
        harness.until(
            lambda: path.exists() and path.read_bytes().count(b"\n") == n + 1, what="the row"
        )
        process.stdin.write(b"fix/smtpd[1]: connect from x[192.0.2.3]\n")
    process.stdin.close()
    assert process.wait(harness.HANGS_S) == DONE


@pytest.mark.parametrize("command", ["scan", "extract"])
def test_a_row_comes_out_before_a_flood_of_lines(server, tmp_path, running, command):
    options = [server(script).upstream, "--checks", "spf"] if command == "scan" else []
    log = postfixlog.Log(1, datetime(2026, 11, 20, tzinfo=timezone.utc))
    log.reject("smtpd[1]", "", ("unknown", "192.0.2.1"), "a@d5.example")
    write(tmp_path / "log", log.lines)
    flood = "cat log; exec yes 'Nov 20 00:00:01 mx1 sshd[1]: hello'"
    with subprocess.Popen(["sh", "-c", flood], stdout=subprocess.PIPE, cwd=tmp_path) as producer:
        path = tmp_path / "out.csv"
        process = running(
            command, "--log=postfix", "-", "-o", path, *options, stdin=producer.stdout
        )
        producer.stdout.close()
        harness.until(lambda: path.exists() and path.read_bytes().count(b"\n") == 2, what="a row")
        producer.kill()
    assert process.wait(harness.HANGS_S) == DONE


def test_what_was_read_is_in_the_summary(tmp_path, server):
    """Each count that the end tells, by its name, also of a scan that is resumed."""
    log = postfixlog.made(13, 100)
    noise = ["no line of a log", "Nov 20 00:00:00 mx1 sshd[1]: hello", log.lines[0] + "x" * 70000]
    path = write(tmp_path / "mail.log", log.lines + noise, log.at)
    dns = server(script)
    options = ["--log", "auto", dns.upstream, "--checks", "spf"]
    result = harness.scan(tmp_path, path, *options)
    told = result.summary["log"]
    assert told["format"] == "postfix" and told["lines"] == len(log.lines) + 3
    events = [row[6] for row in log.truth]
    assert told["messages"] == events.count("message") > 0
    assert told["rejects"] == events.count("reject") > 0
    assert told["no_identity"] == sum(row[5] == "<>" and not row[4] for row in log.truth) > 0
    for name, n in log.counts.items():
        assert told[name] == n > 0
    assert told["lines_unread"] == told["lines_other"] == told["lines_long"] == 1
    assert told["connects"] == told["out_of_range"] == told["trusted"] == 0
    os.truncate(tmp_path / "out.csv.gz", len(result.data) * 2 // 3)
    again = harness.scan(tmp_path, path, *options, "--resume")
    assert again.summary["log"] == told
    plain = harness.scan(tmp_path, "d5.example,192.0.2.1\n", dns.upstream, output="e.csv")
    assert plain.summary["log"] is None


# ---- headers ----


def message(i, relay="198.51.100.7"):
    """A message that came in through a relay, and its row."""
    sender = "" if i % 5 == 0 else f"u{i}@d{i}.example"
    text = (
        f"Return-Path: <{sender}>\n"
        f"Received: from relay.example (relay.example [{relay}])\n\tby store (Postfix) with LMTP "
        f"id S{i};\n\tSat, 28 Nov 2026 17:36:{i % 60:02d} +0100\n"
        f"Received: from h{i}.example (unknown [192.0.2.{i}])\n\tby relay (Postfix) with ESMTP id "
        f"R{i};\n\tSat, 28 Nov 2026 17:30:{i % 60:02d} +0100\n"
        f"Received: from forged (forged [203.0.113.1]) by x; Sat, 28 Nov 2026 17:00:00 +0100\n"
        f"Subject: {i}\n\nFrom here on\n\nFrom me\nReceived: from z (z [203.0.113.2]) by z; x\n"
    )
    row = [f"2026-11-28T16:30:{i % 60:02d}Z", f"R{i}", "unknown", f"192.0.2.{i}", f"h{i}.example"]
    return text, [*row, sender or "<>", "message", ""]


def test_a_maildir(tmp_path):
    wanted = []
    for i in range(1, 40):
        folder = tmp_path / "Maildir" / ("cur" if i < 20 else "new")
        folder.mkdir(parents=True, exist_ok=True)
        text, row = message(i)
        (folder / f"17643{i:05d}.x:2,S").write_text(text)
        wanted.append(row)
    (tmp_path / "Maildir/cur/.hidden").write_text(message(99)[0])
    rows, stderr = extract("--trusted", "198.51.100.0/24,127.0.0.1", tmp_path / "Maildir")
    assert rows == wanted and "log: mbox, 39 files" in stderr
    rows, _ = extract(tmp_path / "Maildir")
    assert {row[3] for row in rows} == {"198.51.100.7"}


def test_an_mbox(tmp_path):
    path, wanted = tmp_path / "mbox", []
    with path.open("w") as out:
        for i in range(1, 40):
            text, row = message(i)
            escaped = text.replace("\nFrom ", "\n>From ")
            out.write(f"From x Sat Nov 28 2026\n{escaped}\n")
            wanted.append(row)
    rows, _ = extract("--trusted=198.51.100.7", path)
    assert rows == wanted
