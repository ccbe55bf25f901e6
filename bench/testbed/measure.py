"""measure.py - what one run of a program cost, and the middle of several."""

import contextlib
import os
import resource
import select
import statistics
import subprocess
import tempfile
import time

LIMIT_S = 3600  # nothing that is measured takes an hour


class Run:
    """A finished command: its wall seconds, the CPU seconds of it alone (wait4 tells of no other
    process), its peak memory, its exit status, what it said on standard error, and its standard
    output if that is to be captured. Raises TimeoutError after limit_s."""

    def __init__(self, command, cpu=None, capture=False, limit_s=LIMIT_S):
        if cpu is not None:
            command = ["taskset", "-c", str(cpu)] + command
        # not pipes: one that nobody reads meanwhile fills up and holds the program
        with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
            started = time.monotonic()
            with running(
                command, stdout=output if capture else subprocess.DEVNULL, stderr=errors
            ) as process:
                self.status, usage = wait(process, limit_s)
            self.wall = time.monotonic() - started
            self.output, self.errors = content(output), content(errors).decode(errors="replace")
        self.cpu = usage.ru_utime + usage.ru_stime
        self.peak_mib = peak_mib(usage)


@contextlib.contextmanager
def running(command, **options):
    """A process that does not survive the block when that is left by an exception, which may be a
    signal to us."""
    process = subprocess.Popen(command, **options)
    try:
        yield process
    except BaseException:
        process.kill()
        process.wait()
        raise


def wait(process, limit_s):
    """Its exit status as subprocess has it, and its resource usage."""
    handle = os.pidfd_open(process.pid)
    try:
        if not select.select([handle], [], [], limit_s)[0]:
            raise TimeoutError(
                f"{' '.join(map(str, process.args))}: did not end within {limit_s} s"
            )
    finally:
        os.close(handle)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(
        status
    )  # so that Popen does not wait for it again
    return process.returncode, usage


def peak_mib(usage):
    """None when it may be ours: ru_maxrss survives execve(), so a small program that a large one
    starts shows the large one's."""
    return (
        usage.ru_maxrss / 1024
        if usage.ru_maxrss > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        else None
    )


def content(file):
    file.seek(0)
    return file.read()


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
        print(
            "  ".join(
                cell.ljust(w) if i == 0 else cell.rjust(w)
                for i, (cell, w) in enumerate(zip(row, widths))
            ).rstrip()
        )
