"""test_record.py - `--record` keeps each answer beside the results, `--replay` answers from it and
asks nobody."""

import gzip
import re
from pathlib import Path

import pytest

import harness
from harness import BAD_ROWS, DONE, STOPPED, USAGE, until

CASES = sorted((Path(__file__).parent / "cases").glob("*.rec"))
N = 3000
HEADER = "domain,ip,note\n"


def rows_of(numbers):
    return "".join(f"d{n}.bulk.test,192.0.2.{n % 128},note {n}\n" for n in numbers)


def text_of(record):
    return gzip.decompress(record.read_bytes()).decode("ascii")


def lines_of(record):
    return [
        line.split("\t") for line in text_of(record).splitlines() if not line.startswith("#")
    ]


@pytest.fixture(scope="module")
def recorded(bulk_nsd, tmp_path_factory):
    """A scan with its record, and its input."""
    folder = tmp_path_factory.mktemp("recorded")
    path = harness.write_input(folder / "in.csv.gz", HEADER + rows_of(range(N)))
    record = folder / "record.gz"
    scan = harness.scan(folder, path, bulk_nsd.upstream, "--window=512", "--record", record)
    assert scan.status == DONE and len(scan.rows) == N
    return scan, path, record


def replay(folder, inputs, record, *options, **more):
    return harness.scan(folder, inputs, "--replay", record, *options, **more)


# ---- what is recorded ----


def test_a_line_says_who_answered_what_and_when(server, tmp_path):
    dns = server(
        lambda name, type: {
            ("one.test", "TXT"): ["v=spf1 a:x\t-all"],
            ("one.test", "A"): ["192.0.2.7"],
            ("two.test", "TXT"): "SERVFAIL",
        }.get((name, type), [])
    )
    record = tmp_path / "record.gz"
    scan = harness.scan(
        tmp_path,
        "domain,ip\none.test,192.0.2.1\ntwo.test,192.0.2.1\n",
        dns.upstream,
        "--checks=spf,a",
        "--retries=0",
        "--record",
        record,
    )
    assert scan.status == DONE
    assert text_of(record).splitlines()[0] == "#spfsweep-record\t1"
    upstream = dns.upstream.removeprefix("--upstream=").replace(":", "#")
    by_question = {(line[0], line[4], line[5]): line for line in lines_of(record)}
    assert set(by_question) >= {
        ("1", "TXT", "one.test"),
        ("1", "A", "one.test"),
        ("1", "AAAA", "one.test"),
        ("2", "TXT", "two.test"),
    }
    assert by_question["1", "TXT", "one.test"][6:] == [
        "ok",
        "insecure",
        "",
        "",
        '"v=spf1 a:x\\009-all"',
    ]
    assert by_question["1", "A", "one.test"][10:] == ["192.0.2.7"]
    assert by_question["1", "AAAA", "one.test"][6] == "nodata"
    assert by_question["2", "TXT", "two.test"][6] == "servfail"
    for line in by_question.values():
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", line[1])
        assert line[3] == upstream


def test_an_answer_that_is_used_again_is_recorded_once(server, tmp_path):
    dns = server(lambda name, type: ["v=spf1 -all"] if type == "TXT" else [])
    record = tmp_path / "record.gz"
    harness.scan(
        tmp_path,
        "domain,ip\n" + "same.test,192.0.2.1\n" * 200,
        dns.upstream,
        "--checks=spf",
        "--record",
        record,
    )
    assert [line[0] for line in lines_of(record)] == ["1"]


# ---- what a replay gives ----


def test_a_replay_gives_the_same_rows_and_asks_nobody(recorded, tmp_path):
    scan, path, record = recorded
    again = replay(tmp_path, path, record)
    assert again.status == DONE and again.timeless() == scan.timeless()
    assert again.summary["queries_sent"] == again.summary["not_recorded"] == 0
    assert again.summary["replayed"] == again.summary["questions"] > 0
    assert again.says("answered from the record", "nobody asked")


