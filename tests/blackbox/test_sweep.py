"""test_sweep.py - `scan --sweep S`: rows in which a look-up failed are asked once more behind the
scan, in its own output. Whatever ends a sweep, the output is whole."""

import hashlib
import json
import os
import resource
import signal
import subprocess
import threading

import pytest

import harness
from harness import BAD_ROWS, DONE, STOPPED, USAGE
from nameservers import SILENCE

N_ROWS = 120
HEADER = "domain,ip,note\n"
# Each question has one try: what fails then fails for the whole scan.
ONE_TRY = ["--retries=0", "--timeout=20000", "--checks=spf,a"]


class Outage:
    """A DNS in which the names of every third row fail until somebody ends that."""

    def __init__(self):
        self.over, self.hold, self.seen_after = False, None, threading.Event()

    def __call__(self, name, type):
        first = name.split(".")[0]
        if first[0] == "d" and first[1:].isdigit() and int(first[1:]) % 3 == 0:
            if not self.over:
                return "SERVFAIL"
            self.seen_after.set()
            if self.hold:
                return self.hold
        return {"TXT": ["v=spf1 ip4:192.0.2.0/25 -all"], "A": ["192.0.2.7"]}.get(type, [])


def rows(n=N_ROWS):
    return HEADER + "".join(f'd{i}.test,192.0.2.{i % 200},"no {i}"\n' for i in range(n))


def temperrors(scan):
    return sum("temperror" in row["problems"] for row in scan.rows)


def leftovers(folder):
    return [p.name for p in folder.iterdir() if "sweep" in p.name]


@pytest.fixture
def outage(server):
    script = Outage()
    return script, server(script)


def options_of(folder, dns, *more):
    (folder / "in.csv").write_text(rows())
    return [
        "scan",
        folder / "in.csv",
        dns.upstream,
        *ONE_TRY,
        "-o",
        folder / "out.csv.gz",
        "--summary",
        folder / "summary.json",
        *more,
    ]


def ended(folder, process):
    """What a process that was started with options_of() left behind."""
    _, stderr = process.communicate(timeout=120)
    harness.assert_healthy(max(process.returncode, 0), stderr)
    return harness.Scan(
        process.returncode,
        stderr,
        (folder / "out.csv.gz").read_bytes(),
        json.loads((folder / "summary.json").read_bytes()),
    )


def begun(running, folder, dns, seconds, *more, **start):
    """A scan that waits for its sweep."""
    process = running(
        *options_of(folder, dns, f"--sweep={seconds}", *more),
        stderr=subprocess.PIPE,
        text=True,
        **start,
    )
    for line in process.stderr:
        if "sweep: look-ups failed" in line:
            return process
    raise AssertionError("it does not wait for a sweep")


def undisturbed(folder, server):
    script = Outage()
    script.over = True
    return harness.scan(folder, rows(), server(script).upstream, *ONE_TRY, output="good.csv.gz")


def heal_at_the_wait(folder, script):
    """Ends the outage when the scan has written its summary."""

    def watch():
        summary = folder / "summary.json"
        harness.until(lambda: summary.exists() and summary.stat().st_size)
        script.over = True

    thread = threading.Thread(target=watch)
    thread.start()
    return thread


def test_what_failed_is_asked_again(outage, server, tmp_path):
    script, dns = outage
    without = harness.scan(tmp_path, rows(), dns.upstream, *ONE_TRY)
    assert temperrors(without) == N_ROWS // 3
    (tmp_path / "summary.json").unlink()
    watch = heal_at_the_wait(tmp_path, script)
    scan = harness.scan(tmp_path, rows(), dns.upstream, *ONE_TRY, "--sweep=2", "--overwrite")
    watch.join()
    assert scan.status == DONE and temperrors(scan) == 0
    assert scan.timeless() == undisturbed(tmp_path, server).timeless()
    assert scan.says("look-ups failed in 40 rows", "again in 2 s"), scan.stderr
    assert scan.says("retried 40 rows: 40 changed, 0 rows with temperror are left")
    assert not leftovers(tmp_path)


def test_rows_that_did_not_fail_stay(outage, running, tmp_path):
    script, dns = outage
    process = begun(running, tmp_path, dns, 3)
    before = harness.parse_output((tmp_path / "out.csv.gz").read_bytes())
    script.over = True
    scan = ended(tmp_path, process)
    kept = [i for i in range(1, N_ROWS + 1) if i % 3 != 1]
    assert [scan.records[i] for i in kept] == [before[i] for i in kept]
    changed = range(1, N_ROWS + 1, 3)
    at, ms = scan.header.index("evaluated_at"), scan.header.index("elapsed_ms")
    assert all(scan.records[i][at] > before[i][at] for i in changed), "they are of the sweep"
    assert all(int(scan.records[i][ms]) < 2000 for i in changed), "the wait is nobody's time"


