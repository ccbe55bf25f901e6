"""test_retry.py - `spfsweep retry`: the rows in which a look-up failed are done again, all others
stand as they did."""

import csv
import os
import subprocess
import threading

import pytest

import harness
from harness import BAD_ROWS, DONE, STOPPED, USAGE

HEADER = "domain,ip,note\n"
NOTES = ["plain", '"a, b"', '"say ""hi"""', '"two\nlines"', "=1+1", "'quoted", "-5", '" blank"']


def rows_of(n):
    return "".join(f"d{i}.test,192.0.2.{i % 200},{NOTES[i % len(NOTES)]}\n" for i in range(n))


class Weather:
    """A DNS in which some names fail until the weather is good."""

    def __init__(self, bad):
        self.bad, self.good = bad, False

    def __call__(self, name, type):
        first = name.split(".")[0]
        fails = first[0] == "d" and first[1:].isdigit() and self.bad(int(first[1:]))
        if fails and not self.good:
            return "SERVFAIL"
        return (
            ["v=spf1 ip4:192.0.2.0/25 -all"]
            if type == "TXT"
            else ["192.0.2.7"]
            if type == "A"
            else []
        )


# Patience for a slow machine: what fails is answered with SERVFAIL, at once.
OPTIONS = ["--timeout=20000", "--retries=1", "--window=64", "--checks=spf,a"]


def every_fifth(n):
    return n % 5 == 0


def retry(folder, results, *options, output="new.csv.gz", stdin=None):
    return harness.scan(folder, results, *options, output=output, stdin=stdin, command="retry")


@pytest.fixture
def bad_weather(server, tmp_path):
    """A scan of 200 rows of which every fifth has a temperror; gives it, its output's path, the
    weather and the upstream."""
    weather = Weather(every_fifth)
    dns = server(weather)
    scan = harness.scan(tmp_path, HEADER + rows_of(200), dns.upstream, *OPTIONS)
    assert scan.status == DONE and [
        int(row["row"]) for row in scan.rows if "temperror" in row["problems"]
    ] == list(range(1, 201, 5))
    return scan, tmp_path / "out.csv.gz", weather, dns


def test_good_weather(bad_weather, server, tmp_path):
    before, path, weather, dns = bad_weather
    weather.good = True
    asked = set(dns.asked())
    again = server(weather)
    scan = retry(tmp_path, path, again.upstream, *OPTIONS)
    assert scan.status == DONE and scan.header == before.header
    undisturbed = harness.scan(
        tmp_path, HEADER + rows_of(200), dns.upstream, *OPTIONS, output="good.csv.gz"
    )
    assert scan.timeless() == undisturbed.timeless()
    kept = [i for i in range(1, 201) if i % 5 != 1]
    assert [scan.records[i] for i in kept] == [before.records[i] for i in kept], (
        "rows without a failure changed"
    )
    assert {int(name.split(".")[0][1:]) for name, _ in again.asked() if name[0] == "d"} == set(
        range(0, 200, 5)
    ), "others were asked for, too"
    assert asked
    s = scan.summary
    assert (
        s["command"],
        s["rows"],
        s["retried_rows"],
        s["changed_rows"],
        s["temperror_rows"],
        s["complete"],
    ) == ("retry", 200, 40, 40, 0, True)
    assert s["spf"] == undisturbed.summary["spf"] and scan.says(
        "retried 40 rows: 40 changed", "0 rows with temperror are left"
    )


def test_bad_weather_still(bad_weather, tmp_path):
    before, path, _, dns = bad_weather
    scan = retry(tmp_path, path, dns.upstream, *OPTIONS)
    assert scan.status == STOPPED and scan.says("hold no result", "SERVFAIL")
    assert scan.summary["complete"] and scan.timeless() == before.timeless()
    assert (
        scan.summary["retried_rows"],
        scan.summary["changed_rows"],
        scan.summary["temperror_rows"],
    ) == (40, 0, 40)


