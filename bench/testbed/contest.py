"""contest.py - contestants that do the same work in turns, so that a busy neighbour disturbs all of them alike.

A contest's outcome is one JSON file: what was measured, where, with which versions, and every turn of every contestant. Tables and plots
are made from these files and from nothing else.
"""
import dataclasses
import json
import os


@dataclasses.dataclass
class Turn:
    """What one run of one contestant did and cost. None: does not apply."""
    wall: float                           # seconds
    cpu: float                            # seconds of the contestant's own processes, servers not counted
    peak_mib: float | None = None
    rows: int | None = None               # pairs that were judged
    questions: int | None = None          # questions that went to the DNS
    answered: float | None = None         # share of the questions with a definite answer (data, no data, no such name)
    equal: float | None = None            # share of the rows that are equal to the population's truth
    false_temperrors: int | None = None   # rows with a temperror where the truth has none
    wrong: int | None = None              # rows that differ from the truth in any other way; missing and doubled ones, too
    bytes: int | None = None              # octets of text packed, for the compression floor


class Contestant:
    """`role` is "subject" (what the contest is about), "floor" (what cannot be beaten) or "peer". `unit` is what its speed is counted in: rows,
    questions or bytes."""
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


def hold(contestants, n_turns, say):
    """Runs the contestants n_turns times, each once in a turn, the order turned round every time. Gives the list for the JSON file."""
    outcome = []
    for contestant in contestants:
        entry = {"name": contestant.name, "role": contestant.role, "unit": contestant.unit}
        reason = contestant.missing()
        if reason:
            say(f"{contestant.name}: skipped, {reason}")
            entry["skipped"] = reason
        else:
            entry.update(version=contestant.version(), command=contestant.command(), turns=[])
        outcome.append((contestant, entry))
    running = [pair for pair in outcome if "turns" in pair[1]]
    for number in range(n_turns):
        for contestant, entry in running if number % 2 == 0 else reversed(running):
            if "skipped" not in entry:
                take_turn(contestant, entry, say)
    return [entry for _, entry in outcome]


def take_turn(contestant, entry, say):
    """A peer that fails is left out from then on, and told of; a subject that fails ends the contest."""
    try:
        entry["turns"].append(dataclasses.asdict(contestant.run()))
    except Spoilt as why:
        if contestant.role == "subject":
            raise
        say(f"{contestant.name}: {why}")
        entry["skipped"] = str(why).splitlines()[0]
        entry["turns"] = []


def write(path, head, entries):
    """`head` is a dictionary: name, title, what was measured on which machine."""
    temporary = path + ".new"
    with open(temporary, "w") as out:
        json.dump({"format": 1, **head, "contestants": entries}, out, indent=1)
        out.write("\n")
    os.replace(temporary, path)
