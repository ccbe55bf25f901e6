"""figures.py - from a result file to the figures that tables and plots show.

Medians tell of speeds, because a busy neighbour spoils single turns. They never tell of exactness:
there the worst turn and the sum count, so that no wrong row can hide behind turns without one.
Contestants are compared turn by turn, since the two runs of one turn shared whatever the machine
was doing."""

import dataclasses
import json

from testbed import measure

UNITS = ("rows", "questions", "bytes")
# Two runs of one log, the second with the log twice over: what is more in it was cached.
ONCE, TWICE = "warm-forward", "warm-twice"
GROWTH_MAX = 1.1
# The run with two workers, and who takes part in it beside spfsweep with two.
SCALING, ONE_WORKER = "two-workers", "spfsweep, one worker"


@dataclasses.dataclass(frozen=True)
class Series:
    """A value for every turn. A turn without one holds None and keeps its place, so that turns can
    be paired; a series without any is false."""

    turns: tuple

    @property
    def values(self):
        return [value for value in self.turns if value is not None]

    def __bool__(self):
        return bool(self.values)

    @property
    def median(self):
        return measure.median(self.values)

    @property
    def spread(self):
        """(largest - smallest) / median, or None: one turn has no spread."""
        return measure.spread(self.values) if len(self.values) > 1 else None

    @property
    def low(self):
        return min(self.values)

    @property
    def high(self):
        return max(self.values)

    @property
    def total(self):
        return sum(self.values)


def quotient(above, below):
    return above / below if above is not None and below else None


def column(turns, key):
    return Series(tuple(turn.get(key) for turn in turns))


def rate(turns, amount, cost):
    return Series(tuple(quotient(turn.get(amount), turn.get(cost)) for turn in turns))


class Contestant:
    """The figures of one contestant. `skipped` says why there are none, or is None."""

    def __init__(self, entry):
        self.name, self.role, self.unit = entry["name"], entry["role"], entry["unit"]
        self.command = entry.get("command") or []
        self.turns = entry.get("turns") or []
        self.failed = entry.get("failed")
        self.skipped = entry.get("skipped") or (
            None if self.turns or self.failed else "it has no turn"
        )
        self.rows_per_second = rate(self.turns, "rows", "wall")
        self.questions_per_second = rate(self.turns, "questions", "wall")
        self.per_cpu = {unit: rate(self.turns, unit, "cpu") for unit in UNITS}
        self.answered = column(self.turns, "answered")
        self.equal = column(self.turns, "equal")
        self.false_temperrors = column(self.turns, "false_temperrors")
        self.wrong = column(self.turns, "wrong")
        self.peak_mib = column(self.turns, "peak_mib")

    @property
    def speed(self):
        """Its own unit per CPU-second."""
        return self.per_cpu[self.unit]


@dataclasses.dataclass(frozen=True)
class Ratio:
    """The subject's speed as a part of another contestant's, in the other's unit. It is also the
    share of the subject's CPU time that the other would need for as many of the unit."""

    other: Contestant
    series: Series


def ratio(subject, other):
    """The Ratio, or None where no turn has both in the other's unit."""
    pairs = zip(subject.per_cpu[other.unit].turns, other.speed.turns)
    series = Series(tuple(quotient(ours, theirs) for ours, theirs in pairs))
    return Ratio(other, series) if series else None


def faults_of_turn(turn, n_expected):
    """What is wrong in one turn of the subject, each in some words."""
    faults = []
    if turn.get("wrong"):
        faults.append(f"wrong rows: {turn['wrong']}")
    if turn.get("false_temperrors"):
        faults.append(f"false temperrors: {turn['false_temperrors']}")
    n_rows = turn.get("rows")
    # A run may go over the population more than once, but never over a part of it.
    if n_rows is not None and n_expected and (n_rows == 0 or n_rows % n_expected):
        faults.append(f"{n_rows} rows where the population has {n_expected}")
    if not faults and turn.get("equal") is not None and turn["equal"] < 1:
        faults.append("rows that differ from the truth and are not counted as wrong")
    return faults


