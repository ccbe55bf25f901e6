"""measure.py - what one run of a program cost, and the middle of several."""
import os
import statistics
import subprocess
import sys
import time


class Run:
    """A finished command: its wall seconds, the CPU seconds of it alone (wait4 tells of no other process), its peak memory, its
    exit status, and its standard output if that is to be captured."""

    def __init__(self, command, cpu=None, capture=False):
        if cpu is not None:
            command = ["taskset", "-c", str(cpu)] + command
        started = time.monotonic()
        process = subprocess.Popen(command, stdout=subprocess.PIPE if capture else subprocess.DEVNULL, stderr=subprocess.PIPE)
        self.output = process.stdout.read() if capture else b""
        self.errors = process.stderr.read().decode(errors="replace")
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)  # so that Popen does not wait for it again
        self.wall = time.monotonic() - started
        self.cpu = usage.ru_utime + usage.ru_stime
        self.user, self.system = usage.ru_utime, usage.ru_stime
        self.peak_mib = usage.ru_maxrss / 1024
        self.status = process.returncode


def must_run(command, **options):
    run = Run(command, **options)
    if run.status:
        sys.exit(f"{' '.join(command)}: exit status {run.status}\n{run.errors}")
    return run


def median(values):
    return statistics.median(values)


def spread(values):
    """How far the runs lie apart: (largest - smallest) / median."""
    middle = median(values)
    return (max(values) - min(values)) / middle if middle else 0.0


def print_table(header, rows):
    cells = [header] + [[str(c) for c in row] for row in rows]
    widths = [max(len(row[i]) for row in cells) for i in range(len(header))]
    for row in cells:
        print("  ".join(cell.ljust(w) if i == 0 else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths))).rstrip())