def test_the_summary_is_that_of_the_final_output(outage, tmp_path):
    script, dns = outage
    watch = heal_at_the_wait(tmp_path, script)
    scan = harness.scan(tmp_path, rows(), dns.upstream, *ONE_TRY, "--sweep=2", "--max-temperror=5")
    watch.join()
    told = scan.summary
    assert scan.status == DONE == told["exit_status"] and told["complete"]
    assert told["command"] == "scan" and told["temperror_rows"] == 0
    assert told["inputs"] == [str(tmp_path / "in.csv")]
    assert told["output"] == str(tmp_path / "out.csv.gz")
    assert told["input_sha256"] == [
        hashlib.sha256((tmp_path / "in.csv").read_bytes()).hexdigest()
    ]
    assert told["output_sha256"] == hashlib.sha256(scan.data).hexdigest()
    assert told["bytes_written"] == len(scan.data)
    assert told["rows_read"] == told["rows"] == N_ROWS and told["rows_before"] == 0
    assert told["retried_rows"] == told["changed_rows"] == N_ROWS // 3
    assert [run["rows"] for run in told["runs"]] == [N_ROWS]
    assert told["options"]["sweep_s"] == 2 and told["wall_seconds"] >= 2
    assert told["queries_sent"] == dns.count(), "the questions of both count"
    assert told["upstreams"][0]["sent"] == dns.count()


def test_without_a_failure_nothing_is_waited_for(outage, tmp_path):
    script, dns = outage
    script.over = True
    scan = harness.scan(tmp_path, rows(), dns.upstream, *ONE_TRY, "--sweep=86400", timeout=60)
    assert scan.status == DONE and not scan.says("asked again")


def test_what_fails_again_is_told(outage, tmp_path):
    script, dns = outage
    scan = harness.scan(tmp_path, rows(), dns.upstream, *ONE_TRY, "--sweep=1", "--max-temperror=5")
    assert scan.status == STOPPED and temperrors(scan) == N_ROWS // 3
    assert scan.summary["exit_status"] == STOPPED and scan.summary["retried_rows"] == N_ROWS // 3
    assert scan.says("retried 40 rows: 0 changed, 40 rows with temperror are left")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_in_the_wait(outage, running, tmp_path, number):
    script, dns = outage
    process = begun(running, tmp_path, dns, 3600)
    before = (tmp_path / "out.csv.gz").read_bytes()
    process.send_signal(number)
    scan = ended(tmp_path, process)
    assert scan.status == DONE and scan.data == before
    assert scan.says("the sweep did not come to its end: it stays as the scan left it")
    assert scan.summary["output_sha256"] == hashlib.sha256(before).hexdigest()
    assert not leftovers(tmp_path)


def test_a_signal_in_the_sweep(outage, running, tmp_path):
    script, dns = outage
    process = begun(running, tmp_path, dns, 1, "--deadline=3000")
    before = (tmp_path / "out.csv.gz").read_bytes()
    summary = (tmp_path / "summary.json").read_bytes()
    script.hold, script.over = SILENCE, True
    assert script.seen_after.wait(60)
    process.send_signal(signal.SIGINT)
    scan = ended(tmp_path, process)
    assert scan.status == DONE and scan.data == before
    assert (tmp_path / "summary.json").read_bytes() == summary
    assert scan.says("the sweep did not come to its end")
    assert not leftovers(tmp_path)


def test_a_full_disk(outage, running, tmp_path):
    """Full from the wait on: as `ulimit -f` makes it."""
    script, dns = outage
    process = begun(running, tmp_path, dns, 2)
    before = (tmp_path / "out.csv.gz").read_bytes()
    resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (1000, 1000))
    script.over = True
    scan = ended(tmp_path, process)
    assert scan.status == DONE and scan.data == before and not leftovers(tmp_path)
    assert scan.says("File too large") and scan.says("it stays as the scan left it")
    assert scan.summary["output_sha256"] == hashlib.sha256(before).hexdigest()


def test_signals_that_were_ignored_stay_ignored(outage, running, tmp_path):
    script, dns = outage
    process = begun(
        running, tmp_path, dns, 3, preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
    )
    process.send_signal(signal.SIGHUP)
    script.over = True
    scan = ended(tmp_path, process)
    assert scan.status == DONE and temperrors(scan) == 0