@pytest.mark.parametrize("workers", [1, 3])
def test_answers_that_change_are_those_of_each_row(server, tmp_path, workers):
    """TTL 0, and another answer each time; the names are shared by all rows."""

    def turning(query):
        records = {
            "TXT": [f"v=spf1 {['a', 'mx', 'all'][query.number % 3]} -all"],
            "A": [f"192.0.2.{query.number % 7}"],
        }
        reply = query.reply(records.get(query.type, []))
        for rrset in reply.answer:
            rrset.ttl = 0
        reply.authority = []  # no SOA: a negative answer is not kept, either
        return reply.to_wire()

    dns = server(raw=turning)
    record = tmp_path / "record.gz"
    rows = "domain,ip\n" + "".join(f"t{n % 5}.test,192.0.2.{n % 7}\n" for n in range(600))
    scan = harness.scan(
        tmp_path,
        rows,
        dns.upstream,
        "--checks=spf,a",
        f"--workers={workers}",
        "--in-flight=1",
        "--record",
        record,
    )
    assert {row["spf"] for row in scan.rows} == {"pass", "fail"}
    assert len({row["a"] for row in scan.rows}) == 7
    again = replay(
        tmp_path, rows, record, "--checks=spf,a", "--workers=2", output="again.csv.gz"
    )
    assert again.timeless() == scan.timeless()


def test_a_plain_text_record_is_read_too(recorded, tmp_path):
    scan, path, record = recorded
    plain = tmp_path / "record.txt"
    plain.write_text(text_of(record))
    assert replay(tmp_path, path, plain).timeless() == scan.timeless()
    (tmp_path / "one.gz").write_bytes(gzip.compress(plain.read_bytes()))
    again = replay(tmp_path, path, tmp_path / "one.gz", output="again.csv.gz")
    assert again.timeless() == scan.timeless()


def test_a_record_that_was_cut_gives_its_whole_lines(server, tmp_path):
    """In whatever form; of the address 192.0.2.12 there is only 192.0.2.1 left in the last line."""
    dns = server(lambda name, type: ["192.0.2.12"] if type == "A" else [])
    record, options = tmp_path / "record.gz", ("--checks=a", "--ask=A:{domain}")
    rows = "domain\n" + "".join(f"d{n}.test\n" for n in range(20))
    scan = harness.scan(tmp_path, rows, dns.upstream, *options, "--record", record)
    text = text_of(record)
    text = text[: text.rindex("192.0.2.12") + len("192.0.2.1")].encode()
    lines = [line.split("\t") for line in text.decode().splitlines()[2:-1]]
    whole = {line[5] for line in lines if line[4] == "A"}
    assert len(whole) == 19
    torn = {"plain": text, "gzip": gzip.compress(text), "gz": gzip.compress(text + b"2\n")[:-8]}
    for name, data in torn.items():
        (tmp_path / name).write_bytes(data)
        again = replay(tmp_path, rows, tmp_path / name, *options, output=name + ".csv.gz")
        assert again.status == DONE and again.says(tmp_path / name, "it ends too early")
        for before, after in zip(scan.rows, again.rows, strict=True):
            is_there = after["domain"] in whole or name == "gz"
            assert after["a"] == (before["a"] if is_there else "")
            cause = f"A {after['domain']}: not_recorded"
            assert (cause in after["dns_cause"].split(";")) != is_there


def test_what_is_not_there_is_not_recorded(recorded, tmp_path):
    _, _, record = recorded
    scan = replay(tmp_path, HEADER + "d1.bulk.test,192.0.2.1,\nelsewhere.test,192.0.2.1,\n", record)
    known, unknown = scan.rows
    assert "not_recorded" not in known["dns_cause"]
    assert unknown["spf"] == "temperror" and "TXT elsewhere.test: not_recorded" in (
        unknown["dns_cause"]
    )
    assert scan.summary["not_recorded"] > 0 and scan.summary["queries_sent"] == 0


def test_the_failures_of_a_record_are_those_of_its_replay(server, tmp_path):
    """Some rows failed: a replay repeats that, and is as good as the scan was."""
    dns = server(lambda name, type: "SERVFAIL" if name.startswith("bad") else [])
    names = [f"bad{n}.test\n" for n in range(20)] + [f"good{n}.test\n" for n in range(5)]
    rows = "domain\n" + "".join(names)
    record = tmp_path / "record.gz"
    scan = harness.scan(tmp_path, rows, dns.upstream, "--retries=0", "--record", record)
    failed = [row for row in scan.rows if row["spf"] == "temperror"]
    assert scan.status == DONE and len(failed) == 20
    again = replay(tmp_path, rows, record, output="again.csv.gz")
    assert again.status == DONE and again.timeless() == scan.timeless()


def test_a_record_without_any_answer_gives_rows_that_mean_nothing(recorded, tmp_path):
    _, _, record = recorded
    rows = "domain\n" + "".join(f"elsewhere{n}.test\n" for n in range(40))
    scan = replay(tmp_path, rows, record)
    assert scan.status == STOPPED and len(scan.rows) == 40
    assert scan.says(str(record), "definite answer to none", "40 rows", "hold no result")


