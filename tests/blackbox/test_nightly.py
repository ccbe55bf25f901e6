"""test_nightly.py - examples/nightly: what failed or is old is asked again, all else is kept octet
for octet, and the SQL recipe shows exactly what changed."""

import csv
import gzip
import io
import os
import subprocess
import sys

import pytest

import blocks
import harness
from harness import DONE, USAGE

N_ROWS = 700
NIGHTLY = harness.ROOT / "examples/nightly"
OPTIONS = ["--checks=spf", "--retries=0", "--timeout=20000"]
# Long ago for each seventh row.
OLD = b"2020-01-01T00:00:00Z"


class Dns:
    """Domains that change their records from one night to the next."""

    def __init__(self):
        self.night = 1

    def changes(self, n):
        return n % 33 == 0

    def fails(self, n):
        return n % 50 == 1 and self.night == 1

    def __call__(self, name, type):
        first = name.split(".")[0]
        if type != "TXT" or not first[1:].isdigit():
            return []
        n = int(first[1:])
        if self.fails(n):
            return "SERVFAIL"
        return [f"v=spf1 {'-' if self.night == 2 and self.changes(n) else '~'}all"]


def rows_of(n_rows):
    return "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(n_rows))


def is_old(n):
    return n % 7 == 0


def age(path):
    """Every seventh row was evaluated long ago."""

    def change(lines):
        return [
            line.replace(line.rsplit(b",", 2)[1], OLD) if is_old(i) else line
            for i, line in enumerate(lines)
        ]

    path.write_bytes(blocks.with_rows(path.read_bytes(), change))


def lines_of(path):
    return b"".join(block.text for block in blocks.decode(path.read_bytes())).splitlines()[1:]


def run_nightly(folder, text, dns):
    path = harness.write_input(folder / "list.csv", text)
    return subprocess.run(
        [NIGHTLY / "nightly", path, folder / "data", dns.upstream, *OPTIONS],
        env={**os.environ, "SPFSWEEP": str(harness.SPFSWEEP)},
        capture_output=True,
        timeout=harness.HANGS_S,
        check=False,
    )


def nightly(folder, text, dns):
    done = run_nightly(folder, text, dns)
    assert done.returncode == DONE, done.stderr
    return folder / "data"


def test_two_nights(server, tmp_path):
    world = Dns()
    data = nightly(tmp_path, rows_of(N_ROWS), server(world))
    age(data / "results.csv.gz")
    before = lines_of(data / "results.csv.gz")
    failed = {n for n in range(N_ROWS) if world.fails(n)}
    world.night = 2
    second = server(world)
    nightly(tmp_path, rows_of(N_ROWS + 30), second)
    again = {n for n in range(N_ROWS) if is_old(n) or n in failed}
    asked = {int(name.split(".")[0][1:]) for name, _ in second.asked() if name[0] == "d"}
    assert asked == again | set(range(N_ROWS, N_ROWS + 30)), "others were asked, too"
    after = lines_of(data / "results.csv.gz")
    assert len(after) == N_ROWS + 30 and lines_of(data / "before.csv.gz") == before
    for n in range(N_ROWS):
        assert (after[n] == before[n]) == (n not in again), n
    left = {"results.csv.gz", "before.csv.gz", "scan.json", "retry.json", "list-lines"}
    assert {path.name for path in data.iterdir()} == left

    pytest.importorskip("duckdb")
    done = subprocess.run(
        [sys.executable, NIGHTLY / "changes.py", data / "before.csv.gz", data / "results.csv.gz"],
        capture_output=True,
        check=True,
        timeout=harness.HANGS_S,
    )
    found = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    planted = {n for n in again - failed if world.changes(n)}
    assert planted and {int(row["row"]) - 1 for row in found} == planted
    assert {row["column"] for row in found} == {"spf", "spf_matched", "spf_record", "problems"}
    for row in found:
        if row["column"] == "spf":
            assert (row["was"], row["is"]) == ("softfail", "fail")


