"""test_shuffle.py - --shuffle-window: neighbours of the list are not asked together; the output
stays in order, and --resume goes on as ever."""

import signal

import pytest

import harness
from harness import DONE, STOPPED, USAGE

OPERATORS, EACH = 20, 100
NAMES = [f"d{n}.op{op}.test" for op in range(OPERATORS) for n in range(EACH)]
ROWS = "domain,ip\n" + "".join(f"{name},192.0.2.1\n" for name in NAMES)


def script(name, type):
    return ["v=spf1 ip4:192.0.2.1 -all"] if type == "TXT" else []


def longest_run(server):
    """The most questions in a row that are about one operator."""
    run, most, before = 0, 0, None
    for _, name, _ in server.questions:
        operator = name.split(".")[-2] if name.endswith(".test") else None
        run = run + 1 if operator == before else 1
        most, before = max(most, run), operator
    return most


@pytest.mark.parametrize("workers", [1, 2])
def test_neighbours_are_not_asked_together(server, tmp_path, workers):
    """In a list that is sorted by operator."""
    runs, outputs = {}, {}
    for window in (0, 2000):
        asked = server(script)
        scan = harness.scan(
            tmp_path,
            ROWS,
            asked.upstream,
            "--checks=spf",
            f"--shuffle-window={window}",
            f"--workers={workers}",
            "--in-flight=20",
            output=f"{window}.csv.gz",
        )
        assert scan.status == DONE and scan.summary["options"]["shuffle_window"] == window
        assert [row["domain"] for row in scan.rows] == NAMES
        assert [int(row["row"]) for row in scan.rows] == list(range(1, len(NAMES) + 1))
        runs[window], outputs[window] = longest_run(asked), scan.timeless()
    assert outputs[0] == outputs[2000]
    assert runs[0] >= EACH / 3 and runs[2000] <= EACH / 5


def test_the_order_is_the_same_each_time(server, tmp_path):
    orders = []
    for n in range(2):
        asked = server(script)
        options = [asked.upstream, "--checks=spf", "--shuffle-window=500", "--workers=1"]
        harness.scan(tmp_path, ROWS, *options, "--in-flight=1", output=f"{n}.csv.gz")
        orders.append([q[1] for q in asked.questions if q[1] != "."])
    assert orders[0] == orders[1] != NAMES and sorted(orders[0]) == sorted(NAMES)


def test_a_window_of_rows_larger_than_all_batches(server, tmp_path):
    asked = server(script)
    options = ["--checks=spf", "--shuffle-window=1M", "--window=64", "--workers=2"]
    scan = harness.scan(tmp_path, ROWS, asked.upstream, *options, timeout=120)
    assert scan.status == DONE and [row["domain"] for row in scan.rows] == NAMES


def test_rows_of_a_slow_pipe_do_not_wait(server, tmp_path, running):
    """A window that is not full is begun when nothing more comes."""
    asked = server(script)
    scan = running(
        "scan",
        asked.upstream,
        "--checks=spf",
        "--shuffle-window=1000",
        "-o",
        tmp_path / "out.csv",
        "-",
        stdin=harness.subprocess.PIPE,
    )
    scan.stdin.write(b"domain,ip\nfirst.test,192.0.2.1\n")
    scan.stdin.flush()
    harness.until(lambda: asked.count("TXT") == 1, what="the first row's question")
    scan.stdin.close()
    assert scan.wait(harness.HANGS_S) == DONE


def test_a_stopped_scan_goes_on(server, tmp_path, running):
    """What was begun out of order and not written is done again."""
    asked = server(script, delay_s=0.02)
    options = ["--checks=spf", "--shuffle-window=600", "--in-flight=10", "--window=1024"]
    path, out = harness.write_input(tmp_path / "in.csv", ROWS), tmp_path / "out.csv.gz"
    scan = running("scan", asked.upstream, *options, "-o", out, path)
    harness.until(lambda: asked.count("TXT") > 900, what="half of the rows")
    scan.send_signal(signal.SIGINT)
    assert scan.wait(harness.HANGS_S) == STOPPED
    n_before = len(list(harness.read_rows(out.read_bytes())))
    assert n_before < len(NAMES)
    asked.delay_s = 0
    whole = harness.scan(tmp_path, path, asked.upstream, *options, "--resume")
    assert whole.status == DONE and whole.summary["rows_before"] == n_before
    assert [row["domain"] for row in whole.rows] == NAMES
    assert {row["spf"] for row in whole.rows} == {"pass"}


def test_it_takes_a_number_of_rows(tmp_path):
    assert harness.scan(tmp_path, "domain\n", "--shuffle-window=few").status == USAGE
