"""test_at_scale.py - examples/parallel and examples/nightly with as many rows as users have:
SCALE_ROWS (100 000; 1000000 to see what issue reports show). Files are compared as they are read,
line by line: what these tests hold does not grow with the rows."""

import csv
import gzip
import io
import json
import os
import subprocess
import time

import blocks
import harness
import nameservers
import shardkills
from harness import DONE

N_ROWS = int(os.environ.get("SCALE_ROWS", "100000"))
LIMIT_S = harness.HANGS_S + N_ROWS // 1000
N_SHARDS, KILLED = 8, (1, 4, 6)


def lines_of(path):
    """The rows of an output, which hold no line ends, behind its header row."""
    with gzip.open(path, "rb") as file:
        next(file)
        yield from file


def timeless(line):
    """Without evaluated_at and elapsed_ms, the last two columns."""
    return line.rsplit(b",", 2)[0]


def run(binary, *command, **environment):
    begun = time.monotonic()
    done = subprocess.run(
        list(map(str, command)),
        env={**os.environ, "SPFSWEEP": str(binary), **environment},
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=False,
    )
    assert done.returncode == DONE, done.stderr
    return time.monotonic() - begun


def write_list(path, rows):
    with gzip.open(path, "wt", 1) as file:
        file.write("domain,ip\n")
        file.writelines(f"{domain},{ip}\n" for domain, ip in rows)


def test_shards_are_killed_and_gone_on_with(bulk_nsd, tmp_path):
    """The merged file is that of one scan but for the columns of time."""
    pairs = tmp_path / "pairs.csv.gz"
    write_list(
        pairs, ((f"d{n % (N_ROWS // 5)}.bulk.test", f"192.0.2.{n % 250}") for n in range(N_ROWS))
    )
    wrapper = shardkills.write_wrapper(tmp_path, KILLED, N_SHARDS, N_ROWS // N_SHARDS)
    recipe = harness.ROOT / "examples/parallel/scan-shards"
    # so slow that there is time to kill it
    parallel_s = run(
        wrapper, recipe, N_SHARDS, 2, pairs, tmp_path / "out", bulk_nsd.upstream,
        QPS=str(N_ROWS // 25),
    )  # fmt: skip
    for k in KILLED:
        runs = json.loads((tmp_path / f"out/shard-{k}.json").read_bytes())["runs"]
        assert len(runs) == 2 and all(one["rows"] for one in runs), f"shard {k}: {runs}"
    plain = tmp_path / "plain.csv.gz"
    plain_s = run(
        harness.SPFSWEEP, harness.SPFSWEEP, "scan", pairs, "-o", plain, bulk_nsd.upstream, "-q"
    )
    n = 0
    merged = tmp_path / "out/results.csv.gz"
    for n, (ours, theirs) in enumerate(zip(lines_of(merged), lines_of(plain), strict=True), 1):
        assert timeless(ours) == timeless(theirs), f"row {n}"
    assert n == N_ROWS
    print(f"{n} rows in {N_SHARDS} shards, {len(KILLED)} killed: 0 differ from one plain scan")
    print(f"shards {parallel_s:.0f} s (with a rate), plain {plain_s:.0f} s")


# ---- the nightly run ----

N_NEW = N_ROWS // 1000
OPTIONS = ["--checks=spf"]
LONG_AGO = b"2020-01-01T00:00:00Z"


def changes(n):
    return n % 33 == 0


def fails(n):
    """In the first night, its zone is not there."""
    return n % 50 == 1


def is_old(n):
    return n % 7 == 0


def is_asked(n):
    return is_old(n) or fails(n)


def domain(n):
    return f"d{n}.{'fails' if fails(n) else 'moves' if changes(n) else 'same'}.test"


def night(folder, number):
    """A name server as it stands in that night."""
    zones = {
        "same.test": '* TXT "v=spf1 ~all"\n',
        "moves.test": f'* TXT "v=spf1 {"~-"[number - 1]}all"\n',
    }
    if number == 2:
        zones["fails.test"] = '* TXT "v=spf1 ~all"\n'
    return nameservers.Nsd(folder / f"night-{number}", zones)


def nightly(folder, nsd, n_rows):
    write_list(folder / "list.csv.gz", ((domain(n), "192.0.2.1") for n in range(n_rows)))
    program = harness.ROOT / "examples/nightly/nightly"
    return run(
        harness.SPFSWEEP, program, folder / "list.csv.gz", folder / "data", nsd.upstream, *OPTIONS
    )


def age(path):
    def change(lines):
        return [
            line.replace(line.rsplit(b",", 2)[1], LONG_AGO) if is_old(n) else line
            for n, line in enumerate(lines)
        ]

    path.write_bytes(blocks.with_rows(path.read_bytes(), change))


def check_changes(python, data):
    """What the SQL shows is what was planted among the rows that were asked and had not failed."""
    program = harness.ROOT / "examples/nightly/changes.py"
    done = subprocess.run(
        [python, program, data / "before.csv.gz", data / "results.csv.gz"],
        capture_output=True,
        check=True,
        timeout=LIMIT_S,
    )
    found = list(csv.DictReader(io.StringIO(done.stdout.decode())))
    planted = {n for n in range(N_ROWS) if is_old(n) and changes(n) and not fails(n)}
    assert {int(row["row"]) - 1 for row in found} == planted
    spf = [row for row in found if row["column"] == "spf"]
    assert len(spf) == len(planted)
    assert {(row["was"], row["is"]) for row in spf} == {("softfail", "fail")}
    print(f"the recipe shows {len(planted)} rows with changes: those that were planted, no other")


def test_a_night_of_many_rows(tmp_path, venv_python):
    """Only what is old or failed is asked, all else stands octet for octet."""
    nsd = night(tmp_path, 1)
    try:
        first_s = nightly(tmp_path, nsd, N_ROWS)
    finally:
        nsd.stop()
    data = tmp_path / "data"
    told = json.loads((data / "scan.json").read_bytes())
    assert told["temperror_rows"] == sum(map(fails, range(N_ROWS)))
    age(data / "results.csv.gz")
    nsd = night(tmp_path, 2)
    try:
        second_s = nightly(tmp_path, nsd, N_ROWS + N_NEW)
        n_arrived = nsd.counts()["num.type.TXT"]
    finally:
        nsd.stop()
    n_again = sum(map(is_asked, range(N_ROWS)))
    told, more = (json.loads((data / f"{name}.json").read_bytes()) for name in ("retry", "scan"))
    assert (told["rows"], told["retried_rows"], told["kept_rows"]) == (N_ROWS, n_again, 0)
    assert (told["questions"], more["questions"]) == (n_again, N_NEW)
    # what the name server saw, but for transmissions that it lost
    n_sent = told["queries_sent"] + more["queries_sent"]
    assert n_again + N_NEW <= n_arrived <= n_sent, "others were asked, too"
    assert not list(data.glob("*.kept-*"))
    was, now = lines_of(data / "before.csv.gz"), lines_of(data / "results.csv.gz")
    for n, (old, new) in enumerate(zip(was, now)):
        assert (old == new) == (not is_asked(n)), f"row {n + 1}"
    assert sum(1 for _ in now) == N_NEW, "rows lack at the end"
    print(f"{N_ROWS} rows, {n_again} old or failed, {N_NEW} new: {n_arrived} questions arrived")
    print(f"first night {first_s:.0f} s, second {second_s:.0f} s")
    check_changes(venv_python, data)
