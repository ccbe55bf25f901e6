#!/usr/bin/python3
"""Bare loops and peers over a small real NSD: what each counts, and what the SPF libraries say of
pairs whose verdicts the RFC knows.

Some of them ask nobody but port 53 of whom /etc/resolv.conf names. So this file is a program too:
run with a folder it enters a network of its own, starts NSD there, lets each contestant that is
present take a turn, and prints the turns as JSON."""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(ROOT / "bench"), str(HERE.parent / "blackbox")]
PROGRAMS = pathlib.Path(os.environ.get("SPFSWEEP_BENCH", ROOT / "build/release/bench")).resolve()

import nameservers  # noqa: E402
from testbed import bareloops, contest, layout, libraries, namespace, nsd, peers  # noqa: E402
from testbed.servers import Server  # noqa: E402

# name: record and verdict for 192.0.2.1
DOMAINS = {
    "pass.mail.example": ("v=spf1 ip4:192.0.2.0/24 -all", "pass"),
    "fail.mail.example": ("v=spf1 ip4:198.51.100.0/24 -all", "fail"),
    "softfail.mail.example": ("v=spf1 include:fail.mail.example ~all", "softfail"),
    "neutral.mail.example": ("v=spf1 ?all", "neutral"),
    "none.mail.example": ("no policy", "none"),
    "syntax.mail.example": ("v=spf1 ipv4:192.0.2.1 -all", "permerror"),
    "include.mail.example": ("v=spf1 include:no-such.mail.example -all", "permerror"),
    "hosts.mail.example": ("v=spf1 a:_sender.mail.example -all", "pass"),
    "temporary.mail.example": ("v=spf1 include:elsewhere.example -all", "temperror"),
    "elsewhere.example": (None, "temperror"),  # the server refuses this name
}
RECORDS = "".join(f'{name}. TXT "{record}"\n' for name, (record, _) in DOMAINS.items() if record)
ZONE = RECORDS + "_sender.mail.example. A 192.0.2.1\n-dash.mail.example. A 192.0.2.2\n"
NAMES = [name for name, (record, _) in DOMAINS.items() if record] + [
    "_sender.mail.example",
    "-dash.mail.example",
    "no-such.mail.example",
]
NAMES += [f"{'n' * (i % 40 + 1)}{i}.mail.example" for i in range(400)]
TXT_QUESTIONS = [f"{name} TXT" for name in NAMES]
REFUSED = "elsewhere.example A"  # the one question without a definite answer
QUESTIONS = TXT_QUESTIONS + [f"{name} A" for name in NAMES] + [REFUSED]
ALL_BUT_ONE = (len(QUESTIONS) - 1) / len(QUESTIONS)
SECONDS = 0.02  # of CPU, for bare loops
PAIRS = "domain,ip\n" + "".join(f"{name},192.0.2.1\n" for name in DOMAINS)


def judge(rows):
    """What the tests know; a wrong verdict comes back with its name, for the message."""
    told = {domain: spf for domain, _, spf in rows}
    wrong = [
        f"{domain} {told.get(domain)}"
        for domain, (_, verdict) in DOMAINS.items()
        if told.get(domain) != verdict
    ]
    return {
        "equal": 1 - len(wrong) / len(DOMAINS),
        "false_temperrors": sum(w.endswith(" temperror") for w in wrong),
        "wrong": wrong,
    }


def contestants(folder, address, port):
    questions, pairs, text = (
        os.path.join(folder, name) for name in ("questions.txt", "pairs.csv", "text")
    )
    at = questions, address, port, 100
    tool = questions, folder, address, port, 100
    library = pairs, folder, judge
    bare, ubloop, libspf2 = (str(PROGRAMS / name) for name in ("bare", "ubloop", "peer_libspf2"))
    return {
        "bare": bareloops.BareLoop(bare, *at, SECONDS),
        "bare-gso": bareloops.BareLoop(bare, *at, SECONDS, gso=True),
        "libunbound": bareloops.LibunboundLoop(
            ubloop, questions, f"{address}:{port}", 100, SECONDS
        ),
        "libdeflate": bareloops.LibdeflatePack(str(PROGRAMS / "deflate"), text, SECONDS),
        "dnsperf": peers.Dnsperf(*tool),
        "adnshost": peers.Adnshost(*tool),
        "massdns": peers.Massdns(*tool),
        "zdns": peers.Zdns(*tool),
        "libspf2": libraries.Libspf2(libspf2, *library),
        "libspf2-threads": libraries.Libspf2(libspf2, *library, threads=4),
        "pyspf": libraries.Pyspf(*library),
    }


