"""How bench/compare judges. Nothing is built, run or timed here."""

import runpy
import types

import pytest


@pytest.fixture
def compare(bench):
    return types.SimpleNamespace(**runpy.run_path(str(bench / "compare")))


@pytest.mark.parametrize(
    "times, verdict",
    [
        ([106, 107, 110, 106, 101], "slower"),
        ([90, 93, 94, 92, 99], "faster"),
        ([110, 111, 110, 112, 99], "same"),  # one pair says otherwise
        ([104, 104, 101, 103, 104], "same"),  # all agree, on too little
        (
            [108, 150, 108, 140, 108],
            "same",
        ),  # all agree, but B differs from itself by more than from A
        ([100, 100, 100], "same"),
        ([200], "same"),  # one pair says nothing of noise
    ],
)
def test_judgement(compare, times, verdict):
    assert compare.judge([100] * len(times), times) == verdict


def test_noise_is_twice_what_neighbouring_runs_differ_by(compare):
    assert compare.margin([100, 110, 110], [100, 110, 121]) == pytest.approx(20)
    assert compare.margin([100, 101], [100, 101]) == 5


def test_chance(compare):
    assert compare.chance_agreements(17, 7) == pytest.approx(17 / 64)


def test_pairs_are_compared_and_not_medians(compare):
    # A machine that became twice as slow half-way through: medians of 10 and 20 would tell of
    # nothing but that.
    a, b = {"hash": [10, 10, 10, 20, 20]}, {"hash": [11, 11, 22, 22, 22]}
    assert compare.table_of(a, b) == [
        ["hash", "10.0", "22.0", "1.100", "1.100 to 2.200", "5 %", "slower"]
    ]


def test_pieces_of_one_commit_only_are_not_judged(compare):
    assert [
        row[0] for row in compare.table_of({"old": [1], "both": [1]}, {"both": [1], "new": [1]})
    ] == ["both"]


def test_fail_over(compare):
    a, b = (
        {"slow": [10, 10, 10], "noisy": [10, 10, 10], "same": [10, 10, 10]},
        {"slow": [11.5, 12, 11], "noisy": [13, 13, 9], "same": [10, 10, 10]},
    )
    assert compare.too_slow(a, b, 10) == ["slow"]
    assert compare.too_slow(a, b, 20) == []
