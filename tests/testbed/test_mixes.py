"""bench/mixes: a scan of each kind of mix, and that its judge finds what it is there to find."""

import csv
import os
import pathlib
import subprocess

import pytest

from testbed import mischief

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("SPFSWEEP", ROOT / "build/release/spfsweep")).resolve().parent
DOMAIN, BAD, IP = "n1.m-ok.test", "n1.m-silent.test", "192.0.2.7"


def mixes(folder, *options):
    command = [ROOT / "bench/mixes", folder, "--quick", "--build", BUILD, *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=600)


# ---- scans ----


def test_quick(tmp_path):
    """A word of each way; nothing is timed. With one retry, so that some of the names fail."""
    run = mixes(tmp_path, "--", "--retries", "1")
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.split()[0] == "mix" and run.stdout.count("right") == 2
    for word in ("loss50", "tcpmid"):
        rows = list(mischief.rows_of(tmp_path / word / "results.csv.gz"))
        asked = [row for row in rows if f".m-{word}." in row["domain"]]
        assert (len(rows), len(asked)) == (510, 10)
        assert {row["spf"] for row in rows} >= {"pass", "fail", "temperror"}


@pytest.mark.skipif(not os.path.exists(mischief.DNSDIST), reason="no dnsdist")
def test_through_dnsdist(tmp_path):
    run = mixes(tmp_path, "--only", "nx", "--through", "dnsdist", "--good", "50")
    assert run.returncode == 0, run.stdout + run.stderr


def test_a_scan_that_fails_is_told(tmp_path):
    run = mixes(tmp_path, "--only", "nx", "--", "--no-such-option")
    assert run.returncode == 1 and "WRONG" in run.stdout and "no-such-option" in run.stderr


def test_rows_that_end_by_their_deadline(tmp_path):
    """Another cause than that of a question that was given up."""
    run = mixes(tmp_path, "--only", "silent", "--good", "20", "--deadline", "3000")
    assert run.returncode == 0, run.stdout + run.stderr
    rows = list(mischief.rows_of(tmp_path / "silent" / "results.csv.gz"))
    assert [row["spf_problem"] for row in rows].count("deadline") == 10


@pytest.mark.parametrize("word", ["los50", "nx+los50"])
def test_no_such_word(tmp_path, word):
    run = mixes(tmp_path, "--only", word)
    assert run.returncode == 1 and "no such word" in run.stderr and "tcpmid" in run.stderr


# ---- the words ----


def test_each_word_of_the_server_is_scanned():
    words = map(mischief.without_number, mischief.words(BUILD / "bench" / "mischief"))
    assert set(words) == {mischief.without_number(w) for w in (*mischief.SINGLES, mischief.GOOD)}


def test_pairs_are_of_single_words():
    assert {word for pair in mischief.PAIRS for word in pair.split("+")} <= set(mischief.SINGLES)
    assert len(set(mischief.PAIRS)) == 12


# ---- the judge ----


def right(domain, ip=IP, **other):
    return {
        "domain": domain, "ip": ip, "dns_cause": "", "elapsed_ms": "3",
        **mischief.expected_good(domain, ip), **mischief.expected_client(ip), **other,
    }  # fmt: skip


FAILED = {
    "spf": "temperror", "spf_matched": "", "spf_problem": "dns_error", "spf_record": "", "a": "",
    "a_state": "temperror", "a_match": "temperror", "mx": "", "mx_state": "temperror",
    "mx_match": "temperror", "dns_cause": f"TXT {BAD}: timeout (no answer to 11 queries)",
}  # fmt: skip


def judged(tmp_path, *rows, wanted=None):
    """Held against these rows, or others that were wanted."""
    path = tmp_path / "results.csv"
    with open(path, "w", newline="") as out:
        writer = csv.DictWriter(out, ["row", *right(DOMAIN)])
        writer.writeheader()
        writer.writerows({"row": number, **row} for number, row in enumerate(rows, 1))
    return mischief.judge(path, wanted or [(row["domain"], row["ip"]) for row in rows])


def test_what_is_right(tmp_path):
    told = judged(tmp_path, right(DOMAIN), right(DOMAIN, "198.51.100.7"), right(BAD, **FAILED))
    assert (told.wrong, told.temperrors) == (0, 1) and told.causes == {"timeout": 1}


@pytest.mark.parametrize(
    "domain, change",
    [
        (DOMAIN, {"spf": "fail"}),
        (DOMAIN, {"a": mischief.address_of("n2.m-ok.test")}),
        (DOMAIN, {"spf_record": mischief.record_of("n2.m-ok.test")}),
        (DOMAIN, {"mx": "10 mx.n2.m-ok.test"}),
        (DOMAIN, {"iprev": "permerror"}),
        (DOMAIN, FAILED),
        (DOMAIN, {"dns_cause": f"AAAA {DOMAIN}: timeout"}),
        ("n1.m-servfail1000.test", FAILED),
        (BAD, {**FAILED, "spf": "none", "spf_problem": ""}),
        (BAD, {**FAILED, "dns_cause": ""}),
        (BAD, {**FAILED, "spf_problem": ""}),
        (BAD, {**FAILED, "a": mischief.address_of(DOMAIN)}),
        (BAD, {**FAILED, "a_state": "none"}),
        (BAD, {**FAILED, "iprev": "temperror"}),
    ],
)
def test_what_is_wrong(tmp_path, domain, change):
    told = judged(tmp_path, right(DOMAIN), right(domain, **change))
    assert told.wrong == 1 and domain in told.examples[0]
    assert mischief.faults_of_rows(told, 60000)


@pytest.mark.parametrize("order", [[1], [1, 2, 2], [2, 1], []])
def test_rows_that_are_not_in_step(tmp_path, order):
    names = [f"n{i}.m-ok.test" for i in (1, 2)]
    rows = [right(names[i - 1]) for i in order]
    assert judged(tmp_path, *rows, wanted=[(name, IP) for name in names]).wrong


def test_times(tmp_path):
    rows = [right(f"n{i}.m-ok.test", elapsed_ms=str(i)) for i in range(200)]
    told = judged(tmp_path, *rows, right(BAD, elapsed_ms="61001"))
    assert (told.good_p99, told.good_max, told.longest) == (197, 199, 61001)
    assert mischief.faults_of_rows(told, 60000) == ["a row took 61001 ms"]
    assert mischief.faults_of_rows(told, 60001) == []


def test_what_mixes_may_take():
    walls = {"a": 25.0, "b": 2, "a+b": 42.5}
    told = mischief.Told(good_p99=2000)
    assert not any(mischief.faults_of_time(mix, told, walls) for mix in walls)
    walls = {"a": 25.1, "b": 2, "a+b": 42.7}
    assert [bool(mischief.faults_of_time(mix, told, walls)) for mix in walls] == [True, False, True]
    assert mischief.faults_of_time("b", mischief.Told(good_p99=2001), walls)


def test_a_pair_comes_behind_its_words():
    assert mischief.in_order(["a+b", "c", "a"]) == ["a", "b", "c", "a+b"]
