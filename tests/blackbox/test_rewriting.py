"""test_rewriting.py - upstreams that have addresses for names that do not exist."""

import pytest

import harness
import nameservers
from harness import DONE, USAGE

ROWS = "domain,ip\n" + "".join(f"d{n}.test,192.0.2.1\n" for n in range(20))


def truth(name, type):
    return ["v=spf1 exists:%{i}.x.test -all"] if type == "TXT" else "NXDOMAIN"


def search_page(*tops):
    """Under these top-level domains every name has an address."""

    def script(name, type):
        if type == "A" and name.split(".")[-1] in tops:
            return ["192.0.2.80"]
        return truth(name, type)

    return script


def results(scan):
    return [one["rewrites"] for one in scan.summary["rewriting"]]


@pytest.mark.parametrize("dnssec", [False, True])
@pytest.mark.parametrize("tops", [["invalid", "com", "test"], ["com", "test"], ["invalid"]])
def test_it_is_refused(server, tmp_path, tops, dnssec):
    """Before anything is written: what stood in the output's place is still there."""
    liar, honest = server(search_page(*tops), rewrites=True), server(truth)
    upstreams = [honest.upstream, liar.upstream, "--checks=spf"]
    if dnssec:
        upstreams += harness.with_dnssec(tmp_path)
    before = tmp_path / "out.csv.gz"
    before.write_bytes(b"")
    scan = harness.scan(tmp_path, ROWS, *upstreams)
    assert scan.status == USAGE and scan.data == b"", scan.stderr
    assert scan.says(f"{liar.address}:{liar.port}", "--allow-rewriting")
    assert not scan.says(f"{honest.address}:") and results(scan) == [False, True]
    assert (scan.summary["exit_status"], scan.summary["rows"]) == (USAGE, 0)
    allowed = harness.scan(tmp_path, ROWS, *upstreams, "--allow-rewriting")
    assert allowed.status == DONE and results(allowed) == [False, True]
    assert allowed.summary["options"]["allow_rewriting"] and allowed.says("warning", liar.address)


def test_a_resumed_output_is_not_touched(server, tmp_path):
    honest, liar = server(truth), server(search_page("com"), rewrites=True)
    first = harness.scan(tmp_path, ROWS, honest.upstream, "--checks=spf")
    assert first.status == DONE and results(first) == [False]
    torn = first.data[: -len(harness.BGZF_EOF)] + b"torn"
    (tmp_path / "out.csv.gz").write_bytes(torn)
    rows = harness.write_input(tmp_path / "more.csv", ROWS + "d20.test,192.0.2.1\n")
    scan = harness.scan(tmp_path, rows, liar.upstream, "--checks=spf", "--resume")
    assert scan.status == USAGE and scan.data == torn


def test_one_that_does_not_answer_such_questions(server, tmp_path):
    """It stays unknown, and the rows are written."""

    def shy(name, type):
        return truth(name, type) if name.endswith(".test") else nameservers.SILENCE

    scan = harness.scan(tmp_path, ROWS, server(shy, rewrites=True).upstream, "--checks=spf")
    assert scan.status == DONE and results(scan) == [None] and len(scan.rows) == 20