def test_some_weather(bad_weather, tmp_path):
    """What is better is taken, what is not stays a temperror; and the result can be retried
    again."""
    before, path, weather, dns = bad_weather
    weather.bad = lambda n: n % 10 == 0
    scan = retry(tmp_path, path, dns.upstream, *OPTIONS)
    assert (
        scan.summary["retried_rows"],
        scan.summary["changed_rows"],
        scan.summary["temperror_rows"],
    ) == (40, 20, 20)
    assert [int(row["row"]) for row in scan.rows if "temperror" in row["problems"]] == list(
        range(1, 201, 10)
    )
    weather.good = True
    last = retry(tmp_path, tmp_path / "new.csv.gz", dns.upstream, *OPTIONS, output="last.csv.gz")
    assert (
        last.summary["retried_rows"],
        last.summary["changed_rows"],
        last.summary["temperror_rows"],
    ) == (20, 20, 0)
    assert len(last.rows) == len(before.rows)


@pytest.mark.parametrize("form", ["plain file", "plain standard input", "gzip", "named pipe"])
def test_any_form_of_results(bad_weather, tmp_path, form):
    _, path, weather, dns = bad_weather
    weather.good = True
    expected = retry(tmp_path, path, dns.upstream, *OPTIONS).timeless()
    text = b"".join(m.text for m in harness.bgzf_members(path.read_bytes()))
    if form == "plain standard input":
        scan = retry(
            tmp_path, "-", dns.upstream, *OPTIONS, output="other.csv.gz", stdin=text.decode()
        )
    elif form == "named pipe":
        name = tmp_path / "pipe"
        os.mkfifo(name)
        writer = threading.Thread(target=lambda: name.write_bytes(path.read_bytes()))
        writer.start()
        scan = retry(tmp_path, [name], dns.upstream, *OPTIONS, output="other.csv.gz")
        writer.join()
    else:
        name = tmp_path / "results"
        name.write_bytes(
            text
            if form == "plain file"
            else subprocess.run(["gzip", "-c"], input=text, capture_output=True, check=True).stdout
        )
        scan = retry(tmp_path, name, dns.upstream, *OPTIONS, output="other.csv.gz")
    assert scan.status == DONE and scan.timeless() == expected


@pytest.mark.parametrize("weather_is_good", [False, True])
def test_results_in_other_quotes(bad_weather, tmp_path, weather_is_good):
    """As other programs write CSV: kept rows go out as they stand, quotes are no change, and what
    was interrupted is gone on with."""
    _, path, weather, dns = bad_weather
    weather.good = weather_is_good
    name = tmp_path / "quoted.csv"
    with name.open("w", newline="") as file:
        csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(
            harness.parse_output(path.read_bytes())
        )
    expected = retry(tmp_path, path, dns.upstream, *OPTIONS, output="expected.csv.gz")
    scan = retry(tmp_path, name, dns.upstream, *OPTIONS)
    assert (
        scan.timeless() == expected.timeless()
        and b'"2","d1.test","192.0.2.1","a, b",'
        in b"".join(m.text for m in harness.bgzf_members(scan.data))
    )
    assert (
        scan.summary["changed_rows"]
        == expected.summary["changed_rows"]
        == (40 if weather_is_good else 0)
    )
    for n in (2, len(harness.bgzf_members(scan.data))):
        (tmp_path / "again.csv.gz").write_bytes(
            scan.data[: sum(m.size for m in harness.bgzf_members(scan.data)[:n])]
        )
        again = retry(tmp_path, name, dns.upstream, *OPTIONS, "--resume", output="again.csv.gz")
        assert (
            again.status in (DONE, scan.status)
            and again.summary["complete"]
            and again.timeless() == scan.timeless()
            and again.summary["changed_rows"] == scan.summary["changed_rows"]
        ), again.stderr


def test_results_with_quotes_where_none_belong(bad_weather, tmp_path):
    """A quote within a field quotes nothing: what was interrupted is gone on with all the same."""
    _, path, weather, dns = bad_weather
    weather.good = True
    text = b"".join(m.text for m in harness.bgzf_members(path.read_bytes()))
    name = tmp_path / "stray.csv"
    name.write_bytes(text.replace(b"plain", b'5" disk'))
    scan = retry(tmp_path, name, dns.upstream, *OPTIONS)
    assert scan.status == DONE, scan.stderr
    (tmp_path / "again.csv.gz").write_bytes(
        scan.data[: sum(m.size for m in harness.bgzf_members(scan.data)[:3])]
    )
    again = retry(tmp_path, name, dns.upstream, *OPTIONS, "--resume", output="again.csv.gz")
    assert again.status == DONE and again.timeless() == scan.timeless(), again.stderr
    assert again.summary["rows_before"] > 20