def write_inputs(folder):
    (folder / "questions.txt").write_text("\n".join(QUESTIONS) + "\n")
    (folder / "pairs.csv").write_text(PAIRS)
    (folder / "text").write_text(PAIRS * 500)


def start_server(folder):
    """NSD with mail.example at 127.0.0.1, port 53; it refuses every name outside it."""
    (folder / "mail.zone").write_text(
        layout.head("mail.example.", ["ns.mail.example."]) + "ns.mail.example. A 127.0.0.1\n" + ZONE
    )
    (folder / "zones").write_text(layout.clause("mail.example.", "mail.zone"))
    return Server(
        "nsd",
        nsd.write_config(folder / "state", [("127.0.0.1", 53)], folder / "zones"),
        folder / "nsd.log",
    )


def run_all(folder):
    namespace.enter()
    write_inputs(folder)
    server = start_server(folder)
    try:
        server.wait_until_ready("127.0.0.1", limit_s=20)
        assert not nsd.complaints(server.log)
        outcome = {}
        for key, contestant in contestants(str(folder), "127.0.0.1", 53).items():
            reason = contestant.missing()
            outcome[key] = (
                {"missing": reason}
                if reason
                else {**dataclasses.asdict(contestant.run()), "version": contestant.version()}
            )
    finally:
        server.tell_to_end()
        server.end()
    print(json.dumps(outcome))


@pytest.fixture(scope="module")
def turns(tmp_path_factory):
    try:
        namespace.kind()
    except namespace.NamespaceError as error:
        pytest.skip(str(error))
    command = ["/usr/bin/python3", __file__, tmp_path_factory.mktemp("peers")]
    return json.loads(
        subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=300).stdout
    )


def turn_of(turns, key):
    turn = turns[key]
    if "missing" in turn:
        pytest.skip(f"{key}: {turn['missing']}")
    assert turn["wall"] > 0 and turn["cpu"] > 0, turn
    return turn


@pytest.mark.parametrize("key", ["bare", "bare-gso", "libunbound", "dnsperf"])
def test_every_question_is_asked_and_counted(turns, key):
    turn = turn_of(turns, key)
    assert turn["questions"] == len(QUESTIONS) * (turn["passes"] or 1)
    assert turn["answered"] == pytest.approx(ALL_BUT_ONE)


@pytest.mark.parametrize("key", ["bare", "bare-gso", "libunbound", "libdeflate"])
def test_bare_loops_pass_over_their_input_for_a_while(turns, key):
    turn = turn_of(turns, key)
    assert turn["cpu"] >= SECONDS and turn["passes"] > 1


@pytest.mark.parametrize("key", ["adnshost", "massdns", "zdns"])
def test_the_txt_questions_are_asked_and_counted(turns, key):
    """Over and over, until there are as many as for the others."""
    turn = turn_of(turns, key)
    assert turn["questions"] == len(TXT_QUESTIONS) * 3 >= len(QUESTIONS)
    assert turn["answered"] == 1


@pytest.mark.parametrize("key", ["libspf2", "libspf2-threads", "pyspf"])
def test_the_libraries_know_the_verdicts(turns, key):
    turn = turn_of(turns, key)
    assert turn["rows"] == len(DOMAINS)
    assert not turn["wrong"] and turn["equal"] == 1, turn["wrong"]


def test_the_packer_counts_whole_passes(turns):
    turn = turn_of(turns, "libdeflate")
    assert turn["bytes"] == turn["passes"] * len(PAIRS * 500)


@pytest.mark.parametrize("key", ["libdeflate", "dnsperf", "adnshost", "libspf2", "pyspf"])
def test_versions_are_told(turns, key):
    assert any(c.isdigit() for c in turn_of(turns, key)["version"])


@pytest.mark.parametrize("gso", [False, True])
def test_the_bare_loop_asks_again(tmp_path, gso):
    if not (PROGRAMS / "bare").exists():
        pytest.skip("bare is not built")
    asked = set()

    def deaf_at_first(name, type):
        if (name, type) in asked or len(name) % 3:
            return ["192.0.2.1"]
        asked.add((name, type))
        return nameservers.SILENCE

    server = nameservers.Server(deaf_at_first)
    try:
        (tmp_path / "questions.txt").write_text("".join(f"{name} A\n" for name in NAMES))
        loop = bareloops.BareLoop(
            str(PROGRAMS / "bare"),
            str(tmp_path / "questions.txt"),
            server.address,
            server.port,
            200,
            0,
            gso=gso,
        )
        turn = loop.run()
    finally:
        server.stop()
    assert asked and turn.answered == 1 and turn.questions == len(NAMES)
    assert len(server.questions) >= len(NAMES) + len(
        asked
    )  # more when this machine is busy, and an answer takes its second