class Run:
    """One result file. `ratios` has an entry for each bare loop and peer that took part and can be
    compared; `faults` says what makes it WRONG."""

    def __init__(self, data):
        self.head = data
        self.name = data["name"]
        self.title = data.get("title") or self.name
        contestants = [Contestant(entry) for entry in data["contestants"]]
        subjects = [c for c in contestants if c.role == "subject"]
        if len(subjects) != 1:
            raise ValueError(f"it has {len(subjects)} subjects instead of one")
        self.subject = subjects[0]
        self.others = [c for c in contestants if c.role != "subject"]
        self.skipped = [c for c in contestants if c.skipped]
        self.ratios = [found for found in (ratio(self.subject, c) for c in self.others) if found]
        n_expected = (data.get("population") or {}).get("rows")
        self.faults = [
            f"turn {number}: {fault}"
            for number, turn in enumerate(self.subject.turns, 1)
            for fault in faults_of_turn(turn, n_expected)
        ]

    @property
    def is_checked(self):
        turns = self.subject.turns
        return bool(turns) and all(
            turn.get(key) is not None for turn in turns for key in ("wrong", "false_temperrors")
        )

    @property
    def verdict(self):
        """ "WRONG"; "FAILED" when the subject did not get to the end; "unchecked" when a turn was
        not compared with the truth, or there is none; or "right"."""
        if self.faults:
            return "WRONG"
        if self.subject.failed:
            return "FAILED"
        return "right" if self.is_checked else "unchecked"

    @property
    def complaints(self):
        """All that is not as it should be, each in some words."""
        found = list(self.faults)
        if self.subject.failed:
            found.append(self.subject.failed)
        elif not self.is_checked:
            found.append("it was not held against the truth")
        return found

    def of_role(self, role):
        return [c for c in self.others if c.role == role and not c.skipped]

    def ratio_to(self, other):
        return next((found for found in self.ratios if found.other is other), None)

    def ratio_to_bare(self, name):
        return next(
            (
                found
                for found in self.ratios
                if found.other.role == "bare" and found.other.name == name
            ),
            None,
        )


class Warmth:
    """What two runs tell together, the second of which scans the first one's log twice over."""

    def __init__(self, once, twice):
        self.once, self.twice = once.subject, twice.subject
        rows, cpu = (
            median_of(self.twice, key) - median_of(self.once, key) for key in ("rows", "cpu")
        )
        self.cached_rows_per_cpu_s = rows / cpu if rows > 0 and cpu > 0 else None

    @property
    def fault(self):
        """Some words when the second half took more memory, or None."""
        once, twice = self.once.peak_mib, self.twice.peak_mib
        if once and twice and twice.high > GROWTH_MAX * once.high:
            return (
                f"memory grew from {once.high:.0f} MiB to {twice.high:.0f} MiB when the same log "
                "was scanned twice over"
            )
        return None


def scaling(runs):
    """How many times the rows per second of one worker two workers have, turn by turn, or None when
    there is no such run."""
    run = next((run for run in runs if run.name == SCALING), None)
    one = next((c for c in run.others if c.name == ONE_WORKER), None) if run else None
    if not one:
        return None
    pairs = zip(run.subject.rows_per_second.turns, one.rows_per_second.turns)
    return Series(tuple(quotient(two, alone) for two, alone in pairs)) or None


def median_of(contestant, key):
    return column(contestant.turns, key).median


def warmth(runs):
    """The Warmth of these runs, or None when not both are there."""
    found = {run.name: run for run in runs if run.subject.turns}
    return Warmth(found[ONCE], found[TWICE]) if ONCE in found and TWICE in found else None


def load(path):
    """The Run of a file. Raises ValueError, with words, when it is none."""
    with open(path, encoding="utf-8") as source:
        data = json.load(source)
    if not isinstance(data, dict) or data.get("format") != 1 or "contestants" not in data:
        raise ValueError("it is no result file of format 1")
    try:
        return Run(data)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"it lacks something, or has it in another form: {error!r}") from error