def test_csv_safe_results(server, tmp_path):
    """What --csv-safe puts before a field is no part of it."""
    weather = Weather(every_fifth)
    dns = server(weather)
    text = HEADER + rows_of(100) + "-d5.test,192.0.2.1,x\n"
    harness.scan(tmp_path, text, dns.upstream, *OPTIONS, "--csv-safe")
    weather.good = True
    scan = retry(tmp_path, tmp_path / "out.csv.gz", dns.upstream, *OPTIONS, "--csv-safe")
    assert (
        scan.status == DONE
        and scan.timeless()
        == harness.scan(
            tmp_path, text, dns.upstream, *OPTIONS, "--csv-safe", output="good.csv.gz"
        ).timeless()
    )


def test_bad_rows_stay_as_they_are(server, tmp_path):
    """A row that was no CSV record is kept, whatever failed in it: the output does not hold what
    was wrong. Another bad row is done again like all."""
    weather = Weather(lambda n: True)
    dns = server(weather)
    text = (
        HEADER
        + 'd1.test,192.0.2.1,"a"b\nd2.test,192.0.2.1\nd3.test,nonsense,x\n'
        + "bad..name,192.0.2.1,x\nd4.test,192.0.2.1,x\n"
    )
    before = harness.scan(tmp_path, text, dns.upstream, *OPTIONS)
    assert before.status == BAD_ROWS and [row["status"] for row in before.rows] == [
        "bad_input"
    ] * 4 + ["ok"]
    weather.good = True
    scan = retry(tmp_path, tmp_path / "out.csv.gz", dns.upstream, *OPTIONS)
    assert scan.status == BAD_ROWS and scan.summary["bad_rows"] == 4
    assert scan.records[1:3] == before.records[1:3] and [row["error"] for row in scan.rows] == [
        row["error"] for row in before.rows
    ]
    assert "temperror" not in scan.rows[2]["problems"] and scan.rows[4]["spf"] == "pass"


def test_retry_is_resumed(bad_weather, tmp_path):
    _, path, weather, dns = bad_weather
    weather.good = True
    expected = retry(tmp_path, path, dns.upstream, *OPTIONS)
    members = harness.bgzf_members(expected.data)
    for n in (0, 1, 2):
        (tmp_path / "again.csv.gz").write_bytes(
            expected.data[: sum(m.size for m in members[:n])] + b"torn"
        )
        if n == 0:
            (tmp_path / "again.csv.gz").write_bytes(expected.data[:20])
        scan = retry(tmp_path, path, dns.upstream, *OPTIONS, "--resume", output="again.csv.gz")
        assert scan.status == DONE and scan.timeless() == expected.timeless()


def test_a_resumed_retry_counts_all(bad_weather, tmp_path):
    _, path, weather, dns = bad_weather
    weather.good = True
    whole = retry(tmp_path, path, dns.upstream, *OPTIONS)
    members = harness.bgzf_members(whole.data)
    (tmp_path / "again.csv.gz").write_bytes(whole.data[: sum(m.size for m in members[:2])])
    scan = retry(tmp_path, path, dns.upstream, *OPTIONS, "--resume", output="again.csv.gz")
    assert scan.summary["rows_before"] > 0 and (
        scan.summary["retried_rows"],
        scan.summary["changed_rows"],
    ) == (40, 40)


def test_rows_longer_than_an_input_row_may_be(server, tmp_path):
    """A row of the longest kind is longer in the output; and what was cut is kept as it stands."""
    weather = Weather(lambda n: True)
    dns = server(weather)
    text = (
        HEADER
        + f"d1.test,192.0.2.1,{'x' * 1100000}\n"
        + "d2.test,192.0.2.1,"
        + '"'
        + '""' * 500000
        + '"\n'
        + "d3.test,192.0.2.1,x\n"
    )
    before = harness.scan(tmp_path, text, dns.upstream, *OPTIONS)
    assert [row["status"] for row in before.rows] == ["bad_input", "ok", "ok"]
    weather.good = True
    scan = retry(tmp_path, tmp_path / "out.csv.gz", dns.upstream, *OPTIONS)
    assert scan.status == BAD_ROWS and scan.records[1] == before.records[1]
    assert [row["spf"] for row in scan.rows[1:]] == ["pass", "pass"] and scan.rows[1][
        "note"
    ] == '"' * 500000