def test_a_replay_can_be_recorded(recorded, tmp_path):
    """A part of a record becomes a record of its own, with who answered and when."""
    _, _, record = recorded
    part = tmp_path / "part.gz"
    row = HEADER + "d7.bulk.test,192.0.2.7,\n"
    first = replay(tmp_path, row, record, "--record", part)
    again = replay(tmp_path, row, part, output="again.csv.gz")
    assert again.timeless() == first.timeless() and again.summary["not_recorded"] == 0
    whole = {tuple(line[1:]) for line in lines_of(record)}
    assert all(tuple(line[1:]) in whole and line[3] for line in lines_of(part))


def test_retry_records_the_rows_that_it_does_again(server, tmp_path):
    weather = {"good": False}

    def answer(name, type):
        if type != "TXT":
            return []
        return "SERVFAIL" if name == "d3.test" and not weather["good"] else ["v=spf1 -all"]

    dns = server(answer)
    record, retried = tmp_path / "record.gz", tmp_path / "retried.gz"
    rows = "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(6))
    options = [dns.upstream, "--checks=spf", "--retries=0"]
    scan = harness.scan(tmp_path, rows, *options, "--record", record)
    weather["good"] = True
    results = tmp_path / "out.csv.gz"
    new = harness.scan(
        tmp_path, results, *options, "--record", retried, output="new.csv.gz", command="retry"
    )
    assert [row["spf"] for row in new.rows] == ["fail"] * 6
    assert [line[0] for line in lines_of(retried)] == ["4"]
    # each step again, from what was recorded of it
    old = replay(tmp_path, rows, record, "--checks=spf", output="old.csv.gz")
    assert old.timeless() == scan.timeless()
    again = replay(
        tmp_path,
        tmp_path / "old.csv.gz",
        retried,
        "--checks=spf",
        output="again.csv.gz",
        command="retry",
    )
    assert again.status == DONE and again.timeless() == new.timeless()


# ---- killed, resumed, refused ----


def killed(folder, path, nsd, record, *options):
    """A scan that is killed while it writes."""
    out = folder / "out.csv.gz"
    process = harness.start(
        "scan", path, nsd.upstream, "--window=64", "-o", out, "--record", record, *options
    )
    until(lambda: process.poll() is not None or (out.exists() and out.stat().st_size > 5000))
    process.kill()
    process.wait()
    return out


def test_a_killed_scan_has_the_answers_of_every_row_that_it_wrote(recorded, bulk_nsd, tmp_path):
    scan, path, _ = recorded
    record = tmp_path / "record.gz"
    killed(tmp_path, path, bulk_nsd, record, "--qps=4000")
    done = harness.scan(
        tmp_path, path, bulk_nsd.upstream, "--window=64", "--resume", "--record", record
    )
    assert done.status == DONE and done.timeless() == scan.timeless()
    assert len(done.summary["runs"]) == 2
    again = replay(tmp_path, path, record, output="again.csv.gz")
    assert again.timeless() == scan.timeless() and again.summary["not_recorded"] == 0


