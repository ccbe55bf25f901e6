"""floors.py - what nothing here can beat: questions with next to no work beside the sending, and packing with nothing beside it.

Each is a C program of bench/ that starts its clock when its input lies in memory, so wall and CPU seconds are those that it tells."""
import json
import os

from . import contest, measure


def finished(command, cpu=None, capture=False):
    """The measure.Run of a command that must end well."""
    run = measure.Run(command, cpu=cpu, capture=capture)
    if run.status:
        raise contest.Spoilt(f"{' '.join(command)}: exit status {run.status}\n{run.errors}")
    return run


class Floor(contest.Contestant):
    """`program` is the built C program, `cpu` the processor that it keeps to, or None."""
    role = "floor"

    def __init__(self, program, cpu=None):
        self.program, self.cpu = program, cpu

    def missing(self):
        return None if os.access(self.program, os.X_OK) else f"{os.path.basename(self.program)} is not built"

    def told(self):
        """One run: the JSON line that it prints, and its measure.Run."""
        run = finished(self.command(), cpu=self.cpu, capture=True)
        return json.loads(run.output), run


class BareLoop(Floor):
    """bare.c: a send/receive loop with one socket. With gso=True the kernel cuts its datagrams."""

    def __init__(self, program, questions, address, port, window, gso=False, cpu=None):
        super().__init__(program, cpu)
        self.questions, self.address, self.port, self.window, self.gso = questions, address, port, window, gso
        self.name = "bare loop, UDP_SEGMENT" if gso else "bare loop"

    def command(self):
        return [self.program, self.address, str(self.port), self.questions, str(self.window)] + ["gso"] * self.gso

    def run(self):
        told, run = self.told()
        return contest.Turn(told["wall"], told["cpu"], run.peak_mib, questions=told["questions"], answered=told["answered"] / told["questions"])


class LibunboundLoop(Floor):
    """ubloop.c: a loop of ub_resolve_event() calls. `server` is "ADDRESS:PORT" to forward to, or the path of an unbound.conf to recurse by; `way` is one of its bare ones."""

    def __init__(self, program, questions, server, window, way="tuned", cpu=None):
        super().__init__(program, cpu)
        self.questions, self.server, self.window, self.way = questions, server, window, way
        self.name = "bare libunbound" + ("" if way == "tuned" else f", {way} settings")

    def command(self):
        return [self.program, self.way, self.server, self.questions, str(self.window)]

    def run(self):
        told, run = self.told()
        return contest.Turn(told["wall"], told["cpu"], run.peak_mib, questions=told["questions"], answered=told["definite"] / told["questions"])


class LibdeflatePack(Floor):
    """deflate.c: libdeflate at the level and in the pieces of the program's output, over a plain text; some passes, all of them counted."""
    name = "bare libdeflate"
    unit = "bytes"

    def __init__(self, program, text, cpu=None):
        super().__init__(program, cpu)
        self.text = text

    def version(self):
        return "libdeflate " + finished([self.program, "--version"], capture=True).output.decode().strip()

    def command(self):
        return [self.program, self.text]

    def run(self):
        told, run = self.told()
        return contest.Turn(told["wall"], told["cpu"], run.peak_mib, bytes=told["bytes"])