# ---- mistakes ----


def test_a_retry_of_other_results(bad_weather, tmp_path):
    """Its rows are of the same input, but what is kept in them is not what these results have."""
    before, path, weather, dns = bad_weather
    weather.good = True
    whole = retry(tmp_path, path, dns.upstream, *OPTIONS)
    half = whole.data[: sum(m.size for m in harness.bgzf_members(whole.data)[:2])]
    (tmp_path / "again.csv.gz").write_bytes(half)
    other = harness.scan(
        tmp_path, HEADER + rows_of(200), dns.upstream, *OPTIONS, output="other.csv.gz"
    )
    assert other.status == DONE
    scan = retry(
        tmp_path,
        tmp_path / "other.csv.gz",
        dns.upstream,
        *OPTIONS,
        "--resume",
        output="again.csv.gz",
    )
    assert scan.status == USAGE and scan.says("again.csv.gz", "other results") and scan.data == half
    done = harness.run(
        "scan",
        tmp_path / "in.csv",
        "-o",
        tmp_path / "again.csv.gz",
        dns.upstream,
        *OPTIONS,
        "--resume",
    )
    assert done.returncode == USAGE and "a retry that did not end" in done.stderr


def test_other_checks(bad_weather, tmp_path):
    _, path, _, dns = bad_weather
    scan = retry(tmp_path, path, dns.upstream, *OPTIONS[:-1], "--checks=spf")
    assert scan.status == USAGE and scan.data == b"" and scan.says("--checks", "'spf,a'", "'spf'")


def test_a_scan_that_did_not_end(bad_weather, tmp_path):
    _, path, _, dns = bad_weather
    (tmp_path / "torn.csv.gz").write_bytes(path.read_bytes()[:-28])
    scan = retry(tmp_path, tmp_path / "torn.csv.gz", dns.upstream, *OPTIONS)
    assert (
        scan.status == USAGE
        and scan.data == b""
        and scan.says("torn.csv.gz", "did not end", "--resume")
    )


def test_a_damaged_output(bad_weather, tmp_path):
    """It did end; the way out is another one than for a scan that did not, and the message says
    which."""
    _, path, _, dns = bad_weather
    data = path.read_bytes()
    whole = sum(m.size for m in harness.bgzf_members(data)[:2])
    (tmp_path / "damaged.csv.gz").write_bytes(
        data[: whole + 100] + bytes([data[whole + 100] ^ 1]) + data[whole + 101 :]
    )
    scan = retry(tmp_path, tmp_path / "damaged.csv.gz", dns.upstream, *OPTIONS)
    assert (
        scan.status == USAGE
        and scan.data == b""
        and scan.says("damaged.csv.gz", f"damaged behind byte {whole}", "--resume")
    )


def test_octets_behind_the_end(bad_weather, tmp_path):
    """Zeros are padding. With anything else nobody knows whether rows are missing."""
    before, path, _, dns = bad_weather
    padded = tmp_path / "padded.csv.gz"
    padded.write_bytes(path.read_bytes() + bytes(160))
    scan = retry(tmp_path, padded, dns.upstream, *OPTIONS)
    assert scan.summary["complete"] and scan.timeless() == before.timeless()
    padded.write_bytes(path.read_bytes() + b"garbage " * 20)
    scan = retry(tmp_path, padded, dns.upstream, *OPTIONS, "--overwrite")
    assert scan.status == STOPPED and scan.says("padded.csv.gz", "corrupt")


@pytest.mark.parametrize(
    "text", ["", "domain,ip\nexample.com,192.0.2.1\n", "row,domain,status\n1,a,b\n"]
)
def test_what_is_no_output(server, tmp_path, text):
    scan = retry(tmp_path, text, server(lambda name, type: []).upstream)
    assert scan.status == USAGE
    assert scan.says("in.csv: it is no output of this version of spfsweep: it")