def test_the_bare_loop_counts_no_answer_that_is_cut_off(tmp_path):
    if not (PROGRAMS / "bare").exists():
        pytest.skip("bare is not built")
    server = nameservers.Server(
        raw=lambda query: query.cut_off() if query.name == "long.example" else ["short"]
    )
    try:
        (tmp_path / "questions.txt").write_text("long.example TXT\nshort.example TXT\n")
        turn = bareloops.BareLoop(
            str(PROGRAMS / "bare"),
            str(tmp_path / "questions.txt"),
            server.address,
            server.port,
            200,
            0,
        ).run()
    finally:
        server.stop()
    assert (turn.questions, turn.answered) == (2, 0.5)


def test_what_is_not_there_is_missing(tmp_path):
    assert "not built" in bareloops.BareLoop(str(tmp_path / "bare"), "", "", 53, 1, 1).missing()
    assert peers.Adnshost("", "", "127.0.0.1", 5353, 1).missing()
    absent = peers.Tool("", "", "", 53, 1)
    absent.program = "no-such-program"
    assert "PATH" in absent.missing()


@pytest.mark.parametrize(
    "text, ours",
    [
        ("nameserver 127.0.0.1\noptions timeout:5\n", True),
        ("nameserver 192.0.2.53\n", False),
        ("nameserver 127.0.0.1\nnameserver 192.0.2.53\n", False),
        ("# nameserver 127.0.0.1\n", False),
        ("", False),
    ],
)
def test_libraries_that_would_ask_others_take_no_part(tmp_path, text, ours):
    (tmp_path / "resolv.conf").write_text(text)
    library = libraries.Libspf2("/bin/true", "", "", judge)
    library.resolv_conf = str(tmp_path / "resolv.conf")
    assert ours == (library.missing() is None)
    library.resolv_conf = str(tmp_path / "gone")
    assert library.missing()


# ---- what they print ----


DNSPERF = """\
Statistics:

  Queries sent:         18000
  Queries completed:    17950 (99.72%)
  Queries lost:         50 (0.28%)

  Response codes:       NOERROR 17000 (94.71%), SERVFAIL 50 (0.28%), NXDOMAIN 900 (5.01%)
  Average packet size:  request 53, response 130
"""


def test_dnsperf_statistics():
    assert peers.parse_dnsperf(DNSPERF) == (18000, 17900)
    assert peers.parse_dnsperf(
        "  Queries sent:         5\n  Queries lost:         5 (100.00%)\n\n"
    ) == (5, 0)
    with pytest.raises(contest.Spoilt):
        peers.parse_dnsperf("Error: nothing worked\n")


ADNSHOST = b"""\
0 2 ok 0 ok a.example $ "OK"
a.example TXT "v=spf1 -all"
a.example TXT "3 0 ok 0 ok"
1 0 permfail 301 nodata b.example $ "No such data"
2 0 permfail 300 nxdomain c.example $ "No such domain"
3 0 tempfail 63 rcoderefused d.example $ "Query refused by nameserver"
"""


@pytest.mark.parametrize("size", [1, 7, len(ADNSHOST)])
def test_adnshost_output_in_pieces(size):
    answers = peers.AdnsAnswers()
    assert sum(answers.take(ADNSHOST[at : at + size]) for at in range(0, len(ADNSHOST), size)) == 4
    assert answers.n_definite == 3


MASSDNS = """\
127.0.0.1:53 1700000000 NOERROR a.example.  TXT
a.example. TXT "v=spf1 -all"
a.example. TXT "127.0.0.1:53 1 NOERROR x. TXT"
127.0.0.1:53 1700000000 SERVFAIL b.example.  TXT
127.0.0.1:53 1700000001 NXDOMAIN b.example.  TXT
127.0.0.1:53 1700000001 NXDOMAIN b.example.  TXT
127.0.0.1:53 1700000001 REFUSED c.example.  TXT
"""


def test_massdns_output():
    assert peers.parse_massdns(MASSDNS.splitlines(True), "127.0.0.1:53", 1) == 2
    assert peers.parse_massdns(MASSDNS.splitlines(True), "127.0.0.1:53", 3) == 3


ZDNS = """\
{"name":"a.example","results":{"TXT":{"data":{"answers":[]},"status":"NOERROR"}}}
{"name":"b.example","results":{"TXT":{"data":{},"status":"NXDOMAIN"}}}
{"name":"c.example","results":{"TXT":{"data":{},"status":"TIMEOUT"}}}
{"data":{"answers":[]},"name":"d.example","status":"NOERROR"}
"""


def test_zdns_output():
    assert peers.parse_zdns(ZDNS.splitlines(True)) == 3


if __name__ == "__main__":
    run_all(pathlib.Path(sys.argv[1]))