def test_a_night_that_was_killed(server, tmp_path):
    """The retry is gone on with, though other rows are old by now."""
    world = Dns()
    dns = server(world)
    data = nightly(tmp_path, rows_of(N_ROWS), dns)
    age(data / "results.csv.gz")
    world.night = 2
    old, new = data / "results.csv.gz", data / "tonight.csv.gz"
    options = ["--older-than=7d", "--window=64", dns.upstream, *OPTIONS]
    whole = harness.scan(tmp_path, old, *options, command="retry", output="whole.csv.gz")
    members = harness.bgzf_members(whole.data)
    new.write_bytes(whole.data[: sum(m.size for m in members[: len(members) // 2])] + b"torn")
    # the scan does not go on with it: it would ask for what the retry keeps
    done = harness.run("scan", tmp_path / "list.csv", "-o", new, "--resume", dns.upstream, *OPTIONS)
    assert done.returncode == USAGE and "a retry that did not end" in done.stderr
    nightly(tmp_path, rows_of(N_ROWS), dns)
    assert harness.Scan(0, "", (data / "results.csv.gz").read_bytes(), None).timeless() == (
        whole.timeless()
    )


def test_an_option_of_scan_alone(server, tmp_path):
    """Told in the first night, not in the second."""
    list_path = tmp_path / "list.csv"
    list_path.write_text("site,ip\nd1.test,192.0.2.1\n")
    dns = server(Dns())
    done = subprocess.run(
        [NIGHTLY / "nightly", list_path, tmp_path / "data", dns.upstream, "--columns=domain=site"],
        env={**os.environ, "SPFSWEEP": str(harness.SPFSWEEP)},
        capture_output=True,
        text=True,
        timeout=harness.HANGS_S,
        check=False,
    )
    assert done.returncode == USAGE and "retry has no option '--columns'" in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_scan_behind_a_retry_that_was_killed(server, tmp_path):
    """The longer list is gone on with as often as it takes, by the same command."""
    dns = server(Dns())
    options = [dns.upstream, *OPTIONS, "--window=64"]
    old = tmp_path / "old.csv.gz"
    harness.scan(tmp_path, rows_of(200), *options, output=old.name)
    new = tmp_path / "new.csv.gz"
    harness.scan(tmp_path, old, *options, command="retry", output=new.name)
    expected = harness.scan(tmp_path, rows_of(600), *options, output="expected.csv.gz")
    (tmp_path / "longer.csv").write_text(rows_of(600))
    resume = ["scan", tmp_path / "longer.csv", "-o", new, "--resume", *options]
    sizes = [m.size for m in harness.bgzf_members(new.read_bytes())]
    retried = sum(sizes[:-2])  # without closing and end-of-file member
    assert harness.run(*resume).returncode == DONE
    whole = new.read_bytes()
    cuts, at = [], 0
    for member in harness.bgzf_members(whole):
        at += member.size
        cuts.append(at)
    behind = [cut for cut in cuts if cut > retried]
    # the first one has no row yet
    for cut in (behind[len(behind) // 2], behind[1], behind[0]):
        new.write_bytes(whole[:cut] + b"torn")
        assert harness.run(*resume).returncode == DONE
        assert harness.Scan(0, "", new.read_bytes(), None).timeless() == expected.timeless()
    # a retry has nothing to do with rows that its results do not have
    done = harness.run("retry", old, "-o", new, "--resume", *options)
    assert done.returncode == USAGE and "more rows" in done.stderr


def test_killed_at_the_last_step(server, tmp_path):
    """The results are in their place, and the mark of the night is not gone yet: the next night is
    a new one, and does not ask for all."""
    dns = server(Dns())
    data = nightly(tmp_path, rows_of(60), dns)
    (data / "retried").touch()
    again = server(Dns())
    nightly(tmp_path, rows_of(60), again)
    assert {name for name, _ in again.asked() if name[0] == "d"} == {"d1.test", "d51.test"}
    assert not (data / "retried").exists() and len(lines_of(data / "results.csv.gz")) == 60


def test_a_list_that_became_shorter(server, tmp_path):
    """It is found before anything is asked, and the next night with the whole list is a night."""
    data = nightly(tmp_path, rows_of(60), server(Dns()))
    age(data / "results.csv.gz")
    before = lines_of(data / "results.csv.gz")
    second = server(Dns())
    done = run_nightly(tmp_path, rows_of(59), second)
    assert done.returncode == USAGE and b"60 lines, and had 61" in done.stderr, done.stderr
    assert not second.asked() and lines_of(data / "results.csv.gz") == before
    assert not (data / "tonight.csv.gz").exists()
    nightly(tmp_path, rows_of(60), second)
    assert second.asked()


def test_a_list_of_the_same_rows_in_other_octets(server, tmp_path):
    """Line breaks in quoted fields are lines in each night; CRs, compression and the end of the
    last line are no matter."""
    rows = "".join(f'd{n}.test,192.0.2.1,"one\n\ntwo"\n' for n in range(20))
    text = f"domain,ip,note\n{rows}"
    nightly(tmp_path, text.replace('"\n', '"\r\n'), server(Dns()))
    nightly(tmp_path, text.removesuffix("\n"), server(Dns()))
    data = nightly(tmp_path, gzip.compress(text.encode()), server(Dns()))
    assert len(list(harness.read_rows((data / "results.csv.gz").read_bytes()))) == 20


class Outage(Dns):
    """Some domains cannot be asked in the second night: of good rows, and of bad ones."""

    def fails(self, n):
        return n % 50 == 1 or (self.night == 2 and n % 3 == 0)


def test_good_rows_outlive_a_failure(server, tmp_path):
    """A row that had a result and gets a failure now stands as it did: it is old, and so the next
    night asks again. One that had failed before gets its new failure."""
    world = Outage()
    dns = server(world)
    harness.scan(tmp_path, rows_of(N_ROWS), dns.upstream, *OPTIONS)
    old = tmp_path / "out.csv.gz"
    age(old)
    before = lines_of(old)
    world.night = 2
    options = ["--older-than=7d", dns.upstream, *OPTIONS]
    new = harness.scan(tmp_path, old, *options, command="retry", output="new.csv.gz")
    after = lines_of(tmp_path / "new.csv.gz")
    had_failed = {n for n in range(N_ROWS) if n % 50 == 1}
    asked = had_failed | {n for n in range(N_ROWS) if is_old(n)}
    kept = {n for n in asked - had_failed if world.fails(n)}
    # one that failed both times may be the same to the octet, within a second
    assert kept and {n for n in asked - had_failed if after[n] == before[n]} == kept
    assert {n for n in range(N_ROWS) if b"temperror" in after[n]} == had_failed
    s = new.summary
    assert (s["retried_rows"], s["kept_rows"]) == (len(asked), len(kept))
    assert s["temperror_rows"] == len(had_failed)
    assert s["changed_rows"] == sum(world.changes(n) for n in asked - kept - had_failed)
    assert new.status == DONE and new.says(f"kept {len(kept)} of these rows as they stood")
    # they are failures to those who want to be told of these
    percent = 100 * len(had_failed) // N_ROWS + 1
    assert 100 * (len(had_failed) + len(kept)) > percent * N_ROWS
    told = harness.scan(
        tmp_path, old, *options, f"--max-temperror={percent}", command="retry", output="t.csv.gz"
    )
    assert told.status == harness.STOPPED and told.says("--max-temperror", "--older-than")
    # resumed in the middle: the same rows, the same counts
    members = harness.bgzf_members(new.data)
    part = new.data[: sum(m.size for m in members[: len(members) // 2])]
    (tmp_path / "part.csv.gz").write_bytes(part)
    again = harness.scan(
        tmp_path, old, *options, "--resume", command="retry", output="part.csv.gz"
    )
    assert again.timeless() == new.timeless()
    # ... but for new failures that are the same to the octet, within a second
    assert len(kept) <= again.summary["kept_rows"] <= len(kept | had_failed)
    # the next night
    world.night = 3
    last = harness.scan(
        tmp_path, tmp_path / "new.csv.gz", *options, command="retry", output="last.csv.gz"
    )
    assert last.summary["retried_rows"] == len(kept) + len(had_failed)
    assert last.summary["kept_rows"] == 0


def test_nobody_answers_in_a_night(server, tmp_path):
    """No good row is lost, and the status says that the night was in vain."""
    world = Dns()
    world.fails = lambda n: False
    dns = server(world)
    harness.scan(tmp_path, rows_of(200), dns.upstream, *OPTIONS)
    old = tmp_path / "out.csv.gz"
    age(old)
    world.fails = lambda n: True
    new = harness.scan(
        tmp_path, old, "--older-than=7d", dns.upstream, *OPTIONS, command="retry",
        output="new.csv.gz",
    )  # fmt: skip
    assert new.status == harness.STOPPED, new.stderr
    assert new.says("hold no result of this run", "retry --older-than")
    assert lines_of(tmp_path / "new.csv.gz") == lines_of(old)
    assert new.summary["complete"] and new.summary["kept_rows"] == len(range(0, 200, 7))


def test_ages(server, tmp_path):
    """Nothing is old, some rows are; and mistakes."""
    dns = server(Dns())
    harness.scan(tmp_path, rows_of(50), dns.upstream, *OPTIONS)
    out = tmp_path / "out.csv.gz"
    n_failed = sum(Dns().fails(n) for n in range(50))
    young = ["--older-than=52w", dns.upstream, *OPTIONS]
    new = harness.scan(tmp_path, out, *young, command="retry", output="new.csv.gz")
    assert new.summary["retried_rows"] == n_failed
    assert new.summary["options"]["older_than_s"] == 52 * 7 * 86400
    age(out)
    new = harness.scan(
        tmp_path, out, "--older-than=1w", dns.upstream, *OPTIONS, command="retry", output="w.csv.gz"
    )
    again = {n for n in range(50) if is_old(n) or Dns().fails(n)}
    assert new.summary["retried_rows"] == len(again)
    for value in ("-1d", "x", "7y", "7dd"):
        done = harness.run("retry", out, f"--older-than={value}", "-o", tmp_path / "x.csv.gz")
        assert done.returncode == USAGE and "--older-than takes" in done.stderr