@pytest.mark.parametrize("moment", ["in the wait", "in the sweep"])
def test_killed_and_done_again(outage, server, running, tmp_path, moment):
    script, dns = outage
    process = begun(running, tmp_path, dns, 3600 if moment == "in the wait" else 1)
    if moment == "in the sweep":
        script.hold, script.over = SILENCE, True
        assert script.seen_after.wait(60)
        assert leftovers(tmp_path) == ["out.csv.gz.sweep.gz"]
    process.kill()
    process.communicate()
    script.hold, script.over = None, True
    (tmp_path / "summary.json").unlink()
    done = harness.run(*options_of(tmp_path, dns, "--sweep=1", "--resume"))
    scan = harness.Scan(done.returncode, done.stderr, (tmp_path / "out.csv.gz").read_bytes(), None)
    assert scan.status == DONE and scan.says("complete, with 120 rows")
    assert scan.timeless() == undisturbed(tmp_path, server).timeless()
    assert not leftovers(tmp_path)


def test_what_was_swept_is_an_output_of_the_scan(outage, tmp_path):
    """A longer list goes on with it."""
    script, dns = outage
    more = ["--csv-safe", "--columns=domain=domain,ip=ip"]
    watch = heal_at_the_wait(tmp_path, script)
    assert harness.run(*options_of(tmp_path, dns, "--sweep=2", *more)).returncode == DONE
    watch.join()
    (tmp_path / "longer.csv").write_text(rows(N_ROWS + 30))
    scan = harness.scan(
        tmp_path, tmp_path / "longer.csv", dns.upstream, *ONE_TRY, *more, "--resume"
    )
    assert scan.status == DONE and scan.says("complete, with 120 rows")
    assert len(scan.rows) == N_ROWS + 30 and temperrors(scan) == 0
    assert scan.summary["runs"][0]["rows"] == N_ROWS


@pytest.mark.parametrize(
    "options", [["--sample=50%"], ["--shard=1/3"], ["--shuffle-window=32", "--window=64"]]
)
def test_parts_of_an_input(outage, tmp_path, options):
    script, dns = outage
    watch = heal_at_the_wait(tmp_path, script)
    scan = harness.scan(tmp_path, rows(), dns.upstream, *ONE_TRY, *options, "--sweep=2")
    watch.join()
    good = harness.scan(
        tmp_path, rows(), dns.upstream, *ONE_TRY, *options, output="good.csv.gz"
    )
    assert scan.status == DONE and scan.says("retried") and temperrors(scan) == 0
    assert scan.timeless() == good.timeless()


def test_bad_rows_and_networks(outage, tmp_path):
    script, dns = outage
    text = HEADER + 'd0.test,192.0.2.0/30,a\nd1..test,192.0.2.1,b\n"x\nd3.test,"192.0.2.9\n'
    watch = heal_at_the_wait(tmp_path, script)
    scan = harness.scan(tmp_path, text, dns.upstream, *ONE_TRY, "--sweep=2")
    watch.join()
    good = harness.scan(tmp_path, text, dns.upstream, *ONE_TRY, output="good.csv.gz")
    assert scan.status == BAD_ROWS and scan.says("retried 4 rows")
    assert scan.timeless() == good.timeless()


def test_other_columns_and_questions(outage, tmp_path):
    """What the scan was told of its input is not told to the sweep, and holds for it."""
    script, dns = outage
    text = "".join(f"{i};d{i}.test;192.0.2.{i};x\n" for i in range(30))
    options = ["--columns=rank,domain,ip,x", "--delimiter=;", "--ask=DM=TXT:_dmarc.{domain}"]
    watch = heal_at_the_wait(tmp_path, script)
    scan = harness.scan(tmp_path, text, dns.upstream, *ONE_TRY, *options, "--sweep=2")
    watch.join()
    good = harness.scan(
        tmp_path, text, dns.upstream, *ONE_TRY, *options, output="good.csv.gz"
    )
    assert scan.status == DONE and scan.says("retried 10 rows: 10 changed, 0 rows")
    assert scan.header == good.header and scan.timeless() == good.timeless()
    again = harness.scan(tmp_path, text, dns.upstream, *ONE_TRY, *options, "--resume")
    assert again.status == DONE and again.says("complete, with 30 rows")


