"""test_silence.py - names that nobody answers for must not take the others' answers with them."""

import random
import time

import pytest

import harness
import nameservers

GOOD, DEAD = 540, 1260


def alive_or_silent(name, type):
    if name.startswith("dead"):
        return nameservers.SILENCE
    return ["v=spf1 -all"] if type == "TXT" else []


def rows_text():
    names = [f"good{i}.test" for i in range(GOOD)] + [f"dead{i}.test" for i in range(DEAD)]
    random.Random(7).shuffle(names)
    return names, "domain,ip\n" + "".join(f"{name},192.0.2.1\n" for name in names)


@pytest.mark.slow
def test_most_names_silent(server, tmp_path):
    """Seven of ten names stay without answer, several times the questions in flight: our own engine
    takes no silent name for a dead upstream."""
    dns = server(alive_or_silent)
    names, rows = rows_text()
    scan = harness.scan(
        tmp_path, rows, dns.upstream, "--checks=spf", "--workers=1", "--in-flight=400"
    )
    assert scan.status == harness.DONE, scan.stderr
    wrong = [
        row
        for row in scan.rows
        if row["spf"] != ("temperror" if row["domain"].startswith("dead") else "fail")
    ]
    assert wrong == []
    assert [row["domain"] for row in scan.rows] == names


@pytest.mark.slow
def test_most_names_silent_with_dnssec(server, tmp_path):
    """libunbound asks then, and takes the upstream for dead again and again; what it did not even
    send is asked when it trusts the upstream again."""
    names, rows = rows_text()
    scan = harness.scan(
        tmp_path,
        rows,
        server(alive_or_silent).upstream,
        *harness.with_dnssec(tmp_path),
        "--checks=spf",
        "--workers=1",
        "--in-flight=400",
    )
    assert scan.status == harness.DONE, scan.stderr
    assert [row["domain"] for row in scan.rows] == names
    assert all(row["spf"] == "temperror" for row in scan.rows if row["domain"].startswith("dead"))
    assert [
        row for row in scan.rows if row["domain"].startswith("good") and row["spf"] != "fail"
    ] == []


@pytest.mark.slow
def test_a_long_silence_with_dnssec(server, tmp_path):
    """Of half a minute. What was sent into it gets no answer; all else waits until libunbound asks
    the upstream again."""
    begun = []

    def late_riser(name, type):
        begun.append(time.monotonic())
        return (
            ["v=spf1 -all"] if begun[-1] - begun[0] > 30 and type == "TXT" else nameservers.SILENCE
        )

    rows = "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(40))
    scan = harness.scan(
        tmp_path,
        rows,
        server(late_riser).upstream,
        *harness.with_dnssec(tmp_path),
        "--checks=spf",
        "--workers=1",
        "--in-flight=2",
    )
    assert scan.status == harness.DONE, scan.stderr
    lost = [row["dns_cause"] for row in scan.rows if row["spf"] != "fail"]
    assert 2 <= len(lost) <= 8 and all("no answer within 10000 ms" in cause for cause in lost), lost
