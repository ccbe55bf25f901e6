"""bareloops.py - what the work costs with next to nothing beside it: questions in a loop that only
sends and receives, in one that only calls libunbound, and packing with libdeflate and nothing else.
They are no lower bounds, but they are small, and what the machine does to them in a turn it does to
everybody: so the ratio to one of them says more on another day than any speed.

Each is a C program of bench/ that starts its clock when its input lies in memory, so wall and CPU
seconds are those that it tells. It passes over its input until `seconds` of CPU are over, once at
the least."""

import json
import os

from . import contest, measure


def finished(command, cpu=None, capture=False, limit_s=measure.LIMIT_S):
    """The measure.Run of a command that must end well, and in time."""
    try:
        run = measure.Run(command, cpu=cpu, capture=capture, limit_s=limit_s)
    except TimeoutError as error:
        raise contest.Spoilt(str(error)) from error
    if run.status:
        raise contest.Spoilt(
            f"{' '.join(command)}: exit status {run.status}\n{run.errors}".rstrip()
        )
    return run


class BareProgram(contest.Contestant):
    """`program` is the built C program, `cpu` the processor that it keeps to, or None."""

    role = "bare"

    def __init__(self, program, seconds, cpu=None):
        self.program, self.seconds, self.cpu = program, seconds, cpu

    def missing(self):
        return (
            None
            if os.access(self.program, os.X_OK)
            else f"{os.path.basename(self.program)} is not built"
        )

    def run(self):
        """A turn from the JSON line that the program prints."""
        run = finished(self.command(), cpu=self.cpu, capture=True)
        told = json.loads(run.output)
        return contest.Turn(
            told["wall"], told["cpu"], run.peak_mib, passes=told["passes"], **self.work_of(told)
        )

    def work_of(self, told):
        """What was done in all the passes, in the words of a Turn."""
        raise NotImplementedError


class BareLoop(BareProgram):
    """bare.c: a send/receive loop with one socket. With gso=True the kernel cuts its datagrams."""

    def __init__(self, program, questions, address, port, window, seconds, gso=False, cpu=None):
        super().__init__(program, seconds, cpu)
        self.questions, self.address, self.port, self.window, self.gso = (
            questions,
            address,
            port,
            window,
            gso,
        )
        self.name = "bare loop, UDP_SEGMENT" if gso else "bare loop"

    def command(self):
        return [
            self.program,
            self.address,
            str(self.port),
            self.questions,
            str(self.window),
            str(self.seconds),
        ] + ["gso"] * self.gso

    def work_of(self, told):
        return {"questions": told["questions"], "answered": told["answered"] / told["questions"]}


class LibunboundLoop(BareProgram):
    """ubloop.c: a loop of ub_resolve_event() calls. `server` is "ADDRESS:PORT" to forward to, or
    the path of an unbound.conf to recurse by; `way` is one of its own: "layer" is our resolver
    without rows, over our own engine when it forwards."""

    def __init__(self, program, questions, server, window, seconds, way="tuned", cpu=None):
        super().__init__(program, seconds, cpu)
        self.questions, self.server, self.window, self.way = questions, server, window, way
        self.name = {"tuned": "bare libunbound", "layer": "spfsweep's resolver alone"}.get(
            way, f"bare libunbound, {way} settings"
        )

    def command(self):
        return [
            self.program,
            self.way,
            self.server,
            self.questions,
            str(self.window),
            str(self.seconds),
        ]

    def work_of(self, told):
        return {"questions": told["questions"], "answered": told["definite"] / told["questions"]}


class LibdeflatePack(BareProgram):
    """deflate.c: libdeflate at the level and in the pieces of the program's output, over a plain
    text."""

    name = "bare libdeflate"
    unit = "bytes"

    def __init__(self, program, text, seconds, cpu=None):
        super().__init__(program, seconds, cpu)
        self.text = text

    def version(self):
        return (
            "libdeflate "
            + finished([self.program, "--version"], capture=True).output.decode().strip()
        )

    def command(self):
        return [self.program, self.text, str(self.seconds)]

    def work_of(self, told):
        return {"bytes": told["bytes"]}
