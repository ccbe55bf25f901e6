"""contest.py - contestants that do the same work in turns, so that a busy neighbour disturbs all of
them alike.

A contest's outcome is one JSON file: what was measured, where, with which versions, and every turn
of every contestant. Tables and plots are made from these files and from nothing else."""

import dataclasses
import json
import os


@dataclasses.dataclass
class Turn:
    """What one run of one contestant did and cost. None: does not apply, or is not known."""

    wall: float  # seconds
    cpu: float  # seconds of the contestant's own processes, servers not counted
    peak_mib: float | None = None
    rows: int | None = None  # pairs that were judged
    questions: int | None = None  # questions that went to the DNS
    answered: float | None = (
        None  # share of the questions with a definite answer (data, no data, no such name)
    )
    equal: float | None = None  # share of the rows that are equal to the population's truth
    false_temperrors: int | None = None  # rows with a temperror where the truth has none
    wrong: int | None = (
        None  # rows that differ from the truth in any other way; missing and doubled ones, too
    )
    bytes: int | None = None  # octets of text packed, for bare libdeflate
    passes: int | None = (
        None  # how often a bare loop went over its input; its figures are those of all of them
    )


class Contestant:
    """`role` is "subject" (what the contest is about), "bare" (a bare loop) or "peer". `unit` is
    what its speed is counted in: rows, questions or bytes."""

    name = ""
    role = "peer"
    unit = "questions"

    def missing(self):
        """Why it cannot take part, in some words, or None."""
        return None

    def version(self):
        """What `versions` says of it, or None."""
        return None

    def command(self):
        """The command line that is timed, as a list, for the record."""
        raise NotImplementedError

    def run(self):
        """One turn. Raises Spoilt when it ended in a way that is no measurement."""
        raise NotImplementedError


class Spoilt(Exception):
    """A turn that cannot be counted; the text says why."""


# What may come of a program that says something else than expected, or nothing, or does not start.
STUMBLES = (Spoilt, ValueError, LookupError, AttributeError, TypeError, OSError)


def hold(contestants, n_turns, say):
    """Runs the contestants n_turns times, each once in a turn, the order turned round every time.
    Gives the list for the JSON file. A peer or a bare loop that fails is left out ("skipped") and
    told of; when a subject fails that ends the contest, and its entry says so ("failed")."""
    outcome = [(contestant, introduce(contestant, say)) for contestant in contestants]
    for number in range(n_turns):
        for contestant, entry in outcome if number % 2 == 0 else reversed(outcome):
            if "skipped" not in entry and not take_turn(contestant, entry, say):
                return [entry for _, entry in outcome]
    return [entry for _, entry in outcome]


def introduce(contestant, say):
    """Its entry, without a turn yet."""
    entry = {"name": contestant.name, "role": contestant.role, "unit": contestant.unit}
    try:
        reason = contestant.missing()
        if not reason:
            entry.update(version=contestant.version(), command=contestant.command(), turns=[])
    except STUMBLES as error:
        reason = first_line(error)
    if reason:
        say(f"{contestant.name}: skipped, {reason}")
        entry["skipped"] = reason
    return entry


def take_turn(contestant, entry, say):
    """False when the contest is over."""
    is_subject = contestant.role == "subject"
    try:
        entry["turns"].append(dataclasses.asdict(contestant.run()))
    except STUMBLES as error:
        if is_subject and not isinstance(
            error, Spoilt
        ):  # that is our own fault, and whoever mends it wants to know where
            raise
        say(f"{contestant.name}: {error}")
        entry["failed" if is_subject else "skipped"] = first_line(error)
        entry["turns"] = entry["turns"] if is_subject else []
        return not is_subject
    return True


def first_line(error):
    return (str(error).splitlines() or [""])[0] or type(error).__name__


def write(path, head, entries):
    """`head` is a dictionary: name, title, what was measured on which machine."""
    temporary = path + ".new"
    with open(temporary, "w") as out:
        json.dump({"format": 1, **head, "contestants": entries}, out, indent=1)
        out.write("\n")
    os.replace(temporary, path)