def test_a_part_of_an_output(bad_weather, tmp_path):
    """Somebody has cut the first rows out: rows would be numbered wrongly."""
    _, path, _, dns = bad_weather
    text = b"".join(m.text for m in harness.bgzf_members(path.read_bytes())).decode()
    lines = text.split("\n")
    scan = retry(tmp_path, lines[0] + "\n" + lines[2] + "\n", dns.upstream)
    assert scan.status == USAGE and scan.says("line 2 is not row 1 of an output")
    assert scan.data == b""


def test_rows_in_another_order(bad_weather, tmp_path):
    """Found before anything is written, or asked, where the file can be read twice."""
    _, path, _, dns = bad_weather
    text = b"".join(m.text for m in harness.bgzf_members(path.read_bytes()))
    records = harness.parse_output(text)
    records[-1], records[-2] = records[-2], records[-1]
    shuffled = harness.csv_text(*records)
    asked = dns.count()
    scan = retry(tmp_path, shuffled, dns.upstream, *OPTIONS)
    assert scan.status == USAGE and scan.says("is not row 199 of an output")
    assert scan.data == b"" and dns.count() == asked
    scan = retry(tmp_path, "-", dns.upstream, *OPTIONS, stdin=shuffled)
    assert scan.status == USAGE and scan.says("is not row 199 of an output")


def test_an_empty_file(server, tmp_path):
    scan = retry(tmp_path, "", server(lambda name, type: []).upstream)
    assert scan.status == USAGE and scan.says("in.csv", "it is empty") and scan.data == b""


@pytest.mark.parametrize("form", ["file", "pipe"])
def test_checks_that_would_be_lost(bad_weather, tmp_path, form):
    """A plain output does not say which checks its scan had, but its rows show which ran."""
    _, path, weather, dns = bad_weather
    weather.good = True
    text = b"".join(m.text for m in harness.bgzf_members(path.read_bytes())).decode()
    plain = harness.write_input(tmp_path / "plain.csv", text)

    def again(checks):
        options = [dns.upstream, "--retries=1", "--overwrite", f"--checks={checks}"]
        inputs, stdin = (plain, None) if form == "file" else ("-", text)
        return retry(tmp_path, inputs, *options, stdin=stdin)

    scan = again("spf")
    assert scan.status == USAGE and scan.says("line 2:", "results of a,", "--checks")
    assert form == "pipe" or scan.data == b""
    assert again("spf,a").status == DONE
    assert again("spf,a,mx").status == DONE


@pytest.mark.parametrize("arguments", [[], ["a.csv.gz", "b.csv.gz"]])
def test_it_takes_one_file(arguments):
    done = harness.run("retry", *arguments)
    assert done.returncode == USAGE and "retry takes one file" in done.stderr


def test_results_are_not_overwritten(bad_weather):
    _, path, _, dns = bad_weather
    before = path.read_bytes()
    done = harness.run("retry", path, "-o", path, dns.upstream)
    assert done.returncode == USAGE and path.read_bytes() == before


def test_a_fail_that_a_failure_made(server, tmp_path):
    """SPF passes over a PTR look-up that fails (RFC 7208 section 5.5): the verdict is no temperror,
    and the row is done again all the same."""
    weather = {"good": False}

    def answers(name, type):
        if type == "TXT":
            return ["v=spf1 ptr -all"]
        if type == "PTR":
            return ["mail.example.test."] if weather["good"] else "SERVFAIL"
        return ["192.0.2.1"] if (name, type) == ("mail.example.test", "A") else []

    options = ["--timeout=20000", "--retries=1", "--checks=spf"]
    row = "domain,ip\nexample.test,192.0.2.1\n"
    before = harness.scan(tmp_path, row, server(answers).upstream, *options).row
    assert (before["spf"], before["problems"]) == ("fail", "spf_fail;temperror")
    assert before["dns_cause"].startswith("PTR 1.2.0.192.in-addr.arpa: servfail")
    weather["good"] = True
    after = retry(tmp_path, tmp_path / "out.csv.gz", server(answers).upstream, *options).row
    assert (after["spf"], after["problems"], after["dns_cause"]) == ("pass", "", "")