DAMAGES = {
    "missing": (lambda data: None, "covers 0 rows"),
    "empty": (lambda data: b"", "covers 0 rows"),
    "cut": (lambda data: data[: len(data) // 2], "covers"),
    "damaged": (lambda data: data[:4000] + b"\0\0\0\0" + data[4004:], "damaged"),
    "text": (lambda data: b"anything\n", "covers 0 rows"),
    "an output": (None, "another output"),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_record_that_lacks_rows_is_refused(recorded, bulk_nsd, tmp_path, damage):
    scan, path, record = recorded
    (tmp_path / "out.csv.gz").write_bytes(scan.data[:-28])
    change, words = DAMAGES[damage]
    data = scan.data if change is None else change(record.read_bytes())
    mine = tmp_path / "record.gz"
    if data is not None:
        mine.write_bytes(data)
    refused = harness.scan(tmp_path, path, bulk_nsd.upstream, "--resume", "--record", mine)
    assert refused.status == USAGE and refused.data == scan.data[:-28]
    assert refused.says(mine, "cannot be gone on with", words, "--overwrite begins both anew")
    assert (mine.read_bytes() if mine.exists() else None) == data
    # what the message says
    alone = harness.scan(tmp_path, path, bulk_nsd.upstream, "--resume")
    assert alone.status == DONE and alone.says("without --record those from here on are not")
    anew = harness.scan(tmp_path, path, bulk_nsd.upstream, "--overwrite", "--record", mine)
    assert anew.status == DONE
    again = replay(tmp_path, path, mine, output="again.csv.gz")
    assert again.timeless() == scan.timeless()


def test_the_record_of_another_scan_is_refused(recorded, bulk_nsd, tmp_path):
    scan, path, _ = recorded
    record = tmp_path / "record.gz"
    other = tmp_path / "other"
    other.mkdir()
    harness.scan(other, path, bulk_nsd.upstream, "--record", record)
    (tmp_path / "out.csv.gz").write_bytes(scan.data[:-28])
    refused = harness.scan(tmp_path, path, bulk_nsd.upstream, "--resume", "--record", record)
    assert refused.status == USAGE and refused.says(record, "it is of another output")


def test_a_record_that_is_there_is_not_overwritten(recorded, bulk_nsd, tmp_path):
    _, path, record = recorded
    before = record.read_bytes()
    scan = harness.scan(tmp_path, path, bulk_nsd.upstream, "--record", record)
    assert scan.status == USAGE and scan.says(record, "not overwritten")
    assert record.read_bytes() == before and not (tmp_path / "out.csv.gz").exists()


@pytest.mark.parametrize("option", ["--record", "--summary"])
def test_a_refused_start_leaves_nothing(bulk_nsd, tmp_path, option):
    """Neither the output nor the record, whichever of the names was wrong; what stood there
    stays."""
    out, record = tmp_path / "out.csv.gz", tmp_path / "record.gz"
    command = ["scan", "-", "-o", out, bulk_nsd.upstream, "--overwrite"]
    names = {"--record": record, option: tmp_path / "missing" / "file"}
    words = [f"{name}={path}" for name, path in names.items()]
    done = harness.run(*command, *words, stdin=HEADER + rows_of(range(3)))
    assert done.returncode == USAGE and "missing/file" in done.stderr
    assert list(tmp_path.iterdir()) == []
    out.write_bytes(b"")
    harness.run(*command, *words, stdin=HEADER + rows_of(range(3)))
    assert list(tmp_path.iterdir()) == [out]


def test_a_whole_output_needs_no_warning(recorded, bulk_nsd, tmp_path):
    """Nothing is added, so nothing is missing in the record."""
    scan, path, _ = recorded
    (tmp_path / "out.csv.gz").write_bytes(scan.data)
    again = harness.scan(tmp_path, path, bulk_nsd.upstream, "--resume")
    assert again.status == DONE and again.data == scan.data and not again.says("--record")


def test_the_output_has_more_rows_than_the_input_had(recorded, bulk_nsd, tmp_path):
    """The input has grown: both files are gone on with behind their ends."""
    scan, _, record = recorded
    path = harness.write_input(tmp_path / "in.csv", HEADER + rows_of(range(N + 100)))
    (tmp_path / "out.csv.gz").write_bytes(scan.data)
    mine = tmp_path / "record.gz"
    mine.write_bytes(record.read_bytes())
    grown = harness.scan(tmp_path, path, bulk_nsd.upstream, "--resume", "--record", mine)
    assert grown.status == DONE and len(grown.rows) == N + 100
    again = replay(tmp_path, path, mine, output="again.csv.gz")
    assert again.timeless() == grown.timeless()
    assert mine.read_bytes()[-28:] == scan.data[-28:]  # the end-of-file member


def test_a_full_disk_under_the_record_ends_the_scan(bulk_nsd, tmp_path):
    scan = harness.scan(
        tmp_path, HEADER + rows_of(range(50)), bulk_nsd.upstream, "--record", "/dev/full"
    )
    assert scan.status == STOPPED and scan.says("/dev/full", "the record cannot be written")
    assert not scan.data


# ---- mistakes ----


@pytest.mark.parametrize(
    "options, words",
    [
        (["--upstream=192.0.2.1"], ["--upstream", "--replay", "exclude each other"]),
        (["--unbound-config=x"], ["--unbound-config has no effect with --replay"]),
        (["--dnssec", "--trust-anchor=x"], ["--trust-anchor has no effect with --replay"]),
    ],
)
def test_what_contradicts_a_replay_is_refused(recorded, tmp_path, options, words):
    _, path, record = recorded
    scan = replay(tmp_path, path, record, *options)
    assert scan.status == USAGE and scan.says(*words)


def test_a_replay_is_resumed_with_the_same_record_only(recorded, tmp_path):
    scan, path, record = recorded
    replay(tmp_path, path, record)
    data = (tmp_path / "out.csv.gz").read_bytes()[:-28]
    (tmp_path / "out.csv.gz").write_bytes(data)
    other = tmp_path / "other.rec"
    other.write_text(text_of(record))
    refused = replay(tmp_path, path, other, "--resume")
    assert refused.status == USAGE and refused.says("--replay was", "is", "now")
    done = replay(tmp_path, path, record, "--resume")
    assert done.status == DONE and done.timeless() == scan.timeless()


@pytest.mark.parametrize(
    "text, words",
    [
        ("", ["it is empty"]),
        ("domain,ip\n", ["line 1", "no record of spfsweep"]),
        ("#spfsweep-record\t2\n", ["line 1", "another version"]),
        ("#spfsweep-record\t1\n#\n1\t\t0\t\tA\n", ["line 3", "too few fields"]),
        (
            "#spfsweep-record\t1\n2\t\t0\t\tA\tx\tnodata\tinsecure\t\t\n"
            "1\t\t0\t\tA\tx\tnodata\tinsecure\t\t\n",
            ["line 3", "before that of the line above"],
        ),
    ],
)
def test_what_is_no_record_is_refused_with_its_line(tmp_path, text, words):
    record = tmp_path / "record.txt"
    record.write_text(text)
    scan = replay(tmp_path, "domain,ip\nx.test,192.0.2.1\n", record)
    assert scan.status == USAGE and scan.says(record, *words) and not scan.data


def test_one_file_is_one_file(recorded, bulk_nsd, tmp_path):
    _, path, record = recorded
    scan = replay(tmp_path, path, record, "--record", record)
    assert scan.status == USAGE and scan.says("the record is the file of --replay, too")
    out = tmp_path / "out.csv.gz"
    scan = harness.scan(tmp_path, path, bulk_nsd.upstream, "--record", out)
    assert scan.status == USAGE and scan.says("the record is the output, too")


# ---- cases: bug reports that are tests ----


def case_of(record):
    """The command line that a record of `check` holds at its head."""
    options, operands = [], None
    for line in record.read_text().splitlines():
        name, _, value = line.removeprefix("#--").partition("=")
        if line.startswith("#check\t"):
            ip, who, helo = line.split("\t")[1:]
            operands = [word for word in (ip, who) if word]
            options += [f"--helo={helo}"] if helo else []
        elif line.startswith("#--") and value == "yes":
            options.append(f"--{name}")
        elif line.startswith("#--") and value != "no":
            options.append(f"--{name}={value}")
    return ["check", *operands, *options]


@pytest.mark.parametrize("record", CASES, ids=lambda path: path.stem)
def test_a_recorded_case_is_explained_as_it_was(record):
    done = harness.run(*case_of(record), "--replay", record)
    assert done.returncode in (DONE, BAD_ROWS), done.stderr
    assert done.stdout.decode() == record.with_suffix(".txt").read_text()


def test_a_case_with_several_questions_of_the_users(server, tmp_path):
    """Each --ask has a line of its own, as it is typed."""
    dns = server(lambda name, type: ["v=spf1 -all"] if type == "TXT" else [])
    record, plain = tmp_path / "case.gz", tmp_path / "case.rec"
    asks = ["--ask=TXT:_dmarc.{domain}", "--ask=ns=NS:{domain}"]
    done = harness.run("check", "one.test", *asks, dns.upstream, "--record", record)
    assert done.returncode == DONE
    plain.write_text(text_of(record))
    assert [line for line in plain.read_text().splitlines() if line.startswith("#--ask")] == [
        "#--ask=ask_txt__dmarc=TXT:_dmarc.{domain}",
        "#--ask=ns=NS:{domain}",
    ]
    again = harness.run(*case_of(plain), "--replay", record)
    assert again.returncode == DONE and again.stdout == done.stdout
    assert "ns: NS one.test: nodata" in again.stdout.decode()


def test_check_makes_a_case(server, tmp_path):
    dns = server(lambda name, type: ["v=spf1 -all"] if type == "TXT" else [])
    record = tmp_path / "case.gz"
    command = ["check", "192.0.2.1", "someone@one.test", "--helo=mail.test", "--void-limit=none"]
    done = harness.run(*command, dns.upstream, "--record", record)
    assert done.returncode == DONE
    plain = tmp_path / "case.rec"
    plain.write_text(text_of(record))
    again = harness.run(*case_of(plain), "--replay", record)
    assert again.returncode == DONE and again.stdout == done.stdout
    refused = harness.run(*command, dns.upstream, "--record", record)
    assert refused.returncode == USAGE and "not overwritten" in refused.stderr
    assert "--overwrite" not in refused.stderr  # which check does not have
    part = harness.run(*command, "--replay", record, "--checks=spf", "--json")
    assert b'"spf": "fail"' in part.stdout
