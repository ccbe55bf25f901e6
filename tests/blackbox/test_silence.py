"""test_silence.py - names that nobody answers for must not take the others' answers with them."""

import random

import pytest

import harness
import nameservers

GOOD, DEAD = 540, 1260


def alive_or_silent(name, type):
    if name.startswith("dead"):
        return nameservers.SILENCE
    return ["v=spf1 -all"] if type == "TXT" else []


@pytest.mark.slow
def test_most_names_silent(server, tmp_path):
    """Seven of ten names stay without answer, several times the questions in flight: libunbound takes the upstream for dead now and then, which is no word about any name."""
    dns = server(alive_or_silent)
    names = [f"good{i}.test" for i in range(GOOD)] + [f"dead{i}.test" for i in range(DEAD)]
    random.Random(7).shuffle(names)
    rows = "domain,ip\n" + "".join(f"{name},192.0.2.1\n" for name in names)
    scan = harness.scan(tmp_path, rows, dns.upstream, "--checks=spf", "--workers=1", "--in-flight=400")
    assert scan.status == harness.DONE, scan.stderr
    wrong = [row for row in scan.rows if row["spf"] != ("temperror" if row["domain"].startswith("dead") else "fail")]
    assert wrong == []
    assert [row["domain"] for row in scan.rows] == names