def test_mail_logs(outage, tmp_path):
    script, dns = outage
    log = tmp_path / "mail.log"
    log.write_text(
        "".join(
            f"2026-11-28T10:00:{i % 60:02}+00:00 mx postfix/smtpd[{100 + i}]: NOQUEUE: reject: "
            f"RCPT from unknown[192.0.2.{i}]: 550 5.7.1 no; from=<a@d{i}.test> to=<b@here.test> "
            f"proto=ESMTP helo=<d{i}.test>\n"
            for i in range(60)
        )
    )
    options = [dns.upstream, *ONE_TRY, "--log=postfix", "--since=2026-11-28"]
    watch = heal_at_the_wait(tmp_path, script)
    scan = harness.scan(tmp_path, log, *options, "--sweep=2")
    watch.join()
    assert scan.status == DONE and len(scan.rows) == 60 and temperrors(scan) == 0
    assert scan.says("retried 20 rows: 20 changed")
    assert scan.summary["options"]["log"] == "postfix"
    again = harness.scan(tmp_path, log, *options, "--resume")
    assert again.status == DONE and again.says("complete, with 60 rows")
    assert again.data == scan.data


def test_an_audit(outage, tmp_path):
    script, dns = outage
    text = "domain\n" + "".join(f"d{i}.test\n" for i in range(30))
    options = [dns.upstream, "--retries=0", "--timeout=20000"]
    watch = heal_at_the_wait(tmp_path, script)
    scan = harness.scan(tmp_path, text, *options, "--sweep=2", command="audit")
    watch.join()
    good = harness.scan(tmp_path, text, *options, output="good.csv.gz", command="audit")
    assert scan.status == DONE and scan.says("retried 10 rows: 10 changed, 0 rows")
    assert scan.timeless() == good.timeless()
    assert scan.summary["command"] == "audit"


def test_the_file_keeps_its_mode_and_its_link(outage, tmp_path):
    script, dns = outage
    real = tmp_path / "real.csv.gz"
    real.touch()
    real.chmod(0o600)
    (tmp_path / "out.csv.gz").symlink_to(real)
    watch = heal_at_the_wait(tmp_path, script)
    scan = harness.scan(tmp_path, rows(), dns.upstream, *ONE_TRY, "--sweep=2")
    watch.join()
    assert scan.status == DONE and temperrors(scan) == 0
    assert (tmp_path / "out.csv.gz").is_symlink() and real.stat().st_mode & 0o7777 == 0o600


def test_an_output_that_others_changed(outage, running, tmp_path):
    script, dns = outage
    process = begun(running, tmp_path, dns, 3)
    script.over = True
    other = tmp_path / "other"
    other.write_bytes((tmp_path / "out.csv.gz").read_bytes())
    os.rename(other, tmp_path / "out.csv.gz")
    scan = ended(tmp_path, process)
    assert scan.says("it was replaced or changed meanwhile") and temperrors(scan) == 40
    assert scan.summary["temperror_rows"] == 40 and not leftovers(tmp_path)


def test_another_process_cannot_write_it_meanwhile(outage, running, tmp_path):
    script, dns = outage
    process = begun(running, tmp_path, dns, 3600)
    other = harness.run(*options_of(tmp_path, dns, "--resume"))
    assert other.returncode == STOPPED and "another process is writing it" in other.stderr
    process.send_signal(signal.SIGINT)
    assert temperrors(ended(tmp_path, process)) == 40


@pytest.mark.parametrize(
    "options, words",
    [
        (["-o", "-"], "--sweep needs an --output"),
        (["-o", "out.csv"], "--sweep needs an --output"),
        (["-o", "out.csv.gz", "--record=r.gz"], "--sweep does not go with --record"),
        (["-o", "out.csv.gz", "--replay=r.gz"], "--sweep does not go with --replay"),
        (["-o", "out.csv.gz", "--summary=-"], "--summary must name a file"),
        (["-o", "pipe.gz"], "--sweep needs an --output"),
    ],
)
def test_refused(tmp_path, monkeypatch, options, words):
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe.gz")
    (tmp_path / "in.csv").write_text(rows())
    done = harness.run("scan", "in.csv", "--sweep=1", *options)
    assert done.returncode == USAGE and words in done.stderr and len(done.stderr.splitlines()) == 1
    assert sorted(os.listdir()) == ["in.csv", "pipe.gz"]


def test_an_input_is_not_taken_for_a_leftover(outage, tmp_path):
    script, dns = outage
    (tmp_path / "out.csv.gz.sweep.gz").write_text(rows())
    names = [tmp_path / "out.csv.gz.sweep.gz", "-o", tmp_path / "out.csv.gz"]
    done = harness.run("scan", dns.upstream, "--sweep=1", *names)
    assert done.returncode == USAGE and "choose another --output" in done.stderr
    assert (tmp_path / "out.csv.gz.sweep.gz").read_text() == rows()
    assert not (tmp_path / "out.csv.gz").exists()
