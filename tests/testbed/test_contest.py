"""How commands are run and measured, and what becomes of contestants that fail."""

import resource
import time

import pytest

from testbed import bareloops, contest, measure


def test_a_failed_run_is_no_measurement():
    with pytest.raises(contest.Spoilt, match="exit status 1"):
        bareloops.finished(["false"])


def test_a_run_without_an_end_is_ended():
    began = time.monotonic()
    with pytest.raises(contest.Spoilt, match="did not end"):
        bareloops.finished(["sleep", "60"], limit_s=0.2)
    assert time.monotonic() - began < 10


def test_a_run_may_say_much():
    run = measure.Run(
        ["sh", "-c", "head -c 300000 /dev/zero; head -c 200000 /dev/zero >&2"],
        capture=True,
        limit_s=20,
    )
    assert (run.status, len(run.output), len(run.errors)) == (0, 300000, 200000)


def test_our_own_memory_is_nobody_elses():
    assert (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 10000
        and measure.Run(["true"]).peak_mib is None
    )
    large = measure.Run(["/usr/bin/python3", "-c", "b'x' * (600 << 20)"])
    assert 600 <= large.peak_mib < 700


class Player(contest.Contestant):
    """One that does what it is told in each turn: raises it, or tells of so many seconds."""

    def __init__(self, name, *turns, role="peer"):
        self.name, self.turns, self.role = name, list(turns), role

    def command(self):
        return [self.name]

    def run(self):
        turn = self.turns.pop(0)
        if isinstance(turn, Exception):
            raise turn
        return contest.Turn(turn, turn)


def held(*players):
    said = []
    entries = {entry["name"]: entry for entry in contest.hold(players, 3, said.append)}
    return entries, said


@pytest.mark.parametrize(
    "error",
    [
        contest.Spoilt("broken\nreally"),
        ValueError("broken"),
        KeyError("broken"),
        AttributeError("broken"),
        TypeError("broken"),
        FileNotFoundError("broken"),
        IndexError(),
    ],
)
def test_a_peer_that_fails_is_left_out(error):
    entries, said = held(Player("ours", 1, 2, 3, role="subject"), Player("its", 1, error))
    assert [turn["wall"] for turn in entries["ours"]["turns"]] == [1, 2, 3]
    assert entries["its"]["turns"] == [] and entries["its"]["skipped"] in (
        "broken",
        "'broken'",
        "IndexError",
    )
    assert len(said) == 1


def test_a_subject_that_fails_ends_the_contest():
    entries, _ = held(
        Player("ours", 1, contest.Spoilt("broken"), role="subject"), Player("its", 1, 2, 3)
    )
    assert entries["ours"]["failed"] == "broken" and len(entries["ours"]["turns"]) == 1
    assert len(entries["its"]["turns"]) == 2  # in the second turn it came first
